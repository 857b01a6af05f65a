import Support

extension MPOSettings {
    /// Every setting, once: its name, range, meaning, and the slide deck's words for it.
    public static let descriptions: [SettingDescription] = [
        .init("epsilon", \.epsilon, .positive, "bound ε on KL(q‖π) in the E-step, a mean over states, in nats", deck: "dual constraint"),
        .init(
            "epsilon_mean", \.epsilonMean, .positive,
            "bound ε_μ on the mean's part of KL(π_i‖π), in nats (the deck prints the labels C_μ and C_Σ the other way round)",
            deck: "mean constraint"),
        .init(
            "epsilon_cov", \.epsilonCov, .positive, "bound ε_Σ on the covariance's part of KL(π_i‖π), in nats",
            deck: "covariance constraint"),
        .init(
            "epsilon_total", \.epsilonTotal, .positive,
            "bound on KL(π_i‖π) in one piece: the joint form, and policies over finitely many actions"),
        .init(
            "trust_region", choice: \.trustRegion,
            "decoupled: KL of mean and covariance apart; joint: in one piece; none: weighted maximum likelihood"),
        .init("per_dimension", flag: \.perDimension, "bounds hold for every action dimension apart (diagonal policies)"),
        .init(
            "backtrack", flag: \.backtrack,
            "scale every policy step back until its KLs are within their bounds"),
        .init(
            "dual_solver", choice: \.dualSolver,
            "exact: η* by Newton's method; gradient: one Adam step on η per E-step"),
        .init(
            "dual_rate", \.dualRate, .positive,
            "Adam's rate for the multipliers (at 0.01 a multiplier moves by 1 in 100 steps: too slow to meet a bound)"),
        .init("eta_rate", \.etaRate, .positive, "Adam's rate for η with the gradient solver, and for ln η with a parametric q"),
        .init("eta_start", \.eta, .positive, "temperature η that the first E-step starts from"),
        .init("eta_min", \.etaMin, .positive, "smallest temperature η that a bound on KL(q‖π) may lead to"),
        .init(
            "q_form", choice: \.qForm,
            "samples: q is a weight on each sampled action; parametric: q is a network like the policy's, under the same bound"),
        .init(
            "q_gradient", choice: \.qGradient,
            "a parametric q's gradient: pathwise goes through ∂Q/∂a; likelihood_ratio needs Q alone (and more samples)"),
        .init("q_steps", count: \.qSteps, 1, "gradient steps of a parametric q an E-step"),
        .init("q_learning_rate", \.qLearningRate, .positive, "Adam's rate for a parametric q"),
        .init("lambda_mean", \.lambdaMean, .positive, "multiplier of KL mean at the start"),
        .init("lambda_cov", \.lambdaCov, .positive, "multiplier of KL cov at the start"),
        .init("lambda_total", \.lambdaTotal, .positive, "multiplier of KL total at the start"),
        .init(
            "lambda_mean_scale", \.lambdaMeanScale, .positive, "factor on dual_rate for the multiplier of KL mean",
            deck: "scaling factor of the mean Lagrangian multiplier"),
        .init(
            "lambda_cov_scale", \.lambdaCovScale, .positive, "factor on dual_rate for the multiplier of KL cov",
            deck: "scaling factor of the covariance Lagrangian multiplier"),
        .init(
            "lambda_mean_max", \.lambdaMeanMax, .positive, "largest multiplier of KL mean",
            deck: "constraint on the mean Lagrangian multiplier"),
        .init(
            "lambda_cov_max", \.lambdaCovMax, .positive, "largest multiplier of KL cov",
            deck: "constraint on the covariance Lagrangian multiplier"),
        .init("lambda_total_max", \.lambdaTotalMax, .positive, "largest multiplier of KL total"),
        .init(
            "lambda_min", \.lambdaMin, .positive,
            "smallest multiplier of any KL: from far below it takes hundreds of steps to climb back"),
        .init(
            "gamma", \.gamma, .number(low: 0, high: 1, openLow: false, openHigh: false), "discount γ a step",
            deck: "discount"),
        .init(
            "target", choice: \.target,
            "what the critic learns from: td (TD(0), or n_step rewards), or retrace, Retrace(λ) along sequences of the replay"),
        .init("n_step", count: \.nStep, 1, "rewards in a TD target before it bootstraps (target td)"),
        .init(
            "retrace_lambda", \.retraceLambda, .number(low: 0, high: 1, openLow: false, openHigh: false),
            "λ of Retrace: each step's trace coefficient is λ min(1, π(a|s)/b(a|s)); 0 is TD(0) (target retrace)"),
        .init(
            "sequence", count: \.sequence, 1,
            "transitions in a sequence at most; the steps of all sequences make up the batch (target retrace)"),
        .init("actions", count: \.actions, 1, "actions N sampled a state, in the E-step and the TD target", deck: "no. of actions to sample"),
        .init("batch", count: \.batch, 1, "states S in a batch", deck: "training batch size"),
        .init(
            "states", choice: \.states,
            "E-step on states of the replay (current), or on the TD target's next states and actions (next)"),
        .init(
            "learning_rate", \.learningRate, .positive, "Adam's rate for policy and critic; nothing where they differ",
            deck: "Adam learning rate"),
        .init("policy_learning_rate", \.policyLearningRate, .positive, "Adam's rate for the policy"),
        .init("critic_learning_rate", \.criticLearningRate, .positive, "Adam's rate for the critic"),
        .init("gradient_clip", \.gradientClip, .positive, "largest global norm of a gradient"),
        .init(
            "action_penalty", \.actionPenalty, .atLeastZero,
            "what the E-step subtracts from Q for each unit of ‖a − clip(a)‖₂ outside the action box"),
        .init(
            "epsilon_penalty", \.epsilonPenalty, .positive,
            "instead of action_penalty: bound on KL for weights ∝ exp(−‖a − clip(a)‖₂/η_p) with a temperature of their own; q is the mean of both"),
        .init(
            "prior_sigma", \.priorSigma, .positive,
            "standard deviation of a Gaussian prior on the policy's parameters: the M-step adds log p(θ) = −‖θ − θ_0‖²/2σ²"),
        .init("prior_mean", choice: \.priorMean, "θ_0 of that prior: zero, or the E-step's reference policy"),
        .init("policy_period", count: \.policyPeriod, 1, "policy gradient steps between refreshes of the reference policy π_i"),
        .init(
            "policy_tau", \.policyTau, .number(low: 0, high: 1, openLow: true, openHigh: false),
            "soft refresh of the reference policy: π_i ← π_i + τ (π − π_i) after every policy step, instead of policy_period"),
        .init("critic_period", count: \.criticPeriod, 1, "critic gradient steps between refreshes of the target critic"),
        .init(
            "tau", \.tau, .number(low: 0, high: 1, openLow: true, openHigh: false),
            "soft refresh of the target critic: Q' ← Q' + τ (Q − Q') after every critic step, instead of critic_period"),
        .init("replay", count: \.replay, 1, "transitions that the replay holds at most", deck: "replay buffer size"),
        .init("episodes", count: \.episodes, 1, "episodes collected an iteration", deck: "no. of episodes to sample"),
        .init("horizon", optionalCount: \.horizon, 1, "steps of an episode, if not the task's own limit", deck: "length of each"),
        .init("iterations", count: \.iterations, 1, "iterations of train", deck: "total episodes to sample"),
        .init(
            "samples_per_iteration", optionalCount: \.samplesPerIteration, 1,
            "transitions drawn from the replay an iteration, in place of updates × batch (our reading of the deck's words)",
            deck: "samples from buffer: 1000"),
        .init("updates", count: \.updates, 1, "batches drawn from the same replay an iteration", deck: "no. of batches from the same buffer"),
        .init("policy_steps", count: \.policySteps, 1, "policy gradient steps a batch", deck: "optimisation of the M-step"),
        .init("critic_steps", count: \.criticSteps, 1, "critic gradient steps a batch"),
        .init(
            "init_sigma", \.initSigma, .positive, "standard deviation at the start, in normalised action units",
            scope: .policy),
        .init(
            "min_sigma", \.minSigma, .atLeastZero, "smallest standard deviation, in normalised action units",
            scope: .policy),
    ]

