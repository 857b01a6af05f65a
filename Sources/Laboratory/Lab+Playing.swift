import Environments
import Support

extension Lab {
    /// The players that play at the same time: `first`, and others on copies of the task, as many as `parallel` and the
    /// cores allow but at most `episodes` in all.
    ///
    /// A task that cannot run concurrently has one. Where there is no room for another copy, fewer do the same work.
    func players(first: EpisodePlayer, parallel: Int?, episodes: Int) -> [EpisodePlayer] {
        guard environment.canRunConcurrently else { return [first] }
        let others = min(parallel ?? .max, learner.workers.count, episodes) - 1
        while copies.count(where: { $0 !== first }) < others, (try? newCopy()) != nil {}
        return [first] + copies.filter { $0 !== first }.prefix(max(0, others))
    }

    /// A player on a copy of the task, for what must leave the lab's own task alone.
    func copiedPlayer() throws -> EpisodePlayer { try copies.first ?? newCopy() }

    private func newCopy() throws -> EpisodePlayer {
        let player = try EpisodePlayer(environment.copy(), learner.model)
        copies.append(player)
        return player
    }

    /// What the episodes of one player came to.
    private final class Ledger {
        var results: [(number: Int, result: Result<PlayedEpisode, any Error>)] = []
    }

    /// Lets the players play the queue's episodes, each player on a thread of its own.
    ///
    /// Returns the episodes in the order of their numbers, up to the first that failed or that goes on, and what made
    /// it fail. `tick` is called on this thread now and then, with the steps of the episode that runs on it.
    func play(
        _ queue: EpisodeQueue, _ players: [EpisodePlayer], tick: ((_ ownSteps: Int) -> Void)?,
        _ episode: (_ player: EpisodePlayer, _ number: Int, _ eachStep: (() -> Void)?) throws -> PlayedEpisode
    ) -> (episodes: [PlayedEpisode], failure: (any Error)?) {
        let ledgers = players.map { _ in Ledger() }
        learner.workers.forEach(players.count) { block, worker in
            var own = 0
            var untilTick = Self.stepsPerTick
            let eachStep: (() -> Void)? = worker > 0 || tick == nil ? nil : {
                own += 1
                untilTick -= 1
                guard untilTick == 0 else { return }
                untilTick = Self.stepsPerTick
                tick?(own)
            }
            while let number = queue.take() {
                own = 0
                let result = Result { try episode(players[block], number, eachStep) }
                ledgers[block].results.append((number, result))
                switch result {
                case .success(let played) where played.running == nil: queue.finish(steps: played.steps)
                default: queue.stop(at: number)
                }
            }
        }
        var episodes: [PlayedEpisode] = []
        for (_, result) in ledgers.flatMap(\.results).sorted(by: { $0.number < $1.number }) {
            switch result {
            case .success(let played):
                episodes.append(played)
                if played.running != nil { return (episodes, nil) }
            case .failure(let error): return (episodes, error)
            }
        }
        return (episodes, nil)
    }

    private static let stepsPerTick = 64
}
