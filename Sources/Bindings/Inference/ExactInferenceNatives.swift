import ExactInference
import Glibc
import PolicyOptimisation
import Runtime
import Support
import Tensors

/// Evidence, posterior and EM on finite MDPs and bandits, exactly.
enum ExactInferenceNatives {
    private static var env: Parameter<EnvironmentObject> {
        Parameter("env", "a finite MDP, such as mdp(…) or gym(\"FrozenLake-v1\"), or a bandit without noise")
    }
    private static var policy: Parameter<Value> {
        Parameter(
            "policy",
            "π: a policy made for env, a list of each state's action, states × actions probabilities, or a list of these for each step")
    }
    private static var alpha: Parameter<Double> {
        Parameter("alpha", "α of p(O=1|τ) ∝ exp(R/α), in the unit of the rewards", default: 1)
    }
    private static var horizon: Parameter<Int?> {
        Parameter("horizon", "steps of an episode", default: nil, shown: "the time limit, or the longest episode")
    }

    static let all: [NativeFunction] = [
        NativeFunction(
            "log_evidence", in: "inference", "The evidence log p_π(O=1) = log E_π[exp(R/α)] of a finite task, exactly.",
            parameters: env, policy, alpha, horizon,
            text: """
                R is the undiscounted sum of the rewards over the horizon; the constant that would make p(O=1|τ) a
                probability is dropped, so the evidence may exceed 0. The horizon is the task's time limit; without
                one it is the longest episode there can be; where episodes may go on for ever it must be given. A bandit's
                is 1. Summed backward through log-sum-exp, in Double.
                """,
            examples: [
                Example("round(log_evidence(bandit([1, 2, 0]), [0.2, 0.3, 0.5]), 6)", "1.181842"),
                Example("log_evidence(mdp([[[1]]], rewards: [[2]]), [0], horizon: 3, alpha: 0.5)", "12"),
            ]
        ) { context, env, policy, alpha, horizon in
            try ExactInferenceProblem.problem(env, policy, alpha: alpha, horizon: horizon, "log_evidence")
                .evidence(context.cancellation)
        },
        NativeFunction(
            "posterior", in: "inference", "The posterior over trajectories p(τ|O=1) of a finite task, by forward–backward.",
            parameters: env, policy, alpha, horizon,
            text: """
                q(τ) ∝ p_π(τ) exp(R/α): the E-step over all trajectories, at which the bound touches the evidence. Members:
                evidence, elbo, gap, reward (E_q[R/α]), kl (KL(q‖p_π)), policy (q_t(a|s), steps × states × actions),
                state_probabilities (steps + 1 × states; an episode that has ended stays where it ended), occupancy
                (q(s_t, a_t), steps × states × actions), action_weights (the sum of it over the steps), dynamics (a table
                of p(s'|s,a) beside q(s'|s,a,O=1): where chance decides, this q hopes for luck), trajectories (the ten
                most probable), start (q(s_0)), return, eta, alpha, horizon. `plot` shows the trajectories.
                """,
            examples: [
                Example("q = posterior(bandit([1, 2, 0]), [0.2, 0.3, 0.5]); q.policy[0][0].map { x -> round(x, 3) }", "[0.167, 0.68, 0.153]"),
                Example(
                    "q = posterior(mdp([[[0, 0.9, 0.1]], [[0, 1, 0]], [[0, 0, 1]]], rewards: [[[0, 0, 3]], [[0, 0, 0]], [[0, 0, 0]]], start: [1, 0, 0], terminal: [1, 2]), [0, 0, 0]); q.dynamics.q.map { x -> round(x, 3) }",
                    "[0.309, 0.691]"),
                Example("posterior(bandit([1, 2, 0]), [1/3, 1/3, 1/3])"),
            ]
        ) { context, env, policy, alpha, horizon in
            let problem = try ExactInferenceProblem.problem(env, policy, alpha: alpha, horizon: horizon, "posterior")
            return ExactEStepObject(
                try ExactEStep(problem, over: .trajectories, cancellation: context.cancellation),
                of: env.environment.spec.name, isPosterior: true)
        },
        NativeFunction(
            "exact_estep", in: "inference", "The exact E-step of a finite task: the best q of a family, with or without a bound on its KL.",
            parameters: env, policy,
            Parameter<String>("over", "\"trajectories\": any q, it may tilt the dynamics; \"policies\": with the true dynamics", default: "trajectories"),
            Parameter<Double?>("epsilon", "the bound on KL(q‖p_π) of whole trajectories, in nats", default: nil, shown: "no bound"),
            alpha, horizon,
            text: """
                It maximises E_q[R/α] - KL(q‖p_π). Over trajectories (a) the best q is the posterior and the bound touches
                the evidence. Over policies (b) the best q depends on the time, and the gap is KL(q‖p(τ|O=1)), which is
                zero just where the posterior's dynamics, the start included, are the true ones: on a deterministic task
                with one start state, say. With epsilon the temperature rises from α to the η at which KL(q‖p_π) = ε, and the gap stays. Members as posterior's,
                and epsilon, over, slack, loose_kl (the KL without the bound), iterations, residual.
                """,
            examples: [
                Example("q = exact_estep(bandit([1, 2, 0]), [0.2, 0.3, 0.5], epsilon: 0.1); [round(q.kl, 9), round(q.eta, 6)]", "[0.1, 1.979323]"),
                Example("q = exact_estep(bandit([1, 2, 0]), [0.2, 0.3, 0.5], epsilon: 5); [q.slack, q.eta, round(q.gap, 9)]", "[true, 1, 0]"),
                Example(
                    "q = exact_estep(mdp([[[0, 0.5, 0.5]], [[0, 1, 0]], [[0, 0, 1]]], rewards: [[[0, 0, 1]], [[0, 0, 0]], [[0, 0, 0]]], start: [1, 0, 0], terminal: [1, 2]), [0, 0, 0], over: \"policies\"); round(q.gap, 6)",
                    "0.120115"),
            ]
        ) { context, env, policy, over, epsilon, alpha, horizon in
            let family: TrajectoryFamily = try choice(over, "over")
            let problem = try ExactInferenceProblem.problem(env, policy, alpha: alpha, horizon: horizon, "exact_estep")
            return ExactEStepObject(
                try ExactEStep(problem, over: family, epsilon: epsilon, cancellation: context.cancellation),
                of: env.environment.spec.name)
        },
        NativeFunction(
            "elbo", in: "inference", "The evidence lower bound J(q, π) of a finite task, with its parts and its gap.",
            parameters: env,
            Parameter<Value>("q", "what posterior or exact_estep gave, or a policy: it moves by the true dynamics"),
            policy, alpha,
            Parameter<Int?>("horizon", "steps of an episode", default: nil, shown: "q's, or the time limit, or the longest episode"),
            Parameter<Double>("gamma", "below 1: the per-step bound, discounted", default: 1),
            Parameter<Double>("log_prior", "log p(θ), added to the value: the MAP form", default: 0),
            text: """
                J(q, π) = E_q[R/α] - KL(q‖p_π) ≤ log p_π(O=1), in nats; gap is KL(q‖p(τ|O=1)), what is missing. Members:
                value, reward (E_q[R/α]), kl, evidence, gap, log_prior.
                With gamma < 1 it is J(q, θ) = E_q[Σ γ^t (r_t - α KL(q(·|s_t)‖π(·|s_t)))] + log p(θ), in the unit of the
                rewards: q is then its policy with the true dynamics, reward and kl are discounted sums, and evidence
                and gap are nothing, as this form bounds no evidence.
                """,
            examples: [
                Example(
                    "env = bandit([1, 2, 0]); pi = [0.2, 0.3, 0.5]; j = elbo(env, pi, pi); [round(j.value, 6), j.kl, round(j.gap, 6)]",
                    "[0.8, 0, 0.381842]"),
                Example("env = bandit([1, 2, 0]); pi = [0.2, 0.3, 0.5]; round(elbo(env, posterior(env, pi), pi).gap, 12)", "0"),
                Example(
                    "env = mdp([[[1]]], rewards: [[1]], horizon: 3); elbo(env, [0], [0], gamma: 0.5).value", "1.75"),
            ]
        ) { context, env, q, policy, alpha, horizon, gamma, logPrior in
            guard logPrior.isFinite else { throw Fault("inference.log-prior", "a finite log_prior was wanted, \(logPrior) was given") }
            let made = q.asObject as? ExactEStepObject
            let model = try ExactInferenceProblem.model(env, horizon: horizon ?? made?.estep.problem.model.horizon, "elbo")
            let problem = try InferenceProblem(model, policy: ExactInferenceProblem.policy(policy, model), alpha: alpha)
            let distribution: TrajectoryDistribution
            if let made {
                try ExactInferenceProblem.check(made, model, "elbo")
                distribution = made.estep.q
            } else {
                distribution = try TrajectoryDistribution(model, policy: ExactInferenceProblem.policy(q, model))
            }
            if gamma == 1 {
                return ELBOObject(
                    try FreeEnergy(problem, distribution, context.cancellation), alpha: alpha, horizon: model.horizon, logPrior: logPrior)
            }
            return ELBOObject(
                try DiscountedBound(problem, distribution, gamma: gamma, context.cancellation), alpha: alpha,
                horizon: model.horizon, gamma: gamma, logPrior: logPrior)
        },
        NativeFunction(
            "exact_mstep", in: "inference", "The exact M-step of a finite task: the tabular policy that fits q best.",
            parameters: env, Parameter<ExactEStepObject>("q", "what posterior or exact_estep gave"),
            Parameter<Double>("lambda", "weight of the penalty λ KL(π_i‖π) in every visited state; 0: maximum likelihood", default: 0),
            text: """
                π(a|s) ∝ Σ_t q(s_t=s, a_t=a) + λ π_i(a|s) Σ_t q(s_t=s); states that q never visits keep the old policy π_i.
                After the E-step over trajectories without a bound the evidence never falls. Returns a tabular policy.
                Its logits are single precision, which moves the evidence by about 1e-7 of itself.
                """,
            examples: [
                Example(
                    "env = bandit([1, 2, 0]); pi = exact_mstep(env, posterior(env, [0.2, 0.3, 0.5])); round(log_evidence(env, pi), 4)",
                    "1.7282"),
            ]
        ) { _, env, q, lambda in
            let model = q.estep.problem.model
            try ExactInferenceProblem.check(
                q, ExactInferenceProblem.model(env, horizon: model.horizon, "exact_mstep"), "exact_mstep")
            let step = try ExactMStep(q.estep.q, marginals: q.estep.marginals, lambda: lambda)
            return PolicyObject(try .tabular(probabilities: step.policy))
        },
        NativeFunction(
            "trajectories", in: "inference", "The most probable trajectories under q, beside their probability under π.",
            parameters: Parameter<ExactEStepObject>("q", "what posterior or exact_estep gave"),
            Parameter<Int>("count", "how many rows", default: 10),
            text: "A table: q and pi, the two probabilities, return, states, actions and rewards. No trajectory is missed.",
            examples: [
                Example("trajectories(posterior(bandit([1, 2, 0]), [0.2, 0.3, 0.5]), 1).actions", "[[1]]")
            ]
        ) { context, q, count in try q.table(ofTrajectories: count, context.cancellation) },
    ]
}

extension Policy {
    /// A table of logits, the logarithms of the given probabilities; 0 becomes a logit so low that the action is never taken.
    static func tabular(probabilities: [[Double]]) throws -> Policy {
        let (states, actions) = (probabilities.count, probabilities.first?.count ?? 0)
        let policy = try Policy.tabular(states: states, actions: actions)
        // Rows of weights by state, and a bias of zeros behind them.
        let logits = probabilities.flatMap { row in row.map { $0 > 0 ? Float(max(-1000, log($0))) : -1000 } }
        try policy.network.replaceParameters(Storage(logits + Array(repeating: 0, count: actions)))
        return policy
    }
}
