import Support

/// What an M-step made: the state after it and what it measured. Nothing is committed by it.
public struct MStep: Sendable {
    public let state: LearnerState
    public let statistics: MStepStatistics
}

/// A policy measured against an E-step: means over its states, in nats.
public struct PolicyMeasure: Hashable, Sendable {
    /// ½ (μ−μ_i)ᵀ Σ_i⁻¹ (μ−μ_i). With finitely many actions 0.
    public var klMean = 0.0
    /// ½ (tr(Σ⁻¹Σ_i) − D + ln |Σ|/|Σ_i|). With finitely many actions 0.
    public var klCov = 0.0
    /// KL(π_i‖π) in one piece.
    public var klTotal = 0.0
    /// E_q log π(a|s).
    public var expectedLogProbability = 0.0
    public var entropy = 0.0
    /// −E_q log N(a; μ, Σ_i), −E_q log N(a; μ_i, Σ): the two halves of the decoupled loss.
    public var lossMean = 0.0
    public var lossCov = 0.0
    /// The two KLs of each action dimension (diagonal policies, else empty).
    public var klMeanPerDimension: [Double] = []
    public var klCovPerDimension: [Double] = []

    public init() {}
}

/// What an M-step measured.
public struct MStepStatistics: Hashable, Sendable {
    public var gradientSteps: Int
    public var before: PolicyMeasure
    public var after: PolicyMeasure
    public var trustRegion: TrustRegion
    /// The KLs that this step held back, with what held them; empty with no trust region.
    public var constraints: [ConstraintReport]
    /// The weighted likelihood's part of the last gradient step's loss (negative log-likelihood), and the penalties λ · KL.
    public var policyLoss: Double
    public var penalty: Double
    /// The last gradient's global norm, before clipping.
    public var gradientNorm: Double
    /// Policy gradient steps since the E-step's reference policy was taken, before this M-step.
    public var referenceAge: Int
    /// The lab's reference policy was refreshed so many times.
    public var refreshes: Int
    /// Shares of their steps that backtracking left, the smallest; nil without backtracking.
    public var smallestStepShare: Double?
    /// What a user should know, in plain words; nil if nothing.
    public var note: String?
    /// log p(θ) of the prior on the parameters before and after, without its constant; nil without a prior.
    public var logPriorBefore: Double?
    public var logPrior: Double?
    /// The maximiser in closed form, not gradient steps.
    public var isExact = false
}

/// A KL of the M-step beside its bound, with its multiplier.
public struct ConstraintReport: Hashable, Sendable {
    public var quantity: ConstrainedQuantity
    public var constraint: Constraint
    /// After the step; the largest dimension's with bounds per dimension.
    public var value: Double
    public var status: BoundStatus
    /// λ before and after the step, a mean over dimensions with bounds per dimension.
    public var multiplierBefore: Double
    public var multiplier: Double
    /// Its own part of the loss, λ · KL after the step; with bounds per dimension Σ_d λ_d KL_d, which is neither the mean
    /// λ times the largest KL nor times their sum.
    public var penalty: Double
    /// The KL is 0 whatever the parameters: the covariance's where it is fixed.
    public var isZeroByConstruction = false
}
