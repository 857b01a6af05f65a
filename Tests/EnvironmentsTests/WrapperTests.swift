import Environments
import Support
import Tensors
import Testing

/// Wrappers beside numbers worked out by hand, and beside Gymnasium's and numpy's (Data/wrappers.txt).
@Suite struct WrapperTests {
    /// Counts its steps k: observes (k, 10), earns k and what was done, terminates after `last` steps.
    final class Counter: Environment {
        let last: Int
        private var k = 0.0
        private(set) var done: [Double] = []

        init(last: Int = 1000, limit: Int? = nil) {
            self.last = last
            spec = EnvironmentSpec(
                name: "counter", observationSize: 2, actions: .box(low: [-2, 0], high: [2, 10]), episodeLimit: limit)
        }

        let spec: EnvironmentSpec
        var constructor: EnvironmentConstructor? { nil }
        func reset(stream: inout RandomStream) throws { k = 0 }
        func step(action: [Double], stream: inout RandomStream) throws -> StepOutcome {
            k += 1
            done = action
            return StepOutcome(reward: k, terminated: k >= Double(last))
        }
        func observation() throws -> [Double] { [k, 10] }
        func snapshot() throws -> EnvironmentSnapshot { EnvironmentSnapshot(numbers: [k]) }
        func restore(_ snapshot: EnvironmentSnapshot) throws { k = try snapshot.numbers(1, for: "counter")[0] }
        func copy() throws -> any Environment {
            let other = Counter(last: last, limit: spec.episodeLimit)
            other.k = k
            return other
        }
    }

    /// Rewards, observations and ends of an episode with the action (1, 5).
    static func play(
        _ environment: any Environment, action: [Double] = [1, 5], steps: Int = .max
    ) throws -> (rewards: [Double], observations: [[Double]], terminated: Bool, truncated: Bool) {
        var stream = RandomStream(seed: 1, purpose: .environmentStep)
        var episode = try Episode(in: environment, stream: &stream)
        var rewards: [Double] = []
        var observations = [episode.observation]
        var last: Episode.Step?
        while !episode.isOver, rewards.count < steps {
            let step = try episode.step(environment, action: action, stream: &stream)
            rewards.append(step.reward)
            observations.append(step.nextObservation)
            last = step
        }
        return (rewards, observations, last?.terminated ?? false, last?.truncated ?? false)
    }

    @Test func aTimeLimitTruncates() throws {
        let limited = try Self.play(TimeLimit(Counter(limit: 7), steps: 3))
        #expect(limited.rewards == [1, 2, 3] && limited.truncated && !limited.terminated)
        // It takes the place of the task's own, and an end of the task's own stays one.
        #expect(try Self.play(TimeLimit(Counter(limit: 3), steps: 5)).rewards.count == 5)
        let ended = try Self.play(TimeLimit(Counter(last: 3), steps: 3))
        #expect(ended.terminated && !ended.truncated)
        #expect(try TimeLimit(Counter(limit: 3), steps: nil).spec.episodeLimit == nil)
    }

    @Test func skippedFramesAddTheirRewards() throws {
        // 1+2+3, 4+5+6, then the end after the 8th: 7+8.
        let ended = try Self.play(SkipFrames(Counter(last: 8), frames: 3))
        #expect(ended.rewards == [6, 15, 15] && ended.terminated)
        #expect(ended.observations == [[0, 10], [3, 10], [6, 10], [8, 10]])
        // A limit of 7 steps of the task: 1+2+3, 4+5+6, 7.
        let limited = try Self.play(SkipFrames(Counter(limit: 7), frames: 3))
        #expect(limited.rewards == [6, 15, 7] && limited.truncated && !limited.terminated)
        #expect(try SkipFrames(Counter(limit: 7), frames: 3).spec.episodeLimit == 3)
        #expect(try SkipFrames(Counter(limit: 6), frames: 3).spec.episodeLimit == 2)
        #expect(try SkipFrames(Counter(), frames: 3).spec.episodeLimit == nil)
    }

    @Test func rewardsAreScaled() throws {
        #expect(try Self.play(ScaleRewards(Counter(last: 3), by: -0.5)).rewards == [-0.5, -1, -1.5])
    }

    /// What the task is given for an action of its wrapper.
    static func given(_ counter: Counter, _ wrapper: any Environment, _ action: [Double]) throws -> [Double] {
        _ = try play(wrapper, action: action, steps: 1)
        return counter.done
    }

