import Networks
import Support

/// What a policy network's outputs mean. Forms to come are further cases.
public enum PolicyForm: Hashable, Sendable {
    case gaussian(GaussianHead)
    case categorical(CategoricalHead)

    /// K, the outputs that the network must have.
    public var outputs: Int {
        switch self {
        case .gaussian(let head): head.outputs
        case .categorical(let head): head.actions
        }
    }

    /// Numbers of one action in the replay: D, or 1 for an index.
    public var actionSize: Int {
        switch self {
        case .gaussian(let head): head.actionSize
        case .categorical: 1
        }
    }

    /// The number of actions if they are finitely many.
    public var finiteActions: Int? {
        if case .categorical(let head) = self { head.actions } else { nil }
    }
}
