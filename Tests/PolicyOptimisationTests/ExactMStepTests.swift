import PolicyOptimisation
import Support
import Tensors
import Testing

/// Closed-form M-steps against many gradient steps and against brute force.
@Suite struct ExactMStepTests {
    // MARK: Tables

    private struct Table {
        let learner: MPOLearner
        let state: LearnerState
        let e: EStep
        var settings: MPOSettings

        init(_ change: (inout MPOSettings) -> Void) throws {
            settings = MPOSettings()
            settings.policyPeriod = 1_000_000
            settings.epsilon = 0.4
            change(&settings)
            let policy = try Policy.tabular(states: 3, actions: 4)
            try policy.network.replaceParameters(Storage(normals(policy.parameters.count, seed: 2, scale: 0.7)))
            let critic = try QNetwork.tabular(states: 3, actions: 4)
            try critic.network.replaceParameters(Storage(normals(critic.parameters.count, seed: 3)))
            learner = try MPOLearner(LearnerModel(policy: policy, critic: critic))
            state = LearnerState(policy: policy.parameters, critic: critic.parameters, settings: settings)
            // State 0 three times, state 2 once, state 1 never.
            let states = Storage([1, 0, 0, 1, 0, 0, 0, 0, 1, 1, 0, 0])
            e = try learner.estep(state, states: states, settings: settings, seed: 1)
        }

        func policy(_ parameters: Storage, _ slot: Int) throws -> [Double] {
            let observation = (0..<3).map { $0 == slot ? 1.0 : 0 }
            guard case .categorical(let p) = try learner.actor.distribution(parameters, observation: observation) else { return [] }
            return p
        }
    }

    @Test func aTableWithoutABoundBecomesQ() throws {
        let table = try Table { $0.trustRegion = .none }
        let made = try table.learner.exactMStep(table.state, table.e, settings: table.settings)
        for (slot, row) in [(0, 0), (2, 2)] {
            for (p, w) in zip(try table.policy(made.state.policy, slot), try table.e.rows(ofState: row)) {
                #expect(abs(p - w.weight) < 1e-6)
            }
        }
        let (old, new) = try (table.policy(table.state.policy, 1), table.policy(made.state.policy, 1))
        #expect(old == new)
        #expect(made.statistics.isExact && made.statistics.gradientSteps == 0)
        #expect(made.state.counters.policySteps == 1)
    }

    @Test(arguments: [0.001, 0.05])
    func aTableMeetsItsBound(bound: Double) throws {
        let table = try Table { $0.klTotal = .bounded(bound) }
        let made = try table.learner.exactMStep(table.state, table.e, settings: table.settings)
        #expect(abs(made.statistics.after.klTotal - bound) < 1e-5 * bound + 1e-8)
        let lambda = try #require(made.statistics.constraints.first?.multiplier)
        #expect(lambda > 0)
        // π = (q + λ π_i)/(1 + λ)
        let reference = try table.policy(table.state.policy, 0)
        let weights = try table.e.rows(ofState: 0).map(\.weight)
        for (a, p) in try table.policy(made.state.policy, 0).enumerated() {
            #expect(abs(p - (weights[a] + lambda * reference[a]) / (1 + lambda)) < 1e-6)
        }
    }

    @Test func aSlackBoundHasNoMultiplier() throws {
        let made = try Table { $0.klTotal = .bounded(50) }
        let step = try made.learner.exactMStep(made.state, made.e, settings: made.settings)
        #expect(step.statistics.constraints[0].multiplier == 0)
        #expect(step.statistics.constraints[0].status == .slack)
    }

    /// Adam on the same E-step, its multiplier and rates settling: within 2e-3 of every probability.
    @Test(arguments: [Constraint.bounded(0.02), .penalised(3)])
    func manyGradientStepsFindTheSameTable(constraint: Constraint) throws {
        let table = try Table { $0.klTotal = constraint }
        let made = try table.learner.exactMStep(table.state, table.e, settings: table.settings)
        var settings = table.settings
        var state = table.state
        for rate in [1e-2, 1e-3, 1e-4] {
            settings.learningRate = rate
            settings.dualRate = 10 * rate
            state = try table.learner.mstep(state, table.e, settings: settings, steps: 2000).state
        }
        for slot in [0, 2] {
            for (a, b) in try zip(table.policy(made.state.policy, slot), table.policy(state.policy, slot)) {
                #expect(abs(a - b) < 2e-3)
            }
        }
    }

    /// No table within the bound has a larger E_q[log π]: 2000 random ones near it.
    @Test func noTableWithinTheBoundIsBetter() throws {
        let table = try Table { $0.klTotal = .bounded(0.02) }
        let made = try table.learner.exactMStep(table.state, table.e, settings: table.settings)
        let best = made.statistics.after.expectedLogProbability
        var within = 0
        for trial in 0..<2000 {
            let scale = trial % 2 == 0 ? 0.02 : 0.2
            let noise = normals(made.state.policy.count, seed: UInt64(100 + trial), scale: scale)
            let other = Storage(zip(made.state.policy.span, noise).map { $0 + $1 })
            let measure = try table.learner.measure(other, against: table.e, settings: table.settings)
            if measure.klTotal <= 0.02 {
                within += 1
                #expect(measure.expectedLogProbability <= best + 1e-6)
            }
        }
        #expect(within > 100)
    }

