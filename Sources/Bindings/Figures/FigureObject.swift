import Plots
import Runtime
import Support
import Syntax

/// A figure in the language: a value with a text form and an SVG form of the same content.
class FigureObject: HostObject {
    let figure: Figure

    init(_ figure: Figure) { self.figure = figure }

    override class var typeName: String { "figure" }
    override var hasIdentity: Bool { false }

    override var summary: String {
        "figure" + (figure.title.isEmpty ? "" : " · \(figure.title)") + " · \(Digits.count(figure.layers.count, "layer"))"
    }

    override func display(_ style: DisplayStyle) -> String { figure.text(Self.style(style)) }

    /// What the place can show, in the plots' own terms.
    static func style(_ style: DisplayStyle) -> PlotStyle {
        let canvas: PlotStyle.Canvas
        switch style.canvas {
        case .braille: canvas = style.unicode ? .braille : .ascii
        case .block: canvas = style.unicode ? .block : .ascii
        case .ascii: canvas = .ascii
        }
        return PlotStyle(width: style.width, canvas: canvas, colour: style.colour)
    }

    override func isEqual(to other: HostObject) -> Bool { (other as? FigureObject)?.figure == figure }

    override var memberNames: [String] { ["title", "caption", "text", "svg"] }

    override func member(_ name: String) -> Value? {
        switch name {
        case "title": .string(figure.title)
        case "caption": .string(figure.caption)
        case "text": .string(figure.text())
        case "svg": .string(figure.svg())
        default: nil
        }
    }

    /// `a + b` shows both in the axes of `a`.
    override func binary(_ operation: BinaryOperator, _ other: Value, isLeft: Bool) throws -> Value? {
        guard operation == .add, let other = other.asObject as? FigureObject else { return nil }
        var both = figure
        both.layers += other.figure.layers
        return .object(FigureObject(both))
    }

    override func json() -> JSON {
        var members: [JSON.Member] = [.init("figure", .string(figure.title))]
        if !figure.x.label.isEmpty { members.append(.init("x", .string(figure.x.label))) }
        if !figure.y.label.isEmpty { members.append(.init("y", .string(figure.y.label))) }
        members.append(.init("layers", .array(figure.layers.map(Self.json))))
        if !figure.caption.isEmpty { members.append(.init("caption", .string(figure.caption))) }
        return .object(members)
    }

    private static func json(_ form: Piece.Form) -> [JSON.Member] {
        switch form {
        case .line(let xs, let ys, let width):
            [.init("x", .numbers(xs)), .init("y", .numbers(ys)), .init("width", .number(width))]
        case .disc(let x, let y, let radius): [.init("x", .number(x)), .init("y", .number(y)), .init("radius", .number(radius))]
        case .polygon(let xs, let ys): [.init("x", .numbers(xs)), .init("y", .numbers(ys))]
        }
    }

    private static func json(_ layer: Layer) -> JSON {
        switch layer {
        case .line(let s), .points(let s):
            .object([.init("series", .string(s.name)), .init("x", .numbers(s.xs)), .init("y", .numbers(s.ys))])
        case .band(let b):
            .object([
                .init("band", .string(b.name)), .init("x", .numbers(b.xs)), .init("low", .numbers(b.low)),
                .init("high", .numbers(b.high)),
            ])
        case .histogram(let h):
            .object([.init("edges", .numbers(h.edges)), .init("counts", .array(h.counts.map { .integer($0) }))])
        case .heatmap(let map): .object([.init("rows", .array(map.rows.map { .numbers($0) }))])
        case .rule(let rule):
            .object([
                .init("rule", .string(rule.direction.rawValue)), .init("value", .number(rule.value)),
                .init("label", .string(rule.label)),
            ])
        case .note(let note):
            .object([.init("note", .string(note.text)), .init("x", .number(note.x)), .init("y", .number(note.y))])
        case .panels(let panels):
            .object([
                .init(
                    "panels",
                    .array(
                        panels.map { panel in
                            .object([.init("title", .string(panel.title)), .init("layers", .array(panel.layers.map(Self.json)))])
                        }))
            ])
        case .mark(let mark):
            .object([.init("mark", .string(mark.label)), .init("x", .number(mark.x)), .init("y", .number(mark.y))])
        case .bars(let bars):
            .object([.init("bars", .array(bars.labels.map { .string($0) })), .init("values", .numbers(bars.values))])
        case .piece(let piece): .object([.init("piece", .string(piece.kind.rawValue))] + json(piece.form))
        case .board(let board):
            .object([
                .init("board", .array(board.rows.map { .array($0.map { .string($0.label) }) })),
                .init("agent", board.agent.map { .array([.integer($0.row), .integer($0.column)]) } ?? .null),
            ])
        case .words(let words): .object(words.map { .init($0.name, .string($0.text)) })
        }
    }
}
