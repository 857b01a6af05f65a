import Networks
import Support
import Tensors

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

    public var outputs: Int {
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

/// A critic Q(s, a) with identity: a lab trains this very network.
public final class QNetwork: CustomStringConvertible {
    public let form: CriticForm
    public let network: Network

    /// Throws if the network's inputs and outputs are not the form's.
    public init(_ form: CriticForm, network: Network) throws {
        let architecture = network.architecture
        guard architecture.inputs == form.inputs, architecture.outputs == form.outputs else {
            throw Fault(
                "critic.shape",
                "a Q network \(form.inputs) → \(form.outputs) was wanted, "
                    + "one \(architecture.inputs) → \(architecture.outputs) was given")
        }
        self.form = form
        self.network = network
    }

    /// A critic on a fresh multi-layer perceptron.
    public convenience init(
        _ form: CriticForm, hidden: [Int] = [200, 200], activation: Activation = .elu,
        layerNormalisation: Bool = false, initialiser: Initialiser = .uniform, stream: RandomStream,
        cancellation: CancellationToken? = nil
    ) throws {
        guard form.observationSize >= 1 else {
            throw Fault("critic.shape", "a Q network needs observations of at least one number, \(form.observationSize) was given")
        }
        let architecture = try NetworkArchitecture.mlp(
            inputs: form.inputs, hidden: hidden, outputs: form.outputs, activation: activation,
            layerNormalisation: layerNormalisation)
        let network = try Network(
            architecture, initialiser: initialiser, stream: stream, name: "critic", cancellation: cancellation)
        try self.init(form, network: network)
    }

    /// A table of Q values, a row for each of `states` one-hot observations; 0 at the start.
    public static func tabular(states: Int, actions: Int) throws -> QNetwork {
        let architecture = try NetworkArchitecture(inputs: states, layers: [.linear(actions)])
        let network = try Network(
            architecture, initialiser: .zeros,
            stream: RandomStream(seed: 0, purpose: .initialisation), name: "critic")
        return try QNetwork(.perAction(observationSize: states, actions: actions), network: network)
    }

    public var parameters: Storage { network.parameters }

    /// `Q network · 4 → 200 → 200 → 1 · 41 401 parameters`.
    public var description: String { "Q network · \(network.architecture)" }

    /// Another critic with the same parameters.
    public func copy() -> QNetwork { QNetwork(copying: self) }

    private init(copying other: QNetwork) {
        form = other.form
        network = other.network.copy()
    }
}
