import PolicyOptimisation
import Support
import Tensors

/// The last E-step and M-step that a lab committed, kept for explanations: they hold what the history only sums up.
///
/// No part of the lab's state: neither saved nor undone. What no longer belongs to the state is not given out.
struct KeptSteps {
    /// With the count of E-steps after it.
    var estep: (step: EStep, number: Int)?
    /// With the E-step that it was made against.
    var mstep: (step: ProposedMStep, estep: EStep)?
}

extension Lab {
    func keep(_ e: EStep) { kept.estep = (e, state.learner.counters.expectationSteps) }

    func keep(_ m: ProposedMStep, _ e: EStep) { kept.mstep = (m, e) }

    /// The E-step that the state's η comes from; nil before the first, in a lab that was loaded, and after an undo.
    public var lastEStep: EStep? {
        guard let (step, number) = kept.estep, number == state.learner.counters.expectationSteps,
            step.eta == state.measured.eta, step.kl == state.measured.kl
        else { return nil }
        return step
    }

    /// The M-step that made the policy as it is now, with its E-step; nil where none did.
    public var lastMStep: (step: ProposedMStep, estep: EStep)? {
        guard let kept = kept.mstep, kept.step.step.state.policy === policy.parameters else { return nil }
        return kept
    }

    /// The last E-step, or else the one that the next `estep` would make; nil with nothing to make one of.
    ///
    /// Commits nothing: the same random streams are used again by the next step.
    public func lastOrNextEStep(cancellation: CancellationToken? = nil) throws -> (step: EStep, isLast: Bool)? {
        if let last = lastEStep { return (last, true) }
        guard replay.count > 0 else { return nil }
        return (try estep(commit: false, cancellation: cancellation), false)
    }
}

extension Lab {
    /// Applies an M-step that was made with `commit: false` against an E-step, and keeps both for explanations.
    @discardableResult
    public func commit(_ proposed: ProposedMStep, against e: EStep) throws -> ProposedMStep {
        let committed = try commit(proposed)
        keep(committed, e)
        return committed
    }
}
