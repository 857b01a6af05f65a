import CKernels
import Support

/// A function applied to every element.
public enum Activation: String, CaseIterable, Hashable, Sendable {
    case identity
    case tanh
    case relu
    /// x > 0 ? x : exp(x) − 1 (Clevert, Unterthiner, Hochreiter 2015, with α = 1).
    case elu

    var kernel: mpo_activation {
        switch self {
        case .identity: mpo_identity
        case .tanh: mpo_tanh
        case .relu: mpo_relu
        case .elu: mpo_elu
        }
    }

    /// The activation of this name, or an error that lists the names.
    public static func named(_ name: String) throws -> Activation {
        if let activation = Activation(rawValue: name.lowercased()) { return activation }
        let names = allCases.map(\.rawValue).joined(separator: ", ")
        throw Fault("network.activation", "there is no activation \"\(name)\"", hint: "there are \(names)")
    }
}

/// One layer of a network; its input width is the width of what comes before.
public enum Layer: Hashable, Sendable {
    /// y = x W + b with W of shape [inputs, outputs], row-major, and b of shape [outputs].
    case linear(Int)

    /// y = (x − mean) / √(variance + 1e-5) · gain + offset over each row.
    ///
    /// Source: Ba, Kiros, Hinton 2016, *Layer Normalization*; the variance is the biased one.
    case layerNormalisation

    case activation(Activation)

    public var description: String {
        switch self {
        case .linear(let outputs): "linear(\(outputs))"
        case .layerNormalisation: "layernorm"
        case .activation(let activation): activation.rawValue
        }
    }

    static let normalisationEpsilon: Float = 1e-5
}
