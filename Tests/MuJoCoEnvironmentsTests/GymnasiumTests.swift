import CMuJoCo
import Environments
import MuJoCoEnvironments
import Support
import Tensors
import Testing

/// Gymnasium's MuJoCo tasks beside gymnasium 1.4.0 on MuJoCo 3.17.0 (scripts/reference-gymnasium-physics.py).
@Suite(.enabled(if: MuJoCoFolder.isAvailable, "MuJoCo's files were not fetched"))
struct GymnasiumTests {
    static let recorded = (try? RecordedTask.all("gymnasium.txt")) ?? []

    @Test func everyTaskIsRecorded() {
        #expect(Self.recorded.map(\.name).sorted() == GymnasiumEnvironment.names.sorted())
    }

    /// Over 200 actions: observations to the last bit, or within 1e-12 where sines are computed; rewards within 1e-12 of
    /// their size; ends at the same steps.
    @Test(arguments: recorded.indices) func equalsGymnasium(index: Int) throws {
        let task = Self.recorded[index]
        let environment = try #require(try GymnasiumEnvironment.make(task.name))
        #expect(environment.spec.episodeLimit == task.words.first.flatMap { Int($0) })
        try environment.body.start()
        environment.body.qpos.set(try task.numbers("qpos"))
        environment.body.qvel.set(try task.numbers("qvel"))
        try environment.body.physics.perform(MPO_FORWARD)
        let rewards = try task.numbers("rewards")
        let ends = try #require(task.lines["ends"])
        let tolerance = ["Reacher", "InvertedDoublePendulum"].contains { task.name.hasPrefix($0) } ? 1e-12 : 0
        guard case .box(let low, let high) = environment.spec.actions else {
            Issue.record("no box of actions")
            return
        }
        var actions = RecordedActions(state: UInt64(task.name.count))
        var stream = RandomStream(seed: 0, purpose: .environmentStep)
        func compare(_ step: Int) throws {
            guard task.shownSteps.contains(step) else { return }
            let wanted = try task.numbers("observation \(step)")
            let seen = environment.observation()
            #expect(seen.count == wanted.count)
            let gap = zip(seen, wanted).map { ($0 - $1).magnitude }.max() ?? .nan
            #expect(gap <= tolerance, "\(task.name): the observation after step \(step) is off by \(gap)")
        }
        try compare(0)
        var largest = 0.0
        for (step, end) in ends.enumerated() {
            let outcome = try environment.step(action: actions.action(low: low, high: high), stream: &stream)
            largest = max(largest, (outcome.reward - rewards[step]).magnitude / max(1, rewards[step].magnitude))
            #expect(outcome.terminated == (end == "1"), "\(task.name): step \(step + 1)")
            try compare(step + 1)
        }
        #expect(ends.count == 200 && largest <= 1e-12, "\(task.name): rewards off by up to \(largest)")
    }

    /// 400 resets here beside 400 there: means and deviations of every position and velocity.
    @Test(arguments: recorded.indices) func startsAreDrawnAlike(index: Int) throws {
        let task = Self.recorded[index]
        let environment = try #require(try GymnasiumEnvironment.make(task.name))
        let means = try task.numbers("start-mean")
        let deviations = try task.numbers("start-deviation")
        let count = 400.0
        var sums = means.map { _ in 0.0 }
        var squares = sums
        for episode in 0..<Int(count) {
            var stream = RandomStream(seed: 11, purpose: .environmentReset, step: UInt64(episode))
            try environment.reset(stream: &stream)
            for (i, x) in (environment.body.qpos.array + environment.body.qvel.array).enumerated() {
                sums[i] += x
                squares[i] += (x - means[i]) * (x - means[i])
            }
        }
        for i in means.indices {
            let mean = sums[i] / count
            let deviation = (squares[i] / count - (mean - means[i]) * (mean - means[i])).squareRoot()
            let scale = deviations[i]
            // The difference of two means of n numbers deviates by σ √(2/n); 5 of them leave no room for luck.
            #expect((mean - means[i]).magnitude <= 5 * scale * (2 / count).squareRoot() + 1e-12, "\(task.name): mean \(i)")
            #expect((deviation - scale).magnitude <= 0.25 * scale + 1e-12, "\(task.name): deviation \(i)")
        }
    }

    @Test(arguments: GymnasiumEnvironment.names) func snapshotsCopiesAndConstructorsGoOnBitForBit(name: String) throws {
        let environment = try #require(try GymnasiumEnvironment.make(name))
        guard case .box(let low, let high) = environment.spec.actions else { return }
        func trace(_ environment: any Environment) throws -> [Double] {
            var actions = RecordedActions(state: 5)
            var stream = RandomStream(seed: 0, purpose: .environmentStep)
            var seen: [Double] = try environment.observation()
            for _ in 0..<15 {
                let outcome = try environment.step(action: actions.action(low: low, high: high), stream: &stream)
                seen += [outcome.reward] + (try environment.observation())
            }
            return seen
        }
        var stream = RandomStream(seed: 3, purpose: .environmentReset)
        try environment.reset(stream: &stream)
        _ = try trace(environment)
        let snapshot = environment.snapshot()
        let copy = try environment.copy()
        let constructor = try #require(environment.constructor)
        let rebuilt = try EnvironmentCatalogue.complete.make(constructor)
        #expect(rebuilt.spec == environment.spec && rebuilt.constructor == constructor)
        try rebuilt.restore(snapshot)
        let first = try trace(environment)
        #expect(try trace(copy) == first && trace(rebuilt) == first)
        try environment.restore(snapshot)
        #expect(try trace(environment) == first)
    }

    @Test func whatCannotBeIsAFault() throws {
        #expect(throws: Fault.self) { try GymnasiumEnvironment.make("Pusher-v4") }
        #expect(try GymnasiumEnvironment.make("Reacher-v3") == nil)
        let environment = try #require(try GymnasiumEnvironment.make("Reacher-v4"))
        var stream = RandomStream(seed: 3, purpose: .environmentReset)
        try environment.reset(stream: &stream)
        #expect(throws: Fault.self) { try environment.step(action: [.nan, 0], stream: &stream) }
        #expect(throws: Fault.self) { try environment.step(action: [0], stream: &stream) }
        #expect(throws: Fault.self) { try environment.restore(EnvironmentSnapshot(numbers: [1, 2, 3])) }
        // A state beyond MuJoCo's bounds: a fault, not MuJoCo's silent start from the beginning.
        environment.body.qvel[0] = 1e11
        let fault = #expect(throws: Fault.self) { try environment.step(action: [0, 0], stream: &stream) }
        #expect(fault?.id == "mujoco.unstable")
        try environment.reset(stream: &stream)
        _ = try environment.step(action: [0, 0], stream: &stream)
    }

    @Test func modelsThatAreWrongAreFaults() throws {
        for text in ["", "<mujoco", "<mujoco><worldbody><geom type=\"nothing\"/></worldbody></mujoco>", "<a/>"] {
            #expect(throws: Fault.self) { try Physics(xml: text, name: "test") }
        }
        let physics = try Physics(
            xml: "<mujoco><worldbody><body><joint type=\"slide\"/><geom size=\"1\"/></body></worldbody></mujoco>", name: "test")
        #expect(throws: Fault.self) { try physics.field("nonsense") }
        #expect(throws: Fault.self) { try physics.index(.body, "nobody") }
        let qpos = try physics.field("qpos")
        #expect(qpos.count == 1 && qpos[-1] == 0 && qpos[7] == 0)
    }
}
