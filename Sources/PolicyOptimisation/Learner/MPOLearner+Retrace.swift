import Networks
import Support
import Tensors

// S states (transitions of sequences, one after the other), D action dimensions.

extension MPOLearner {
    /// Retrace(λ) targets along sequences of the replay.
    ///
    /// y_t = Q'(s_t,a_t) + Σ_{j≥t} γ^{j−t} (Π_{k=t+1..j} c_k) [r_j + γ E_π Q'(s_{j+1},·) − Q'(s_j,a_j)] with
    /// c_k = λ min(1, π_i(a_k|s_k)/b(a_k|s_k)), computed from a sequence's end backwards as
    /// y_t = r_t + γ (1 − terminated_t) (E_π Q'(s_{t+1},·) + c_{t+1} (y_{t+1} − Q'(s_{t+1},a_{t+1}))).
    /// b is the log-probability that the replay keeps, at the unclipped action; Q' sees the clipped one. A sequence's
    /// last transition bootstraps, unless the task terminated there.
    /// Source: Munos, Stepleton, Harutyunyan, Bellemare 2016, *Safe and Efficient Off-Policy Reinforcement Learning*.
    func retraceTargets(
        _ state: LearnerState, _ batch: Batch, lengths: [Int], _ next: NextValues, _ settings: MPOSettings
    ) throws -> CriticTargets {
        let traces = try traceCoefficients(state, batch, lambda: settings.retraceLambda)
        let taken = try takenValues(state, batch)
        let y = Storage(count: batch.count)
        var passed = 0.0
        var end = 0
        for length in lengths {
            end += length
            var carried = 0.0
            for row in stride(from: end - 1, through: end - length, by: -1) {
                let value = Double(batch.rewards.pointer[row])
                    + Double(batch.discounts.pointer[row]) * (next.expectation(row) + carried)
                y.pointer[row] = Float(value)
                if row == end - length { break }
                carried = traces.pointer[row] * (value - taken(row))
                passed += traces.pointer[row]
            }
        }
        var result = CriticTargets(y: y)
        let links = batch.count - lengths.count
        if links > 0 { result.meanTrace = passed / Double(links) }
        result.meanSequence = Double(batch.count) / Double(max(1, lengths.count))
        return result
    }

    /// Q'(s, a) of a batch's own transitions.
    func takenValues(_ state: LearnerState, _ batch: Batch) throws -> (Int) -> Double {
        switch model.policyForm {
        case .gaussian(let head):
            let q = try score(
                state.targetCritics, states: batch.states, stateCount: batch.count, clipped: clipped(batch.actions, head),
                actions: 1, during: "qstep")
            return { Double(q.pointer[$0]) }
        case .categorical(let head):
            let q = try score(
                state.targetCritics, states: batch.states, stateCount: batch.count, clipped: batch.actions,
                actions: head.actions, during: "qstep")
            return { Double(q.pointer[$0 * head.actions + head.action(batch.actions.pointer[$0])]) }
        }
    }

    /// c = λ min(1, π_i(a|s)/b(a|s)) of every transition, in memory that the next call uses again.
    func traceCoefficients(_ state: LearnerState, _ batch: Batch, lambda: Double) throws -> DoubleBuffer {
        let buffer = targets(batch.count)
        let (traces, behaviour, actions) = (buffer.pointer, batch.logProbabilities.pointer, batch.actions.pointer)
        let width = model.policyForm.outputs
        let outputs = Storage(count: batch.count * width)
        func coefficient(_ row: Int, _ log: Double) -> Double {
            let ratio = exponential(log - Double(behaviour[row]))
            return ratio < 1 || ratio.isNaN ? lambda * ratio : lambda
        }
        try withExtendedLifetime((buffer, batch)) {
            try policyPlan.forward(
                parameters: state.reference, input: .rows(batch.states), rows: batch.count, outputs: outputs
            ) { [rowScratch, form = model.policyForm] rows, block, _, worker in
                switch form {
                case .gaussian(let head):
                    let scratch = GaussianScratch(rowScratch[worker].pointer, head)
                    let decoder = head.decoder
                    for (index, row) in rows.enumerated() {
                        decoder.decode(block + index * width, mean: scratch.mean, factor: scratch.factor)
                        let log = decoder.logDensity(
                            actions + row * head.actionSize, mean: scratch.mean, factor: scratch.factor,
                            logDeterminant: decoder.triangle.logDeterminant(scratch.factor), scratch: scratch.u)
                        traces[row] = coefficient(row, log - decoder.normaliser)
                    }
                case .categorical(let head):
                    let logs = rowScratch[worker].pointer
                    for (index, row) in rows.enumerated() {
                        head.logProbabilities(block + index * width, logs)
                        traces[row] = coefficient(row, logs[head.action(actions[row])])
                    }
                }
            }
        }
        return buffer
    }
}

extension CategoricalHead {
    /// The action that a replay's number stands for; a damaged number never leads out of range.
    func action(_ number: Float) -> Int { min(actions - 1, max(0, Int(exactly: number.rounded()) ?? 0)) }
}
