import PolicyOptimisation
import Support
import Tensors
import Testing

/// q as a network: its gradients, and where they lead.
@Suite struct ParametricQTests {
    enum Form: String, CaseIterable { case full, diagonal, fixed, free, penalised, finite, twin, atoms }

    private func lab(_ form: Form, _ change: (inout MPOSettings) -> Void = { _ in }) throws -> TestLab {
        let covariance: GaussianHead.Covariance = form == .diagonal ? .diagonal : form == .fixed ? .fixed : .full
        return try TestLab(
            action: 3, hidden: [8], covariance: covariance, mean: form == .free ? .free : .tanh, finite: form == .finite,
            twin: form == .twin, support: form == .atoms ? ValueSupport(low: -3, high: 3, atoms: 11) : nil
        ) {
            $0.qForm = .parametric
            if form == .penalised { $0.actionPenalty = 0.7 }
            change(&$0)
        }
    }

    /// With the random numbers held, the pathwise loss is a function of θ^q: its gradient along random directions against
    /// central differences. Where a sample is clipped the loss has a kink, which h = 2e-3 hardly meets; single precision
    /// leaves 1e-6 in the loss, 1e-3 in a slope.
    @Test(arguments: Form.allCases)
    func gradientsAgreeWithCentralDifferences(form: Form) throws {
        let lab = try lab(form)
        let e = try lab.estep()
        let noise = normals(lab.state.policy.count, seed: 3, scale: 0.1)
        let q = Storage(zip(lab.state.policy.span, noise).map { $0 + $1 })
        let values = try lab.learner.actionValues(e, lab.state.targetCritics, lab.settings)
        func loss(_ parameters: Storage) throws -> Double {
            try lab.learner.variationalGradient(
                parameters, e, eta: 0.3, lab.settings, seed: 5, key: 0, values: values).loss
        }
        _ = try loss(q)
        let gradient = lab.learner.lastVariationalGradient
        let norm = gradient.span.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
        for direction in 0..<6 {
            let step = normals(q.count, seed: UInt64(10 + direction))
            let length = step.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
            let h = 5e-3
            let up = Storage(zip(q.span, step).map { $0 + Float(h / length) * $1 })
            let down = Storage(zip(q.span, step).map { $0 - Float(h / length) * $1 })
            let difference = try (loss(up) - loss(down)) / (2 * h)
            let slope = zip(gradient.span, step).reduce(0.0) { $0 + Double($1.0) * Double($1.1) } / length
            #expect(abs(slope - difference) < 5e-3 * (norm + 0.1), "\(form) \(slope) \(difference)")
        }
        withExtendedLifetime(gradient) {}
    }

    /// KL and its gradient alone, at the same parameters: η large drowns the rest.
    @Test(arguments: [Form.full, .diagonal, .fixed])
    func theKLIsThatOfTheTwoGaussians(form: Form) throws {
        let lab = try lab(form)
        let e = try lab.estep()
        let q = Storage(zip(lab.state.policy.span, normals(lab.state.policy.count, seed: 3, scale: 0.1)).map { $0 + $1 })
        let values = try lab.learner.actionValues(e, lab.state.targetCritics, lab.settings)
        let measured = try lab.learner.variationalGradient(q, e, eta: 1, lab.settings, seed: 5, key: 0, values: values)
        var expected = 0.0
        for s in 0..<e.stateCount {
            let observation = (0..<3).map { Double(e.states.pointer[s * 3 + $0]) }
            guard case .gaussian(let m0, let l0) = try lab.learner.actor.distribution(q, observation: observation),
                case .gaussian(let m1, let l1) = try lab.learner.actor.distribution(e.reference, observation: observation)
            else { throw Fault("test", "a gaussian was wanted") }
            expected += try GaussianKL(mean0: m0, chol0: l0, mean1: m1, chol1: l1).total / Double(e.stateCount)
        }
        // single-precision outputs
        #expect(abs(measured.kl - expected) < 1e-5 * expected)
        #expect(expected > 0)
    }

    /// A state-free policy and a quadratic Q: N(0.2, …) and its best action.
    private struct Bandit {
        let learner: MPOLearner
        let state: LearnerState
        var settings: MPOSettings
        let problem: GaussianClosedForm
        let e: EStep
        static let optimum = [0.6, -0.3]
        static let curvature = [[3.0, 0.8], [0.8, 1.5]]

