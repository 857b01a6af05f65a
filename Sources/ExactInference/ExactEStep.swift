import Environments
import Glibc
import Support

/// Over which q the E-step maximises.
public enum TrajectoryFamily: String, CaseIterable, Sendable {
    /// (a) every distribution over trajectories: it may tilt the dynamics.
    case trajectories
    /// (b) time-dependent policies with the true dynamics.
    case policies
}

/// The exact E-step: the q of a family that maximises E_q[R]/α − KL(q‖p_π), with KL(q‖p_π) ≤ ε where a bound is given.
///
/// With a multiplier λ ≥ 0 for the bound the best q is the one of temperature η = α (1 + λ) ≥ α; the KL falls as η
/// rises, so η = α where that meets the bound, and else η is where the KL equals ε.
public struct ExactEStep: Sendable {
    public let problem: InferenceProblem
    public let family: TrajectoryFamily
    /// ε in nats; nil: no bound.
    public let epsilon: Double?
    public let q: TrajectoryDistribution
    public let marginals: Marginals
    public let energy: FreeEnergy
    /// η, in the unit of the rewards; ∞ where ε = 0 leaves only p_π.
    public let eta: Double
    /// The KL of the family's best q without the bound: at ε above it the bound is slack.
    public let looseKL: Double
    /// Whether the bound holds η above α.
    public let isActive: Bool
    /// How often q was made to solve for η.
    public let iterations: Int
    /// KL − ε where the bound is active, else 0.
    public let residual: Double

    public init(
        _ problem: InferenceProblem, over family: TrajectoryFamily, epsilon: Double? = nil,
        cancellation: CancellationToken? = nil
    ) throws {
        if let epsilon, !(epsilon >= 0) {
            throw Fault("inference.epsilon", "an epsilon of 0 or more was wanted, \(epsilon.plain) was given")
        }
        self.problem = problem
        self.family = family
        self.epsilon = epsilon
        let posterior = try problem.tilted(temperature: problem.alpha, cancellation)
        func made(_ eta: Double) throws -> Candidate {
            let q =
                switch family {
                case .trajectories: eta == problem.alpha ? posterior : try problem.tilted(temperature: eta, cancellation)
                case .policies: try problem.controlled(temperature: eta, cancellation)
                }
            let marginals = try q.marginals(cancellation)
            return Candidate(eta: eta, q: q, marginals: marginals, kl: try q.divergence(marginals: marginals, cancellation))
        }
        let loose = try made(problem.alpha)
        looseKL = loose.kl
        var best = loose
        var count = 1
        isActive = epsilon.map { loose.kl > $0 } ?? false
        if isActive, let epsilon {
            if epsilon == 0 {
                let q = try TrajectoryDistribution(problem.model, policy: problem.policy)
                best = Candidate(eta: .infinity, q: q, marginals: try q.marginals(cancellation), kl: 0)
            } else {
                (best, count) = try Self.solve(from: loose, epsilon: epsilon, made)
            }
        }
        q = best.q
        marginals = best.marginals
        eta = best.eta
        iterations = count
        residual = isActive ? best.kl - (epsilon ?? 0) : 0
        energy = try FreeEnergy(problem, best.q, marginals: best.marginals, posterior: posterior, cancellation)
    }

    private struct Candidate {
        var eta: Double
        var q: TrajectoryDistribution
        var marginals: Marginals
        var kl: Double
    }

    /// The root of log KL(η) = log ε above `low`, whose KL exceeds ε.
    ///
    /// By the secant through the bracket's ends in logarithms (the KL falls like η⁻² at last, a straight line there),
    /// with Illinois' halving and a bisection in every fourth step.
    private static func solve(
        from low: Candidate, epsilon: Double, _ made: (Double) throws -> Candidate
    ) throws -> (Candidate, Int) {
        var count = 1
        var left = (x: log(low.eta), f: log(low.kl / epsilon))
        var high = low
        var factor = 4.0
        repeat {
            high = try made(high.eta * factor)
            count += 1
            if high.kl > epsilon { left = (log(high.eta), log(high.kl / epsilon)) }
            factor *= 2
        } while high.kl > epsilon && count < 60
        guard high.kl <= epsilon else {
            throw Fault("inference.unsolved", "no temperature with a KL of \(epsilon) was found")
        }
        // A KL that underflowed to 0 still lies below ε.
        var right = (x: log(high.eta), f: max(-700, log(high.kl / epsilon)))
        var best = high
        var error = right.f.magnitude
        var side = 0
        while count < 200, error > 1e-14, right.x - left.x > 1e-15 * max(1, right.x.magnitude) {
            var x = (left.x * right.f - right.x * left.f) / (right.f - left.f)
            if count % 4 == 0 || !(x > left.x && x < right.x) { x = left.x + (right.x - left.x) / 2 }
            if !(x > left.x && x < right.x) { break }
            let candidate = try made(exp(x))
            count += 1
            let f = max(-700, log(candidate.kl / epsilon))
            if f.magnitude < error { (best, error) = (candidate, f.magnitude) }
            if f > 0 {
                left = (x, f)
                if side == 1 { right.f /= 2 }
                side = 1
            } else {
                right = (x, f)
                if side == -1 { left.f /= 2 }
                side = -1
            }
        }
        return (best, count)
    }
}
