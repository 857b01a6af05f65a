import Environments
import Laboratory
import PolicyOptimisation
import Runtime
import Support
import Tensors

/// The steps of MPO in the language.
enum LabNatives {
    static let all: [NativeFunction] = making + steps + looking + travelling

    private static let making: [NativeFunction] = [
        NativeFunction(
            "mpo", in: "mpo", "A lab: a task, a policy and a critic, and everything that MPO's steps change.",
            parameters: Parameter<EnvironmentObject>("env", "the task; the lab plays on a copy of its own"),
            Parameter<PolicyObject>("policy", "the policy that is trained, this very one"),
            Parameter<CriticObject>("critic", "the critic that is trained, this very one"),
            Parameter<Value>("settings", "a record of settings, or one with the field lab: settings.acme", default: .nothing),
            Parameter<LabelledRest>("others", "any setting by its name: epsilon: 0.05, batch: 128", default: LabelledRest()),
            text: """
                A lab changes by steps only: collect, qstep, estep, mstep. Each is computed aside and committed
                at once, adds a row to lab.history, and can be undone. lab.settings lists all settings; they are
                members of the lab, too: lab.batch = 128. Bounds are set by constrain lab.kl <= 0.05. What is
                named goes before what the record says. lab_like(settings.acme, env) makes policy and critic, too.
                Source: Abdolmaleki et al. 2018, Maximum a Posteriori Policy Optimisation.
                """,
            examples: [
                Example(
                    "env = pendulum(); mpo(env, gaussian(env), qnet(env))",
                    "lab · pendulum · 0 environment steps · KL(q‖π) ≤ 0.1 · KL mean ≤ 0.1 · KL cov ≤ 0.0001"),
                Example(
                    "env = bandit([1, 2]); mpo(env, tabular(env), qnet(env), settings: {epsilon: 0.2, batch: 64}, batch: 32).batch", "32"),
                Example("env = bandit([1, 2]); lab = mpo(env, tabular(env), qnet(env)); lab.settings[0].setting", "epsilon"),
            ]
        ) { context, env, policy, critic, record, given in
            var settings = MPOSettings()
            // A bound chooses its form of the trust region; where a form is named, too, that holds.
            for named in [false, true] {
                for (name, value) in try fields(of: record) + given.fields where (name == "trust_region") == named {
                    try settings.set(name, to: SettingValue(value, for: name))
                }
            }
            return LabObject(
                try Lab(
                    environment: env.environment, policy: policy.policy, critic: critic.critic, settings: settings,
                    seed: context.seed, statements: context.service(LabStatements.self).log))
        },
    ]

    /// The settings of a record: its own fields, or those of its field `lab`.
    private static func fields(of record: Value) throws -> [(name: String, value: Value)] {
        guard record.isNothing == false else { return [] }
        guard case .record(let box) = record else {
            throw Fault("settings.record", "`settings` wants a record of settings, got \(record.described)", hint: "settings: {epsilon: 0.05}")
        }
        if case .record(let inner)? = box["lab"] { return zip(inner.names, inner.values).map { ($0, $1) } }
        return zip(box.names, box.values).map { ($0, $1) }
    }

