import PolicyOptimisation
import Runtime
import Support

/// The E-step's dual and the M-step's KL on plain numbers, in double precision.
enum DualNatives {
    static let all: [NativeFunction] = [
        NativeFunction(
            "dual", in: "mpo", "Solves the E-step's dual exactly for given Q values: the temperature η* and the weights.",
            parameters: Parameter<NumberRows>("Q", "Q values, a list for each state; a plain list is one state"),
            Parameter<Double>("epsilon", "the bound on the mean KL(q‖π) in nats", default: 0.1),
            Parameter<NumberRows?>(
                "prior", "π of every action, a list for each state or one for all; without it actions are samples of π",
                default: nil),
            text: """
                g(η) = η ε + η mean_s log E_π exp(Q/η) is smallest at η*, where KL(q‖π) = ε for q ∝ π exp(Q/η*).
                Fields: eta, value (g at η*), kl, weights (a list for each state), ess (mean of 1/Σw²), slack (whether
                the bound is not reached: all Q equal, or ε beyond the largest KL; then eta is 0 and note says why),
                iterations, residual, kl_per_state, ess_per_state, expected_q, curve. In double precision.
                """,
            examples: [
                Example("d = dual([[1, 2, 4], [0, 1, 0]], epsilon: 0.1); round(d.eta, 6)", "2.119099"),
                Example("round(dual([[0, 1]], epsilon: 0.1).kl, 9)", "0.1"),
                Example("dual([[3, 3], [1, 1]], epsilon: 0.1).slack", "true"),
                Example("dual([[0, 1, 5]], epsilon: 9).weights", "[[0, 0, 1]]"),
                Example("plot(dual([[0, 1, 5]], epsilon: 0.1))"),
            ]
        ) { _, q, epsilon, prior in
            let solver = DualSolver()
            try solver.load(q.rows, prior: prior?.rows)
            return try DualObject(DualCurve(solver, epsilon: epsilon))
        },
        NativeFunction(
            "gaussian_kl", in: "mpo", "The KL from an old Gaussian to a new one, whole and in the M-step's two parts.",
            parameters: Parameter<NumberList>("mean0", "the old mean"),
            Parameter<NumberRows>("chol0", "the old covariance's Cholesky factor L, Σ = L Lᵀ, by rows; a plain list is its diagonal"),
            Parameter<NumberList>("mean1", "the new mean"),
            Parameter<NumberRows>("chol1", "the new covariance's Cholesky factor"),
            text: """
                mean is ½ (μ₁−μ₀)ᵀ Σ₀⁻¹ (μ₁−μ₀), cov is ½ (tr(Σ₁⁻¹Σ₀) − n + ln|Σ₁|/|Σ₀|), total the joint KL(N₀‖N₁).
                mean + cov is not the total unless Σ₁ = Σ₀ or μ₁ = μ₀: the decoupled update holds each in turn.
                """,
            examples: [
                Example("gaussian_kl([0], [[1]], [1], [[1]]).mean", "0.5"),
                Example("k = gaussian_kl([0], [[1]], [1], [[2]]); [round(k.mean, 6), round(k.cov, 6), round(k.total, 6)]", "[0.5, 0.318147, 0.443147]"),
            ]
        ) { _, mean0, chol0, mean1, chol1 in
            return GaussianKLObject(
                try GaussianKL(
                    mean0: mean0.numbers, factor0: factor(chol0, "chol0"), mean1: mean1.numbers,
                    factor1: factor(chol1, "chol1")))
        },
        NativeFunction(
            "gaussian_estep", in: "mpo", "The E-step of a state-free Gaussian under a quadratic Q, without any sampling.",
            parameters: Parameter<NumberList>("mean", "the policy's mean"),
            Parameter<NumberRows>("chol", "its covariance's Cholesky factor; a plain list is its diagonal"),
            Parameter<NumberList>("peak", "the best action c"),
            Parameter<NumberRows>("curvature", "H of Q(a) = -½ (a-c)ᵀ H (a-c); a plain list is its diagonal"),
            Parameter<Double>("epsilon", "the bound on KL(q‖π) in nats", default: 0.1),
            text: """
                q ∝ π exp(Q/η) is a Gaussian, too. Fields: eta (η*, at which KL(q‖π) = ε), kl, mean and covariance of q.
                What estep finds on quadratic_bandit comes near it with the number of actions. In double precision.
                """,
            examples: [
                Example("e = gaussian_estep([0], [[0.5]], [1], [[1]], epsilon: 0.1); [round(e.eta, 4), round(e.mean[0], 4), round(e.kl, 9)]", "[0.9467, 0.2089, 0.1]")
            ]
        ) { _, mean, chol, peak, curvature, epsilon in
            let problem = try GaussianClosedForm(
                mean: mean.numbers, factor: factor(chol, "chol"), optimum: peak.numbers, curvature: square(curvature))
            guard let eta = try problem.temperature(epsilon: epsilon) else {
                throw Fault("dual.flat", "Q has no curvature: q = π at every temperature, and none meets the bound")
            }
            let q = problem.reweighted(eta)
            return Value.record([
                ("eta", .number(eta)), ("kl", .number(problem.kl(eta))), ("mean", .list(q.mean)),
                ("covariance", q.covariance.asValue),
            ])
        },
        NativeFunction(
            "gaussian_mstep", in: "mpo", "The decoupled M-step of a state-free Gaussian towards q's moments, in closed form.",
            parameters: Parameter<NumberList>("mean0", "the old policy's mean"),
            Parameter<NumberRows>("chol0", "its covariance's Cholesky factor; a plain list is its diagonal"),
            Parameter<NumberList>("mean", "q's mean"), Parameter<NumberRows>("covariance", "q's covariance, by rows"),
            Parameter<Double?>("epsilon_mean", "the bound on KL mean; nothing for none", default: 0.1),
            Parameter<Double?>("epsilon_cov", "the bound on KL cov; nothing for none", default: 0.0001),
            text: """
                μ = μ₀ + (m - μ₀)/(1 + λ_μ), Σ = (S + λ_Σ Σ₀)/(1 + λ_Σ) with S q's second moment about μ₀. Fields: mean,
                covariance, lambda_mean, lambda_cov (0 where a bound is slack), kl_mean, kl_cov. mstep(lab, e, exact: true)
                does it in a lab.
                """,
            examples: [
                Example("m = gaussian_mstep([0], [[1]], [1], [[0.5]], epsilon_mean: 0.02, epsilon_cov: nothing); [round(m.mean[0], 4), round(m.lambda_mean, 4), m.covariance]", "[0.2, 4, [[1.5]]]")
            ]
        ) { _, mean0, chol0, mean, covariance, epsilonMean, epsilonCov in
            let old = try factor(chol0, "chol0")
            let zero = [Double](repeating: 0, count: old.dimension)
            let problem = try GaussianClosedForm(
                mean: mean0.numbers, factor: old, optimum: zero, curvature: zero.map { _ in zero })
            let made = try problem.projection(
                mean: mean.numbers, covariance: square(covariance), epsilonMean: epsilonMean, epsilonCov: epsilonCov)
            return Value.record([
                ("mean", .list(made.mean)), ("covariance", made.covariance.asValue),
                ("lambda_mean", .number(made.meanMultiplier)), ("lambda_cov", .number(made.covMultiplier)),
                ("kl_mean", .number(made.meanKL)), ("kl_cov", .number(made.covKL)),
            ])
        },
    ]

    /// Rows of a Cholesky factor; a plain list of several numbers is a diagonal.
    private static func factor(_ rows: NumberRows, _ name: String) throws -> GaussianFactor {
        rows.isFlat && rows.rows[0].count > 1
            ? try GaussianFactor(diagonal: rows.rows[0], name: name) : try GaussianFactor(rows.rows, name: name)
    }

    /// A square matrix by rows; a plain list of several numbers is a diagonal.
    private static func square(_ rows: NumberRows) -> [[Double]] {
        guard rows.isFlat, rows.rows[0].count > 1 else { return rows.rows }
        let diagonal = rows.rows[0]
        return diagonal.indices.map { i in diagonal.indices.map { i == $0 ? diagonal[i] : 0 } }
    }
}
