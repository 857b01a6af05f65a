import Networks
import Runtime
import Support
import Tensors

/// A host object with networks that an optimiser can train: a network, a policy, a critic.
protocol NetworkHolder: HostObject {
    var heldNetworks: [Network] { get }
}

/// A network in the language: it has identity, and calling it applies it.
final class NetworkObject: HostObject, NetworkHolder {
    let network: Network

    init(_ network: Network) { self.network = network }

    var heldNetworks: [Network] { [network] }

    override class var typeName: String { "network" }
    override func isEqual(to other: HostObject) -> Bool { (other as? NetworkObject)?.network === network }
    override var summary: String { network.description }

    /// The summary and, for several layers, a line for each.
    override func display(_ style: DisplayStyle) -> String {
        let rows = network.architecture.summary
        let names = rows.map(\.layer.count).max() ?? 0
        let shapes = rows.map(\.shapes.count).max() ?? 0
        let lines = rows.map { row in
            if row.parameters == 0 { return "  " + row.layer }
            let count = NumberText.grouped(row.parameters)
            return "  " + row.layer.padded(names) + "  " + row.shapes.padded(shapes) + "  " + count
        }
        return ([summary] + lines).joined(separator: "\n")
    }

    override func json() -> JSON {
        .object([
            JSON.Member("network", .string(network.architecture.widths)),
            JSON.Member("layers", .array(network.architecture.layers.map { .string($0.description) })),
            JSON.Member("parameters", .integer(network.architecture.parameterCount)),
        ])
    }

    override var memberNames: [String] { ["inputs", "outputs", "layers", "parameter_count", "parameters", "weights"] }

    override func member(_ name: String) throws -> Value? {
        let architecture = network.architecture
        switch name {
        case "inputs": return .integer(architecture.inputs)
        case "outputs": return .integer(architecture.outputs)
        case "layers": return .list(architecture.layers.map { .string($0.description) })
        case "parameter_count": return .integer(architecture.parameterCount)
        case "parameters": return .object(TensorObject(try network.parameterTensor()))
        case "weights":
            let flat = try network.parameterTensor()
            return .record(
                try architecture.parameterSlices.map { slice in
                    let size = slice.shape.reduce(1, *)
                    let part = try flat.slice([.range(slice.offset..<(slice.offset + size))])
                    return (slice.name, .object(TensorObject(try part.reshaped(Shape(slice.shape)))))
                })
        default: return nil
        }
    }

    /// `net.parameters = t` puts other parameters in their place.
    override func setMember(_ name: String, to value: Value, _ context: NativeContext) throws -> HostObject {
        guard name == "parameters" else { return try super.setMember(name, to: value, context) }
        try network.replaceParameters(Tensor.of(value, for: "parameters").storage)
        return self
    }

    override var isCallable: Bool { true }

    /// `net(x)` applies it to every row; `net(s, a)` joins the rows of its arguments first.
    override func call(_ arguments: CallArguments, _ context: NativeContext) throws -> Value {
        guard !arguments.arguments.isEmpty, arguments.arguments.allSatisfy({ $0.label == nil && !$0.isTrailing }) else {
            throw Fault("call.arguments", "a network is called with its inputs, without labels: net(x)")
        }
        let parts = try arguments.values.map { try Tensor.of($0, for: "a network") }
        return try network(NetworkObject.joined(parts)).asValue
    }

    /// Rows side by side; leading axes broadcast.
    static func joined(_ parts: [Tensor]) throws -> Tensor {
        let parts = try parts.map { $0.rank == 0 ? try $0.reshaped([1]) : $0 }
        guard parts.count > 1 else { return parts[0] }
        var leading = Shape.scalar
        for part in parts {
            leading = try leading.broadcast(with: Shape(Array(part.shape.dimensions.dropLast())), for: "network")
        }
        return try Tensor.concat(
            parts.map { try $0.broadcast(to: Shape(leading.dimensions + [$0.shape[$0.rank - 1]])) }, axis: -1)
    }
}

/// A layer that a network's block names.
final class LayerObject: HostObject {
    let layer: Layer

    init(_ layer: Layer) { self.layer = layer }

    override class var typeName: String { "layer" }
    override var hasIdentity: Bool { false }
    override var summary: String { layer.description }

    override func isEqual(to other: HostObject) -> Bool { (other as? LayerObject)?.layer == layer }
}

extension String {
    func padded(_ width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
