import Networks
import PolicyOptimisation
import Support
import Tensors

/// Workload W: observation 17, action 6, policy 100-100, critic 200-200, 256 states from a 100 000-row replay, N = 20.
///
/// One step is a TD(0) target with 20 next actions of the target policy, a critic Adam step, the E-step's weights with
/// η, a policy Adam step with decoupled KL multipliers, and the target update. It costs 1.017 GFLOP, counted as if
/// the state's part of the critic's first layer were computed once per action.
final class LearnerWorkload {
    static let flop = 1.017e9

    private let learner: MPOLearner
    private let replay: Replay
    private var settings = MPOSettings()
    private var state: LearnerState

    init(
        workers: Workers, twin: Bool = false, support: ValueSupport? = nil, change: (inout MPOSettings) -> Void = { _ in }
    ) throws {
        let (observation, dimensions, transitions) = (17, 6, 100_000)
        let policy = try Policy.gaussian(
            observationSize: observation, box: .unit(dimensions),
            stream: RandomStream(seed: 0, purpose: .initialisation, step: 0))
        let critic = try QNetwork(
            .stateAction(observationSize: observation, actionSize: dimensions), twin: twin, support: support,
            stream: RandomStream(seed: 0, purpose: .initialisation, step: 1))
        learner = try MPOLearner(LearnerModel(policy: policy, critic: critic), workers: workers)
        replay = try Replay(capacity: transitions, observationSize: observation, actionSize: dimensions)
        var stream = RandomStream(seed: 0, purpose: .script)
        for index in 0..<transitions {
            try replay.append(
                observation: (0..<observation).map { _ in stream.normal() },
                action: (0..<dimensions).map { _ in 0.5 * stream.normal() }, reward: stream.uniform(-1, 1),
                nextObservation: (0..<observation).map { _ in stream.normal() }, terminated: index % 1_000 == 999,
                truncated: false, logProbability: -3)
        }
        settings.actions = 20
        settings.batch = 256
        change(&settings)
        state = LearnerState(
            policy: policy.parameters, critic: critic.parameters, twin: critic.twin?.parameters, settings: settings)
    }

    func step() throws {
        state = try learner.qstep(state, replay: replay, settings: settings, seed: 0).state
        let (e, next) = try learner.estep(state, replay: replay, settings: settings, seed: 0)
        state = try learner.mstep(next, e, settings: settings).state
    }

    /// Tensor-sized allocations a step, once the buffers are there.
    func allocationsPerStep() throws -> Double {
        for _ in 0..<110 { try step() }  // past a refresh of both targets
        let before = StorageMemory.systemAllocations
        for _ in 0..<110 { try step() }
        return Double(StorageMemory.systemAllocations - before) / 110
    }
}

func learnerBenchmarks(workers: Workers) throws -> [Benchmark] {
    let workload = try LearnerWorkload(workers: workers)
    return try [
        Benchmark(name: "learner step (W)", unit: "steps/s", amount: 1, flop: LearnerWorkload.flop) {
            try workload.step()
        }
    ] + criticBenchmarks(workers: workers)
}

/// Workload W with the other critics and targets.
private func criticBenchmarks(workers: Workers) throws -> [Benchmark] {
    let kinds = [
        ("Retrace", try LearnerWorkload(workers: workers) { $0.target = .retrace }),
        ("twin critics", try LearnerWorkload(workers: workers, twin: true)),
        ("51 atoms", try LearnerWorkload(workers: workers, support: ValueSupport(low: -10, high: 10))),
    ]
    return kinds.map { name, workload in
        Benchmark(name: "step (W) with \(name)", unit: "steps/s", amount: 1) { try workload.step() }
    }
}
