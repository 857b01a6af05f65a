import Networks
import Support
import Tensors

// S states, N actions a state, D action dimensions, K policy outputs.

/// Passes of a policy over an E-step's states: the M-step's loss, its gradient, its measures.
struct PolicyPass {
    let learner: MPOLearner
    let e: EStep
    private let targets: DoubleBuffer
    private let statisticsSize: Int
    private let targetSize: Int

    /// Prepares what does not change from gradient step to gradient step: the weighted moments of every state.
    init(_ learner: MPOLearner, _ e: EStep) throws {
        self.learner = learner
        self.e = e
        switch e.model.policyForm {
        case .gaussian(let head):
            targetSize = GaussianObjective.targetSize(head)
            statisticsSize = GaussianObjective.statisticsSize(head)
            try MemoryBudget.require(
                elements: [e.stateCount, targetSize + statisticsSize], stride: 8, for: "the M-step's moments")
            targets = learner.targets(e.stateCount * targetSize)
            let decoder = head.decoder
            let (outputs, actions, weights) = (e.referenceOutputs.pointer, e.actions.pointer, e.weights.pointer)
            let (count, states, size, width) = (e.actionCount, e.stateCount, head.actionSize, head.outputs)
            let (destination, length) = (targets.pointer, targetSize)
            let scratches = learner.rowScratch
            let blockRows = 64
            withExtendedLifetime(e) {
                learner.workers.forEach((states + blockRows - 1) / blockRows) { block, worker in
                    let scratch = GaussianScratch(scratches[worker].pointer, head)
                    for row in block * blockRows..<min(states, (block + 1) * blockRows) {
                        GaussianObjective.prepare(
                            decoder, outputs: outputs + row * width, actions: actions + row * count * size,
                            weights: weights + row * count, count: count, scratch: scratch,
                            destination + row * length)
                    }
                }
            }
        case .categorical:
            targetSize = 0
            statisticsSize = CategoricalObjective.statisticsSize
            targets = learner.targets(1)
        }
    }

    /// What evaluates a row: outputs, gradient (or nil), row, worker, statistics.
    private typealias RowWork = (
        UnsafePointer<Float>, UnsafeMutablePointer<Float>?, Int, Int, UnsafeMutablePointer<Double>
    ) -> Void

    private func rowWork(_ hold: MultiplierHold) -> RowWork {
        let scale = 1 / Double(e.stateCount)
        let scratches = learner.rowScratch
        switch e.model.policyForm {
        case .gaussian(let head):
            let objective = GaussianObjective(
                decoder: head.decoder, isJoint: hold.form != .decoupled, lambdaMean: hold.lambdaMean(head.actionSize),
                lambdaCov: hold.lambdaCov(head.actionSize))
            let (base, length) = (targets.pointer, targetSize)
            return { outputs, gradient, row, worker, statistics in
                objective.evaluate(
                    outputs: outputs, target: base + row * length,
                    scratch: GaussianScratch(scratches[worker].pointer, head), statistics: statistics,
                    gradient: gradient, scale: scale)
            }
        case .categorical(let head):
            let objective = CategoricalObjective(head: head, lambda: hold.lambdaTotal)
            let (reference, weights) = (e.referenceOutputs.pointer, e.weights.pointer)
            return { outputs, gradient, row, worker, statistics in
                objective.evaluate(
                    outputs: outputs, reference: reference + row * head.actions,
                    weights: weights + row * head.actions, scratch: scratches[worker].pointer,
                    statistics: statistics, gradient: gradient, scale: scale)
            }
        }
    }

    /// One pass forward and backward: the loss's gradient into the learner's `policyGradient`, and the measures.
    func gradient(of parameters: Storage, _ hold: MultiplierHold) throws -> PolicyMeasure {
        let work = rowWork(hold)
        let width = e.model.policyForm.outputs
        let length = statisticsSize
        let rows = learner.statistics(e.stateCount * length).pointer
        try withExtendedLifetime(e) {
            try learner.policyPlan.forwardBackward(
                parameters: parameters, input: .rows(e.states), rows: e.stateCount,
                parameterGradients: learner.policyGradient
            ) { range, outputs, gradients, _, worker in
                for (place, row) in range.enumerated() {
                    work(outputs + place * width, gradients + place * width, row, worker, rows + row * length)
                }
            }
        }
        return summed(rows)
    }

    /// One pass forward: the measures alone.
    func measure(_ parameters: Storage, _ hold: MultiplierHold) throws -> PolicyMeasure {
        let work = rowWork(hold)
        let width = e.model.policyForm.outputs
        let length = statisticsSize
        let rows = learner.statistics(e.stateCount * length).pointer
        let outputs = Storage(count: e.stateCount * width)
        try withExtendedLifetime(e) {
            try learner.policyPlan.forward(
                parameters: parameters, input: .rows(e.states), rows: e.stateCount, outputs: outputs
            ) { range, outputs, _, worker in
                for (place, row) in range.enumerated() {
                    work(outputs + place * width, nil, row, worker, rows + row * length)
                }
            }
        }
        return summed(rows)
    }

    /// Scales the step from `old` to `new` back by halves until every bounded KL is within its bound.
    ///
    /// The share that is left is 0, and the parameters the old ones, where no share of 2⁻³⁰ or more will do.
    func backtracked(
        from old: Storage, to new: Storage, _ hold: MultiplierHold, cancellation: CancellationToken?
    ) throws -> (parameters: Storage, share: Double) {
        var share = 1.0
        var candidate = new
        for _ in 0...30 {
            try cancellation?.check()
            if hold.isWithinBounds(try measure(candidate, hold)) { return (candidate, share) }
            share /= 2
            candidate = try blended(target: old, source: new, tau: share)
        }
        return (old, 0)
    }

    /// Means over the states, added in row order.
    private func summed(_ rows: UnsafeMutablePointer<Double>) -> PolicyMeasure {
        var sums = [Double](repeating: 0, count: statisticsSize)
        sums.withUnsafeMutableBufferPointer { sums in
            for row in 0..<e.stateCount {
                for k in 0..<sums.count { sums[k] += rows[row * sums.count + k] }
            }
            for k in 0..<sums.count { sums[k] /= Double(e.stateCount) }
        }
        var result = PolicyMeasure()
        result.klMean = sums[0]
        result.klCov = sums[1]
        result.klTotal = sums[2]
        result.expectedLogProbability = sums[3]
        result.entropy = sums[4]
        result.lossMean = sums[5]
        result.lossCov = sums[6]
        if case .gaussian(let head) = e.model.policyForm, head.isDiagonal {
            result.klMeanPerDimension = Array(sums[7..<7 + head.actionSize])
            result.klCovPerDimension = Array(sums[7 + head.actionSize..<7 + 2 * head.actionSize])
        }
        return result
    }
}