        init(actions: Int, samples: Int = 20) throws {
            settings = MPOSettings()
            settings.qForm = .parametric
            settings.actions = actions
            let stream = RandomStream(seed: 1, purpose: .initialisation)
            let policy = try Policy.gaussian(observationSize: 1, box: .unit(2), hidden: [], mean: .free, stream: stream)
            try policy.network.replaceParameters(Storage([0.2, -0.1, 0.3, 0.4, -0.2, 0, 0, 0, 0, 0]))
            let critic = try QNetwork(.stateAction(observationSize: 1, actionSize: 2), hidden: [2], stream: stream)
            learner = try MPOLearner(LearnerModel(policy: policy, critic: critic))
            state = LearnerState(policy: policy.parameters, critic: critic.parameters, settings: settings)
            guard case .gaussian(let mean, let l) = try learner.actor.distribution(state.policy, observation: [1]) else {
                throw Fault("test", "a gaussian was wanted")
            }
            problem = try GaussianClosedForm(
                mean: mean, factor: GaussianFactor(l), optimum: Self.optimum, curvature: Self.curvature)
            var sampling = settings
            sampling.qForm = .samples
            sampling.actions = samples
            e = try learner.estep(state, states: Storage([1]), settings: sampling, seed: 3)
        }

        /// Q = −½ (a−c)ᵀ H (a−c) and −H (a−c).
        static func values(_ actions: Storage, _ wantsGradients: Bool) -> (q: Storage, gradients: Storage?) {
            let count = actions.count / 2
            let q = Storage(count: count)
            let gradients = Storage(count: 2 * count)
            for j in 0..<count {
                let x = Double(actions.pointer[2 * j]) - optimum[0]
                let y = Double(actions.pointer[2 * j + 1]) - optimum[1]
                let h = curvature
                q.pointer[j] = Float(-0.5 * (h[0][0] * x * x + 2 * h[0][1] * x * y + h[1][1] * y * y))
                gradients.pointer[2 * j] = Float(-(h[0][0] * x + h[0][1] * y))
                gradients.pointer[2 * j + 1] = Float(-(h[0][1] * x + h[1][1] * y))
            }
            return (q, wantsGradients ? gradients : nil)
        }
    }

