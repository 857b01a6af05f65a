import Support
import Tensors

/// A network with identity: an architecture and its parameters, which are replaced whole.
///
/// A learner's step makes a new parameter storage and puts it here when it commits, so whoever
/// holds the old storage still holds the old network. Not for use from several threads at once.
public final class Network {
    public let name: String
    public let architecture: NetworkArchitecture
    private var current: Storage
    /// Set inside `differentiated`: what gradients are taken of.
    var variable: Tensor?
    /// Made at the first application.
    var keptPlan: NetworkPlan?

    /// Throws if the number of parameters is not the architecture's.
    public init(_ architecture: NetworkArchitecture, parameters: Storage, name: String = "network") throws {
        self.name = name
        self.architecture = architecture
        current = parameters
        try replaceParameters(parameters)
    }

    /// A network with fresh parameters.
    public convenience init(
        _ architecture: NetworkArchitecture, initialiser: Initialiser = .uniform, lastScale: Double = 1,
        stream: RandomStream, name: String = "network", cancellation: CancellationToken? = nil
    ) throws {
        var stream = stream
        let parameters = try architecture.initialParameters(
            initialiser, lastScale: lastScale, stream: &stream, cancellation: cancellation)
        try self.init(architecture, parameters: parameters, name: name)
    }

    public var parameters: Storage { current }

    /// Puts other parameters in the place of the present ones.
    public func replaceParameters(_ parameters: Storage) throws {
        guard parameters.count == architecture.parameterCount else {
            throw Fault(
                "network.parameters",
                "the network \(architecture.widths) has \(architecture.parameterText), "
                    + "\(parameters.count.grouped) were given")
        }
        current = parameters
    }

    /// Another network with the same parameters.
    public func copy(name: String? = nil) -> Network {
        Network(copying: self, name: name ?? self.name)
    }

    private init(copying other: Network, name: String) {
        self.name = name
        architecture = other.architecture
        current = other.current  // shared storages are never written to
    }
}

extension Network: CustomStringConvertible {
    /// `network · 3 → 100 → 100 → 2 · 10 702 parameters`.
    public var description: String { "\(name) · \(architecture)" }
}
