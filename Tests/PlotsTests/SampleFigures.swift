import Plots

/// Numbers that are random enough, the same on every machine.
struct Dice {
    var state: UInt64
    init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }
    mutating func next() -> Double {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Double(state >> 11) / Double(1 << 53)
    }
    mutating func index(_ count: Int) -> Int { min(count - 1, Int(next() * Double(count))) }
}

let strangeNumbers = [
    0, -0.0, 1, -1, .nan, .infinity, -.infinity, 1e308, -1e308, 5e-324, 1e-300, 1e6 + 1e-3, 1e6, 3.25, 1e15, -7e-5,
]
let strangeTexts = [
    "", "plain", "two\nlines", "η* ‖ Σ", "漢字の題", "👩‍👩‍👧 family 🎉", "e\u{301}", "tab\tand\u{1B}[31mred", "\u{202E}rtl",
    "<&\"'>", String(repeating: "long ", count: 60), "\u{0}", "\u{200B}\u{FEFF}",
]

/// A figure of any kind with anything in it.
func randomFigure(_ seed: UInt64) -> Figure {
    var dice = Dice(seed)
    func text() -> String { strangeTexts[dice.index(strangeTexts.count)] }
    func number(_ isStrange: Bool) -> Double {
        isStrange && dice.next() < 0.3 ? strangeNumbers[dice.index(strangeNumbers.count)] : 10 * dice.next() - 5
    }
    func numbers(_ count: Int, _ isStrange: Bool) -> [Double] { (0..<count).map { _ in number(isStrange) } }
    let isStrange = dice.next() < 0.5
    var figure = Figure(title: text(), caption: text(), x: Axis(text()), y: Axis(text()))
    if dice.next() < 0.3 { figure.x.scale = .logarithmic }
    if dice.next() < 0.3 { figure.y.scale = .logarithmic }
    if dice.next() < 0.1 { figure.y.isReversed = true }
    if dice.next() < 0.2 {
        let a = number(isStrange)
        let b = number(isStrange)
        if a <= b { figure.x.range = a...b }
    }
    for _ in 0..<(1 + dice.index(4)) {
        let count = [0, 1, 2, 30, 300][dice.index(5)]
        switch dice.index(13) {
        case 0: figure.layers.append(.line(Series(text(), xs: numbers(count, isStrange), ys: numbers(count, isStrange))))
        case 1: figure.layers.append(.points(Series(text(), xs: numbers(count, isStrange), ys: numbers(count, isStrange))))
        case 2:
            figure.layers.append(
                .band(Band(text(), xs: (0..<count).map { Double($0) }, low: numbers(count, isStrange), high: numbers(count, isStrange))))
        case 3: figure.layers.append(.histogram(Histogram(numbers(count, isStrange), bins: dice.next() < 0.5 ? nil : dice.index(90))))
        case 4:
            figure.layers.append(
                .heatmap(Heatmap(rows: (0..<dice.index(9)).map { _ in numbers(dice.index(9), isStrange) }, valueLabel: text())))
        case 5:
            figure.layers.append(
                .rule(
                    Rule(
                        dice.next() < 0.5 ? .horizontal : .vertical, at: number(isStrange), label: text(), bound: .upper,
                        tolerance: dice.next(), span: dice.next() < 0.3 ? -1...number(false) + 5 : nil)))
        case 8:
            figure.hasEqualScale = dice.next() < 0.8
            figure.x.isHidden = dice.next() < 0.3
            figure.y.isHidden = dice.next() < 0.3
            let points = (xs: numbers(min(count, 30), isStrange), ys: numbers(min(count, 30), isStrange))
            let forms: [Piece.Form] = [
                .line(xs: points.xs, ys: points.ys, width: number(isStrange)), .polygon(xs: points.xs, ys: points.ys),
                .disc(x: number(isStrange), y: number(isStrange), radius: number(isStrange)),
            ]
            figure.layers.append(.piece(Piece(Piece.Kind.allCases[dice.index(5)], forms[dice.index(3)])))
        case 9 where dice.next() < 0.4:
            let rows = (0..<dice.index(9)).map { _ in
                (0..<dice.index(60)).map { _ in Board.Cell(text(), kind: dice.next() < 0.5 ? nil : Piece.Kind.allCases[dice.index(5)]) }
            }
            let place = Board.Place(row: dice.index(9) - 1, column: dice.index(30) - 1)
            figure.layers.append(.board(Board(rows: rows, agent: place, walls: [place, .init(row: 0, column: 0)])))
        case 10 where dice.next() < 0.4: figure.layers.append(.words((0..<min(count, 250)).map { _ in Words(text(), text()) }))
        case 11: figure.layers.append(.note(Note(x: number(isStrange), y: number(isStrange), text())))
        case 12 where dice.next() < 0.3:
            let inner = (0..<dice.index(5)).map { k in randomFigure(seed &* 31 &+ UInt64(1000 + k)) }
            figure.layers.append(.panels(inner))
        case 6: figure.layers.append(.mark(Mark(x: number(isStrange), y: number(isStrange), label: text())))
        default:
            if dice.next() < 0.4 {
                figure.layers.append(
                    .bars(Bars(labels: (0..<count).map { _ in text() }, values: numbers(max(0, count - 1), isStrange),
                               references: numbers(dice.index(3), isStrange), referenceName: text())))
            } else {
                figure.layers.append(.line(Series(text(), ys: numbers(count, isStrange))))
            }
        }
    }
    return figure
}

/// The text without its ANSI colours.
func withoutColours(_ text: String) -> String {
    var result = ""
    var isInside = false
    for scalar in text.unicodeScalars {
        if scalar == "\u{1B}" { isInside = true } else if !isInside { result.unicodeScalars.append(scalar) } else if scalar == "m" {
            isInside = false
        }
    }
    return result
}
