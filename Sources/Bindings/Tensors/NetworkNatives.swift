import Networks
import Runtime
import Support
import Tensors

/// An activation named in the language: a function such as `tanh`, or its name as text.
struct ActivationArgument: ValueConvertible {
    var activation: Activation

    static var wants: String? { "an activation, such as tanh" }

    static func convert(_ value: Value) throws -> ActivationArgument {
        switch value {
        case .string(let box): return ActivationArgument(activation: try Activation.named(box.text))
        case .function(let function) where function.native != nil:
            return ActivationArgument(activation: try Activation.named(function.name))
        case .nothing: return ActivationArgument(activation: .identity)
        default: throw Mismatch()
        }
    }

    var asValue: Value { .string(activation.rawValue) }
}

/// Building networks.
enum NetworkNatives {
    static let constants: [NativeConstant] = [
        NativeConstant(
            "layernorm", in: "networks", "Layer normalisation, a layer in a network's block.",
            .object(LayerObject(.layerNormalisation)))
    ]

    static let all: [NativeFunction] = [
        NativeFunction(
            "network", in: "networks", "A network built layer by layer.",
            parameters: Parameter<Int>("inputs", "numbers a row"),
            Parameter<String>("initialiser", "how the weights start", default: "uniform"),
            Parameter<Double>("last_scale", "factor on the last layer's weights", default: 1),
            Parameter<FunctionValue>("layers", "a block that names the layers in order"),
            text: """
                Layers: linear(outputs), layernorm, and the activations tanh, relu and elu. Calling a network applies it
                to every row of a tensor: [rows, inputs] gives [rows, outputs]. `net(s, a)` joins the rows first.
                Initialisers: uniform, glorot_uniform, glorot_normal, he_uniform, he_normal, lecun_uniform, lecun_normal, orthogonal, zeros.
                """,
            examples: [
                Example(
                    "network(inputs: 3) { linear(100); layernorm; tanh; linear(2) }",
                    """
                    network · 3 → 100 → 2 · 802 parameters
                      linear(100)  [3, 100] + [100]  400
                      layernorm    [100] + [100]     200
                      tanh
                      linear(2)    [100, 2] + [2]    202
                    """),
                Example("network(inputs: 2, initialiser: \"zeros\") { linear(3) }([1, 2]).values", "[0, 0, 0]"),
                Example("network(inputs: 3) { repeat 2 { linear(8); elu }; linear(1) }.parameter_count", "113"),
            ]
        ) { context, inputs, initialiser, lastScale, block -> NetworkObject in
            let layers = try context.collect(block).map(layer)
            let architecture = try NetworkArchitecture(inputs: inputs, layers: layers)
            return try make(architecture, initialiser, lastScale, context)
        },
        NativeFunction(
            "mlp", in: "networks", "A multi-layer perceptron: linear layers with an activation after each but the last.",
            parameters: Parameter<Int>("inputs", "numbers a row"), Parameter<Int>("outputs", "numbers of a result row"),
            Parameter<[Int]>("hidden", "the widths between", default: [100, 100]),
            Parameter<ActivationArgument>(
                "activation", "tanh, relu, elu or \"identity\"", default: ActivationArgument(activation: .elu), shown: "elu"),
            Parameter<String>("initialiser", "how the weights start", default: "uniform"),
            Parameter<Bool>(
                "layernorm", "whether a layer normalisation and tanh follow the first layer", default: false),
            Parameter<Double>("last_scale", "factor on the last layer's weights", default: 1),
            examples: [
                Example("mlp(3, 2).parameter_count", "10702"),
                Example("mlp(2, 1, hidden: [4], activation: tanh).layers", "[\"linear(4)\", \"tanh\", \"linear(1)\"]"),
            ]
        ) { context, inputs, outputs, hidden, activation, initialiser, layernorm, lastScale -> NetworkObject in
            let architecture = try NetworkArchitecture.mlp(
                inputs: inputs, hidden: hidden, outputs: outputs, activation: activation.activation,
                layerNormalisation: layernorm)
            return try make(architecture, initialiser, lastScale, context)
        },
        NativeFunction(
            "linear", in: "networks", "A linear layer, for a network's block.",
            parameters: Parameter<Int>("outputs", "its width"), text: "y = x W + b with W of shape [inputs, outputs].",
            examples: [Example("linear(100)", "linear(100)")]
        ) { _, outputs in LayerObject(.linear(outputs)) },
    ]

    static func make(
        _ architecture: NetworkArchitecture, _ initialiser: String, _ lastScale: Double, _ context: NativeContext
    ) throws -> NetworkObject {
        NetworkObject(
            try Network(
                architecture, initialiser: Initialiser.named(initialiser), lastScale: lastScale,
                stream: context.random.initialisation(seed: context.seed), cancellation: context.cancellation))
    }

    /// What a line of a network's block stands for.
    private static func layer(_ value: Value) throws -> Layer {
        switch value {
        case .object(let object as LayerObject): return object.layer
        case .function(let function) where function.native != nil:
            return .activation(try Activation.named(function.name))
        case .string(let box): return .activation(try Activation.named(box.text))
        default:
            throw Fault(
                "network.layer", "a network's block names layers, got \(value.described)",
                hint: "layers are linear(100), layernorm, tanh, relu and elu")
        }
    }
}
