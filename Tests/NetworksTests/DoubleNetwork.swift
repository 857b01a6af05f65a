#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif
import Networks
import Support
import Tensors

/// A network in Double, written plainly: what the kernels are measured against.
struct DoubleNetwork {
    let architecture: NetworkArchitecture
    var parameters: [Double]

    func outputs(_ row: [Double]) -> [Double] {
        var x = row
        var offset = 0
        for layer in architecture.layers {
            switch layer {
            case .linear(let outputs):
                let inputs = x.count
                x = (0..<outputs).map { j in
                    var sum = parameters[offset + inputs * outputs + j]
                    for i in 0..<inputs { sum += x[i] * parameters[offset + i * outputs + j] }
                    return sum
                }
                offset += (inputs + 1) * outputs
            case .layerNormalisation:
                let width = x.count
                let mean = x.reduce(0, +) / Double(width)
                let variance = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(width)
                let scale = 1 / (variance + 1e-5).squareRoot()
                x = (0..<width).map { j in
                    (x[j] - mean) * scale * parameters[offset + j] + parameters[offset + width + j]
                }
                offset += 2 * width
            case .activation(let activation):
                x = x.map { value in
                    switch activation {
                    case .identity: value
                    case .tanh: tanh(value)
                    case .relu: max(0, value)
                    case .elu: value > 0 ? value : exp(value) - 1
                    }
                }
            }
        }
        return x
    }
}

/// Values in [-1, 1) as floats, from a stream.
func randomFloats(_ count: Int, _ stream: inout RandomStream, scale: Double = 1) -> [Float] {
    (0..<count).map { _ in Float(scale * stream.uniform(-1, 1)) }
}

func stream(_ seed: UInt64) -> RandomStream { RandomStream(seed: seed, purpose: .script) }

/// Architectures of random depth, widths and layers; `seed` says which.
func randomArchitecture(_ seed: UInt64, smooth: Bool = false) throws -> NetworkArchitecture {
    var stream = stream(seed)
    var layers: [Layer] = []
    let activations: [Activation] = smooth ? [.tanh, .elu, .identity] : Activation.allCases
    for _ in 0...stream.index(below: 4) {
        switch stream.index(below: 5) {
        case 0: layers.append(.layerNormalisation)
        case 1: layers.append(.activation(activations[stream.index(below: activations.count)]))
        default: break
        }
        layers.append(.linear([1, 2, 7, 16, 33, 70][stream.index(below: 6)]))
        if stream.index(below: 4) == 0 { layers.append(.layerNormalisation) }
        layers.append(.activation(activations[stream.index(below: activations.count)]))
    }
    if stream.index(below: 2) == 0 { layers.append(.linear(1 + stream.index(below: 3))) }
    return try NetworkArchitecture(inputs: 2 + stream.index(below: 20), layers: layers)
}

/// Parameters that make every layer matter: gains near 1, the rest of order 1/√width.
func randomParameters(_ architecture: NetworkArchitecture, _ seed: UInt64) throws -> Storage {
    var draws = stream(seed &+ 1_000)
    let storage = try architecture.initialParameters(.glorotNormal, stream: &draws)
    for i in 0..<storage.count { storage.pointer[i] += Float(0.1 * draws.uniform(-1, 1)) }
    return storage
}
