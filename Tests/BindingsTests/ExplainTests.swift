import Testing

/// `explain`: its figures against the same written out in the language, its answers by what they must say.
@Suite struct ExplainTests {
    static let pendulum = """
        env = pendulum(); lab = mpo(env, gaussian(env, hidden: [16], covariance: "diagonal"), qnet(env, hidden: [16]), batch: 32)
        collect(lab, episodes: 1); qstep(lab, steps: 100); e = estep(lab); m = mstep(lab, e, steps: 5)

        """
    static let bandit = """
        env = bandit([1, 2, 0]); lab = mpo(env, tabular(env), qnet(env, hidden: [8]), batch: 32)
        collect(lab, episodes: 40); qstep(lab, steps: 50); e = estep(lab); m = mstep(lab, e, steps: 5)

        """
    /// Far from η*, by one gradient step an E-step.
    static let gradient = pendulum + "lab.dual_solver = \"gradient\"; lab.eta_start = 50; e = estep(lab)\n"

    /// A mean and a covariance that two dimensions bound each for itself.
    static let dimensions = """
        env = quadratic_bandit([0.5, -0.2]); lab = mpo(env, gaussian(env, hidden: [], mean: "free", covariance: "diagonal"), qnet(env, hidden: [32]), per_dimension: true, epsilon_mean: 0.001)
        collect(lab, episodes: 64); qstep(lab, steps: 100); m = mstep(lab, estep(lab), steps: 5); repeat 5 { m = mstep(lab, estep(lab), steps: 5) }

        """
    static let fixed = """
        env = quadratic_bandit([0.5, -0.2]); lab = mpo(env, gaussian(env, hidden: [], mean: "free", covariance: "fixed"), qnet(env, hidden: [32]))
        collect(lab, episodes: 64); qstep(lab, steps: 100); m = mstep(lab, estep(lab), steps: 5)

        """

