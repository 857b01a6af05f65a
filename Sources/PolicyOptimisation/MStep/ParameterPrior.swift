import Tensors

/// A Gaussian prior on the policy's parameters: log p(θ) = −‖θ − θ₀‖²/(2σ²), without its constant.
///
/// It enters the M-step's objective E_μ[E_q[log π]] + log p(θ) as it stands: the states' likelihood is a mean, so σ does
/// not go with the batch. Around θ_i it is the cruder cousin of the KL penalties: those measure the same step by what
/// it does to the policy. Source: Abdolmaleki et al. 2018, section 4.2.
struct ParameterPrior {
    let sigma: Double
    /// θ₀; nil is 0.
    let mean: Storage?

    /// Nil where the settings have none.
    init?(_ settings: MPOSettings, _ e: EStep) {
        guard let sigma = settings.priorSigma else { return nil }
        self.sigma = sigma
        mean = settings.priorMean == .reference ? e.reference : nil
    }

    func logDensity(_ parameters: Storage) -> Double {
        var squares = 0.0
        let (theta, centre) = (parameters.pointer, mean?.pointer)
        withExtendedLifetime((parameters, mean)) {
            for i in 0..<parameters.count {
                let d = Double(theta[i]) - (centre.map { Double($0[i]) } ?? 0)
                squares += d * d
            }
        }
        return -squares / (2 * sigma * sigma)
    }

    /// Adds −∇ log p(θ) = (θ − θ₀)/σ² to a loss's gradient.
    func addGradient(at parameters: Storage, to gradient: Storage) {
        let (theta, centre, sum) = (parameters.pointer, mean?.pointer, gradient.pointer)
        let precision = 1 / (sigma * sigma)
        withExtendedLifetime((parameters, mean, gradient)) {
            for i in 0..<parameters.count {
                sum[i] += Float((Double(theta[i]) - (centre.map { Double($0[i]) } ?? 0)) * precision)
            }
        }
    }
}
