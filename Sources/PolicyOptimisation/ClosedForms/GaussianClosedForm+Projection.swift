import Glibc
import Support

// D action dimensions.

/// The new Gaussian of a closed-form M-step, with the multipliers that hold its bounds.
public struct GaussianProjection: Sendable {
    public let mean: [Double]
    public let covariance: [[Double]]
    /// λ_μ, λ_Σ: 0 where the bound is slack.
    public let meanMultiplier: Double
    public let covMultiplier: Double
    /// The decoupled parts of the KL from the old policy.
    public let meanKL: Double
    public let covKL: Double
}

extension GaussianClosedForm {
    /// The M-step's maximiser of E_q[log π] for q with the given moments, decoupled, with or without bounds.
    ///
    /// - The mean maximises E_q[log N(a; μ, Σ₀)] with ½|L₀⁻¹(μ−μ₀)|² ≤ ε_μ: μ = μ₀ + τ (m_q − μ₀), λ_μ = 1/τ − 1.
    /// - The covariance maximises E_q[log N(a; μ₀, Σ)] with its part of the KL ≤ ε_Σ: Σ = (S + λ_Σ Σ₀)/(1 + λ_Σ),
    ///   S = Σ_q + (m_q−μ₀)(m_q−μ₀)ᵀ the second moment about the old mean.
    ///
    /// A bound of nil is none; with none on either, `secondMoment: .central` gives the plain maximum-likelihood fit
    /// (m_q, Σ_q) of the joint update.
    public func projection(
        mean target: [Double], covariance: [[Double]], epsilonMean: Double?, epsilonCov: Double?,
        secondMoment: SecondMoment = .aboutOldMean
    ) throws -> GaussianProjection {
        let n = factor.dimension
        guard target.count == n, covariance.count == n, covariance.allSatisfy({ $0.count == n }) else {
            throw Fault("gaussian.shape", "q's mean and covariance must have the policy's dimension \(n)")
        }
        for bound in [epsilonMean, epsilonCov] {
            if let bound, !(bound > 0) {
                throw Fault("mstep.bound", "a bound on the KL must be above 0, but it is \(bound)")
            }
        }
        let shift = zip(target, mean).map { $0 - $1 }
        let whitened = factor.solve(shift)
        let fullKL = 0.5 * whitened.reduce(0) { $0 + $1 * $1 }
        let tau = epsilonMean.map { fullKL > $0 ? ($0 / fullKL).squareRoot() : 1 } ?? 1
        let newMean = zip(mean, shift).map { $0 + tau * $1 }

        // S in the old policy's whitened coordinates: L₀⁻¹ S L₀⁻ᵀ.
        var moment = covariance
        if secondMoment == .aboutOldMean {
            for i in 0..<n { for j in 0..<n { moment[i][j] += shift[i] * shift[j] } }
        }
        let half = (0..<n).map { j in factor.solve((0..<n).map { moment[$0][j] }) }  // half[j] = L₀⁻¹ S e_j
        let rows = (0..<n).map { i in factor.solve((0..<n).map { half[$0][i] }) }
        let eigen = SymmetricEigen(rows)
        // Of few samples S is singular; rounding may put such an eigenvalue below 0.
        let spectrum = eigen.values.map { max(0, $0) }
        func part(_ share: Double) -> Double {
            // ½ (1/v − 1 + ln v), v = 1 + share (σ − 1): `spread` with r² = 1/v; without end where v is 0.
            spectrum.reduce(0) { sum, value in
                let change = share * (value - 1)
                return change > -1 ? sum + GaussianKL.spread(expm1(-0.5 * log1p(change))) : .infinity
            }
        }
        var share = 1.0
        if let epsilonCov, !(part(1) <= epsilonCov) {
            var low = 0.0
            var high = 1.0
            while true {
                let middle = 0.5 * (low + high)
                if middle <= low || middle >= high { break }
                if part(middle) <= epsilonCov { low = middle } else { high = middle }
            }
            share = low
        }
        let variances = spectrum.map { 1 + share * ($0 - 1) }
        return GaussianProjection(
            mean: newMean, covariance: self.covariance(of: variances, in: eigen.vectors), meanMultiplier: 1 / tau - 1,
            covMultiplier: 1 / share - 1, meanKL: tau * tau * fullKL, covKL: part(share))
    }

    /// About which mean the M-step's covariance takes its second moment.
    public enum SecondMoment: String, Sendable {
        /// μ₀, as the decoupled update does: E_q[log N(a; μ₀, Σ)].
        case aboutOldMean
        /// m_q, as the joint update does when nothing bounds the mean.
        case central
    }
}