    /// Each shows true.
    static let figures: [String] = [
        // g(η), its slope and its minimum from the Q values alone.
        pendulum + "x = explain(e.eta); d = dual(e.q_values.list, epsilon: 0.1); abs(x.eta_star / d.eta - 1) < 1e-5",
        pendulum + "x = explain(e.eta); lse = mean(e.q_values.list.map(row -> logsumexp(row.map(q -> q / e.eta)))); abs(x.log_mean_exp - (lse - log(20))) < 1e-6 * abs(lse)",
        pendulum + "x = explain(e.eta); lse = mean(e.q_values.list.map(row -> logsumexp(row.map(q -> q / e.eta)))); abs(x.dual - (e.eta * 0.1 + e.eta * (lse - log(20)))) < 1e-6 * abs(x.dual)",
        pendulum + "x = explain(e.eta); abs(x.slope) < 1e-9 and abs(x.ratio - 1) < 1e-9 and abs(x.slope_without_log_n - log(20)) < 1e-9",
        // Without log N the slope is that of η ε + η · mean logsumexp: a difference quotient.
        pendulum + """
            func g(eta) { eta * 0.1 + eta * mean(e.q_values.list.map(row -> logsumexp(row.map(q -> q / eta)))) }
            h = 1e-4 * e.eta; abs((g(e.eta + h) - g(e.eta - h)) / (2 * h) - explain(e.eta).slope_without_log_n) < 1e-3
            """,
        gradient + "x = explain(e.eta); d = dual(e.q_values.list, epsilon: 0.1); abs(x.eta_star / d.eta - 1) < 1e-5 and abs(x.ratio - 50 / d.eta) < 1e-5 * x.ratio",
        gradient + "x = explain(e.eta); abs(x.slope - (0.1 - e.kl)) < 1e-12 and x.slope > 0",
        bandit + "x = explain(e.eta); d = dual(e.q_values.list, epsilon: 0.1, prior: e.prior.list); abs(x.eta_star / d.eta - 1) < 1e-4",
        // KL(q‖π) by the weights.
        pendulum + "x = explain(e.kl); k = mean(e.weights.list.map(row -> sum(row.map(w -> if w > 0 { w * log(20 * w) } else { 0 })))); abs(x.log_n - x.entropy - k) < 1e-6 and x.value == e.kl and abs(x.ratio - e.kl / 0.1) < 1e-12",
        pendulum + "x = explain(e.kl); x.largest == max(e.kl_per_state) and e.kl_per_state[x.largest_state] == x.largest",
        pendulum + "x = explain(e.weights); abs(1 / x.denominator - x.largest) < 1e-6 and abs(e.weights[x.state, x.sample] - x.largest) < 1e-6 and abs(x.gain - (e.expected_q - e.prior_q)) < 1e-12",
        bandit + "x = explain(e.weights); abs(1 / x.denominator - x.largest) < 1e-6",
        pendulum + "x = explain(e.ess); x.value == e.ess and x.least == min(e.ess_per_state)",
        // The M-step's KLs from the two policies, state by state.
        pendulum + """
            old = e.reference(e.states); new = m.policy(e.states)
            kls = list(0..<32).map(s -> gaussian_kl(old.mean[s].list, old.cholesky[s].list, new.mean[s].list, new.cholesky[s].list))
            x = explain(m.kl_mean); y = explain(m.kl_cov)
            abs(x.recomputed - mean(kls.map(k -> k.mean))) < 1e-4 * x.value and abs(y.recomputed - mean(kls.map(k -> k.cov))) < 1e-2 * y.value
            """,
        pendulum + "x = explain(m.kl_cov); x.bound == 0.0001 and abs(x.ratio - m.kl_cov / 0.0001) < 1e-12 and x.value == m.kl_cov and abs(x.recomputed - x.value) < 1e-2 * x.value",
        bandit + "x = explain(m.kl_total); x.bound == 0.01 and abs(x.recomputed - m.kl_total) < 1e-4 * m.kl_total",
        // λ, its slope up the dual, and the loss in its parts.
        pendulum + "x = explain(m.lambda_cov); abs(x.slope - (1 - exp(0 - m.lambda_cov)) * (m.kl_cov - 0.0001)) < 1e-12 and x.value == m.lambda_cov and abs(x.penalty - m.lambda_cov * m.kl_cov) < 1e-12",
        pendulum + "m = mstep(lab, e, commit: false); x = explain(m.policy_loss); abs(x.loss_mean_before + x.loss_cov_before - m.policy_loss) < 1e-9 and abs(x.total - m.policy_loss - m.penalty) < 1e-12",
        // The two halves, written out: N(a; μ, Σ_i) and N(a; μ_i, Σ).
        pendulum + """
            old = e.reference(e.states); new = m.policy(e.states)
            func nll(mean, chol, s) { sum(list(0..<20).map(j -> e.weights[s, j] * (0.5 * ((e.actions[s, j, 0] - mean[s, 0]) / chol[s, 0, 0]) ^ 2 + log(chol[s, 0, 0]) + 0.5 * log(2 * pi)))) }
            x = explain(m.policy_loss)
            a = mean(list(0..<32).map(s -> nll(new.mean, old.cholesky, s))); b = mean(list(0..<32).map(s -> nll(old.mean, new.cholesky, s)))
            abs(a - x.loss_mean) < 1e-4 and abs(b - x.loss_cov) < 1e-4
            """,
        // A lab's numbers are those of its last steps.
        pendulum + "explain(lab.eta).dual == explain(e.eta).dual and explain(lab.kl_cov).value == m.kl_cov and explain(lab.lambda_mean).value == lab.lambda_mean",
        pendulum + "x = explain(lab.td_error); x.value == lab.td_error and x.before == filter(lab.history, r -> r.step == \"qstep\")[-1].td_error_before",
        pendulum + "explain(lab.epsilon_cov).value == 0.0001 and explain(lab.reference_age).value == 5",
        pendulum + "explain(e).eta == e.eta and explain(m).kl_cov == m.kl_cov and explain(lab).environment_steps == 200",
        // Bounds per dimension hold the largest KL, and the penalty is Σ_d λ_d KL_d.
        dimensions + "x = explain(m.kl_mean); abs(x.ratio - max(m.kl_mean_per_dimension) / 0.001) < 1e-9 and m.kl_mean > max(m.kl_mean_per_dimension)",
        dimensions + "a = explain(m.lambda_mean).penalty; i = inspect(m); abs(i.multipliers.penalty[0] / a - 1) < 1e-3 and abs(a - m.lambda_mean * max(m.kl_mean_per_dimension)) > 1e-9",
        dimensions + "i = inspect(m); i.measures.measure[1] == \"  its largest dimension\" and abs(i.measures.after[1] / max(m.kl_mean_per_dimension) - 1) < 1e-3",
        dimensions + "abs(inspect(lab).constraints[\"last (largest)\"][1] / max(m.kl_mean_per_dimension) - 1) < 1e-3",
        dimensions + "k = max(m.kl_mean_per_dimension); lab.policy.network.parameters = lab.policy.network.parameters * 1; x = explain(lab.kl_mean); abs(x.ratio - k / 0.001) < 1e-9",
        pendulum + "x = explain(e.ess); abs(x.most - mean(e.kl_per_state.map(k -> 20 * exp(0 - k)))) < 1e-9 and x.value <= x.most",
        // An ELBO is known by its members.
        "b = {value: -2, reward: -1.5, kl: 0.5, evidence: -1.75, gap: 0.25}; explain(b).gap == 0.25 and explain(b.gap).value == -2",
    ]

