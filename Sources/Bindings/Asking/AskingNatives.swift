import Laboratory
import Runtime
import Support

/// `explain` and `health`: what a number means, and what goes wrong.
enum AskingNatives {
    private static let lab = "env = bandit([1, 2]); lab = mpo(env, tabular(env), qnet(env)); collect(lab, episodes: 300); qstep(lab, steps: 20); "

    static let all: [NativeFunction] = [
        NativeFunction(
            "explain", in: "mpo", "What a number of MPO means: its formula with this step's figures, its bound, and what follows.",
            parameters: Parameter<MemberReference>("x", "a member as it is written, e.eta; or a whole E-step, M-step, lab or ELBO"),
            text: """
                Of an E-step: eta, kl, weights, ess. Of an M-step: kl_mean, kl_cov, kl_total, lambda_mean,
                lambda_cov, lambda_total, policy_loss, penalty, log_prob, reference_age, entropy. Of a lab:
                the same of its last steps, td_error, last_return, the ages and every setting. The figures are
                members: explain(e.eta).eta_star, .slope, .ratio. Nothing changes.
                """,
            examples: [
                Example(lab + "e = estep(lab); round(explain(e.eta).ratio, 6)", "1"),
                Example(lab + "m = mstep(lab, estep(lab)); explain(m.kl_total).bound", "0.01"),
                Example(lab + "explain(lab.gamma).value", "0.99"),
            ]
        ) { context, x in try Explainer.explanation(of: x, context) },
        NativeFunction(
            "health", in: "mpo", "Looks at a lab for what goes wrong: findings with evidence, likely causes and what to try.",
            parameters: Parameter<LabObject>("lab", "the lab"),
            text: """
                KLs stuck at 0 or above their bounds, η at its floor or far from η*, one weight taking all or
                none, the covariance collapsing or exploding, Q or TD error diverging, dead units, a replay too
                far off-policy, NaN, too few samples, returns falling. .ok is true with nothing but notes;
                .findings is a table of name, severity, evidence, cause and try; .looked_at lists what was
                looked at. Nothing changes: neither a step nor a random stream.
                """,
            examples: [
                Example(lab + "health(lab).ok", "true"),
                Example("env = bandit([1, 2]); lab = mpo(env, tabular(env), qnet(env)); health(lab).names", "[\"too few samples\"]"),
            ]
        ) { context, lab in try HealthCheck.report(lab.lab, cancellation: context.cancellation) },
    ]
}
