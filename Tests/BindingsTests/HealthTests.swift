import Testing

/// `health`: every finding on a lab that was made ill on purpose, none on one that is well.
@Suite struct HealthTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var finding: String
        var severity: String
        var program: String
        /// What the evidence must hold.
        var evidence: String
        var testDescription: String { finding }
    }

    static let bandit = "env = bandit([1, 2, 0]); "
    static let tabular = bandit + "lab = mpo(env, tabular(env), qnet(env, hidden: [8]), batch: 32); collect(lab, episodes: 60); qstep(lab, steps: 50); "
    static let pendulum = """
        env = pendulum(); policy = gaussian(env, hidden: [16]); critic = qnet(env, hidden: [16])
        lab = mpo(env, policy, critic, batch: 32); collect(lab, episodes: 2); qstep(lab, steps: 50)

        """

    static let cases: [Case] = [
        Case(finding: "too few samples", severity: "warning", program: bandit + "lab = mpo(env, tabular(env), qnet(env)); collect(lab, episodes: 3)", evidence: "3 transitions for batches of 256"),
        Case(finding: "too few samples", severity: "critical", program: pendulum + "lab.actions = 1", evidence: "q = π"),
        Case(finding: "KL stuck at 0", severity: "warning", program: """
            env = bandit([1, 2]); critic = qnet(env, hidden: []); critic.network.parameters = zeros([4])
            lab = mpo(env, tabular(env), critic, batch: 8); collect(lab, episodes: 20); repeat 3 { estep(lab) }
            """, evidence: "was 0 in the last 3 E-steps"),
        Case(finding: "KL stuck at 0", severity: "warning", program: tabular + "lab.policy_learning_rate = 1e-12; e = estep(lab); repeat 3 { mstep(lab, e) }", evidence: "the policy does not move"),
        Case(finding: "no trust region", severity: "warning", program: tabular + "lab.policy_period = 1; repeat 3 { mstep(lab, estep(lab)) }", evidence: "policy_period is 1"),
        Case(finding: "eta far from its optimum", severity: "warning", program: tabular + "lab.dual_solver = \"gradient\"; lab.eta_start = 100; estep(lab)", evidence: "η is 100"),
        Case(finding: "eta at its floor", severity: "warning", program: tabular + "constrain lab.kl <= 5; estep(lab)", evidence: "η* is 0"),
        Case(finding: "eta at its floor", severity: "warning", program: pendulum + "lab.eta_min = 1000; estep(lab)", evidence: "held at eta_min"),
        Case(finding: "bound exceeded", severity: "warning", program: pendulum + "lab.policy_learning_rate = 0.02; lab.dual_rate = 1e-5; repeat 12 { mstep(lab, estep(lab), steps: 3) }", evidence: "KL cov was"),
        Case(finding: "one weight takes all", severity: "warning", program: pendulum + "penalize lab.kl by 1e-6; estep(lab)", evidence: "ESS is 1"),
        Case(finding: "weights uniform", severity: "warning", program: pendulum + "penalize lab.kl by 1e6; estep(lab)", evidence: "within a state"),
        Case(finding: "covariance collapsing", severity: "warning", program: """
            env = quadratic_bandit([0.1]); lab = mpo(env, gaussian(env, hidden: [16]), qnet(env, hidden: [32]), batch: 32, learning_rate: 0.005)
            collect(lab, episodes: 300); qstep(lab, steps: 400)
            free lab.kl_cov; free lab.kl_mean; constrain lab.kl <= 1.5; e = estep(lab); repeat 20 { mstep(lab, e, steps: 20) }
            """, evidence: "geometric mean went from 0.499 to 0."),
        Case(finding: "covariance exploding", severity: "warning", program: """
            env = pendulum(); lab = mpo(env, gaussian(env, hidden: [8], init_sigma: 5), qnet(env, hidden: [8]), batch: 32)
            collect(lab, episodes: 1)
            """, evidence: "the action box is 2 wide"),
        Case(finding: "Q diverging", severity: "critical", program: pendulum + "lab.critic_learning_rate = 3; lab.critic_period = 1; qstep(lab, steps: 200)", evidence: "lie outside of"),
        Case(finding: "TD error growing", severity: "warning", program: pendulum + "lab.critic_learning_rate = 0.3; lab.critic_period = 1; repeat 40 { qstep(lab, steps: 2) }", evidence: "its median rose"),
        Case(finding: "dead units", severity: "warning", program: """
            env = pendulum(); policy = gaussian(env, hidden: [16], activation: "relu"); lab = mpo(env, policy, qnet(env, hidden: [16]), batch: 32)
            collect(lab, episodes: 1)
            p = policy.network.parameters.list; for i in 48..<64 { p[i] = -100 }; policy.network.parameters = tensor(p)
            """, evidence: "16 of 16 units in hidden layer 1 of the policy (relu)"),
        Case(finding: "dead units", severity: "warning", program: """
            env = pendulum(); lab = mpo(env, gaussian(env, hidden: [16]), qnet(env, hidden: [16], activation: "tanh"), batch: 32)
            collect(lab, episodes: 1); lab.critic.network.parameters = lab.critic.network.parameters * 1e4
            """, evidence: "of the critic (tanh)"),
        Case(finding: "replay off-policy", severity: "warning", program: pendulum + "lab.trust_region = \"none\"; lab.policy_learning_rate = 0.01; e = estep(lab, epsilon: 2); mstep(lab, e, steps: 300)", evidence: "300 policy gradient steps since the last collect"),
        Case(finding: "support too narrow", severity: "warning", program: """
            env = pendulum(); lab = mpo(env, gaussian(env, hidden: [8]), qnet(env, hidden: [16], atoms: 11, v_min: -2, v_max: 0), batch: 32)
            collect(lab, episodes: 2); qstep(lab, steps: 20)
            """, evidence: "lay below −2"),
        Case(finding: "not finite", severity: "critical", program: pendulum + "lab.policy.network.parameters = lab.policy.network.parameters * nan", evidence: "the policy's parameters hold NaN"),
        Case(finding: "return falling", severity: "warning", program: """
            env = bandit([0, 1], noise: 0.1); lab = mpo(env, tabular(env), qnet(env), batch: 8)
            lab.policy.network.parameters = tensor([0, 5, 0, 0]); repeat 15 { collect(lab, episodes: 5) }
            lab.policy.network.parameters = tensor([5, 0, 0, 0]); repeat 5 { collect(lab, episodes: 5) }
            """, evidence: "the last 5 collects"),
    ]

    @Test(arguments: cases)
    func isFound(_ ill: Case) {
        let shown = run(
            ill.program + "\nh = health(lab); i = index_of(h.names, \"\(ill.finding)\"); show(h.findings[i].severity); show(h.findings[i].evidence); show(h.ok); show(h.findings.count); h")
        #expect(shown.count >= 5 && shown[shown.count - 5] == ill.severity, "\(shown.suffix(5))")
        #expect(shown.dropLast(3).last?.contains(ill.evidence) == true, "\(shown)")
        #expect(shown.dropLast(2).last == "false")
        // The page holds cause and remedy of each.
        #expect(shown.last?.contains("  \(ill.severity): \(ill.finding)\n") == true && shown.last?.contains("    try: ") == true)
        #expect(shown.last?.split(separator: "\n").allSatisfy { $0.count <= 80 } == true)
    }

    static let well = [
        pendulum + "repeat 12 { qstep(lab); mstep(lab, estep(lab)) }", tabular + "repeat 12 { qstep(lab); mstep(lab, estep(lab)) }",
        // Trained until the policy is all but deterministic.
        bandit + "lab = mpo(env, tabular(env), qnet(env, hidden: []), batch: 32, learning_rate: 0.05); repeat 30 { collect(lab, episodes: 10); qstep(lab, steps: 5); mstep(lab, estep(lab), steps: 5) }",
        "env = pendulum(); lab = mpo(env, gaussian(env, hidden: [32], activation: \"relu\"), qnet(env, hidden: [32], activation: \"tanh\"), batch: 64); repeat 6 { collect(lab); repeat 20 { qstep(lab); mstep(lab, estep(lab)) } }",
        "env = gym(\"FrozenLake-v1\"); lab = mpo(env, tabular(env), qnet(env, hidden: []), batch: 64); collect(lab, episodes: 30); repeat 12 { qstep(lab); mstep(lab, estep(lab)) }",
    ]

    /// A covariance that is small by choice, or that shrank in another lab, is no collapse.
    static let narrow = [
        "env = quadratic_bandit([0.1]); lab = mpo(env, gaussian(env, hidden: [], covariance: \"fixed\", init_sigma: 0.01), qnet(env, hidden: [8]), batch: 32)",
        """
        env = quadratic_bandit([0.1]); policy = gaussian(env, hidden: []); policy.network.parameters = tensor([0, 0, 0, -3])
        lab = mpo(env, policy, qnet(env, hidden: [8]), batch: 32)
        """,
    ]

    @Test(arguments: narrow)
    func narrowIsNoCollapse(_ program: String) {
        let shown = run(program + "\ncollect(lab, episodes: 64); qstep(lab, steps: 20); mstep(lab, estep(lab)); index_of(health(lab).names, \"covariance collapsing\") == nothing")
        #expect(shown.last == "true", "\(shown)")
        let page = run(program + "\ncollect(lab, episodes: 64); qstep(lab, steps: 20); mstep(lab, estep(lab)); health(lab)").last ?? ""
        #expect(!page.contains("1 M-steps"), "\(page)")
    }

    /// With two arms an ESS below 2 is no lack of samples, and the number of actions is the task's.
    @Test func finiteActionsAreNotToBeRaised() {
        let page = run(HealthTests.tabular + "constrain lab.kl <= 5; estep(lab); health(lab)").last ?? ""
        #expect(page.contains("eta at its floor") && !page.contains("lab.actions"), "\(page)")
    }

    @Test(arguments: well)
    func nothingIsFoundWhereAllIsWell(_ program: String) {
        let shown = run(program + "\nh = health(lab); show(h.ok); show(h.findings.filter(f -> f.severity != \"note\").count); check h.ok, \"ill\"; h")
        #expect(shown.dropLast().suffix(2) == ["true", "0"], "\(shown)")
        #expect(shown.last?.contains("· well") == true && shown.last?.contains("looked at: ") == true)
    }

    /// Looking changes no bit, neither now nor of what comes.
    @Test func lookingChangesNothing() {
        let program = HealthTests.pendulum + """
            e = estep(lab); m = mstep(lab, e)
            twin = copy(lab); before = digest(lab)
            health(lab)
            inspect(lab); inspect(lab, [1, 0, 0]); inspect(e); inspect(m); inspect(lab.replay_buffer); inspect(lab.replay_buffer, 3)
            explain(lab); explain(lab.eta); explain(lab.kl_cov); explain(m.kl_cov); explain(lab.td_error)
            same = digest(lab) == before
            collect(lab); collect(twin); qstep(lab); qstep(twin); mstep(lab, estep(lab)); mstep(twin, estep(twin))
            [same, digest(lab) == digest(twin)]
            """
        #expect(run(program).last == "[true, true]")
    }
}