    /// The description of a setting, or an error.
    public static func description(of name: String) throws -> SettingDescription {
        if let found = descriptions.first(where: { $0.name == name }) { return found }
        throw Fault(
            "settings.unknown", "there is no setting \"\(name)\"",
            hint: "settings are " + descriptions.map(\.name).joined(separator: ", "))
    }

    public func value(of name: String) throws -> SettingValue { try Self.description(of: name).read(self) }

    /// Sets a lab's setting by name.
    public mutating func set(_ name: String, to value: SettingValue) throws {
        let description = try Self.description(of: name)
        guard description.scope == .lab else {
            throw Fault(
                "settings.fixed", "\(name) belongs to the policy and is fixed when the policy is made",
                hint: "gaussian(env, \(name): \(value.text))")
        }
        guard description.range.accepts(value) else {
            throw Fault(
                "settings.\(name)", "\(name) must be \(description.range.text), \(value.text) was given")
        }
        description.write(&self, value)
        switch name {  // a bound on one form of the trust region chooses that form
        case "epsilon_mean", "epsilon_cov": trustRegion = .decoupled
        case "epsilon_total": trustRegion = .joint
        default: break
        }
    }

    /// Checks every setting, however it was set.
    public func validate() throws {
        for description in Self.descriptions where !description.range.accepts(description.read(self)) {
            if description.name == "learning_rate" { continue }  // nothing where the two differ
            throw Fault(
                "settings.\(description.name)",
                "\(description.name) must be \(description.range.text), "
                    + "\(description.read(self).text) was given")
        }
        for quantity in ConstrainedQuantity.allCases {
            var copy = self
            try copy.constrain(quantity, self[quantity])
        }
        guard initSigma > minSigma else {
            throw Fault(
                "settings.init_sigma", "init_sigma must be above min_sigma \(minSigma), \(initSigma) was given")
        }
        if epsilonPenalty != nil {
            guard actionPenalty == 0 else {
                throw Fault(
                    "settings.epsilon_penalty",
                    "action_penalty and epsilon_penalty are two ways to the same end, and both are set",
                    hint: "action_penalty: 0, or epsilon_penalty: nothing")
            }
            guard qForm == .samples else {
                throw Fault(
                    "settings.epsilon_penalty", "epsilon_penalty weighs samples, but q_form is \"parametric\"",
                    hint: "action_penalty works with both forms of q")
            }
        }
    }
}
