import Networks
import PolicyOptimisation
import Support
import Tensors
import Testing

@Suite struct PolicyTests {
    private let stream = RandomStream(seed: 1, purpose: .initialisation)

    @Test func descriptions() throws {
        let policy = try Policy.gaussian(
            observationSize: 3, box: ActionBox(low: [-2], high: [2]), hidden: [100, 100], stream: stream)
        #expect(
            policy.description
                == "gaussian policy · 3 → 100 → 100 → 2 (mean 1, Cholesky factor 1) · 10 702 parameters")
        let critic = try QNetwork(
            .stateAction(observationSize: 3, actionSize: 1), hidden: [200, 200], stream: stream)
        #expect(critic.description == "Q network · 4 → 200 → 200 → 1 · 41 401 parameters")
        #expect(
            try Policy.tabular(states: 4, actions: 3).description == "tabular policy · 4 → 3 · 15 parameters")
    }

    /// Mean and covariance of 20 000 draws, and their log-probabilities against the written-out density.
    @Test(arguments: GaussianHead.Covariance.allCases)
    func drawsFollowTheDistribution(covariance: GaussianHead.Covariance) throws {
        let policy = try Policy.gaussian(
            observationSize: 2, box: .unit(2), hidden: [], covariance: covariance, stream: stream)
        let parameters = Storage(normals(policy.parameters.count, seed: 5, scale: 0.7))
        let actor = try PolicyActor(policy)
        guard case .gaussian(let mean, let l) = try actor.distribution(parameters, observation: [0.3, -1]) else {
            return
        }
        var draws = RandomStream(seed: 2, purpose: .exploration)
        var sum = [0.0, 0.0]
        var squares = [0.0, 0.0, 0.0]
        let count = 20_000
        for _ in 0..<count {
            let drawn = try actor.act(parameters, observation: [0.3, -1], stream: &draws)
            #expect(abs(drawn.logProbability - logNormal(drawn.action, mean, l)) < 1e-9)
            let x = drawn.action[0] - mean[0]
            let y = drawn.action[1] - mean[1]
            sum[0] += x
            sum[1] += y
            squares[0] += x * x
            squares[1] += x * y
            squares[2] += y * y
        }
        let n = Double(count)
        let variance = [l[0][0] * l[0][0], l[0][0] * l[1][0], l[1][0] * l[1][0] + l[1][1] * l[1][1]]
        // five standard errors of a mean, and of a (co)variance: at most √2 σ₁σ₂/√n
        let deviation = (variance[0] * variance[2]).squareRoot()
        #expect(abs(sum[0] / n) < 5 * (variance[0] / n).squareRoot())
        #expect(abs(sum[1] / n) < 5 * (variance[2] / n).squareRoot())
        #expect(abs(squares[0] / n - variance[0]) < 5 * variance[0] * (2 / n).squareRoot())
        #expect(abs(squares[1] / n - variance[1]) < 5 * deviation * (2 / n).squareRoot())
        #expect(abs(squares[2] / n - variance[2]) < 5 * variance[2] * (2 / n).squareRoot())
    }

    @Test func categoricalDrawsFollowTheProbabilities() throws {
        let policy = try Policy.tabular(states: 1, actions: 3)
        let parameters = Storage([0.5, -0.5, 1, 0, 0, 0])
        let actor = try PolicyActor(policy)
        guard case .categorical(let p) = try actor.distribution(parameters, observation: [1]) else { return }
        #expect(abs(p.reduce(0, +) - 1) < 1e-12)
        #expect(try actor.meanAction(parameters, observation: [1]) == [2])
        var draws = RandomStream(seed: 2, purpose: .exploration)
        var counts = [0.0, 0.0, 0.0]
        for _ in 0..<20_000 {
            let drawn = try actor.act(parameters, observation: [1], stream: &draws)
            counts[Int(drawn.action[0])] += 1
            #expect(abs(drawn.logProbability - logarithm(p[Int(drawn.action[0])])) < 1e-12)
        }
        for a in 0..<3 {
            #expect(abs(counts[a] / 20_000 - p[a]) < 5 * (p[a] * (1 - p[a]) / 20_000).squareRoot())
        }
    }

    @Test func environmentActionsAreClippedAndReplayActionsAreNot() throws {
        let policy = try Policy.gaussian(
            observationSize: 1, box: ActionBox(low: [-2], high: [2]), hidden: [], initSigma: 3, stream: stream)
        let actor = try PolicyActor(policy)
        var draws = RandomStream(seed: 2, purpose: .exploration)
        var beyond = 0
        for _ in 0..<100 {
            let drawn = try actor.act(policy.parameters, observation: [1], stream: &draws)
            #expect(abs(drawn.environmentAction[0]) <= 2)
            if abs(drawn.action[0]) > 1 {
                beyond += 1
                #expect(abs(drawn.environmentAction[0]) == 2)
            } else {
                #expect(abs(drawn.environmentAction[0] - 2 * drawn.action[0]) < 1e-12)
            }
        }
        #expect(beyond > 30)
    }

    @Test func shapesMustFit() throws {
        let gaussian = try Policy.gaussian(observationSize: 3, box: .unit(2), hidden: [4], stream: stream)
        let finite = try Policy.categorical(observationSize: 3, actions: 2, hidden: [4], stream: stream)
        let critic = try QNetwork(.stateAction(observationSize: 3, actionSize: 1), hidden: [4], stream: stream)
        let table = try QNetwork(.perAction(observationSize: 3, actions: 3), hidden: [4], stream: stream)
        for (policy, critic) in [(gaussian, critic), (gaussian, table), (finite, critic), (finite, table)] {
            #expect(throws: Fault.self) { try LearnerModel(policy: policy, critic: critic) }
        }
        #expect(throws: Fault.self) { try Policy(finite.form, network: critic.network) }
        #expect(throws: Fault.self) { try QNetwork(critic.form, network: gaussian.network) }
        #expect(throws: Fault.self) {
            try PolicyActor(gaussian).meanAction(gaussian.parameters, observation: [1])
        }
    }

    @Test func copiesAreApart() throws {
        let policy = try Policy.tabular(states: 1, actions: 2)
        let other = policy.copy()
        try other.network.replaceParameters(Storage([1, 2, 3, 4]))
        #expect(policy.parameters.pointer[0] == 0)
    }
}
