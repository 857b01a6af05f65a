import Networks
import PolicyOptimisation
import Support
import Tensors
import Testing

@Suite struct MStepTests {
    enum Form: String, CaseIterable {
        case full, diagonal, perDimension, joint, jointDiagonal, none, soft, finite, fixed, fixedPerDimension, jointFixed
        case freeMean, prior, priorAtReference, finitePrior
    }

    private func covariance(_ form: Form) -> GaussianHead.Covariance {
        switch form {
        case .diagonal, .perDimension, .jointDiagonal: .diagonal
        case .fixed, .fixedPerDimension, .jointFixed: .fixed
        default: .full
        }
    }


    private func lab(_ form: Form) throws -> TestLab {
        let finite = form == .finite || form == .finitePrior
        return try TestLab(
            action: 3, hidden: [8], covariance: covariance(form), mean: form == .freeMean ? .free : .tanh, finite: finite
        ) {
            switch form {
            case .perDimension, .fixedPerDimension: $0.perDimension = true
            case .joint, .jointDiagonal, .jointFixed: $0.trustRegion = .joint
            case .prior, .finitePrior: $0.priorSigma = 2
            case .priorAtReference:
                $0.priorSigma = 0.5
                $0.priorMean = .reference
            case .none: $0.trustRegion = .none
            case .soft:
                $0.klMean = .penalised(3)
                $0.klCov = .penalised(7)
            default: break
            }
            $0.epsilon = 0.3
        }
    }

    /// The loss, written out from log densities and KLs of one state at a time, in Double.
    private func loss(_ policy: Storage, _ lab: TestLab, _ e: EStep, _ form: Form) throws -> Double {
        let lambdaMean = form == .soft ? 3 : lab.state.lambdaMean.mean
        let lambdaCov = form == .soft ? 7 : lab.state.lambdaCov.mean
        let lambdaTotal = lab.state.lambdaTotal.mean
        var total = 0.0
        for s in 0..<e.stateCount {
            let observation = (0..<3).map { Double(e.states.pointer[s * 3 + $0]) }
            let new = try lab.learner.actor.distribution(policy, observation: observation)
            let old = try lab.learner.actor.distribution(e.reference, observation: observation)
            let rows = try e.rows(ofState: s)
            switch (old, new) {
            case (.gaussian(let mean0, let l0), .gaussian(let mean1, let l1)):
                let kl = try GaussianKL(mean0: mean0, chol0: l0, mean1: mean1, chol1: l1)
                switch form {
                case .joint, .jointDiagonal, .jointFixed, .none:
                    total -= rows.reduce(0) { $0 + $1.weight * logNormal($1.action, mean1, l1) }
                    // the exact KL, whose mean part is taken with the new covariance
                    let split = try GaussianKL(mean0: mean0, chol0: l1, mean1: mean1, chol1: l1)
                    if form != .none { total += lambdaTotal * (split.mean + kl.cov) }
                default:
                    total -= rows.reduce(0) { $0 + $1.weight * logNormal($1.action, mean1, l0) }
                    total -= rows.reduce(0) { $0 + $1.weight * logNormal($1.action, mean0, l1) }
                    let split = try GaussianKL(mean0: mean0, chol0: l0, mean1: mean1, chol1: l0)
                    total += lambdaMean * split.mean + lambdaCov * kl.cov
                }
            case (.categorical(let p0), .categorical(let p1)):
                for a in p0.indices {
                    total -= rows[a].weight * logarithm(p1[a])
                    total += lambdaTotal * p0[a] * (logarithm(p0[a]) - logarithm(p1[a]))
                }
            default: Issue.record("two kinds of policy")
            }
        }
        return total / Double(e.stateCount) - logPrior(policy, e, form)
    }

    /// −‖θ − θ₀‖²/2σ², written out.
    private func logPrior(_ policy: Storage, _ e: EStep, _ form: Form) -> Double {
        switch form {
        case .prior, .finitePrior: -policy.span.reduce(0) { $0 + Double($1) * Double($1) } / 8
        case .priorAtReference:
            -zip(policy.span, e.reference.span).reduce(0) { $0 + (Double($1.0) - Double($1.1)) * (Double($1.0) - Double($1.1)) } / 0.5
        default: 0
        }
    }

