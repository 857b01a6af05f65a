import Glibc
import Support

extension DualSolver {
    /// Finds η*, the minimiser of g, by Newton's method on log η, safeguarded by a bracket.
    ///
    /// Solves log(mean KL/ε) = 0 in log η. That function is nearly linear where η is large (KL ≈ Var/2η²), so the
    /// start η₀ = √(mean Var_π(Q)/2ε) is close. The bracket is known beforehand: KL ≤ spread²/8η² (Hoeffding), and
    /// below a 1500th of the smallest gap between values every exponential but the best ones' is 0. A step that
    /// leaves the bracket, or one that fails to shrink the residual, is replaced by bisection.
    ///
    /// - Parameters:
    ///   - epsilon: the bound on mean_s KL(q_s‖π_s), in nats, above 0.
    ///   - warmStart: an η to begin at, such as the last step's.
    /// - Returns: the optimum; its residual |KL − ε|/ε is at most 1e-10 unless rounding forbids it.
    public func solve(epsilon: Double, warmStart: Double? = nil) throws -> DualOptimum {
        try requireLoaded()
        guard epsilon > 0, epsilon.isFinite else {
            throw Fault(
                "dual.epsilon", "the bound epsilon on the KL must be a finite number above 0, but it is \(SettingValue.number(epsilon).text)")
        }
        if reachableKL == 0 {
            return limit(longestRow == 1 ? .singleAction : .allEqual, epsilon: epsilon)
        }
        // Within rounding of the largest KL there is no telling the limit from a temperature.
        if epsilon >= reachableKL * (1 - 1e-13) { return limit(.greedy, epsilon: epsilon) }

        var low = log(smallestGap / 1500)
        var high = 0.5 * log(meanSquaredSpread / (8 * epsilon)) + 1e-9
        var t: Double
        if let warmStart, warmStart > 0, warmStart.isFinite {
            t = log(warmStart / unit)
        } else {
            t = 0.5 * log(meanPriorVariance() / (2 * epsilon))
        }
        if !(t > low && t < high) { t = 0.5 * (low + high) }

        var best = (t: t, residual: Double.infinity, means: DualMeans())
        var previous = Double.infinity
        var iterations = 0
        while iterations < 200 {
            iterations += 1
            let means = evaluate(exp(t))
            let residual = abs(means.kl - epsilon) / epsilon
            if residual < best.residual { best = (t, residual, means) }
            let excess = log(means.kl / epsilon)
            if excess == 0 { break }
            if excess > 0 { low = max(low, t) } else { high = min(high, t) }

            let step = excess * means.kl / means.variance
            if residual <= 1e-10, abs(step) <= 1e-12 { break }
            if high - low <= 4 * max(1, abs(t)).ulp { break }
            var next = t + step
            if !(next > low && next < high) || abs(excess) > 0.5 * previous && iterations > 2 {
                next = 0.5 * (low + high)
            }
            previous = abs(excess)
            t = next
        }
        let eta = exp(best.t)
        return DualOptimum(
            outcome: .active, epsilon: epsilon, eta: min(eta * unit, .greatestFiniteMagnitude),
            value: meanMaximum + unit * (eta * (epsilon + best.means.logMean)), kl: best.means.kl,
            reachableKL: reachableKL, iterations: iterations, residual: best.residual)
    }

    /// The minimum of g over η of at least `smallest`, nil for any η.
    func solve(epsilon: Double, warmStart: Double?, smallest: Double?) throws -> DualOptimum {
        let found = try solve(epsilon: epsilon, warmStart: warmStart)
        guard let smallest, found.eta < smallest, found.outcome == .active || found.outcome == .greedy else { return found }
        let point = try point(at: smallest, epsilon: epsilon)
        return DualOptimum(
            outcome: .floor, epsilon: epsilon, eta: point.eta, value: point.value, kl: point.kl, reachableKL: reachableKL,
            iterations: found.iterations, residual: abs(point.kl - epsilon) / epsilon)
    }

    /// The soft form: q ∝ π exp(Q/α) at a given temperature, without a bound.
    ///
    /// `value` is α · mean_s log E_π exp(Q_s/α) = mean_s (E_q[Q_s] − α KL_s).
    public func soft(temperature: Double) throws -> DualOptimum {
        let point = try point(at: temperature, epsilon: 0)
        return DualOptimum(
            outcome: .fixedTemperature, epsilon: nil, eta: temperature, value: point.value, kl: point.kl,
            reachableKL: reachableKL, iterations: 0, residual: 0)
    }

    private func limit(_ outcome: DualOutcome, epsilon: Double) -> DualOptimum {
        DualOptimum(
            outcome: outcome, epsilon: epsilon, eta: 0, value: meanMaximum, kl: reachableKL, reachableKL: reachableKL,
            iterations: 0, residual: 0)
    }

    /// mean_s Var_π(Q_s), in units of `unit`².
    private func meanPriorVariance() -> Double {
        var total = 0.0
        for s in 0..<states {
            let row = rows[s]
            let x = shifted + row.start
            let p = hasPrior ? prior + row.start : nil
            let uniform = 1 / Double(row.count)
            var mean = 0.0
            for j in 0..<row.count { mean += (p.map { $0[j] } ?? uniform) * x[j] }
            for j in 0..<row.count { total += (p.map { $0[j] } ?? uniform) * (x[j] - mean) * (x[j] - mean) }
        }
        return total / Double(states)
    }
}
