import Environments
import Laboratory
import PolicyOptimisation
import Support
import Synchronization
import Tensors
import Testing

/// Episodes that are played at the same time give the bits of those played one after another.
@Suite struct ParallelEpisodesTests {
    struct Way: Sendable {
        let parallel: Int?
        let threads: Int
    }
    static let ways = [(nil, 1), (nil, 2), (1, 2), (2, 2), (4, 2), (4, 1), (3, 4), (nil, 4)].map(Way.init)

    struct Broken: Error, Equatable { let start: Double }

    @Test(arguments: ways) func theSameBits(way: Way) throws {
        let lab = try Fixture.walk(threads: way.threads)
        let alone = try Fixture.walk()
        for (lab, parallel) in [(lab, way.parallel), (alone, 1)] {
            try lab.collect(episodes: 9, parallel: parallel)
            try lab.collect(steps: 33, parallel: parallel)
            try lab.collect(episodes: 5, parallel: parallel)  // the running one is the first of them
            try lab.qstep(steps: 3)
            try lab.mstep(lab.estep(), steps: 2)
            try lab.collect(steps: 1_234, parallel: parallel)  // more than the replay holds
            try lab.collect(steps: 3, parallel: parallel)
        }
        #expect(lab.history == alone.history)
        #expect(try lab.digest() == alone.digest())
        for _ in 0..<3 {
            try lab.undo()
            try alone.undo()
        }
        #expect(try lab.digest() == alone.digest())
        #expect(try lab.evaluate(episodes: 7, parallel: way.parallel) == alone.evaluate(episodes: 7, parallel: 1))
        #expect(Set(try alone.evaluate(episodes: 7).returns).count == 7)
    }

    /// Whatever the episodes before were, the third is the third.
    @Test func anEpisodeIsAFunctionOfItsNumber() throws {
        let lab = try Fixture.pendulum(replay: 1_000)
        try lab.collect(episodes: 3)
        let other = try Fixture.pendulum(replay: 1_000, horizon: 7)
        try other.collect(episodes: 2)
        try other.set("horizon", to: .number(60))
        try other.collect(episodes: 1)
        for step in 0..<60 {
            let (a, b) = (try lab.replay.transition(120 + step), try other.replay.transition(14 + step))
            #expect(a.observation == b.observation && a.action == b.action && a.reward == b.reward)
        }
    }

    /// No two steps share exploration: of an episode, and of two episodes at the same step.
    @Test func noiseIsNewInEveryStep() throws {
        let bandit = try Lab(
            environment: QuadraticBandit(peak: [0.5], noise: 1),
            policy: .gaussian(
                observationSize: 1, box: .unit(1), hidden: [],
                stream: RandomStream(seed: 1, purpose: .initialisation)),
            critic: QNetwork(
                .stateAction(observationSize: 1, actionSize: 1), hidden: [4],
                stream: RandomStream(seed: 1, purpose: .initialisation, step: 1)), settings: Fixture.settings())
        try bandit.collect(episodes: 500)
        let episodes = try (0..<500).map { try bandit.replay.transition($0) }
        #expect(Set(episodes.map(\.action)).count == 500 && Set(episodes.map(\.reward)).count == 500)
        let pendulum = try Fixture.pendulum(replay: 1_000, horizon: 500)
        try pendulum.collect(steps: 500)
        #expect(Set(try (0..<500).map { try pendulum.replay.transition($0).action }).count == 500)
    }

