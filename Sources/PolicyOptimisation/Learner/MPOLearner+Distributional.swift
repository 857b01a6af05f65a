import CKernels
import Networks
import Support
import Tensors

// S states, N actions a state (A if they are finitely many), K atoms.

extension MPOLearner {
    /// The projected targets of a distributional critic.
    ///
    /// m_i = Σ_k p̄(z_k) [1 − |clip(r + γⁿ z_k, v_min, v_max) − z_i|/Δ]₊ with the mixture p̄ = E_π p'(·|s', ·) of
    /// the next actions' distributions; where the task terminated all probability is at r.
    /// Source: Bellemare et al. 2017, section 4.1 and algorithm 1; the mixture in place of the greedy action.
    func distributionalTargets(
        _ batch: Batch, _ next: NextValues, _ support: ValueSupport
    ) throws -> CriticTargets {
        guard let atoms = next.atoms?.pointer else {
            throw Fault("qstep.atoms", "the target critic's distributions are missing")
        }
        let count = support.atoms
        try MemoryBudget.require(elements: [batch.count, count], stride: 4, for: "the projected targets of a batch")
        let y = Storage(count: batch.count)
        let distributions = Storage(count: batch.count * count)
        let clipped = statistics(2 * batch.count).pointer
        // A value that rounding alone puts outside is not counted as clipped.
        let slack = 1e-6 * support.spacing
        let blockRows = 64
        withExtendedLifetime((batch, next)) {
            workers.forEach((batch.count + blockRows - 1) / blockRows) { [atomScratch] block, worker in
                let mixture = atomScratch[worker].mixture
                let projection = atomScratch[worker].projection
                for row in block * blockRows..<min(batch.count, (block + 1) * blockRows) {
                    for k in 0..<count { (mixture[k], projection[k]) = (0, 0) }
                    for j in 0..<next.count {
                        let weight = next.probabilities.map { Double($0.pointer[row * next.count + j]) } ?? 1
                        let p = atoms + (row * next.count + j) * count
                        for k in 0..<count { mixture[k] += weight * Double(p[k]) }
                    }
                    var mass = 0.0
                    for k in 0..<count { mass += mixture[k] }
                    let reward = Double(batch.rewards.pointer[row])
                    let discount = Double(batch.discounts.pointer[row])
                    var (low, high, mean) = (0.0, 0.0, 0.0)
                    for k in 0..<count {
                        let value = reward + discount * support.value(k)
                        let probability = mixture[k] / mass
                        if value < support.low - slack { low += probability }
                        if value > support.high + slack { high += probability }
                        support.deposit(probability, at: value, into: projection)
                    }
                    for k in 0..<count {
                        mean += projection[k] * support.value(k)
                        distributions.pointer[row * count + k] = Float(projection[k])
                    }
                    y.pointer[row] = Float(mean)
                    (clipped[2 * row], clipped[2 * row + 1]) = (low, high)
                }
            }
        }
        var result = CriticTargets(y: y)
        result.distributions = distributions
        var (low, high) = (0.0, 0.0)
        for row in 0..<batch.count {
            low += clipped[2 * row]
            high += clipped[2 * row + 1]
        }
        result.clippedLow = low / Double(batch.count)
        result.clippedHigh = high / Double(batch.count)
        return result
    }

    /// A forward pass's logits [.., K] as probabilities in their place and as the means Σ_k z_k p_k.
    func decodeAtoms(
        _ support: ValueSupport, _ logits: UnsafeMutablePointer<Float>, values: Range<Int>,
        _ means: UnsafeMutablePointer<Float>, worker: Int
    ) {
        let count = support.atoms
        let probabilities = atomScratch[worker].probabilities
        for (index, value) in values.enumerated() {
            let place = logits + index * count
            mpo_softmax(probabilities, place, 1, count)
            place.update(from: probabilities, count: count)
            means[value] = Float(support.mean(probabilities))
        }
    }
}
