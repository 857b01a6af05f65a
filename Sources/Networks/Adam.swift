import CKernels
import Support
import Tensors

/// The settings of Adam: adaptive steps from the gradient's first two moments.
///
/// m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g², θ ← θ − rate · m̂ / (√v̂ + ε) with m̂ = m/(1−β₁ᵗ), v̂ = v/(1−β₂ᵗ).
/// Source: Kingma, Ba 2015, *Adam*, algorithm 1; `weightDecay` w adds −rate · w · θ (Loshchilov, Hutter 2019).
public struct Adam: Hashable, Sendable {
    public var learningRate: Double
    public var beta1: Double
    public var beta2: Double
    public var epsilon: Double
    /// A gradient whose global norm is larger is scaled down to it; nil for none.
    public var maximumGradientNorm: Double?
    public var weightDecay: Double

    public init(
        learningRate: Double = 5e-4, beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8,
        maximumGradientNorm: Double? = nil, weightDecay: Double = 0
    ) {
        self.learningRate = learningRate
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon
        self.maximumGradientNorm = maximumGradientNorm
        self.weightDecay = weightDecay
    }

    /// Refuses settings outside their ranges.
    public func validate() throws {
        func require(_ holds: Bool, _ name: String, _ wanted: String, _ value: Double) throws {
            guard holds else { throw Fault("adam.\(name)", "\(name) must be \(wanted), \(value) was given") }
        }
        try require(learningRate >= 0 && learningRate.isFinite, "learning_rate", "at least 0", learningRate)
        try require(beta1 >= 0 && beta1 < 1, "beta1", "in [0, 1)", beta1)
        try require(beta2 >= 0 && beta2 < 1, "beta2", "in [0, 1)", beta2)
        try require(epsilon > 0 && epsilon.isFinite, "epsilon", "above 0", epsilon)
        try require(weightDecay >= 0 && weightDecay.isFinite, "weight_decay", "at least 0", weightDecay)
        if let norm = maximumGradientNorm {
            try require(norm > 0 && !norm.isNaN, "maximum_gradient_norm", "above 0", norm)
        }
    }
}

/// Adam's memory: both moments and the number of steps. A value: a step makes a new one.
public struct AdamState: Sendable {
    public let first: Storage
    public let second: Storage
    public let steps: Int

    /// The state before the first step: both moments 0.
    public init(parameterCount: Int) {
        self.init(first: Storage(zeros: parameterCount), second: Storage(zeros: parameterCount), steps: 0)
    }

    public init(first: Storage, second: Storage, steps: Int) {
        self.first = first
        self.second = second
        self.steps = steps
    }
}

extension Adam {
    /// What a step made; nothing that went into it was changed.
    public struct Step: Sendable {
        public let parameters: Storage
        public let state: AdamState
        /// The gradient's global norm before clipping.
        public let gradientNorm: Double
    }

    /// One step down `gradients`, at `learningRate` if given, else at the settings' own.
    ///
    /// Throws if the sizes differ, or if the gradient holds a NaN or an infinity.
    public func step(
        parameters: Storage, gradients: Storage, state: AdamState, learningRate: Double? = nil,
        workers: Workers = .shared
    ) throws -> Step {
        let count = parameters.count
        guard gradients.count >= count, state.first.count == count, state.second.count == count else {
            throw Fault(
                "adam.size",
                "\(count.grouped) parameters need as many gradients and moments, \(gradients.count.grouped) and "
                    + "\(state.first.count.grouped) were given")
        }
        let norm = Self.globalNorm(gradients, count: count, workers: workers)
        guard norm.isFinite else {
            throw Fault(
                "adam.not-finite", "the gradient's norm is \(norm), so no step was taken",
                hint: "a smaller learning rate or gradient clipping may help")
        }
        let steps = state.steps + 1
        let rate = learningRate ?? self.learningRate
        var scale = 1.0
        if let largest = maximumGradientNorm, norm > largest { scale = largest / norm }
        var settings = mpo_adam_settings(
            rate: Float(rate), beta1: Float(beta1), beta2: Float(beta2),
            correction1: Float(1 / (1 - power(beta1, steps))), correction2: Float(1 / (1 - power(beta2, steps))),
            epsilon: Float(epsilon), gradient_scale: Float(scale), decay: Float(rate * weightDecay))
        let new = Storage(count: count)
        let first = Storage(count: count)
        let second = Storage(count: count)
        withExtendedLifetime((parameters, gradients, state.first, state.second)) {
            let (p, g, m, v) = (
                parameters.pointer, gradients.pointer, state.first.pointer, state.second.pointer
            )
            let (np, nm, nv) = (new.pointer, first.pointer, second.pointer)
            withUnsafePointer(to: &settings) { settings in
                workers.forEach((count + Self.piece - 1) / Self.piece) { index, _ in
                    let at = index * Self.piece
                    mpo_adam(
                        p + at, g + at, m + at, v + at, np + at, nm + at, nv + at,
                        Int64(min(Self.piece, count - at)), settings)
                }
            }
        }
        return Step(
            parameters: new, state: AdamState(first: first, second: second, steps: steps), gradientNorm: norm)
    }

    private static let piece = 16_384

    /// √(Σ gᵢ²) in Double; pieces of a fixed size are added in order, so threads do not change it.
    public static func globalNorm(_ gradients: Storage, count: Int? = nil, workers: Workers = .shared) -> Double {
        let count = min(count ?? gradients.count, gradients.count)
        return withExtendedLifetime(gradients) {
            var sum = 0.0
            var at = 0
            while at < count {
                sum += mpo_sum_of_squares(gradients.pointer + at, Int64(min(piece, count - at)))
                at += piece
            }
            return sum.squareRoot()
        }
    }

    /// βᵗ by repeated squaring.
    private func power(_ base: Double, _ exponent: Int) -> Double {
        var result = 1.0
        var factor = base
        var rest = exponent
        while rest > 0 {
            if rest & 1 == 1 { result *= factor }
            factor *= factor
            rest >>= 1
        }
        return result
    }
}

/// Target parameters: target + τ (source − target), as a new storage.
public func blended(target: Storage, source: Storage, tau: Double) throws -> Storage {
    guard target.count == source.count else {
        throw Fault(
            "network.parameters",
            "target and source must have equally many parameters, \(target.count.grouped) and "
                + "\(source.count.grouped) were given")
    }
    let result = Storage(count: target.count)
    withExtendedLifetime((target, source)) {
        mpo_blend(target.pointer, source.pointer, Float(tau), result.pointer, Int64(target.count))
    }
    return result
}
