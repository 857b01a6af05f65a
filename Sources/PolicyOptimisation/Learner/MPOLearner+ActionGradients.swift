import CKernels
import Networks
import Support
import Tensors

// S states, N actions a state, D action dimensions, K atoms.

extension MPOLearner {
    /// Q' [S, N] and ∂Q'/∂a [S, N, D] of sampled actions, less the action penalty's.
    ///
    /// Of twins the smaller one's, of a distributional critic its mean's. Where an action is clipped Q' is flat.
    func actionGradients(
        _ critics: CriticParameters, states: Storage, actions: Storage, clipped: Storage, stateCount: Int, count: Int,
        _ head: GaussianHead, _ settings: MPOSettings
    ) throws -> (q: Storage, gradients: Storage?) {
        let (rows, size) = (stateCount * count, head.actionSize)
        let input = NetworkInput.statesAndActions(states: states, actions: clipped, actionsPerState: count)
        let (q, gradients) = try inputGradients(critics.first, input, rows: rows, actionSize: size)
        if let second = critics.second {
            let other = try inputGradients(second, input, rows: rows, actionSize: size)
            withExtendedLifetime((q, gradients, other)) {
                for row in 0..<rows where other.q.pointer[row] < q.pointer[row] {
                    q.pointer[row] = other.q.pointer[row]
                    (gradients.pointer + row * size).update(from: other.gradients.pointer + row * size, count: size)
                }
            }
        }
        let excess = head.excess(of: actions)
        withExtendedLifetime((actions, clipped, excess, gradients)) {
            for place in 0..<rows * size {
                let beyond = actions.pointer[place] - clipped.pointer[place]
                if beyond == 0 { continue }
                gradients.pointer[place] =
                    -Float(settings.actionPenalty) * beyond / max(excess.pointer[place / size], .leastNormalMagnitude)
            }
        }
        guard Adam.globalNorm(actions).isFinite else {
            throw Fault(
                "estep.not-finite", "an action that the parametric q drew is not finite",
                hint: "undo, or a smaller q_learning_rate")
        }
        guard Adam.globalNorm(gradients).isFinite, Adam.globalNorm(q).isFinite else {
            throw Fault(
                "estep.not-finite", "the target critic's Q or its gradient by the action is not finite",
                hint: "undo, or lower critic_learning_rate")
        }
        return (penalise(q, actions, head, settings.actionPenalty), gradients)
    }

    /// One network's Q and its gradient by the last D inputs.
    private func inputGradients(
        _ critic: Storage, _ input: NetworkInput, rows: Int, actionSize size: Int
    ) throws -> (q: Storage, gradients: Storage) {
        let inputs = criticPlan.architecture.inputs
        try MemoryBudget.require(elements: [rows, inputs + size], stride: 4, for: "gradients by \(rows.grouped) actions")
        let q = Storage(count: rows)
        let byInputs = Storage(count: rows * inputs)
        let scores = q.pointer
        let (support, scratches) = (model.criticSupport, atomScratch)
        try criticPlan.forwardBackward(
            parameters: critic, input: input, rows: rows, parameterGradients: criticGradient, inputGradients: byInputs
        ) { range, outputs, gradients, _, worker in
            guard let support else {
                for (place, row) in range.enumerated() {
                    scores[row] = outputs[place]
                    gradients[place] = 1
                }
                return
            }
            // ∂/∂x_k Σ_k p_k z_k = p_k (z_k − Q)
            let p = scratches[worker].probabilities
            for (place, row) in range.enumerated() {
                let first = place * support.atoms
                mpo_softmax(p, outputs + first, 1, support.atoms)
                let mean = support.mean(p)
                scores[row] = Float(mean)
                for k in 0..<support.atoms { gradients[first + k] = Float(Double(p[k]) * (support.value(k) - mean)) }
            }
        }
        let gradients = Storage(count: rows * size)
        for row in 0..<rows {
            (gradients.pointer + row * size).update(from: byInputs.pointer + row * inputs + inputs - size, count: size)
        }
        withExtendedLifetime(byInputs) {}
        return (q, gradients)
    }
}
