import Environments
import Runtime
import Support
import Tensors

/// Tasks by their names, and stepping them by hand.
enum EnvironmentNatives {
    static let all: [NativeFunction] = [
        NativeFunction(
            "pendulum", in: "environments", "The torque-limited pendulum that must be swung up, as Gymnasium's Pendulum-v1.",
            text: """
                Observation: cos θ, sin θ and the angular speed; action: a torque in [-2, 2]; reward
                -(θ² + 0.1 speed² + 0.001 torque²), θ measured from upright. Never terminates; 200 steps an
                episode. About -1200 an episode for a random policy, about -150 for a good one.
                """,
            examples: [
                Example("pendulum()", "pendulum · observation 3 · action 1 in [−2, 2] · 200 steps an episode"),
                Example("pendulum().observation_size", "3"),
            ]
        ) { _ in EnvironmentObject(try Pendulum()) },
        NativeFunction(
            "bandit", in: "environments", "A bandit: one action, one reward, with the given mean for each arm.",
            parameters: Parameter<[Double]>("means", "the mean reward of each arm"),
            Parameter<Double>("noise", "standard deviation of the reward", default: 0),
            examples: [Example("bandit([1, 2, 0])", "bandit · observation 1 · 3 actions")]
        ) { _, means, noise in EnvironmentObject(try Bandit(means: means, noise: noise)) },
        NativeFunction(
            "quadratic_bandit", in: "environments",
            "A bandit with continuous actions: reward -½ Σ curvature (action - peak)².",
            parameters: Parameter<[Double]>("peak", "the best action, each number in [-1, 1]"),
            Parameter<[Double]?>("curvature", "how fast the reward falls, 1 for each number", default: nil),
            Parameter<Double>("noise", "standard deviation of the reward", default: 0),
            text: "With a state-free Gaussian policy every part of an MPO step on it has a closed form.",
            examples: [
                Example("quadratic_bandit([0.5, -0.2])", "quadratic bandit · observation 1 · action 2 in [−1, 1]")
            ]
        ) { _, peak, curvature, noise in
            EnvironmentObject(try QuadraticBandit(peak: peak, curvature: curvature, noise: noise))
        },
        NativeFunction(
            "lq", in: "environments", "A linear system with quadratic cost, whose best policy is known.",
            parameters: Parameter<[[Double]]?>("A", "next state = A x + B u + noise; states × states", default: nil),
            Parameter<[[Double]]?>("B", "states × actions", default: nil),
            Parameter<[[Double]]?>("Q", "the cost of the state, xᵀQx", default: nil),
            Parameter<[[Double]]?>("R", "the cost of the action, uᵀRu", default: nil),
            Parameter<Double>("noise", "standard deviation of the noise on each state number", default: 0.02),
            Parameter<Double>("start", "standard deviation of the start state", default: 0.5),
            Parameter<Int>("horizon", "steps an episode", default: 100),
            Parameter<Double>("bound", "actions are cut to ± this", default: 4),
            text: """
                Without matrices: a mass on a line, pushed by one force (the double integrator, steps of 0.1).
                The reward is -(xᵀQx + uᵀRu). `riccati` gives the gain of the best policy u = -K x.
                """,
            examples: [
                Example("lq()", "lq · observation 2 · action 1 in [−4, 4] · 100 steps an episode"),
                Example("lq([[1]], [[1]], [[1]], [[1]]).observation_size", "1"),
            ]
        ) { _, a, b, q, r, noise, start, horizon, bound in
            let given = [a, b, q, r].compactMap { $0 }.count
            if given == 0 {
                let plain = try LinearQuadratic()
                return EnvironmentObject(
                    try LinearQuadratic(
                        a: plain.dynamics, b: plain.control, q: plain.stateCost, r: plain.actionCost, noise: noise,
                        start: start, horizon: horizon, bound: bound))
            }
            guard let a, let b, let q, let r else {
                throw Fault(
                    "environment.argument", "lq wants all of A, B, Q and R, or none of them; \(given) were given")
            }
            return EnvironmentObject(
                try LinearQuadratic(
                    a: a, b: b, q: q, r: r, noise: noise, start: start, horizon: horizon, bound: bound))
        },
        NativeFunction(
            "riccati", in: "environments", "The best linear policy of a linear-quadratic task, from the Riccati equation.",
            parameters: Parameter<EnvironmentObject>("env", "a task made by lq"),
            Parameter<Double>("gamma", "the discount", default: 0.99),
            text: """
                Returns a record: `gain` K (actions × states) of the best policy u = -K x, `cost` P of the
                cost to go xᵀPx + `constant`. Source: Bertsekas, Dynamic Programming and Optimal Control.
                """,
            examples: [
                Example("round(riccati(lq([[1]], [[1]], [[1]], [[1]]), gamma: 1).gain[0][0], 6)", "0.618034")
            ]
        ) { _, env, gamma in
            guard let task = env.environment as? LinearQuadratic else {
                throw Fault(
                    "environment.kind", "riccati wants a task made by lq, got \(env.environment.spec.name)")
            }
            let solution = try task.riccati(discount: gamma)
            return Value.record([
                ("gain", solution.gain.asValue), ("cost", solution.cost.asValue),
                ("constant", solution.constant.asValue), ("gamma", gamma.asValue),
            ])
        },
        NativeFunction(
            "reset", in: "environments", "Starts an episode by hand and returns the first observation.",
            parameters: Parameter<EnvironmentObject>("env", "the task"),
            text: "A lab's own episodes are not touched: it plays on a copy.",
            examples: [Example("count(reset(pendulum()))", "3")]
        ) { context, env in try env.reset(context.random.episode(seed: context.seed)) },
        NativeFunction(
            "step", in: "environments", "Does one step by hand in an episode that reset started.",
            parameters: Parameter<EnvironmentObject>("env", "the task"),
            Parameter<Value>("action", "a list of numbers, one number, or the index of a finite action"),
            text: "Returns a record: observation, reward, terminated, truncated. Actions beyond the box are cut by the task.",
            examples: [
                Example("env = bandit([1, 2]); reset(env); step(env, 1).reward", "2")
            ]
        ) { _, env, action in
            let step = try env.step(numbers(of: action))
            return Value.record([
                ("observation", step.nextObservation.asValue), ("reward", step.reward.asValue),
                ("terminated", step.terminated.asValue), ("truncated", step.truncated.asValue),
            ])
        },
    ]

    /// The numbers of an action that a script gave, in whatever form.
    private static func numbers(of action: Value) throws -> [Double] {
        if let number = action.asNumber { return [number] }
        if case .object(let object as any TensorLike) = action {
            return (0..<object.tensor.shape.count).map { Double(object.tensor.storage.pointer[$0]) }
        }
        do { return try [Double].convert(action) } catch is Mismatch {
            throw Fault(
                "environment.action", "an action is a number or a list of numbers, got \(action.described)",
                hint: "as in step(env, [0.5]), or step(env, 1) for the second of finitely many")
        }
    }
}