    @Test(arguments: figures)
    func figure(_ program: String) {
        let shown = run(program)
        #expect(shown.last == "true", "\(shown.suffix(3))")
    }

    /// The page's text and what it must say.
    static let answers: [(String, [String])] = [
        (pendulum + "explain(e.eta)", ["Is η optimal? Yes, solved exactly", "Why log-sum-exp minus log N?", "above 0 at every η", "= 0 (within 1e-10)"]),
        (gradient + "explain(e.eta)", ["Is η optimal? No: η* of the same Q values", "η is too large", "dual_solver = \"exact\""]),
        (gradient + "explain(lab.eta)", ["at eta_rate 0.01 η* is at least", "the lab's last E-step"]),
        (bandit + "explain(e.eta)", ["log Σ_a π_i(a|s) exp(Q(s, a)/η)", "there is no log N"]),
        (pendulum + "e = estep(e, epsilon: 9); explain(e.eta)", ["Yes, as a limit", "The largest KL that reweighting these actions can reach is 2."]),
        (pendulum + "penalize lab.kl by 0.5; e = estep(lab); explain(e.eta)", ["fixed it and there is no dual to minimise"]),
        (pendulum + "free lab.kl; e = estep(lab); explain(e.eta)", ["There is no bound on KL(q‖π)"]),
        ("""
            env = bandit([1, 2]); critic = qnet(env, hidden: []); critic.network.parameters = zeros([4])
            lab = mpo(env, tabular(env), critic, batch: 8); collect(lab, episodes: 20); e = estep(lab); explain(e.kl)
            """, ["Why is it 0? All Q values of a state are equal"]),
        (pendulum + "explain(e.kl)", ["First q, this E-step's", "second π_i", "The expectation is under q", "active"]),
        (pendulum + "explain(lab.kl)", ["frozen 5 policy gradient steps ago"]),
        (pendulum + "explain(m.kl_mean)", ["First π_i", "second π_θ, after its 5 gradient steps", "C_μ and C_Σ the other way round", "Was it 0 before? Yes"]),
        (
            pendulum + "lab.policy_period = 1; mstep(lab, e); lab.policy_period = 100; lab.policy_learning_rate = 0.02; m = mstep(lab, estep(lab), steps: 3); explain(m.kl_cov)",
            ["Why is it above its bound?", "A step does not stop at the bound", "mstep(lab, e, backtrack: true)", "of the bound"]
        ),
        (pendulum + "lab.policy_period = 1; mstep(lab, estep(lab)); m = mstep(lab, estep(lab)); explain(m.kl_mean)", ["With policy_period 1 that is so in every step", "its next E-step starts from a KL of 0 again"]),
        (pendulum + "explain(m.kl_total)", ["the trust region is decoupled, which holds KL mean and KL cov"]),
        (pendulum + "explain(m.policy_loss)", ["Which policy is swapped? The weighted likelihood is taken twice", "−E_q log N(a; μ_θ, Σ_i)"]),
        (bandit + "explain(m.policy_loss)", ["Which policy is swapped? None"]),
        (bandit + "explain(m.kl_mean)", ["has neither mean nor covariance"]),
        (bandit + "explain(m.lambda_total)", ["the multiplier of KL total", "dL/dx"]),
        (pendulum + "explain(m.lambda_total)", ["It is not in use: the trust region is decoupled"]),
        (pendulum + "penalize lab.kl_mean by 3; m = mstep(lab, e); explain(m.lambda_mean)", ["λ_μ = 3", "MAP form"]),
        (pendulum + "m = mstep(lab, e, backtrack: true); explain(m.step_share)", ["what backtracking left"]),
        (pendulum + "explain(lab.td_error)", ["y = r + 0.99 (1 − terminated) mean_j Q'(s', a'_j)", "Which critic, which policy?"]),
        (
            pendulum + "lab.target = \"retrace\"; qstep(lab, steps: 2); explain(lab.td_error)",
            ["c_k = 1 min(1, π_i(a|s)/b(a|s))", "the replay's own actions count as far as π_i would take them"]
        ),
        (pendulum + "lab.q_form = \"parametric\"; e = estep(lab); explain(e.eta)", ["the multiplier of KL(q‖π) for a parametric q", "slope by η: ε − KL"]),
        (pendulum + "lab.q_form = \"parametric\"; e = estep(lab); explain(e.weights)", ["importance weights of the network q"]),
        (pendulum + "lab.eta_min = 1000; e = estep(lab); explain(e.eta)", ["No: η is held at the smallest that is let"]),
        (pendulum + "lab.prior_sigma = 1; m = mstep(lab, e); explain(m.policy_loss)", ["of the prior (prior_sigma) is added to the objective"]),
        (pendulum + "lab.n_step = 3; explain(lab.td_error)", ["Σ_{k<3} 0.99ᵏ r_k"]),
        (fixed + "explain(m.lambda_cov)", ["The covariance is fixed: its KL is 0", "no step moves it"]),
        (fixed + "explain(m.kl_cov)", ["Nothing: the covariance is fixed"]),
        (fixed + "explain(m.policy_loss)", ["that term is a constant"]),
        (fixed + "explain(m.entropy)", ["the covariance is fixed, and the entropy with it"]),
        (fixed + "lab.trust_region = \"joint\"; m = mstep(lab, estep(lab), exact: true); explain(m.lambda_total)", ["λ solves KL = ε = 0.01", "no gradient step was taken"]),
        (pendulum + "lab.trust_region = \"joint\"; m = mstep(lab, e); explain(m.entropy)", ["the bound on KL total alone"]),
        (pendulum + "lab.trust_region = \"none\"; m = mstep(lab, e); explain(m.entropy)", ["nothing holds it"]),
        (pendulum + "lab.trust_region = \"none\"; m = mstep(lab, e); explain(m)", ["fit π_θ to q, held by nothing"]),
        (pendulum + "penalize lab.kl_cov by 3; m = mstep(lab, e); explain(m.entropy)", ["the penalty on KL cov, 3 a nat"]),
        (pendulum + "lab.lambda_cov_max = 5; lab.policy_learning_rate = 0.02; m = mstep(lab, e, steps: 5); explain(m.lambda_cov)", ["Nowhere: it is at the largest that is let, lambda_cov_max = 5"]),
        (pendulum + "lab.policy_tau = 0.1; mstep(lab, estep(lab), steps: 3); explain(lab.reference_age)", ["it follows after every gradient step", "Right now π has moved away from it"]),
        (pendulum + "lab.policy_tau = 0.1; m = mstep(lab, estep(lab), steps: 3); explain(m.reference_age)", ["With policy_tau = 0.1", "π_i still trails behind π_θ"]),
        (pendulum + "lab.policy_tau = 0.1; explain(lab)", ["π_i follows softly, τ 0.1"]),
        (pendulum + "mstep(lab, e, steps: 50); lab.policy_period = 20; explain(lab.reference_age)", ["The next refresh: due at the next step."]),
        (bandit + "explain(lab.td_error)", ["(1 − terminated) Σ_a π_i(a|s') Q'(s', a)"]),
        (bandit + "explain(e.ess)", ["q is exact over finitely many actions"]),
        (bandit + "lab.q_form = \"parametric\"; e = estep(lab); explain(e.weights)", ["the network's own probabilities are the weights"]),
        (pendulum + "lab.q_form = \"parametric\"; penalize lab.kl by 2; e = estep(lab); explain(e.eta)", ["max_θq E_q[Q] − η KL(q‖π_i)", "η is given"]),
        (pendulum + "lab.q_form = \"parametric\"; free lab.kl; e = estep(lab); explain(e.eta)", ["max_θq E_q[Q], gradient steps on θ^q alone"]),
        (gradient + "explain(e)", ["on its way to the best q within ε"]),
        (pendulum + "penalize lab.kl by 1e9; e = estep(lab); explain(e.eta)", ["The KL came out as 0, so no bound would have it as its η*"]),
        (pendulum + "estep(lab); undo(lab); explain(lab.eta)", ["lab.eta itself is"]),
        (dimensions + "lab.policy.network.parameters = lab.policy.network.parameters * 1; explain(lab.kl_mean)", ["the largest dimension's", ", bound 0.001:"]),
        (pendulum + "explain(lab.epsilon_mean)", ["The deck calls it: mean constraint", "slack"]),
        (pendulum + "undo(lab); explain(lab.lambda_mean)", ["no M-step was made"]),
        (pendulum + "lab.policy.network.parameters = lab.policy.network.parameters * 1.01; explain(lab.kl_cov)", ["row of history only"]),
        ("env = pendulum(); lab = mpo(env, gaussian(env), qnet(env)); explain(lab.eta)", ["where the first E-step starts"]),
        ("b = {value: -2, reward: -1.5, kl: 0.5, evidence: -2, gap: 0}; explain(b)", ["Why is the gap 0?", "J(q, π) = E_q[Σ_t r_t/α]", "−1.5 − 0.5 = −2"]),
        ("env = bandit([1, 2, 0]); pi = [0.2, 0.3, 0.5]; b = elbo(env, pi, pi); explain(b.gap)", ["gap = 0.381842 · evidence − ELBO", "What is the gap?", "0.8 − 0 = 0.8"]),
        ("env = bandit([1, 2, 0]); pi = [0.2, 0.3, 0.5]; explain(elbo(env, posterior(env, pi), pi))", ["Why is the gap 0?"]),
        ("env = bandit([1, 2, 0]); pi = [0.2, 0.3, 0.5]; explain(exact_estep(env, pi, epsilon: 0.1))", ["What is the gap?", "log p_π(O=1)"]),
        ("env = mdp([[[1]]], rewards: [[1]], horizon: 3); explain(elbo(env, [0], [0], gamma: 0.5))", ["in the unit of the rewards", "No evidence stands beside it"]),
        ("b = {value: -1, reward: -0.5, kl: 0.5, evidence: -2, gap: -1}; explain(b)", ["no bound is that"]),
    ]

