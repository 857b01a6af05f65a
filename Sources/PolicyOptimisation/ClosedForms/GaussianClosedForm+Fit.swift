import Glibc
import Support

// D action dimensions.

/// A state-free Gaussian's M-step in closed form, for every form of the trust region and of the covariance.
///
/// N₀ = N(μ₀, Σ₀) the reference, m and C the mean and covariance of q:
/// - decoupled: μ = μ₀ + (m − μ₀)/(1 + λ_μ), Σ = (S + λ_Σ Σ₀)/(1 + λ_Σ), S = C + (m−μ₀)(m−μ₀)ᵀ;
/// - joint: the Gaussian with the moments of the mixture (q + λ N₀)/(1 + λ);
/// - none: N(m, C).
/// A diagonal Σ keeps the diagonals of these. With bounds per dimension each dimension is a Gaussian of its own.
struct GaussianFit {
    let mean: [Double]
    let covariance: [[Double]]
    /// λ of mean, covariance, total: one for each dimension with bounds per dimension; empty where there is none.
    var lambdaMean: [Double] = []
    var lambdaCov: [Double] = []
    var lambdaTotal: Double?
}

extension GaussianFit {
    init(
        reference: (mean: [Double], factor: GaussianFactor), target m: [Double], covariance c: [[Double]],
        settings: MPOSettings, form: TrustRegion, head: GaussianHead
    ) throws {
        let n = m.count
        let old = reference.factor.covariance
        let shift = zip(m, reference.mean).map { $0 - $1 }
        func shaped(_ matrix: [[Double]]) -> [[Double]] {
            if head.isFixed { return old }
            guard head.isDiagonal else { return matrix }
            return (0..<n).map { i in (0..<n).map { i == $0 ? matrix[i][i] : 0 } }
        }
        switch form {
        case .none: self.init(mean: m, covariance: shaped(c))
        case .joint:
            func mixture(_ lambda: Double) -> (mean: [Double], covariance: [[Double]]) {
                let share = 1 / (1 + lambda)
                let mean = zip(reference.mean, shift).map { $0 + share * $1 }
                // The mixture's covariance: within its parts, and between their means.
                let matrix = (0..<n).map { i in
                    (0..<n).map { j in
                        share * c[i][j] + (1 - share) * old[i][j] + share * (1 - share) * shift[i] * shift[j]
                    }
                }
                return (mean, shaped(matrix))
            }
            func isEnough(_ lambda: Double, _ bound: Double) -> Bool {
                let (mean, covariance) = mixture(lambda)
                guard let factor = try? GaussianFactor(covariance: covariance),
                    let kl = try? GaussianKL(mean0: reference.mean, factor0: reference.factor, mean1: mean, factor1: factor)
                else { return false }
                return kl.total <= bound
            }
            let lambda: Double
            switch settings.klTotal {
            case .free: lambda = 0
            case .penalised(let weight): lambda = weight
            case .bounded(let bound): lambda = isEnough(0, bound) ? 0 : leastMultiplier { isEnough($0, bound) }
            }
            let made = mixture(lambda)
            self.init(mean: made.mean, covariance: made.covariance, lambdaTotal: lambda)
        case .decoupled:
            var second = c
            for i in 0..<n { for j in 0..<n { second[i][j] += shift[i] * shift[j] } }
            let parts = settings.perDimension ? (0..<n).map { [$0] } : [Array(0..<n)]
            var mean = reference.mean
            var covariance = old
            var (lambdaMean, lambdaCov): ([Double], [Double]) = ([], [])
            for part in parts {
                let factor = settings.perDimension
                    ? try GaussianFactor(diagonal: part.map { reference.factor.diagonal[$0] }) : reference.factor
                let moment = shaped(second)
                // `projection` adds the mean's outer product itself; S is given to it whole, with a mean that stays.
                let problem = try GaussianClosedForm(
                    mean: part.map { reference.mean[$0] }, factor: factor, optimum: part.map { _ in 0 },
                    curvature: part.map { _ in part.map { _ in 0 } })
                let own = part.map { i in part.map { moment[i][$0] } }
                let meanStep = try problem.projection(
                    mean: part.map { m[$0] }, covariance: own, epsilonMean: settings.klMean.bound, epsilonCov: nil)
                let covStep = try problem.projection(
                    mean: part.map { reference.mean[$0] }, covariance: own, epsilonMean: nil,
                    epsilonCov: settings.klCov.bound)
                let byMean = settings.klMean.weight ?? meanStep.meanMultiplier
                let byCov = head.isFixed ? 0 : settings.klCov.weight ?? covStep.covMultiplier
                for (a, i) in part.enumerated() {
                    mean[i] = reference.mean[i] + shift[i] / (1 + byMean)
                    for (b, j) in part.enumerated() where !head.isFixed {
                        covariance[i][j] =
                            settings.klCov.weight == nil
                            ? covStep.covariance[a][b] : (own[a][b] + byCov * old[i][j]) / (1 + byCov)
                    }
                }
                lambdaMean.append(byMean)
                lambdaCov.append(byCov)
            }
            self.init(mean: mean, covariance: covariance, lambdaMean: lambdaMean, lambdaCov: lambdaCov)
        }
    }
}

extension GaussianHead {
    /// The outputs [K] whose Gaussian this is; nil with what stands in the way.
    ///
    /// The inverse of the decoder: x = atanh μ, σ_i = L_ii, x_ii = softplus⁻¹(σ_i − min_sigma) − b, x_ij = L_ij/σ_i.
    func encode(mean: [Double], factor: GaussianFactor) throws -> [Float] {
        var outputs: [Float] = []
        for d in 0..<actionSize {
            guard decoder.squashed[d] else {
                outputs.append(Float(mean[d]))
                continue
            }
            guard abs(mean[d]) < 1 else {
                throw Fault(
                    "mstep.exact-mean",
                    "the closed form's mean of action dimension \(d) is \(SettingValue.number((100 * mean[d]).rounded() / 100).text), beyond what tanh reaches",
                    hint: "gaussian(env, mean: \"free\"), or a smaller bound on KL mean")
            }
            outputs.append(Float(atanh(mean[d])))
        }
        if isFixed { return outputs }
        for i in 0..<actionSize {
            let sigma = factor.entry(i, i)
            guard sigma > minSigma else {
                throw Fault(
                    "mstep.exact-sigma",
                    "the closed form's standard deviation of action dimension \(i) is \(SettingValue.number(sigma).text), not above min_sigma \(SettingValue.number(minSigma).text)",
                    hint: "a smaller bound on KL cov, or a smaller min_sigma")
            }
            if covariance == .full { for j in 0..<i { outputs.append(Float(factor.entry(i, j) / sigma)) } }
            let above = sigma - minSigma
            outputs.append(Float(above + log(-expm1(-above)) - shift))
        }
        return outputs
    }
}
