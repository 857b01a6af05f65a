import Environments
import Glibc
import Laboratory
import Networks
import PolicyOptimisation
import Support
import Tensors

/// Small labs for the tests.
enum Fixture {
    static func settings(replay: Int = 1_000) -> MPOSettings {
        var settings = MPOSettings()
        settings.batch = 32
        settings.actions = 6
        settings.replay = replay
        settings.policyPeriod = 7
        settings.criticPeriod = 5
        return settings
    }

    /// A pendulum whose small replay wraps round soon.
    static func pendulum(
        replay: Int = 150, horizon: Int? = 60, seed: UInt64 = 3, threads: Int = 1,
        statements: StatementLog = StatementLog(), _ change: (inout MPOSettings) -> Void = { _ in }
    ) throws -> Lab {
        var settings = settings(replay: replay)
        settings.horizon = horizon
        change(&settings)
        let stream = RandomStream(seed: seed, purpose: .initialisation)
        let box = try ActionBox(low: [-2], high: [2])
        return try Lab(
            environment: Pendulum(),
            policy: .gaussian(observationSize: 3, box: box, hidden: [16, 16], stream: stream),
            critic: QNetwork(
                .stateAction(observationSize: 3, actionSize: 1), hidden: [16, 16],
                stream: RandomStream(seed: seed, purpose: .initialisation, step: 1)),
            settings: settings, seed: seed, statements: statements, workers: Workers(count: threads))
    }

    static func bandit(seed: UInt64 = 5) throws -> Lab {
        try Lab(
            environment: Bandit(means: [0.1, 0.7, 0.3], noise: 0.2), policy: .tabular(states: 1, actions: 3),
            critic: .tabular(states: 1, actions: 3), settings: settings(), seed: seed)
    }

    /// One turn of the training loop.
    static func turn(_ lab: Lab) throws {
        try lab.collect(steps: 40)
        try lab.qstep(steps: 3)
        try lab.mstep(lab.estep(), steps: 2)
    }

    /// A folder's file that does not outlive the body.
    static func withFile(_ body: (String) throws -> Void) throws {
        let number = Int.random(in: 0..<1 << 60)  // a name only; nothing depends on it
        let path = "/tmp/mpo-lab-test-\(number).safetensors"
        defer { remove(path) }
        try body(path)
    }
}