    /// Loss against the written-out one, and its gradient along random directions against central differences of the
    /// written-out one. Single-precision outputs leave 1e-6 in the loss and, with h = 5e-3, 1e-3 in a slope.
    @Test(arguments: Form.allCases)
    func lossAndGradient(form: Form) throws {
        let lab = try lab(form)
        let e = try lab.estep()
        // A policy away from the reference, so that every term has a gradient.
        let noise = normals(lab.state.policy.count, seed: 3, scale: 0.1)
        let policy = Storage(zip(lab.state.policy.span, noise).map { $0 + $1 })
        let (value, gradient) = try lab.learner.loss(of: policy, lab.state, e, settings: lab.settings)
        let expected = try loss(policy, lab, e, form)
        #expect(abs(value - expected) < 1e-5 * (1 + abs(expected)))
        for direction in 0..<6 {
            let step = normals(policy.count, seed: UInt64(10 + direction))
            let length = step.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
            let h = 5e-3
            let up = Storage(zip(policy.span, step).map { $0 + Float(h / length) * $1 })
            let down = Storage(zip(policy.span, step).map { $0 - Float(h / length) * $1 })
            let difference = try (loss(up, lab, e, form) - loss(down, lab, e, form)) / (2 * h)
            let slope = zip(gradient.span, step).reduce(0.0) { $0 + Double($1.0) * Double($1.1) } / length
            let norm = gradient.span.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
            #expect(abs(slope - difference) < 2e-3 * (norm + 1), "\(form) \(slope) \(difference)")
        }
    }

    @Test(arguments: Form.allCases)
    func atTheReferenceEveryKLIsZero(form: Form) throws {
        let lab = try lab(form)
        let measure = try lab.learner.measure(lab.state.policy, against: lab.estep(), settings: lab.settings)
        #expect(measure.klMean == 0)
        #expect(measure.klCov == 0)
        #expect(measure.klTotal == 0)
    }

