import Tensors
import Testing

/// Random values for tests, from a fixed seed.
struct Sampler {
    var stream: RandomStream

    init(_ seed: UInt64) { stream = RandomStream(seed: seed, purpose: .script) }

    mutating func uniform(_ shape: Shape, _ low: Float = -2, _ high: Float = 2) throws -> Tensor {
        try Tensor.uniform(shape, low: low, high: high, from: &stream)
    }

    /// Numbers that are all at least 0.1 apart and 0.05 from every multiple of 0.1, in random order.
    ///
    /// Differences over less than 0.05 therefore cross no kink at 0 or at a multiple of 0.1, and no tie.
    mutating func apart(_ shape: Shape) throws -> Tensor {
        let order = stream.permutation(shape.count)
        return try Tensor(order.map { (Float($0) - Float(shape.count / 2)) * 0.1 + 0.05 }, shape: shape)
    }

    /// A shape of 0 to `rank` axes with sizes 1 to 4.
    mutating func shape(rank: Int) throws -> Shape {
        try Shape((0..<stream.index(below: rank + 1)).map { _ in 1 + stream.index(below: 4) })
    }

    /// A shape that broadcasts with `shape`: leading axes dropped, some sizes made 1.
    mutating func broadcastable(with shape: Shape) throws -> Shape {
        let kept = shape.dimensions.suffix(stream.index(below: shape.rank + 1))
        return try Shape(kept.map { stream.index(below: 3) == 0 ? 1 : $0 })
    }
}

/// Holds the gradients of `function` against central differences at every element of every input.
///
/// The compared scalar is Σ w·out with random w, taken in Double. Five points h = 0.02 apart: the truncation error is
/// h⁴ f⁽⁵⁾ / 30 ≈ 5e-9 f⁽⁵⁾, the float32 rounding of the outputs gives about 1.5 · 6e-8 · Σ|w out| / h; the
/// tolerance of 1e-3 (1 + |gradient|) covers sums of a hundred outputs of order 1.
func expectGradients(
    _ name: String, _ inputs: [Tensor], tolerance: Double = 1e-3, sourceLocation: SourceLocation = #_sourceLocation,
    _ function: ([Tensor]) throws -> Tensor
) throws {
    let variables = inputs.map { $0.asVariable() }
    let output = try function(variables)
    #expect(output.isTracked, "\(name) records nothing", sourceLocation: sourceLocation)
    let untracked = try function(inputs)
    #expect(!untracked.isTracked, "\(name) records without a variable", sourceLocation: sourceLocation)
    #expect(untracked.equals(output), "\(name) gives other values when recorded", sourceLocation: sourceLocation)

    var stream = RandomStream(seed: 99, purpose: .script)
    let weights = try Tensor.uniform(output.shape, low: -1, high: 1, from: &stream)
    let analytic = try gradients(of: output, seed: weights, withRespectTo: variables)

    func loss(_ inputs: [Tensor]) throws -> Double {
        zip(try function(inputs).values, weights.values).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
    for (k, input) in inputs.enumerated() {
        #expect(analytic[k].shape == input.shape, "\(name), input \(k)", sourceLocation: sourceLocation)
        for element in 0..<input.count {
            func moved(_ distance: Float) throws -> (loss: Double, at: Double) {
                var values = input.values
                values[element] += distance
                var changed = inputs
                changed[k] = try Tensor(values, shape: input.shape)
                return (try loss(changed), Double(values[element]))
            }
            let h: Float = 0.02
            let (up, upAt) = try moved(h)
            let (down, downAt) = try moved(-h)
            let (up2, up2At) = try moved(2 * h)
            let (down2, down2At) = try moved(-2 * h)
            let near = (up - down) / (upAt - downAt)
            let far = (up2 - down2) / (up2At - down2At)
            let numeric = (4 * near - far) / 3
            let found = Double(analytic[k].values[element])
            #expect(
                abs(found - numeric) <= tolerance * (1 + abs(numeric)),
                "\(name), input \(k) of shape \(input.shape), element \(element): \(found), differences give \(numeric)",
                sourceLocation: sourceLocation)
        }
    }
}
