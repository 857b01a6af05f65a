import Support
import Tensors

/// How a linear layer's weights start; n is the number of inputs, m of outputs.
///
/// Biases start at 0, but with `uniform` as the weights do; normalisations at gain 1 and offset 0.
public enum Initialiser: String, CaseIterable, Hashable, Sendable {
    case zeros
    /// U(−1/√n, 1/√n), biases too: what PyTorch's linear layer starts with.
    case uniform
    /// U(−l, l), l = √(6/(n + m)): Glorot, Bengio 2010, also called Xavier.
    case glorotUniform = "glorot_uniform"
    /// N(0, 2/(n + m)).
    case glorotNormal = "glorot_normal"
    /// U(−l, l), l = √(6/n): He, Zhang, Ren, Sun 2015, also called Kaiming.
    case heUniform = "he_uniform"
    /// N(0, 2/n).
    case heNormal = "he_normal"
    /// U(−l, l), l = √(3/n): LeCun, Bottou, Orr, Müller 1998.
    case lecunUniform = "lecun_uniform"
    /// N(0, 1/n).
    case lecunNormal = "lecun_normal"
    /// Rows or columns orthonormal, whichever are fewer: Saxe, McClelland, Ganguli 2013.
    case orthogonal

    private static let aliases: [String: Initialiser] = [
        "xavier_uniform": .glorotUniform, "xavier_normal": .glorotNormal, "xavier": .glorotUniform,
        "glorot": .glorotUniform, "kaiming_uniform": .heUniform, "kaiming_normal": .heNormal,
        "kaiming": .heNormal, "he": .heNormal, "lecun": .lecunNormal, "pytorch": .uniform,
    ]

    /// The initialiser of this name (`xavier…` and `kaiming…` are understood), or an error that lists the names.
    public static func named(_ name: String) throws -> Initialiser {
        let name = name.lowercased()
        if let found = Initialiser(rawValue: name) ?? aliases[name] { return found }
        throw Fault(
            "network.initialiser", "there is no initialiser \"\(name)\"",
            hint: "there are " + allCases.map(\.rawValue).joined(separator: ", "))
    }
}

extension NetworkArchitecture {
    /// Fresh parameters: every linear layer by `initialiser`, the last one's multiplied by `lastScale`.
    ///
    /// Draws from `stream` in the order of the flat buffer. Throws when `cancellation` asks to stop
    /// (a wide orthogonal layer takes n·m·min(n, m) operations).
    public func initialParameters(
        _ initialiser: Initialiser = .uniform, lastScale: Double = 1, stream: inout RandomStream,
        cancellation: CancellationToken? = nil
    ) throws -> Storage {
        let parameters = Storage(zeros: parameterCount)
        let lastLinear = stages.lastIndex { $0.kind == .linear }
        for (index, stage) in stages.enumerated() {
            let weights = parameters.pointer + stage.parameterOffset
            let bias = parameters.pointer + stage.biasOffset
            switch stage.kind {
            case .pointwise: continue
            case .normalisation: weights.update(repeating: 1, count: stage.outputs)
            case .linear:
                try initialiser.fill(
                    weights, bias: bias, inputs: stage.inputs, outputs: stage.outputs, stream: &stream,
                    cancellation: cancellation)
                if index == lastLinear, lastScale != 1 {
                    for i in 0..<stage.parameterCount { weights[i] *= Float(lastScale) }
                }
            }
        }
        return parameters
    }
}

extension Initialiser {
    func fill(
        _ weights: UnsafeMutablePointer<Float>, bias: UnsafeMutablePointer<Float>, inputs: Int, outputs: Int,
        stream: inout RandomStream, cancellation: CancellationToken?
    ) throws {
        let n = Double(inputs)
        let m = Double(outputs)
        let count = inputs * outputs
        func uniform(_ limit: Double, _ pointer: UnsafeMutablePointer<Float>, _ count: Int) throws {
            for i in 0..<count {
                if i & 0xFFFFF == 0 { try cancellation?.check() }
                pointer[i] = Float(stream.uniform(-limit, limit))
            }
        }
        func normal(_ deviation: Double) throws {
            for i in 0..<count {
                if i & 0xFFFFF == 0 { try cancellation?.check() }
                weights[i] = Float(deviation * stream.normal())
            }
        }
        switch self {
        case .zeros: break
        case .uniform:
            try uniform(1 / n.squareRoot(), weights, count)
            try uniform(1 / n.squareRoot(), bias, outputs)
        case .glorotUniform: try uniform((6 / (n + m)).squareRoot(), weights, count)
        case .glorotNormal: try normal((2 / (n + m)).squareRoot())
        case .heUniform: try uniform((6 / n).squareRoot(), weights, count)
        case .heNormal: try normal((2 / n).squareRoot())
        case .lecunUniform: try uniform((3 / n).squareRoot(), weights, count)
        case .lecunNormal: try normal((1 / n).squareRoot())
        case .orthogonal:
            try fillOrthogonal(weights, inputs: inputs, outputs: outputs, stream: &stream, cancellation: cancellation)
        }
    }

    /// Gram and Schmidt's process on normal vectors, twice over, so that rounding leaves them orthogonal.
    ///
    /// The directions are uniform on the sphere, as those of a QR factorisation with positive diagonal.
    private func fillOrthogonal(
        _ weights: UnsafeMutablePointer<Float>, inputs: Int, outputs: Int, stream: inout RandomStream,
        cancellation: CancellationToken?
    ) throws {
        let vectors = min(inputs, outputs)
        let length = max(inputs, outputs)
        try MemoryBudget.require(bytes: vectors * length * 8, for: "the orthogonal initialiser")
        let basis = UnsafeMutablePointer<Double>.allocate(capacity: vectors * length)
        defer { basis.deallocate() }
        for v in 0..<vectors {
            try cancellation?.check()
            let vector = basis + v * length
            var norm = 0.0
            repeat {
                for i in 0..<length { vector[i] = stream.normal() }
                for _ in 0..<2 {
                    for w in 0..<v {
                        let other = basis + w * length
                        var product = 0.0
                        for i in 0..<length { product += vector[i] * other[i] }
                        for i in 0..<length { vector[i] -= product * other[i] }
                    }
                }
                norm = 0
                for i in 0..<length { norm += vector[i] * vector[i] }
            } while norm < 1e-12  // a normal vector inside the span of the others: draw again
            let scale = 1 / norm.squareRoot()
            for i in 0..<length { vector[i] *= scale }
            for i in 0..<length {
                let place = inputs >= outputs ? i * outputs + v : v * outputs + i
                weights[place] = Float(vector[i])
            }
        }
    }
}