    private static let steps: [NativeFunction] = [
        NativeFunction(
            "collect", in: "mpo", "Plays with the policy's own noise and puts what happens into the replay.",
            parameters: Parameter<LabObject>("lab", "the lab"),
            Parameter<Int?>("episodes", "whole episodes; a running one is finished first", default: nil, shown: "the lab's"),
            Parameter<Int?>("steps", "environment steps instead; an episode may go on with the next collect", default: nil),
            Parameter<Int?>("parallel", "the most episodes played at the same time", default: nil, shown: "one a core"),
            text: """
                Episodes are played on copies of the task, one on each core, and go into the
                replay in their order. The result has the same bits whatever `parallel` and
                the number of cores: an episode's random numbers depend on the seed and on
                its number alone. A task that runs functions of a script, or that keeps
                something from one episode to the next, is played one episode after another.
                An interrupt keeps the whole episodes before it.
                """,
            examples: [
                Example(
                    "env = bandit([1, 1]); lab = mpo(env, tabular(env), qnet(env)); collect(lab, episodes: 3)",
                    "collected 3 episodes · 3 environment steps · return 1 ± 0"),
                Example(
                    """
                    env = pendulum(); a = mpo(env, gaussian(env), qnet(env)); b = copy(a)
                    collect(a, episodes: 4); collect(b, episodes: 4, parallel: 1); digest(a) == digest(b)
                    """, "true"),
            ]
        ) { context, lab, episodes, steps, parallel in
            let progress = context.ticker(steps == nil ? "episodes" : "environment steps")
            defer { context.endProgress() }
            if let steps {
                if episodes != nil {
                    throw Fault("collect.both", "collect wants episodes or steps, not both")
                }
                return CollectedObject(
                    try lab.lab.collect(
                        steps: steps, parallel: parallel, cancellation: context.cancellation, progress: progress))
            }
            return CollectedObject(
                try lab.lab.collect(
                    episodes: episodes ?? lab.lab.settings.episodes, parallel: parallel,
                    cancellation: context.cancellation, progress: progress))
        },
        NativeFunction(
            "qstep", in: "mpo", "Policy evaluation: gradient steps of the critic towards its target.",
            parameters: Parameter<LabObject>("lab", "the lab"), Parameter<Int>("steps", "gradient steps", default: 1),
            text: """
                Target td: y = r + γ (1 - terminated) mean Q'(s', a'), with N actions a' of the reference policy,
                the target critic Q', and n rewards where n_step is n. A truncated episode bootstraps.
                Target retrace: Retrace(λ) along sequences of the replay, whose steps are all learned from:
                y = Q'(s, a) + Σ_j γ^j c_1 … c_j δ_j with δ = r + γ mean Q'(s', a') - Q'(s, a) at each step and
                c = λ min(1, π(a|s)/b(a|s)), b what the behaviour policy said; batch counts transitions.
                Beside td_error and its like the result (and history) has mean_trace, the mean of c, and
                mean_sequence; for a distributional critic cross_entropy, clipped_low and clipped_high, the shares
                of the target below v_min and above v_max; for twins twin_gap, the mean of |Q1 - Q2|.
                Sources: Munos et al. 2016, Bellemare et al. 2017, Fujimoto et al. 2018.
                """,
            examples: [
                Example(
                    """
                    env = bandit([1, 1]); lab = mpo(env, tabular(env), qnet(env, hidden: []), target: "retrace")
                    collect(lab, episodes: 3); qstep(lab).mean_sequence
                    """, "1"),
                Example(
                    "env = bandit([1, 1]); lab = mpo(env, tabular(env), qnet(env)); collect(lab, episodes: 3); qstep(lab).steps", "1")
            ]
        ) { context, lab, steps in
            defer { context.endProgress() }
            return QStepObject(
                try lab.lab.qstep(
                    steps: steps, cancellation: context.cancellation,
                    progress: steps >= 50 ? context.ticker("gradient steps") : nil))
        },
        NativeFunction(
            "estep", in: "mpo", "The E-step: the best q within ε of the policy, on states of the replay.",
            parameters: Parameter<LabObject>("lab", "the lab"),
            Parameter<Double?>("epsilon", "another bound on KL(q‖π), for this step alone", default: nil, shown: "the lab's"),
            text: """
                q(a|s) ∝ π(a|s) exp(Q(s, a)/η*), with η* the minimum of the dual
                g(η) = η ε + η mean_s log mean_a exp(Q(s, a)/η). Nothing but the warm start of η changes.
                With lab.q_form = "parametric" q is a network like the policy's, which moves: q_steps gradient steps
                up E_q[Q] + η (ε - KL(q‖π)), η its multiplier; e.weights are then q/π on the samples of π, and
                e.q_policy is q. With lab.epsilon_penalty actions outside the box get weights of their own.
                Look at it: inspect(e, state: 0), plot(e.dual), e.weights.
                Source: Abdolmaleki et al. 2018, section 4.1.
                """,
            examples: [
                Example(
                    """
                    env = bandit([1, 2]); lab = mpo(env, tabular(env), qnet(env))
                    collect(lab, episodes: 3); estep(lab).action_count
                    """, "2"),
                Example(
                    """
                    env = quadratic_bandit([0.5]); lab = mpo(env, gaussian(env), qnet(env), q_form: "parametric")
                    collect(lab, episodes: 3); estep(lab).q_form
                    """, "parametric"),
            ]
        ) { context, lab, epsilon in
            let critic = try lab.targetCritic()
            let e = try lab.lab.estep(epsilon: epsilon, cancellation: context.cancellation)
            return EStepObject(e, policy: lab.lab.policy, critic: critic)
        },
        NativeFunction(
            "estep", in: "mpo", "Solves an E-step again, on the same states and actions.",
            parameters: Parameter<EStepObject>("e", "an E-step"),
            Parameter<Double?>("epsilon", "the bound on KL(q‖π)", default: nil),
            Parameter<Double?>("temperature", "a fixed η instead: the soft form", default: nil),
            text: "Always by weights on the samples, solved exactly: a network's q, the gradient solver and eta_min are the lab's own."
        ) { _, e, epsilon, temperature in
            switch (epsilon, temperature) {
            case (let epsilon?, nil): return EStepObject(try e.estep.solved(epsilon: epsilon), policy: e.policy, critic: e.critic)
            case (nil, let eta?): return EStepObject(try e.estep.solved(.penalised(eta)), policy: e.policy, critic: e.critic)
            default: throw Fault("estep.again", "an E-step is solved again with epsilon or with temperature, one of them")
            }
        },
        NativeFunction(
            "mstep", in: "mpo", "The M-step: gradient steps of the policy towards q, within its trust region.",
            parameters: Parameter<LabObject>("lab", "the lab"), Parameter<EStepObject>("e", "the E-step to follow"),
            Parameter<Int?>("steps", "gradient steps", default: nil, shown: "1"),
            Parameter<Bool?>("backtrack", "scale each step back until its KLs are within their bounds", default: nil, shown: "the lab's"),
            Parameter<Bool>("commit", "false computes it and changes nothing; commit(m) applies it", default: true),
            Parameter<Bool>("exact", "the closed form instead, for tables and policies without states", default: false),
            text: """
                Maximises E_q[log π(a|s)] with KL(π_i‖π) split into the mean's part and the covariance's part,
                each held by a multiplier λ that follows its dual. π_i is the E-step's reference policy.
                lab.prior_sigma adds log p(θ) = -‖θ - θ_0‖²/2σ². exact: a table becomes π ∝ q + λ π_i, a Gaussian
                without states gets q's mean and covariance, within the same bounds, λ exact.
                Source: Abdolmaleki et al. 2018, section 4.2, and arXiv 1812.02256.
                """,
            examples: [
                Example(
                    """
                    env = bandit([0, 1]); lab = mpo(env, tabular(env), qnet(env)); free lab.kl_total
                    collect(lab, episodes: 3); e = estep(lab); m = mstep(lab, e, exact: true)
                    max(abs(m.policy([1]).probabilities - e.weights[0])) < 0.000001
                    """, "true")
            ]
        ) { context, lab, e, steps, backtrack, commit, exact in
            if exact, steps != nil || backtrack == true {
                throw Fault(
                    "mstep.exact-steps", "the closed form is one step within its bounds: it takes no steps and no backtrack",
                    hint: "mstep(lab, e, exact: true)")
            }
            return MStepObject(
                try lab.lab.mstep(
                    e.estep, steps: steps ?? 1, backtrack: backtrack, exact: exact, commit: commit,
                    cancellation: context.cancellation),
                lab.lab, estep: e)
        },
        NativeFunction(
            "commit", in: "mpo", "Applies an M-step that was made with commit: false.",
            parameters: Parameter<MStepObject>("m", "the M-step"),
            Parameter<LabObject?>("lab", "a copy of the lab that it was made in", default: nil, shown: "the M-step's own")
        ) { _, m, lab in
            let target = lab?.lab ?? m.lab
            let committed = try m.estep.map { try target.commit(m.proposed, against: $0.estep) } ?? target.commit(m.proposed)
            return MStepObject(committed, target, estep: m.estep)
        },
    ]

