import Environments
import Support

extension Lab {
    /// The undiscounted returns of the mean policy, on copies of the task and on random streams of their own.
    ///
    /// Changes nothing; the same lab gives the same numbers whenever it is asked, and whatever `parallel` is: the most
    /// episodes that are played at the same time, as many as there are cores without it. What outlives episodes in the
    /// task starts each of them as the lab has it now.
    public func evaluate(
        episodes: Int, parallel: Int? = nil, cancellation: CancellationToken? = nil, progress: Progress? = nil
    ) throws -> Evaluation {
        guard episodes >= 1 else {
            throw Fault("evaluate.episodes", "at least 1 episode was wanted, \(episodes) was given")
        }
        try Self.check(parallel: parallel)
        let terms = EpisodeTerms(
            seed: state.seed, parameters: policy.parameters,
            limit: state.settings.horizon ?? environment.spec.episodeLimit)
        let kept = environment.outlivesEpisodes ? state.environment : nil
        let players = try players(first: copiedPlayer(), parallel: parallel, episodes: episodes)
        for player in players { try player.prepare(terms) }
        let queue = EpisodeQueue(0..<episodes, cancellation: cancellation)
        let tick = progress.map { progress in { (_: Int) in progress(queue.finishedEpisodes, episodes) } }
        let (played, failure) = play(queue, players, tick: tick) { player, number, eachStep in
            if let kept { try player.task.restore(kept) }
            return try player.evaluate(number, terms, queue, eachStep: eachStep)
        }
        if let failure { throw failure }
        return Evaluation(returns: played.map(\.totalReward), lengths: played.map(\.length))
    }

    static func check(parallel: Int?) throws {
        if let parallel, parallel < 1 {
            throw Fault("collect.parallel", "at least 1 episode at a time was wanted, \(parallel) was given")
        }
    }
}
