import Networks
import Support
import Tensors

// S states, N actions a state (A if they are finitely many), D action dimensions, K atoms.

/// What the critic is drawn to on a batch, with what was measured on the way.
package struct CriticTargets {
    /// y, [S]; with a distributional critic the mean of its target.
    package let y: Storage
    /// A distributional critic's target, [S, K].
    package var distributions: Storage?
    package var meanTrace: Double?
    package var meanSequence: Double?
    package var clippedLow: Double?
    package var clippedHigh: Double?

    init(y: Storage) { self.y = y }
}

/// The next states of a batch: π_i's actions there, and what the target critic says of them.
struct NextValues {
    /// Q'(s', a'), [S, N].
    let q: Storage
    /// N, or A.
    let count: Int
    /// π_i's outputs.
    let outputs: Storage
    /// [S, N, D]; empty with finitely many actions.
    let actions: Storage
    /// π_i(a|s'), [S, A]; nil with sampled actions, which stand for 1/N each.
    let probabilities: Storage?
    /// A distributional critic's p(z|s', a'), [S, N, K].
    let atoms: Storage?

    /// E_π Q'(s', ·) of a row: the mean over the samples, or the sum over all actions.
    func expectation(_ row: Int) -> Double {
        let q = q.pointer + row * count
        var sum = 0.0
        guard let probabilities else {
            for j in 0..<count { sum += Double(q[j]) }
            return sum / Double(count)
        }
        let p = probabilities.pointer + row * count
        for a in 0..<count { sum += Double(p[a]) * Double(q[a]) }
        return sum
    }
}

extension MPOLearner {
    /// The batch that a Q-step with this key learns from: single transitions, or sequences with their lengths.
    func draw(
        _ replay: Replay, _ settings: MPOSettings, seed: UInt64, key: Int
    ) throws -> (batch: Batch, lengths: [Int]) {
        var stream = RandomStream(seed: seed, purpose: .replaySampling, step: UInt64(truncatingIfNeeded: key))
        switch settings.target {
        case .td:
            return (
                try replay.sample(settings.batch, nStep: settings.nStep, gamma: settings.gamma, stream: &stream), []
            )
        case .retrace:
            let drawn = try replay.sampleSequences(
                settings.batch, length: settings.sequence, gamma: settings.gamma, stream: &stream)
            return (drawn.batch, drawn.lengths)
        }
    }

    /// The targets of a batch, by the settings' rule, and the samples that they were computed from.
    package func criticTargets(
        _ state: LearnerState, _ batch: Batch, lengths: [Int], _ settings: MPOSettings, seed: UInt64, key: Int
    ) throws -> (targets: CriticTargets, samples: TargetSamples) {
        let next = try nextValues(state, batch, settings, seed: seed, key: key)
        let targets: CriticTargets
        if let support = model.criticSupport {
            targets = try distributionalTargets(batch, next, support)
        } else {
            switch settings.target {
            case .td: targets = tdTargets(batch, next)
            case .retrace: targets = try retraceTargets(state, batch, lengths: lengths, next, settings)
            }
        }
        let samples = TargetSamples(
            states: batch.nextStates, actions: next.actions, q: next.q, referenceOutputs: next.outputs,
            reference: state.reference, stateCount: batch.count,
            referenceStep: state.counters.policySteps - state.counters.referenceAge)
        return (targets, samples)
    }

    /// Draws π_i's actions at a batch's next states, or takes all of finitely many, and scores them.
    func nextValues(
        _ state: LearnerState, _ batch: Batch, _ settings: MPOSettings, seed: UInt64, key: Int
    ) throws -> NextValues {
        switch model.policyForm {
        case .gaussian(let head):
            let sampled = try sampleActions(
                head, parameters: state.reference, states: batch.nextStates, stateCount: batch.count,
                actions: settings.actions, seed: seed, purpose: .targetActions, step: key)
            let scored = try scoreKeepingAtoms(
                state.targetCritics, states: batch.nextStates, stateCount: batch.count, clipped: sampled.clipped,
                actions: settings.actions, during: "qstep")
            return NextValues(
                q: scored.q, count: settings.actions, outputs: sampled.outputs, actions: sampled.actions,
                probabilities: nil, atoms: scored.atoms)
        case .categorical(let head):
            let policy = try probabilities(
                head, parameters: state.reference, states: batch.nextStates, stateCount: batch.count)
            let scored = try scoreKeepingAtoms(
                state.targetCritics, states: batch.nextStates, stateCount: batch.count, clipped: batch.actions,
                actions: head.actions, during: "qstep")
            return NextValues(
                q: scored.q, count: head.actions, outputs: policy.outputs, actions: Storage(count: 0),
                probabilities: policy.probabilities, atoms: scored.atoms)
        }
    }

    /// y = Σ_{k<n} γᵏ r_k + γⁿ (1 − terminated) E_π Q'(s', ·).
    private func tdTargets(_ batch: Batch, _ next: NextValues) -> CriticTargets {
        let y = Storage(count: batch.count)
        for row in 0..<batch.count {
            y.pointer[row] = Float(
                Double(batch.rewards.pointer[row]) + Double(batch.discounts.pointer[row]) * next.expectation(row))
        }
        return CriticTargets(y: y)
    }
}
