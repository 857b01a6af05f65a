import Syntax

/// The body of a function, ready to run.
///
/// All of it is constant, so that a call reads it without counting references. The function's code
/// holds it, and the interpreter holds that, for as long as anything can run.
final class CompiledBody {
    let run: Code
    let mayFlow: Bool
    let frameSize: Int
    let parameterCount: Int
    /// Nothing to do between filling in the arguments and running the body.
    let isPlain: Bool
    private unowned let code: FunctionCode

    init(_ code: FunctionCode, _ body: Compiler.Compiled) {
        run = body.run
        mayFlow = body.mayFlow
        frameSize = code.frameSize
        parameterCount = code.parameterCount
        isPlain = code.isPlain
        self.code = code
    }

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
    func call(
        _ base: UnsafeMutablePointer<Value>, _ state: UnsafeMutablePointer<MachineState>, _ site: CallSite
    ) throws -> Value {
        var isDone = false
        defer { if !isDone { failed(base, state, site) } }
        let value = try run(Frame(slots: base, state: state))
        isDone = true
        if mayFlow { state.pointee.flow = .none }
        finish(base, state)
        return value
    }

    /// The same for any function, whatever it shares with others.
    @inline(__always)
    func call(
        _ base: UnsafeMutablePointer<Value>, _ function: FunctionValue, _ state: UnsafeMutablePointer<MachineState>,
        _ site: CallSite
    ) throws -> Value {
        if !isPlain { code.prepare(base, function) }
        return try call(base, state, site)
    }

    @inline(__always)
    private func finish(_ base: UnsafeMutablePointer<Value>, _ state: UnsafeMutablePointer<MachineState>) {
        var slot = base
        let end = base + frameSize
        while slot < end {
            slot.pointee = .nothing
            slot += 1
        }
        state.pointee.top = base
    }

    /// Gives the frame back and notes the call for the error that is under way.
    @inline(never)
    func failed(
        _ base: UnsafeMutablePointer<Value>, _ state: UnsafeMutablePointer<MachineState>, _ site: CallSite
    ) {
        state.pointee.flow = .none
        finish(base, state)
        state.pointee.interpreter.noteFailedCall(code.signature.name, site)
    }
}
