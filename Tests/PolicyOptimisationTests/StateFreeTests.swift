import PolicyOptimisation
import Support
import Tensors
import Testing

/// A policy without states and a quadratic Q: the sampled steps against the closed form.
@Suite struct StateFreeTests {
    private static let optimum = [0.6, -0.3]
    private static let curvature = [[3.0, 0.8], [0.8, 1.5]]

    private struct Case {
        let learner: MPOLearner
        let state: LearnerState
        let problem: GaussianClosedForm
        let e: EStep
    }

    private func make(actions: Int, change: (inout MPOSettings) -> Void = { _ in }) throws -> (Case, MPOSettings) {
        var settings = MPOSettings()
        settings.actions = actions
        change(&settings)
        let stream = RandomStream(seed: 1, purpose: .initialisation)
        let policy = try Policy.gaussian(
            observationSize: 1, box: .unit(2), hidden: [], mean: .free, stream: stream)
        // Away from the symmetric start: outputs (0.2, −0.1 | 0.3, 0.4, −0.2), the bias 0.
        try policy.network.replaceParameters(Storage([0.2, -0.1, 0.3, 0.4, -0.2, 0, 0, 0, 0, 0]))
        let critic = try QNetwork(.stateAction(observationSize: 1, actionSize: 2), hidden: [2], stream: stream)
        let learner = try MPOLearner(LearnerModel(policy: policy, critic: critic))
        let state = LearnerState(policy: policy.parameters, critic: critic.parameters, settings: settings)
        guard case .gaussian(let mean, let l) = try learner.actor.distribution(state.policy, observation: [1]) else {
            throw Fault("test", "a gaussian was wanted")
        }
        let problem = try GaussianClosedForm(
            mean: mean, factor: GaussianFactor(l), optimum: Self.optimum, curvature: Self.curvature)
        let sampled = try learner.estep(state, states: Storage([1]), settings: settings, seed: 3)
        let q = Storage(count: actions)
        for j in 0..<actions {
            let x = Double(sampled.actions.pointer[2 * j]) - Self.optimum[0]
            let y = Double(sampled.actions.pointer[2 * j + 1]) - Self.optimum[1]
            let h = Self.curvature
            q.pointer[j] = Float(-0.5 * (h[0][0] * x * x + 2 * h[0][1] * x * y + h[1][1] * y * y))
        }
        return try (Case(learner: learner, state: state, problem: problem, e: sampled.rescored(q)), settings)
    }

    /// q's mean and covariance from the weighted samples.
    private func moments(_ e: EStep) throws -> (mean: [Double], covariance: [[Double]]) {
        let rows = try e.rows(ofState: 0)
        var mean = [0.0, 0.0]
        for row in rows { for i in 0..<2 { mean[i] += row.weight * row.action[i] } }
        var covariance = [[0.0, 0.0], [0.0, 0.0]]
        for row in rows {
            for i in 0..<2 {
                for j in 0..<2 { covariance[i][j] += row.weight * (row.action[i] - mean[i]) * (row.action[j] - mean[j]) }
            }
        }
        return (mean, covariance)
    }

    private func policy(_ state: LearnerState, _ learner: MPOLearner) throws -> (mean: [Double], covariance: [[Double]]) {
        guard case .gaussian(let mean, let l) = try learner.actor.distribution(state.policy, observation: [1]) else {
            throw Fault("test", "a gaussian was wanted")
        }
        return (mean, try GaussianFactor(l).covariance)
    }

    /// With N = 40 000 samples the errors are of order 1/√N = 0.005; five of these.
    @Test func theEStepAgreesWithTheClosedForm() throws {
        let (made, _) = try make(actions: 40_000)
        guard let eta = try made.problem.temperature(epsilon: 0.1) else { return }
        #expect(abs(made.e.eta - eta) < 0.025 * eta)
        let exact = made.problem.reweighted(eta)
        let found = try moments(made.e)
        for i in 0..<2 {
            #expect(abs(found.mean[i] - exact.mean[i]) < 0.025)
            for j in 0..<2 { #expect(abs(found.covariance[i][j] - exact.covariance[i][j]) < 0.025) }
        }
    }

    /// Gradient steps against the projection of the very same samples' moments; 2 % for steps that go on moving.
    @Test func theMStepFindsTheBoundedProjection() throws {
        let (made, start) = try make(actions: 2000) {
            $0.klMean = .bounded(0.02)
            $0.klCov = .bounded(0.002)
            $0.policyPeriod = 1_000_000
        }
        var settings = start
        var state = made.state
        for rate in [3e-3, 1e-3, 1e-4] {
            settings.learningRate = rate
            settings.dualRate = 30 * rate
            state = try made.learner.mstep(state, made.e, settings: settings, steps: 1500).state
        }
        let target = try moments(made.e)
        let exact = try made.problem.projection(
            mean: target.mean, covariance: target.covariance, epsilonMean: 0.02, epsilonCov: 0.002)
        let found = try policy(state, made.learner)
        for i in 0..<2 {
            #expect(abs(found.mean[i] - exact.mean[i]) < 2e-3)
            for j in 0..<2 { #expect(abs(found.covariance[i][j] - exact.covariance[i][j]) < 2e-3) }
        }
        #expect(abs(state.lambdaMean.mean - exact.meanMultiplier) < 0.02 * exact.meanMultiplier + 0.01)
        #expect(abs(state.lambdaCov.mean - exact.covMultiplier) < 0.02 * exact.covMultiplier + 0.01)
    }

    @Test func withNoBoundItIsTheMaximumLikelihoodFit() throws {
        let (made, start) = try make(actions: 2000) { $0.trustRegion = .none }
        var settings = start
        var state = made.state
        for rate in [1e-2, 1e-3, 1e-4] {
            settings.learningRate = rate
            state = try made.learner.mstep(state, made.e, settings: settings, steps: 1000).state
        }
        let target = try moments(made.e)
        let found = try policy(state, made.learner)
        for i in 0..<2 {
            #expect(abs(found.mean[i] - target.mean[i]) < 1e-3)
            for j in 0..<2 { #expect(abs(found.covariance[i][j] - target.covariance[i][j]) < 1e-3) }
        }
    }
}