    /// The error is that of the earliest episode that fails; the whole episodes before it stay.
    @Test(arguments: ways) func errorsOfTheTask(way: Way) throws {
        for (broken, step) in [([0], 1), ([3, 4], 2), ([5, 4, 11], 1), ([11], 1)] {
            let starts = broken.map { Walk.start(of: $0, seed: 3) }
            let trouble: @Sendable (Double, Int) throws -> Void = { start, now in
                if now == step, starts.contains(start) { throw Broken(start: start) }
            }
            for steps in [nil, 5_000] {
                let lab = try Fixture.walk(Walk(trouble: trouble), threads: way.threads)
                let error = #expect(throws: Broken.self) {
                    if let steps {
                        try lab.collect(steps: steps, parallel: way.parallel)
                    } else {
                        try lab.collect(episodes: 12, parallel: way.parallel)
                    }
                }
                let first = broken.min() ?? 0
                #expect(error?.start == Walk.start(of: first, seed: 3))
                let shorter = try Fixture.walk()
                if first > 0 { try shorter.collect(episodes: first) }
                #expect(try lab.digest() == shorter.digest(), "\(broken)")
                #expect(lab.episodes == first && lab.runningEpisode == nil)
                // It fails again at the same place, and nothing is committed.
                let again = #expect(throws: Broken.self) { try lab.collect(episodes: 2, parallel: way.parallel) }
                #expect(again?.start == error?.start)
                #expect(try lab.digest() == shorter.digest(), "\(broken), again")
            }
        }
    }

    @Test(arguments: ways) func errorsInAnEvaluation(way: Way) throws {
        var stream = RandomStream(seed: 3, purpose: .evaluationReset, step: 4)
        let bad = stream.normal()
        let lab = try Fixture.walk(
            Walk(trouble: { start, _ in if start == bad { throw Broken(start: start) } }), threads: way.threads)
        #expect(throws: Broken(start: bad)) { try lab.evaluate(episodes: 9, parallel: way.parallel) }
        #expect(try lab.evaluate(episodes: 4, parallel: way.parallel).returns.count == 4)
    }

    /// An interrupt at any moment leaves as many whole episodes as a shorter call.
    @Test(arguments: ways) func interrupts(way: Way) throws {
        let lengths = try Fixture.walk().collect(episodes: 40).finished.lengths
        for number in [0, 2, 7, 19] {
            try #require(lengths[number] > 1)
            let cut = Walk.start(of: number, seed: 3)
            let token = CancellationToken()
            let lab = try Fixture.walk(
                Walk(trouble: { start, step in if start == cut, step == 1 { token.cancel() } }), threads: way.threads)
            #expect(throws: Interrupted.self) {
                try lab.collect(episodes: 40, parallel: way.parallel, cancellation: token)
            }
            // An earlier episode may still have been under way on another thread.
            #expect(lab.episodes <= number && lab.runningEpisode == nil)
            if way.threads == 1 || way.parallel == 1 { #expect(lab.episodes == number) }
            let shorter = try Fixture.walk()
            if lab.episodes > 0 { try shorter.collect(episodes: lab.episodes) }
            #expect(try lab.digest() == shorter.digest())
            #expect(throws: Interrupted.self) {
                try lab.evaluate(episodes: 4, parallel: way.parallel, cancellation: token)
            }
            try lab.collect(episodes: 3)
            try shorter.collect(episodes: 3)
            #expect(try lab.digest() == shorter.digest())
        }
    }

    /// Episodes longer than what may wait are settled in their middle, whoever plays them.
    @Test func veryLongEpisodes() throws {
        let long = [1, 2].map { Walk.start(of: $0, seed: 3) }
        func lab(_ threads: Int, trouble: @escaping @Sendable (Double, Int) throws -> Void = { _, _ in }) throws -> Lab {
            try Fixture.walk(
                Walk(reach: .infinity, limit: nil, life: { long.contains($0) ? 12_000 : 700 }, trouble: trouble), replay: 60_000,
                threads: threads)
        }
        let alone = try lab(1)
        let together = try lab(2)
        let lengths = try alone.collect(episodes: 4).finished.lengths
        #expect(lengths == [700, 12_000, 12_000, 700])
        try together.collect(episodes: 4)
        for lab in [alone, together] { try lab.collect(steps: 12_345) }
        #expect(try alone.digest() == together.digest())
        // Of an interrupted long episode the settled steps are kept, and it goes on from there.
        let token = CancellationToken()
        let cut = try lab(2) { _, step in if step == 10_500 { token.cancel() } }
        #expect(throws: Interrupted.self) { try cut.collect(episodes: 4, cancellation: token) }
        #expect(cut.runningEpisode?.steps == 10_000)
        try cut.collect(steps: alone.environmentSteps - cut.environmentSteps)
        #expect(cut.runningEpisode == alone.runningEpisode && cut.replay.count == alone.replay.count)
        for slot in 0..<alone.replay.count {
            let (a, b) = (try alone.replay.transition(slot), try cut.replay.transition(slot))
            guard a.action == b.action, a.nextObservation == b.nextObservation else {
                Issue.record("slot \(slot) differs")
                return
            }
        }
    }

    /// What runs functions of the language never leaves its thread.
    @Test func someTasksStayAtHome() throws {
        let task = Homebody()
        let lab = try Fixture.walk(task, threads: 4)
        let other = try Fixture.walk()
        for lab in [lab, other] {
            try lab.collect(episodes: 30, parallel: 4)
            try lab.collect(steps: 500)
            _ = try lab.evaluate(episodes: 10, parallel: 4)
        }
        #expect(task.away.load(ordering: .relaxed) == 0)
        #expect(try lab.digest() == other.digest())
    }

    @Test func progressIsToldOnTheCallingThread() throws {
        let lab = try Fixture.walk(threads: 2)
        var told: [Int] = []
        try lab.collect(steps: 2_000) { done, total in
            told.append(done)
            #expect(done <= total && total == 2_000)
        }
        #expect(!told.isEmpty && told == told.sorted())
        told = []
        try lab.collect(episodes: 200) { done, total in
            told.append(done)
            #expect(done <= total && total == 200)
        }
        #expect(!told.isEmpty && told == told.sorted())
    }

    @Test func wrongCountsAreTold() throws {
        let lab = try Fixture.walk()
        for count in [0, -2] {
            let fault = #expect(throws: Fault.self) { try lab.collect(episodes: 1, parallel: count) }
            #expect(fault?.id == "collect.parallel")
            #expect(throws: Fault.self) { try lab.evaluate(episodes: 1, parallel: count) }
        }
        #expect(lab.environmentSteps == 0)
    }
}
