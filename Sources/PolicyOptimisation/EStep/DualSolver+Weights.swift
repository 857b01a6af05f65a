import CKernels
import Glibc
import Support

extension DualSolver {
    /// Writes w_sj = π_sj exp(Q_sj/η)/Z_s as single precision, and returns the sums over them.
    ///
    /// - Parameters:
    ///   - eta: the temperature; 0 is the greedy limit, the prior restricted to each state's best actions.
    ///   - kl: room for S numbers, KL(q_s‖π_s), or nil.
    ///   - ess: room for S numbers, 1/Σ_j w_sj², or nil.
    @discardableResult
    public func writeWeights(
        eta: Double, into weights: UnsafeMutablePointer<Float>, kl: UnsafeMutablePointer<Double>? = nil,
        ess: UnsafeMutablePointer<Double>? = nil
    ) throws -> DualWeightsSummary {
        try eachWeight(eta: eta, kl: kl, ess: ess) { index, weight in weights[index] = Float(weight) }
    }

    /// Solves exactly and returns everything, weights and per-state numbers included.
    public func solution(epsilon: Double, warmStart: Double? = nil) throws -> DualSolution {
        try solution(of: solve(epsilon: epsilon, warmStart: warmStart))
    }

    /// The weights and per-state numbers at a temperature that was found or given.
    public func solution(of optimum: DualOptimum) throws -> DualSolution {
        try requireLoaded()
        var flat = [Double](repeating: 0, count: elements)
        var kl = [Double](repeating: 0, count: states)
        var ess = [Double](repeating: 0, count: states)
        let summary = try flat.withUnsafeMutableBufferPointer { flat in
            try kl.withUnsafeMutableBufferPointer { kl in
                try ess.withUnsafeMutableBufferPointer { ess in
                    try eachWeight(eta: optimum.eta, kl: kl.baseAddress, ess: ess.baseAddress) { flat[$0] = $1 }
                }
            }
        }
        let weights = (0..<states).map { Array(flat[rows[$0].start..<rows[$0].start + rows[$0].count]) }
        return DualSolution(optimum: optimum, summary: summary, weights: weights, klPerState: kl, essPerState: ess)
    }

    private func eachWeight(
        eta: Double, kl: UnsafeMutablePointer<Double>?, ess: UnsafeMutablePointer<Double>?,
        _ write: (Int, Double) -> Void
    ) throws -> DualWeightsSummary {
        try requireLoaded()
        if eta != 0 { try Self.requireTemperature(eta) }
        // A temperature too small for exp(x/η) to be told from its limit is the limit.
        let inverse = eta == 0 ? .infinity : 1 / (eta / unit)
        let greedy = !(inverse < .greatestFiniteMagnitude)
        if !greedy { mpo_dual_exponentials(shifted, inverse, exponentials, Int64(elements)) }

        var totalKL = 0.0
        var totalESS = 0.0
        var advantage = 0.0
        var priorAdvantage = 0.0
        var largest = 0.0
        for s in 0..<states {
            let row = rows[s]
            let x = shifted + row.start
            let e = exponentials + row.start
            let p = hasPrior ? prior + row.start : nil
            let uniform = 1 / Double(row.count)
            var sum = 0.0
            for j in 0..<row.count {
                let tilt = greedy ? (x[j] == 0 ? 1 : 0) : e[j]
                let w = (p.map { $0[j] } ?? uniform) * tilt
                e[j] = w
                sum += w
            }
            var squares = 0.0
            for j in 0..<row.count {
                let w = e[j] / sum
                squares += w * w
                advantage += w * x[j]
                priorAdvantage += (p.map { $0[j] } ?? uniform) * x[j]
                largest = max(largest, w)
                write(row.start + j, w)
            }
            // The row's exponentials now hold weights, so its KL comes from a fresh evaluation where one is needed.
            let rowKL = greedy ? row.reachableKL : rowKL(row, inverse: inverse)
            totalKL += rowKL
            totalESS += 1 / squares
            kl?[s] = rowKL
            ess?[s] = 1 / squares
        }
        let share = 1 / Double(states)
        return DualWeightsSummary(
            kl: totalKL * share, ess: totalESS * share, expectedQ: meanMaximum + unit * (advantage * share),
            priorQ: meanMaximum + unit * (priorAdvantage * share), largestWeight: largest)
    }

    private func rowKL(_ row: DualRow, inverse: Double) -> Double {
        mpo_dual_exponentials(shifted + row.start, inverse, exponentials + row.start, Int64(row.count))
        return terms(of: row, inverse: inverse).kl
    }
}
