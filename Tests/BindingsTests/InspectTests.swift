import Testing

/// `inspect`: its tables and figures against the same from elsewhere.
@Suite struct InspectTests {
    static let pendulum = ExplainTests.pendulum
    static let bandit = ExplainTests.bandit
    static let lqr = """
        env = quadratic_bandit([0.2, -0.3]); lab = mpo(env, gaussian(env, hidden: [8]), qnet(env, hidden: [8]), batch: 16)
        collect(lab, episodes: 50); qstep(lab, steps: 20); e = estep(lab); m = mstep(lab, e, steps: 3)

        """

    static let figures: [String] = [
        // Labs
        pendulum + "inspect(lab).settings.setting == [\"batch\"] and inspect(lab).settings.value == [32]",
        pendulum + "inspect(lab).constraints.count == 3 and inspect(lab).reference_age == 5 and inspect(lab).replay == 200",
        bandit + "inspect(lab).constraints.of == [\"KL(q‖π)\", \"KL total\"]",
        // One state: Q, Q', π, π_i and their KL.
        pendulum + "x = inspect(lab, [1, 0, 0], action: 0.5); abs(x.q[0] - lab.critic([[1, 0, 0]], [[0.5]])[0]) < 1e-6 and abs(x.target_q[0] - lab.target_critic([[1, 0, 0]], [[0.5]])[0]) < 1e-6",
        pendulum + "x = inspect(lab, [1, 0, 0], action: [0.5, 3]); abs(x.q[1] - lab.critic([[1, 0, 0]], [[1]])[0]) < 1e-6",
        pendulum + """
            x = inspect(lab, [1, 0, 0]); p = lab.policy([1, 0, 0]); r = lab.reference([1, 0, 0])
            k = gaussian_kl(r.mean.list, r.cholesky.list, p.mean.list, p.cholesky.list)
            abs(x.kl_mean - k.mean) < 1e-4 * k.mean and abs(x.kl_total - k.total) < 1e-3 * k.total and x.kl_cov >= 0
            """,
        pendulum + "s = e.states[0].list; a = e.actions[0, 0, 0]; abs(inspect(lab, s, action: a).log_pi_i[0] - e.log_probs[0, 0]) < 1e-5",
        bandit + "x = inspect(lab, [1]); p = lab.policy([1]).probabilities; r = lab.reference([1]).probabilities; abs(exp(x.log_pi[2]) - p[2]) < 1e-6 and abs(x.kl_total - sum(list(0..<3).map(a -> r[a] * log(r[a] / p[a])))) < 1e-6",
        bandit + "inspect(lab, [1], action: [2, 0]).table.action == [2, 0]",
        "env = gym(\"FrozenLake-v1\"); lab = mpo(env, tabular(env), qnet(env, hidden: [])); inspect(lab, 3).q == inspect(lab, list(0..<16).map(i -> if i == 3 { 1 } else { 0 })).q",
        // E-steps
        pendulum + "x = inspect(e); t = x.per_state; t.count == 32 and abs(mean(t.kl) - 0.1) < 1e-3 and x.order[0] == index_of(e.kl_per_state, max(e.kl_per_state))",
        pendulum + "t = inspect(e).per_state; s = inspect(e).order[0]; abs(t.Q[s] - inspect(e, state: s)[0].Q) < 1e-9 and t.action[s] == inspect(e, state: s)[0].action",
        pendulum + "x = inspect(e); q = e.q_values.list; w = mean(q.map(r -> mean(r.map(v -> (v - mean(r)) ^ 2)))); abs(x.q_std_within - w ^ 0.5) < 1e-5 * x.q_std_within",
        pendulum + "x = inspect(e); flat = sort(flatten(e.weights.list), descending: true); n = round(x.half_share * 640); sum(flat[0..<n]) >= 16 and sum(flat[0..<n - 1]) < 16",
        bandit + "inspect(e).per_state.pi[0] < 0.3334 and inspect(e).quantiles.of[1] == \"ESS\"",
        // M-steps
        pendulum + "x = inspect(m); abs(mean(x.per_state.kl_mean) - m.kl_mean) < 1e-2 * m.kl_mean and x.loss == m.policy_loss + m.penalty",
        pendulum + "x = inspect(m).measures; x.measure[0] == \"KL mean\" and x.before[0] == 0 and abs(x.after[1] - m.kl_cov) < 1e-3 * m.kl_cov",
        pendulum + "inspect(m).per_dimension.count == 1 and inspect(m).multipliers.of == [\"KL mean\", \"KL cov\"]",
        bandit + "inspect(m).per_state.columns == [\"state\", \"kl_total\"]",
        pendulum + "n = mstep(lab, e, commit: false); x = inspect(commit(n)); x.per_state.count == 32",
        // Policies
        pendulum + "x = inspect(lab.policy, [1, 0, 0]); p = lab.policy([1, 0, 0]); x.mean[0] == p.mean[0] or abs(x.mean[0] - p.mean[0]) < 1e-6",
        lqr + "x = inspect(lab.policy, [1]); l = x.cholesky; abs(x.covariance[0][1] - l[0][0] * l[1][0]) < 1e-12 and abs(x.sigma[1] ^ 2 - x.covariance[1][1]) < 1e-12 and abs(x.correlation[1][0] - x.covariance[0][1] / (x.sigma[0] * x.sigma[1])) < 1e-12",
        lqr + "x = inspect(lab.policy, [1]); l = x.cholesky; abs(x.entropy - (1 + log(2 * pi) + log(l[0][0] * l[1][1]))) < 1e-12",
        // σ = 1 and mean 0: beyond ±1 lie 31.73 % (tables of the normal distribution).
        "p = gaussian(quadratic_bandit([0]), hidden: [], init_sigma: 1); p.network.parameters = zeros([4]); abs(inspect(p, [1]).clipped[0] - 0.317310508) < 1e-6",
        "p = gaussian(pendulum(), hidden: [], init_sigma: 0.25); p.network.parameters = zeros([8]); x = inspect(p, [1, 0, 0]); x.task_mean == [0] and abs(x.task_sigma[0] - 0.5) < 1e-6",
        "x = inspect(tabular(bandit([1, 2, 3, 4])), [1]); abs(x.entropy - log(4)) < 1e-9 and abs(x.perplexity - 4) < 1e-9 and x.table.count == 4",
        "inspect(tabular(gym(\"FrozenLake-v1\")), 3).probabilities == [0.25, 0.25, 0.25, 0.25]",
        // Critics
        pendulum + "x = inspect(lab.critic, [1, 0, 0]); x.table.count == 21 and x.q[10] == inspect(lab.critic, [1, 0, 0], action: 0).q and x.best == x.table.action[index_of(x.q, max(x.q))]",
        lqr + "x = inspect(lab.critic, [1]); x.table.count == 25 and x.table.action[1] == [-1, -0.5]",
        lqr + "abs(inspect(lab.critic, [1], action: [0.5, 0.25]).q - lab.critic([1], [0.5, 0.25])) < 1e-6",
        bandit + "x = inspect(lab.critic, [1]); abs(x.q[2] - lab.critic([1])[2]) < 1e-6 and abs(sum(x.table.advantage)) < 1e-3",
        "env = pendulum(); c = qnet(env, hidden: [8], twin: true); x = inspect(c, [1, 0, 0], action: [0.5, -1]); x.q == list(0..<2).map(i -> min(x.table.first[i], x.table.second[i])) or abs(x.q[0] - min(c.first([[1, 0, 0]], [[0.5]])[0], c.second([[1, 0, 0]], [[0.5]])[0])) < 1e-6",
        "env = pendulum(); c = qnet(env, hidden: [8], atoms: 7, v_min: -3, v_max: 3); abs(inspect(c, [1, 0, 0], action: 0.5).q - c([[1, 0, 0]], [[0.5]])[0]) < 1e-5",
        "env = bandit([1, 2]); c = qnet(env, hidden: [8], atoms: 7, v_min: 0, v_max: 3); x = inspect(c, [1]); abs(x.q[1] - c([1])[1]) < 1e-5 and x.table.count == 2",
        // Replays
        pendulum + "x = inspect(lab.replay_buffer); r = list(0..<200).map(i -> lab.replay_buffer[i].reward); x.ranges.of[0] == \"reward\" and abs(x.ranges.mean[0] - mean(r)) < 1e-3 * abs(mean(r))",
        pendulum + "x = inspect(lab.replay_buffer); b = mean(list(0..<200).map(i -> lab.replay_buffer[i].log_prob)); abs(x.log_b - b) < 1e-9 and abs(x.off_policy - (x.log_b - x.log_pi)) < 1e-9 and x.truncated == 1 / 200",
        pendulum + "undo(lab); abs(inspect(lab.replay_buffer).off_policy) < 1e-5",
        pendulum + "x = inspect(lab.replay_buffer, -1); x.reward == lab.replay_buffer[199].reward and abs(x.ratio - exp(x.log_pi - x.log_prob)) < 1e-9 and x.truncated",
        pendulum + "x = inspect(lab.replay_buffer, 0); abs(x.q - inspect(lab, x.observation, action: x.action).q[0]) < 1e-6",
        bandit + "inspect(lab.replay_buffer).terminated == 1 and inspect(lab.replay_buffer, 0).terminated",
    ]

