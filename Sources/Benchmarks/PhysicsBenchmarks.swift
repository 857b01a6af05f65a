import Environments
import MuJoCoEnvironments
import Support
import Tensors

/// Physics tasks stepped with random actions, a copy on each thread: environment steps a second of all together.
///
/// The originals' own rates with the same actions are what to hold it against (Gymnasium's HalfCheetah does 19 600
/// steps/s on one Zen 4 core).
final class PhysicsWorkload {
    private var copies: [any Environment] = []
    private let workers: Workers
    private let actions: [[Double]]
    private var turn = 0

    /// Steps that one call does on each thread.
    static let steps = 200

    init(_ environment: any Environment, workers: Workers) throws {
        self.workers = workers
        guard case .box(let low, let high) = environment.spec.actions else {
            throw Fault("bench.task", "\(environment.spec.name) has no box of actions")
        }
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
    let tasks: [any Environment] =
        try ["HalfCheetah-v4", "Reacher-v4", "Humanoid-v4"].compactMap { try GymnasiumEnvironment.make($0) }
        + [("cheetah", "run"), ("walker", "walk"), ("humanoid", "run")].map { try SuiteEnvironment.make($0.0, $0.1) }
    return try tasks.map { task in
        let workload = try PhysicsWorkload(task, workers: workers)
        return Benchmark(
            name: "\(task.spec.name), a copy on each thread", unit: "steps/s", amount: Double(PhysicsWorkload.steps * workers.count)
        ) { try workload.run() }
    }
}
