import Networks
import Support
import Tensors

// S states, N actions a state, D action dimensions, K policy outputs.

/// Actions sampled from a policy at given states.
struct SampledActions {
    /// [S, N, D], as they were drawn.
    let actions: Storage
    /// [S, N, D], clipped to the action box: what the critic sees.
    let clipped: Storage
    /// [S, N].
    let logProbabilities: Storage
    /// [S, K].
    let outputs: Storage
}

extension MPOLearner {
    /// Draws N actions for each of S states; row s has the stream (seed, purpose, step, s).
    func sampleActions(
        _ head: GaussianHead, parameters: Storage, states: Storage, stateCount: Int, actions count: Int,
        seed: UInt64, purpose: RandomPurpose, step: Int
    ) throws -> SampledActions {
        let size = head.actionSize
        let total = try MemoryBudget.require(
            elements: [stateCount, count, size], stride: 16, for: "\(stateCount.grouped) × \(count.grouped) actions")
        let actions = Storage(count: total)
        let clipped = Storage(count: total)
        let logProbabilities = Storage(count: stateCount * count)
        let outputs = Storage(count: stateCount * head.outputs)
        let decoder = head.decoder
        let normaliser = decoder.normaliser
        let low = head.box.normalisedLow.map { Float($0) }
        let high = head.box.normalisedHigh.map { Float($0) }
        let (drawn, cut, logs) = (actions.pointer, clipped.pointer, logProbabilities.pointer)
        let width = head.outputs
        try policyPlan.forward(parameters: parameters, input: .rows(states), rows: stateCount, outputs: outputs) {
            [rowScratch] rows, block, _, worker in
            let scratch = GaussianScratch(rowScratch[worker].pointer, head)
            low.withUnsafeBufferPointer { low in
                high.withUnsafeBufferPointer { high in
                    for (index, row) in rows.enumerated() {
                        decoder.decode(block + index * width, mean: scratch.mean, factor: scratch.factor)
                        let constant = normaliser + decoder.triangle.logDeterminant(scratch.factor)
                        var stream = RandomStream(
                            seed: seed, purpose: purpose, step: UInt64(truncatingIfNeeded: step),
                            row: UInt32(truncatingIfNeeded: row))
                        let first = drawn + row * count * size
                        stream.fillNormal(first, count: count * size)
                        for j in 0..<count {
                            let action = first + j * size
                            var squares = 0.0
                            for d in 0..<size { squares += Double(action[d]) * Double(action[d]) }
                            logs[row * count + j] = Float(-0.5 * squares - constant)
                            decoder.triangle.applyInPlace(scratch.factor, mean: scratch.mean, action)
                            let clip = cut + (row * count + j) * size
                            for d in 0..<size { clip[d] = min(max(action[d], low[d]), high[d]) }
                        }
                    }
                }
            }
        }
        return SampledActions(
            actions: actions, clipped: clipped, logProbabilities: logProbabilities, outputs: outputs)
    }

    /// π(·|s) of every state, [S, A], and the logits that they came from.
    func probabilities(
        _ head: CategoricalHead, parameters: Storage, states: Storage, stateCount: Int
    ) throws -> (probabilities: Storage, outputs: Storage) {
        try MemoryBudget.require(
            elements: [stateCount, head.actions], stride: 8, for: "\(stateCount.grouped) × \(head.actions.grouped) probabilities")
        let outputs = Storage(count: stateCount * head.actions)
        let probabilities = Storage(count: stateCount * head.actions)
        let destination = probabilities.pointer
        let count = head.actions
        try policyPlan.forward(parameters: parameters, input: .rows(states), rows: stateCount, outputs: outputs) {
            [rowScratch] rows, block, _, worker in
            let scratch = rowScratch[worker].pointer
            for (index, row) in rows.enumerated() {
                head.logProbabilities(block + index * count, scratch)
                for a in 0..<count { destination[row * count + a] = Float(exponential(scratch[a])) }
            }
        }
        return (probabilities, outputs)
    }
}
