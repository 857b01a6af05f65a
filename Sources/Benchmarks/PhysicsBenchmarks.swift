import Environments
import MuJoCoEnvironments
import Support
import Tensors

/// Physics tasks stepped with random actions, a copy on each thread: environment steps a second of all together.
///
/// Gymnasium's own rate with the same actions is what to hold it against (19 600 HalfCheetah steps/s on one Zen 4 core).
final class PhysicsWorkload {
    private var copies: [any Environment] = []
    private let workers: Workers
    private let actions: [[Double]]
    private var turn = 0

    /// Steps that one call does on each thread.
    static let steps = 200

    init(_ id: String, workers: Workers) throws {
        self.workers = workers
        guard let environment = try GymnasiumEnvironment.make(id) else { throw Fault("bench.task", "there is no \(id)") }
        guard case .box(let low, let high) = environment.spec.actions else { throw Fault("bench.task", "\(id) has no box of actions") }
        var stream = RandomStream(seed: 0, purpose: .script)
        actions = (0..<Self.steps).map { _ in zip(low, high).map { stream.uniform($0, $1) } }
        for _ in 0..<workers.count { copies.append(try environment.copy()) }
    }

    func run() throws {
        turn += 1
        var failures = [(any Error)?](repeating: nil, count: copies.count)
        failures.withUnsafeMutableBufferPointer { failures in
            workers.forEach(copies.count) { index, _ in failures[index] = failure(of: index) }
        }
        if let error = failures.lazy.compactMap({ $0 }).first { throw error }
    }

    /// One thread's share.
    private func failure(of index: Int) -> (any Error)? {
        do {
            var stream = RandomStream(seed: UInt64(turn), purpose: .environmentReset, step: UInt64(index))
            try copies[index].reset(stream: &stream)
            for action in actions {
                let outcome = try copies[index].step(action: action, stream: &stream)
                _ = try copies[index].observation()
                if outcome.terminated { try copies[index].reset(stream: &stream) }
            }
            return nil
        } catch {
            return error
        }
    }
}

func physicsBenchmarks(workers: Workers) throws -> [Benchmark] {
    guard MuJoCoFolder.isAvailable else { return [] }
    return try ["HalfCheetah-v4", "Reacher-v4", "Humanoid-v4"].map { id in
        let workload = try PhysicsWorkload(id, workers: workers)
        return Benchmark(
            name: "\(id), a copy on each thread", unit: "steps/s", amount: Double(PhysicsWorkload.steps * workers.count)
        ) { try workload.run() }
    }
}
