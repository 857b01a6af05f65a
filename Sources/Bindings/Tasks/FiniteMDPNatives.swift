import Environments
import Runtime
import Support

/// What finite MDPs say of themselves: their outcomes, and exact values.
enum FiniteMDPNatives {
    static let all: [NativeFunction] = [
        NativeFunction(
            "outcomes", in: "environments", "A table of what an action may lead to in a finite MDP.",
            parameters: Parameter<EnvironmentObject>("env", "a finite MDP, such as gym(\"FrozenLake-v1\") or mdp(…)"),
            Parameter<Int?>("state", "one state only", default: nil, shown: "all"),
            Parameter<Int?>("action", "one action only", default: nil, shown: "all"),
            text: """
                The same as Gymnasium's P[s][a]. The tables that follow from it are members: env.transitions
                (states × actions × states), env.rewards (states × actions, expected), env.start, env.terminal;
                env.states and env.actions count, env.state is where reset and step have led.
                """,
            examples: [
                Example("env = gym(\"FrozenLake-v1\"); outcomes(env, 14, 2).next", "[14, 15, 10]"),
                Example("gym(\"Taxi-v4\").outcomes(479, 5)[0].reward", "20"),
            ]
        ) { _, env, state, action in
            let mdp = try mdp(env, "outcomes")
            let states = try chosen(state, of: mdp.stateCount, "state")
            let actions = try chosen(action, of: mdp.actionCount, "action")
            var columns: [[Value]] = Array(repeating: [], count: 6)
            for s in states {
                for a in actions {
                    for outcome in mdp.outcomes(s, a) {
                        let row: [Value] = [
                            .integer(s), .integer(a), .number(outcome.probability), .integer(outcome.next),
                            .number(outcome.reward), .boolean(outcome.terminates),
                        ]
                        for (index, value) in row.enumerated() { columns[index].append(value) }
                    }
                }
            }
            let names = ["state", "action", "probability", "next", "reward", "terminated"]
            return Table(zip(names, columns).map { ($0, $1) })
        },
        NativeFunction(
            "policy_evaluation", in: "environments", "What a policy is worth in a finite MDP, exactly.",
            parameters: Parameter<EnvironmentObject>("env", "the finite MDP"),
            Parameter<Value>("policy", "a policy made for it, a list of each state's action, or states × actions probabilities"),
            Parameter<Double>("gamma", "the discount", default: 0.99),
            text: """
                Solves (I - γ P) V = r. The result has `values`, V of each state, `q` (states × actions), and
                `return`, the mean of V over the start states. A step limit is not counted.
                """,
            examples: [
                Example("env = gym(\"FrozenLake-v1\", is_slippery: false); policy_evaluation(env, policy_iteration(env).policy, gamma: 1).return", "1"),
                Example("env = gym(\"CliffWalking-v1\"); round(policy_evaluation(env, tabular(env)).values[35], 3)", nil),
            ]
        ) { context, env, policy, gamma in
            let mdp = try mdp(env, "policy_evaluation")
            let value = try mdp.evaluate(
                policy: FinitePolicy.table(policy, states: mdp.stateCount, actions: mdp.actionCount), discount: gamma, cancellation: context.cancellation)
            return ExactValueObject("policy evaluation", env, value, gamma)
        },
        NativeFunction(
            "policy_iteration", in: "environments", "The best policy of a finite MDP and its exact value.",
            parameters: Parameter<EnvironmentObject>("env", "the finite MDP"),
            Parameter<Double>("gamma", "the discount", default: 0.99),
            text: """
                The result has `policy`, the best action of each state, and what policy_evaluation says of it:
                `values`, `q`, `return`. The lowest index wins a tie; at gamma = 1 the shortest way to the end.
                Source: Sutton and Barto 2018, section 4.3.
                """,
            examples: [
                Example("policy_iteration(gym(\"CliffWalking-v1\"), gamma: 1).return", "-13"),
                Example("policy_iteration(gym(\"FrozenLake-v1\", is_slippery: false)).policy[0..<4]", "[1, 2, 1, 0]"),
            ]
        ) { context, env, gamma in
            let mdp = try mdp(env, "policy_iteration")
            let (policy, value) = try mdp.optimal(discount: gamma, cancellation: context.cancellation)
            return ExactValueObject("policy iteration", env, value, gamma, [("policy", policy.asValue)])
        },
        NativeFunction(
            "value_iteration", in: "environments", "The best values of a finite MDP by sweeps of Bellman's equation.",
            parameters: Parameter<EnvironmentObject>("env", "the finite MDP"),
            Parameter<Double>("gamma", "the discount", default: 0.99),
            Parameter<Double>("tolerance", "stops when no value changes by more, relative to the largest", default: 1e-10),
            Parameter<Int?>("sweeps", "stops after so many at the latest", default: nil, shown: "as many as it takes"),
            text: """
                V ← max over actions of r + γ P V, all states at once, from V = 0. The result has `policy`,
                `values`, `q`, `return` as policy_iteration's, `sweeps` and the last sweep's `change`.
                Source: Sutton and Barto 2018, section 4.4.
                """,
            examples: [
                Example("value_iteration(gym(\"CliffWalking-v1\"), gamma: 1).sweeps", "15"),
                Example("value_iteration(gym(\"CliffWalking-v1\"), gamma: 1, sweeps: 3).values[36]", "-3"),
            ]
        ) { context, env, gamma, tolerance, sweeps in
            let found = try mdp(env, "value_iteration").valueIteration(
                discount: gamma, tolerance: tolerance, sweeps: sweeps, cancellation: context.cancellation)
            return ExactValueObject(
                "value iteration, \(Digits.count(found.sweeps, "sweep"))", env, found.evaluation, gamma,
                [
                    ("policy", found.policy.asValue), ("sweeps", .integer(found.sweeps)),
                    ("change", .number(found.change)),
                ])
        },
    ]

    private static func mdp(_ env: EnvironmentObject, _ name: String) throws -> FiniteMDP {
        guard let mdp = FiniteMDPMembers.mdp(of: env.environment) else {
            let inside = (env.environment as? any EnvironmentWrapper).map { _ in "the task inside a wrapper is env.inner" }
            throw Fault(
                "environment.kind", "\(name) wants a finite MDP, got \(env.environment.spec.name)",
                hint: inside ?? "such as gym(\"FrozenLake-v1\") or mdp(…)")
        }
        return mdp
    }

    private static func chosen(_ index: Int?, of count: Int, _ what: String) throws -> Range<Int> {
        guard let index else { return 0..<count }
        guard (0..<count).contains(index) else {
            throw Fault("mdp.index", "a\(what == "action" ? "n" : "") \(what) in 0..<\(count) was wanted, \(index) was given")
        }
        return index..<index + 1
    }
}
