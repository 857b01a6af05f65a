import CKernels
import Glibc
import Support

/// What one state adds to the dual at one temperature.
struct DualRowTerms {
    /// log E_π exp((Q_s − max Q_s)/η).
    var logMean: Double
    /// KL(q_s‖π_s).
    var kl: Double
    /// Var_q(Q_s/η).
    var variance: Double
}

/// Means over the states at one temperature, in the solver's unit.
struct DualMeans {
    var logMean = 0.0
    var kl = 0.0
    var variance = 0.0
}

extension DualSolver {
    /// g, g′, g″ and the mean KL at the temperature η.
    public func point(at eta: Double, epsilon: Double) throws -> DualPoint {
        try requireLoaded()
        try Self.requireTemperature(eta)
        let scaled = eta / unit
        let means = evaluate(scaled)
        return DualPoint(
            eta: eta, value: meanMaximum + eta * (epsilon + means.logMean), slope: epsilon - means.kl,
            curvature: means.variance / eta, kl: means.kl)
    }

    func requireLoaded() throws {
        guard states > 0 else { throw Fault("dual.empty", "the dual was asked before any Q values were loaded") }
    }

    static func requireTemperature(_ eta: Double) throws {
        guard eta > 0, eta.isFinite else {
            throw Fault("dual.temperature", "the temperature must be a finite number above 0, but it is \(eta)")
        }
    }

    /// The means over all states at temperature `eta`, in units of `unit`; fills `exponentials`.
    func evaluate(_ eta: Double) -> DualMeans {
        let inverse = 1 / eta
        mpo_dual_exponentials(shifted, inverse, exponentials, Int64(elements))
        var means = DualMeans()
        for s in 0..<states {
            let terms = terms(of: rows[s], inverse: inverse)
            means.logMean += terms.logMean
            means.kl += terms.kl
            means.variance += terms.variance
        }
        let weight = 1 / Double(states)
        means.logMean *= weight
        means.kl *= weight
        means.variance *= weight
        return means
    }

    func terms(of row: DualRow, inverse: Double) -> DualRowTerms {
        if row.spread == 0 { return DualRowTerms(logMean: 0, kl: 0, variance: 0) }
        if row.spread * inverse < 0.5 { return nearlyUniformTerms(of: row, inverse: inverse) }
        let x = shifted + row.start
        let e = exponentials + row.start
        let n = row.count
        var sum = 0.0
        var first = 0.0
        var second = 0.0
        if hasPrior {
            let p = prior + row.start
            for j in 0..<n {
                let w = p[j] * e[j]
                sum += w
                first += w * x[j]
            }
            let mean = first / sum
            for j in 0..<n {
                let d = x[j] - mean
                second += p[j] * e[j] * d * d
            }
        } else {
            for j in 0..<n {
                sum += e[j]
                first += e[j] * x[j]
            }
            let mean = first / sum
            for j in 0..<n {
                let d = x[j] - mean
                second += e[j] * d * d
            }
        }
        let logMean = log(hasPrior ? sum : sum / Double(n))
        return DualRowTerms(
            logMean: logMean, kl: max(0, first / sum * inverse - logMean), variance: second / sum * inverse * inverse)
    }

    /// The same where no value lies further than η/2 below the maximum.
    ///
    /// With y = Q/η about its mean under π, Z = 1 + u, u = E_π[e^y − 1 − y] and KL = E_π[y (e^y − 1)]/Z − log(1 + u):
    /// every term is of second order, so a KL of 1e-12 still has all its digits.
    private func nearlyUniformTerms(of row: DualRow, inverse: Double) -> DualRowTerms {
        let x = shifted + row.start
        let p = hasPrior ? prior + row.start : nil
        let n = row.count
        let uniform = 1 / Double(n)
        var mean = 0.0
        if let p { for j in 0..<n { mean += p[j] * x[j] } } else {
            for j in 0..<n { mean += x[j] }
            mean *= uniform
        }
        var u = 0.0
        var cross = 0.0
        var second = 0.0
        for j in 0..<n {
            let y = (x[j] - mean) * inverse
            let square = (p.map { $0[j] } ?? uniform) * y * y
            let phi = Self.secondOrderExponential(y)
            u += square * phi
            cross += square * (1 + y * phi)
            second += square * (1 + y + y * y * phi)
        }
        let total = 1 + u
        let tilt = cross / total
        let logTotal = log1p(u)
        return DualRowTerms(
            logMean: mean * inverse + logTotal, kl: max(0, tilt - logTotal), variance: second / total - tilt * tilt)
    }

    /// (e^y − 1 − y)/y² for |y| ≤ 0.5, by its series; the first term left out is below 3e-17.
    private static func secondOrderExponential(_ y: Double) -> Double {
        var q = 1.0 / 1_307_674_368_000
        q = q * y + 1.0 / 87_178_291_200
        q = q * y + 1.0 / 6_227_020_800
        q = q * y + 1.0 / 479_001_600
        q = q * y + 1.0 / 39_916_800
        q = q * y + 1.0 / 3_628_800
        q = q * y + 1.0 / 362_880
        q = q * y + 1.0 / 40_320
        q = q * y + 1.0 / 5_040
        q = q * y + 1.0 / 720
        q = q * y + 1.0 / 120
        q = q * y + 1.0 / 24
        q = q * y + 1.0 / 6
        return q * y + 0.5
    }
}
