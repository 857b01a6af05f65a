import Environments
import Networks
import PolicyOptimisation
import Support
import Tensors

// What a lab shows of itself.
extension Lab {
    public var settings: MPOSettings { state.settings }
    public var seed: UInt64 { state.seed }
    /// The learner's state, with the parameters as policy and critic have them now.
    public var learnerState: LearnerState { currentState().learner }

    /// Committed environment steps, and episodes begun.
    public var environmentSteps: Int { state.environmentSteps }
    public var episodes: Int { state.episodes }
    /// Committed gradient steps of the critic and the policy, and committed E-steps.
    public var criticSteps: Int { state.learner.counters.criticSteps }
    public var policySteps: Int { state.learner.counters.policySteps }
    public var expectationSteps: Int { state.learner.counters.expectationSteps }
    /// Policy gradient steps since the reference policy was refreshed, critic steps since the target critic was.
    public var referenceAge: Int { state.learner.counters.referenceAge }
    public var targetAge: Int { state.learner.counters.targetAge }

    /// The episode in which the next collect goes on; nil between episodes.
    public var runningEpisode: Episode? { state.episode }
    /// The return of the last whole episode.
    public var lastReturn: Double? { state.lastReturn }
    /// η as the last E-step found it; before the first, where it starts.
    public var eta: Double { state.measured.eta ?? state.learner.eta }
    /// The last E-step's effective sample size.
    public var ess: Double? { state.measured.ess }
    /// √ mean (Q − y)² after the last Q-step.
    public var tdError: Double? { state.measured.tdError }
    public var lambdaMean: Double { state.learner.lambdaMean.mean }
    public var lambdaCov: Double { state.learner.lambdaCov.mean }
    public var lambdaTotal: Double { state.learner.lambdaTotal.mean }

    /// A KL as the last E- or M-step measured it; nil before the first.
    public func measured(_ quantity: ConstrainedQuantity) -> Double? {
        switch quantity {
        case .kl: state.measured.kl
        case .klMean: state.measured.klMean
        case .klCov: state.measured.klCov
        case .klTotal: state.measured.klTotal
        }
    }

    /// The policy's distribution of actions at an observation.
    public func distribution(at observation: [Double]) throws -> PolicyDistribution {
        try learner.actor.distribution(policy.parameters, observation: observation)
    }

    /// The mean action at an observation, in the environment's units.
    public func meanAction(at observation: [Double]) throws -> [Double] {
        try learner.actor.meanAction(policy.parameters, observation: observation)
    }

    /// What the critic would be drawn to for the transition of an age (0 is the oldest, -1 the newest) and for those
    /// that follow it in its episode, `length` at most. Nothing changes.
    public func targets(from age: Int, length: Int) throws -> [TargetLine] {
        try learner.targets(
            learnerState, replay: replay, slots: replay.sequence(from: age, length: length),
            settings: settings, seed: seed)
    }

    /// A 64-bit digest of everything that a run depends on or has left: equal digests mean equal bits.
    ///
    /// Parameters, optimisers, multipliers, replay, running episode and task state, counters, settings, history.
    public func digest() throws -> UInt64 {
        let state = currentState()
        var digest = Digest64()
        state.learner.digest(into: &digest)
        replay.digest(into: &digest)
        digest.combine(state.description(history: history.count).description)
        digest.combine(state.episode?.observation ?? [])
        digest.combine(state.environment?.numbers ?? [])
        for row in history {
            digest.combine(row.kind.rawValue)
            for count in [row.environmentSteps, row.criticSteps, row.policySteps] { digest.combine(count) }
            for statistic in row.statistics {
                digest.combine(statistic.name)
                digest.combine(statistic.value)
            }
        }
        return digest.value
    }
}
