/// An error of the domain, as data: what went wrong and what would be right, without a place in a script.
///
/// The layers above add where it happened (a span, a call stack) and render it. `id` is stable and
/// dotted (`"estep.not-finite"`), so that tests and `--json` can rely on it; `message` says what was
/// wanted and what was given; `hint` says what to do.
public struct Fault: Error, Equatable, Sendable, CustomStringConvertible {
    public let id: String
    public let message: String
    public let hint: String?

    public init(_ id: String, _ message: String, hint: String? = nil) {
        self.id = id
        self.message = message
        self.hint = hint
    }

    public var description: String { hint.map { "\(message) (\($0))" } ?? message }
}
