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
///
/// One thread at a time uses it. Deep recursion of scripts needs a deep stack: call `run` inside
/// `BigStack.run`, or the limit on nested calls is that of the calling thread.
public final class Interpreter {
    public let registry: NativeRegistry
    public let output: any OutputSink
    public let cancellation: CancellationToken
    /// The folder of the library that `use "name"` reads; nil where there is none.
    public let standardLibrary: String?
    /// The script's seed; random streams of natives start from it.
    public var seed: UInt64 = 0
    /// A command's bare name (`undo`) runs it in every display mode, not only at the prompt.
    public var runsCommands = false
    /// False in a sandbox: `use` then reads the library only.
    public var usesFiles = true
    /// Values of `param`s by name, as given on the command line.
    public var parameterOverrides: [String: String] = [:]
    /// What natives may not be given while the host runs functions that must not touch it: a fault refuses the object.
    @exclusivity(unchecked) public var refuses: ((HostObject) -> Fault?)?
    /// Called before and after every top-level statement; `error` is what stopped it.
    public var willRun: ((Statement) -> Void)?
    public var didRun: ((Statement, _ error: Diagnostic?) -> Void)?

    let state: UnsafeMutablePointer<MachineState>
    private(set) var user: ModuleScope
    /// What the prelude defines, beside the natives.
    var library: [String: Value] = [:]
    var modules: [String: LoadedModule] = [:]
    var isPreludeLoaded = false
    /// Modules being loaded, to find cycles.
    var loading: [String] = []
    private var services: [ObjectIdentifier: any InterpreterService] = [:]
    private var nativeValues: [String: Value] = [:]
    private var notedShadowing: Set<String> = []
    private var codes: [FunctionCode] = []
    private var scopesAlone: [ModuleScope] = []
    private var collected: [[Value]] = []
    private var entries = 0
    private var failedCalls: [Diagnostic.Call] = []

    public init(
        registry: NativeRegistry, standardLibrary: String? = nil, output: any OutputSink,
        cancellation: CancellationToken = CancellationToken()
    ) {
        self.registry = registry
        self.standardLibrary = standardLibrary
        self.output = output
        self.cancellation = cancellation
        user = ModuleScope(name: nil, folder: nil, builtIn: { _ in nil })
        state = MachineState.allocate()
        MachineState.initialise(state, for: self)
        user = makeScope(name: nil, folder: nil)
    }

    deinit {
        // Functions refer to their module and the module to its functions.
        for scope in [user] + modules.values.map(\.scope) + scopesAlone { scope.clear() }
        MachineState.destroy(state)
    }

    func makeScope(name: String?, folder: String?) -> ModuleScope {
        ModuleScope(name: name, folder: folder) { [unowned self] in builtIn($0) }
    }

    /// A library function, native or constant.
    func builtIn(_ name: String) -> Value? {
        if let value = library[name] ?? nativeValues[name] { return value }
        guard let value = registry.value(name) else { return nil }
        nativeValues[name] = value
        return value
    }

    /// The one `S` of this interpreter, made when it is first asked for.
    public func service<S: InterpreterService>(_ type: S.Type) -> S {
        if let service = services[ObjectIdentifier(type)] as? S { return service }
        let service = S()
        services[ObjectIdentifier(type)] = service
        return service
    }

    // MARK: - For compiled code

    var hasStackRoom: Bool { StackGuard.here() >= state.pointee.stackLimit }

    func keep(_ code: FunctionCode) { codes.append(code) }

    func keep(_ scope: ModuleScope) { scopesAlone.append(scope) }

    func collectValue(_ value: Value) {
        if !value.isNothing && !collected.isEmpty { collected[collected.count - 1].append(value) }
    }

    func noteShadowing(_ name: String, _ span: Span) {
        guard notedShadowing.insert(name).inserted, builtIn(name) != nil else { return }
        output.note("`\(name)` now hides the built-in of that name", at: span)
    }

    /// How many calls an error names; endless recursion has thousands that are all alike.
    private static let notedCalls = 20

    /// A call that an error leaves, innermost first.
    func noteFailedCall(_ name: String, _ site: CallSite) {
        if failedCalls.count < Interpreter.notedCalls, site !== Interpreter.nativeSite {
            failedCalls.append(Diagnostic.Call(function: name, span: site.span))
        }
    }

