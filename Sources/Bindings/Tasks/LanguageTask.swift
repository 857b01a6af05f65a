import Environments
import Runtime
import Support
import Tensors

/// A task that a script wrote: pure functions from state to state.
///
/// `reset: (random) -> state`, `step: (state, action, random) -> {state, reward, terminated}`, `observe: state -> list`.
/// The state is a value of the language, so that it can be taken back, saved and copied. A step that fails changes
/// nothing.
final class LanguageTask: Environment {
    /// The functions, shared by all copies.
    struct Functions {
        let reset: TaskFunction
        let step: TaskFunction
        /// Nil where the state is the observation.
        let observe: TaskFunction?
        /// Nil where a picture tells the state in words.
        let draw: TaskFunction?
    }

    let spec: EnvironmentSpec
    private let functions: Functions
    private(set) var state: Value
    /// What is seen of the state; nil where it was not asked for since the state was restored.
    private var seen: [Double]?

    /// Plays the first reset, which tells the observation's size.
    init(
        _ name: String, _ functions: Functions, actions: ActionSpace, steps: Int?, stream: RandomStream
    ) throws {
        var stream = stream
        let state = try Self.start(functions, &stream)
        let seen = try Self.observation(of: state, from: functions.reset, functions, count: nil)
        guard !seen.isEmpty else {
            throw (functions.observe ?? functions.reset).wrong("count", "gave no number to observe, at least 1 is wanted")
        }
        self.state = state
        self.seen = seen
        self.functions = functions
        spec = EnvironmentSpec(name: name, observationSize: seen.count, actions: actions, episodeLimit: steps)
    }

    private init(_ other: LanguageTask) {
        spec = other.spec
        functions = other.functions
        state = other.state
        seen = other.seen
    }

    var constructor: EnvironmentConstructor? { nil }
    var canRunConcurrently: Bool { false }

    func reset(stream: inout RandomStream) throws {
        let next = try Self.start(functions, &stream)
        seen = try Self.observation(of: next, from: functions.reset, functions, count: spec.observationSize)
        state = next
    }

    func step(action: [Double], stream: inout RandomStream) throws -> StepOutcome {
        let random = RandomSource(stream, of: functions.step.described)
        defer { _ = random.close() }
        let given = try functions.step.call(state, argument(action), .object(random))
        let (next, outcome) = try outcome(given)
        let nextSeen = try Self.observation(of: next, from: functions.step, functions, count: spec.observationSize)
        if let drawn = random.close() { stream = drawn }
        state = next
        seen = nextSeen
        return outcome
    }

    func observation() throws -> [Double] {
        if let seen { return seen }
        let now = try Self.observation(of: state, from: functions.step, functions, count: spec.observationSize)
        seen = now
        return now
    }

    func snapshot() throws -> EnvironmentSnapshot { TaskState.snapshot(state) }

    func restore(_ snapshot: EnvironmentSnapshot) throws {
        state = try TaskState.value(snapshot, of: spec.name)
        seen = nil
    }

    func copy() throws -> any Environment { LanguageTask(self) }

    func scene() throws -> Scene {
        guard let draw = functions.draw else { return ScriptScene.words(state) }
        do { return try ScriptScene(draw.call(state)).scene } catch let fault as Fault {
            throw draw.wrong("drawing", fault.message, hint: fault.hint)
        }
    }

    // MARK: What the functions give

    private static func start(_ functions: Functions, _ stream: inout RandomStream) throws -> Value {
        let random = RandomSource(stream, of: functions.reset.described)
        defer { _ = random.close() }
        let state = try functions.reset.call(.object(random))
        try check(state, from: functions.reset)
        if let drawn = random.close() { stream = drawn }
        return state
    }

    private static func check(_ state: Value, from giver: TaskFunction) throws {
        if let problem = TaskState.problem(state) {
            throw giver.wrong("state", "gave a state that \(problem)", hint: TaskState.hint)
        }
    }

    /// Continuous actions are cut to their box and given as a list, one of finitely many as its index.
    private func argument(_ action: [Double]) -> Value {
        switch spec.actions {
        case .finite: .number(action.first ?? 0)
        case .box(let low, let high):
            .list(zip(action, zip(low, high)).map { a, bounds in min(max(a, bounds.0), bounds.1) })
        }
    }

    private static let fields = ["state", "reward", "terminated"]

    private func outcome(_ given: Value) throws -> (Value, StepOutcome) {
        let step = functions.step
        guard case .record(let record) = given else {
            throw step.wrong("record", "must give a record {state, reward, terminated}, it gave \(given.described)")
        }
        let unknown = record.names.filter { !Self.fields.contains($0) }
        guard let state = record["state"], let reward = record["reward"], let terminated = record["terminated"],
            unknown.isEmpty
        else {
            let missing = Self.fields.filter { record[$0] == nil }
            let faults = missing.map { "`\($0)` is missing" } + unknown.map { "`\($0)` is unknown" }
            throw step.wrong(
                "fields", "must give {state, reward, terminated}: \(faults.joined(separator: ", "))",
                hint: unknown.contains("truncated") ? "a time limit is the environment's `steps:`" : nil)
        }
        try Self.check(state, from: step)
        guard case .number(let number) = reward, number.isFinite else {
            throw step.wrong("reward", "must give a finite number as `reward`, it gave \(reward.described)")
        }
        guard case .boolean(let isOver) = terminated else {
            throw step.wrong("terminated", "must give true or false as `terminated`, it gave \(terminated.described)")
        }
        return (state, StepOutcome(reward: number, terminated: isOver))
    }

    /// What is seen of a state that `giver` gave.
    private static func observation(
        of state: Value, from giver: TaskFunction, _ functions: Functions, count: Int?
    ) throws -> [Double] {
        let likes = "the first observation had"
        guard let observe = functions.observe else {
            return try giver.numbers(state, count: count, likes: likes, asState: true)
        }
        return try observe.numbers(try observe.call(state), count: count, likes: likes)
    }
}
