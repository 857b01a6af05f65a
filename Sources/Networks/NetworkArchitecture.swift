import Support
import Tensors

/// The layers of a feed-forward network, with where each one's parameters lie in the flat buffer.
///
/// Parameters are one float32 buffer, layer after layer: a linear layer's weights
/// [inputs, outputs] and then its bias [outputs]; a layer normalisation's gain [width] and then its offset [width].
public struct NetworkArchitecture: Hashable, Sendable {
    public let inputs: Int
    public let layers: [Layer]
    public let outputs: Int
    public let parameterCount: Int

    /// What forward and backward passes run: every activation is fused into the layer before it.
    let stages: [Stage]
    /// Numbers kept per row for the backward pass: each stage's outputs and statistics.
    let traceWidth: Int
    let widest: Int

    /// One pass over a block: a linear map or a normalisation (or nothing), then an activation.
    struct Stage: Hashable, Sendable {
        enum Kind: Hashable, Sendable { case linear, normalisation, pointwise }
        let kind: Kind
        let inputs: Int
        let outputs: Int
        /// Where the weights or the gain start; the bias or the offset lies behind them.
        let parameterOffset: Int
        /// Numbers a row before this stage's own in the trace.
        let traceOffset: Int
        var activation = Activation.identity

        var biasOffset: Int { parameterOffset + (kind == .linear ? inputs * outputs : outputs) }
        var parameterCount: Int {
            switch kind {
            case .linear: (inputs + 1) * outputs
            case .normalisation: 2 * outputs
            case .pointwise: 0
            }
        }
        /// The outputs, and for a normalisation each row's mean and scale.
        var traceWidth: Int { outputs + (kind == .normalisation ? 2 : 0) }
    }

    static let largestWidth = 1 << 24

    /// Checks the sizes: every width at least 1, and parameters that fit into memory.
    public init(inputs: Int, layers: [Layer]) throws {
        guard inputs >= 1 else {
            throw Fault("network.width", "a network needs at least 1 input, \(inputs) was given")
        }
        guard inputs <= Self.largestWidth else { throw Self.tooWide(inputs) }
        guard !layers.isEmpty else {
            throw Fault(
                "network.empty", "a network needs at least one layer", hint: "for example linear(\(inputs))")
        }
        var stages: [Stage] = []
        var width = inputs
        var widest = inputs
        var parameters = 0
        var trace = 0
        func add(_ kind: Stage.Kind, outputs: Int, activation: Activation = .identity) throws {
            let stage = Stage(
                kind: kind, inputs: width, outputs: outputs, parameterOffset: parameters,
                traceOffset: trace, activation: activation)
            stages.append(stage)
            // No overflow: widths are at most 2^24 and the sum was checked against memory before.
            parameters += stage.parameterCount
            trace += stage.traceWidth
            try MemoryBudget.require(
                bytes: parameters.multipliedReportingOverflow(by: 4).partialValue,
                for: "a network with \(parameters.grouped) parameters")
            width = outputs
            widest = max(widest, width)
        }
        for layer in layers {
            switch layer {
            case .linear(let outputs):
                guard outputs >= 1 else {
                    throw Fault(
                        "network.width", "a linear layer needs at least 1 output, \(outputs) was given")
                }
                guard outputs <= Self.largestWidth else { throw Self.tooWide(outputs) }
                try add(.linear, outputs: outputs)
            case .layerNormalisation:
                try add(.normalisation, outputs: width)
            case .activation(let activation):
                if let last = stages.last, last.activation == .identity, last.kind != .pointwise {
                    stages[stages.count - 1].activation = activation
                } else {
                    try add(.pointwise, outputs: width, activation: activation)
                }
            }
        }
        self.inputs = inputs
        self.layers = layers
        self.outputs = width
        self.stages = stages
        self.widest = widest
        parameterCount = parameters
        traceWidth = trace
    }

    private static func tooWide(_ width: Int) -> Fault {
        Fault(
            "network.width",
            "a layer may be at most \(largestWidth.grouped) wide, \(width.grouped) was given",
            hint: "make it smaller")
    }

    /// A multi-layer perceptron: linear layers with an activation after each but the last.
    ///
    /// With `layerNormalisation` the first hidden layer is followed by a normalisation and a tanh in
    /// place of its activation, as Acme's LayerNormMLP has it.
    public static func mlp(
        inputs: Int, hidden: [Int], outputs: Int, activation: Activation = .elu, layerNormalisation: Bool = false
    ) throws -> NetworkArchitecture {
        var layers: [Layer] = []
        for (index, width) in hidden.enumerated() {
            layers.append(.linear(width))
            if index == 0, layerNormalisation {
                layers += [.layerNormalisation, .activation(.tanh)]
            } else if activation != .identity {
                layers.append(.activation(activation))
            }
        }
        layers.append(.linear(outputs))
        return try NetworkArchitecture(inputs: inputs, layers: layers)
    }
}
