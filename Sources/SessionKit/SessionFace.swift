import Runtime
import Support
import Syntax

/// Where a session's output goes: a terminal, a pipe, JSON lines, a notebook, a test.
public protocol SessionFace: AnyObject {
    /// What the place can show.
    var style: DisplayStyle { get }
    /// The value of a statement; `text` is what it displays as.
    func show(_ value: Value, text: String)
    /// A line that the program printed.
    func print(_ line: String)
    /// A row of `report(…)`; `text` is its line.
    func report(_ row: [(name: String, value: Value)], text: String)
    /// A remark beside the output.
    func note(_ text: String)
    func error(_ diagnostic: Diagnostic)
    /// How far long work has come; nil takes the line away.
    func progress(_ progress: (fraction: Double?, text: String)?)
    /// Whether a picture can take another one's place.
    var canAnimate: Bool { get }
    /// A picture that takes the last one's place; nil goes on below it.
    func animate(_ picture: String?)
}

extension SessionFace {
    public func progress(_ progress: (fraction: Double?, text: String)?) {}
    public var canAnimate: Bool { false }
    public func animate(_ picture: String?) {}
}

/// Plain text: values, prints and reports on one stream, remarks and errors on another.
open class TextFace: SessionFace {
    private let initialStyle: DisplayStyle
    open var style: DisplayStyle { initialStyle }
    /// Whether errors and remarks are coloured; they may go elsewhere than the output.
    public let colourErrors: Bool
    public let output: (String) -> Void
    public let errors: (String) -> Void

    /// Both closures take whole lines, line ends included.
    public init(
        style: DisplayStyle = .plain, colourErrors: Bool = false, output: @escaping (String) -> Void,
        errors: @escaping (String) -> Void
    ) {
        initialStyle = style
        self.colourErrors = colourErrors
        self.output = output
        self.errors = errors
    }

    open func show(_ value: Value, text: String) { output(text + "\n") }
    open func print(_ line: String) { output(line + "\n") }
    open func report(_ row: [(name: String, value: Value)], text: String) { output(text + "\n") }
    open func note(_ text: String) {
        errors(colourErrors ? "\u{1B}[2mnote: \(text)\u{1B}[0m\n" : "note: \(text)\n")
    }
    open func error(_ diagnostic: Diagnostic) {
        errors(DiagnosticRenderer(colour: colourErrors).render(diagnostic) + "\n")
    }
    open func progress(_ progress: (fraction: Double?, text: String)?) {}
    open var canAnimate: Bool { false }
    open func animate(_ picture: String?) {}
}

/// One JSON object a line: `{"value", "type"}` for a displayed value, the row itself for a report.
///
/// Errors are one object on the error stream, where printed lines and remarks go as text: nothing but objects is
/// on the output. NaN and infinities are strings.
public final class JSONFace: SessionFace {
    public let style = DisplayStyle.plain
    private let output: (String) -> Void
    private let errors: (String) -> Void

    public init(output: @escaping (String) -> Void, errors: @escaping (String) -> Void) {
        self.output = output
        self.errors = errors
    }

    public func show(_ value: Value, text: String) {
        write(["value": value.json, "type": .string(value.typeName)])
    }

    public func print(_ line: String) { errors(line + "\n") }

    public func report(_ row: [(name: String, value: Value)], text: String) {
        write(.object(row.map { JSON.Member($0.name, $0.value.json) }))
    }

    public func note(_ text: String) { errors("note: \(text)\n") }

    public func error(_ diagnostic: Diagnostic) { errors(Self.object(diagnostic).printed() + "\n") }

    private func write(_ object: JSON) { output(object.printed() + "\n") }

    /// An error as data: `{"error", "id", "file", "line", "column", "hints", "calls"}`.
    public static func object(_ diagnostic: Diagnostic) -> JSON {
        var members = [
            JSON.Member("error", .string(diagnostic.message)), JSON.Member("id", .string(diagnostic.id)),
        ]
        if let span = diagnostic.span { members += place(span) }
        if !diagnostic.hints.isEmpty {
            members.append(JSON.Member("hints", .array(diagnostic.hints.map { .string($0) })))
        }
        if !diagnostic.calls.isEmpty {
            members.append(
                JSON.Member(
                    "calls",
                    .array(
                        diagnostic.calls.prefix(20).map { call in
                            .object([JSON.Member("function", .string(call.function))] + place(call.span))
                        })))
        }
        return .object(members)
    }

    private static func place(_ span: Span) -> [JSON.Member] {
        let (line, column) = span.source.position(of: span.lower)
        return [
            JSON.Member("file", .string(span.source.name)), JSON.Member("line", .integer(line)),
            JSON.Member("column", .integer(column)),
        ]
    }
}
