import Glibc

// D action dimensions, K policy outputs.

/// A parametric q's loss for one state, L = −E_q[Q] + η KL(q‖π), with its gradient, in Double.
///
/// KL(q‖π) = ½ (μ_q−μ)ᵀ Σ⁻¹ (μ_q−μ) + ½ (tr(Σ⁻¹Σ_q) − D + ln |Σ|/|Σ_q|) exactly; E_q[Q] from samples a_j = μ_q + L_q z_j
/// of q, either through them (pathwise: ∂/∂μ = mean g_j, ∂/∂L = mean tril(g_j z_jᵀ), g = ∂Q/∂a) or by likelihood
/// ratios (∂/∂μ = mean A_j v_j, ∂/∂L = mean A_j (tril(v_j z_jᵀ) − diag(1/L)), v = L⁻ᵀz, A_j = Q_j less the others' mean).
struct VariationalObjective {
    let decoder: GaussianDecoder
    let eta: Double

    /// One state's samples: actions [N, D], Q [N] and, pathwise, ∂Q/∂a [N, D].
    struct Samples {
        let count: Int
        let actions: UnsafePointer<Float>
        let q: UnsafePointer<Float>
        let gradients: UnsafePointer<Float>?
    }

    /// KL(q‖π) of one state; leaves q's distribution in `scratch.mean`, `.factor`, π's factor in `.second`, and
    /// L⁻¹(μ_q−μ) in `.u`.
    func kl(outputs: UnsafePointer<Float>, reference: UnsafePointer<Float>, scratch: GaussianScratch) -> Double {
        let (size, triangle) = (decoder.size, decoder.triangle)
        decoder.decode(reference, mean: scratch.v, factor: scratch.second)
        decoder.decode(outputs, mean: scratch.mean, factor: scratch.factor)
        for d in 0..<size { scratch.u[d] = scratch.mean[d] - scratch.v[d] }
        triangle.solve(scratch.second, scratch.u)
        var squares = 0.0
        for d in 0..<size { squares += scratch.u[d] * scratch.u[d] }
        return 0.5 * squares + triangle.covarianceKL(scratch.second, scratch.factor, column: scratch.column)
    }

    /// Measures one state and writes the loss's gradient by the outputs times `scale`; returns KL and mean Q.
    func evaluate(
        outputs: UnsafePointer<Float>, reference: UnsafePointer<Float>, samples: Samples, scratch: GaussianScratch,
        gradient: UnsafeMutablePointer<Float>, scale: Double
    ) -> (kl: Double, q: Double) {
        let (size, triangle) = (decoder.size, decoder.triangle)
        let kl = kl(outputs: outputs, reference: reference, scratch: scratch)
        let (mean, factor, old) = (scratch.mean, scratch.factor, scratch.second)
        let (meanGradient, factorGradient, column) = (scratch.meanGradient, scratch.factorGradient, scratch.column)
        // η Σ⁻¹(μ_q−μ), and η (tril(Σ⁻¹L_q) − diag(1/L_q))
        triangle.solveTransposed(old, scratch.u)
        for d in 0..<size { meanGradient[d] = eta * scratch.u[d] }
        if triangle.isDiagonal {
            for d in 0..<size { factorGradient[d] = eta * (factor[d] / (old[d] * old[d]) - 1 / factor[d]) }
        } else {
            for j in 0..<size {
                for i in 0..<size { column[i] = i < j ? 0 : factor[TriangularFactor.at(i, j)] }
                triangle.solve(old, column)
                triangle.solveTransposed(old, column)
                for i in j..<size { factorGradient[TriangularFactor.at(i, j)] = eta * column[i] }
                factorGradient[TriangularFactor.at(j, j)] -= eta / factor[TriangularFactor.at(j, j)]
            }
        }
        var total = 0.0
        for j in 0..<samples.count { total += Double(samples.q[j]) }
        let average = total / Double(samples.count)
        let others = Double(max(1, samples.count - 1))
        for j in 0..<samples.count {
            let (z, direction) = (scratch.delta, scratch.v)
            for d in 0..<size { z[d] = Double(samples.actions[j * size + d]) - mean[d] }
            triangle.solve(factor, z)
            var weight = -1 / Double(samples.count)
            if let gradients = samples.gradients {
                for d in 0..<size { direction[d] = Double(gradients[j * size + d]) }
            } else {
                for d in 0..<size { direction[d] = z[d] }
                triangle.solveTransposed(factor, direction)
                // Q_j − mean of the others = (Q_j − mean of all) N/(N−1); alone there are no others.
                weight *= samples.count > 1
                    ? (Double(samples.q[j]) - average) * Double(samples.count) / others : Double(samples.q[j])
            }
            for d in 0..<size { meanGradient[d] += weight * direction[d] }
            for i in 0..<size {
                if triangle.isDiagonal {
                    factorGradient[i] += weight * direction[i] * z[i]
                } else {
                    for k in 0...i { factorGradient[TriangularFactor.at(i, k)] += weight * direction[i] * z[k] }
                }
                if samples.gradients == nil {
                    let place = triangle.isDiagonal ? i : TriangularFactor.at(i, i)
                    factorGradient[place] -= weight / factor[place]
                }
            }
        }
        decoder.pullBack(outputs, meanGradient: meanGradient, factorGradient: factorGradient, scale: scale, gradient)
        return (kl, average)
    }
}

/// The same over finitely many actions, where nothing is sampled: L = −Σ_a q_a Q_a + η Σ_a q_a (log q_a − log π_a).
struct CategoricalVariationalObjective {
    let head: CategoricalHead
    let eta: Double

    /// KL and E_q[Q] of one state; the gradient by logit a is q_a (f_a − Σ_b q_b f_b), f = −Q + η (log q − log π).
    func evaluate(
        outputs: UnsafePointer<Float>, logPrior: UnsafePointer<Float>, q values: UnsafePointer<Float>,
        scratch: UnsafeMutablePointer<Double>, gradient: UnsafeMutablePointer<Float>?, scale: Double
    ) -> (kl: Double, q: Double) {
        head.logProbabilities(outputs, scratch)
        var (kl, expected, mean) = (0.0, 0.0, 0.0)
        func term(_ a: Int) -> Double { -Double(values[a]) + eta * (scratch[a] - Double(logPrior[a])) }
        for a in 0..<head.actions {
            let p = exp(scratch[a])
            guard p > 0 else { continue }
            kl += p * (scratch[a] - Double(logPrior[a]))
            expected += p * Double(values[a])
            mean += p * term(a)
        }
        if let gradient {
            for a in 0..<head.actions {
                let p = exp(scratch[a])
                gradient[a] = p > 0 ? Float(scale * p * (term(a) - mean)) : 0
            }
        }
        return (max(0, kl), expected)
    }
}
