import Support
import Syntax

/// What a run of a program shows.
public enum DisplayMode: Sendable {
    /// Every top-level statement's value, assignments included.
    case prompt
    /// Top-level expression statements only.
    case batch
    /// Nothing but what the program prints itself.
    case quiet
}

/// Runs programs of the language, statement by statement; variables stay from run to run.
public final class Interpreter {
    public let registry: NativeRegistry
    public let output: any OutputSink
    public let cancellation: CancellationToken
    /// The folder of the library that `use "name"` reads; nil where there is none.
    public let standardLibrary: String?
    /// The script's seed; random streams of natives start from it.
    public var seed: UInt64 = 0
    /// Values of `param`s by name, as given on the command line.
    public var parameterOverrides: [String: String] = [:]
    /// Called before and after every top-level statement; `error` is what stopped it.
    public var willRun: ((Statement) -> Void)?
    public var didRun: ((Statement, _ error: Diagnostic?) -> Void)?

    private var services: [ObjectIdentifier: any InterpreterService] = [:]

    public init(
        registry: NativeRegistry, standardLibrary: String? = nil, output: any OutputSink,
        cancellation: CancellationToken = CancellationToken()
    ) {
        self.registry = registry
        self.standardLibrary = standardLibrary
        self.output = output
        self.cancellation = cancellation
    }

    /// Runs a program and shows its values. What ran before an error stays.
    public func run(_ program: Program, display: DisplayMode) throws(Diagnostic) {
        throw Diagnostic("runtime.unfinished", "the compiler is not there yet", at: nil)
    }

    /// What is wrong with a program's names, without running it.
    public func check(_ program: Program) -> [Diagnostic] { [] }

    public func call(_ function: Value, _ arguments: CallArguments) throws -> Value {
        try call(function, arguments, nil)
    }

    func call(_ function: Value, _ arguments: CallArguments, _ site: CallSite?) throws -> Value {
        throw Fault("runtime.unfinished", "the compiler is not there yet")
    }

    func collect(_ block: FunctionValue, _ arguments: [Value], _ site: CallSite?) throws -> [Value] {
        throw Fault("runtime.unfinished", "the compiler is not there yet")
    }

    /// The variable, library function or native of that name.
    public func lookup(_ name: String) -> Value? { registry.value(name) }

    /// Sets a variable, as the prompt does with `_`.
    public func setGlobal(_ name: String, _ value: Value) {}

    /// The user's variables in the order of their first assignment.
    public var globals: [(name: String, value: Value)] { [] }

    /// Names that start with `prefix`, after a dot the members of the value before it: `lab.ep`.
    public func completions(_ prefix: String) -> [String] { [] }

    /// The one `S` of this interpreter, made when it is first asked for.
    public func service<S: InterpreterService>(_ type: S.Type) -> S {
        if let service = services[ObjectIdentifier(type)] as? S { return service }
        let service = S()
        services[ObjectIdentifier(type)] = service
        return service
    }
}

/// A `param` of a program: what `mpo run script.mpo --help` lists.
public struct ProgramParameter: Sendable {
    public let name: String
    /// The default as written.
    public let defaultText: String
    public let documentation: String
    public let span: Span
}

extension Program {
    /// The `param`s of the program, without running it.
    public var parameters: [ProgramParameter] {
        statements.compactMap { statement in
            guard case .parameter(let name, let value) = statement.kind else { return nil }
            return ProgramParameter(
                name: name.text, defaultText: value.span.text, documentation: statement.documentation ?? "",
                span: name.span)
        }
    }
}