    @Test(arguments: answers)
    func answer(program: String, wanted: [String]) {
        let page = run(program).last ?? ""
        let flat = page.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        for part in wanted { #expect(flat.contains(part.split(separator: " ").joined(separator: " ")), "\(page)") }
        let lines = page.split(separator: "\n")
        #expect(lines.count <= 28 && lines.allSatisfy { $0.count <= 80 }, "\(page)")
    }

    static let faults: [(String, String)] = [
        ("explain(0.5)", "explain cannot tell where the number 0.5 came from"),
        (pendulum + "x = e.eta; explain(x - x)", "explain cannot tell where the number 0 came from"),
        (pendulum + "explain(e.states)", "explain has no words for `states` of an E-step"),
        (pendulum + "explain(m.steps)", "explain has no words for `steps` of an M-step"),
        (pendulum + "explain(lab.seed)", "explain has no words for `seed` of a lab"),
        (pendulum + "explain(lab.policy)", "explain has no words for `policy` of a lab"),
        ("env = bandit([1, 2, 0]); q = posterior(env, [0.2, 0.3, 0.5]); explain(q.eta)", "explain has no words for `eta` of a posterior"),
        ("explain([1, 2])", "explain has no words for list [1, 2]"), ("explain({value: 1})", "explain has no words for record {value: 1}"),
        ("env = pendulum(); lab = mpo(env, gaussian(env), qnet(env)); explain(lab.kl_mean)", "`kl_mean` is nothing: no step has measured it yet"),
        ("explain()", "explain: `x` is missing"),
    ]

    @Test(arguments: faults)
    func fault(program: String, wanted: String) { #expect(run(program).last == "error: " + wanted) }
}
