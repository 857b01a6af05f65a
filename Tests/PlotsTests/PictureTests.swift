import Plots
import Testing

/// Pictures of tasks: shapes, boards, words.
@Suite struct PictureTests {
    static let pendulum = Figure(
        title: "pendulum", caption: "leaning", x: Axis(range: -1.2...1.2, isHidden: true),
        y: Axis(range: -1.2...1.2, isHidden: true),
        layers: [
            .piece(Piece(.ground, .line(xs: [-0.2, 0.2], ys: [0, 0], width: 0))),
            .piece(Piece(.body, .line(xs: [0, 0.7], ys: [0, 0.7], width: 0.2))),
            .piece(Piece(.target, .disc(x: -0.6, y: -0.6, radius: 0.3))),
        ], hasEqualScale: true)

    /// A wall, a beam and a bar that lies on it, a box.
    static let parts = Figure(
        x: Axis("x", range: -2...2), y: Axis("z", range: 0...2),
        layers: [
            .piece(Piece(.ground, .line(xs: [-2, 2], ys: [0.1, 0.1], width: 0))),
            .piece(Piece(.ground, .polygon(xs: [-1.8, -1.2, -1.2, -1.8], ys: [0.1, 0.1, 1.2, 1.2]))),
            .piece(Piece(.body, .line(xs: [-1, 1], ys: [1, 1], width: 0.3))),
            .piece(Piece(.body, .line(xs: [0, 0.5], ys: [1.6, 0.3], width: 0.3))),
            .piece(Piece(.object, .polygon(xs: [1.2, 1.7, 1.7, 1.2], ys: [0.2, 0.2, 0.7, 0.7]))),
        ], hasEqualScale: true)

    /// A circle is round in each canvas: the frame takes the shape of the ranges.
    @Test(arguments: [
        (
            PlotStyle.Canvas.braille,
            """
                pendulum
            ┌──────────────┐
            │              │
            │         ⢀⣴⠆  │
            │       ⢀⣴⠟⠁   │
            │     ⠠⠰⠟⠁     │
            │  ⡔⠒⠢⡀        │
            │ ⠘⢄ ⣀⠇        │
            │   ⠉          │
            └──────────────┘
            ○ target
            leaning
            """
        ),
        (
            .block,
            """
                pendulum
            ┌──────────────┐
            │              │
            │          ▄▖  │
            │       ▗▄▛▘   │
            │      ▐▛▘     │
            │ ▗▞▀▜▖        │
            │ ▝▙▄▄▛        │
            │              │
            └──────────────┘
            ○ target
            leaning
            """
        ),
        (
            .ascii,
            """
                pendulum
            +--------------+
            |              |
            |          #   |
            |        ##    |
            |     .##.     |
            |  ooo         |
            |  ooo         |
            |              |
            +--------------+
            # body   o target
            leaning
            """
        ),
    ])
    func anArmAndATarget(canvas: PlotStyle.Canvas, wanted: String) {
        #expect(FigureTextTests.rows(Self.pendulum.text(width: 40, height: 7, canvas: canvas)) == FigureTextTests.rows(wanted))
    }

