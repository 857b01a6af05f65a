import Environments
import ExactInference
import Runtime
import Support

/// Environments and policies of the language as exact inference wants them.
enum ExactInferenceProblem {
    /// The task for a number of steps: `horizon`, or else the time limit, or else the longest episode there can be.
    static func model(_ env: EnvironmentObject, horizon: Int?, _ name: String) throws -> FiniteHorizonModel {
        var inner = env.environment
        while let limited = inner as? TimeLimit { inner = limited.inner }
        if let bandit = inner as? Bandit { return try FiniteHorizonModel(bandit, horizon: horizon) }
        guard let mdp = FiniteMDPMembers.mdp(of: inner) else {
            throw Fault(
                "environment.kind",
                "\(name) sums over all trajectories of a finite MDP or a bandit, got \(env.environment.spec.name)",
                hint: inner is any EnvironmentWrapper
                    ? "of wrappers only a time limit keeps the tables; the task inside is env.inner" : "such as mdp(…), gym(\"FrozenLake-v1\") or bandit([1, 2, 0])")
        }
        guard let steps = horizon ?? env.environment.spec.episodeLimit ?? mdp.longestEpisode() else {
            throw Fault(
                "inference.horizon",
                "\(name) wants a horizon: this task has no time limit, and its episodes may go on for ever",
                hint: "`horizon: 10`, or time_limit(env, steps: 10)")
        }
        return try FiniteHorizonModel(mdp, horizon: steps)
    }

    static func policy(_ policy: Value, _ model: FiniteHorizonModel) throws -> StagePolicy {
        try StagePolicy(
            FinitePolicy.stages(policy, states: model.stateCount, actions: model.actionCount),
            states: model.stateCount, actions: model.actionCount)
    }

    static func problem(
        _ env: EnvironmentObject, _ policy: Value, alpha: Double, horizon: Int?, _ name: String
    ) throws -> InferenceProblem {
        let model = try model(env, horizon: horizon, name)
        return try InferenceProblem(model, policy: self.policy(policy, model), alpha: alpha)
    }

    /// Refuses a q that was made for another task or another number of steps.
    static func check(_ q: ExactEStepObject, _ model: FiniteHorizonModel, _ name: String) throws {
        let own = q.estep.problem.model
        if own == model { return }
        if own.horizon != model.horizon {
            throw Fault(
                "inference.horizon",
                "\(name): q is of \(Digits.count(own.horizon, "step")), but \(model.horizon) are asked for",
                hint: "`horizon: \(own.horizon)`, or leave it out")
        }
        throw Fault("inference.task", "\(name): q was made for another task", hint: "make it for this one: posterior(env, policy)")
    }
}