    // MARK: State-free Gaussians

    enum Form: String, CaseIterable { case full, diagonal, fixed, perDimension, joint, jointDiagonal, soft, jointSoft, none }

    private struct StateFree {
        let learner: MPOLearner
        let state: LearnerState
        let e: EStep
        var settings: MPOSettings

        init(_ form: Form, actions: Int = 500, mean: GaussianHead.MeanForm = .tanh) throws {
            settings = MPOSettings()
            settings.actions = actions
            settings.policyPeriod = 1_000_000
            settings.epsilon = 0.5
            settings.klMean = .bounded(0.02)
            settings.klCov = .bounded(0.002)
            settings.klTotal = .bounded(0.02)
            switch form {
            case .perDimension: settings.perDimension = true
            case .joint, .jointDiagonal: settings.trustRegion = .joint
            case .jointSoft:
                settings.trustRegion = .joint
                settings.klTotal = .penalised(3)
            case .soft: (settings.klMean, settings.klCov) = (.penalised(2), .penalised(5))
            case .none: settings.trustRegion = .none
            default: break
            }
            let covariance: GaussianHead.Covariance =
                [.diagonal, .perDimension, .jointDiagonal].contains(form) ? .diagonal : form == .fixed ? .fixed : .full
            let stream = RandomStream(seed: 1, purpose: .initialisation)
            let policy = try Policy.gaussian(
                observationSize: 1, box: .unit(2), hidden: [], covariance: covariance, mean: mean, stream: stream)
            let numbers: [Float] = [0.2, -0.1, 0.3, 0.4, -0.2]
            let k = policy.form.outputs
            try policy.network.replaceParameters(Storage(Array(numbers.prefix(k)) + [Float](repeating: 0, count: k)))
            let critic = try QNetwork(.stateAction(observationSize: 1, actionSize: 2), hidden: [2], stream: stream)
            learner = try MPOLearner(LearnerModel(policy: policy, critic: critic))
            state = LearnerState(policy: policy.parameters, critic: critic.parameters, settings: settings)
            let sampled = try learner.estep(state, states: Storage([1]), settings: settings, seed: 3)
            let q = Storage(count: actions)
            for j in 0..<actions {
                let x = Double(sampled.actions.pointer[2 * j]) - 0.5
                let y = Double(sampled.actions.pointer[2 * j + 1]) + 0.3
                q.pointer[j] = Float(-0.5 * (3 * x * x + 1.6 * x * y + 1.5 * y * y))
            }
            e = try sampled.rescored(q)
        }
    }

