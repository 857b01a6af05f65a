import Glibc
import Networks
import Support
import Tensors

// S states, D action dimensions, K policy outputs.

/// KL(π_i‖π) at one state of an E-step, in its parts, in Double.
public struct StateDivergence: Hashable, Sendable {
    /// ½ (μ−μ_i)ᵀ Σ_i⁻¹ (μ−μ_i); 0 with finitely many actions.
    public var mean = 0.0
    /// ½ (tr(Σ⁻¹Σ_i) − D + ln |Σ|/|Σ_i|); 0 with finitely many actions.
    public var cov = 0.0
    /// In one piece.
    public var total = 0.0
    /// ln |Σ|/|Σ_i|.
    public var logDeterminantRatio = 0.0
    /// ‖μ − μ_i‖₂, in the policy's units.
    public var shift = 0.0
    /// (|Σ_i|)^(1/2D) and (|Σ|)^(1/2D): geometric means of the standard deviations.
    public var sigmaBefore = 0.0
    public var sigma = 0.0

    /// tr(Σ⁻¹Σ_i), of D dimensions.
    public func trace(_ size: Int) -> Double { 2 * cov + Double(size) - logDeterminantRatio }
}

extension EStep {
    /// The policy's outputs at the E-step's states, [S, K].
    public func outputs(of policy: Storage) throws -> Storage {
        guard policy.count == model.policyArchitecture.parameterCount else {
            throw Fault("mstep.estep", "this E-step was made with another policy or critic")
        }
        let outputs = Storage(count: stateCount * model.policyForm.outputs)
        let plan = try NetworkPlan(model.policyArchitecture, workers: .callingThread)
        try plan.forward(parameters: policy, input: .rows(states), rows: stateCount, outputs: outputs)
        return outputs
    }

    /// KL(π_i‖π) of every state, from the frozen reference policy π_i to a policy's parameters.
    ///
    /// Written apart from the M-step's own measure, state by state with the Gaussians' factors, so that the two check
    /// each other.
    public func divergences(of policy: Storage) throws -> [StateDivergence] {
        let outputs = try outputs(of: policy)
        switch model.policyForm {
        case .gaussian(let head):
            let (means, factors) = try head.decode(outputs: outputs, rows: stateCount)
            let (oldMeans, oldFactors) = try head.decode(outputs: referenceOutputs, rows: stateCount)
            return try (0..<stateCount).map { row in
                try Self.divergence(
                    head.actionSize, row, means: oldMeans, factors: oldFactors, newMeans: means, newFactors: factors)
            }
        case .categorical(let head):
            return (0..<stateCount).map { row in
                let old = Self.logProbabilities(head, referenceOutputs, row)
                let new = Self.logProbabilities(head, outputs, row)
                var result = StateDivergence()
                // KL ≥ 0; rounding may say otherwise where the two are the same.
                result.total = max(0, zip(old, new).reduce(0) { $0 + exp($1.0) * ($1.0 - $1.1) })
                return result
            }
        }
    }

    /// The largest share 2⁻ᵏ of the way from one policy to another at which these KLs are within their bounds; nil if
    /// even 2⁻¹⁰ of it is too much.
    public func largestShare(
        from base: Storage, to policy: Storage, within bounds: [(quantity: ConstrainedQuantity, bound: Double)]
    ) throws -> Double? {
        var share = 1.0
        for _ in 0...10 {
            let candidate = share == 1 ? policy : try blended(target: base, source: policy, tau: share)
            let states = try divergences(of: candidate)
            let isWithin = bounds.allSatisfy { entry in
                states.reduce(0) { $0 + $1[entry.quantity] } / Double(states.count) <= entry.bound
            }
            if isWithin { return share }
            share /= 2
        }
        return nil
    }

    private static func divergence(
        _ size: Int, _ row: Int, means: Storage, factors: Storage, newMeans: Storage, newFactors: Storage
    ) throws -> StateDivergence {
        func vector(_ storage: Storage) -> [Double] { (0..<size).map { Double(storage.pointer[row * size + $0]) } }
        func rows(_ storage: Storage) -> [[Double]] {
            (0..<size).map { i in (0..<size).map { Double(storage.pointer[(row * size + i) * size + $0]) } }
        }
        let (mean0, mean1) = (vector(means), vector(newMeans))
        let (factor0, factor1) = (try GaussianFactor(rows(factors)), try GaussianFactor(rows(newFactors)))
        let kl = try GaussianKL(mean0: mean0, factor0: factor0, mean1: mean1, factor1: factor1)
        var result = StateDivergence()
        result.mean = kl.mean
        result.cov = kl.cov
        result.total = kl.total
        let before = factor0.diagonal.reduce(0) { $0 + log($1) }
        let after = factor1.diagonal.reduce(0) { $0 + log($1) }
        result.logDeterminantRatio = 2 * (after - before)
        result.shift = zip(mean0, mean1).reduce(0) { $0 + ($1.1 - $1.0) * ($1.1 - $1.0) }.squareRoot()
        result.sigmaBefore = exp(before / Double(size))
        result.sigma = exp(after / Double(size))
        return result
    }

    private static func logProbabilities(_ head: CategoricalHead, _ outputs: Storage, _ row: Int) -> [Double] {
        var result = [Double](repeating: 0, count: head.actions)
        result.withUnsafeMutableBufferPointer { result in
            if let base = result.baseAddress { head.logProbabilities(outputs.pointer + row * head.actions, base) }
        }
        withExtendedLifetime(outputs) {}
        return result
    }
}

extension StateDivergence {
    /// The part that a constraint speaks of.
    public subscript(_ quantity: ConstrainedQuantity) -> Double {
        switch quantity {
        case .klMean: mean
        case .klCov: cov
        case .klTotal, .kl: total
        }
    }
}

extension EStep {
    /// How far the Q values of one state differ among its actions, and the states' mean values among each other: roots of
    /// the mean variances, in the unit of Q.
    ///
    /// The E-step sees the first alone; a critic fits both. Under π where the actions are finitely many.
    public var spreads: (within: Double, between: Double) {
        let n = actionCount
        var variance = 0.0
        var means: [Double] = []
        for s in 0..<stateCount {
            func weight(_ j: Int) -> Double { prior.map { Double($0.pointer[s * n + j]) } ?? 1 / Double(n) }
            let values = (0..<n).map { Double(q.pointer[s * n + $0]) }
            let total = (0..<n).reduce(0) { $0 + weight($1) }
            let mean = (0..<n).reduce(0) { $0 + weight($1) * values[$1] } / total
            variance += (0..<n).reduce(0) { $0 + weight($1) * (values[$1] - mean) * (values[$1] - mean) } / total
            means.append(mean)
        }
        let count = Double(max(1, stateCount))
        let centre = means.reduce(0, +) / count
        let between = means.reduce(0) { $0 + ($1 - centre) * ($1 - centre) } / count
        withExtendedLifetime((q, prior)) {}
        return ((variance / count).squareRoot(), between.squareRoot())
    }
}
