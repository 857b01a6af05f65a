import Networks
import Support
import Tensors
import Testing

@Suite struct AdamTests {
    /// The algorithm in Double, written out from the paper.
    private func reference(
        _ parameters: [Double], gradients: [[Double]], _ adam: Adam
    ) -> [Double] {
        var p = parameters
        var m = p.map { _ in 0.0 }
        var v = m
        for (t, g) in gradients.enumerated() {
            let norm = g.reduce(0) { $0 + $1 * $1 }.squareRoot()
            let scale = adam.maximumGradientNorm.map { norm > $0 ? $0 / norm : 1 } ?? 1
            var b1 = 1.0
            var b2 = 1.0
            for _ in 0...t {
                b1 *= adam.beta1
                b2 *= adam.beta2
            }
            for i in p.indices {
                let gi = g[i] * scale
                m[i] = adam.beta1 * m[i] + (1 - adam.beta1) * gi
                v[i] = adam.beta2 * v[i] + (1 - adam.beta2) * gi * gi
                p[i] -=
                    adam.learningRate * (m[i] / (1 - b1) / ((v[i] / (1 - b2)).squareRoot() + adam.epsilon)
                    + adam.weightDecay * p[i])
            }
        }
        return p
    }

    @Test(arguments: [
        Adam(), Adam(learningRate: 0.1, beta1: 0.5, beta2: 0.9), Adam(learningRate: 0.01, maximumGradientNorm: 0.3),
        Adam(learningRate: 0.01, epsilon: 1e-3, weightDecay: 0.1),
    ])
    func followsTheAlgorithm(adam: Adam) throws {
        let count = 40_000  // more than two pieces
        var stream = RandomStream(seed: 1, purpose: .script)
        let start = (0..<count).map { _ in Float(stream.normal()) }
        let gradients = (0..<5).map { _ in (0..<count).map { _ in Float(stream.normal() * 0.1) } }
        var parameters = Storage(start)
        var state = AdamState(parameterCount: count)
        for gradient in gradients {
            let step = try adam.step(parameters: parameters, gradients: Storage(gradient), state: state)
            parameters = step.parameters
            state = step.state
        }
        #expect(state.steps == 5)
        let expected = reference(start.map(Double.init), gradients: gradients.map { $0.map(Double.init) }, adam)
        // Single precision: five steps, each rounding θ (|θ| < 5) to 2^-23 relative and the step to some ulps of itself.
        for i in 0..<count {
            #expect(abs(Double(parameters.pointer[i]) - expected[i]) < 5 * 5 * 0x1p-22 + adam.learningRate * 1e-5)
        }
    }

    @Test func aStepChangesNothingThatWentIn() throws {
        let parameters = Storage([Float](repeating: 1, count: 100))
        let gradients = Storage([Float](repeating: 0.5, count: 100))
        let state = AdamState(parameterCount: 100)
        let step = try Adam().step(parameters: parameters, gradients: gradients, state: state)
        #expect(parameters.span.allSatisfy { $0 == 1 })
        #expect(gradients.span.allSatisfy { $0 == 0.5 })
        #expect(state.first.span.allSatisfy { $0 == 0 })
        #expect(state.steps == 0)
        #expect(step.gradientNorm == 5)
        // The first step of Adam is the learning rate times the gradient's sign.
        #expect(step.parameters.span.allSatisfy { abs($0 - (1 - 5e-4)) < 1e-6 })
    }

    @Test func refusesWhatIsNotFinite() throws {
        let parameters = Storage([Float](repeating: 1, count: 3))
        for bad in [Float.nan, .infinity] {
            let error = #expect(throws: Fault.self) {
                try Adam().step(
                    parameters: parameters, gradients: Storage([0, bad, 0]), state: AdamState(parameterCount: 3))
            }
            #expect(error?.id == "adam.not-finite")
        }
    }

    @Test(arguments: [
        (Adam(learningRate: -1), "adam.learning_rate"), (Adam(beta1: 1), "adam.beta1"), (Adam(beta2: .nan), "adam.beta2"),
        (Adam(epsilon: 0), "adam.epsilon"), (Adam(maximumGradientNorm: 0), "adam.maximum_gradient_norm"),
        (Adam(weightDecay: -0.1), "adam.weight_decay"),
    ])
    func refusesSettingsOutOfRange(adam: Adam, id: String) {
        let error = #expect(throws: Fault.self) { try adam.validate() }
        #expect(error?.id == id)
    }

    @Test func aSteadyStepAsksForNoMemory() throws {
        let count = 2_000_003  // a size that no other test uses
        var parameters = Storage(zeros: count)
        let gradients = Storage(zeros: count)
        var state = AdamState(parameterCount: count)
        var addresses = Set<UnsafeMutablePointer<Float>>()
        for _ in 0..<10 {
            let step = try Adam().step(parameters: parameters, gradients: gradients, state: state)
            parameters = step.parameters
            state = step.state
            addresses.formUnion([parameters.pointer, state.first.pointer, state.second.pointer])
        }
        #expect(addresses.count <= 6)
    }

    @Test func blendingMovesByTau() throws {
        let result = try blended(target: Storage([0, 10]), source: Storage([1, 20]), tau: 0.25)
        #expect(Array(result.span) == [0.25, 12.5])
        #expect(throws: Fault.self) { try blended(target: Storage([0]), source: Storage([1, 20]), tau: 0.25) }
    }
}
