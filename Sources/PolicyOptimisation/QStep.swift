import Support

/// What a Q-step made: the state after it and what it measured.
public struct QStep: Sendable {
    public let state: LearnerState
    public let statistics: QStepStatistics
}

/// What policy evaluation measured.
public struct QStepStatistics: Hashable, Sendable {
    public var gradientSteps: Int
    /// √ mean (Q − y)² on the first batch before its step.
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
}
