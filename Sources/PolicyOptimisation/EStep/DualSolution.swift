// S states, N actions a state (rows may differ in length).

/// The dual function and its derivatives at one temperature.
///
/// g(η) = η ε + η · mean_s log E_π exp(Q_s/η), g′ = ε − mean_s KL_s, g″ = mean_s Var_q(Q_s)/η³.
public struct DualPoint: Sendable, Equatable {
    public let eta: Double
    public let value: Double
    public let slope: Double
    public let curvature: Double
    /// mean_s KL(q_s‖π_s) in nats.
    public let kl: Double
}

/// What solving the dual found, without the weights.
public struct DualOptimum: Sendable, Equatable {
    public var outcome: DualOutcome
    /// The bound ε on mean_s KL(q_s‖π_s); nil in the soft form.
    public var epsilon: Double?
    /// η*, in the unit of Q: 0 where the outcome is slack, both for the greedy limit and where every
    /// temperature gives the same q (g(η) = η ε + constant is then smallest as η → 0).
    public var eta: Double
    /// g(η*), the best reachable mean_s E_q[Q]; with η* = 0 its limit, the mean of the states' largest Q.
    /// In the soft form α · mean_s log E_π exp(Q/α).
    public var value: Double
    /// mean_s KL(q_s‖π_s) at η*: ε where active, the largest reachable KL where greedy, 0 where all Q are equal.
    public var kl: Double
    /// sup_η mean_s KL: mean_s −log π(the best actions of s); log N where every maximum is unique.
    public var reachableKL: Double
    /// Evaluations of the dual that the solver needed; 0 where the answer is known without any.
    public var iterations: Int
    /// |mean KL − ε| / ε at η*; 0 where the outcome is slack or the temperature was given.
    public var residual: Double

    public var isSlack: Bool { outcome.isSlack }
}

/// Sums over the weights of q at one temperature.
public struct DualWeightsSummary: Sendable, Equatable {
    /// mean_s KL(q_s‖π_s) in nats.
    public let kl: Double
    /// mean_s 1/Σ_j w_sj².
    public let ess: Double
    /// mean_s E_q[Q_s].
    public let expectedQ: Double
    /// mean_s E_π[Q_s].
    public let priorQ: Double
    /// The largest weight of any state.
    public let largestWeight: Double
}

/// The E-step's dual, solved, with the weights of every state.
public struct DualSolution: Sendable, Equatable {
    public let optimum: DualOptimum
    public let summary: DualWeightsSummary
    /// w_s, a distribution over the state's actions; where η* = 0, the prior restricted to the state's best actions.
    public let weights: [[Double]]
    /// KL(q_s‖π_s) in nats.
    public let klPerState: [Double]
    /// Effective sample size 1/Σ_j w_sj², between 1 and N.
    public let essPerState: [Double]

    public var outcome: DualOutcome { optimum.outcome }
    public var epsilon: Double? { optimum.epsilon }
    public var eta: Double { optimum.eta }
    public var value: Double { optimum.value }
    public var kl: Double { optimum.kl }
    public var ess: Double { summary.ess }
    public var slack: Bool { optimum.isSlack }
    public var iterations: Int { optimum.iterations }
    public var residual: Double { optimum.residual }
}