    @Test(arguments: Form.allCases, [1, 2, 3])
    func klsAreNotNegative(form: Form, seed: UInt64) throws {
        let lab = try lab(form)
        let noise = normals(lab.state.policy.count, seed: seed, scale: 0.02)
        let policy = Storage(zip(lab.state.policy.span, noise).map { $0 + $1 })
        let measure = try lab.learner.measure(policy, against: lab.estep(), settings: lab.settings)
        #expect(measure.klMean >= 0 && measure.klCov >= 0 && measure.klTotal > 0)
        if covariance(form) == .fixed { #expect(measure.klCov == 0) }
    }

    @Test(arguments: Form.allCases)
    func everyFormTakesSteps(form: Form) throws {
        let lab = try lab(form)
        let made = try lab.learner.mstep(lab.state, lab.estep(), settings: lab.settings, steps: 3)
        #expect(made.statistics.after.klTotal > 0)
        #expect(made.statistics.after.expectedLogProbability.isFinite)
    }

    /// Every covariance and mean of a Gaussian, a network and a table over finitely many actions, under every hold.
    @Test(arguments: GaussianHead.Covariance.allCases, GaussianHead.MeanForm.allCases)
    func everyGaussianTakesEveryHold(covariance: GaussianHead.Covariance, mean: GaussianHead.MeanForm) throws {
        for region in TrustRegion.allCases {
            for hold in [Constraint.bounded(0.01), .penalised(2), .free] {
                let lab = try TestLab(covariance: covariance, mean: mean) {
                    ($0.klMean, $0.klCov, $0.klTotal, $0.trustRegion) = (hold, hold, hold, region)
                }
                let e = try lab.estep()
                let made = try lab.learner.mstep(lab.state, e, settings: lab.settings, steps: 3)
                #expect(made.statistics.after.expectedLogProbability > made.statistics.before.expectedLogProbability)
                #expect(made.statistics.constraints.count == (region == .none ? 0 : region == .joint ? 1 : 2))
                let kept = try lab.learner.mstep(lab.state, e, settings: lab.settings, steps: 3, backtrack: true)
                if hold.bound != nil { #expect(kept.statistics.constraints.allSatisfy { $0.value <= 0.01 }) }
            }
        }
    }

    @Test(arguments: [false, true]) func everyCategoricalTakesEveryHold(table: Bool) throws {
        for region in TrustRegion.allCases {
            for hold in [Constraint.bounded(0.01), .penalised(2), .free] {
                let lab = try TestLab(hidden: table ? [] : [8], finite: true) {
                    ($0.klTotal, $0.trustRegion, $0.epsilon) = (hold, region, 0.001)
                }
                let made = try lab.learner.mstep(lab.state, lab.estep(), settings: lab.settings, steps: 3)
                #expect(made.statistics.after.expectedLogProbability > made.statistics.before.expectedLogProbability)
                #expect(made.statistics.constraints.count == (region == .none ? 0 : 1))
            }
        }
    }

    @Test func thePriorIsReported() throws {
        let lab = try lab(.prior)
        let e = try lab.estep()
        let made = try lab.learner.mstep(lab.state, e, settings: lab.settings, steps: 2)
        #expect(made.statistics.logPriorBefore == logPrior(lab.state.policy, e, .prior))
        #expect(made.statistics.logPrior == logPrior(made.state.policy, e, .prior))
        let around = try self.lab(.priorAtReference)
        let first = try around.learner.mstep(around.state, around.estep(), settings: around.settings)
        #expect(first.statistics.logPriorBefore == 0)
        #expect((first.statistics.logPrior ?? 0) < 0)
        let plain = try self.lab(.full)
        #expect(try plain.learner.mstep(plain.state, plain.estep(), settings: plain.settings).statistics.logPrior == nil)
    }

    /// A prior far narrower than anything the likelihood asks for holds the parameters where it is centred.
    @Test func aNarrowPriorHoldsTheParameters() throws {
        func distance(_ sigma: Double?) throws -> Double {
            let lab = try TestLab { $0.priorSigma = sigma; $0.priorMean = .reference; $0.trustRegion = .none; $0.policyPeriod = 1_000_000 }
            let made = try lab.learner.mstep(lab.state, lab.estep(), settings: lab.settings, steps: 200)
            return withExtendedLifetime((made, lab)) {
                zip(made.state.policy.span, lab.state.policy.span).reduce(0) { $0 + Double(($1.0 - $1.1) * ($1.0 - $1.1)) }
                    .squareRoot()
            }
        }
        #expect(try distance(0.01) < 0.05 * distance(nil))
    }

    @Test func aFixedCovarianceSaysSo() throws {
        let lab = try lab(.fixed)
        let made = try lab.learner.mstep(lab.state, lab.estep(), settings: lab.settings, steps: 5)
        let report = made.statistics.constraints[1]
        #expect(report.quantity == .klCov && report.isZeroByConstruction && report.value == 0 && report.status == .slack)
        #expect(!made.statistics.constraints[0].isZeroByConstruction)
        #expect(made.state.lambdaCov == lab.state.lambdaCov.resized(to: 1))
        #expect(made.statistics.after.entropy == made.statistics.before.entropy)
    }

    @Test func multipliersKeepToTheirLimits() throws {
        let slack = try TestLab { $0.klMean = .bounded(100); $0.lambdaMean = 0.02; $0.lambdaMin = 0.015 }
        let low = try slack.learner.mstep(slack.state, slack.estep(), settings: slack.settings, steps: 20)
        #expect(abs(low.state.lambdaMean.mean - 0.015) < 1e-9)
        let tight = try TestLab { $0.trustRegion = .joint; $0.klTotal = .bounded(1e-9); $0.lambdaTotalMax = 10.1 }
        let high = try tight.learner.mstep(tight.state, tight.estep(), settings: tight.settings, steps: 20)
        #expect(abs(high.state.lambdaTotal.mean - 10.1) < 1e-9)
    }

    /// π_i ← π_i + τ (π − π_i) after every step.
    @Test func theReferenceFollowsSoftly() throws {
        let lab = try TestLab { $0.policyTau = 0.25 }
        let made = try lab.learner.mstep(lab.state, lab.estep(), settings: lab.settings)
        for (i, value) in made.state.reference.span.enumerated() {
            let (old, new) = (lab.state.reference.pointer[i], made.state.policy.pointer[i])
            #expect(abs(value - (old + 0.25 * (new - old))) < 1e-6)
        }
        #expect(made.statistics.refreshes == 1)
    }

    @Test func multipliersFollowTheirConstraints() throws {
        let tight = try TestLab { $0.klMean = .bounded(1e-9); $0.klCov = .bounded(1e-9) }
        let e = try tight.estep()
        let one = try tight.learner.mstep(tight.state, e, settings: tight.settings, steps: 6)
        // the first step is at KL 0 < ε and λ falls by Adam's whole rate; all others are far beyond ε
        #expect(one.state.lambdaMean.mean > tight.state.lambdaMean.mean)
        #expect(one.state.lambdaCov.mean > tight.state.lambdaCov.mean)
        let slack = try TestLab { $0.klMean = .bounded(100); $0.klCov = .bounded(100) }
        let two = try slack.learner.mstep(slack.state, slack.estep(), settings: slack.settings, steps: 5)
        #expect(two.state.lambdaMean.mean < slack.state.lambdaMean.mean)
        #expect(two.statistics.constraints.map(\.status) == [.slack, .slack])
    }

    @Test func largestMultipliersHold() throws {
        let lab = try TestLab { $0.klMean = .bounded(1e-9); $0.lambdaMeanMax = 1.01 }
        let made = try lab.learner.mstep(lab.state, lab.estep(), settings: lab.settings, steps: 20)
        #expect(abs(made.state.lambdaMean.mean - 1.01) < 1e-12)
    }

    /// 300 gradient steps on one fixed batch, the reference never refreshed.
    @Test(arguments: [GaussianHead.Covariance.full, .diagonal])
    func activeKLsSettleAtTheirBounds(covariance: GaussianHead.Covariance) throws {
        var lab = try TestLab(action: 2, covariance: covariance) {
            $0.policyPeriod = 1_000_000
            $0.epsilon = 0.5
            $0.klMean = .bounded(0.01)
            $0.klCov = .bounded(0.001)
        }
        let e = try lab.estep()
        var sums = (mean: 0.0, cov: 0.0)
        for step in 0..<300 {
            let made = try lab.learner.mstep(lab.state, e, settings: lab.settings)
            lab.state = made.state
            if step >= 200 {
                sums.mean += made.statistics.after.klMean / 100
                sums.cov += made.statistics.after.klCov / 100
            }
        }
        #expect(abs(sums.mean - 0.01) < 0.2 * 0.01)
        #expect(abs(sums.cov - 0.001) < 0.2 * 0.001)
    }

    @Test func withNoBoundTheCovarianceCollapses() throws {
        let lab = try TestLab(action: 4) { $0.trustRegion = .none; $0.epsilon = 0.5; $0.policyLearningRate = 5e-3 }
        let made = try lab.learner.mstep(lab.state, lab.estep(), settings: lab.settings, steps: 300)
        #expect(made.statistics.after.entropy < made.statistics.before.entropy - 1)
        #expect(made.statistics.constraints.isEmpty)
    }

    @Test func backtrackingKeepsTheBounds() throws {
        let lab = try TestLab { $0.klMean = .bounded(1e-4); $0.klCov = .bounded(1e-6); $0.policyLearningRate = 1e-2 }
        let e = try lab.estep()
        let wild = try lab.learner.mstep(lab.state, e, settings: lab.settings, steps: 5)
        #expect(wild.statistics.after.klMean > 1e-4 && wild.statistics.after.klCov > 1e-6)
        let kept = try lab.learner.mstep(lab.state, e, settings: lab.settings, steps: 5, backtrack: true)
        #expect(kept.statistics.after.klMean <= 1e-4 && kept.statistics.after.klCov <= 1e-6)
        #expect(kept.statistics.after.klMean > 0)
        #expect((kept.statistics.smallestStepShare ?? 1) < 1)
    }

    @Test func theReferenceIsRefreshedOnTimeAndTheEStepsStays() throws {
        var lab = try TestLab { $0.policyPeriod = 3 }
        let e = try lab.estep()
        for step in 1...7 {
            lab.state = try lab.learner.mstep(lab.state, e, settings: lab.settings).state
            #expect(lab.state.counters.referenceAge == step % 3)
            if step % 3 == 0 { #expect(lab.state.reference === lab.state.policy) }
        }
        let made = try lab.learner.mstep(lab.state, e, settings: lab.settings)
        #expect(made.statistics.referenceAge == 7)
        #expect(made.statistics.before.klTotal > 0)
    }

    @Test func itSaysWhenThereIsNoTrustRegion() throws {
        let lab = try TestLab { $0.policyPeriod = 1 }
        let e = try lab.estep()
        #expect(try lab.learner.mstep(lab.state, e, settings: lab.settings).statistics.note != nil)
        #expect(try lab.learner.mstep(lab.state, e, settings: lab.settings, steps: 2).statistics.note == nil)
    }

    @Test func theWeightedLikelihoodRises() throws {
        for finite in [false, true] {
            let lab = try TestLab(finite: finite) { if finite { $0.epsilon = 0.01 } }
            let made = try lab.learner.mstep(lab.state, lab.estep(), settings: lab.settings, steps: 10)
            #expect(
                made.statistics.after.expectedLogProbability > made.statistics.before.expectedLogProbability)
        }
    }

    @Test func foreignEStepsAreRefused() throws {
        let e = try TestLab(action: 1).estep()
        let lab = try TestLab(action: 2)
        #expect(throws: Fault.self) { try lab.learner.mstep(lab.state, e, settings: lab.settings) }
    }

    @Test func perDimensionBoundsNeedADiagonal() throws {
        let lab = try TestLab { $0.perDimension = true }
        #expect(throws: Fault.self) { try lab.estep() }
    }
}
