import Environments
import Support
import Tensors
import Testing

/// What every task must do, tried on each built-in one.
@Suite struct EnvironmentTests {
    static func all() throws -> [any Environment] {
        let chain = try FiniteMDP(
            transitions: [[[0.2, 0.8, 0], [1, 0, 0]], [[0, 0.1, 0.9], [0.5, 0.5, 0]], [[0, 0, 1], [0, 0, 1]]],
            rewards: [[0, 1], [2, -1], [0, 0]], terminal: [2])
        return [
            try Pendulum(), try Pendulum(gravity: 9.81), try Bandit(means: [0.1, 0.9], noise: 0.5),
            try QuadraticBandit(peak: [0.3, -0.2], curvature: [1, 4], noise: 0.1), try LinearQuadratic(),
            try LinearQuadratic(a: [[1, 0], [0.5, 0.3]], b: [[1, 0], [0, 2]], q: [[1, 0], [0, 1]], r: [[1, 0], [0, 1]]),
            try TimeLimit(Pendulum(), steps: 12), try SkipFrames(Pendulum(), frames: 3),
            try ScaleRewards(Bandit(means: [1, 2], noise: 1), by: 0.3),
            try RescaleActions(Pendulum(), low: [-0.5], high: [0.7]), try ClipActions(LinearQuadratic(), low: [-0.5]),
            try NormaliseObservations(Pendulum(), clip: 3), try NormaliseObservations(FiniteMDPEnvironment(chain)),
            try NormaliseObservations(SkipFrames(NormaliseObservations(TimeLimit(LinearQuadratic(), steps: nil)), frames: 2)),
        ] + (try gymnasium()) + [try FiniteMDPEnvironment(chain, horizon: 30)]
    }

    /// Gymnasium's tasks by their IDs, and some with options.
    static func gymnasium() throws -> [any Environment] {
        try GymnasiumTasks.names.map { try GymnasiumTasks.make($0) } + [
            GymnasiumTasks.make("CartPole-v1", options: ["sutton_barto_reward": true]),
            GymnasiumTasks.make("Pendulum-v1", options: ["g": 9.81, "max_episode_steps": 25]),
            GymnasiumTasks.make("MountainCarContinuous-v0", options: ["goal_velocity": 0.01]),
            GymnasiumTasks.make("FrozenLake-v1", options: ["desc": ["SFH", "FFG"], "success_rate": 0.8]),
            GymnasiumTasks.make("Taxi-v4", options: ["is_rainy": true]),
        ]
    }

    static func action(_ spec: EnvironmentSpec, _ stream: inout RandomStream) -> [Double] {
        switch spec.actions {
        case .finite(let count): [Double(stream.index(below: count))]
        case .box(let low, _): low.map { _ in stream.uniform(-1, 1) }
        }
    }

    /// Runs on from the current state and returns everything seen.
    static func trace(_ environment: any Environment, steps: Int) throws -> [Double] {
        var seen: [Double] = []
        for index in 0..<steps {
            var stream = RandomStream(seed: 9, purpose: .environmentStep, step: UInt64(index))
            let action = action(environment.spec, &stream)
            let outcome = try environment.step(action: action, stream: &stream)
            seen += try environment.observation() + [outcome.reward, outcome.terminated ? 1 : 0]
            if outcome.terminated { try environment.reset(stream: &stream) }
        }
        return seen
    }

    @Test func snapshotsCopiesAndConstructorsGoOnBitForBit() throws {
        for environment in try Self.all() {
            let name = environment.spec.name
            var stream = RandomStream(seed: 3, purpose: .environmentReset)
            try environment.reset(stream: &stream)
            _ = try Self.trace(environment, steps: 5)
            let snapshot = try environment.snapshot()
            let copy = try environment.copy()
            let constructor = try #require(environment.constructor)
            let text = constructor.arguments.description
            let rebuilt = try EnvironmentCatalogue.standard.make(
                EnvironmentConstructor(constructor.name, try JSON(parsing: text)))
            #expect(rebuilt.spec == environment.spec && copy.spec == environment.spec)
            #expect(rebuilt.constructor == environment.constructor)
            if GymnasiumTasks.names.contains(name) {
                #expect(constructor.name == "gym" && constructor.arguments["id"]?.text == name)
            }
            try rebuilt.restore(snapshot)
            let first = try Self.trace(environment, steps: 20)
            #expect(try Self.trace(copy, steps: 20) == first, "\(name): copy")
            #expect(try Self.trace(rebuilt, steps: 20) == first, "\(name): rebuilt")
            try environment.restore(snapshot)
            #expect(try Self.trace(environment, steps: 20) == first, "\(name): restored")
        }
    }

    @Test func foreignSnapshotsAreFaults() throws {
        for environment in try Self.all() {
            #expect(throws: Fault.self) { try environment.restore(EnvironmentSnapshot(numbers: [1, 2, 3, 4, 5])) }
        }
        let mdp = try #require(try Self.all().last)
        for number in [-1, 3, 0.5, .nan, 1e300] {
            #expect(throws: Fault.self) { try mdp.restore(EnvironmentSnapshot(numbers: [number])) }
        }
    }

    @Test func observationsHaveTheToldSize() throws {
        for environment in try Self.all() {
            var stream = RandomStream(seed: 3, purpose: .environmentReset)
            var episode = try Episode(in: environment, stream: &stream)
            #expect(episode.observation.count == environment.spec.observationSize)
            while !episode.isOver {
                let action = Self.action(environment.spec, &stream)
                _ = try episode.step(environment, action: action, limit: 300, stream: &stream)
            }
        }
    }

