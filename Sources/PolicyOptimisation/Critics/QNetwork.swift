import Networks
import Support
import Tensors

/// A critic Q(s, a) with identity: a lab trains this very network, or these two.
///
/// Twin critics are two networks of one shape, and Q is the smaller of both for each state and action (Fujimoto,
/// van Hoof, Meger 2018, *Addressing Function Approximation Error in Actor-Critic Methods*). A distributional critic
/// has K outputs, logits over a fixed support, for each value, and Q is the mean of their distribution.
public final class QNetwork: CustomStringConvertible {
    public let form: CriticForm
    public let network: Network
    /// The second network of twin critics.
    public let twin: Network?
    /// What a distributional critic's outputs are the logits of.
    public let support: ValueSupport?

    /// Throws if the networks' inputs and outputs are not the form's.
    public init(_ form: CriticForm, network: Network, twin: Network? = nil, support: ValueSupport? = nil) throws {
        let architecture = network.architecture
        let outputs = form.values * (support?.atoms ?? 1)
        guard architecture.inputs == form.inputs, architecture.outputs == outputs else {
            throw Fault(
                "critic.shape",
                "a Q network \(form.inputs) → \(outputs) was wanted, "
                    + "one \(architecture.inputs) → \(architecture.outputs) was given")
        }
        if let twin {
            guard twin.architecture == architecture, twin !== network else {
                throw Fault(
                    "critic.twins",
                    "twin critics are two networks of one shape: \(architecture.widths) and \(twin.architecture.widths) were given")
            }
            guard support == nil else {
                throw Fault(
                    "critic.twins", "a distributional critic has no twin: the smaller of two distributions is not defined",
                    hint: "leave out twin, or atoms, v_min and v_max")
            }
        }
        self.form = form
        self.network = network
        self.twin = twin
        self.support = support
    }

    /// A critic on a fresh multi-layer perceptron, or on two of them that start apart.
    public convenience init(
        _ form: CriticForm, hidden: [Int] = [200, 200], activation: Activation = .elu,
        layerNormalisation: Bool = false, initialiser: Initialiser = .uniform, twin: Bool = false,
        support: ValueSupport? = nil, stream: RandomStream, cancellation: CancellationToken? = nil
    ) throws {
        guard form.observationSize >= 1 else {
            throw Fault("critic.shape", "a Q network needs observations of at least one number, \(form.observationSize) was given")
        }
        let architecture = try NetworkArchitecture.mlp(
            inputs: form.inputs, hidden: hidden, outputs: form.values * (support?.atoms ?? 1), activation: activation,
            layerNormalisation: layerNormalisation)
        var stream = stream
        func fresh() throws -> Network {
            let parameters = try architecture.initialParameters(
                initialiser, stream: &stream, cancellation: cancellation)
            return try Network(architecture, parameters: parameters, name: "critic")
        }
        try self.init(form, network: fresh(), twin: twin ? fresh() : nil, support: support)
    }

    /// A table of Q values, a row for each of `states` one-hot observations; 0 at the start.
    ///
    /// With a support it is a table of logits, and every distribution is uniform at the start.
    public static func tabular(states: Int, actions: Int, support: ValueSupport? = nil) throws -> QNetwork {
        let architecture = try NetworkArchitecture(inputs: states, layers: [.linear(actions * (support?.atoms ?? 1))])
        let network = try Network(
            architecture, initialiser: .zeros,
            stream: RandomStream(seed: 0, purpose: .initialisation), name: "critic")
        return try QNetwork(.perAction(observationSize: states, actions: actions), network: network, support: support)
    }

    public var parameters: Storage { network.parameters }

    /// Both networks' parameters, or the only one's.
    public var allParameters: CriticParameters { CriticParameters(first: network.parameters, second: twin?.parameters) }

    /// Puts other parameters in the place of the present ones.
    public func replaceParameters(_ parameters: CriticParameters) throws {
        guard (parameters.second != nil) == (twin != nil) else {
            throw Fault("critic.twins", "the parameters of \(twin == nil ? "one network were" : "twin critics were") wanted")
        }
        try network.replaceParameters(parameters.first)
        if let second = parameters.second { try twin?.replaceParameters(second) }
    }

    /// `Q network · 4 → 200 → 200 → 1 · 41 401 parameters`.
    public var description: String {
        if twin != nil { return "twin Q networks · \(network.architecture.widths) · 2 × \(network.architecture.parameterText)" }
        guard let support else { return "Q network · \(network.architecture)" }
        let ends = "\(SettingValue.number(support.low).text) to \(SettingValue.number(support.high).text)"
        var detail = "\(support.atoms.grouped) atoms from \(ends)"
        if case .perAction(_, let actions) = form { detail = "\(actions.grouped) actions × " + detail }
        return "distributional Q network · \(network.architecture.widths) (\(detail)) · \(network.architecture.parameterText)"
    }

    /// Another critic with the same parameters.
    public func copy() -> QNetwork { QNetwork(copying: self) }

    /// Another critic with other parameters, such as the target critic's.
    public func copy(_ parameters: CriticParameters) throws -> QNetwork {
        let other = copy()
        try other.replaceParameters(parameters)
        return other
    }

    private init(copying other: QNetwork) {
        form = other.form
        network = other.network.copy()
        twin = other.twin?.copy()
        support = other.support
    }
}

/// The parameters of a critic: of one network, or of twins. A value.
public struct CriticParameters: Sendable {
    public let first: Storage
    public let second: Storage?

    public init(first: Storage, second: Storage? = nil) {
        self.first = first
        self.second = second
    }
}
