import Environments
import Glibc
import Support

/// Control as inference on a finite MDP: p(O=1|τ) ∝ exp(R(τ)/α), R = Σ_t r_t, undiscounted, T steps.
///
/// The constant that would make p(O=1|τ) a probability is dropped, so the evidence is log E_π[exp(R/α)] and may exceed 0.
/// Source: Levine 2018 (arXiv 1805.00909); Abdolmaleki et al. 2018 (arXiv 1806.06920), section 3.
public struct InferenceProblem: Sendable {
    public let model: FiniteHorizonModel
    /// π
    public let policy: StagePolicy
    /// α, in the unit of the rewards.
    public let alpha: Double

    public init(_ model: FiniteHorizonModel, policy: StagePolicy, alpha: Double) throws {
        guard alpha > 0, alpha.isFinite else {
            throw Fault("inference.alpha", "an alpha above 0 was wanted, \(alpha.plain) was given", hint: "alpha is in the unit of the rewards")
        }
        guard model.largestReward / alpha * Double(model.horizon) < 1e300 else {
            throw Fault("inference.alpha", "alpha \(alpha.plain) is too small: a return over alpha is beyond what a number holds")
        }
        try policy.check(model)
        self.model = model
        self.policy = policy
        self.alpha = alpha
    }

    /// log p_π(O=1) = log E_π[exp(R/α)], by the backward pass alone.
    public func evidence(_ cancellation: CancellationToken? = nil) throws -> Double {
        let (S, N) = (model.stateCount, model.actionCount)
        var after = [Double](repeating: 0, count: S)
        var values = after
        var q = [Double](repeating: 0, count: N)
        for t in (0..<model.horizon).reversed() {
            try cancellation?.check()
            let base = policy.base(t)
            for s in 0..<S where model.isLive[s] {
                for a in 0..<N { q[a] = tiltedValue(s, a, after, alpha) }
                values[s] = Divergence.logSum(0..<N, weight: { policy.table[base + s * N + $0] }, value: { q[$0] })
            }
            after = values
        }
        return Divergence.logSum(0..<S, weight: { model.start[$0] }, value: { after[$0] })
    }

    /// log Σ_o p(o|s,a) exp(r/η + V(s′)), V the value after the step.
    private func tiltedValue(_ s: Int, _ a: Int, _ after: [Double], _ eta: Double) -> Double {
        Divergence.logSum(model.range(s, a), weight: { model.outcomes[$0].probability }) { k in
            let outcome = model.outcomes[k]
            return outcome.reward / eta + (outcome.terminates ? 0 : after[outcome.next])
        }
    }

    /// q(τ) ∝ p_π(τ) exp(R(τ)/η) by forward–backward; at η = α the posterior p(τ|O=1).
    ///
    /// Backward, V_t(s) = log E_π[exp(Σ_{k≥t} r_k/η) | s_t = s]; then q_t(a|s) = π_t(a|s) exp(Q_t(s,a) − V_t(s)) and
    /// q_t(o|s,a) = p(o|s,a) exp(r/η + V_{t+1}(s′) − Q_t(s,a)): it tilts the dynamics, too.
    public func tilted(temperature eta: Double, _ cancellation: CancellationToken? = nil) throws -> TrajectoryDistribution {
        let (T, S, N, K) = (model.horizon, model.stateCount, model.actionCount, model.outcomeCount)
        var q = try TrajectoryDistribution(model, policy: policy)
        q.outcomes = [Double](repeating: 0, count: T * K)
        q.outcomeRatio = q.outcomes
        for t in 0..<T { for k in 0..<K { q.outcomes[t * K + k] = model.outcomes[k].probability } }
        var after = [Double](repeating: 0, count: S)
        var values = after
        for t in (0..<T).reversed() {
            try cancellation?.check()
            for s in 0..<S where model.isLive[s] {
                for a in 0..<N {
                    let value = tiltedValue(s, a, after, eta)
                    q.actionRatio[q.place(t, s, a)] = value
                    for k in model.range(s, a) {
                        let outcome = model.outcomes[k]
                        q.outcomeRatio[t * K + k] =
                            outcome.reward / eta + (outcome.terminates ? 0 : after[outcome.next]) - value
                    }
                    Self.normalise(
                        &q.outcomes, &q.outcomeRatio, from: t * K + model.range(s, a).lowerBound,
                        count: model.range(s, a).count
                    ) { model.outcomes[model.range(s, a).lowerBound + $0].probability }
                }
                values[s] = settle(&q, t, s, N)
            }
            after = values
        }
        let evidence = Divergence.logSum(0..<S, weight: { model.start[$0] }, value: { after[$0] })
        for s in 0..<S where model.start[s] > 0 { q.startRatio[s] = after[s] - evidence }
        Self.normalise(&q.start, &q.startRatio, from: 0, count: S) { model.start[$0] }
        return q
    }

    /// The best q over time-dependent policies with the true dynamics: it maximises E_q[R]/η − KL(q‖p_π).
    ///
    /// Backward, Q_t(s,a) = Σ_o p(o|s,a) (r/η + V_{t+1}(s′)), a mean where the posterior has a log-mean-exp, and
    /// V_t(s) = log Σ_a π_t(a|s) exp Q_t(s,a).
    public func controlled(temperature eta: Double, _ cancellation: CancellationToken? = nil) throws -> TrajectoryDistribution {
        let (S, N) = (model.stateCount, model.actionCount)
        var q = try TrajectoryDistribution(model, policy: policy)
        var after = [Double](repeating: 0, count: S)
        var values = after
        for t in (0..<model.horizon).reversed() {
            try cancellation?.check()
            for s in 0..<S where model.isLive[s] {
                for a in 0..<N {
                    var value = 0.0
                    for k in model.range(s, a) {
                        let outcome = model.outcomes[k]
                        value += outcome.probability * (outcome.reward / eta + (outcome.terminates ? 0 : after[outcome.next]))
                    }
                    q.actionRatio[q.place(t, s, a)] = value
                }
                values[s] = settle(&q, t, s, N)
            }
            after = values
        }
        return q
    }

    /// Turns the values Q_t(s, ·) that stand in the ratios' place into ratios and probabilities; gives V_t(s).
    private func settle(_ q: inout TrajectoryDistribution, _ t: Int, _ s: Int, _ N: Int) -> Double {
        let (first, base) = (q.place(t, s, 0), policy.base(t) + s * N)
        let value = Divergence.logSum(0..<N, weight: { policy.table[base + $0] }, value: { q.actionRatio[first + $0] })
        for a in 0..<N { q.actionRatio[first + a] -= value }
        Self.normalise(&q.actions, &q.actionRatio, from: first, count: N) { policy.table[base + $0] }
        return value
    }

    /// Probabilities p exp(ratio) that sum to 1, and the ratios that belong to them.
    ///
    /// Values of 1e6 leave ratios with an error of 1e-10, and sums of probabilities with as much: times those values
    /// that would be seen in E_q[R].
    @inline(__always)
    private static func normalise(
        _ probabilities: inout [Double], _ ratios: inout [Double], from first: Int, count: Int, prior: (Int) -> Double
    ) {
        var sum = 0.0
        for i in 0..<count {
            let p = prior(i)
            let q = p > 0 ? p * exp(ratios[first + i]) : 0
            probabilities[first + i] = q
            sum += q
        }
        guard sum > 0, sum != 1 else { return }
        let shift = log(sum)
        for i in 0..<count {
            probabilities[first + i] /= sum
            ratios[first + i] -= shift
        }
    }
}
