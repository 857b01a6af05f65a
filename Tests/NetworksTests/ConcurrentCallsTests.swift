import Networks
import Support
import Synchronization
import Tensors
import Testing

@Suite struct ConcurrentCallsTests {
    /// Many threads at once through BLAS and the kernels, each with its own plan: every one gets the same bits.
    @Test func manyThreadsGetTheSameBits() async throws {
        let architecture = try NetworkArchitecture.mlp(inputs: 23, hidden: [100, 100], outputs: 3)
        let parameters = try randomParameters(architecture, 1)
        var draws = stream(2)
        let input = randomFloats(200 * 23, &draws)
        @Sendable func compute() throws -> [Float] {
            let plan = try NetworkPlan(architecture, workers: Workers(count: 1))
            let gradients = Storage(count: architecture.parameterCount)
            try plan.forwardBackward(
                parameters: parameters, input: .rows(Storage(input)), rows: 200, parameterGradients: gradients
            ) { range, y, gradient, _, _ in gradient.update(from: y, count: range.count * 3) }
            return Array(gradients.span)
        }
        let expected = try compute()
        let differing = Atomic<Int>(0)
        let workers = Workers(count: 8)
        workers.forEach(200) { _, _ in
            if (try? compute()) != expected { differing.add(1, ordering: .relaxed) }
        }
        #expect(differing.load(ordering: .relaxed) == 0)
    }
}
