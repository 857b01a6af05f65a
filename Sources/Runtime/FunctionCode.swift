import Support
import Syntax

/// A function of the language, compiled when it is first called.
///
/// The interpreter keeps every one of them, so that running code stays alive even where its last
/// name is assigned anew.
final class FunctionCode {
    let name: String
    let signature: Signature
    let frameSize: Int
    let parameterCount: Int
    /// Parameters that inner functions share.
    let boxedParameters: [Int]
    /// Where the captured boxes go.
    let captureSlots: [Int]
    /// Nothing to do between filling in the arguments and running the body.
    let isPlain: Bool
    /// May be called with arguments that it does not name: a block `{ … }`.
    let ignoresArguments: Bool

    @exclusivity(unchecked) private(set) var body: Code
    @exclusivity(unchecked) private(set) var mayFlow = false
    private(set) var defaults: [Code?] = []
    private var isCompiled = false
    private let source: (compiler: Compiler, parameters: [FunctionParameter], body: Block)
    private var collecting: Compiler.Compiled?

    init(
        name: String, documentation: String?, layout: FrameLayout, parameters: [FunctionParameter], body: Block,
        isBlock: Bool, compiler: Compiler
    ) {
        self.name = name
        signature = Signature(
            name: name.isEmpty ? "function" : name,
            parameters: parameters.map {
                Signature.Parameter($0.name.text, defaultText: $0.defaultValue?.span.text)
            },
            summary: documentation ?? "")
        frameSize = layout.size
        parameterCount = parameters.count
        boxedParameters = layout.parameters.filter(\.isBoxed).map(\.slot)
        captureSlots = layout.captures.map(\.inner.slot)
        isPlain = boxedParameters.isEmpty && captureSlots.isEmpty
        ignoresArguments = isBlock && parameters.isEmpty
        var compiler = compiler
        compiler.isCollecting = false
        source = (compiler, parameters, body)
        self.body = { _ in .nothing }
        self.body = { [unowned self] frame in
            try compile()
            return try self.body(frame)
        }
    }

    func compile() throws {
        if isCompiled { return }
        let compiled = try source.compiler.compile(source.body)
        defaults = try source.parameters.map { parameter in
            try parameter.defaultValue.map { try source.compiler.compile($0).run }
        }
        body = compiled.run
        mayFlow = compiled.mayFlow
        isCompiled = true
    }

    /// The body in the form that hands the values of its expression statements to `collect`.
    func collectingBody() throws -> Code {
        try compile()
        if let collecting { return collecting.run }
        var compiler = source.compiler
        compiler.isCollecting = true
        let compiled = try compiler.compile(source.body)
        collecting = compiled
        return compiled.run
    }

    // MARK: - Calls

    /// Takes a frame from the value stack.
    @inline(__always)
    func begin(_ state: UnsafeMutablePointer<MachineState>, _ site: CallSite) throws -> UnsafeMutablePointer<Value> {
        let base = state.pointee.top
        let next = base + frameSize
        if next > state.pointee.initialisedEnd || StackGuard.here() < state.pointee.stackLimit
            || state.pointee.cancellation.isCancelled
        {
            try beginSlowly(state, next, site)
        }
        state.pointee.top = next
        return base
    }

    @inline(never)
    private func beginSlowly(
        _ state: UnsafeMutablePointer<MachineState>, _ next: UnsafeMutablePointer<Value>, _ site: CallSite
    ) throws {
        if state.pointee.cancellation.isCancelled { throw site.interrupted }
        let hasRoom = StackGuard.here() >= state.pointee.stackLimit
        if hasRoom && (next <= state.pointee.initialisedEnd || state.pointee.grow(to: next)) { return }
        throw site.error(
            "call.depth", "calls are nested too deeply", hints: ["does the recursion come to an end?"])
    }

    /// Runs the body in a frame whose parameters are filled in, and gives the frame back.
    ///
    /// Errors pass through without being caught: a catch at every level would cost more than the call.
    @inline(__always)
    func run(
        _ base: UnsafeMutablePointer<Value>, _ function: FunctionValue, _ state: UnsafeMutablePointer<MachineState>,
        _ site: CallSite
    ) throws -> Value {
        if !isPlain { prepare(base, function) }
        var isDone = false
        defer { if !isDone { failed(base, state, site) } }
        let value = try body(Frame(slots: base, state: state))
        isDone = true
        if mayFlow { state.pointee.flow = .none }
        finish(base, state)
        return value
    }

    /// The same with another form of the body.
    func run(
        _ base: UnsafeMutablePointer<Value>, _ function: FunctionValue, _ state: UnsafeMutablePointer<MachineState>,
        _ site: CallSite, body: Code
    ) throws -> Value {
        prepare(base, function)
        var isDone = false
        defer { if !isDone { failed(base, state, site) } }
        let value = try body(Frame(slots: base, state: state))
        isDone = true
        state.pointee.flow = .none
        finish(base, state)
        return value
    }

    /// A default may use the parameters before it and what the function shares with the one around it.
    func evaluateDefault(
        _ value: Code, _ base: UnsafeMutablePointer<Value>, _ function: FunctionValue,
        _ state: UnsafeMutablePointer<MachineState>
    ) throws -> Value {
        // Parameters that are shared are not boxed yet; box them for the time of this evaluation.
        let plain = boxedParameters.map { base[$0] }
        prepare(base, function)
        defer { for (slot, value) in zip(boxedParameters, plain) { base[slot] = value } }
        return try value(Frame(slots: base, state: state))
    }

    @inline(__always)
    func finish(_ base: UnsafeMutablePointer<Value>, _ state: UnsafeMutablePointer<MachineState>) {
        var slot = base
        let end = base + frameSize
        while slot < end {
            slot.pointee = .nothing
            slot += 1
        }
        state.pointee.top = base
    }

    @inline(never)
    func prepare(_ base: UnsafeMutablePointer<Value>, _ function: FunctionValue) {
        for slot in boxedParameters { base[slot] = .object(VariableBox(base[slot])) }
        for (slot, box) in zip(captureSlots, function.captures) { base[slot] = box }
    }

    /// Gives the frame back and notes the call for the error that is under way.
    @inline(never)
    func failed(
        _ base: UnsafeMutablePointer<Value>, _ state: UnsafeMutablePointer<MachineState>, _ site: CallSite
    ) {
        state.pointee.flow = .none
        finish(base, state)
        state.pointee.interpreter.noteFailedCall(signature.name, site)
    }
}