    private static let looking: [NativeFunction] = [
        NativeFunction(
            "evaluate", in: "mpo", "Returns of the mean policy, on a random stream of its own; changes nothing.",
            parameters: Parameter<LabObject>("lab", "the lab"), Parameter<Int>("episodes", "how many", default: 10),
            Parameter<Int?>("parallel", "the most episodes played at the same time", default: nil, shown: "one a core"),
            text: """
                The result has mean, std, returns and lengths. The same lab gives the same
                numbers whenever it is asked, whatever `parallel` and the number of cores.
                What a task keeps from one episode to the next starts each of these as the
                lab has it now, and is not changed.
                """,
            examples: [
                Example("env = bandit([2, 2]); evaluate(mpo(env, tabular(env), qnet(env)), episodes: 5).mean", "2")
            ]
        ) { context, lab, episodes, parallel in
            defer { context.endProgress() }
            return EvaluationObject(
                try lab.lab.evaluate(
                    episodes: episodes, parallel: parallel, cancellation: context.cancellation,
                    progress: context.ticker("episodes")))
        },
        NativeFunction(
            "act", in: "mpo", "The mean action of a policy in a state, in the task's units.",
            parameters: Parameter<PolicyObject>("policy", "the policy"),
            Parameter<[Double]>("observation", "what the policy sees"),
            examples: [Example("count(act(gaussian(pendulum()), [1, 0, 0]))", "1")]
        ) { _, policy, observation in
            try PolicyActor(policy.policy).meanAction(policy.policy.parameters, observation: observation)
        },
        NativeFunction(
            "digest", in: "mpo", "A fingerprint of a whole lab: equal digests mean equal bits in everything that a run depends on.",
            parameters: Parameter<LabObject>("lab", "the lab")
        ) { _, lab in
            let digits = String(try lab.lab.digest(), radix: 16)
            return String(repeating: "0", count: max(0, 16 - digits.count)) + digits
        },
    ]