    /// The error with the calls that it has left since it was last caught.
    func withCalls(_ error: any Error) -> any Error {
        if failedCalls.isEmpty { return error }
        let calls = failedCalls
        failedCalls = []
        guard var diagnostic = error as? Diagnostic else { return error }
        diagnostic.calls += calls.prefix(max(0, Interpreter.notedCalls - diagnostic.calls.count))
        return diagnostic
    }

    /// Enters the interpreter from outside: the stack that is there now is the one to use.
    func entering<T>(_ work: () throws -> T) throws -> T {
        let outer = (state.pointee.stackLimit, state.pointee.flow)
        if entries == 0 { state.pointee.stackLimit = StackGuard.limit(margin: 8 << 20) }
        entries += 1
        defer {
            entries -= 1
            (state.pointee.stackLimit, state.pointee.flow) = outer
        }
        state.pointee.flow = .none
        do { return try work() } catch { throw withCalls(error) }
    }

    // MARK: - Calls

    /// Calls a function of the language, or a host object that can be called; errors name the native that runs as
    /// the place of the call.
    public func call(_ function: Value, _ arguments: CallArguments) throws -> Value {
        try call(function, arguments, at: nativeCall)
    }

    /// Where the native that runs now was called; nil outside of natives.
    public var nativeCallSpan: Span? { nativeCall?.span }

    private var nativeCall: CallSite? { state.pointee.nativeCall?.takeUnretainedValue() }

    private static let nativeSite = CallSite(Span(Source(name: "native", ""), 0, 0))

    func call(_ function: Value, _ arguments: CallArguments, at site: CallSite?) throws -> Value {
        try entering {
            var values = arguments.values
            let site = site ?? Interpreter.nativeSite
            if case .function(let function) = function, let code = function.code {
                let isPlain = arguments.arguments.allSatisfy { $0.label == nil }
                if code.ignoresArguments { values = [] }
                if isPlain && values.count == code.parameterCount {
                    let body = try code.ready()
                    let base = try body.begin(state, site)
                    for (index, value) in values.enumerated() { base[index] = value }
                    return try body.call(base, function, state, site)
                }
            }
            return try call(function, values, CallShape(CallArguments(arguments.arguments), site), state)
        }
    }

    /// A call in any form.
    func call(
        _ callee: Value, _ values: [Value], _ shape: CallShape, _ state: UnsafeMutablePointer<MachineState>
    ) throws -> Value {
        switch callee {
        case .function(let function):
            if let native = function.native { return try native.call(values, shape, self) }
            guard let code = function.code else { break }
            return try call(function, code, values, shape, state)
        case .object(let object) where object.isCallable:
            let context = NativeContext(interpreter: self, site: shape.site)
            return try shape.site.located { try object.call(shape.arguments(values), context) }
        default: break
        }
        throw shape.site.error("call.type", "\(callee.described) is not a function")
    }

    private func call(
        _ function: FunctionValue, _ code: FunctionCode, _ values: [Value], _ shape: CallShape,
        _ state: UnsafeMutablePointer<MachineState>
    ) throws -> Value {
        let site = shape.site
        let binding = try ArgumentBinder.bind(code.signature, count: values.count, shape)
        let body = try code.ready()
        let base = try body.begin(state, site)
        var isFilled = false
        defer { if !isFilled { body.failed(base, state, site) } }
        for (position, source) in binding.sources.enumerated() {
            if let source {
                base[position] = values[source]
            } else if let value = code.defaults[position] {
                base[position] = try code.evaluateDefault(value.run, base, function, state)
            }
        }
        isFilled = true
        return try body.call(base, function, state, site)
    }

    /// Runs a block and returns the values of its expression statements.
    func collect(_ block: FunctionValue, _ arguments: [Value], at site: CallSite?) throws -> [Value] {
        guard let code = block.code else {
            let value = try call(.function(block), CallArguments(arguments), at: site)
            return value.isNothing ? [] : [value]
        }
        return try entering {
            let site = site ?? Interpreter.nativeSite
            let body = try code.collectingBody()
            let values = code.ignoresArguments ? [] : arguments
            guard values.count == code.parameterCount else {
                throw ArgumentBinder.tooMany(code.signature, values.count, CallShape(CallArguments(values), site))
            }
            collected.append([])
            do {
                let base = try body.begin(state, site)
                for (index, value) in values.enumerated() { base[index] = value }
                _ = try body.call(base, block, state, site)
            } catch {
                collected.removeLast()
                throw error
            }
            return collected.removeLast()
        }
    }
}
