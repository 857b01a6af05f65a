import Environments
import Runtime
import Support
import Tensors

/// A task with a script's functions around it; they are pure, and each may be missing.
final class FunctionWrapper: EnvironmentWrapper {
    let inner: any Environment
    let spec: EnvironmentSpec
    private let functions: Functions

    private struct Functions {
        var observe: TaskFunction?
        var reward: TaskFunction?
        var act: TaskFunction?
    }

    /// Plays one reset on a copy, which tells the observation's size.
    init(
        _ inner: any Environment, observe: FunctionValue?, reward: FunctionValue?, act: FunctionValue?,
        in interpreter: Interpreter
    ) throws {
        let given = [("observe", observe), ("reward", reward), ("act", act)].compactMap { $1 == nil ? nil : $0 }
        guard !given.isEmpty else {
            throw Fault("wrapper.functions", "wrap wants at least one of `observe`, `reward` and `act`")
        }
        var spec = inner.spec
        spec.name += ".wrap(\(given.joined(separator: ", ")))"
        let function = { (label: String, function: FunctionValue?, wanted: [String]) in
            try function.map { try TaskFunction(label, of: spec.name, $0, wanted: wanted, least: 1, in: interpreter) }
        }
        functions = Functions(
            observe: try function("observe", observe, ["observation"]),
            reward: try function("reward", reward, ["reward", "observation", "action"]),
            act: try function("act", act, ["action"]))
        if let observe = functions.observe {
            let trial = try inner.copy()
            var stream = RandomStream(seed: interpreter.seed, purpose: .environmentReset)
            try trial.reset(stream: &stream)
            let seen = try Self.observation(trial.observation(), observe, count: nil)
            guard !seen.isEmpty else { throw observe.wrong("count", "gave no number to observe, at least 1 is wanted") }
            spec.observationSize = seen.count
        }
        self.inner = inner
        self.spec = spec
    }

    private init(_ inner: any Environment, _ other: FunctionWrapper) {
        self.inner = inner
        spec = other.spec
        functions = other.functions
    }

    static let constructorName = "wrap"
    var constructor: EnvironmentConstructor? { nil }
    var canRunConcurrently: Bool { false }
    func around(_ inner: any Environment) throws -> any EnvironmentWrapper { FunctionWrapper(inner, self) }

    func step(action: [Double], stream: inout RandomStream) throws -> StepOutcome {
        var done = action
        if let act = functions.act {
            done = try act.numbers(act.call(value(of: action)), count: action.count, likes: "an action of the task has")
            do { try inner.spec.actions.check(done) } catch let fault as Fault {
                throw act.wrong("action", "must give an action of the task: \(fault.message)")
            }
        }
        var outcome = try inner.step(action: done, stream: &stream)
        if let reward = functions.reward {
            let given = try reward.call(.number(outcome.reward), .list(inner.observation()), value(of: done))
            guard case .number(let number) = given, number.isFinite else {
                throw reward.wrong("reward", "must give a finite number, it gave \(given.described)")
            }
            outcome.reward = number
        }
        return outcome
    }

    func observation() throws -> [Double] {
        let seen = try inner.observation()
        guard let observe = functions.observe else { return seen }
        return try Self.observation(seen, observe, count: spec.observationSize)
    }

    private static func observation(_ seen: [Double], _ observe: TaskFunction, count: Int?) throws -> [Double] {
        try observe.numbers(observe.call(.list(seen)), count: count, likes: "the first observation had")
    }

    /// An action as a script sees it: a list, or the index of one of finitely many.
    private func value(of action: [Double]) -> Value {
        if case .finite = inner.spec.actions { return .number(action.first ?? 0) }
        return .list(action)
    }
}
