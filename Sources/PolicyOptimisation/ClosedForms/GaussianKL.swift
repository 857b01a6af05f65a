import Glibc
import Support

// D action dimensions.

/// The Kullback–Leibler divergence from an old Gaussian N(μ₀, L₀L₀ᵀ) to a new one N(μ₁, L₁L₁ᵀ), and its decoupled parts.
///
/// - `mean`: ½ (μ₁−μ₀)ᵀ Σ₀⁻¹ (μ₁−μ₀), the covariance held at its old value; bounded by ε_μ.
/// - `cov`: ½ (tr(Σ₁⁻¹Σ₀) − D + ln|Σ₁|/|Σ₀|), the mean held at its old value; bounded by ε_Σ.
/// - `total`: the joint KL(N₀‖N₁) = ½ (μ₁−μ₀)ᵀ Σ₁⁻¹ (μ₁−μ₀) + `cov`, which is `mean` + `cov` only where Σ₁ = Σ₀ or μ₁ = μ₀.
///
/// All in nats. Source: Abdolmaleki et al. 2018b (arXiv 1812.02256), section 4.2; the first paper prints the labels
/// C_μ and C_Σ the other way round.
public struct GaussianKL: Sendable, Equatable {
    public let mean: Double
    public let cov: Double
    public let total: Double
    /// The parts of each dimension, where both factors are diagonal; they sum to `mean` and `cov`.
    public let meanPerDimension: [Double]?
    public let covPerDimension: [Double]?

    public init(mean0: [Double], factor0: GaussianFactor, mean1: [Double], factor1: GaussianFactor) throws {
        let n = factor0.dimension
        guard mean0.count == n, mean1.count == n, factor1.dimension == n else {
            throw Fault(
                "gaussian.shape",
                "the two Gaussians must have the same dimension, but mean0 has \(mean0.count), chol0 \(n) × \(n), mean1 \(mean1.count) and chol1 \(factor1.dimension) × \(factor1.dimension)"
            )
        }
        for (name, values) in [("mean0", mean0), ("mean1", mean1)] {
            for (i, v) in values.enumerated() where !v.isFinite {
                throw Fault("gaussian.not-finite", "\(name)[\(i)] is \(v); a finite number was wanted")
            }
        }
        let difference = zip(mean1, mean0).map { $0 - $1 }
        let old = factor0.solve(difference).map { 0.5 * $0 * $0 }
        let new = factor1.solve(difference).map { 0.5 * $0 * $0 }

        // With M = L₁⁻¹ L₀ the covariance part is ½ Σ_i (M_ii² − 1 − ln M_ii²) + ½ Σ_{i>j} M_ij², no term below 0.
        var parts: [Double] = []
        parts.reserveCapacity(n)
        for i in 0..<n {
            parts.append(Self.spread((factor0.diagonal[i] - factor1.diagonal[i]) / factor1.diagonal[i]))
        }
        let isDiagonal = factor0.isDiagonal && factor1.isDiagonal
        if !isDiagonal {
            for j in 0..<n {
                let column = factor1.solve((0..<n).map { $0 < j ? 0 : factor0.entry($0, j) })
                for i in (j + 1)..<max(n, j + 1) { parts[i] += 0.5 * column[i] * column[i] }
            }
        }
        mean = old.reduce(0, +)
        cov = parts.reduce(0, +)
        total = new.reduce(0, +) + cov
        meanPerDimension = isDiagonal ? old : nil
        covPerDimension = isDiagonal ? parts : nil
    }

    /// From the rows of both Cholesky factors.
    public init(mean0: [Double], chol0: [[Double]], mean1: [Double], chol1: [[Double]]) throws {
        try self.init(
            mean0: mean0, factor0: GaussianFactor(chol0, name: "chol0"), mean1: mean1,
            factor1: GaussianFactor(chol1, name: "chol1"))
    }

    /// ½ (r² − 1 − ln r²) for r = 1 + d, with full precision where d is small.
    static func spread(_ d: Double) -> Double {
        if abs(d) > 0.05 { return 0.5 * d * d + (d - log1p(d)) }
        // d − log(1+d) = d²/2 − d³/3 + d⁴/4 − …; at |d| = 0.05 the first term left out is 1e-19 of the sum.
        var series = 0.0
        for k in stride(from: 14, through: 2, by: -1) { series = 1 / Double(k) - d * series }
        return d * d * (0.5 + series)
    }
}
