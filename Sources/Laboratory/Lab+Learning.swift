import Networks
import PolicyOptimisation
import Support
import Tensors

/// An M-step of a lab, with the parameters that it started from.
public struct ProposedMStep: Sendable {
    public let step: MStep
    /// Whether the lab has taken it over.
    public let isCommitted: Bool
    /// The policy's parameters and Adam's first moments before it: it is applied to these only.
    public let base: Storage
    let baseMoment: Storage

    public var statistics: MStepStatistics { step.statistics }
}

extension Lab {
    /// Gradient steps computed between two looks at the cancellation token that commit what is done.
    private static let chunk = 25

    /// Policy evaluation: `steps` gradient steps of the critic towards the TD target.
    ///
    /// An interrupt keeps the gradient steps done so far in whole chunks, as a shorter call would have made them.
    @discardableResult
    public func qstep(
        steps: Int = 1, cancellation: CancellationToken? = nil, progress: Progress? = nil
    ) throws -> QStepStatistics {
        guard steps >= 1 else {
            throw Fault("qstep.steps", "at least 1 gradient step was wanted, \(steps) was given")
        }
        let before = currentState()
        var after = before
        var all: QStepStatistics?
        var failure: (any Error)?
        var done = 0
        while done < steps, failure == nil {
            do {
                try cancellation?.check()
                let made = try learner.qstep(
                    after.learner, replay: replay, settings: after.settings, seed: after.seed,
                    steps: min(Self.chunk, steps - done), cancellation: cancellation)
                done += made.statistics.gradientSteps
                after.learner = made.state
                var merged = made.statistics
                if let earlier = all {
                    merged.tdErrorBefore = earlier.tdErrorBefore
                    merged.refreshes += earlier.refreshes
                    merged.gradientSteps += earlier.gradientSteps
                }
                all = merged
                progress?(done, steps)
            } catch {
                failure = error
            }
        }
        // A fault of the numbers commits nothing of this call: the steps before it led there.
        if let failure, !(failure is Interrupted) { throw failure }
        if let all {
            after.measured.tdError = all.tdErrorAfter
            try commit(
                "qstep", from: before, to: after,
                row: (
                    .qstep,
                    [
                        .init("steps", Double(all.gradientSteps)), .init("td_error_before", all.tdErrorBefore),
                        .init("td_error", all.tdErrorAfter), .init("mean_q", all.meanQ),
                        .init("mean_target", all.meanTarget), .init("gradient_norm", all.gradientNorm),
                        .init("target_age", Double(all.targetAge)),
                    ] + all.details.map { .init($0.name, $0.value) }
                ))
        }
        if let failure { throw failure }
        guard let all else { throw Interrupted() }
        return all
    }

    /// The E-step on states of the replay. Committed are the warm start of η (with a parametric q its network, too), the
    /// count of E-steps and a row of history. `epsilon` is another bound on KL(q‖π), for this step alone.
    @discardableResult
    public func estep(
        epsilon: Double? = nil, commit commits: Bool = true, cancellation: CancellationToken? = nil
    ) throws -> EStep {
        let before = currentState()
        var settings = before.settings
        if let epsilon { try settings.constrain(.kl, .bounded(epsilon)) }
        let (e, state) = try learner.estep(
            before.learner, replay: replay, settings: settings, seed: before.seed, cancellation: cancellation)
        if !commits { return e }
        var after = before
        after.learner = state
        after.measured.eta = e.eta
        after.measured.kl = e.kl
        after.measured.ess = e.ess
        var statistics: [HistoryRow.Statistic] = [
            .init("eta", e.eta), .init("kl", e.kl), .init("ess", e.ess),
            .init("largest_weight", e.summary.largestWeight), .init("expected_q", e.summary.expectedQ),
            .init("iterations", Double(e.optimum.iterations)), .init("residual", e.optimum.residual),
        ]
        if let epsilon = e.constraint.bound { statistics.append(.init("epsilon", epsilon)) }
        if let q = e.variational {
            statistics += [.init("kl_before", q.klBefore), .init("gradient_norm", q.gradientNorm)]
        }
        if let penalty = e.penalty {
            statistics += [
                .init("eta_penalty", penalty.eta), .init("kl_penalty", penalty.kl), .init("penalty_cost", penalty.cost),
            ]
        }
        try commit("estep", from: before, to: after, row: (.estep, statistics))
        keep(e)
        return e
    }