    @Test func actionsAreRescaled() throws {
        let counter = Counter()
        let wrapper = try RescaleActions(counter, low: [-1, -1], high: [1, 1])
        #expect(wrapper.spec.actions == .box(low: [-1, -1], high: [1, 1]))
        // [-2, 2] and [0, 10]: the ends, the middle, a quarter, and beyond.
        #expect(try Self.given(counter, wrapper, [-1, -1]) == [-2, 0])
        #expect(try Self.given(counter, wrapper, [1, 1]) == [2, 10])
        #expect(try Self.given(counter, wrapper, [0, 0]) == [0, 5])
        #expect(try Self.given(counter, wrapper, [-0.5, -0.5]) == [-1, 2.5])
        #expect(try Self.given(counter, wrapper, [2, -3]) == [4, -10])
        let fault = #expect(throws: Fault.self) { try Self.given(counter, wrapper, [1e308, 1e308]) }
        #expect(fault?.id == "environment.action-not-finite")
    }

    @Test func actionsAreCut() throws {
        let counter = Counter()
        #expect(try Self.given(counter, ClipActions(counter), [-7, 70]) == [-2, 10])
        let narrow = try ClipActions(counter, low: [-1, -5], high: [5, 6])
        #expect(narrow.spec.actions == .box(low: [-1, 0], high: [2, 6]))
        #expect(try Self.given(counter, narrow, [-7, 70]) == [-1, 6])
        #expect(try Self.given(counter, narrow, [0.5, 3]) == [0.5, 3])
    }

