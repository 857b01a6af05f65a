import Glibc
import PolicyOptimisation
import Runtime
import Support
import Tensors

// S states, D action dimensions, A finitely many actions.

/// Policies and critics applied to many states at once, as figures and comparisons ask for it.
enum Probe {
    /// A policy's Gaussian in one state, in the policy's units.
    struct Gaussian {
        /// [D].
        let mean: [Double]
        /// Lower Cholesky factor of the covariance, D rows.
        let factor: [[Double]]

        /// Covariance of two dimensions.
        func covariance(_ i: Int, _ j: Int) -> Double { zip(factor[i], factor[j]).reduce(0) { $0 + $1.0 * $1.1 } }

        /// log density.
        func logDensity(_ action: [Double]) -> Double {
            var squares = 0.0
            var logDeterminant = 0.0
            var solved = [Double](repeating: 0, count: mean.count)
            for i in mean.indices {
                var rest = action[i] - mean[i]
                for j in 0..<i { rest -= factor[i][j] * solved[j] }
                solved[i] = rest / factor[i][i]
                squares += solved[i] * solved[i]
                logDeterminant += log(factor[i][i])
            }
            return -0.5 * squares - logDeterminant - 0.5 * Double(mean.count) * log(2 * .pi)
        }
    }

    /// What a policy does in each state.
    enum Distributions {
        case gaussian([Gaussian], ActionBox)
        case finite([[Double]])
    }

    static func tensor(_ rows: [[Double]]) throws -> Tensor {
        try Tensor(rows.joined().map { Float($0) }, shape: Shape([rows.count, rows.first?.count ?? 0]))
    }

    static func distributions(_ policy: PolicyObject, _ states: [[Double]]) throws -> Distributions {
        let size = policy.policy.observationSize
        if let wrong = states.first(where: { $0.count != size }) {
            throw Fault("plot.observation", "an observation of \(Digits.count(size, "number")) was wanted, \(wrong.count) were given")
        }
        guard case .record(let record) = try policy.distribution(tensor(states)) else {
            throw Fault("plot.policy", "this policy has no distribution that could be drawn: \(policy.summary)")
        }
        if let probabilities = record["probabilities"] { return .finite(try NumberRows.convert(probabilities).rows) }
        guard let means = record["mean"], let factors = (record["cholesky"]?.asObject as? any TensorLike)?.tensor.values,
            case .gaussian(let head) = policy.policy.form
        else { throw Fault("plot.policy", "this policy has no distribution that could be drawn: \(policy.summary)") }
        let d = head.actionSize
        guard factors.count == states.count * d * d else {
            throw Fault("plot.policy", "this policy has no distribution that could be drawn: \(policy.summary)")
        }
        let all = try NumberRows.convert(means).rows
        guard all.allSatisfy({ $0.allSatisfy(\.isFinite) }), factors.allSatisfy(\.isFinite) else {
            throw Fault("plot.not-finite", "the policy's mean or covariance is not finite, so there is nothing to draw", hint: "undo takes back the step that did it")
        }
        let rows = all.enumerated().map { s, mean in
            Gaussian(mean: mean, factor: (0..<d).map { i in (0..<d).map { j in Double(factors[(s * d + i) * d + j]) } })
        }
        return .gaussian(rows, head.box)
    }

    /// Q(s, a) of a state and an action a row; actions are clipped to the box, as the critic always sees them.
    static func values(
        _ critic: CriticObject, _ states: [[Double]], _ actions: [[Double]], _ box: ActionBox, _ context: NativeContext
    ) throws -> [Double] {
        let (low, high) = (box.normalisedLow, box.normalisedHigh)
        let clipped = actions.map { action in action.indices.map { min(max(action[$0], low[$0]), high[$0]) } }
        let result = try critic.call(CallArguments([tensor(states).asValue, tensor(clipped).asValue]), context)
        return try Tensor.of(result, for: "a critic").values.map { Double($0) }
    }

    /// Q(s, ·) of every state.
    static func values(_ critic: CriticObject, _ states: [[Double]], _ context: NativeContext) throws -> [[Double]] {
        try NumberRows.convert(critic.call(CallArguments([tensor(states).asValue]), context)).rows
    }

    /// V(s) = E_π Q(s, a) of every state, and how it was found.
    ///
    /// Over finitely many actions it is the sum. A Gaussian's expectation is taken by the rule of third degree, 2D
    /// points μ ± √D L e_d of equal weight, which is exact for cubic polynomials (Arasaratnam and Haykin 2009).
    static func stateValues(
        _ policy: PolicyObject, _ critic: CriticObject, _ states: [[Double]], _ context: NativeContext
    ) throws -> (values: [Double], isExact: Bool) {
        switch try distributions(policy, states) {
        case .finite(let probabilities):
            let q = try values(critic, states, context)
            return (zip(probabilities, q).map { p, q in zip(p, q).reduce(0) { $0 + $1.0 * $1.1 } }, true)
        case .gaussian(let gaussians, let box):
            let d = box.size
            let root = Double(d).squareRoot()
            var sums = [Double](repeating: 0, count: states.count)
            for column in 0..<d {
                for sign in [-1.0, 1] {
                    try context.cancellation.check()
                    let actions = gaussians.map { g in
                        g.mean.indices.map { g.mean[$0] + sign * root * g.factor[$0][column] }
                    }
                    let q = try values(critic, states, actions, box, context)
                    for s in sums.indices { sums[s] += q[s] }
                }
            }
            return (sums.map { $0 / Double(2 * d) }, false)
        }
    }
}
