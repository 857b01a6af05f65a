import Plots
import Testing

@Suite struct FigureTextTests {
    /// Whatever is drawn, in whatever style: every row has the style's width, and nothing crashes.
    @Test(arguments: PlotStyle.Canvas.allCases, [false, true])
    func everyRowIsEquallyWide(canvas: PlotStyle.Canvas, colour: Bool) {
        for seed in 0..<150 {
            let figure = randomFigure(UInt64(seed))
            let width = [60, 80, 120, 24, 3, 37][seed % 6]
            let text = figure.text(PlotStyle(width: width, height: seed % 4 == 0 ? 5 : nil, canvas: canvas, colour: colour))
            for row in withoutColours(text).split(separator: "\n", omittingEmptySubsequences: false) {
                #expect(TextWidth.columns(String(row)) == max(24, width), "seed \(seed): '\(row)'")
            }
            #expect(colour || !text.contains("\u{1B}"), "seed \(seed)")
            #expect(!text.unicodeScalars.contains("\u{2800}"), "seed \(seed)")
            if canvas == .ascii { #expect(withoutColours(text).utf8.allSatisfy { $0 < 128 }, "seed \(seed)") }
        }
    }

    static func rows(_ text: String) -> [String] {
        text.split(separator: "\n").map { row in
            var row = String(row)
            while row.last == " " { row.removeLast() }
            return row
        }
    }

    @Test(arguments: [
        (
            PlotStyle.Canvas.braille,
            """
                         squares
               ┌─────────────────────────┐
               │                      ⢀⡠⠔│
               │                    ⡠⠒⠁  │
            10 ┤               ⢀⣀⠤⠒⠉     │
               │           ⣀⡠⠔⠊⠁         │
             0 ┤⣀⣀⣀⠤⠤⠤⠤⠒⠒⠉⠉              │
               └┬───────────┬───────────┬┘
                0           2           4
            ━━ q
            """
        ),
        (
            .block,
            """
                         squares
               ┌─────────────────────────┐
               │                       ▄▞│
               │                    ▄▀▀  │
            10 ┤               ▗▄▄▀▀     │
               │          ▄▄▄▀▀▘         │
             0 ┤▄▄▄▄▄▄▀▀▀▀               │
               └┬───────────┬───────────┬┘
                0           2           4
            ━━ q
            """
        ),
        (
            .ascii,
            """
                         squares
               +-------------------------+
               |                       .-|
               |                    .-'  |
            10 +                .--'     |
               |           ..-''         |
             0 +....----'''              |
               ++-----------+-----------++
                0           2           4
            -- q
            """
        ),
    ])
    func aLine(canvas: PlotStyle.Canvas, wanted: String) {
        let figure = Figure.line([Series("q", xs: [0, 1, 2, 3, 4], ys: [0, 1, 4, 9, 16])], title: "squares")
        #expect(Self.rows(figure.text(width: 30, height: 5, canvas: canvas)) == Self.rows(wanted))
    }

    @Test func aBoundItsViolationsAndAMark() {
        var figure = Figure.line([Series("KL", ys: [0.05, 0.2, 0.08, 0.3])], y: Axis("KL"))
        figure.layers.append(.rule(Rule(at: 0.1, label: "ε", bound: .upper)))
        figure.layers.append(.mark(Mark(x: 2, y: 0.08, label: "here")))
        let wanted = """
               KL
                ┌────────────────────────────┐
            0.3 ┤                          ⢀×│
                │                         ⡠⠊ │
            0.2 ┤         ×             ⢀⠎   │
                │       ⡔⠊⠈⠑⠤⣀   here ⢀⠔⠁    │
                │    ⢀⠔⠉      ⠑⠢⢄    ⡠⠊      │
            0.1 ┤╌⢀⡠⠊⠁╌╌╌╌╌╌╌╌╌╌╌⠉⠢●⠎╌╌╌╌╌╌╌╌│
                │⠔⠁                          │
                └┬─────────────────┬─────────┘
                 0                 2
            ━━ KL   ╌╌ ε
            × 2 of 4 points above ε
            """
        #expect(Self.rows(figure.text(width: 34, height: 7)) == Self.rows(wanted))
    }

    @Test func barsWithAReference() {
        let figure = Figure(layers: [
            .bars(Bars(labels: ["a", "bb"], values: [1, 3], references: [2, 2], referenceName: "π"))
        ])
        let wanted = """
             a ████████        │         1
            bb ████████████████│███████  3
            │ π
            """
        #expect(Self.rows(figure.text(width: 30)) == Self.rows(wanted))
    }

    @Test func barsBelowZero() {
        let rows = Self.rows(Figure.bars(Bars(labels: ["a", "b", "c"], values: [-1, 1, .nan])).text(width: 60))
        #expect(rows[0].contains("█") && rows[0].hasSuffix("−1") && rows[1].hasSuffix("1") && rows[2].hasSuffix("nan"))
        let left = rows[0].firstIndex(of: "█").map { rows[0].distance(from: rows[0].startIndex, to: $0) }
        let right = rows[1].firstIndex(of: "█").map { rows[1].distance(from: rows[1].startIndex, to: $0) }
        #expect(left == 2 && right ?? 0 > 20)
        #expect(rows.last == "1 value is not finite and not shown")
    }

    @Test func heatmapsFromTheTopOrFromTheBottom() {
        let top = Self.rows(Figure.heatmap([[0, 1], [2, 3]]).text(width: 30, height: 4, canvas: .ascii))
        #expect(top[1] == "  |..........==========| @@ 3")
        #expect(top[4] == "  |##########@@@@@@@@@@| .. 0")
        let bottom = Self.rows(
            Figure.heatmap([[0, 1], [2, 3]], x: 0...1, y: 0...1).text(width: 30, height: 4, canvas: .ascii))
        #expect(bottom[1].contains("##########") || bottom[1].contains("#########@"))
        #expect(bottom[4].contains(".=") || bottom[4].contains("..="))
        let colour = Figure.heatmap([[0, 1], [2, 3]]).text(width: 24, height: 3, colour: true)
        #expect(colour.contains("\u{1B}[48;5;53m") && colour.contains("▀") && colour.hasSuffix(" "))
    }

    @Test func aHistogram() {
        let wanted = """
            count
              ┌──────────────────────────┐
              │                 ▇▇▇▇▇▇▇▇▇│
            2 ┤         ▅▅▅▅▅▅▅▅█████████│
              │▂▂▂▂▂▂▂▂▂█████████████████│
            0 ┤██████████████████████████│
              └┬────────────┬───────────┬┘
               1            2           3
            """
        #expect(Self.rows(Figure.histogram([1, 2, 2, 3, 3, 3], bins: 3).text(width: 30, height: 4)) == Self.rows(wanted))
    }

    @Test func pointsWithoutAPlaceAreCounted() {
        var figure = Figure.line([Series("a", ys: [1, .nan, 3, .infinity])])
        #expect(figure.text().contains("2 values are not finite and not shown"))
        figure = Figure.line([Series("a", xs: [1, 2, 0, -4], ys: [1, 2, 3, 4])], x: Axis(scale: .logarithmic))
        #expect(figure.text().contains("2 points are not above 0 and cannot be shown on a log axis"))
        #expect(Figure.line([]).text().contains("no data"))
        #expect(Figure.line([Series("a", ys: [.nan])]).text().contains("1 value is not finite"))
    }

    /// Without colour, curves are told apart by letters: at their ends, or as their dots.
    @Test func seriesAreToldApartWithoutColour() {
        let figure = Figure.line([Series("up", ys: [0, 1, 2]), Series("down", ys: [2, 1, 0])])
        let rows = Self.rows(figure.text(width: 40, height: 6))
        #expect(rows[1].hasSuffix("│a") && rows[6].hasSuffix("│b"))
        #expect(rows.last == "a up   b down")
        let ascii = figure.text(width: 40, height: 6, canvas: .ascii)
        #expect(ascii.contains("* up   + down"))
        #expect(figure.text(width: 40, colour: true).contains("\u{1B}[38;5;208m"))
    }

    /// A label that finds no room stands in the legend.
    @Test func marksWithoutRoomGoToTheLegend() {
        var figure = Figure.line([Series("a", ys: [0, 1])])
        figure.layers.append(.mark(Mark(x: 0.5, y: 0.5, label: String(repeating: "wide ", count: 12))))
        #expect(figure.text(width: 40, height: 3).contains("● wide wide"))
    }
}
