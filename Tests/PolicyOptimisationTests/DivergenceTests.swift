import Networks
import PolicyOptimisation
import Support
import Tensors
import Testing

/// Per-state KLs of a policy against an E-step, and the spread of Q.
@Suite struct DivergenceTests {
    private static let covariances: [GaussianHead.Covariance] = [.full, .diagonal]

    /// Their means are what the M-step measures by its own arithmetic.
    @Test(arguments: covariances)
    func meansAreTheMStepsMeasure(covariance: GaussianHead.Covariance) throws {
        let lab = try TestLab(action: 3, hidden: [8], covariance: covariance) { $0.policyLearningRate = 0.02 }
        let e = try lab.estep()
        let m = try lab.learner.mstep(lab.state, e, settings: lab.settings, steps: 4)
        let states = try e.divergences(of: m.state.policy)
        func mean(_ part: (StateDivergence) -> Double) -> Double { states.reduce(0) { $0 + part($1) } / Double(states.count) }
        let after = m.statistics.after
        #expect(after.klMean > 1e-4 && after.klCov > 1e-5)
        // Decoded in single precision here, in Double there: σ's relative error of 6e-8 is squared beside the KL.
        for (ours, theirs) in [(mean(\.mean), after.klMean), (mean(\.cov), after.klCov), (mean(\.total), after.klTotal)] {
            #expect(abs(ours - theirs) < 2e-3 * theirs)
        }
    }

    @Test func finiteActionsHaveOneKL() throws {
        let lab = try TestLab(action: 4, hidden: [8], finite: true) { $0.policyLearningRate = 0.05 }
        let e = try lab.estep()
        let m = try lab.learner.mstep(lab.state, e, settings: lab.settings, steps: 4)
        let states = try e.divergences(of: m.state.policy)
        let mean = states.reduce(0) { $0 + $1.total } / Double(states.count)
        #expect(abs(mean - m.statistics.after.klTotal) < 1e-6 * mean && mean > 1e-4)
        #expect(states.allSatisfy { $0.mean == 0 && $0.cov == 0 })
        // Written out for one state from the two distributions.
        let observation = (0..<3).map { Double(e.states.pointer[3 + $0]) }
        let old = try lab.learner.actor.distribution(e.reference, observation: observation)
        let new = try lab.learner.actor.distribution(m.state.policy, observation: observation)
        guard case .categorical(let p) = old, case .categorical(let q) = new else { Issue.record("categorical"); return }
        let kl = zip(p, q).reduce(0) { $0 + $1.0 * (logarithm($1.0) - logarithm($1.1)) }
        #expect(abs(states[1].total - kl) < 1e-6)
    }

    @Test func theReferenceIsAtZeroFromItself() throws {
        for finite in [false, true] {
            let lab = try TestLab(hidden: [8], finite: finite)
            let e = try lab.estep()
            #expect(try e.divergences(of: e.reference).allSatisfy { $0.total == 0 && $0.mean == 0 && $0.cov == 0 && $0.shift == 0 })
        }
    }

    /// ½ (tr − D + ln |Σ|/|Σ_i|) is the covariance's part again.
    @Test func traceAndLogDeterminantGiveTheCovariancePart() throws {
        let lab = try TestLab(action: 2, hidden: [8]) { $0.policyLearningRate = 0.05 }
        let e = try lab.estep()
        let policy = try lab.learner.mstep(lab.state, e, settings: lab.settings, steps: 3).state.policy
        for s in 0..<e.stateCount {
            let observation = (0..<3).map { Double(e.states.pointer[s * 3 + $0]) }
            guard case .gaussian(_, let l0) = try lab.learner.actor.distribution(e.reference, observation: observation),
                case .gaussian(_, let l) = try lab.learner.actor.distribution(policy, observation: observation)
            else { Issue.record("gaussian"); return }
            // tr(Σ⁻¹Σ_i) = Σ_ij (L⁻¹L_i)_ij² by a 2 × 2 inverse.
            let a = l0[0][0] / l[0][0], c = l0[1][1] / l[1][1]
            let b = (l0[1][0] - l[1][0] * a) / l[1][1]
            #expect(abs(try e.divergences(of: policy)[s].trace(2) - (a * a + b * b + c * c)) < 1e-5)
        }
    }

