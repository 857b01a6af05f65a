import Laboratory
import PolicyOptimisation
import Runtime
import Support

/// What a critic says and what it learns from, to be looked at.
enum CriticNatives {
    static let all: [NativeFunction] = [
        NativeFunction(
            "distribution", in: "policies", "What a distributional critic says: the probability of every value.",
            parameters: Parameter<CriticObject>("critic", "a critic with atoms"),
            Parameter<Value>("states", "a state, or a row for each of several"),
            Parameter<Value?>("actions", "the actions beside them, where these are continuous", default: nil),
            text: """
                A record: support, the values z, and probabilities, p(z) of every state and action; with finitely
                many actions a row for each. Q is the sum of z p(z), which critic(s, a) gives. Inside minimize it is
                differentiable by the critic's parameters.
                """,
            examples: [
                Example(
                    "critic = qnet(bandit([1, 2]), hidden: [], atoms: 3, v_min: 0, v_max: 2); distribution(critic, [1]).probabilities.shape",
                    "[2, 3]"),
                Example("qnet(bandit([1, 2]), atoms: 3, v_min: 0, v_max: 2).support[1]", "1"),
            ]
        ) { _, critic, states, actions -> Value in
            try critic.distribution([states] + (actions.map { [$0] } ?? []))
        },
        NativeFunction(
            "critic_targets", in: "mpo", "What the critic would learn from for transitions of the replay, and how it comes about.",
            parameters: Parameter<LabObject>("lab", "the lab"),
            Parameter<Int>("first", "the transition to begin at: 0 is the oldest, -1 the newest", default: 0),
            Parameter<Int?>("length", "so many transitions at most; they end with the episode", default: nil, shown: "lab.sequence"),
            text: """
                A table with a row for each transition: the reward (of n_step rewards their discounted sum), the
                discount on what follows (0 where the task terminated), q = Q'(s, a) of the target critic, next = the
                mean of Q'(s', a') over the reference policy's actions, delta = reward + discount next - q, and the
                target y. With target td, y = reward + discount next (a distributional critic's target is projected onto its
                support, and y is its mean). With target retrace there is a column trace,
                c = λ min(1, π(a|s)/b(a|s)), and y = q + delta + discount c' (y' - q') with the next row's c', y'
                and q'. Nothing changes, whatever is looked at.
                """,
            examples: [
                Example(
                    """
                    env = bandit([1, 1]); lab = mpo(env, tabular(env), qnet(env, hidden: [], initialiser: "zeros"))
                    collect(lab, episodes: 3); critic_targets(lab).target
                    """, "[1]"),
            ]
        ) { _, lab, first, length in
            let lines = try lab.lab.targets(from: first, length: length ?? lab.lab.settings.sequence)
            let start = first < 0 ? first + lab.lab.replay.count : first
            var columns: [(name: String, values: [Value])] = [
                ("transition", lines.indices.map { .integer(start + $0) }),
                ("reward", lines.map { .number($0.reward) }), ("discount", lines.map { .number($0.discount) }),
                ("q", lines.map { .number($0.q) }), ("next", lines.map { .number($0.next) }),
                ("delta", lines.map { .number($0.delta) }),
            ]
            if lines.contains(where: { $0.trace != nil }) {
                columns.append(("trace", lines.map { $0.trace.map { .number($0) } ?? .nothing }))
            }
            return Table(columns + [("target", lines.map { .number($0.target) })])
        },
    ]
}
