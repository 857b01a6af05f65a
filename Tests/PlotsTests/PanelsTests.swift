import Plots
import Testing

@Suite struct PanelsTests {
    private static let two = Figure.panels(
        [Figure.bars(Bars(labels: ["a", "b"], values: [1, 2]), title: "left"), Figure.bars(Bars(labels: ["c"], values: [3]), title: "right")],
        title: "both", caption: "below")

    @Test func oneBelowTheOther() {
        let wanted = """
                        both
                     left
            a ████████████▌             1
            b █████████████████████████ 2
                    right
            c █████████████████████████ 3
            below
            """
        let rows = FigureTextTests.rows(Self.two.text(width: 30))
        #expect(rows.map { $0.filter { $0 != " " } } == FigureTextTests.rows(wanted).map { $0.filter { $0 != " " } })
    }

    @Test func sideBySideWhereThereIsRoom() {
        let rows = FigureTextTests.rows(Self.two.text(width: 110))
        #expect(rows.count == 5)
        #expect(rows[1].contains("left") && rows[1].contains("right"))
        #expect(rows[2].hasPrefix("a ") && rows[2].contains("c ██") && rows[2].hasSuffix("3"))
        #expect(rows[3].hasPrefix("b ") && !rows[3].contains("c "))
    }

    @Test func asOneDocument() {
        let svg = Self.two.svg()
        #expect(svg.hasPrefix("<svg ") && svg.split(separator: "<svg ").count == 3)
        for word in ["both", "left", "right", "below"] { #expect(svg.contains(">\(word)</text>"), "\(word)") }
    }

    /// Ellipses on a map are letters where there is no colour: dots could not be told from shades.
    @Test func curvesOnAMap() {
        var figure = Figure.heatmap([[0, 1], [1, 2]], x: 0...2, y: 0...2, valueLabel: "Q")
        figure.layers.append(.line(Series("old", xs: [0, 2], ys: [1.9, 1.9])))
        figure.layers.append(.line(Series("new", xs: [0, 2], ys: [0.1, 0.1])))
        let wanted = """
              ┌────────────────┐
            2 ┤aaaaaaaaaaaaaaaa│ ██ 2
              │▒▒▒▒▒▒▒▒████████│ ▓▓
            1 ┤········▒▒▒▒▒▒▒▒│ ░░
            0 ┤bbbbbbbbbbbbbbbb│ ·· 0
              └┬───────┬──────┬┘
               0       1      2
            a old   b new   colour: Q
            """
        #expect(FigureTextTests.rows(figure.text(width: 26, height: 4)) == FigureTextTests.rows(wanted))
        let coloured = figure.text(width: 26, height: 4, colour: true)
        #expect(coloured.contains("38;5;231") && coloured.contains("38;5;203"))
        #expect(figure.svg().contains("stroke=\"#ff5f4f\""))
    }

    @Test func notesOnAMap() {
        var figure = Figure.heatmap([[0, 1]])
        figure.x.isHidden = true
        figure.y.isHidden = true
        figure.layers.append(.note(Note(x: 0, y: 0, "0.25")))
        let wanted = """
            +-------------------+
            |.........@@@@@@@@@@| @@ 1
            |.. 0.25 .@@@@@@@@@@| ++
            |.........@@@@@@@@@@| .. 0
            +-------------------+
            """
        #expect(FigureTextTests.rows(figure.text(width: 27, height: 3, canvas: .ascii)) == FigureTextTests.rows(wanted))
        #expect(figure.svg().contains("fill=\"#ffffff\">0.25</text>"))
    }

    /// A bound that changed: each part is counted against its own, and what is within the tolerance is none of them.
    @Test func boundsOfParts() {
        var figure = Figure.line([Series(ys: [1, 1.04, 3, 2, 4])])
        figure.layers.append(.rule(Rule(at: 1, label: "ε 1", bound: .upper, tolerance: 0.05, span: 0...2)))
        figure.layers.append(.rule(Rule(at: 3, label: "ε 3", bound: .upper, tolerance: 0.05, span: 3...4)))
        let text = figure.text(width: 40, height: 6)
        #expect(text.contains("× 1 of 3 points above ε 1") && text.contains("× 1 of 2 points above ε 3"))
        #expect(text.filter { $0 == "×" }.count == 4)
    }

    @Test func aSingleTickIsJoinedByAnother() {
        let scale = AxisScale(Axis(), values: [0.55, 1.9], padding: 0)
        #expect(scale.ticks(2).values.count >= 2)
    }
}
