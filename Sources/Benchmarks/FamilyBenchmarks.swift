import Networks
import PolicyOptimisation
import Support
import Tensors

/// One form of E- and M-step on workload W's batch: observation 17, action 6 (or 20 finite ones), policy 100-100, critic
/// 200-200, 256 states, 20 actions a state.
final class FamilyWorkload {
    static let (observation, dimensions, actions, states) = (17, 6, 20, 256)

    private let learner: MPOLearner
    private let replay: Replay
    private let settings: MPOSettings
    private let state: LearnerState
    private let e: EStep

    init(
        covariance: GaussianHead.Covariance = .full, finite: Bool = false, replay: Replay, workers: Workers,
        _ change: (inout MPOSettings) throws -> Void = { _ in }
    ) throws {
        let first = RandomStream(seed: 0, purpose: .initialisation, step: 0)
        let second = RandomStream(seed: 0, purpose: .initialisation, step: 1)
        let policy =
            finite
            ? try Policy.categorical(observationSize: Self.observation, actions: Self.actions, stream: first)
            : try Policy.gaussian(
                observationSize: Self.observation, box: .unit(Self.dimensions), covariance: covariance, stream: first)
        let form: CriticForm =
            finite
            ? .perAction(observationSize: Self.observation, actions: Self.actions)
            : .stateAction(observationSize: Self.observation, actionSize: Self.dimensions)
        let critic = try QNetwork(form, stream: second)
        var settings = MPOSettings()
        settings.actions = Self.actions
        settings.batch = Self.states
        // A fresh critic's Q differs little over finitely many actions; a bound within its reach.
        if finite { settings.epsilon = 0.001 }
        try change(&settings)
        self.settings = settings
        self.replay = replay
        learner = try MPOLearner(LearnerModel(policy: policy, critic: critic), workers: workers)
        let fresh = LearnerState(policy: policy.parameters, critic: critic.parameters, settings: settings)
        let made = try learner.estep(fresh, replay: replay, settings: settings, seed: 0)
        state = made.state
        e = made.estep
    }

    func estep() throws { _ = try learner.estep(state, replay: replay, settings: settings, seed: 0) }
    func mstep() throws { _ = try learner.mstep(state, e, settings: settings) }

    static func replay(finite: Bool) throws -> Replay {
        let replay = try Replay(capacity: 10_000, observationSize: observation, actionSize: finite ? 1 : dimensions)
        var stream = RandomStream(seed: 0, purpose: .script)
        for _ in 0..<10_000 {
            try replay.append(
                observation: (0..<observation).map { _ in stream.normal() },
                action: finite ? [0] : (0..<dimensions).map { _ in 0.5 * stream.normal() }, reward: stream.uniform(-1, 1),
                nextObservation: (0..<observation).map { _ in stream.normal() }, terminated: false, truncated: false,
                logProbability: -3)
        }
        return replay
    }
}

/// E-steps and M-steps a second of every form, on workload W's batch.
///
/// Operations are those of the networks' products alone; the share is what the step's other work leaves of the ceiling.
func familyBenchmarks(workers: Workers) throws -> [Benchmark] {
    typealias Work = FamilyWorkload
    let replay = try Work.replay(finite: false)
    let finiteReplay = try Work.replay(finite: true)
    let rows = Double(Work.states * Work.actions)
    func products(_ inputs: Int, _ width: Int, _ outputs: Int) -> Double {
        2 * Double(inputs * width + width * width + width * outputs)
    }
    let critic = products(Work.observation + Work.dimensions, 200, 1) * rows
    let policy = { (outputs: Int) in products(Work.observation, 100, outputs) * Double(Work.states) }
    let full = Work.dimensions + Work.dimensions * (Work.dimensions + 1) / 2
    let finite = products(Work.observation, 200, Work.actions) * Double(Work.states) + policy(Work.actions)
    func estep(_ name: String, _ flop: Double, _ workload: Work) -> Benchmark {
        Benchmark(name: "E-step, \(name) (W)", unit: "steps/s", amount: 1, flop: flop) { try workload.estep() }
    }
    func mstep(_ name: String, _ outputs: Int, _ workload: Work) -> Benchmark {
        // A pass forward and backward, and one forward that measures.
        Benchmark(name: "M-step, \(name) (W)", unit: "steps/s", amount: 1, flop: 4 * policy(outputs)) { try workload.mstep() }
    }
    func gaussian(
        _ covariance: GaussianHead.Covariance = .full, _ change: (inout MPOSettings) throws -> Void = { _ in }
    ) throws -> Work { try Work(covariance: covariance, replay: replay, workers: workers, change) }
    // A parametric step scores the samples of π, then fresh ones of q, forward and (pathwise) backward; q's network is
    // applied for its samples, its gradient and its weights.
    return try [
        estep("exact η", critic + policy(full), gaussian()),
        estep("gradient η", critic + policy(full), gaussian { $0.dualSolver = .gradient }),
        estep("soft", critic + policy(full), gaussian { $0.kl = .penalised(0.1) }),
        estep("own penalty", critic + policy(full), gaussian { $0.epsilonPenalty = 0.001 }),
        estep(
            "finite actions, exact", finite,
            Work(finite: true, replay: finiteReplay, workers: workers)),
        estep("parametric, pathwise", 4 * critic + 6 * policy(full), gaussian { $0.qForm = .parametric }),
        estep(
            "parametric, likelihood ratio", 2 * critic + 6 * policy(full),
            gaussian { $0.qForm = .parametric; $0.qGradient = .likelihoodRatio }),
        mstep("decoupled, full", full, gaussian()),
        mstep("decoupled, diagonal", 2 * Work.dimensions, gaussian(.diagonal)),
        mstep("decoupled, fixed", Work.dimensions, gaussian(.fixed)),
        mstep("per dimension", 2 * Work.dimensions, gaussian(.diagonal) { $0.perDimension = true }),
        mstep("joint", full, gaussian { $0.trustRegion = .joint }),
        mstep("penalty", full, gaussian { try $0.constrain(.klMean, .penalised(1)); try $0.constrain(.klCov, .penalised(10)) }),
        mstep("no bound", full, gaussian { $0.trustRegion = .none }),
        mstep("prior", full, gaussian { $0.priorSigma = 1 }),
        mstep("finite actions", Work.actions, Work(finite: true, replay: finiteReplay, workers: workers)),
    ]
}
