/// A function: written in the language, or brought by the host.
public final class FunctionValue {
    enum Implementation {
        case code(FunctionCode, captures: [Value])
        case native(NativeGroup)
    }

    let implementation: Implementation

    init(_ code: FunctionCode, captures: [Value]) { implementation = .code(code, captures: captures) }

    /// The function that calls a native of the registry.
    public init(_ native: NativeGroup) { implementation = .native(native) }

    /// `f` of `func f(…)`; empty for a function without a name.
    public var name: String {
        switch implementation {
        case .code(let code, _): code.name
        case .native(let group): group.name
        }
    }

    /// True for natives that the prompt runs by their bare name.
    public var isCommand: Bool {
        if case .native(let group) = implementation { return group.isCommand }
        return false
    }

    public var native: NativeGroup? {
        if case .native(let group) = implementation { return group }
        return nil
    }

    /// Name, parameters with their defaults, documentation; several where a native has overloads.
    public var signatures: [Signature] {
        switch implementation {
        case .code(let code, _): [code.signature]
        case .native(let group): group.overloads.map(\.signature)
        }
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

        public init(
            _ name: String, wants: String? = nil, defaultText: String? = nil, documentation: String = "",
            arity: Arity = .one
        ) {
            self.name = name
            self.wants = wants
            self.defaultText = defaultText
            self.documentation = documentation
            self.arity = arity
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

    /// `clip(xs, low: 0, high: 1)`.
    public var text: String {
        let list = parameters.map { parameter in
            switch parameter.arity {
            case .one: parameter.defaultText.map { "\(parameter.name): \($0)" } ?? parameter.name
            case .rest: parameter.name + "…"
            case .labelledRest: "\(parameter.name): …"
            }
        }
        return "\(name)(\(list.joined(separator: ", ")))"
    }
}