    /// What stands still is dotted; a gap shows where one part lies on another.
    @Test(arguments: [
        (
            PlotStyle.Canvas.braille,
            """
              z
              ┌────────────────────────────────┐
            2 ┤                                │
              │               ⣾⣷⡀              │
              │               ⢹⣿⣷              │
              │ ⢸⢝⢝⢝⢝⠝⣤⣤⣤⣤⣤⣤⣤⣤⣄⢻⣿⣧⢠⣤⣤⣤⣤⣤       │
            1 ┤ ⢸⢕⢕⢕⢕⢥⠛⠛⠛⠛⠛⠛⠛⠛⠛⠊⣿⣿⣎⠛⠛⠛⠛⠛       │
              │ ⢸⢕⢕⢕⢕⢽          ⠘⣿⣿⡄    ⣿⣿⣿⣿⡇  │
              │ ⢸⢕⢕⢕⢕⢽           ⠹⣿⣷    ⣿⣿⣿⣿⡇  │
            0 ┤⠒⠚⠓⠓⠓⠓⠛⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠉⠉⠒⠒⠒⠒⠛⠛⠛⠛⠓⠒⠒│
              └┬───────────────┬──────────────┬┘
              −2               0              2
                               x
            """
        ),
        (
            .block,
            """
              z
              ┌────────────────────────────────┐
            2 ┤                                │
              │               ▟▙▖              │
              │               ▜█▙              │
              │ ▐▜▜▜▜▘▄▄▄▄▄▄▄▄▖▜█▙ ▄▄▄▄▄       │
            1 ┤ ▐▚▚▚▚ ▀▀▀▀▀▀▀▀▘▝██▌▝▀▀▀▀       │
              │ ▐▚▚▚▚▜          ▝██▖    ████▌  │
              │ ▐▚▚▚▚▜           ▝██    ████▌  │
            0 ┤▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀   ▝▀▀▘▀▀▀▀▘▝▀│
              └┬───────────────┬──────────────┬┘
              −2               0              2
                               x
            """
        ),
        (
            .ascii,
            """
              z
              +--------------------------------+
            2 +                                |
              |               ##               |
              |               ###              |
              |  ..... ################        |
            1 +  ..... ################        |
              |  .....           ##     %%%%%  |
              |  .....            ##    %%%%%  |
            0 +................................|
              ++---------------+--------------++
              -2               0              2
                               x
            # body   % object
            """
        ),
    ])
    func partsThatLieOnEachOther(canvas: PlotStyle.Canvas, wanted: String) {
        #expect(FigureTextTests.rows(Self.parts.text(width: 40, height: 8, canvas: canvas)) == FigureTextTests.rows(wanted))
    }

    static let lake = Figure(
        title: "lake", caption: "S start",
        layers: [
            .board(
                Board(
                    rows: [
                        [.init("S"), .init(), .init("H", kind: .danger)], [.init(), .init(), .init("G", kind: .target)],
                    ], agent: .init(row: 0, column: 1), walls: [.init(row: 1, column: 0)]))
        ])

    @Test func aBoard() {
        let wanted = """
                lake
            ┌───────────┐
            │ S  [●]  H │
            │ · │ ·   G │
            └───────────┘
            S start
            """
        #expect(FigureTextTests.rows(Self.lake.text(width: 30)) == FigureTextTests.rows(wanted))
        let plain = """
                lake
            +-----------+
            | S  [@]  H |
            | . | .   G |
            +-----------+
            S start
            """
        #expect(FigureTextTests.rows(Self.lake.text(width: 30, canvas: .ascii)) == FigureTextTests.rows(plain))
        #expect(Self.lake.text(width: 30, colour: true).contains("\u{1B}[38;5;196mH"))
    }

    @Test func aBoardWiderThanThePage() {
        let wide = Figure(layers: [.board(Board(rows: [Array(repeating: .init("x"), count: 50)], agent: .init(row: 0, column: 49)))])
        let rows = FigureTextTests.rows(wide.text(width: 41))
        #expect(rows[1] == "│" + Array(repeating: " x ", count: 10).joined(separator: " ") + "│")
        #expect(rows.last == "40 more columns are not shown")
    }

    @Test func words() {
        let figure = Figure(title: "mass", layers: [.words([Words("x", "0.5"), Words("speed", "a rather long description that is wrapped")])])
        let wanted = """
            mass
            x      0.5
            speed  a rather long
                   description that is
                   wrapped
            """
        #expect(FigureTextTests.rows(figure.text(width: 30)) == FigureTextTests.rows(wanted))
    }

    /// The same content as SVG: 4 by 2 units are twice as wide as high, one stroke for each line and its light rim.
    @Test func asSVG() {
        let svg = Self.parts.svg(width: 720, height: 400)
        #expect(svg.contains("width=\"630\" height=\"315\""))
        #expect(svg.components("stroke-width=\"47.25\"") == 2 && svg.components("stroke-width=\"49.25\"") == 2)
        #expect(svg.components("<polygon") == 2)
        let board = Self.lake.svg()
        #expect(board.components("<circle") == 1 && board.contains(">H</text>") && board.contains(">S start</text>"))
    }
}