    @Test func theLargestShareKeepsTheBounds() throws {
        let lab = try TestLab(action: 2, hidden: [8]) { $0.policyLearningRate = 0.05 }
        let e = try lab.estep()
        let policy = try lab.learner.mstep(lab.state, e, settings: lab.settings, steps: 3).state.policy
        func cov(_ parameters: Storage) throws -> Double {
            try e.divergences(of: parameters).reduce(0) { $0 + $1.cov } / Double(e.stateCount)
        }
        let full = try cov(policy)
        #expect(try e.largestShare(from: e.reference, to: policy, within: [(.klCov, 2 * full)]) == 1)
        let share = try #require(try e.largestShare(from: e.reference, to: policy, within: [(.klCov, full / 10)]))
        #expect(share < 1)
        #expect(try cov(blended(target: e.reference, source: policy, tau: share)) <= full / 10)
        #expect(try cov(blended(target: e.reference, source: policy, tau: 2 * share)) > full / 10)
        #expect(try e.largestShare(from: policy, to: policy, within: [(.klCov, full / 10)]) == nil)
    }

    @Test func otherPoliciesAreRefused() throws {
        let e = try TestLab(hidden: [8]).estep()
        #expect(throws: Fault.self) { try e.divergences(of: Storage(zeros: 5)) }
    }

    @Test func spreadsAreThoseOfTheTable() throws {
        let lab = try TestLab(action: 2, hidden: [8]) {
            $0.batch = 2
            $0.actions = 3
        }
        // Rows 1 2 3 and 10 10 16: variances 2/3 and 8, means 2 and 12.
        let e = try lab.estep().rescored(Storage([1, 2, 3, 10, 10, 16]))
        #expect(abs(e.spreads.within - ((2.0 / 3 + 8) / 2).squareRoot()) < 1e-12)
        #expect(abs(e.spreads.between - 5) < 1e-12)
    }
}

/// What a replay says of itself.
@Suite struct ReplaySummaryTests {
    private func replay() throws -> Replay {
        let replay = try Replay(capacity: 3, observationSize: 1, actionSize: 2)
        for k in 0..<5 {
            let x = Double(k)
            try replay.append(
                observation: [x], action: [x, -2 * x], reward: x * x, nextObservation: [x + 1], terminated: k == 3,
                truncated: k == 4, logProbability: -x)
        }
        return replay
    }

    @Test func rangesAreThoseOfWhatIsKept() throws {
        let summary = try replay().summary()  // 2, 3, 4 are left
        #expect(summary.rewards.low == 4 && summary.rewards.high == 16 && summary.rewards.count == 3)
        #expect(abs(summary.rewards.mean - 29.0 / 3) < 1e-12)
        #expect(summary.observations.map(\.mean) == [3])
        #expect(abs(summary.observations[0].std - (2.0 / 3).squareRoot()) < 1e-12)
        #expect(summary.actions.map(\.low) == [2, -8] && summary.actions.map(\.high) == [4, -4])
        #expect(summary.terminated == 1 && summary.truncated == 1 && summary.notFinite == 0)
    }

    @Test func agesAreCountedFromTheOldest() throws {
        let replay = try replay()
        #expect(try (0..<3).map { try replay.transition(replay.slot(ofAge: $0)).observation[0] } == [2, 3, 4])
        #expect(replay.evenSlots(2) == [replay.slot(ofAge: 0), replay.slot(ofAge: 2)])
        #expect(replay.evenSlots(10) == (0..<3).map(replay.slot(ofAge:)))
    }

    @Test(arguments: [GaussianHead.Covariance.full, .diagonal])
    func logProbabilitiesAreTheDensities(covariance: GaussianHead.Covariance) throws {
        let lab = try TestLab(action: 2, hidden: [8], covariance: covariance)
        let slots = [0, 7, 499]
        let logs = try lab.replay.logProbabilities(
            of: lab.policy.form, lab.policy.network.architecture, lab.policy.parameters, slots: slots)
        #expect(logs.behaviour == [-1, -1, -1])
        for (slot, log) in zip(slots, logs.policy) {
            let t = try lab.replay.transition(slot)
            let distribution = try lab.learner.actor.distribution(
                lab.policy.parameters, observation: t.observation.map { Double($0) })
            guard case .gaussian(let mean, let l) = distribution else { Issue.record("gaussian"); return }
            #expect(abs(log - logNormal(t.action.map { Double($0) }, mean, l)) < 1e-5)
        }
    }

    @Test func logProbabilitiesOfIndices() throws {
        let lab = try TestLab(action: 3, hidden: [8], finite: true)
        let logs = try lab.replay.logProbabilities(
            of: lab.policy.form, lab.policy.network.architecture, lab.policy.parameters, slots: [3])
        let t = try lab.replay.transition(3)
        guard case .categorical(let p) = try lab.learner.actor.distribution(
            lab.policy.parameters, observation: t.observation.map { Double($0) })
        else { Issue.record("categorical"); return }
        #expect(abs(logs.policy[0] - logarithm(p[Int(t.action[0])])) < 1e-6)
        #expect(throws: Fault.self) {
            try lab.replay.logProbabilities(
                of: lab.policy.form, lab.policy.network.architecture, lab.policy.parameters, slots: [500])
        }
    }
}
