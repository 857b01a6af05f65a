import Environments
import Runtime
import Support

/// Which function of a task runs just now, and what it must keep its hands off.
///
/// A task's functions are pure, so that an episode can be taken back, saved and played again. What would change a lab,
/// another task or the script's randomness in the midst of a step is refused.
final class TaskCalls: InterpreterService {
    /// "`step` of boat"; nil where none runs.
    private(set) var running: String?

    init() {}

    /// Does `work`, in which `function` runs.
    func during<Result>(_ function: String, in interpreter: Interpreter, _ work: () throws -> Result) rethrows -> Result {
        let outer = (running, interpreter.refuses)
        running = function
        interpreter.refuses = { object in
            guard object is LabObject || object is MStepObject || object is EnvironmentObject else { return nil }
            return TaskCalls.refusal(function, "works with \(article(object.typeName))")
        }
        defer { (running, interpreter.refuses) = outer }
        return try work()
    }

    static func refusal(_ function: String, _ what: String) -> Fault {
        Fault(
            "task.impure", "\(function) \(what), but a task's functions may change nothing outside of the state",
            hint: "what they need goes into the state")
    }

    /// Throws where a function of a task runs.
    func refuse(_ what: String) throws {
        if let running { throw Self.refusal(running, what) }
    }
}

extension NativeContext {
    /// Throws where a function of a task runs: it may not do `what`.
    func refuseInTask(_ what: String) throws { try service(TaskCalls.self).refuse(what) }
}
