import Environments
import Glibc
import Laboratory
import PolicyOptimisation
import Support
import Synchronization
import Tensors

/// A walk on a line with noise of its own, whose episodes have different lengths: it ends beyond ±`reach`, or after
/// `life(start)` steps.
///
/// The start is a function of the episode's number, so a test knows an episode by it: `trouble` is called with the
/// start and the step before each step is done.
final class Walk: Environment {
    let reach: Double
    let limit: Int?
    let life: @Sendable (_ start: Double) -> Int
    let trouble: @Sendable (_ start: Double, _ step: Int) throws -> Void
    private var x = 0.0
    private var start = 0.0
    private var steps = 0

    init(
        reach: Double = 3, limit: Int? = 60, life: @escaping @Sendable (_ start: Double) -> Int = { _ in .max },
        trouble: @escaping @Sendable (_ start: Double, _ step: Int) throws -> Void = { _, _ in }
    ) {
        self.reach = reach
        self.limit = limit
        self.life = life
        self.trouble = trouble
    }

    var spec: EnvironmentSpec {
        EnvironmentSpec(
            name: "walk", observationSize: 1, actions: .box(low: [-1], high: [1]), episodeLimit: limit)
    }
    var constructor: EnvironmentConstructor? { nil }

    func reset(stream: inout RandomStream) throws {
        start = stream.normal()
        x = start
        steps = 0
    }

    /// The start of episode `number` in a run with that seed.
    static func start(of number: Int, seed: UInt64) -> Double {
        var stream = RandomStream(seed: seed, purpose: .environmentReset, step: UInt64(number))
        return stream.normal()
    }

    func step(action: [Double], stream: inout RandomStream) throws -> StepOutcome {
        steps += 1
        try trouble(start, steps)
        x += 0.3 * action[0] + 0.5 * stream.normal()
        return StepOutcome(reward: -x * x, terminated: abs(x) > reach || steps >= life(start))
    }

    func observation() throws -> [Double] { [x] }
    func snapshot() throws -> EnvironmentSnapshot { EnvironmentSnapshot(numbers: [x, start, Double(steps)]) }
    func restore(_ snapshot: EnvironmentSnapshot) throws {
        let numbers = try snapshot.numbers(3, for: "walk")
        (x, start, steps) = (numbers[0], numbers[1], Int(numbers[2]))
    }
    func copy() throws -> any Environment {
        let other = Walk(reach: reach, limit: limit, life: life, trouble: trouble)
        try other.restore(snapshot())
        return other
    }
}

/// A walk seen through running statistics: the observation less the mean of all that were ever seen.
final class CentredWalk: Environment {
    let inner: Walk
    private(set) var count = 0.0
    private(set) var mean = 0.0

    init(_ inner: Walk = Walk()) { self.inner = inner }

    var spec: EnvironmentSpec { inner.spec }
    var constructor: EnvironmentConstructor? { nil }
    var outlivesEpisodes: Bool { true }

    private func see() throws {
        count += 1
        mean += (try inner.observation()[0] - mean) / count
    }
    func reset(stream: inout RandomStream) throws {
        try inner.reset(stream: &stream)
        try see()
    }
    func step(action: [Double], stream: inout RandomStream) throws -> StepOutcome {
        let outcome = try inner.step(action: action, stream: &stream)
        try see()
        return outcome
    }
    func observation() throws -> [Double] { [try inner.observation()[0] - mean] }
    func snapshot() throws -> EnvironmentSnapshot {
        EnvironmentSnapshot(numbers: [mean] + (try inner.snapshot().numbers), record: ["count": .number(count)])
    }
    func restore(_ snapshot: EnvironmentSnapshot) throws {
        let numbers = try snapshot.numbers(4, for: "centred walk")
        mean = numbers[0]
        count = snapshot.record["count"]?.double ?? 0
        try inner.restore(EnvironmentSnapshot(numbers: Array(numbers.dropFirst())))
    }
    func copy() throws -> any Environment {
        let other = CentredWalk(Walk(trouble: inner.trouble))
        try other.restore(snapshot())
        return other
    }
}

/// A walk that must not leave its thread, as a task of a script; it counts the steps elsewhere.
final class Homebody: Environment {
    let inner = Walk()
    private let home = pthread_self()
    let away = Atomic<Int>(0)

    var spec: EnvironmentSpec { inner.spec }
    var constructor: EnvironmentConstructor? { nil }
    var canRunConcurrently: Bool { false }
    func reset(stream: inout RandomStream) throws { try inner.reset(stream: &stream) }
    func step(action: [Double], stream: inout RandomStream) throws -> StepOutcome {
        if pthread_equal(home, pthread_self()) == 0 { away.add(1, ordering: .relaxed) }
        return try inner.step(action: action, stream: &stream)
    }
    func observation() throws -> [Double] { try inner.observation() }
    func snapshot() throws -> EnvironmentSnapshot { try inner.snapshot() }
    func restore(_ snapshot: EnvironmentSnapshot) throws { try inner.restore(snapshot) }
    func copy() throws -> any Environment { self }
}

extension Fixture {
    /// A lab for one of the walks.
    static func walk(
        _ task: any Environment = Walk(), replay: Int = 700, seed: UInt64 = 3, threads: Int = 1
    ) throws -> Lab {
        let stream = RandomStream(seed: seed, purpose: .initialisation)
        return try Lab(
            environment: task,
            policy: .gaussian(observationSize: 1, box: .unit(1), hidden: [8], stream: stream),
            critic: QNetwork(
                .stateAction(observationSize: 1, actionSize: 1), hidden: [8],
                stream: RandomStream(seed: seed, purpose: .initialisation, step: 1)),
            settings: settings(replay: replay), seed: seed, workers: Workers(count: threads))
    }
}
