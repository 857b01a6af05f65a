import Glibc

// S states, N actions a state, D action dimensions, K policy outputs.

/// The M-step's loss for one state of a Gaussian policy, with its gradient, in Double.
///
/// With q's weights a state's samples enter through two moments alone: b = Σ_j w_j a_j − μ_i and
/// M = Σ_j w_j (a_j−μ_i)(a_j−μ_i)ᵀ. Decoupled, the weighted log-likelihood is taken twice:
///   L = −E_q log N(a; μ, Σ_i) − E_q log N(a; μ_i, Σ) + Σ_d λ_μ KL_μ + λ_Σ KL_Σ;
/// joint: L = −E_q log N(a; μ, Σ) + λ KL(π_i‖π).
/// Source: Abdolmaleki et al. 2018 (arXiv 1812.02256), section 4.2.
struct GaussianObjective {
    let decoder: GaussianDecoder
    let isJoint: Bool
    /// λ of mean and covariance, a number for each dimension; with the joint form `mean[0]` alone counts.
    let lambdaMean: [Double]
    let lambdaCov: [Double]

    /// Numbers that are prepared for a state: μ_i, L_i, b, M, tr(Σ_i⁻¹M), ln |L_i|.
    static func targetSize(_ head: GaussianHead) -> Int { 2 * head.actionSize + 2 * head.factorSize + 2 }
    /// Numbers measured for a state: seven means and two KLs a dimension.
    static func statisticsSize(_ head: GaussianHead) -> Int { 7 + 2 * head.actionSize }

    /// Prepares one state: `outputs` are the reference policy's, `weights` sum to 1.
    static func prepare(
        _ decoder: GaussianDecoder, outputs: UnsafePointer<Float>, actions: UnsafePointer<Float>,
        weights: UnsafePointer<Float>, count: Int, scratch: GaussianScratch, _ target: UnsafeMutablePointer<Double>
    ) {
        let size = decoder.size
        let triangle = decoder.triangle
        let mean = target
        let factor = mean + size
        let b = factor + triangle.count
        let moment = b + size
        decoder.decode(outputs, mean: mean, factor: factor)
        b.update(repeating: 0, count: size)
        moment.update(repeating: 0, count: triangle.count)
        let x = scratch.u
        var total = 0.0
        for j in 0..<count {
            let w = Double(weights[j])
            total += w
            for d in 0..<size {
                x[d] = Double(actions[j * size + d]) - mean[d]
                b[d] += w * x[d]
            }
            triangle.addOuter(w, x, x, moment)
        }
        // Single-precision weights sum to 1 within rounding: exactly so from here on.
        for d in 0..<size { b[d] /= total }
        for i in 0..<triangle.count { moment[i] /= total }
        triangle.whiten(factor, moment, scratch.matrix, column: scratch.column)
        moment[triangle.count] = triangle.trace(scratch.matrix)
        moment[triangle.count + 1] = triangle.logDeterminant(factor)
    }

    /// Measures one state and, if `gradient` is given, writes the loss's gradient by the outputs times `scale`.
    func evaluate(
        outputs: UnsafePointer<Float>, target: UnsafePointer<Double>, scratch: GaussianScratch,
        statistics: UnsafeMutablePointer<Double>, gradient: UnsafeMutablePointer<Float>?, scale: Double
    ) {
        let size = decoder.size
        let triangle = decoder.triangle
        let meanOld = target
        let factorOld = meanOld + size
        let b = factorOld + triangle.count
        let moment = b + size
        let (mean, factor) = (scratch.mean, scratch.factor)
        decoder.decode(outputs, mean: mean, factor: factor)

        let (delta, u, v) = (scratch.delta, scratch.u, scratch.v)
        for d in 0..<size {
            delta[d] = mean[d] - meanOld[d]
            u[d] = delta[d]
            v[d] = b[d]
        }
        triangle.solve(factorOld, u)
        triangle.solve(factorOld, v)
        var uu = 0.0
        var uv = 0.0
        for d in 0..<size {
            uu += u[d] * u[d]
            uv += u[d] * v[d]
            statistics[7 + d] = triangle.isDiagonal ? 0.5 * u[d] * u[d] : 0
            statistics[7 + size + d] = 0
        }
        let klCov = triangle.covarianceKL(
            factor, factorOld, column: scratch.column, perDimension: statistics + 7 + size)
        let constant = decoder.normaliser
        let logDeterminant = triangle.logDeterminant(factor)
        triangle.whiten(factor, moment, scratch.matrix, column: scratch.column)
        let trace = triangle.trace(scratch.matrix)

        let meanGradient = scratch.meanGradient
        if gradient != nil, !isJoint {
            for d in 0..<size { meanGradient[d] = (1 + lambdaMean[d]) * u[d] - v[d] }
            triangle.solveTransposed(factorOld, meanGradient)
        }
        // From here on by Σ itself: the joint quantities.
        for d in 0..<size {
            u[d] = delta[d]
            v[d] = b[d]
        }
        triangle.solve(factor, u)
        triangle.solve(factor, v)
        var jointUU = 0.0
        var jointUV = 0.0
        for d in 0..<size {
            jointUU += u[d] * u[d]
            jointUV += u[d] * v[d]
        }
        statistics[0] = 0.5 * uu
        statistics[1] = klCov
        statistics[2] = 0.5 * jointUU + klCov
        statistics[3] = -0.5 * (trace - 2 * jointUV + jointUU) - logDeterminant - constant
        statistics[4] = 0.5 * Double(size) + constant + logDeterminant
        statistics[5] = 0.5 * (moment[triangle.count] - 2 * uv + uu) + moment[triangle.count + 1] + constant
        statistics[6] = 0.5 * trace + logDeterminant + constant

        guard let gradient else { return }
        // ½ tr(Σ⁻¹A) + c ln |L| with A = M + λ Σ_i (+ the mean's terms if joint)
        let second = scratch.second
        triangle.square(factorOld, second)
        let factorGradient = scratch.factorGradient
        if isJoint {
            let lambda = lambdaMean[0]
            for i in 0..<triangle.count { second[i] = moment[i] + lambda * second[i] }
            triangle.addOuter(-2, b, delta, second)
            triangle.addOuter(1 + lambda, delta, delta, second)
            for d in 0..<size { meanGradient[d] = (1 + lambda) * u[d] - v[d] }
            triangle.solveTransposed(factor, meanGradient)
        } else if triangle.isDiagonal {
            for d in 0..<size { second[d] = moment[d] + lambdaCov[d] * second[d] }
        } else {
            for i in 0..<triangle.count { second[i] = moment[i] + lambdaCov[0] * second[i] }
        }
        factorGradient.update(repeating: 0, count: triangle.count)
        triangle.whiten(factor, second, scratch.matrix, column: scratch.column)
        triangle.addTraceGradient(factor, scratch.matrix, factorGradient, column: scratch.column)
        for d in 0..<size {
            let lambda = isJoint ? lambdaMean[0] : lambdaCov[triangle.isDiagonal ? d : 0]
            let place = triangle.isDiagonal ? d : TriangularFactor.at(d, d)
            factorGradient[place] += (1 + lambda) / factor[place]
        }
        decoder.pullBack(
            outputs, meanGradient: meanGradient, factorGradient: factorGradient, scale: scale, gradient)
    }
}