    /// Both estimators have the same expectation. With 200 000 samples the likelihood ratios' error is of order
    /// sd/√N = 3/450; five of these.
    @Test func bothEstimatorsAgree() throws {
        var bandit = try Bandit(actions: 200_000)
        let q = Storage(zip(bandit.state.policy.span, normals(bandit.state.policy.count, seed: 4, scale: 0.2)).map { $0 + $1 })
        var gradients: [[Float]] = []
        for estimator in MPOSettings.QGradient.allCases {
            bandit.settings.qGradient = estimator
            _ = try bandit.learner.variationalGradient(
                q, bandit.e, eta: 0.5, bandit.settings, seed: 9, key: 0, values: Bandit.values)
            let gradient = bandit.learner.lastVariationalGradient
            gradients.append(withExtendedLifetime(gradient) { Array(gradient.span) })
        }
        for (a, b) in zip(gradients[0], gradients[1]) { #expect(abs(a - b) < 0.035) }
        #expect(gradients[0].contains { abs($0) > 0.3 })
    }

    /// The constrained optimum is q ∝ π exp(Q/η*), a Gaussian known in closed form. Gradient steps with N = 64 samples and
    /// falling rates end within 2 % of its mean's distance, its covariance, η* and ε; likelihood ratios within 5 %.
    @Test(arguments: MPOSettings.QGradient.allCases)
    func itFindsTheConstrainedOptimum(estimator: MPOSettings.QGradient) throws {
        var bandit = try Bandit(actions: estimator == .pathwise ? 64 : 512)
        bandit.settings.qGradient = estimator
        bandit.settings.epsilon = 0.1
        var state = bandit.state
        var e = bandit.e
        for rate in [1e-2, 3e-3, 1e-3, 3e-4, 1e-4] {
            bandit.settings.qLearningRate = rate
            bandit.settings.etaRate = 3 * rate
            state.variational = try bandit.learner.fit(
                &e, state, bandit.settings, seed: 7, steps: 1000, values: Bandit.values)
        }
        let tolerance = estimator == .pathwise ? 0.02 : 0.05
        let eta = try bandit.problem.temperature(epsilon: 0.1) ?? 0
        let exact = bandit.problem.reweighted(eta)
        let q = try #require(e.variational)
        guard
            case .gaussian(let mean, let l) = try bandit.learner.actor.distribution(q.parameters, observation: [1])
        else { throw Fault("test", "a gaussian was wanted") }
        let covariance = try GaussianFactor(l).covariance
        for i in 0..<2 {
            #expect(abs(mean[i] - exact.mean[i]) < tolerance * 0.3)
            for j in 0..<2 { #expect(abs(covariance[i][j] - exact.covariance[i][j]) < tolerance * 0.3) }
        }
        #expect(abs(e.kl - 0.1) < tolerance * 0.1, "\(e.kl)")
        #expect(abs(e.eta - eta) < tolerance * eta, "\(e.eta) for \(eta)")
        #expect(e.status == .active)
        #expect(e.optimum.outcome == .parametric)
    }

    /// The weights on the samples of π are importance weights: with 40 000 samples they have q's mean within 5/√N.
    @Test func theWeightsAreThoseOfQ() throws {
        let bandit = try Bandit(actions: 64, samples: 40_000)
        var e = bandit.e
        var settings = bandit.settings
        settings.qLearningRate = 1e-2
        _ = try bandit.learner.fit(&e, bandit.state, settings, seed: 7, steps: 100, values: Bandit.values)
        let q = try #require(e.variational)
        guard
            case .gaussian(let mean, _) = try bandit.learner.actor.distribution(q.parameters, observation: [1]),
            case .gaussian(let old, _) = try bandit.learner.actor.distribution(e.reference, observation: [1])
        else { throw Fault("test", "a gaussian was wanted") }
        var weighted = [0.0, 0.0]
        var sum = 0.0
        for row in try e.rows(ofState: 0) {
            sum += row.weight
            for d in 0..<2 { weighted[d] += row.weight * row.action[d] }
        }
        #expect(abs(sum - 1) < 1e-4)
        for d in 0..<2 { #expect(abs(weighted[d] - mean[d]) < 0.025) }
        #expect(abs(mean[0] - old[0]) > 0.05)
        #expect(e.ess < 40_000)
    }

    /// Over finitely many actions q is free in every state of a table, so its optimum is the non-parametric one.
    @Test func overFinitelyManyActionsItIsTheReweightedPolicy() throws {
        let learner: MPOLearner
        var settings = MPOSettings()
        settings.qForm = .parametric
        let policy = try Policy.tabular(states: 2, actions: 3)
        let critic = try QNetwork.tabular(states: 2, actions: 3)
        try critic.network.replaceParameters(Storage([1, 0, 2, 0.5, 0.7, 0, 0, 0, 0]))
        learner = try MPOLearner(LearnerModel(policy: policy, critic: critic))
        var state = LearnerState(policy: policy.parameters, critic: critic.parameters, settings: settings)
        let values: ActionValues = { _, _ in throw Fault("test", "nothing is sampled here") }
        var sampling = settings
        sampling.qForm = .samples
        let exact = try learner.estep(state, states: Storage([1, 0, 0, 1]), settings: sampling, seed: 1)
        var e = exact
        for rate in [3e-2, 1e-2, 1e-3, 1e-4] {
            settings.qLearningRate = rate
            settings.etaRate = rate
            state.variational = try learner.fit(&e, state, settings, seed: 1, steps: 1000, values: values)
        }
        for (a, b) in zip(e.weights.span, exact.weights.span) { #expect(abs(a - b) < 2e-3) }
        #expect(abs(e.eta - exact.eta) < 0.01 * exact.eta)
        #expect(abs(e.kl - 0.1) < 1e-3)
    }

    @Test func fixedAndFreeTemperatures() throws {
        let soft = try lab(.full) { $0.kl = .penalised(0.25) }.estep()
        #expect(soft.eta == 0.25 && soft.status == .unbounded)
        let free = try lab(.full) { $0.kl = .free }.estep()
        #expect(free.eta == 0)
    }

    @Test func itIsPartOfTheState() throws {
        let lab = try lab(.full) { $0.qSteps = 3 }
        let (e, next) = try lab.learner.estep(lab.state, replay: lab.replay, settings: lab.settings, seed: 1)
        #expect(lab.state.variational == nil)
        #expect(next.variational?.optimiser.steps == 3)
        #expect(e.variational?.gradientSteps == 3)
        #expect(e.variational?.klBefore == 0 && e.kl > 0)
        #expect(digest(next) != digest(lab.state))
        let again = try LearnerState(next.archive)
        #expect(digest(again) == digest(next))
        let one = try lab.learner.estep(next, replay: lab.replay, settings: lab.settings, seed: 1)
        let two = try lab.learner.estep(again, replay: lab.replay, settings: lab.settings, seed: 1)
        #expect(digest(one.state) == digest(two.state))
        var damaged = next.archive
        damaged.tensors["q"] = Storage([1, 2])
        #expect(throws: Fault.self) { try LearnerState(damaged) }
    }

    @Test func theSameBitsWhateverTheThreads() throws {
        for form in [Form.full, .finite] {
            let digests = try [1, 2].map { threads in
                let lab = try TestLab(finite: form == .finite, threads: threads) { $0.qForm = .parametric; $0.batch = 150 }
                return try digest(lab.learner.estep(lab.state, replay: lab.replay, settings: lab.settings, seed: 1).state)
            }
            #expect(digests[0] == digests[1])
        }
    }

    @Test func itWorksOnTheTDTargetsOwnSamples() throws {
        var lab = try lab(.full) { $0.states = .next }
        lab.state = try lab.learner.qstep(lab.state, replay: lab.replay, settings: lab.settings, seed: 1).state
        let e = try lab.estep()
        #expect(e.q === lab.state.targetSamples?.q)
        #expect(e.variational != nil)
        // solved again it is the non-parametric q on the same samples
        let again = try e.solved(epsilon: 0.1)
        #expect(again.variational == nil && abs(again.kl - 0.1) < 1e-9)
    }
}
