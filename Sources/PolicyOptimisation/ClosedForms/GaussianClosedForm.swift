import Glibc
import Support

// D action dimensions.

/// The E-step and the M-step of a state-free Gaussian policy with a quadratic Q, without any sampling.
///
/// π = N(μ₀, L₀L₀ᵀ), Q(a) = −½ (a−c)ᵀ H (a−c). In coordinates a = μ₀ + L₀ V z, V the eigenvectors of L₀ᵀHL₀ with
/// eigenvalues d_i, everything is a sum over dimensions: q ∝ π exp(Q/η) has precision 1 + d_i/η and mean
/// (d_i/η) β_i / (1 + d_i/η) there, with β = Vᵀ L₀⁻¹ (c − μ₀).
public struct GaussianClosedForm: Sendable {
    public let mean: [Double]
    public let factor: GaussianFactor
    /// d_i.
    let curvatures: [Double]
    /// β_i.
    let optimum: [Double]
    /// V.
    let basis: [[Double]]

    /// - Parameters:
    ///   - mean: μ₀ [D].
    ///   - factor: L₀ [D × D].
    ///   - optimum: c [D], where Q is stationary.
    ///   - curvature: H [D × D], symmetric; positive definite where Q has a maximum, but any sign is taken.
    public init(mean: [Double], factor: GaussianFactor, optimum c: [Double], curvature h: [[Double]]) throws {
        let n = factor.dimension
        guard mean.count == n, c.count == n, h.count == n, h.allSatisfy({ $0.count == n }) else {
            throw Fault(
                "gaussian.shape",
                "mean, optimum and curvature must have the policy's dimension \(n), but they have \(mean.count), \(c.count) and \(h.count)"
            )
        }
        for i in 0..<n {
            for j in 0..<n where !h[i][j].isFinite || abs(h[i][j] - h[j][i]) > 1e-12 * (abs(h[i][j]) + abs(h[j][i])) {
                throw Fault("gaussian.symmetric", "the curvature must be symmetric and finite, but [\(i), \(j)] is not")
            }
        }
        let l = factor.rows
        // L₀ᵀ H L₀
        var whitened = [[Double]](repeating: [Double](repeating: 0, count: n), count: n)
        for i in 0..<n {
            for j in 0..<n {
                var sum = 0.0
                for a in i..<n { for b in j..<n { sum += l[a][i] * h[a][b] * l[b][j] } }
                whitened[i][j] = sum
            }
        }
        for i in 0..<n { for j in 0..<i { whitened[i][j] = whitened[j][i] } }
        let eigen = SymmetricEigen(whitened)
        let b = factor.solve(zip(c, mean).map { $0 - $1 })
        self.mean = mean
        self.factor = factor
        curvatures = eigen.values
        basis = eigen.vectors
        self.optimum = (0..<n).map { k in (0..<n).reduce(0) { $0 + eigen.vectors[$1][k] * b[$1] } }
    }

    /// η may not be at or below this: 0, or more where Q curves upwards.
    public var leastTemperature: Double { max(0, -(curvatures.min() ?? 0)) }

    /// KL(q‖π) at temperature η.
    public func kl(_ eta: Double) -> Double {
        zip(curvatures, optimum).reduce(0) { sum, term in
            let r = term.0 / eta
            let m = r * term.1 / (1 + r)
            return sum + 0.5 * (log1p(r) - r / (1 + r) + m * m)
        }
    }

    /// g(η) = η ε + η log E_π exp(Q/η).
    public func dual(_ eta: Double, epsilon: Double) -> Double {
        eta * epsilon
            + zip(curvatures, optimum).reduce(0) { sum, term in
                let r = term.0 / eta
                return sum - 0.5 * (eta * log1p(r) + term.0 * term.1 * term.1 / (1 + r))
            }
    }

    /// η*, at which KL(q‖π) = ε, by bisection to the last bit; nil where Q is flat and the KL is 0 at every η.
    public func temperature(epsilon: Double) throws -> Double? {
        guard epsilon > 0, epsilon.isFinite else {
            throw Fault(
                "dual.epsilon", "the bound epsilon on the KL must be a finite number above 0, but it is \(epsilon)")
        }
        guard curvatures.contains(where: { $0 != 0 }) else { return nil }
        let least = leastTemperature
        var low = -300.0
        var high = 300.0
        while true {
            let middle = 0.5 * (low + high)
            if middle <= low || middle >= high { break }
            if kl(least + exp(middle)) > epsilon { low = middle } else { high = middle }
        }
        return least + exp(high)
    }

    /// q's mean [D] and covariance [D][D] at temperature η.
    public func reweighted(_ eta: Double) -> (mean: [Double], covariance: [[Double]]) {
        let n = factor.dimension
        var centre = [Double](repeating: 0, count: n)
        var variances = [Double](repeating: 0, count: n)
        for k in 0..<n {
            let r = curvatures[k] / eta
            centre[k] = r * optimum[k] / (1 + r)
            variances[k] = 1 / (1 + r)
        }
        return (place(centre), covariance(of: variances, in: basis))
    }

    /// μ₀ + L₀ V z.
    private func place(_ z: [Double]) -> [Double] {
        let n = factor.dimension
        let turned = (0..<n).map { i in (0..<n).reduce(0) { $0 + basis[i][$1] * z[$1] } }
        return zip(mean, factor.times(turned)).map { $0 + $1 }
    }

    /// L₀ V diag(variances) Vᵀ L₀ᵀ.
    func covariance(of variances: [Double], in basis: [[Double]]) -> [[Double]] {
        let n = factor.dimension
        let columns = (0..<n).map { k in factor.times((0..<n).map { basis[$0][k] }) }
        return (0..<n).map { i in
            (0..<n).map { j in (0..<n).reduce(0) { $0 + columns[$1][i] * variances[$1] * columns[$1][j] } }
        }
    }
}
