import Networks
import Support
import Tensors

// S states, N actions a state (A if they are finitely many), D action dimensions, K atoms.

extension MPOLearner {
    /// Q of every state's actions, [S, N]: the smaller of twins', a distribution's mean.
    ///
    /// NaN and infinities are a fault that names state and action.
    func score(
        _ critics: CriticParameters, states: Storage, stateCount: Int, clipped: Storage, actions count: Int,
        during step: String
    ) throws -> Storage {
        try scoreKeepingAtoms(
            critics, states: states, stateCount: stateCount, clipped: clipped, actions: count, during: step
        ).q
    }

    /// The same, and a distributional critic's probabilities [S, N, K].
    func scoreKeepingAtoms(
        _ critics: CriticParameters, states: Storage, stateCount: Int, clipped: Storage, actions count: Int,
        during step: String
    ) throws -> (q: Storage, atoms: Storage?) {
        func scored(_ critic: Storage) throws -> (q: Storage, atoms: Storage?) {
            let scored = try evaluate(critic, states: states, stateCount: stateCount, clipped: clipped, actions: count)
            try requireFinite(scored.q, actions: count, during: step)
            return scored
        }
        let first = try scored(critics.first)
        guard let second = critics.second else { return first }
        let other = try scored(second).q
        let smaller = Storage(count: first.q.count)
        for i in 0..<smaller.count { smaller.pointer[i] = min(first.q.pointer[i], other.pointer[i]) }
        return (smaller, nil)
    }

    /// One network's word on every state's actions.
    private func evaluate(
        _ critic: Storage, states: Storage, stateCount: Int, clipped: Storage, actions count: Int
    ) throws -> (q: Storage, atoms: Storage?) {
        let q = Storage(count: stateCount * count)
        let input: NetworkInput
        let rows: Int
        let valuesPerRow: Int
        switch model.criticForm {
        case .stateAction:
            input = .statesAndActions(states: states, actions: clipped, actionsPerState: count)
            (rows, valuesPerRow) = (stateCount * count, 1)
        case .perAction:
            input = .rows(states)
            (rows, valuesPerRow) = (stateCount, count)
        }
        guard let support = model.criticSupport else {
            try criticPlan.forward(parameters: critic, input: input, rows: rows, outputs: q)
            return (q, nil)
        }
        let size = try MemoryBudget.require(
            elements: [stateCount, count, support.atoms], stride: 4,
            for: "the distributions of \(stateCount.grouped) × \(count.grouped) actions over \(support.atoms.grouped) atoms")
        let atoms = Storage(count: size)
        let means = q.pointer
        try criticPlan.forward(parameters: critic, input: input, rows: rows, outputs: atoms) { range, block, _, worker in
            self.decodeAtoms(
                support, block, values: range.lowerBound * valuesPerRow..<range.upperBound * valuesPerRow, means,
                worker: worker)
        }
        return (q, atoms)
    }

    private func requireFinite(_ q: Storage, actions count: Int, during step: String) throws {
        // A sum of squares in Double is finite iff every float is.
        if Adam.globalNorm(q).isFinite { return }
        for i in 0..<q.count where !q.pointer[i].isFinite {
            throw Fault(
                "\(step).not-finite",
                "the target critic's Q of state \(i / count), action \(i % count) is \(q.pointer[i])",
                hint: "undo, or lower critic_learning_rate")
        }
    }

    /// Actions of the replay as the critic sees them: clipped to the box.
    func clipped(_ actions: Storage, _ head: GaussianHead) -> Storage {
        let result = Storage(count: actions.count)
        let low = head.box.normalisedLow.map { Float($0) }
        let high = head.box.normalisedHigh.map { Float($0) }
        let size = head.actionSize
        let (from, to) = (actions.pointer, result.pointer)
        withExtendedLifetime((actions, result)) {
            low.withUnsafeBufferPointer { low in
                high.withUnsafeBufferPointer { high in
                    var d = 0
                    for i in 0..<actions.count {
                        to[i] = min(max(from[i], low[d]), high[d])
                        d = d + 1 == size ? 0 : d + 1
                    }
                }
            }
        }
        return result
    }
}
