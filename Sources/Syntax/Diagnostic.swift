/// What is wrong with a program, as data: id, message, places, hints. Wording and layout of the
/// printed form live in the renderer alone.
public struct Diagnostic: Error, Sendable {
    /// Stable and dotted: `"syntax.unexpected"`, `"name.unknown"`, `"argument.type"`.
    public var id: String
    public var message: String
    /// Where the caret goes.
    public var span: Span?
    /// Further places, each with its own words ("the bracket was opened here").
    public var labels: [Label] = []
    /// What would be right; "did you mean `estep`?".
    public var hints: [String] = []
    /// The calls that were under way, innermost first.
    public var calls: [Call] = []
    /// True where more input could make the program complete, so that a prompt asks for another line.
    public var isIncomplete = false

    public struct Label: Sendable {
        public var span: Span
        public var message: String
        public init(_ span: Span, _ message: String) {
            self.span = span
            self.message = message
        }
    }

    public struct Call: Sendable {
        public var function: String
        /// Where it was called.
        public var span: Span
        public init(function: String, span: Span) {
            self.function = function
            self.span = span
        }
    }

    public init(
        _ id: String, _ message: String, at span: Span?, labels: [Label] = [], hints: [String] = [],
        isIncomplete: Bool = false
    ) {
        self.id = id
        self.message = message
        self.span = span
        self.labels = labels
        self.hints = hints
        self.isIncomplete = isIncomplete
    }
}

extension Diagnostic: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Place and message on one line; the renderer gives the full form.
    public var description: String {
        guard let span else { return "\(id): \(message)" }
        let (line, column) = span.source.position(of: span.lower)
        return "\(span.source.name):\(line):\(column): \(id): \(message)"
    }

    public var debugDescription: String { description }

    /// Without this, whoever reflects on an error (tests do) would walk through the whole source.
    public var customMirror: Mirror { Mirror(self, children: ["description": description]) }
}
