import Environments
import MuJoCoEnvironments
import Runtime
import Support
import Syntax

/// Gymnasium's tasks by their IDs.
enum GymNatives {
    static let all: [NativeFunction] = [
        NativeFunction(
            "gym", in: "environments", "A task of Gymnasium by its ID, built in: no Python runs.",
            parameters: Parameter<String>("ID", "the task's ID with its version, as in gymnasium.make"),
            Parameter<LabelledRest>(
                "options", "the task's keyword arguments by name, and max_episode_steps", default: LabelledRest()),
            text: """
                As in gymnasium 1.4.0: dynamics, rewards, start states, ends, observations rounded to single
                precision where Gymnasium does; the step limit truncates an episode.

                Known are \(GymnasiumTasks.names.joined(separator: ", ")), and on MuJoCo, which
                scripts/mpo fetches, \(GymnasiumEnvironment.names.joined(separator: ", ")).

                FrozenLake, CliffWalking and Taxi are finite MDPs: the observation is the state as a one-hot
                vector, and the tables are open: env.transitions, outcomes(env, s, a), policy_iteration(env).

                Options: FrozenLake has map_name ("4x4", "8x8"), desc (a map of your own), is_slippery,
                success_rate, reward_schedule; CliffWalking is_slippery; Taxi-v4 is_rainy, rainy_probability;
                CartPole sutton_barto_reward; the mountain cars goal_velocity; Pendulum g.
                """,
            examples: [
                Example("gym(\"CartPole-v1\")", "CartPole-v1 · observation 4 · 2 actions · 500 steps an episode"),
                Example(
                    "gym(\"MountainCarContinuous-v0\")",
                    "MountainCarContinuous-v0 · observation 2 · action 1 in [−1, 1] · 999 steps an episode"),
                Example("gym(\"FrozenLake-v1\", desc: [\"SF\", \"HG\"], is_slippery: false).transitions[0][2]", "[0, 1, 0, 0]"),
                Example(
                    "gym(\"CliffWalking-v1\", max_episode_steps: 100)",
                    "CliffWalking-v1 · observation 48 · 4 actions · 100 steps an episode"),
            ]
        ) { _, id, options in
            let given = options.fields.map { JSON.Member($0.name, $0.value.json) }
            try check(given, id)
            do {
                let constructor = EnvironmentConstructor("gym", .object([.init("id", .string(id))] + given))
                return EnvironmentObject(try EnvironmentCatalogue.complete.make(constructor))
            } catch let fault as Fault where fault.id == "gym.unknown" {
                let names = GymnasiumTasks.names + GymnasiumEnvironment.names
                let near = Names.suggestion(for: id, among: names).map { "did you mean \"\($0)\"?" }
                throw Fault(fault.id, fault.message, hint: near ?? "known are \(names.joined(separator: ", "))")
            }
        }
    ]

    /// Says which option the task does not have.
    private static func check(_ given: [JSON.Member], _ id: String) throws {
        let known = GymnasiumTasks.options(of: id)
        let isKnown = GymnasiumTasks.names.contains(id) || GymnasiumEnvironment.names.contains(id)
        guard isKnown, let option = given.first(where: { !known.contains($0.key) }) else { return }
        let all = known.isEmpty ? "it has none" : "it has \(known.joined(separator: ", "))"
        throw Fault(
            "gym.option", "\(id) has no option `\(option.key)`", hint: DidYouMean.hint(option.key, among: known) ?? all)
    }
}
