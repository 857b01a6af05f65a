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
            func factor(_ rows: NumberRows, _ name: String) throws -> GaussianFactor {
                rows.isFlat && rows.rows[0].count > 1
                    ? try GaussianFactor(diagonal: rows.rows[0], name: name) : try GaussianFactor(rows.rows, name: name)
            }
            return GaussianKLObject(
                try GaussianKL(
                    mean0: mean0.numbers, factor0: factor(chol0, "chol0"), mean1: mean1.numbers,
                    factor1: factor(chol1, "chol1")))
        },
    ]
}
