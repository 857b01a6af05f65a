import Glibc
import Networks
import Support
import Tensors

/// How a policy network's outputs become a Gaussian: mean μ and Cholesky factor L of the covariance Σ = L Lᵀ.
///
/// D action dimensions, K outputs. The first D outputs are the mean, through tanh where the action's dimension
/// is bounded (`MeanForm.tanh`). Then come the factor's rows: with a full covariance D(D+1)/2 outputs x_ij, j ≤ i,
/// with σ_i = softplus(x_ii + b) + min_sigma, L_ii = σ_i, L_ij = σ_i x_ij (so that a row scales as one); with a
/// diagonal one D outputs, σ_i alone. b is chosen so that outputs of 0 mean σ = init_sigma. With a fixed covariance
/// σ = init_sigma everywhere and the mean is the only output.
public struct GaussianHead: Hashable, Sendable {
    public enum Covariance: String, CaseIterable, Hashable, Sendable { case full, diagonal, fixed }
    public enum MeanForm: String, CaseIterable, Hashable, Sendable { case tanh, free }

    public let box: ActionBox
    public let covariance: Covariance
    public let mean: MeanForm
    public let initSigma: Double
    public let minSigma: Double
    let shift: Double

    public init(
        box: ActionBox, covariance: Covariance = .full, mean: MeanForm = .tanh, initSigma: Double = 0.5,
        minSigma: Double = 1e-3
    ) throws {
        guard minSigma >= 0, minSigma.isFinite else {
            throw Fault("settings.min_sigma", "min_sigma must be a number of at least 0, \(minSigma) was given")
        }
        guard initSigma > minSigma, initSigma.isFinite else {
            throw Fault(
                "settings.init_sigma", "init_sigma must be above min_sigma \(minSigma), \(initSigma) was given")
        }
        guard box.size <= 1 << 12 else {
            throw Fault("policy.size", "a Gaussian policy has at most 4 096 action dimensions, \(box.size.grouped) were given")
        }
        self.box = box
        self.covariance = covariance
        self.mean = mean
        self.initSigma = initSigma
        self.minSigma = minSigma
        let start = initSigma - minSigma
        shift = start + log(-expm1(-start))  // softplus⁻¹
    }

    /// D.
    public var actionSize: Int { box.size }
    /// Numbers in the factor: D(D+1)/2, or D.
    public var factorSize: Int { triangle.count }
    /// K, the network's outputs.
    public var outputs: Int { actionSize + (isFixed ? 0 : factorSize) }
    /// Whether the dimensions are independent: a number each in the factor.
    public var isDiagonal: Bool { covariance != .full }
    /// Whether the covariance is init_sigma² whatever the parameters.
    public var isFixed: Bool { covariance == .fixed }

    var triangle: TriangularFactor { TriangularFactor(size: box.size, isDiagonal: isDiagonal) }

    /// A decoder with everything that a loop over rows needs at hand.
    var decoder: GaussianDecoder { GaussianDecoder(self) }
}

/// A head's arithmetic for loops over rows.
struct GaussianDecoder {
    let triangle: TriangularFactor
    let size: Int
    let shift: Double
    let minSigma: Double
    /// Whether dimension d's mean goes through tanh.
    let squashed: [Bool]
    /// σ where the covariance is fixed.
    let fixedSigma: Double?

    init(_ head: GaussianHead) {
        triangle = head.triangle
        size = head.actionSize
        shift = head.shift
        minSigma = head.minSigma
        squashed = (0..<head.actionSize).map { head.mean == .tanh && head.box.isScaled($0) }
        fixedSigma = head.isFixed ? head.initSigma : nil
    }

    /// One row's outputs [K] to its mean [D] and factor.
    func decode(_ outputs: UnsafePointer<Float>, mean: UnsafeMutablePointer<Double>, factor: UnsafeMutablePointer<Double>) {
        squashed.withUnsafeBufferPointer { squashed in
            for d in 0..<size { mean[d] = squashed[d] ? tanh(Double(outputs[d])) : Double(outputs[d]) }
        }
        if let fixedSigma {
            factor.update(repeating: fixedSigma, count: size)
            return
        }
        let x = outputs + size
        if triangle.isDiagonal {
            for d in 0..<size { factor[d] = softplus(Double(x[d]) + shift) + minSigma }
            return
        }
        var place = 0
        for i in 0..<size {
            let sigma = softplus(Double(x[place + i]) + shift) + minSigma
            for j in 0..<i { factor[place + j] = sigma * Double(x[place + j]) }
            factor[place + i] = sigma
            place += i + 1
        }
    }

    /// Gradients by mean [D] and factor to the gradient by the outputs [K], times `scale`.
    ///
    /// The factor's gradient is taken at its lower triangle.
    func pullBack(
        _ outputs: UnsafePointer<Float>, meanGradient: UnsafePointer<Double>,
        factorGradient: UnsafePointer<Double>, scale: Double, _ gradient: UnsafeMutablePointer<Float>
    ) {
        squashed.withUnsafeBufferPointer { squashed in
            for d in 0..<size {
                var slope = 1.0
                if squashed[d] {
                    let mean = tanh(Double(outputs[d]))
                    slope = 1 - mean * mean
                }
                gradient[d] = Float(scale * slope * meanGradient[d])
            }
        }
        if fixedSigma != nil { return }
        let x = outputs + size
        let g = gradient + size
        if triangle.isDiagonal {
            for d in 0..<size { g[d] = Float(scale * sigmoid(Double(x[d]) + shift) * factorGradient[d]) }
            return
        }
        var place = 0
        for i in 0..<size {
            let raw = Double(x[place + i]) + shift
            let sigma = softplus(raw) + minSigma
            var slope = factorGradient[place + i]
            for j in 0..<i {
                slope += Double(x[place + j]) * factorGradient[place + j]
                g[place + j] = Float(scale * sigma * factorGradient[place + j])
            }
            g[place + i] = Float(scale * sigmoid(raw) * slope)
            place += i + 1
        }
    }

    /// log N(a; μ, L Lᵀ) without the constant −½ D ln 2π; `scratch` has room for D numbers.
    func logDensity(
        _ action: UnsafePointer<Float>, mean: UnsafePointer<Double>, factor: UnsafePointer<Double>,
        logDeterminant: Double, scratch: UnsafeMutablePointer<Double>
    ) -> Double {
        for d in 0..<size { scratch[d] = Double(action[d]) - mean[d] }
        triangle.solve(factor, scratch)
        var squares = 0.0
        for d in 0..<size { squares += scratch[d] * scratch[d] }
        return -0.5 * squares - logDeterminant
    }

    /// ½ D ln 2π.
    var normaliser: Double { 0.5 * Double(size) * log(2 * Double.pi) }

    @inline(__always) func softplus(_ x: Double) -> Double { max(x, 0) + log1p(exp(-abs(x))) }
    @inline(__always) func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
}

/// Plain Double memory for loops over rows, owned by whoever loops.
final class DoubleBuffer {
    let pointer: UnsafeMutablePointer<Double>
    let count: Int

    init(_ count: Int) {
        self.count = max(1, count)
        pointer = .allocate(capacity: self.count)
        pointer.initialize(repeating: 0, count: self.count)
    }

    deinit { pointer.deallocate() }
}
