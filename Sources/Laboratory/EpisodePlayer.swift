import Environments
import PolicyOptimisation
import Support
import Tensors

/// What the episodes of a collect or an evaluation have in common.
struct EpisodeTerms {
    let seed: UInt64
    /// The policy's parameters.
    let parameters: Storage
    /// The most steps of an episode, after which it is truncated; nil: no limit.
    let limit: Int?
}

/// What became of an episode.
struct PlayedEpisode {
    let number: Int
    let totalReward: Double
    /// All steps of the episode so far, and those that were played just now.
    let length: Int
    let steps: Int
    /// Where these lie among the player's rows.
    let rows: Range<Int>
    let player: EpisodePlayer
    /// The episode is not over: where it goes on.
    let running: Episode?
    /// The task's state after it, where that is needed later.
    let snapshot: EnvironmentSnapshot?
}

/// Plays episodes of a task of its own with a policy, one at a time and on one thread.
///
/// An episode is a function of its number, the seed, the policy's parameters and the task alone (and of the task's
/// snapshot before it, where something outlives episodes): step t of episode n draws from the streams with the key
/// (seed, purpose, n, t). So it is the same whoever plays it, and whenever.
final class EpisodePlayer {
    let task: any Environment
    let spec: EnvironmentSpec
    /// The steps played since the last `prepare`.
    let rows: ReplayRows
    private let actor: PolicyActor

    init(_ task: any Environment, _ model: LearnerModel) throws {
        self.task = task
        spec = task.spec
        rows = ReplayRows(observationSize: spec.observationSize, actionSize: spec.actions.size)
        actor = try PolicyActor(model.policyForm, model.policyArchitecture)
    }

    func prepare(_ terms: EpisodeTerms) throws {
        rows.removeAll()
        try actor.prepare(terms.parameters)
    }

    /// Gives the memory of the played steps back.
    func release() { rows.release() }

    /// Plays episode `number` with the policy's own noise, or goes on with it, for at most `most` steps.
    func play(
        _ number: Int, from running: Episode? = nil, most: Int, _ terms: EpisodeTerms, _ queue: EpisodeQueue,
        eachStep: (() -> Void)? = nil
    ) throws -> PlayedEpisode {
        let first = rows.count
        let key = UInt64(clamping: number)
        var start = RandomStream(seed: terms.seed, purpose: .environmentReset, step: key)
        var episode = try running ?? Episode(in: task, stream: &start)
        while !episode.isOver, rows.count - first < most {
            try queue.check(number)
            let row = UInt32(truncatingIfNeeded: episode.steps)
            var exploration = RandomStream(seed: terms.seed, purpose: .exploration, step: key, row: row)
            var noise = RandomStream(seed: terms.seed, purpose: .environmentStep, step: key, row: row)
            let observation = episode.observation
            let action = try actor.act(terms.parameters, observation: observation, stream: &exploration)
            let step = try episode.step(
                task, spec, action: action.environmentAction, limit: terms.limit, stream: &noise)
            try rows.append(
                observation: observation, action: action.action, reward: step.reward,
                nextObservation: step.nextObservation, terminated: step.terminated, truncated: step.truncated,
                logProbability: action.logProbability)
            eachStep?()
        }
        return PlayedEpisode(
            number: number, totalReward: episode.totalReward, length: episode.steps,
            steps: rows.count - first, rows: first..<rows.count, player: self, running: episode.isOver ? nil : episode,
            snapshot: !episode.isOver || task.outlivesEpisodes ? try task.snapshot() : nil)
    }

    /// Plays evaluation episode `number` with the policy's mean actions, on streams of evaluation's own.
    func evaluate(
        _ number: Int, _ terms: EpisodeTerms, _ queue: EpisodeQueue, eachStep: (() -> Void)? = nil
    ) throws -> PlayedEpisode {
        let key = UInt64(clamping: number)
        var start = RandomStream(seed: terms.seed, purpose: .evaluationReset, step: key)
        var noise = RandomStream(seed: terms.seed, purpose: .evaluationStep, step: key)
        var episode = try Episode(in: task, stream: &start)
        while !episode.isOver {
            try queue.check(number)
            let action = try actor.meanAction(terms.parameters, observation: episode.observation)
            _ = try episode.step(task, spec, action: action, limit: terms.limit, stream: &noise)
            eachStep?()
        }
        return PlayedEpisode(
            number: number, totalReward: episode.totalReward, length: episode.steps,
            steps: episode.steps, rows: 0..<0, player: self, running: nil, snapshot: nil)
    }
}
