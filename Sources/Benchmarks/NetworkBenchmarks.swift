import CKernels
import Networks
import Support
import Tensors

/// The critic of workload W, 23 → 200 → 200 → 1, as its learner step uses it.
func networkBenchmarks(workers: Workers) throws -> [Benchmark] {
    let (states, actions, observation, dimensions) = (256, 20, 17, 6)
    let rows = states * actions
    let critic = try NetworkArchitecture.mlp(inputs: observation + dimensions, hidden: [200, 200], outputs: 1)
    var stream = RandomStream(seed: 0, purpose: .script)
    let parameters = try critic.initialParameters(.glorotUniform, stream: &stream)
    let plan = try NetworkPlan(critic, workers: workers)
    let pairs = Storage(count: rows * critic.inputs)
    stream.fillNormal(pairs.pointer, count: pairs.count)
    let stateRows = Storage(count: states * observation)
    stream.fillNormal(stateRows.pointer, count: stateRows.count)
    let actionRows = Storage(count: rows * dimensions)
    stream.fillNormal(actionRows.pointer, count: actionRows.count)
    let outputs = Storage(count: rows)
    let gradients = Storage(count: critic.parameterCount)
    let targets = Storage(zeros: states)
    let adam = Adam()
    var state = AdamState(parameterCount: critic.parameterCount)
    var trained = parameters

    let products = Double(observation + dimensions) * 200 + 200 * 200 + 200
    let forward = 2 * products * Double(rows)
    // Backward: the weights' gradients of all layers, the inputs' gradients of all but the first.
    let both = 2 * Double(states) * (2 * products + products - 200 * Double(critic.inputs))
    let block = Storage(zeros: 128 * 200)
    return [
        Benchmark(
            name: "critic forward, 5120 rows", unit: "rows/s", amount: Double(rows), flop: forward
        ) {
            try plan.forward(parameters: parameters, input: .rows(pairs), rows: rows, outputs: outputs)
        },
        Benchmark(
            name: "critic forward, 256 states × 20 actions", unit: "rows/s", amount: Double(rows), flop: forward
        ) {
            try plan.forward(
                parameters: parameters,
                input: .statesAndActions(states: stateRows, actions: actionRows, actionsPerState: actions), rows: rows,
                outputs: outputs)
        },
        Benchmark(
            name: "critic forward and backward, 256 rows", unit: "rows/s", amount: Double(states), flop: both
        ) {
            try plan.forwardBackward(
                parameters: parameters, input: .rows(pairs), rows: states, parameterGradients: gradients
            ) { range, q, gradient, _, _ in
                for i in 0..<range.count { gradient[i] = q[i] - targets.pointer[range.lowerBound + i] }
            }
        },
        Benchmark(name: "critic Adam step", unit: "steps/s", amount: 1) {
            let step = try adam.step(parameters: trained, gradients: gradients, state: state, workers: workers)
            (trained, state) = (step.parameters, step.state)
        },
        Benchmark(name: "ELU, one thread", unit: "elements/s", amount: 128 * 200) {
            mpo_bias_activation(block.pointer, nil, 128, 200, mpo_elu)
        },
    ]
}
