import Environments
import Laboratory
import PolicyOptimisation
import Support
import Tensors

/// Environment steps a second of a collect with a policy 100-100: the task, the policy and the replay together.
func collectBenchmarks(workers: Workers) throws -> [Benchmark] {
    let steps = 20_000
    let box = try ActionBox(low: [-2], high: [2])
    let lab = try Lab(
        environment: Pendulum(),
        policy: .gaussian(
            observationSize: 3, box: box, stream: RandomStream(seed: 0, purpose: .initialisation, step: 0)),
        critic: QNetwork(
            .stateAction(observationSize: 3, actionSize: 1),
            stream: RandomStream(seed: 0, purpose: .initialisation, step: 1)), workers: workers)
    return [
        Benchmark(name: "collect, pendulum", unit: "steps/s", amount: Double(steps)) {
            try lab.collect(steps: steps)
            try lab.undo()
        }
    ]
}