    @Test func observationsAreNormalised() throws {
        // k = 0, 1, 2, 3: means 0, ½, 1, 3/2 and variances 0, ¼, ⅔, 5/4; the constant becomes 0.
        let seen = try Self.play(NormaliseObservations(Counter(last: 3))).observations
        let wanted = [0, 0.5 / 0.25.squareRoot(), 1 / (2.0 / 3).squareRoot(), 1.5 / 1.25.squareRoot()]
        for (x, y) in zip(seen, wanted) { #expect((x[0] - y).magnitude < 1e-7 && x[1] == 0) }
        #expect(seen.count == 4)
        // Cut at ±1: all but the first.
        #expect(try Self.play(NormaliseObservations(Counter(last: 3), clip: 1)).observations.map { $0[0] }.dropFirst().allSatisfy { $0 <= 1 })
    }

    static func recorded(_ word: String) throws -> [[Double]] {
        let folder = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        let text = try WholeFile.readText(folder + "/Data/wrappers.txt")
        return try text.split(separator: "\n").filter { $0.hasPrefix(word + " ") }.map { line in
            try line.split(separator: " ").dropFirst().map { try #require(Double($0)) }
        }
    }

    /// Beside numpy's two-pass moments in extended precision; the fourth number lies at 10⁸ with deviation 1.
    @Test func runningMomentsEqualNumpys() throws {
        var moments = RunningMoments(size: 4)
        let rows = try Self.recorded("normalise")
        #expect(rows.count == 80)
        for row in rows {
            moments.add(Array(row[0..<4]))
            for i in 0..<4 {
                let (mean, variance) = (row[4 + i], row[8 + i])
                // Rounding of the mean, carried along: a few ulps of the largest number, squared never.
                #expect((moments.mean[i] - mean).magnitude <= 4 * mean.ulp)
                #expect((moments.variance[i] - variance).magnitude <= 1e-12 * variance + 8 * mean.ulp * variance.squareRoot())
            }
        }
    }

    @Test func rescaledActionsEqualGymnasiums() throws {
        final class Taker: Environment {
            var done: [Double] = []
            let spec = EnvironmentSpec(
                name: "taker", observationSize: 1, actions: .box(low: [-2, -0.1, 3], high: [2, 0.7, 11]), episodeLimit: nil)
            var constructor: EnvironmentConstructor? { nil }
            func reset(stream: inout RandomStream) throws {}
            func step(action: [Double], stream: inout RandomStream) throws -> StepOutcome {
                done = action
                return StepOutcome(reward: 0, terminated: false)
            }
            func observation() throws -> [Double] { [0] }
            func snapshot() throws -> EnvironmentSnapshot { EnvironmentSnapshot(numbers: []) }
            func restore(_ snapshot: EnvironmentSnapshot) throws {}
            func copy() throws -> any Environment { Taker() }
        }
        let taker = Taker()
        let wrapper = try RescaleActions(taker, low: [-1, 0, -3], high: [1, 10, 1])
        let rows = try Self.recorded("rescale")
        #expect(rows.count == 52)
        var stream = RandomStream(seed: 1, purpose: .environmentStep)
        for row in rows {
            _ = try wrapper.step(action: Array(row[0..<3]), stream: &stream)
            // Gymnasium maps by gradient and intercept, here by the two ends: a few roundings apart.
            for i in 0..<3 { #expect((taker.done[i] - row[3 + i]).magnitude <= 4 * 11.0.ulp) }
        }
        // Both ends are met exactly, which Gymnasium reaches by cutting.
        for row in rows[0..<2] {
            _ = try wrapper.step(action: Array(row[0..<3]), stream: &stream)
            #expect(taker.done == Array(row[3..<6]))
        }
    }

    @Test func statisticsOutliveEpisodesAndCopiesKeepTheirOwn() throws {
        let wrapper = try NormaliseObservations(Pendulum(gravity: 9))
        _ = try Self.play(wrapper, action: [1])
        #expect(wrapper.outlivesEpisodes && wrapper.moments.count == 201)
        let before = wrapper.moments
        let copy = try #require(try wrapper.copy() as? NormaliseObservations)
        #expect(copy.moments == before)
        _ = try Self.play(copy, action: [1], steps: 10)
        #expect(copy.moments.count == 212 && wrapper.moments == before)
        let snapshot = try wrapper.snapshot()
        _ = try Self.play(wrapper, action: [-1], steps: 3)
        #expect(wrapper.moments != before)
        try wrapper.restore(snapshot)
        #expect(wrapper.moments == before)
    }

    @Test func frozenStatisticsStay() throws {
        let inner = try NormaliseObservations(Pendulum())
        _ = try Self.play(inner, action: [1])
        let chain = try ScaleRewards(SkipFrames(inner, frames: 2), by: 0.1)
        let frozen = try #require(try NormaliseObservations.frozen(chain))
        #expect(frozen.spec.name == "pendulum.normalise_observations().freeze().skip_frames(2).scale_rewards(0.1)")
        #expect(!frozen.outlivesEpisodes && chain.outlivesEpisodes)
        let first = try Self.play(frozen, action: [0.5], steps: 20).observations
        #expect(try Self.play(frozen, action: [0.5], steps: 20).observations == first)
        // Built again from the text of its constructor, statistics and all.
        let constructor = try #require(frozen.constructor)
        let rebuilt = try EnvironmentCatalogue.standard.make(
            EnvironmentConstructor(constructor.name, try JSON(parsing: constructor.arguments.description)))
        #expect(try Self.play(rebuilt, action: [0.5], steps: 20).observations == first)
        #expect(try NormaliseObservations.frozen(Pendulum()) == nil)
        #expect(throws: Fault.self) { try NormaliseObservations.frozen(NormaliseObservations(Pendulum())) }
    }

    @Test func aNumberThatIsNotFiniteIsToldAndNotLearned() throws {
        let broken = EnvironmentTests.Broken()
        let wrapper = try NormaliseObservations(broken)
        let fault = #expect(throws: Fault.self) { try Self.play(wrapper, action: [-1], steps: 3) }
        #expect(fault?.id == "environment.observation-not-finite")
        #expect(wrapper.moments.mean == [0])
    }

    /// A wrapped task looks as it does without the wrapper; a step of held frames takes their time.
    @Test func wrappersShowTheTaskInside() throws {
        let pendulum = try Pendulum()
        let chain = try NormaliseObservations(SkipFrames(pendulum, frames: 4))
        #expect(try chain.scene() == pendulum.scene())
        #expect(chain.stepSeconds == pendulum.stepSeconds.map { 4 * $0 } && chain.stepSeconds != nil)
    }

    @Test func whatCannotBeWrappedIsTold() throws {
        let bandit = try Bandit(means: [1, 2])
        let unbounded = try LinearQuadratic(a: [[1]], b: [[1]], q: [[1]], r: [[1]])
        let pendulum = try Pendulum()
        let makers: [() throws -> any Environment] = [
            { try TimeLimit(pendulum, steps: 0) }, { try SkipFrames(pendulum, frames: 0) },
            { try ScaleRewards(pendulum, by: .nan) }, { try ScaleRewards(pendulum, by: 0) },
            { try RescaleActions(bandit, low: [-1], high: [1]) }, { try ClipActions(bandit) },
            { try RescaleActions(unbounded, low: [-1], high: [1]) }, { try RescaleActions(pendulum, low: [1], high: [1]) },
            { try RescaleActions(pendulum, low: [-1, -1], high: [1, 1]) }, { try ClipActions(pendulum, low: [3]) },
            { try ClipActions(pendulum, low: [0, 0]) }, { try ClipActions(pendulum, high: [.nan]) },
            { try NormaliseObservations(pendulum, clip: 0) }, { try NormaliseObservations(pendulum, epsilon: 0) },
        ]
        for maker in makers { #expect(throws: Fault.self) { try maker() } }
    }
}