    /// The M-step against an E-step: `steps` gradient steps of the policy, or with `exact` its closed form.
    ///
    /// With `commit: false` nothing is changed.
    @discardableResult
    public func mstep(
        _ e: EStep, steps: Int = 1, backtrack: Bool? = nil, exact: Bool = false, commit commits: Bool = true,
        cancellation: CancellationToken? = nil
    ) throws -> ProposedMStep {
        let now = currentState()
        let step =
            exact
            ? try learner.exactMStep(now.learner, e, settings: now.settings, cancellation: cancellation)
            : try learner.mstep(
                now.learner, e, settings: now.settings, steps: steps, backtrack: backtrack, cancellation: cancellation)
        let proposed = ProposedMStep(
            step: step, isCommitted: false, base: now.learner.policy, baseMoment: now.learner.policyOptimiser.first)
        if !commits { return proposed }
        let committed = try commit(proposed)
        keep(committed, e)
        return committed
    }

    /// Applies an M-step that was made with `commit: false`, in this lab or in a copy of it.
    ///
    /// It must start from the policy that the lab has now; what happened to the critic in between stays.
    @discardableResult
    public func commit(_ proposed: ProposedMStep) throws -> ProposedMStep {
        let before = currentState()
        guard proposed.base === before.learner.policy, proposed.baseMoment === before.learner.policyOptimiser.first
        else {
            throw Fault(
                "mstep.stale", "this M-step started from another policy than the lab has now",
                hint: "make it again: mstep(lab, e)")
        }
        var after = before
        let made = proposed.step.state
        let statistics = proposed.step.statistics
        after.learner.policy = made.policy
        after.learner.policyOptimiser = made.policyOptimiser
        after.learner.reference = made.reference
        after.learner.lambdaMean = made.lambdaMean
        after.learner.lambdaCov = made.lambdaCov
        after.learner.lambdaTotal = made.lambdaTotal
        after.learner.counters.policySteps = made.counters.policySteps
        after.learner.counters.referenceAge = made.counters.referenceAge
        after.measured.klMean = statistics.after.klMean
        after.measured.klCov = statistics.after.klCov
        after.measured.klTotal = statistics.after.klTotal
        try commit("mstep", from: before, to: after, row: (.mstep, Self.statistics(statistics, after.learner)))
        return ProposedMStep(
            step: proposed.step, isCommitted: true, base: proposed.base, baseMoment: proposed.baseMoment)
    }

    private static func statistics(_ m: MStepStatistics, _ learner: LearnerState) -> [HistoryRow.Statistic] {
        var all: [HistoryRow.Statistic] = [
            .init("steps", Double(m.gradientSteps)), .init("kl_mean", m.after.klMean),
            .init("kl_cov", m.after.klCov), .init("kl_total", m.after.klTotal),
            .init("lambda_mean", learner.lambdaMean.mean), .init("lambda_cov", learner.lambdaCov.mean),
            .init("lambda_total", learner.lambdaTotal.mean),
            .init("log_probability_before", m.before.expectedLogProbability),
            .init("log_probability", m.after.expectedLogProbability), .init("entropy_before", m.before.entropy), .init("entropy", m.after.entropy),
            .init("policy_loss", m.policyLoss), .init("penalty", m.penalty),
            .init("gradient_norm", m.gradientNorm), .init("reference_age", Double(m.referenceAge)),
        ]
        if let prior = m.logPrior { all.append(.init("log_prior", prior)) }
        return all + bounds(m)
    }

    /// The bounds as they were, and what they bound where that is not the KL as a whole: its largest dimension.
    private static func bounds(_ m: MStepStatistics) -> [HistoryRow.Statistic] {
        m.constraints.flatMap { report -> [HistoryRow.Statistic] in
            guard let bound = report.constraint.bound else { return [] }
            let whole: Double =
                switch report.quantity {
                case .kl: report.value
                case .klMean: m.after.klMean
                case .klCov: m.after.klCov
                case .klTotal: m.after.klTotal
                }
            let own = HistoryRow.Statistic(HistoryRow.boundName(report.quantity), bound)
            return report.value == whole ? [own] : [own, .init(report.quantity.rawValue + "_largest", report.value)]
        }
    }
}