    @Test(arguments: figures)
    func figure(_ program: String) {
        let shown = run(program)
        #expect(shown.last == "true", "\(shown.suffix(3))")
    }

    static let faults: [(String, String)] = [
        (pendulum + "inspect(lab, [1, 0])", "an observation of pendulum has 3 numbers, 2 were given"),
        (pendulum + "inspect(lab, 3)", "an observation of pendulum is a list of 3 numbers, the number 3 was given"),
        (pendulum + "inspect(lab, [1, 0, nan])", "the observation's number 2 is nan; finite numbers were wanted"),
        (pendulum + "inspect(lab, [1, 0, 0], action: [[1, 2]])", "an action has 1 number here, 2 were given"),
        (pendulum + "inspect(lab, [1, 0, 0], action: [])", "at least one action was wanted, the list is empty"),
        (pendulum + "inspect(lab, action: 1)", "an action is looked at in a state: inspect(lab, observation, action)"),
        (lqr + "inspect(lab, [1], action: 1)", "an action has 2 numbers here, 1 were given"),
        (bandit + "inspect(lab, [1], action: 3)", "the actions are 0 to 2, 3 was given"),
        (bandit + "inspect(lab, [1], action: 0.5)", "the actions are 0 to 2, 0.5 was given"),
        ("env = gym(\"FrozenLake-v1\"); lab = mpo(env, tabular(env), qnet(env)); inspect(lab, 16)", "FrozenLake-v1 has the states 0 to 15, 16 was given"),
        (pendulum + "inspect(e, state: 32)", "the E-step has states 0..<32, 32 was given"),
        (pendulum + "inspect(e, state: -1)", "the E-step has states 0..<32, -1 was given"),
        (pendulum + "inspect(lab.policy, [1])", "an observation of this policy has 3 numbers, 1 were given"),
        (pendulum + "inspect(lab.policy, \"x\")", "inspect: `observation` wants an observation: a list of numbers, or a state's number in a finite task, got string \"x\""),
        (pendulum + "inspect(lab.critic, 2)", "an observation of this critic is a list of 3 numbers, the number 2 was given"),
        (pendulum + "inspect(lab.replay_buffer, 200)", "transition 200 of a replay of 200 transitions"),
        (pendulum + "inspect(lab.replay_buffer, -201)", "transition -201 of a replay of 200 transitions"),
    ]

