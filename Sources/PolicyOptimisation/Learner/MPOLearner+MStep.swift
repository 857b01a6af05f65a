import Networks
import Support
import Tensors

// S states, N actions a state, D action dimensions, K policy outputs.

extension MPOLearner {
    /// The M-step: gradient steps of the policy up E_q log π, held near the E-step's reference policy.
    ///
    /// Every gradient step moves policy and multipliers together: λ = softplus(x), x by Adam at `dual_rate` up
    /// λ (KL − ε). After every `policy_period` policy steps, counted across calls, the lab's reference policy is
    /// refreshed; the E-step's own stays what it is.
    public func mstep(
        _ state: LearnerState, _ e: EStep, settings: MPOSettings, steps: Int = 1, backtrack: Bool? = nil,
        cancellation: CancellationToken? = nil
    ) throws -> MStep {
        try check(state, settings)
        try requireSteps(steps)
        guard e.model == model else {
            throw Fault("mstep.estep", "this E-step was made with another policy or critic")
        }
        let pass = try PolicyPass(self, e)
        let prior = ParameterPrior(settings, e)
        let logPriorBefore = prior?.logDensity(state.policy)
        let backtrack = backtrack ?? settings.backtrack
        var state = state
        let age = state.counters.policySteps - e.referenceStep
        var hold = MultiplierHold(state, settings, model.policyForm)
        let multipliersBefore = hold
        var before = PolicyMeasure()
        var measure = PolicyMeasure()
        var policyLoss = 0.0
        var penalty = 0.0
        var norm = 0.0
        var refreshes = 0
        var share: Double? = backtrack ? 1 : nil
        for step in 0..<steps {
            try cancellation?.check()
            measure = try pass.gradient(of: state.policy, hold)
            prior?.addGradient(at: state.policy, to: policyGradient)
            if step == 0 { before = measure }
            policyLoss = hold.policyLoss(measure)
            penalty = hold.penalty(measure)
            let made = try settings.policyAdam.step(
                parameters: state.policy, gradients: policyGradient, state: state.policyOptimiser, workers: workers)
            try requireFinite(made.parameters, "the policy's", after: step + 1)
            norm = made.gradientNorm
            if backtrack {
                let (parameters, kept) = try pass.backtracked(
                    from: state.policy, to: made.parameters, hold, cancellation: cancellation)
                state.policy = parameters
                share = min(share ?? 1, kept)
            } else {
                state.policy = made.parameters
            }
            state.policyOptimiser = made.state
            hold.climb(measure, settings)
            if try countPolicyStep(&state, settings) { refreshes += 1 }
        }
        hold.store(in: &state)
        let after = try pass.measure(state.policy, hold)
        let statistics = MStepStatistics(
            gradientSteps: steps, before: before, after: after, trustRegion: hold.form,
            constraints: hold.reports(after, before: multipliersBefore), policyLoss: policyLoss, penalty: penalty,
            gradientNorm: norm, referenceAge: age, refreshes: refreshes, smallestStepShare: share,
            note: note(settings, steps: steps, before: before, share: share, hold), logPriorBefore: logPriorBefore,
            logPrior: prior?.logDensity(state.policy))
        return MStep(state: state, statistics: statistics)
    }

    /// Counts a step of the policy and refreshes the reference policy where it is due; whether it was.
    func countPolicyStep(_ state: inout LearnerState, _ settings: MPOSettings) throws -> Bool {
        state.counters.policySteps += 1
        if let tau = settings.policyTau {
            state.reference = tau == 1
                ? state.policy : try blended(target: state.reference, source: state.policy, tau: tau)
            state.counters.referenceAge = 0
            return true
        }
        state.counters.referenceAge += 1
        guard state.counters.referenceAge >= settings.policyPeriod else { return false }
        state.reference = state.policy
        state.counters.referenceAge = 0
        return true
    }

    /// The state's policy measured against an E-step, without a step.
    public func measure(_ policy: Storage, against e: EStep, settings: MPOSettings) throws -> PolicyMeasure {
        guard e.model == model, policy.count == model.policyArchitecture.parameterCount else {
            throw Fault("mstep.estep", "this E-step was made with another policy or critic")
        }
        let pass = try PolicyPass(self, e)
        let blank = LearnerState(policy: policy, critic: policy, settings: settings)
        return try pass.measure(policy, MultiplierHold(blank, settings, model.policyForm))
    }

    private func note(
        _ settings: MPOSettings, steps: Int, before: PolicyMeasure, share: Double?, _ hold: MultiplierHold
    ) -> String? {
        if share == 0 {
            return "no part of a step keeps the KLs within their bounds: the policy is at or beyond them already"
        }
        guard hold.form != .none else { return nil }
        if steps == 1, before.klTotal == 0, settings.policyTau == 1 || settings.policyTau == nil && settings.policyPeriod == 1 {
            return (settings.policyTau == 1 ? "policy_tau" : "policy_period") + " is 1 and one gradient step was taken: at the reference policy both KLs and their "
                + "gradients are 0, so there is no trust region in this step"
        }
        return nil
    }
}

extension MPOLearner {
    /// The M-step's loss at some parameters and its gradient, the multipliers as the state has them.
    package func loss(
        of policy: Storage, _ state: LearnerState, _ e: EStep, settings: MPOSettings
    ) throws -> (loss: Double, gradient: Storage) {
        try check(state, settings)
        let hold = MultiplierHold(state, settings, model.policyForm)
        let measure = try PolicyPass(self, e).gradient(of: policy, hold)
        let prior = ParameterPrior(settings, e)
        prior?.addGradient(at: policy, to: policyGradient)
        return (
            hold.policyLoss(measure) + hold.penalty(measure) - (prior?.logDensity(policy) ?? 0),
            Storage(copying: policyGradient)
        )
    }
}