    @Test(arguments: [
        ([], "environment.action-size"), ([1, 2], "environment.action-size"), ([.nan], "environment.action-not-finite"),
        ([.infinity], "environment.action-not-finite"),
    ] as [([Double], String)])
    func wrongActionsAreTold(action: [Double], id: String) throws {
        for environment in [try Pendulum(), try Bandit(means: [1, 2])] as [any Environment] {
            var stream = RandomStream(seed: 3, purpose: .environmentReset)
            var episode = try Episode(in: environment, stream: &stream)
            let fault = #expect(throws: Fault.self) {
                try episode.step(environment, action: action, stream: &stream)
            }
            #expect(fault?.id == id)
        }
    }

    @Test(arguments: [-1, 2, 0.5, 1e300]) func indicesOutOfRangeAreTold(index: Double) throws {
        let fault = #expect(throws: Fault.self) { try ActionSpace.finite(count: 2).check([index]) }
        #expect(fault?.id == "environment.action-index")
    }

    @Test(arguments: [
        ("nothing", "{}"), ("bandit", "{}"), ("bandit", #"{"means":[]}"#), ("bandit", #"{"means":["a"]}"#),
        ("bandit", #"{"means":[1],"noise":-1}"#), ("lq", "{}"), ("lq", #"{"A":[[1]],"B":[[1]],"Q":[[1]],"R":[[1,2]]}"#),
        ("lq", #"{"A":[[1],[2]],"B":[[1]],"Q":[[1]],"R":[[1]]}"#), ("pendulum", #"{"g":"x"}"#),
        ("pendulum", #"{"g":"NaN"}"#), ("mdp", #"{"transitions":[[[1]]]}"#), ("mdp", "[]"),
        ("quadratic_bandit", #"{"peak":[1],"curvature":[1,2]}"#), ("gym", "{}"), ("gym", #"{"id":"CartPole"}"#),
        ("gym", #"{"id":"CartPole-v1","mass":2}"#),
        ("mdp", #"{"states":1,"actions":1,"outcomes":[[0,0,1,1,0,0]],"start":[1],"terminal":[]}"#),
        ("mdp", #"{"states":1,"actions":1,"outcomes":[[0,1,1,0,0,0]],"start":[1],"terminal":[]}"#),
        ("mdp", #"{"states":1e9,"actions":1e9,"outcomes":[],"start":[1],"terminal":[]}"#),
        ("mdp", #"{"states":1,"actions":1,"outcomes":[[0,0,1,0]],"start":[1],"terminal":[]}"#),
        ("time_limit", "{}"),
        ("time_limit", #"{"environment":3,"steps":1}"#), ("time_limit", #"{"environment":{"name":"nothing"},"steps":1}"#),
        ("time_limit", #"{"environment":{"name":"pendulum"},"steps":"a"}"#),
        ("skip_frames", #"{"environment":{"name":"pendulum"}}"#),
        ("scale_rewards", #"{"environment":{"name":"pendulum"},"by":"NaN"}"#),
        ("rescale_actions", #"{"environment":{"name":"pendulum"},"low":[-1]}"#),
        ("clip_actions", #"{"environment":{"name":"pendulum"},"low":[1],"high":[0]}"#),
        ("normalise_observations", #"{"environment":{"name":"pendulum"},"clip":-1}"#),
        ("normalise_observations", #"{"environment":{"name":"pendulum"},"count":3,"mean":[1],"squares":[1]}"#),
    ])
    func wrongConstructorsAreFaults(name: String, arguments: String) throws {
        let arguments = try JSON(parsing: arguments)
        #expect(throws: Fault.self) {
            try EnvironmentCatalogue.standard.make(EnvironmentConstructor(name, arguments))
        }
    }

    /// A task whose numbers break down must be told, not learned from.
    final class Broken: Environment {
        var reward = 0.0
        var seen = [0.0]
        let spec = EnvironmentSpec(
            name: "broken", observationSize: 1, actions: .box(low: [-1], high: [1]), episodeLimit: nil)
        var constructor: EnvironmentConstructor? { nil }
        func reset(stream: inout RandomStream) throws { seen = [0] }
        func step(action: [Double], stream: inout RandomStream) throws -> StepOutcome {
            if action[0] > 0 { reward = .nan } else if action[0] < 0 { seen = [.infinity] } else { seen = [1, 2] }
            return StepOutcome(reward: reward, terminated: false)
        }
        func observation() throws -> [Double] { seen }
        func snapshot() throws -> EnvironmentSnapshot { EnvironmentSnapshot(numbers: seen) }
        func restore(_ snapshot: EnvironmentSnapshot) throws { seen = snapshot.numbers }
        func copy() throws -> any Environment { Broken() }
    }

    @Test(arguments: [
        (1.0, "environment.reward-not-finite"), (-1.0, "environment.observation-not-finite"),
        (0.0, "environment.observation-size"),
    ])
    func brokenTasksAreTold(action: Double, id: String) throws {
        let environment = Broken()
        var stream = RandomStream(seed: 3, purpose: .environmentReset)
        var episode = try Episode(in: environment, stream: &stream)
        let fault = #expect(throws: Fault.self) {
            try episode.step(environment, action: [action], stream: &stream)
        }
        #expect(fault?.id == id)
    }
}
