import Environments
import Support
import Tensors

extension Lab {
    /// Plays one evaluation episode of the mean policy, on a copy of the task, and hands every state of it to `see`.
    ///
    /// Its return is `evaluate`'s of the same index. `see` gets the task, the episode so far and the step that led there,
    /// nil at the start. Changes nothing.
    public func play(
        evaluation index: Int, cancellation: CancellationToken? = nil,
        _ see: (_ task: any Environment, _ episode: Episode, _ step: Episode.Step?) throws -> Void
    ) throws -> Evaluation {
        guard index >= 0 else {
            throw Fault("watch.episode", "an episode's index of 0 or more was wanted, \(index) was given")
        }
        let task = try environment.copy()
        // What outlives episodes in the task starts as the lab has it now, as it does in evaluate.
        if task.outlivesEpisodes, let kept = state.environment { try task.restore(kept) }
        let parameters = policy.parameters
        let limit = state.settings.horizon ?? task.spec.episodeLimit
        var start = RandomStream(seed: state.seed, purpose: .evaluationReset, step: UInt64(index))
        var noise = RandomStream(seed: state.seed, purpose: .evaluationStep, step: UInt64(index))
        var episode = try Episode(in: task, stream: &start)
        try see(task, episode, nil)
        while !episode.isOver {
            try cancellation?.check()
            let action = try learner.actor.meanAction(parameters, observation: episode.observation)
            let step = try episode.step(task, action: action, limit: limit, stream: &noise)
            try see(task, episode, step)
        }
        return Evaluation(returns: [episode.totalReward], lengths: [episode.steps])
    }

    /// The steps after which an episode is truncated here; nil: never.
    public var horizon: Int? { state.settings.horizon ?? environment.spec.episodeLimit }

    /// A copy of the task in the state of the episode that the next collect goes on with, and that episode.
    public func runningTask() throws -> (task: any Environment, episode: Episode)? {
        guard let episode = state.episode, let snapshot = state.environment else { return nil }
        let task = try environment.copy()
        try task.restore(snapshot)
        return (task, episode)
    }
}
