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
    /// Episodes are limited by the setting `horizon` or else the task's own limit. An interrupt or an error of the
    /// task leaves the whole episodes before it committed.
    @discardableResult
    public func collect(
        episodes: Int, cancellation: CancellationToken? = nil, progress: Progress? = nil
    ) throws -> Collected {
        guard episodes >= 1 else {
            throw Fault("collect.episodes", "at least 1 episode was wanted, \(episodes) was given")
        }
        return try collect(cancellation) { collected in
            progress?(collected.returns.count, episodes)
            return collected.returns.count >= episodes
        }
    }

    /// Plays so many environment steps into the replay; an episode in their middle goes on with the next collect.
    @discardableResult
    public func collect(
        steps: Int, cancellation: CancellationToken? = nil, progress: Progress? = nil
    ) throws -> Collected {
        guard steps >= 1 else {
            throw Fault("collect.steps", "at least 1 environment step was wanted, \(steps) was given")
        }
        return try collect(cancellation) { collected in
            if collected.steps % 64 == 0 { progress?(collected.steps, steps) }
            return collected.steps >= steps
        }
    }

    /// Steps that were done and are not yet committed.
    private struct Collecting {
        struct Row {
            let observation: [Double]
            let action: PolicyAction
            let step: Episode.Step
        }

        var rows: [Row] = []
        var returns: [Double] = []
        var lengths: [Int] = []
        var steps = 0
    }

    /// The most steps that wait for the end of their episode; then they are settled in its middle.
    private static let mostWaiting = 10_000

    private func collect(
        _ cancellation: CancellationToken?, until isDone: (Collecting) -> Bool
    ) throws -> Collected {
        let before = currentState()
        let parameters = before.learner.policy
        let limit = before.settings.horizon ?? environment.spec.episodeLimit
        // `settled` is what will be committed; the steps of an unfinished episode wait beside it.
        var settled = before
        var collected = Collecting()
        var running = before.episode
        var done = (returns: 0, steps: 0)
        replay.beginJournal()
        var failure: (any Error)?
        do {
            if running != nil, let snapshot = before.environment { try environment.restore(snapshot) }
            while !isDone(collected) {
                try cancellation?.check()
                let key = UInt64(before.environmentSteps + collected.steps)
                var episode: Episode
                if let running {
                    episode = running
                } else {
                    var start = RandomStream(
                        seed: before.seed, purpose: .environmentReset, step: UInt64(settled.episodes))
                    episode = try Episode(in: environment, stream: &start)
                }
                var exploration = RandomStream(seed: before.seed, purpose: .exploration, step: key)
                var noise = RandomStream(seed: before.seed, purpose: .environmentStep, step: key)
                let observation = episode.observation
                let action = try learner.actor.act(parameters, observation: observation, stream: &exploration)
                let step = try episode.step(
                    environment, action: action.environmentAction, limit: limit, stream: &noise)
                collected.rows.append(.init(observation: observation, action: action, step: step))
                collected.steps += 1
                running = episode
                if episode.isOver {
                    collected.returns.append(episode.totalReward)
                    collected.lengths.append(episode.steps)
                    running = nil
                    try settle(&settled, &collected, running)
                    done = (collected.returns.count, collected.steps)
                } else if collected.rows.count >= Self.mostWaiting {
                    try settle(&settled, &collected, running)
                    done = (collected.returns.count, collected.steps)
                }
            }
            try settle(&settled, &collected, running)
            done = (collected.returns.count, collected.steps)
        } catch {
            failure = error
        }
        let journal = replay.endJournal()
        let finished = Evaluation(
            returns: Array(collected.returns.prefix(done.returns)),
            lengths: Array(collected.lengths.prefix(done.returns)))
        if done.steps > 0 {
            try commit(
                "collect", from: before, to: settled, changes: [.appended(journal)],
                row: (.collect, Self.statistics(finished, steps: done.steps)))
        }
        if let failure {
            // The task goes back to where the committed steps left it.
            if settled.episode != nil, let snapshot = settled.environment { try environment.restore(snapshot) }
            throw failure
        }
        return Collected(finished: finished, steps: done.steps, runningSteps: settled.episode?.steps)
    }

    /// Puts the waiting steps into the replay and into the state that will be committed.
    private func settle(_ state: inout LabState, _ collected: inout Collecting, _ running: Episode?) throws {
        if collected.rows.isEmpty { return }
        var next = state
        // The first waiting step began an episode, unless it went on with the settled one.
        if state.episode == nil { next.episodes += 1 }
        next.environmentSteps += collected.rows.count
        next.episode = running
        next.environment = running == nil ? nil : try environment.snapshot()
        if running == nil { next.lastReturn = collected.returns.last }
        for row in collected.rows { try Self.checkSingle(row.observation, row.action.action, row.step) }
        for row in collected.rows {
            try replay.append(
                observation: row.observation, action: row.action.action, reward: row.step.reward,
                nextObservation: row.step.nextObservation, terminated: row.step.terminated,
                truncated: row.step.truncated, logProbability: row.action.logProbability)
        }
        collected.rows.removeAll(keepingCapacity: true)
        state = next
    }

    /// The replay keeps single precision: a number beyond it must not stop an episode half appended.
    private static func checkSingle(_ observation: [Double], _ action: [Double], _ step: Episode.Step) throws {
        for numbers in [observation, action, step.nextObservation, [step.reward]] {
            if let number = numbers.first(where: { !Float($0).isFinite }) {
                throw Fault(
                    "replay.not-finite", "the task gave the number \(number), which is beyond single precision",
                    hint: "scale observations and rewards down")
            }
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

    /// The undiscounted returns of the mean policy, on a copy of the task and on random streams of their own.
    ///
    /// Changes nothing; the same lab gives the same numbers whenever it is asked.
    public func evaluate(
        episodes: Int, cancellation: CancellationToken? = nil, progress: Progress? = nil
    ) throws -> Evaluation {
        guard episodes >= 1 else {
            throw Fault("evaluate.episodes", "at least 1 episode was wanted, \(episodes) was given")
        }
        let task = try environment.copy()
        let parameters = policy.parameters
        let limit = state.settings.horizon ?? task.spec.episodeLimit
        var returns: [Double] = []
        var lengths: [Int] = []
        for index in 0..<episodes {
            var start = RandomStream(seed: state.seed, purpose: .evaluationReset, step: UInt64(index))
            var noise = RandomStream(seed: state.seed, purpose: .evaluationStep, step: UInt64(index))
            var episode = try Episode(in: task, stream: &start)
            while !episode.isOver {
                try cancellation?.check()
                let action = try learner.actor.meanAction(parameters, observation: episode.observation)
                _ = try episode.step(task, action: action, limit: limit, stream: &noise)
            }
            returns.append(episode.totalReward)
            lengths.append(episode.steps)
            progress?(index + 1, episodes)
        }
        return Evaluation(returns: returns, lengths: lengths)
    }
}
