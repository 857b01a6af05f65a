import Support
import Tensors
import Testing

@Suite struct ShapeTests {
    @Test func countsAndRefusals() throws {
        #expect(Shape.scalar.count == 1 && Shape.scalar.rank == 0)
        #expect(try Shape([2, 3, 4]).count == 24)
        #expect(try Shape([2, 0, Int.max]).count == 0)
        #expect(throws: Fault.self) { try Shape([-1]) }
        #expect(throws: Fault.self) { try Shape([Int.max, 2]) }
        #expect(throws: Fault.self) { try Shape([Int](repeating: 1, count: 33)) }
    }

    @Test func tenTerabytesAreRefused() throws {
        let huge = try Shape([2_500_000_000_000])
        #expect {
            try Tensor.zeros(huge)
        } throws: { ($0 as? Fault)?.id == "memory.too-large" }
        #expect(throws: Fault.self) { try Tensor.zeros(Shape([Int.max])) }
        #expect(throws: Fault.self) { try Tensor(1).broadcast(to: huge) }
        #expect(throws: Fault.self) { try Tensor.ones([2_000_000, 1]) + Tensor.ones([2_000_000]) }
        #expect(throws: Fault.self) { try Tensor.eye(10_000_000) }
        #expect(throws: Fault.self) { try Tensor.arange(0, 1e300) }
        #expect(throws: Fault.self) { try Tensor.arange(0, 1, step: 0) }
        #expect(throws: Fault.self) { try Tensor.linspace(0, 1, count: -1) }
        #expect(throws: Fault.self) { try Tensor.matmul(Tensor.ones([2_000_000, 1]), Tensor.ones([1, 2_000_000])) }
    }

    @Test func construction() throws {
        #expect(try Tensor.eye(2).values == [1, 0, 0, 1])
        #expect(try Tensor.linspace(0, 1, count: 5).values == [0, 0.25, 0.5, 0.75, 1])
        #expect(try Tensor.linspace(3, 4, count: 1).values == [3])
        #expect(try Tensor.arange(0, 5, step: 2).values == [0, 2, 4])
        #expect(try Tensor.arange(3, 0, step: -1).values == [3, 2, 1])
        #expect(try Tensor.arange(3, 0).count == 0)
        #expect(throws: Fault.self) { try Tensor([1, 2, 3] as [Float], shape: [2, 2]) }
        #expect(throws: Fault.self) { try Tensor([1, 2]).item() }
        #expect(try Tensor([7]).item() == 7)
        var stream = RandomStream(seed: 1, purpose: .script)
        let x = try Tensor.normal([4000], mean: 5, deviation: 2, from: &stream)
        let (mean, deviation) = (try x.mean().item(), try x.standardDeviation().item())
        #expect(abs(mean - 5) < 0.2 && abs(deviation - 2) < 0.15)
    }
}
