import Networks
import Tensors
import Testing

/// Idle units, against units that were made so by hand.
@Suite struct LayerActivityTests {
    /// x → 4 units → 1, the units' weights and biases as given.
    private func activity(_ activation: Activation, weights: [Float], biases: [Float]) throws -> [LayerActivity] {
        let architecture = try NetworkArchitecture(
            inputs: 1, layers: [.linear(4), .activation(activation), .linear(1)])
        let parameters = Storage(weights + biases + [1, 1, 1, 1, 0])
        return try architecture.activity(parameters: parameters, inputs: Storage([-2, -1, 0, 1, 2]), rows: 5)
    }

    @Test func aReluUnitIsDeadWhereItsBiasPushesItBelowZero() throws {
        // x − 3 ≤ 0 on all rows, −3 too; x + 1 and −x are above 0 somewhere.
        let layers = try activity(.relu, weights: [1, 0, 1, -1], biases: [-3, -3, 1, 0])
        #expect(layers.count == 1 && layers[0].index == 0)
        #expect(layers[0].idle == 2 && layers[0].width == 4 && layers[0].activation == .relu && layers[0].idleShare == 0.5)
    }

    @Test func aTanhUnitIsSaturatedOnBothSides() throws {
        // tanh(±8) is beyond ±0.99 on all rows; tanh(10 x) is 0 at x = 0; tanh(x + 8) lies above tanh(6).
        let layers = try activity(.tanh, weights: [0, 0, 10, 1], biases: [8, -8, 0, 8])
        #expect(layers[0].idle == 3)
    }

    @Test func anEluUnitIsFlatFarBelowZero() throws {
        // e^−5 = 0.0067 is flat; e^−4 = 0.018 is not, and −7 + 2 = −5 at the most.
        let layers = try activity(.elu, weights: [0, 0, 1, 1], biases: [-5, -4, -7, 0])
        #expect(layers[0].idle == 2)
    }

    @Test func aLinearNetworkHasNoLayersToLookAt() throws {
        let architecture = try NetworkArchitecture(inputs: 2, layers: [.linear(3)])
        #expect(try architecture.activity(parameters: Storage(zeros: 9), inputs: Storage(zeros: 8), rows: 4).isEmpty)
    }

    @Test func freshNetworksAreAlive() throws {
        for activation in [Activation.relu, .tanh, .elu] {
            let architecture = try NetworkArchitecture.mlp(inputs: 3, hidden: [64, 64], outputs: 2, activation: activation)
            var stream = RandomStream(seed: 4, purpose: .initialisation)
            let parameters = try architecture.initialParameters(.uniform, stream: &stream)
            let inputs = Storage((0..<300).map { _ in Float(stream.normal()) })
            let layers = try architecture.activity(parameters: parameters, inputs: inputs, rows: 100)
            #expect(layers.count == 2 && layers.allSatisfy { $0.idleShare < 0.2 }, "\(layers)")
        }
    }
}
