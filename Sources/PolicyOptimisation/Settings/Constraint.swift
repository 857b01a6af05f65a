/// What holds a quantity of the update back: a bound, a fixed penalty, or nothing.
public enum Constraint: Hashable, Sendable {
    /// At most this ε, by a temperature or a multiplier that follows the dual.
    case bounded(Double)
    /// A fixed temperature (E-step) or a fixed multiplier λ (M-step): the soft form.
    case penalised(Double)
    case free

    public var bound: Double? { if case .bounded(let bound) = self { bound } else { nil } }
    public var weight: Double? { if case .penalised(let weight) = self { weight } else { nil } }
}

/// The quantities that `constrain`, `penalize` and `free` speak of.
public enum ConstrainedQuantity: String, CaseIterable, Hashable, Sendable {
    /// KL(q‖π) of the E-step, a mean over states.
    case kl
    /// The mean's part of KL(π_i‖π) in the M-step.
    case klMean = "kl_mean"
    /// The covariance's part of KL(π_i‖π) in the M-step.
    case klCov = "kl_cov"
    /// KL(π_i‖π) in one piece: the joint form, and the only one of a policy over finitely many actions.
    case klTotal = "kl_total"

    public var title: String {
        switch self {
        case .kl: "KL(q‖π)"
        case .klMean: "KL mean"
        case .klCov: "KL cov"
        case .klTotal: "KL total"
        }
    }
}

/// Which KL of the M-step is held back.
public enum TrustRegion: String, CaseIterable, Hashable, Sendable {
    /// Mean and covariance apart, each with the other parameter at its old value.
    case decoupled
    /// KL(π_i‖π) in one piece.
    case joint
    /// None: plain weighted maximum likelihood.
    case none
}

/// How a measured KL stands beside its bound.
public enum BoundStatus: Hashable, Sendable {
    case slack
    /// Within 5 % of the bound.
    case active
    /// Above it, by this factor.
    case exceeded(Double)
    /// There is no bound: a fixed penalty or nothing at all.
    case unbounded

    /// Values within this fraction of the bound count as equal to it.
    public static let tolerance = 0.05

    public init(_ value: Double, constraint: Constraint) {
        guard let bound = constraint.bound else {
            self = .unbounded
            return
        }
        if value < bound * (1 - Self.tolerance) {
            self = .slack
        } else if value <= bound * (1 + Self.tolerance) {
            self = .active
        } else {
            self = .exceeded(value / bound)
        }
    }

    /// `slack`, `active`, `exceeded ×9`, `no bound`.
    public var text: String {
        switch self {
        case .slack: return "slack"
        case .active: return "active"
        case .unbounded: return "no bound"
        case .exceeded(let factor):
            guard factor.isFinite, factor < 1e6 else { return "exceeded" }
            if factor >= 9.95 { return "exceeded ×\(Int(factor.rounded()))" }
            let tenths = Int((factor * 10).rounded())
            return "exceeded ×\(tenths / 10)" + (tenths % 10 == 0 ? "" : ".\(tenths % 10)")
        }
    }
}
