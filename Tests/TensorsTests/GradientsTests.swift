import Support
import Tensors
import Testing

@Suite struct GradientsTests {
    @Test func aChainOf100000OperationsGoesBackAndIsReleased() throws {
        let x = Tensor([1, 2]).asVariable()
        var y = x
        for _ in 0..<100_000 { y = try y + Tensor(1) }
        #expect(try gradients(of: y.sum(), withRespectTo: [x])[0].values == [1, 1])
        y = Tensor(0)  // releases the chain
        #expect(!y.isTracked)
    }

    @Test func aDeepChainWithBranchesIsReleased() throws {
        let x = Tensor(1).asVariable()
        var y = x
        for _ in 0..<50_000 { y = try (y + x) * Tensor(0.5) }
        let found = try gradients(of: y, withRespectTo: [x])[0].item()
        #expect(abs(found - 1) < 1e-6)
    }

    @Test func pullbacksMayHoldTheirInputs() throws {
        // What a careless pullback captures must not make releasing recursive either.
        let x = Tensor(1).asVariable()
        var y = x
        for _ in 0..<100_000 {
            let input = y
            y = Tensor.differentiable(y.detached, from: [y]) { [try $0 * input.detached] }
        }
        #expect(try gradients(of: y, withRespectTo: [x])[0].item() == 1)
    }

    @Test func aVariableUsedTwiceSumsItsGradients() throws {
        let x = Tensor([1, 2, 3]).asVariable()
        let y = try (x * x + x * Tensor([4, 5, 6]) + x).sum()
        #expect(try gradients(of: y, withRespectTo: [x])[0].values == [7, 10, 13])
        // Asking again gives the same: gradients are kept apart.
        #expect(try gradients(of: y, withRespectTo: [x])[0].values == [7, 10, 13])
    }

    @Test func sharedGradientsAreNotOverwritten() throws {
        let x = Tensor([1, 2]).asVariable()
        let y = try x + Tensor([0, 0])
        let z = try x + y
        let w = try (z + y + x).sum()
        let found = try gradients(of: w, withRespectTo: [x, y, z])
        #expect(found[0].values == [4, 4])
        #expect(found[1].values == [2, 2])
        #expect(found[2].values == [1, 1])
    }

    @Test func aGradientMayBeTakenInTheMiddle() throws {
        let x = Tensor([3]).asVariable()
        let y = try x.square()
        let z = try y * y
        let found = try gradients(of: z, withRespectTo: [y, x])
        #expect(found[0].values == [18] && found[1].values == [108])
    }

    @Test func independentVariablesGetZeros() throws {
        let x = Tensor([1, 2]).asVariable()
        let y = Tensor([[3, 4]].flatMap { $0 }).asVariable()
        let found = try gradients(of: x.sum(), withRespectTo: [x, y])
        #expect(found[0].values == [1, 1] && found[1].values == [0, 0])
        #expect(try gradients(of: Tensor(5), withRespectTo: [x])[0].values == [0, 0])
        #expect(try gradients(of: x.floor().sum(), withRespectTo: [x])[0].values == [0, 0])
    }

    @Test func detachingStopsTheGradient() throws {
        let x = Tensor([2]).asVariable()
        let y = try (x * x.detached).sum()
        #expect(try gradients(of: y, withRespectTo: [x])[0].values == [2])
        #expect(!x.detached.isTracked)
    }

    @Test func wrongQuestionsAreFaults() throws {
        let x = Tensor([1, 2]).asVariable()
        #expect(throws: Fault.self) { try gradients(of: x, withRespectTo: [x]) }
        #expect(throws: Fault.self) { try gradients(of: x.sum(), withRespectTo: [Tensor(1)]) }
        #expect(throws: Fault.self) { try gradients(of: x, seed: Tensor(1), withRespectTo: [x]) }
        let short = Tensor.differentiable(Tensor(1), from: [x]) { _ in [] }
        #expect(throws: Fault.self) { try gradients(of: short, withRespectTo: [x]) }
        let misshapen = Tensor.differentiable(Tensor(1), from: [x]) { [$0] }
        #expect(throws: Fault.self) { try gradients(of: misshapen, withRespectTo: [x]) }
    }

    /// A small network written with tensor operations, as a script would.
    @Test func aNetworksGradientAgreesWithDifferences() throws {
        var sampler = Sampler(40)
        let x = try sampler.uniform([5, 3])
        let inputs = try [sampler.uniform([3, 4]), sampler.uniform([4]), sampler.uniform([4, 2]), sampler.uniform([2])]
        try expectGradients("network", inputs) { p in
            let hidden = try (Tensor.matmul(x, p[0]) + p[1]).tanh()
            return try (Tensor.matmul(hidden, p[2]) + p[3]).elu().square().mean()
        }
    }
}
