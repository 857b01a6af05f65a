import Environments
import Support

/// The exact M-step of a tabular policy: it maximises E_q[log p_θ(τ)] − λ Σ_s w(s) KL(π(·|s) ‖ π_θ(·|s)).
///
/// With w(s,a) = Σ_t q(s_t=s, a_t=a) and w(s) its sum over a, π_θ(a|s) = (w(s,a) + λ w(s) π(a|s)) / ((1 + λ) w(s)). At
/// λ = 0 that is maximum likelihood; the penalty is the MAP form with a prior around the old policy. After the
/// E-step (a) neither lowers the evidence. States that q never visits keep the old policy.
public struct ExactMStep: Sendable {
    /// π_θ, S × N.
    public let policy: [[Double]]
    /// w(s), S numbers.
    public let visits: [Double]

    public init(_ q: TrajectoryDistribution, marginals: Marginals, lambda: Double = 0) throws {
        guard lambda >= 0, lambda.isFinite else {
            throw Fault("inference.lambda", "a lambda of 0 or more was wanted, \(lambda.plain) was given")
        }
        let weights = marginals.actionWeights
        visits = weights.map { $0.reduce(0, +) }
        let old = try Self.stationary(q.prior, weights: marginals)
        policy = weights.enumerated().map { s, row in
            let total = row.reduce(0, +)
            guard total > 0 else { return old[s] }
            let new = row.enumerated().map { a, w in (w / total + lambda * old[s][a]) / (1 + lambda) }
            let sum = new.reduce(0, +)
            return new.map { $0 / sum }
        }
    }

    /// One table for the old policy: where it changes with time, the mean over the steps, weighted by q's visits.
    private static func stationary(_ policy: StagePolicy, weights: Marginals) throws -> [[Double]] {
        let tables = policy.tables
        guard let first = tables.first, tables.count > 1 else { return tables.first ?? [] }
        let (S, N) = (policy.stateCount, policy.actionCount)
        return (0..<S).map { s in
            let visits = tables.indices.map { weights.running[$0 * S + s] }
            let total = visits.reduce(0, +)
            guard total > 0 else { return first[s] }
            return (0..<N).map { a in zip(tables, visits).reduce(0) { $0 + $1.1 * $1.0[s][a] } / total }
        }
    }
}
