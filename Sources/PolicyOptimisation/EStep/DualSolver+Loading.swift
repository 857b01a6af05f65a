import Glibc
import Support

extension DualSolver {
    /// Takes rows of Q values, and optionally the probabilities of the policy that q is measured against.
    ///
    /// - Parameters:
    ///   - values: Q [S][N_s]; rows may differ in length.
    ///   - prior: π [S][N_s], or one row for all states; nil means that the actions are samples of π, 1/N each.
    /// - Throws: `Fault` naming state and action where a value is NaN or infinite, a row is empty, or a prior
    ///   is negative or does not sum to 1.
    public func load(_ values: [[Double]], prior priorRows: [[Double]]? = nil) throws {
        states = 0
        guard !values.isEmpty else {
            throw Fault("dual.empty", "the dual needs Q values of at least one state, but there are none")
        }
        if let priorRows, priorRows.count != values.count, priorRows.count != 1 {
            throw Fault(
                "dual.shape",
                "the prior has \(priorRows.count) rows, but there are Q values of \(values.count) states",
                hint: "give a row of probabilities for each state, or a single row for all of them")
        }
        var total = 0
        for (s, row) in values.enumerated() {
            guard !row.isEmpty else {
                throw Fault("dual.empty", "state \(s) has no Q values; each state needs at least one action")
            }
            if let p = priorRows.map({ $0[$0.count == 1 ? 0 : s] }), p.count != row.count {
                throw Fault(
                    "dual.shape", "state \(s) has \(row.count) Q values, but its prior has \(p.count) probabilities")
            }
            total += row.count
        }
        try reserve(states: values.count, elements: total)
        var start = 0
        for (s, row) in values.enumerated() {
            row.withUnsafeBufferPointer { (shifted + start).update(from: $0.baseAddress!, count: $0.count) }
            priorRows?[priorRows?.count == 1 ? 0 : s].withUnsafeBufferPointer {
                (prior + start).update(from: $0.baseAddress!, count: $0.count)
            }
            rows[s] = DualRow(start: start, count: row.count, maximum: 0, spread: 0, reachableKL: 0)
            start += row.count
        }
        hasPrior = priorRows != nil
        try prepare(states: values.count, elements: total)
    }

    /// Takes S × N single-precision Q values in row-major order; `prior` likewise.
    public func load(
        _ values: UnsafePointer<Float>, states count: Int, actions: Int, prior priorValues: UnsafePointer<Float>? = nil
    ) throws {
        states = 0
        guard count > 0, actions > 0 else {
            throw Fault("dual.empty", "the dual needs Q values, but there are \(count) states × \(actions) actions")
        }
        let (total, overflow) = count.multipliedReportingOverflow(by: actions)
        guard !overflow else { throw Fault("dual.shape", "\(count) states × \(actions) actions are too many") }
        try reserve(states: count, elements: total)
        let x = shifted
        for i in 0..<total { x[i] = Double(values[i]) }
        if let priorValues {
            let p = prior
            for i in 0..<total { p[i] = Double(priorValues[i]) }
        }
        for s in 0..<count {
            rows[s] = DualRow(start: s * actions, count: actions, maximum: 0, spread: 0, reachableKL: 0)
        }
        hasPrior = priorValues != nil
        try prepare(states: count, elements: total)
    }

    /// Checks and normalises what `shifted` and `prior` hold; on success the solver is loaded.
    private func prepare(states count: Int, elements total: Int) throws {
        let x = shifted
        let largest = try largestMagnitude(states: count)
        if hasPrior { try normalisePrior(states: count) }

        // Differences of values near the largest Double would overflow: such values are halved often first.
        let shrink = largest > 0x1p1000
        let scale = shrink ? 0x1p-100 : 1.0
        var widest = 0.0
        var sumOfMaxima = 0.0
        let weight = 1 / Double(count)
        longestRow = 0
        for s in 0..<count {
            let row = rows[s]
            let values = x + row.start
            let p = hasPrior ? prior + row.start : nil
            var maximum = -Double.infinity
            for j in 0..<row.count where p.map({ $0[j] > 0 }) ?? true { maximum = max(maximum, values[j]) }
            for j in 0..<row.count {
                let possible = p.map { $0[j] > 0 } ?? true
                values[j] = possible ? values[j] * scale - maximum * scale : 0
                widest = max(widest, -values[j])
            }
            rows[s].maximum = maximum
            sumOfMaxima += maximum * weight
            longestRow = max(longestRow, row.count)
        }
        meanMaximum = sumOfMaxima

        let exponent = min(1023, max(-1000, (widest > 0 ? Int(widest.exponent) : 0) + (shrink ? 100 : 0)))
        unit = scalbn(1, Int32(exponent))
        measureRows(states: count, factor: scalbn(1, Int32((shrink ? 100 : 0) - exponent)))
        states = count
        elements = total
    }

    private func measureRows(states count: Int, factor: Double) {
        var gap = Double.infinity
        var squares = 0.0
        var reachable = 0.0
        for s in 0..<count {
            let row = rows[s]
            let values = shifted + row.start
            let p = hasPrior ? prior + row.start : nil
            var spread = 0.0
            var mass = 0.0
            var other = 0.0
            for j in 0..<row.count {
                let v = values[j] * factor
                values[j] = v
                spread = max(spread, -v)
                let probability = p.map { $0[j] } ?? 1
                if v == 0 { mass += probability } else { other += probability; gap = min(gap, -v) }
            }
            rows[s].spread = spread
            // log1p keeps it exactly 0 where all values are equal, and exact where the best action is nearly sure.
            rows[s].reachableKL = log1p(other / mass)
            reachable += rows[s].reachableKL
            squares += spread * spread
        }
        smallestGap = gap
        meanSquaredSpread = squares / Double(count)
        reachableKL = reachable / Double(count)
    }

    private func largestMagnitude(states count: Int) throws -> Double {
        var largest = 0.0
        for s in 0..<count {
            let row = rows[s]
            let values = shifted + row.start
            for j in 0..<row.count {
                let v = abs(values[j])
                guard v <= Double.greatestFiniteMagnitude else {
                    let what = values[j].isNaN ? "NaN" : values[j] > 0 ? "infinite" : "minus infinite"
                    throw Fault(
                        "dual.not-finite", "Q of state \(s), action \(j) is \(what); the E-step needs finite values",
                        hint: "a critic that diverged gives such values: undo, or lower its learning rate")
                }
                largest = max(largest, v)
            }
        }
        return largest
    }

    private func normalisePrior(states count: Int) throws {
        for s in 0..<count {
            let row = rows[s]
            let p = prior + row.start
            var sum = 0.0
            for j in 0..<row.count {
                guard p[j] >= 0, p[j].isFinite else {
                    throw Fault(
                        "dual.prior", "the prior of state \(s), action \(j) is \(p[j]); a probability was wanted")
                }
                sum += p[j]
            }
            guard abs(sum - 1) <= 1e-5 else {
                throw Fault(
                    "dual.prior", "the prior of state \(s) sums to \(sum); probabilities that sum to 1 were wanted",
                    hint: "divide each row by its sum")
            }
            for j in 0..<row.count { p[j] /= sum }
        }
    }
}
