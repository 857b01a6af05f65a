import Environments
import Runtime
import Support

/// Wrappers: tasks around tasks, chained as in `pendulum().skip_frames(4).normalise_observations()`.
enum WrapperNatives {
    private static var env: Parameter<EnvironmentObject> {
        Parameter("env", "the task; the wrapper works on a copy of its own")
    }

    static let all: [NativeFunction] = [
        NativeFunction(
            "time_limit", in: "wrappers", "A task with another time limit.", parameters: env,
            Parameter<Int?>("steps", "an episode is truncated after so many; nothing: never"),
            text: "It takes the place of the task's own limit. A truncated episode has not terminated: values bootstrap through its end.",
            examples: [
                Example(
                    "time_limit(pendulum(), steps: 50)",
                    "pendulum.time_limit(50) · observation 3 · action 1 in [−2, 2] · 50 steps an episode")
            ]
        ) { _, env, steps in EnvironmentObject(try TimeLimit(env.environment.copy(), steps: steps)) },
        NativeFunction(
            "skip_frames", in: "wrappers", "A task in which every action is held for some steps and earns the sum of their rewards.",
            parameters: env, Parameter<Int>("frames", "how many steps an action is held"),
            text: "Stops in their midst where the task terminates or its time limit is reached.",
            examples: [
                Example(
                    "pendulum().skip_frames(4)",
                    "pendulum.skip_frames(4) · observation 3 · action 1 in [−2, 2] · 50 steps an episode")
            ]
        ) { _, env, frames in EnvironmentObject(try SkipFrames(env.environment.copy(), frames: frames)) },
        NativeFunction(
            "scale_rewards", in: "wrappers", "A task whose rewards are multiplied by a factor.", parameters: env,
            Parameter<Double>("by", "the factor"),
            examples: [Example("env = scale_rewards(bandit([1, 2]), by: 0.1); reset(env); step(env, 1).reward", "0.2")]
        ) { _, env, by in EnvironmentObject(try ScaleRewards(env.environment.copy(), by: by)) },
        NativeFunction(
            "rescale_actions", in: "wrappers", "A task whose action box is mapped linearly to another one.", parameters: env,
            Parameter<NumberOrList>("low", "the new least action: a number, or a list", default: NumberOrList(numbers: [-1])),
            Parameter<NumberOrList>("high", "the new largest action", default: NumberOrList(numbers: [1])),
            text: "Policies scale their actions to the box by themselves; this is for scripts that count in other units.",
            examples: [
                Example(
                    "rescale_actions(pendulum())",
                    "pendulum.rescale_actions(-1, 1) · observation 3 · action 1 in [−1, 1] · 200 steps an episode")
            ]
        ) { _, env, low, high in
            let size = env.environment.spec.actions.size
            return EnvironmentObject(
                try RescaleActions(
                    env.environment.copy(), low: NumberOrList.spread(low.numbers, to: size),
                    high: NumberOrList.spread(high.numbers, to: size)))
        },
        NativeFunction(
            "clip_actions", in: "wrappers", "A task whose actions are cut to a box before it sees them.", parameters: env,
            Parameter<NumberOrList?>("low", "the least action", default: nil, shown: "the task's"),
            Parameter<NumberOrList?>("high", "the largest action", default: nil, shown: "the task's"),
            text: "Bounds beyond the task's own are taken as those.",
            examples: [
                Example(
                    "clip_actions(pendulum(), low: -1, high: 1)",
                    "pendulum.clip_actions(-1, 1) · observation 3 · action 1 in [−1, 1] · 200 steps an episode")
            ]
        ) { _, env, low, high in
            let size = env.environment.spec.actions.size
            let spread = { (bound: NumberOrList?) in bound.map { NumberOrList.spread($0.numbers, to: size) } }
            return EnvironmentObject(try ClipActions(env.environment.copy(), low: spread(low), high: spread(high)))
        },
        NativeFunction(
            "normalise_observations", in: "wrappers", "A task whose observations are brought to mean 0 and deviation 1.",
            parameters: env, Parameter<Double>("clip", "observations are cut to ± this", default: 10),
            text: """
                (x - mean) / √(variance + 1e-8), with running statistics of every observation so far, this one included.
                A lab keeps them between episodes, takes them back on undo and saves them; an evaluation plays on a
                copy and does not change them. They are members: env.observation_mean, env.observation_std, and
                env.observation_count. freeze(env) holds them.
                """,
            examples: [
                Example("env = normalise_observations(pendulum()); count(reset(env))", "3"),
                Example("env = normalise_observations(bandit([1])); reset(env); [env.observation_mean, env.observation_std]", "[[1], [0]]"),
            ]
        ) { _, env, clip in EnvironmentObject(try NormaliseObservations(env.environment.copy(), clip: clip)) },
        NativeFunction(
            "freeze", in: "wrappers", "A copy of a task whose observations are normalised by the statistics as they are now.",
            parameters: Parameter<EnvironmentObject>("env", "a task with normalise_observations in its chain"),
            text: "freeze(lab.environment) is the task for another lab that must see the same numbers.",
            examples: [
                Example(
                    "env = normalise_observations(lq()); reset(env); held = freeze(env); reset(held); held.observation_mean == env.observation_mean",
                    "true")
            ]
        ) { _, env in
            guard let frozen = try NormaliseObservations.frozen(env.environment) else {
                throw Fault(
                    "wrapper.freeze", "nothing in \(env.environment.spec.name) has statistics to freeze",
                    hint: "normalise_observations(env) has")
            }
            return EnvironmentObject(frozen)
        },
        NativeFunction(
            "wrap", in: "wrappers", "A task with functions of your own around it: what is seen, what is earned, what is done.",
            parameters: env,
            Parameter<FunctionValue?>("observe", "observation -> the list that the policy sees", default: nil),
            Parameter<FunctionValue?>("reward", "(reward, observation, action) -> the reward; the observation after the step, as the task gives it", default: nil),
            Parameter<FunctionValue?>("act", "action -> the action that the task is given", default: nil),
            text: "Pure functions, as those of environment(…). A file holds no functions: load(\"f\", env: x) is given the task.",
            examples: [
                Example(
                    "wrap(pendulum(), observe: o -> [o[0], o[1]])",
                    "pendulum.wrap(observe) · observation 2 · action 1 in [−2, 2] · 200 steps an episode"),
                Example(
                    "env = wrap(bandit([1, 2]), reward: r -> r ^ 2); reset(env); step(env, 1).reward", "4"),
            ]
        ) { context, env, observe, reward, act in
            EnvironmentObject(
                try FunctionWrapper(
                    env.environment.copy(), observe: observe, reward: reward, act: act, in: context.interpreter))
        },
    ]
}
