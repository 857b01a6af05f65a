import Environments
import PolicyOptimisation
import Support
import Tensors

/// What a collect brought in.
public struct Collected: Equatable, Sendable {
    /// The whole episodes' returns and lengths; an episode that goes on is not among them.
    public let finished: Evaluation
    /// Environment steps.
    public let steps: Int
    /// The episode that the next collect goes on with has so many steps; nil between episodes.
    public let runningSteps: Int?
}

extension Lab {
    /// Called now and then with what is done and what was asked for.
    public typealias Progress = (_ done: Int, _ total: Int) -> Void

    /// Plays whole episodes with the policy's own noise into the replay; a running episode is finished as the first.
    ///
    /// Episodes are limited by the setting `horizon` or else the task's own limit. At most `parallel` are played at
    /// the same time, as many as there are cores without it; it is the same for the result. An interrupt or an error
    /// of the task leaves the whole episodes before it committed.
    @discardableResult
    public func collect(
        episodes: Int, parallel: Int? = nil, cancellation: CancellationToken? = nil, progress: Progress? = nil
    ) throws -> Collected {
        guard episodes >= 1 else {
            throw Fault("collect.episodes", "at least 1 episode was wanted, \(episodes) was given")
        }
        return try collect(until: .episodes(episodes), parallel, cancellation, progress)
    }

    /// Plays so many environment steps into the replay; an episode in their middle goes on with the next collect.
    @discardableResult
    public func collect(
        steps: Int, parallel: Int? = nil, cancellation: CancellationToken? = nil, progress: Progress? = nil
    ) throws -> Collected {
        guard steps >= 1 else {
            throw Fault("collect.steps", "at least 1 environment step was wanted, \(steps) was given")
        }
        return try collect(until: .steps(steps), parallel, cancellation, progress)
    }

    private enum Goal {
        case episodes(Int)
        case steps(Int)
    }

    /// What is in the replay and will be committed.
    private struct Settled {
        var state: LabState
        var returns: [Double] = []
        var lengths: [Int] = []
        var steps = 0
        /// An episode was so long that it was settled in its middle.
        var hasLong = false

        /// Episodes or steps that are still to be played.
        func left(of goal: Goal) -> Int {
            switch goal {
            case .episodes(let count): count - returns.count
            case .steps(let count): count - steps
            }
        }
    }

    /// So many steps of an episode are settled in its middle, and no further episode is begun while so many wait.
    private static let mostWaiting = 10_000

    private func collect(
        until goal: Goal, _ parallel: Int?, _ cancellation: CancellationToken?, _ progress: Progress?
    ) throws -> Collected {
        try Self.check(parallel: parallel)
        let before = currentState()
        let terms = EpisodeTerms(
            seed: before.seed, parameters: before.learner.policy,
            limit: before.settings.horizon ?? environment.spec.episodeLimit)
        var settled = Settled(state: before)
        var failure: (any Error)?
        replay.beginJournal()
        do {
            if let snapshot = before.environment { try environment.restore(snapshot) }
            while settled.left(of: goal) > 0 {
                try playOn(&settled, goal, terms, parallel, cancellation, progress)
            }
        } catch {
            failure = error
        }
        let journal = replay.endJournal()
        for player in [ownPlayer] + copies { player.release() }
        let finished = Evaluation(returns: settled.returns, lengths: settled.lengths)
        if settled.steps > 0 {
            try commit(
                "collect", from: before, to: settled.state, changes: [.appended(journal)],
                row: (.collect, Self.statistics(finished, steps: settled.steps)))
        }
        if let failure {
            // The task goes back to where the committed steps left it; the next collect asks for the same again.
            if let snapshot = settled.state.environment { try? environment.restore(snapshot) }
            throw failure
        }
        return Collected(finished: finished, steps: settled.steps, runningSteps: settled.state.episode?.steps)
    }

    /// Plays towards the goal as much as may wait at a time, and settles it.
    ///
    /// Several players share what is surely wanted as whole episodes. One alone goes on with a running episode, and
    /// stops in the middle of one where the steps are done.
    private func playOn(
        _ settled: inout Settled, _ goal: Goal, _ terms: EpisodeTerms, _ parallel: Int?,
        _ cancellation: CancellationToken?, _ progress: Progress?
    ) throws {
        let left = settled.left(of: goal)
        var (count, whole, steps) = (left, left, Int.max)
        if case .steps = goal { (count, whole, steps) = (.max, terms.limit.map { left / $0 } ?? 0, left) }
        let running = settled.state.episode
        let isAlone = running != nil || environment.outlivesEpisodes || settled.hasLong
            || terms.limit ?? 0 > Self.mostWaiting
        let players = players(first: ownPlayer, parallel: isAlone ? 1 : parallel, episodes: whole)
        if players.count > 1 { count = whole }
        for player in players { try player.prepare(terms) }
        let first = settled.state.episodes - (running == nil ? 0 : 1)
        let queue = EpisodeQueue(
            first..<first + min(count, 1 << 48), mostWaiting: min(Self.mostWaiting, steps), cancellation: cancellation)
        let tick = progress.map { progress in
            let (episodesDone, stepsDone) = (settled.returns.count, settled.steps)
            return { (own: Int) in
                switch goal {
                case .episodes(let total): progress(episodesDone + queue.finishedEpisodes, total)
                case .steps(let total): progress(min(total, stepsDone + queue.finishedSteps + own), total)
                }
            }
        }
        let (episodes, failure) = play(queue, players, tick: tick) { player, number, eachStep in
            try player.play(
                number, from: number == first ? running : nil,
                most: min(Self.mostWaiting, steps - player.rows.count), terms, queue, eachStep: eachStep)
        }
        for episode in episodes { try settle(episode, &settled) }
        if let failure { throw failure }
    }

    /// Puts an episode's steps into the replay and into the state that will be committed.
    private func settle(_ played: PlayedEpisode, _ settled: inout Settled) throws {
        try replay.append(played.player.rows, played.rows)
        settled.steps += played.rows.count
        settled.state.environmentSteps += played.rows.count
        settled.state.episodes = played.number + 1
        settled.state.episode = played.running
        settled.state.environment = played.snapshot
        if played.running == nil {
            settled.returns.append(played.totalReward)
            settled.lengths.append(played.length)
            settled.state.lastReturn = played.totalReward
        } else {
            settled.hasLong = played.rows.count >= Self.mostWaiting
            if played.player !== ownPlayer, let snapshot = played.snapshot { try environment.restore(snapshot) }
        }
    }

    private static func statistics(_ finished: Evaluation, steps: Int) -> [HistoryRow.Statistic] {
        var statistics: [HistoryRow.Statistic] = [
            .init("steps", Double(steps)), .init("episodes", Double(finished.returns.count)),
        ]
        if !finished.returns.isEmpty {
            let lengths = finished.lengths.reduce(0, +)
            statistics += [
                .init("return", finished.mean), .init("return_std", finished.std),
                .init("length", Double(lengths) / Double(finished.lengths.count)),
            ]
        }
        return statistics
    }
}
