import Support
import Tensors

/// How the units of a hidden layer behave over a batch of inputs.
public struct LayerActivity: Hashable, Sendable {
    /// The layer's place among the network's activations, from 0.
    public let index: Int
    public let activation: Activation
    public let width: Int
    /// Units that pass no gradient on any row of the batch.
    public let idle: Int

    public var idleShare: Double { width == 0 ? 0 : Double(idle) / Double(width) }
}

extension LayerActivity {
    /// A unit with |tanh| above this passes less than 2 % of a gradient: 1 − 0.99².
    static let saturation: Float = 0.99

    /// Whether an output of this activation passes (next to) no gradient: ReLU at 0, tanh beyond ±0.99, ELU below −0.99
    /// (its slope is 1 + output).
    static func passesNothing(_ output: Float, _ activation: Activation) -> Bool {
        switch activation {
        case .identity: false
        case .relu: output <= 0
        case .tanh: output.magnitude > saturation
        case .elu: output < -saturation
        }
    }
}

extension NetworkArchitecture {
    /// The activity of every layer with an activation over the rows of a matrix [rows, inputs].
    ///
    /// A unit counts as idle where every row leaves it flat, so that no gradient of the batch reaches its weights: a dead
    /// ReLU unit, a saturated tanh unit. Rows that are all alike would make every unit look so; use a varied batch.
    public func activity(parameters: Storage, inputs: Storage, rows: Int) throws -> [LayerActivity] {
        guard rows >= 1 else { throw Fault("network.rows", "at least 1 row was wanted, \(rows) was given") }
        let plan = try NetworkPlan(self, workers: .callingThread)
        let trace = try NetworkTrace(self, rows: rows)
        try plan.forward(parameters: parameters, input: .rows(inputs), rows: rows, trace: trace)
        let whole = trace.block(from: 0)
        return withExtendedLifetime(trace) {
            stages.filter { $0.activation != .identity }.enumerated().map { index, stage in
                let values = whole.values(stage)
                let width = stage.outputs
                let idle = (0..<width).reduce(0) { count, unit in
                    let isIdle = (0..<rows).allSatisfy {
                        LayerActivity.passesNothing(values[$0 * width + unit], stage.activation)
                    }
                    return count + (isIdle ? 1 : 0)
                }
                return LayerActivity(index: index, activation: stage.activation, width: width, idle: idle)
            }
        }
    }
}