    private static let travelling: [NativeFunction] = [
        NativeFunction(
            "undo", in: "mpo", "Takes back what the last statement did to labs, or a lab's last steps.",
            parameters: Parameter<LabObject?>("lab", "one lab only", default: nil, shown: "all that it changed"),
            Parameter<Int?>("steps", "so many committed steps, instead of the whole statement", default: nil),
            text: """
                Parameters, optimisers, multipliers, replay, the running episode, random streams, settings and
                history are what they were, bit for bit. Variables are not taken back. redo does it again.
                """,
            isCommand: true
        ) { context, lab, steps in
            try context.refuseInTask("takes steps of labs back")
            if let lab {
                let change = try lab.lab.undo(steps: steps)
                context.output.print(text("took back", "nothing to take back", change.steps == 0 ? [] : [change]))
                return
            }
            if steps != nil { throw Fault("undo.lab", "undo(lab, steps: n) names the lab whose steps it takes back") }
            let changes = try context.service(LabStatements.self).log.undo()
            context.output.print(text("took back", "nothing to take back", changes.map(\.change)))
        },
        NativeFunction(
            "redo", in: "mpo", "Does again what undo took back.",
            parameters: Parameter<LabObject?>("lab", "one lab only", default: nil, shown: "all that it changed"),
            Parameter<Int?>("steps", "so many steps, instead of the whole statement", default: nil), isCommand: true
        ) { context, lab, steps in
            try context.refuseInTask("does steps of labs again")
            if let lab {
                let change = try lab.lab.redo(steps: steps)
                context.output.print(text("did again", "nothing to do again", change.steps == 0 ? [] : [change]))
                return
            }
            if steps != nil { throw Fault("undo.lab", "redo(lab, steps: n) names the lab whose steps it does again") }
            let changes = try context.service(LabStatements.self).log.redo()
            context.output.print(text("did again", "nothing to do again", changes.map(\.change)))
        },
        NativeFunction(
            "copy", in: "mpo", "Another lab in the same state: the same steps give the same bits in both.",
            parameters: Parameter<LabObject>("lab", "the lab"),
            text: "For paired comparisons: change one thing in the copy, do the same steps in both. The copy has no steps to undo."
        ) { _, lab in LabObject(try lab.lab.copy()) },
        NativeFunction(
            "copy", in: "mpo", "Another policy with the same parameters.",
            parameters: Parameter<PolicyObject>("policy", "the policy")
        ) { _, policy in PolicyObject(policy.policy.copy()) },
        NativeFunction(
            "copy", in: "mpo", "Another critic with the same parameters.",
            parameters: Parameter<CriticObject>("critic", "the critic")
        ) { _, critic in CriticObject(critic.critic.copy()) },
        NativeFunction(
            "copy", in: "mpo", "Another network with the same parameters.",
            parameters: Parameter<NetworkObject>("network", "the network")
        ) { _, network in NetworkObject(network.network.copy()) },
        NativeFunction(
            "copy", in: "mpo", "Another environment of the same task in the same state.",
            parameters: Parameter<EnvironmentObject>("env", "the environment")
        ) { _, env in EnvironmentObject(try env.environment.copy()) },
    ]

    private static func text(_ did: String, _ nothing: String, _ changes: [Lab.UndoChange]) -> String {
        guard let first = changes.first else { return nothing }
        let steps = changes.reduce(0) { $0 + $1.steps }
        var text = "\(did) \(Digits.count(steps, "step")): \(first.statement)"
        if changes.count > 1 { text += " (in \(Digits.count(changes.count, "lab")))" }
        if first.isAtEnd { text += first.hasForgotten ? " · nothing older is kept" : " · nothing is left" }
        return text
    }
}

extension NativeContext {
    /// Progress of so many `things` for the terminal.
    func ticker(_ things: String) -> Lab.Progress {
        { done, total in progress(total > 0 ? Double(done) / Double(total) : nil, "\(NumberText.grouped(done)) of \(NumberText.grouped(total)) \(things)") }
    }
}
