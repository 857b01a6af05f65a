import Glibc

// S states, A actions.

/// The M-step's loss for one state of a policy over finitely many actions: −Σ_a q_a log π_a + λ KL(π_i‖π).
struct CategoricalObjective {
    let head: CategoricalHead
    let lambda: Double

    static let statisticsSize = 7

    /// Measures one state and, if `gradient` is given, writes the loss's gradient by the logits times `scale`.
    ///
    /// The gradient is (π − q) + λ (π − π_i), for weights that sum to 1.
    func evaluate(
        outputs: UnsafePointer<Float>, reference: UnsafePointer<Float>, weights: UnsafePointer<Float>,
        scratch: UnsafeMutablePointer<Double>, statistics: UnsafeMutablePointer<Double>,
        gradient: UnsafeMutablePointer<Float>?, scale: Double
    ) {
        let count = head.actions
        let new = scratch
        let old = scratch + count
        head.logProbabilities(outputs, new)
        head.logProbabilities(reference, old)
        var total = 0.0
        for a in 0..<count { total += Double(weights[a]) }
        var kl = 0.0
        var expected = 0.0
        var entropy = 0.0
        for a in 0..<count {
            let p = exp(new[a])
            let p0 = exp(old[a])
            let q = Double(weights[a]) / total
            if p0 > 0 { kl += p0 * (old[a] - new[a]) }
            if q > 0 { expected += q * new[a] }
            if p > 0 { entropy -= p * new[a] }
            gradient?[a] = Float(scale * ((p - q) + lambda * (p - p0)))
        }
        statistics[0] = 0
        statistics[1] = 0
        statistics[2] = max(0, kl)
        statistics[3] = expected
        statistics[4] = entropy
        statistics[5] = -expected
        statistics[6] = 0
    }
}
