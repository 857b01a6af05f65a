import Networks
import PolicyOptimisation
import Support
import Tensors

/// A learner with a random replay, for tests of its steps.
struct TestLab {
    let learner: MPOLearner
    var state: LearnerState
    let replay: Replay
    var settings: MPOSettings
    let policy: Policy

    /// Observations are normal, rewards −|a − o₀|², one step in twenty terminates, one in twenty is truncated.
    init(
        observation: Int = 3, action: Int = 2, hidden: [Int] = [16, 16], covariance: GaussianHead.Covariance = .full,
        mean: GaussianHead.MeanForm = .tanh, finite: Bool = false, twin: Bool = false, support: ValueSupport? = nil,
        rows: Int = 500, seed: UInt64 = 1, threads: Int = 1,
        change: (inout MPOSettings) -> Void = { _ in }
    ) throws {
        settings = MPOSettings()
        settings.batch = 32
        settings.actions = 10
        change(&settings)
        let first = RandomStream(seed: seed, purpose: .initialisation, step: 0)
        let second = RandomStream(seed: seed, purpose: .initialisation, step: 1)
        let critic: QNetwork
        if finite {
            policy = try .categorical(observationSize: observation, actions: action, hidden: hidden, stream: first)
            critic = try QNetwork(
                .perAction(observationSize: observation, actions: action), hidden: hidden, twin: twin, support: support,
                stream: second)
        } else {
            policy = try .gaussian(
                observationSize: observation, box: .unit(action), hidden: hidden, covariance: covariance, mean: mean,
                stream: first)
            critic = try QNetwork(
                .stateAction(observationSize: observation, actionSize: action), hidden: hidden, twin: twin,
                support: support, stream: second)
        }
        learner = try MPOLearner(LearnerModel(policy: policy, critic: critic), workers: Workers(count: threads))
        state = LearnerState(
            policy: policy.parameters, critic: critic.parameters, twin: critic.twin?.parameters, settings: settings)
        replay = try Replay(
            capacity: max(1, rows), observationSize: observation, actionSize: finite ? 1 : action)
        var stream = RandomStream(seed: seed, purpose: .exploration)
        var current = (0..<observation).map { _ in stream.normal() }
        for _ in 0..<rows {
            let drawn =
                finite ? [Double(stream.index(below: action))] : (0..<action).map { _ in 0.7 * stream.normal() }
            let next = (0..<observation).map { _ in stream.normal() }
            let fate = stream.index(below: 20)
            try replay.append(
                observation: current, action: drawn, reward: -drawn.reduce(0) { $0 + ($1 - current[0]) * ($1 - current[0]) },
                nextObservation: next, terminated: fate == 0, truncated: fate == 1, logProbability: -1)
            current = next
        }
    }

    func estep(seed: UInt64 = 1) throws -> EStep {
        try learner.estep(state, replay: replay, settings: settings, seed: seed).estep
    }
}

func digest(_ state: LearnerState) -> String {
    var digest = Digest64()
    state.digest(into: &digest)
    return digest.text
}

func digest(_ replay: Replay) -> String {
    var digest = Digest64()
    replay.digest(into: &digest)
    return digest.text
}

/// Normal numbers from a fixed seed.
func normals(_ count: Int, seed: UInt64, scale: Double = 1) -> [Float] {
    var stream = RandomStream(seed: seed, purpose: .script)
    return (0..<count).map { _ in Float(scale * stream.normal()) }
}

/// log N(a; μ, L Lᵀ), written out with a dense forward substitution.
func logNormal(_ a: [Double], _ mean: [Double], _ l: [[Double]]) -> Double {
    var z = [Double]()
    var result = -0.5 * Double(a.count) * 1.8378770664093453  // ln 2π
    for i in a.indices {
        var value = a[i] - mean[i]
        for j in 0..<i { value -= l[i][j] * z[j] }
        z.append(value / l[i][i])
        result -= 0.5 * z[i] * z[i] + logarithm(l[i][i])
    }
    return result
}
