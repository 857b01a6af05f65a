import Environments
import Support

/// The free energy of one q and one policy: what EM raises by both of its steps (Neal and Hinton 1998).
///
/// J(q, π) = E_q[R/α] − KL(q ‖ p_π) = log p_π(O=1) − KL(q ‖ p(τ|O=1)), all in nats.
public struct FreeEnergy: Sendable, Equatable {
    /// J, the evidence lower bound.
    public let bound: Double
    /// E_q[R]/α
    public let reward: Double
    /// KL(q ‖ p_π)
    public let kl: Double
    /// log p_π(O=1)
    public let evidence: Double
    /// KL(q ‖ p(τ|O=1)), which is evidence − bound; summed by itself, so it is exact where both nearly agree.
    public let gap: Double

    /// Of q, whatever policy its ratios are taken to, in `problem`.
    public init(
        _ problem: InferenceProblem, _ q: TrajectoryDistribution, marginals: Marginals? = nil,
        posterior: TrajectoryDistribution? = nil, _ cancellation: CancellationToken? = nil
    ) throws {
        let q = try q.rebased(onto: problem.policy)
        let marginals = try marginals ?? q.marginals(cancellation)
        reward = marginals.expectedReturn / problem.alpha
        kl = try q.divergence(marginals: marginals, cancellation)
        bound = reward - kl
        evidence = try problem.evidence(cancellation)
        let posterior = try posterior ?? problem.tilted(temperature: problem.alpha, cancellation)
        gap = try q.divergence(from: posterior, marginals: marginals, cancellation)
    }
}

/// The per-step bound, discounted: J(q, π) = E_q[Σ_t γ^t (r_t − α KL(q(·|s_t) ‖ π(·|s_t)))], in the unit of the rewards.
///
/// q is a policy and moves by the true dynamics. At γ = 1 it is α times the undiscounted bound; below 1 it is no
/// bound of the evidence. Source: Abdolmaleki et al. 2018 (arXiv 1806.06920), eq. 6.
public struct DiscountedBound: Sendable, Equatable {
    public let value: Double
    /// E_q[Σ γ^t r_t]
    public let reward: Double
    /// E_q[Σ γ^t KL_t], in nats.
    public let kl: Double

    public init(
        _ problem: InferenceProblem, _ q: TrajectoryDistribution, gamma: Double, _ cancellation: CancellationToken? = nil
    ) throws {
        guard gamma >= 0, gamma <= 1 else {
            throw Fault("inference.gamma", "a gamma in [0, 1] was wanted, \(gamma.plain) was given")
        }
        let q = try q.withTrueDynamics.rebased(onto: problem.policy)
        let marginals = try q.marginals(cancellation)
        let (S, N) = (problem.model.stateCount, problem.model.actionCount)
        var (reward, kl, weight) = (0.0, 0.0, 1.0)
        for t in 0..<problem.model.horizon {
            try cancellation?.check()
            reward += weight * marginals.rewards[t]
            let base = problem.policy.base(t)
            var step = 0.0
            for s in 0..<S where marginals.running[t * S + s] > 0 {
                var local = 0.0
                for a in 0..<N {
                    let place = q.place(t, s, a)
                    local += Divergence.term(
                        q.actions[place], ratio: q.actionRatio[place], reference: problem.policy.table[base + s * N + a])
                }
                step += marginals.running[t * S + s] * local
            }
            if step > 0 { kl += weight * step }
            weight *= gamma
            if weight == 0 { break }
        }
        self.reward = reward
        self.kl = kl
        value = reward - problem.alpha * kl
    }
}
