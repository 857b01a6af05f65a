import Environments
import MuJoCoEnvironments
import Support
import Tensors
import Testing

private let missing: Comment = "MuJoCo's files were not fetched: scripts/mpo --fetch"

@Suite(.enabled(if: MuJoCoFolder.isAvailable, missing)) struct SuiteTests {
    /// `cheetah-run` and its like.
    static let titles = SuiteEnvironment.domains.flatMap { domain in
        SuiteEnvironment.tasks(of: domain).map { "\(domain)-\($0)" }
    }

    static func make(_ title: String) throws -> SuiteEnvironment {
        let names = title.split(separator: "-").map(String.init)
        return try SuiteEnvironment.make(names[0], names[1])
    }

    /// How far a computed number may lie from dm_control's: sums, sines and logarithms in another order or library.
    static let tolerance = 1e-12

    /// dm_control's own trajectories: its observations to the bit where they are MuJoCo's numbers, rewards within 1e-12.
    @Test(arguments: titles) func equalsTheOriginal(title: String) throws {
        let environment = try Self.make(title)
        let record = try SuiteRecord(title)
        #expect(environment.spec.episodeLimit == record.limit)
        for trajectory in record.trajectories {
            try environment.restore(trajectory)
            var actions = RecordedActions(state: trajectory.name == "near" ? 8 : 7)
            var stream = RandomStream(seed: 0, purpose: .environmentStep)
            Self.compare(environment, record, trajectory, after: 0)
            for step in 1...trajectory.steps {
                let action = actions.bounded(record.low, record.high)
                let outcome = try environment.step(action: action, stream: &stream)
                let reward = try #require(step <= trajectory.rewards.count ? trajectory.rewards[step - 1] : nil)
                guard (outcome.reward - reward).magnitude <= Self.tolerance else {
                    Issue.record("\(title) \(trajectory.name): the reward of step \(step) is \(outcome.reward), not \(reward)")
                    return
                }
                Self.compare(environment, record, trajectory, after: step)
                #expect(outcome.terminated == (step == trajectory.terminal && record.limit == nil))
                if step == trajectory.terminal { break }
            }
        }
    }

    private static func compare(
        _ environment: SuiteEnvironment, _ record: SuiteRecord, _ trajectory: SuiteRecord.Trajectory, after step: Int
    ) {
        guard let wanted = trajectory.observations[step] else { return }
        let seen = environment.observation()
        guard seen.count == wanted.count else {
            Issue.record("\(environment.spec.name): \(seen.count) numbers are observed, not \(wanted.count)")
            return
        }
        for (index, (a, b)) in zip(seen, wanted).enumerated() where a != b {
            let isComputed = record.computed.contains { $0.contains(index) }
            if isComputed && (a - b).magnitude <= tolerance * max(1, b.magnitude) { continue }
            Issue.record("\(environment.spec.name) \(trajectory.name): after step \(step) number \(index) is \(a), not \(b)")
            return
        }
    }

    /// The bounds are the original's, whose 1e10 means that there is none.
    @Test(arguments: titles) func actionsHaveTheirBounds(title: String) throws {
        let record = try SuiteRecord(title)
        func told(_ x: Double) -> Double { x.magnitude >= 1e10 ? x * .infinity : x }
        #expect(try Self.make(title).spec.actions == .box(low: record.low.map(told), high: record.high.map(told)))
    }

    @Test(arguments: titles) func snapshotsCopiesAndConstructorsGoOnBitForBit(title: String) throws {
        let environment = try Self.make(title)
        var stream = RandomStream(seed: 3, purpose: .environmentReset)
        try environment.reset(stream: &stream)
        _ = try Self.trace(environment, steps: 5)
        let snapshot = environment.snapshot()
        let seen = environment.observation()
        let copy = try environment.copy()
        let constructor = try #require(environment.constructor)
        let rebuilt = try EnvironmentCatalogue.complete.make(
            EnvironmentConstructor(constructor.name, try JSON(parsing: constructor.arguments.description)))
        #expect(rebuilt.spec == environment.spec && copy.spec == environment.spec)
        try rebuilt.restore(snapshot)
        #expect(try rebuilt.observation() == seen && copy.observation() == seen)
        let first = try Self.trace(environment, steps: 20)
        #expect(try Self.trace(copy, steps: 20) == first, "copy")
        #expect(try Self.trace(rebuilt, steps: 20) == first, "rebuilt")
        // Through another episode, so that what a reset redraws has changed.
        try environment.reset(stream: &stream)
        try environment.restore(snapshot)
        #expect(environment.observation() == seen)
        #expect(try Self.trace(environment, steps: 20) == first, "restored")
        #expect(throws: Fault.self) { try environment.restore(EnvironmentSnapshot(numbers: [1, 2, 3])) }
    }

    private static func trace(_ environment: any Environment, steps: Int) throws -> [Double] {
        guard case .box(let low, let high) = environment.spec.actions else { return [] }
        var actions = RecordedActions(state: 11)
        var seen: [Double] = []
        for index in 0..<steps {
            var stream = RandomStream(seed: 9, purpose: .environmentStep, step: UInt64(index))
            let outcome = try environment.step(action: actions.bounded(low, high), stream: &stream)
            seen += try environment.observation() + [outcome.reward, outcome.terminated ? 1 : 0]
        }
        return seen
    }

    /// Starts are drawn from the original's distributions: means, deviations and ranges of many starts agree.
    @Test(arguments: titles) func startsAreDrawnAlike(title: String) throws {
        let environment = try Self.make(title)
        let spreads = try SuiteRecord(title).spreads
        let n = 400
        var rows = [[[Double]]](repeating: [], count: spreads.count)
        for row in 0..<n {
            var stream = RandomStream(seed: 5, purpose: .environmentReset, step: 0, row: UInt32(row))
            try environment.reset(stream: &stream)
            for (index, spread) in spreads.enumerated() { rows[index].append(try environment.numbers(of: spread.field)) }
        }
        let drawn = environment.redrawnFields.filter { $0 != "jnt_stiffness" }  // LQR's springs are drawn with the model
        #expect(Set(spreads.map(\.field)).isSuperset(of: ["qpos", "qvel"] + drawn))
        for (index, spread) in spreads.enumerated() {
            for place in spread.mean.indices {
                let what = "\(title) \(spread.field)[\(place)]"
                let drawn = rows[index].map { $0[place] }
                let mean = drawn.reduce(0, +) / Double(n)
                let deviation = (drawn.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(n)).squareRoot()
                let (wantedMean, wanted) = (spread.mean[place], spread.deviation[place])
                // Five standard errors of the difference of two sample means; deviations of 400 draws scatter by 4 %.
                let error = 5 * wanted * (1 / Double(n) + 1 / Double(spread.count)).squareRoot() + 1e-6 * max(1, wantedMean.magnitude)
                #expect((mean - wantedMean).magnitude <= error, "\(what): mean \(mean), not \(wantedMean)")
                #expect((deviation - wanted).magnitude <= 0.25 * wanted + 1e-6, "\(what): deviation \(deviation), not \(wanted)")
                let (low, high) = (spread.lowest[place], spread.highest[place])
                let slack = 1.0 * wanted + 1e-6 * max(1, high.magnitude)
                #expect(drawn.allSatisfy { $0 >= low - slack && $0 <= high + slack }, "\(what): beyond [\(low), \(high)]")
            }
        }
    }

    @Test func rewardsFallAsTheOriginalsDo() throws {
        let kinds: [String: Sigmoid] = [
            "gaussian": .gaussian, "hyperbolic": .hyperbolic, "long_tail": .longTail, "reciprocal": .reciprocal,
            "cosine": .cosine, "linear": .linear, "quadratic": .quadratic, "tanh_squared": .tanhSquared,
        ]
        let lines = try SuiteRecord.lines("tolerance")
        #expect(Set(lines.map { $0[0] }).count == 8 && lines.count >= 160)
        for words in lines {
            let kind = try #require(kinds[words[0]])
            let n = try words.dropFirst().map { try SuiteRecord.number($0) }
            let y = MuJoCoEnvironments.tolerance(n[0], n[1], n[2], margin: n[3], sigmoid: kind, valueAtMargin: n[4])
            #expect((y - n[5]).magnitude <= 1e-14, "\(words[0]) \(n)")
        }
    }

    @Test func unknownNamesAreToldWithWhatThereIs() {
        let domain = #expect(throws: Fault.self) { try SuiteEnvironment.make("cheeta", "run") }
        #expect(domain?.id == "suite.domain" && domain?.hint?.contains("cheetah") == true)
        let task = #expect(throws: Fault.self) { try SuiteEnvironment.make("walker", "fly") }
        #expect(task?.id == "suite.task" && task?.hint == "There are stand, walk, run")
        let refused = #expect(throws: Fault.self) { try SuiteEnvironment.make("dog", "run") }
        #expect(refused?.id == "suite.refused")
    }

    @Test func badActionsAndForeignArgumentsAreFaults() throws {
        let environment = try Self.make("pendulum-swingup")
        var stream = RandomStream(seed: 0, purpose: .environmentStep)
        for action in [[], [1, 2], [.nan], [.infinity]] as [[Double]] {
            #expect(throws: Fault.self) { try environment.step(action: action, stream: &stream) }
        }
        for arguments in ["{}", #"{"domain":1,"task":"run"}"#, #"{"domain":"cheetah"}"#, "[]"] {
            let arguments = try JSON(parsing: arguments)
            #expect(throws: Fault.self) { try EnvironmentCatalogue.complete.make(EnvironmentConstructor("suite", arguments)) }
        }
    }

    /// A state beyond MuJoCo's bounds is a fault, not MuJoCo's silent start from the beginning; a reset mends it.
    @Test(arguments: ["cheetah-run", "cartpole-swingup", "humanoid-walk"]) func unstableStatesAreFaults(title: String) throws {
        let environment = try Self.make(title)
        guard case .box(let low, _) = environment.spec.actions else { return }
        var stream = RandomStream(seed: 3, purpose: .environmentReset)
        try environment.reset(stream: &stream)
        let start = environment.snapshot()
        for bad in [1e11, .nan] {
            var broken = start
            broken.numbers[2] = bad  // a position, after the time
            let fault = #expect(throws: Fault.self) {
                try environment.restore(broken)
                _ = try environment.step(action: low, stream: &stream)
            }
            #expect(fault?.id == "mujoco.unstable")
        }
        try environment.reset(stream: &stream)
        #expect(try environment.step(action: low, stream: &stream).reward >= 0)
    }
}
