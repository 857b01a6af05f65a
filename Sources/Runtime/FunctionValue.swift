import Syntax

/// A function: written in the language, or brought by the host.
public final class FunctionValue {
    let code: FunctionCode?
    /// The boxes of the variables that the function shares with the one it was written in.
    let captures: [Value]
    /// The natives of this name, where the host brought it.
    public let native: NativeGroup?

    init(_ code: FunctionCode, captures: [Value]) {
        self.code = code
        self.captures = captures
        native = nil
    }

    /// The function that calls a native of the registry.
    public init(_ native: NativeGroup) {
        self.native = native
        code = nil
        captures = []
    }

    /// `f` of `func f(…)`; empty for a function without a name.
    public var name: String { code?.name ?? native?.name ?? "" }

    /// True for natives that the prompt runs by their bare name.
    public var isCommand: Bool { native?.isCommand ?? false }

    /// Where the result is given: every `return`, and the last statement; empty for natives.
    public var resultSpans: [Span] { code?.resultSpans ?? [] }

    /// Name, parameters with their defaults, documentation; several where a native has overloads.
    public var signatures: [Signature] {
        if let native { return native.overloads.map(\.signature) }
        return code.map { [$0.signature] } ?? []
    }
}

/// What `help`, completion and error messages know of a function.
public struct Signature: Sendable {
    public struct Parameter: Sendable {
        public enum Arity: Sendable { case one, rest, labelledRest }

        public var name: String
        /// What it wants, as error messages say it: `a number`, `a list of numbers`; nil where anything goes.
        public var wants: String?
        /// The default as it would be written; nil where the argument must be given.
        public var defaultText: String?
        public var documentation: String
        public var arity: Arity
        /// Whether it wants to know how its argument was written.
        public var isReference: Bool

        public init(
            _ name: String, wants: String? = nil, defaultText: String? = nil, documentation: String = "",
            arity: Arity = .one, isReference: Bool = false
        ) {
            self.name = name
            self.wants = wants
            self.defaultText = defaultText
            self.documentation = documentation
            self.arity = arity
            self.isReference = isReference
        }
    }

    public var name: String
    public var parameters: [Parameter]
    /// One line.
    public var summary: String

    public init(name: String, parameters: [Parameter], summary: String) {
        self.name = name
        self.parameters = parameters
        self.summary = summary
    }

    /// `clip(xs, low: 0, high: 1)`; of a method, `random.uniform(low: 0, high: 1)`, without the object before the dot.
    public var text: String {
        let list = parameters.dropFirst(name.contains(".") ? 1 : 0).map { parameter in
            switch parameter.arity {
            case .one: parameter.defaultText.map { "\(parameter.name): \($0)" } ?? parameter.name
            case .rest: parameter.name + "…"
            case .labelledRest: "\(parameter.name): …"
            }
        }
        return "\(name)(\(list.joined(separator: ", ")))"
    }
}
