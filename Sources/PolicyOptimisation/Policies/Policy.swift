import Networks
import Support
import Tensors

/// A policy π(a|s): a network and what its outputs mean. It has identity: a lab trains this very network.
public final class Policy: CustomStringConvertible {
    public let form: PolicyForm
    public let network: Network
    /// What the policy is called: `gaussian policy`, `categorical policy`, `tabular policy`.
    public let name: String

    /// Throws if the network's outputs are not what the form needs.
    public init(_ form: PolicyForm, network: Network, name: String? = nil) throws {
        guard network.architecture.outputs == form.outputs else {
            var hint: String?
            if case .gaussian(let head) = form {
                hint = "\(head.actionSize) for the mean"
                switch head.covariance {
                case .full: hint? += " and \(head.factorSize) for the Cholesky factor"
                case .diagonal: hint? += " and \(head.factorSize) for the standard deviations"
                case .fixed: break
                }
            }
            throw Fault(
                "policy.outputs",
                "a network with \(form.outputs) outputs was wanted, one with \(network.architecture.outputs) was given",
                hint: hint)
        }
        self.form = form
        self.network = network
        switch form {
        case .gaussian: self.name = name ?? "gaussian policy"
        case .categorical: self.name = name ?? "categorical policy"
        }
    }

    public var parameters: Storage { network.parameters }
    public var observationSize: Int { network.architecture.inputs }

    /// `gaussian policy · 3 → 100 → 100 → 2 (mean 1, Cholesky factor 1) · 10 702 parameters`.
    public var description: String {
        var detail = ""
        if case .gaussian(let head) = form {
            detail =
                switch head.covariance {
                case .full: " (mean \(head.actionSize), Cholesky factor \(head.factorSize))"
                case .diagonal: " (mean \(head.actionSize), standard deviation \(head.factorSize))"
                case .fixed: " (mean \(head.actionSize), standard deviation fixed at \(SettingValue.number(head.initSigma).text))"
                }
        }
        return "\(name) · \(network.architecture.widths)\(detail) · \(network.architecture.parameterText)"
    }

    /// Another policy with the same parameters.
    public func copy() -> Policy { Policy(copying: self) }

    private init(copying other: Policy) {
        form = other.form
        network = other.network.copy()
        name = other.name
    }
}

extension Policy {
    /// The factor on the last layer's first weights: a fresh policy has a mean near 0 and σ near init_sigma.
    public static let lastLayerScale = 0.01

    /// A Gaussian policy on a fresh multi-layer perceptron.
    ///
    /// `hidden` may be empty: then the outputs are linear in the observation.
    public static func gaussian(
        observationSize: Int, box: ActionBox, hidden: [Int] = [100, 100], activation: Activation = .elu,
        layerNormalisation: Bool = false, covariance: GaussianHead.Covariance = .full,
        mean: GaussianHead.MeanForm = .tanh, initSigma: Double = 0.5, minSigma: Double = 1e-3,
        initialiser: Initialiser = .uniform, stream: RandomStream, cancellation: CancellationToken? = nil
    ) throws -> Policy {
        let head = try GaussianHead(
            box: box, covariance: covariance, mean: mean, initSigma: initSigma, minSigma: minSigma)
        let architecture = try NetworkArchitecture.mlp(
            inputs: observationSize, hidden: hidden, outputs: head.outputs, activation: activation,
            layerNormalisation: layerNormalisation)
        let network = try Network(
            architecture, initialiser: initialiser, lastScale: lastLayerScale, stream: stream,
            name: "policy", cancellation: cancellation)
        return try Policy(.gaussian(head), network: network)
    }

    /// A policy over finitely many actions on a fresh multi-layer perceptron.
    public static func categorical(
        observationSize: Int, actions: Int, hidden: [Int] = [100, 100], activation: Activation = .elu,
        layerNormalisation: Bool = false, initialiser: Initialiser = .uniform, stream: RandomStream,
        cancellation: CancellationToken? = nil
    ) throws -> Policy {
        let head = try CategoricalHead(actions: actions)
        let architecture = try NetworkArchitecture.mlp(
            inputs: observationSize, hidden: hidden, outputs: actions, activation: activation,
            layerNormalisation: layerNormalisation)
        let network = try Network(
            architecture, initialiser: initialiser, lastScale: lastLayerScale, stream: stream,
            name: "policy", cancellation: cancellation)
        return try Policy(.categorical(head), network: network)
    }

    /// A table of logits, a row for each of `states` one-hot observations; uniform at the start.
    public static func tabular(states: Int, actions: Int) throws -> Policy {
        let head = try CategoricalHead(actions: actions)
        let architecture = try NetworkArchitecture(inputs: states, layers: [.linear(actions)])
        let network = try Network(
            architecture, initialiser: .zeros,
            stream: RandomStream(seed: 0, purpose: .initialisation), name: "policy")
        return try Policy(.categorical(head), network: network, name: "tabular policy")
    }
}