    /// Gradient steps with falling rates end within 2e-3 of its mean and factor.
    @Test(arguments: Form.allCases)
    func manyGradientStepsFindTheSameGaussian(form: Form) throws {
        let problem = try StateFree(form)
        let made = try problem.learner.exactMStep(problem.state, problem.e, settings: problem.settings)
        var settings = problem.settings
        var state = problem.state
        for rate in [1e-2, 3e-3, 1e-3, 1e-4] {
            settings.learningRate = rate
            settings.dualRate = 30 * rate
            state = try problem.learner.mstep(state, problem.e, settings: settings, steps: 1500).state
        }
        guard case .gaussian(let m0, let l0) = try problem.learner.actor.distribution(made.state.policy, observation: [1]),
            case .gaussian(let m1, let l1) = try problem.learner.actor.distribution(state.policy, observation: [1])
        else { throw Fault("test", "a gaussian was wanted") }
        for i in 0..<2 {
            #expect(abs(m0[i] - m1[i]) < 2e-3, "\(form)")
            for j in 0...i { #expect(abs(l0[i][j] - l1[i][j]) < 2e-3, "\(form)") }
        }
        // Bounds hold to single precision of the outputs.
        for report in made.statistics.constraints {
            if let bound = report.constraint.bound { #expect(report.value <= bound * 1.001, "\(form) \(report.quantity)") }
        }
        let statuses = made.statistics.constraints.filter { $0.constraint.bound != nil && !$0.isZeroByConstruction }
        for report in statuses where report.multiplier > 1e-6 { #expect(report.status == .active, "\(form)") }
    }

    /// No policy within the bounds does better on the loss that each form maximises.
    @Test(arguments: [Form.joint, .jointDiagonal])
    func noGaussianWithinTheBoundIsBetter(form: Form) throws {
        let problem = try StateFree(form)
        let made = try problem.learner.exactMStep(problem.state, problem.e, settings: problem.settings)
        var within = 0
        for trial in 0..<2000 {
            let noise = normals(made.state.policy.count, seed: UInt64(trial), scale: trial % 2 == 0 ? 0.01 : 0.1)
            let other = Storage(zip(made.state.policy.span, noise).map { $0 + $1 })
            let measure = try problem.learner.measure(other, against: problem.e, settings: problem.settings)
            if measure.klTotal <= 0.02 {
                within += 1
                #expect(measure.expectedLogProbability <= made.statistics.after.expectedLogProbability + 1e-6)
            }
        }
        #expect(within > 100)
    }

    @Test func withoutABoundItIsTheWeightedFit() throws {
        let problem = try StateFree(.none, mean: .free)
        let made = try problem.learner.exactMStep(problem.state, problem.e, settings: problem.settings)
        guard case .gaussian(let mean, let l) = try problem.learner.actor.distribution(made.state.policy, observation: [1]) else {
            throw Fault("test", "a gaussian was wanted")
        }
        let covariance = try GaussianFactor(l).covariance
        let rows = try problem.e.rows(ofState: 0)
        for i in 0..<2 {
            let m = rows.reduce(0) { $0 + $1.weight * $1.action[i] }
            #expect(abs(mean[i] - m) < 1e-5)
            for j in 0..<2 {
                let c = rows.reduce(0) { $0 + $1.weight * ($1.action[i] - mean[i]) * ($1.action[j] - mean[j]) }
                #expect(abs(covariance[i][j] - c) < 1e-5)
            }
        }
        #expect(made.statistics.constraints.isEmpty)
    }

    /// A network with hidden layers on a task whose observation never changes.
    @Test func hiddenLayersAreNoHindrance() throws {
        let lab = try TestLab(observation: 3, action: 2) { $0.klMean = .bounded(0.01); $0.klCov = .bounded(0.001); $0.epsilon = 0.5 }
        let states = Storage(Array(repeating: [0.3, -1, 0.5] as [Float], count: 8).flatMap { $0 })
        let e = try lab.learner.estep(lab.state, states: states, settings: lab.settings, seed: 2)
        let made = try lab.learner.exactMStep(lab.state, e, settings: lab.settings)
        #expect(made.statistics.after.klMean <= 0.01001 && made.statistics.after.klMean > 0)
        #expect(made.statistics.after.klCov <= 0.001001 && made.statistics.after.klCov > 0)
        #expect(made.statistics.after.expectedLogProbability > made.statistics.before.expectedLogProbability)
    }

    // MARK: Refusals

    @Test func whatHasNoClosedFormIsRefused() throws {
        let lab = try TestLab()
        let e = try lab.estep()
        let several = #expect(throws: Fault.self) { try lab.learner.exactMStep(lab.state, e, settings: lab.settings) }
        #expect(several?.message == "this M-step has no closed form: the policy is neither a table nor free of states")
        let finite = try TestLab(finite: true) { $0.epsilon = 0.01 }
        #expect(throws: Fault.self) { try finite.learner.exactMStep(finite.state, finite.estep(), settings: finite.settings) }
        var table = try Table { _ in }
        table.settings.priorSigma = 1
        let prior = #expect(throws: Fault.self) { try table.learner.exactMStep(table.state, table.e, settings: table.settings) }
        #expect(prior?.message == "the closed form knows no prior on the parameters, prior_sigma is set")
    }

    @Test func aCollapsedCovarianceIsNamed() throws {
        // one heavy sample: without a bound σ falls to 0
        let problem = try StateFree(.none, actions: 1)
        let fault = #expect(throws: Fault.self) {
            try problem.learner.exactMStep(problem.state, problem.e, settings: problem.settings)
        }
        #expect(fault?.message == "q's weighted samples leave the covariance no room: the closed form's is singular")
    }

    /// With a bound one heavy sample is no trouble: Σ goes towards its singular moment as far as ε_Σ lets it.
    @Test(arguments: [Form.full, .diagonal])
    func aBoundHoldsASingularMoment(form: Form) throws {
        let problem = try StateFree(form, actions: 1, mean: .free)
        let after = try problem.learner.exactMStep(problem.state, problem.e, settings: problem.settings).statistics.after
        #expect(abs(after.klCov / 0.002 - 1) < 1e-3)
        #expect(after.klMean <= 0.02 * (1 + 1e-3))
    }

    /// What no bound holds keeps its multiplier, so that a bound that comes back starts from it.
    @Test func freeKLsKeepTheirMultipliers() throws {
        var problem = try StateFree(.full, mean: .free)
        problem.settings.klCov = .free
        let made = try problem.learner.exactMStep(problem.state, problem.e, settings: problem.settings)
        #expect(made.state.lambdaCov == problem.state.lambdaCov)
        #expect(made.state.lambdaTotal == problem.state.lambdaTotal)
        #expect(made.state.lambdaMean != problem.state.lambdaMean)
    }

    @Test func aLimitOfItsMultiplierIsRefused() throws {
        var problem = try StateFree(.full, mean: .free)
        problem.settings.lambdaCovMax = 20
        let fault = #expect(throws: Fault.self) {
            try problem.learner.exactMStep(problem.state, problem.e, settings: problem.settings)
        }
        #expect(fault?.id == "mstep.exact-limit")
    }
}
