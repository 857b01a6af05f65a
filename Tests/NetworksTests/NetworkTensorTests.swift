import Networks
import Support
import Tensors
import Testing

@Suite struct NetworkTensorTests {
    /// mean((net(x) − y)²) by the network node, and by whole-tensor operations on slices of the same parameters.
    @Test func nodeAgreesWithTensorOperations() throws {
        let architecture = try NetworkArchitecture(
            inputs: 3, layers: [.linear(8), .activation(.tanh), .linear(4), .activation(.elu), .linear(2)])
        let network = try Network(architecture, initialiser: .glorotNormal, stream: stream(3))
        var draws = stream(4)
        let x = try Tensor(randomFloats(70 * 3, &draws), shape: Shape([70, 3])).asVariable()
        let y = try Tensor(randomFloats(70 * 2, &draws), shape: Shape([70, 2]))
        let (loss, found) = try network.differentiated { parameters in
            let error = try network(x) - y
            let loss = try (error * error).mean()
            return (loss, try gradients(of: loss, withRespectTo: [parameters, x]))
        }

        let leaves = try architecture.parameterSlices.map { slice in
            try Tensor(shape: Shape(slice.shape)) {
                $0.update(from: network.parameters.pointer + slice.offset, count: slice.shape.reduce(1, *))
            }.asVariable()
        }
        let first = try (Tensor.matmul(x, leaves[0]) + leaves[1]).tanh()
        let middle = try (Tensor.matmul(first, leaves[2]) + leaves[3]).elu()
        let error = try Tensor.matmul(middle, leaves[4]) + leaves[5] - y
        let expectedLoss = try (error * error).mean()
        let expected = try gradients(of: expectedLoss, withRespectTo: leaves + [x])

        // The same float32 sums in other orders.
        #expect(abs(try loss.item() - expectedLoss.item()) < 1e-5)
        let flat = expected.dropLast().flatMap(\.values)
        for (a, b) in zip(found[0].values, flat) { #expect(abs(a - b) < 1e-5) }
        for (a, b) in zip(found[1].values, expected[expected.count - 1].values) { #expect(abs(a - b) < 1e-6) }
        #expect(flat.count == architecture.parameterCount)
    }

    @Test func oneVariableForEveryApplication() throws {
        let network = try Network(
            NetworkArchitecture(inputs: 1, layers: [.linear(1)]), parameters: Storage([2, 1]))
        let gradient = try network.differentiated { parameters in
            // net(3) + net(5) = 8 w + 2 b
            let sum = try network(Tensor([3])) + network(Tensor([5]))
            return try gradients(of: sum.sum(), withRespectTo: [parameters])[0]
        }
        #expect(gradient.values == [8, 2])
        #expect(try !network(Tensor([3])).isTracked)
        #expect(try network(Tensor([3])).values == [7])
    }

    @Test(arguments: [[3], [5, 3], [2, 4, 3], [0, 3]])
    func leadingAxesAreKept(dimensions: [Int]) throws {
        let network = try Network(.mlp(inputs: 3, hidden: [4], outputs: 2), stream: stream(1))
        let output = try network(Tensor.ones(Shape(dimensions)))
        #expect(output.shape.dimensions == dimensions.dropLast() + [2])
    }

    @Test(arguments: [[4], [5, 2], []])
    func wrongWidthIsAFault(dimensions: [Int]) throws {
        let network = try Network(.mlp(inputs: 3, hidden: [4], outputs: 2), stream: stream(1))
        let error = #expect(throws: Fault.self) { try network(Tensor.ones(Shape(dimensions))) }
        #expect(error?.id == "network.input")
    }
}