    @Test(arguments: faults)
    func fault(program: String, wanted: String) { #expect(run(program).last == "error: " + wanted) }

    /// Pages fit 80 columns and show what is asked.
    static let pages: [(String, [String])] = [
        (pendulum + "inspect(lab)", ["lab · pendulum · seed 0", "settings that differ from their defaults", "KL cov"]),
        (pendulum + "inspect(e)", ["E-step · 32 states × 20 actions", "states with the largest KL", "Half of q's weight lies on"]),
        (pendulum + "inspect(m)", ["−E_q log N(a; μ, Σ_i)", "multipliers λ", "states where the policy moved most"]),
        (pendulum + "inspect(lab.policy, [1, 0, 0])", ["entropy", "clipped"]), (lqr + "inspect(lab.policy, [1])", ["correlation"]),
        (pendulum + "inspect(lab.critic, [1, 0, 0])", ["advantage"]), (pendulum + "inspect(lab, [1, 0, 0])", ["mean of π_i", "target_Q"]),
        (pendulum + "inspect(lab.replay_buffer)", ["how off-policy", "newest quarter", "observation 2"]),
        (pendulum + "inspect(lab.replay_buffer, 5)", ["transition 5 of 200", "log b, log π"]),
        ("env = pendulum(); lab = mpo(env, gaussian(env), qnet(env)); inspect(lab.replay_buffer)", ["empty"]),
    ]

    @Test(arguments: pages)
    func page(program: String, wanted: [String]) {
        let page = run(program).last ?? ""
        for part in wanted { #expect(page.contains(part), "\(page)") }
        #expect(page.split(separator: "\n").allSatisfy { $0.count <= 80 }, "\(page)")
    }
}
