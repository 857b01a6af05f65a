import Support

/// What a Q-step made: the state after it and what it measured.
public struct QStep: Sendable {
    public let state: LearnerState
    public let statistics: QStepStatistics
}

/// What policy evaluation measured.
public struct QStepStatistics: Hashable, Sendable {
    public var gradientSteps: Int
    /// √ mean (Q − y)² on the first batch before its step; over both networks of twin critics.
    public var tdErrorBefore: Double
    /// The same on the last batch after its step.
    public var tdErrorAfter: Double
    /// Mean Q of the last batch's transitions before its step, and mean target y.
    public var meanQ: Double
    public var meanTarget: Double
    /// The last gradient's global norm, before clipping.
    public var gradientNorm: Double
    /// Critic steps since the target critic was refreshed.
    public var targetAge: Int
    /// How often the target critic was copied.
    public var refreshes: Int

    // Of the last batch, where the target or the critic has them.
    /// Retrace: the mean of the coefficients c = λ min(1, π(a|s)/b(a|s)) that traces went through; nil if none did.
    public var meanTrace: Double?
    /// Retrace: transitions of a sequence, the mean.
    public var meanSequence: Double?
    /// Distributional: −Σ_k m_k log p_k before the step, m the projected target.
    public var crossEntropy: Double?
    /// Distributional: the share of the target's probability below v_min, and above v_max, before the projection.
    public var clippedLow: Double?
    public var clippedHigh: Double?
    /// Twins: mean |Q₁ − Q₂| before the step.
    public var twinGap: Double?

    /// The measures of this critic and target beside those that every Q-step has, by the names of history's columns.
    public var details: [(name: String, value: Double)] {
        let all = [
            ("mean_trace", meanTrace), ("mean_sequence", meanSequence), ("cross_entropy", crossEntropy),
            ("clipped_low", clippedLow), ("clipped_high", clippedHigh), ("twin_gap", twinGap),
        ]
        return all.compactMap { name, value in value.map { (name, $0) } }
    }
}
