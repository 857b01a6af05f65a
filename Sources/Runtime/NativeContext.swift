import Support
import Syntax

/// A store that a host module keeps with an interpreter: the table of reports, the undo list.
public protocol InterpreterService: AnyObject {
    init()
}

/// What a native function may use besides its arguments.
public struct NativeContext {
    public let interpreter: Interpreter
    let site: CallSite?

    /// Where the call is written.
    public var span: Span? { site?.span }
    public var output: any OutputSink { interpreter.output }
    public var style: DisplayStyle { interpreter.output.style }
    public var cancellation: CancellationToken { interpreter.cancellation }
    /// The script's seed.
    public var seed: UInt64 { interpreter.seed }

    /// Throws `Interrupted` if the user asked to stop.
    public func checkCancellation() throws { try interpreter.cancellation.check() }

    /// Calls a function of the language, or a host object that can be called.
    public func call(_ function: Value, _ arguments: [Value]) throws -> Value {
        try interpreter.call(function, CallArguments(arguments), at: site)
    }

    public func call(_ function: FunctionValue, _ arguments: Value...) throws -> Value {
        try interpreter.call(.function(function), CallArguments(arguments), at: site)
    }

    public func call(_ function: Value, with arguments: CallArguments) throws -> Value {
        try interpreter.call(function, arguments, at: site)
    }

    /// Runs a block and returns the values of its expression statements, those in its loops and
    /// conditions included: `{ linear(100); tanh; repeat 2 { linear(5) } }` gives four values.
    public func collect(_ block: FunctionValue, _ arguments: Value...) throws -> [Value] {
        try interpreter.collect(block, arguments, at: site)
    }

    /// The interpreter's one `S`, made when it is first asked for.
    public func service<S: InterpreterService>(_ type: S.Type) -> S { interpreter.service(type) }

    /// Tells how far long work has come; a terminal shows it, a pipe does not.
    public func progress(_ fraction: Double?, _ text: String) {
        interpreter.output.progress((fraction, text))
    }
    public func endProgress() { interpreter.output.progress(nil) }
}
