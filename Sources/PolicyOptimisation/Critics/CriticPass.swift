import CKernels
import Networks
import Tensors

// S states, K atoms.

/// Passes of a critic's network over a batch: its loss towards the targets, the gradient, and the measures.
///
/// The loss is ½ mean (Q(s, a) − y)², or with a distributional critic the cross entropy −mean Σ_k m_k log p_k(s, a).
struct CriticPass {
    /// Means over a batch.
    struct Measure {
        var squaredError = 0.0
        var q = 0.0
        var crossEntropy = 0.0
    }

    /// Numbers a row: (Q − y)², Q, and the cross entropy.
    private static let columns = 3

    let learner: MPOLearner
    let batch: Batch
    let targets: CriticTargets
    private let input: NetworkInput

    init(_ learner: MPOLearner, _ batch: Batch, _ targets: CriticTargets) {
        self.learner = learner
        self.batch = batch
        self.targets = targets
        switch learner.model.policyForm {
        case .gaussian(let head):
            input = .statesAndActions(
                states: batch.states, actions: learner.clipped(batch.actions, head), actionsPerState: 1)
        case .categorical: input = .rows(batch.states)
        }
    }

    /// Which of a row's values the loss looks at, and how many there are.
    private func chosenValues() -> (width: Int, index: (Int) -> Int) {
        switch (learner.model.criticForm, learner.model.policyForm) {
        case (.perAction(_, let count), .categorical(let head)):
            let actions = batch.actions
            return (count, { head.action(actions.pointer[$0]) })
        default: return (1, { _ in 0 })
        }
    }

    /// Evaluates a row: its outputs, its gradient to be written (or nil), the row, the worker.
    private typealias RowWork = (UnsafePointer<Float>, UnsafeMutablePointer<Float>?, Int, Int) -> Void

    private func rowWork(_ errors: UnsafeMutablePointer<Double>) -> (width: Int, work: RowWork) {
        let (values, index) = chosenValues()
        let y = targets.y.pointer
        let scale = 1 / Float(batch.count)
        guard let support = learner.model.criticSupport, let wanted = targets.distributions?.pointer else {
            return (
                values,
                { outputs, gradient, row, _ in
                    let action = index(row)
                    let q = outputs[action]
                    let error = q - y[row]
                    if let gradient {
                        for k in 0..<values { gradient[k] = 0 }
                        gradient[action] = error * scale
                    }
                    let place = errors + row * Self.columns
                    (place[0], place[1], place[2]) = (Double(error) * Double(error), Double(q), 0)
                }
            )
        }
        let atoms = support.atoms
        let scratches = learner.atomScratch
        return (
            values * atoms,
            { outputs, gradient, row, worker in
                let scratch = scratches[worker]
                let first = index(row) * atoms
                let m = wanted + row * atoms
                mpo_softmax(scratch.probabilities, outputs + first, 1, atoms)
                mpo_log_softmax(scratch.logProbabilities, outputs + first, 1, atoms)
                var crossEntropy = 0.0
                for k in 0..<atoms where m[k] > 0 { crossEntropy -= Double(m[k]) * Double(scratch.logProbabilities[k]) }
                if let gradient {
                    for k in 0..<values * atoms { gradient[k] = 0 }
                    for k in 0..<atoms { gradient[first + k] = (scratch.probabilities[k] - m[k]) * scale }
                }
                let q = support.mean(scratch.probabilities)
                let error = q - Double(y[row])
                let place = errors + row * Self.columns
                (place[0], place[1], place[2]) = (error * error, q, crossEntropy)
            }
        )
    }

    /// One pass forward and backward of network `number`: the loss's gradient into the learner's `criticGradient`.
    func gradient(of parameters: Storage, _ number: Int) throws -> Measure {
        let errors = rows(number)
        let (width, work) = rowWork(errors)
        try withExtendedLifetime((batch, targets)) {
            try learner.criticPlan.forwardBackward(
                parameters: parameters, input: input, rows: batch.count, parameterGradients: learner.criticGradient
            ) { range, outputs, gradients, _, worker in
                for (place, row) in range.enumerated() {
                    work(outputs + place * width, gradients + place * width, row, worker)
                }
            }
        }
        return summed(errors)
    }

    /// One pass forward: the measures alone.
    func measure(_ parameters: Storage, _ number: Int) throws -> Measure {
        let errors = rows(number)
        let (width, work) = rowWork(errors)
        let outputs = Storage(count: batch.count * width)
        try withExtendedLifetime((batch, targets)) {
            try learner.criticPlan.forward(
                parameters: parameters, input: input, rows: batch.count, outputs: outputs
            ) { range, outputs, _, worker in
                for (place, row) in range.enumerated() { work(outputs + place * width, nil, row, worker) }
            }
        }
        return summed(errors)
    }

    /// The mean of the smaller Q, and of |Q₁ − Q₂|, after a pass of both twins.
    func twins() -> (q: Double, gap: Double) {
        let (first, second) = (rows(0), rows(1))
        var (q, gap) = (0.0, 0.0)
        for row in 0..<batch.count {
            let (a, b) = (first[row * Self.columns + 1], second[row * Self.columns + 1])
            q += min(a, b)
            gap += abs(a - b)
        }
        return (q / Double(batch.count), gap / Double(batch.count))
    }

    private func rows(_ number: Int) -> UnsafeMutablePointer<Double> {
        let size = Self.columns * batch.count
        return learner.statistics(learner.model.hasTwinCritics ? 2 * size : size).pointer + number * size
    }

    /// Means over the rows, added in row order.
    private func summed(_ errors: UnsafeMutablePointer<Double>) -> Measure {
        var sum = Measure()
        for row in 0..<batch.count {
            sum.squaredError += errors[row * Self.columns]
            sum.q += errors[row * Self.columns + 1]
            sum.crossEntropy += errors[row * Self.columns + 2]
        }
        let count = Double(batch.count)
        return Measure(squaredError: sum.squaredError / count, q: sum.q / count, crossEntropy: sum.crossEntropy / count)
    }
}
