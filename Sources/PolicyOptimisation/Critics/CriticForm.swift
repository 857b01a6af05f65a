/// What goes into a critic and what comes out.
public enum CriticForm: Hashable, Sendable {
    /// (s, a) → Q(s, a): O + D inputs, one output.
    case stateAction(observationSize: Int, actionSize: Int)
    /// s → Q(s, ·): O inputs, an output for each of finitely many actions.
    case perAction(observationSize: Int, actions: Int)

    public var inputs: Int {
        switch self {
        case .stateAction(let observationSize, let actionSize): observationSize + actionSize
        case .perAction(let observationSize, _): observationSize
        }
    }

    /// Values that it gives for a state: one, or one for each action.
    public var values: Int {
        switch self {
        case .stateAction: 1
        case .perAction(_, let actions): actions
        }
    }

    public var observationSize: Int {
        switch self {
        case .stateAction(let observationSize, _), .perAction(let observationSize, _): observationSize
        }
    }
}
