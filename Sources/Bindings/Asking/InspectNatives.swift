import Environments
import Laboratory
import PolicyOptimisation
import Runtime
import Support

/// `inspect`: a page about a value, with its numbers as members.
enum InspectNatives {
    private static let lab = "env = bandit([1, 2]); lab = mpo(env, tabular(env), qnet(env)); collect(lab, episodes: 3); "

    static let all: [NativeFunction] = [
        NativeFunction(
            "inspect", in: "mpo", "A lab on one page, or what it says of one state: Q, Q', π, π_i and their KL.",
            parameters: Parameter<LabObject>("lab", "the lab"),
            Parameter<ObservationArgument?>("observation", "a state: its numbers, or its number in a finite task", default: nil),
            Parameter<ActionsArgument?>("action", "an action or several, in the policy's units; an index each if finitely many", default: nil),
            text: """
                Without an observation: where the lab stands, its constraints and what is set otherwise than
                by default (.constraints and .settings are tables). With one: the policy π and the reference
                π_i there, KL(π_i‖π) with its parts, and for each action Q, the target critic's Q', log π and
                log π_i (.table, .q, .target_q, .log_pi, .log_pi_i, .kl_mean, .kl_cov, .kl_total). Nothing changes.
                """,
            examples: [
                Example(lab + "inspect(lab).task", "bandit"), Example(lab + "inspect(lab, [1]).kl_total", "0"),
                Example(lab + "inspect(lab, [1], action: 1).table.count", "1"),
            ]
        ) { _, lab, observation, action in
            guard let observation else {
                if action != nil { throw Fault("inspect.observation", "an action is looked at in a state: inspect(lab, observation, action)") }
                return try InspectionObject.page(of: lab.lab)
            }
            return try InspectionObject.page(of: lab.lab, observation: observation, actions: action)
        },
        NativeFunction(
            "inspect", in: "mpo", "An E-step over its states, or a table of one state's actions with a bar for each weight.",
            parameters: Parameter<EStepObject>("e", "the E-step"),
            Parameter<Int?>("state", "which of its states", default: nil, shown: "all of them"),
            text: """
                Over the states: how KL(q‖π), ESS and Q are spread, how few samples carry half of q, and the
                states with the largest KL; .per_state is a table of all. Of one state: the heaviest action
                comes first; `sample` is its place in e.weights. Actions are in the policy's units.
                """,
            examples: [
                Example(lab + "inspect(estep(lab)).per_state.count", "256"),
                Example(lab + "inspect(estep(lab), state: 0).columns", "[\"sample\", \"action\", \"Q\", \"pi\", \"q\", \"bar\"]"),
            ]
        ) { _, e, state -> Value in
            if let state { return .object(try e.table(state: state)) }
            return .object(InspectionObject.page(of: e.estep))
        },
        NativeFunction(
            "inspect", in: "mpo", "An M-step: its measures before and after, multipliers, loss, and the states that moved most.",
            parameters: Parameter<MStepObject>("m", "the M-step"),
            text: ".measures, .multipliers, .per_dimension and .per_state are tables; KLs are KL(π_i‖π), in nats.",
            examples: [Example(lab + "inspect(mstep(lab, estep(lab))).per_state.count", "256")]
        ) { _, m in try InspectionObject.page(of: m) },
        NativeFunction(
            "inspect", in: "mpo", "A policy in one state: mean, σ, covariance, entropy, clipping; or the actions' probabilities.",
            parameters: Parameter<PolicyObject>("policy", "the policy"),
            Parameter<ObservationArgument>("observation", "a state: its numbers, or its number for a tabular policy"),
            text: """
                Gaussian: .mean, .sigma, .covariance, .correlation, .entropy, .clipped (the probability of a
                sample outside of the action box), .task_mean and .task_sigma in the task's units.
                Finitely many actions: .probabilities, .entropy, .best.
                """,
            examples: [
                Example("inspect(tabular(bandit([1, 2])), [1]).probabilities", "[0.5, 0.5]"),
                Example("round(inspect(gaussian(pendulum(), init_sigma: 0.4), [1, 0, 0]).sigma[0], 1)", "0.4"),
            ]
        ) { _, policy, observation in
            let it = policy.policy
            let numbers = try observation.numbers(it.observationSize, hasStates: it.name == "tabular policy", of: "this policy")
            return try PolicyView(it, observation: numbers).page("π(·|s) · \(it.name)")
        },
        NativeFunction(
            "inspect", in: "mpo", "A critic in one state: Q of an action, of several, or over a grid of actions.",
            parameters: Parameter<CriticObject>("critic", "the critic"),
            Parameter<ObservationArgument>("observation", "a state: its numbers"),
            Parameter<ActionsArgument?>("action", "an action or several, in the policy's units; "
                + "an index each if finitely many", default: nil, shown: "a grid, or all"),
            text: """
                .q is Q(s, a), a list of several; .table holds action, Q and the advantage over the mean of these
                actions. lab.target_critic is the target critic; inspect(lab, observation, action) shows both.
                """,
            examples: [
                Example("inspect(qnet(bandit([1, 2])), [1]).table.count", "2"),
                Example("inspect(qnet(pendulum()), [1, 0, 0]).table.count", "21"),
                Example("inspect(qnet(pendulum()), [1, 0, 0], action: [0.5]).table.action", "[0.5]"),
            ]
        ) { _, critic, observation, action in
            let it = critic.critic
            let numbers = try observation.numbers(it.form.observationSize, hasStates: false, of: "this critic")
            return try CriticView(it).page(it, observation: numbers, actions: action)
        },
        NativeFunction(
            "inspect", in: "mpo", "A replay: ranges, ends of episodes, how off-policy it is; or one transition.",
            parameters: Parameter<ReplayObject>("replay", "lab.replay_buffer"),
            Parameter<Int?>("transition", "its age: 0 is the oldest, -1 the newest", default: nil, shown: "all of them"),
            text: """
                log b is the log-probability under the policy that took the action, log π under the policy now;
                the mean of log b - log π estimates KL(b‖π). .ranges and .ages are tables, .off_policy that mean.
                """,
            examples: [
                Example(lab + "inspect(lab.replay_buffer).terminated", "1"),
                Example(lab + "inspect(lab.replay_buffer, -1).terminated", "true"),
            ]
        ) { _, replay, transition in
            if let transition { return try InspectionObject.page(of: replay.lab, transition: transition, in: replay) }
            return try InspectionObject.page(of: replay.lab, replay: replay.lab.replay)
        },
    ]
}
