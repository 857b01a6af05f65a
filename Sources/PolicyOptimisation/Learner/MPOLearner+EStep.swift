import Networks
import Support
import Tensors

// S states, N actions a state, D action dimensions.

extension MPOLearner {
    /// The E-step: weights q(a|s) ∝ π_i(a|s) exp(Q'(s, a)/η) on states of the replay.
    ///
    /// The state that comes back differs in the warm start of η and the count of E-steps only; a parametric q and its
    /// multiplier have moved by their gradient steps, too.
    public func estep(
        _ state: LearnerState, replay: Replay, settings: MPOSettings, seed: UInt64,
        cancellation: CancellationToken? = nil
    ) throws -> (estep: EStep, state: LearnerState) {
        try check(state, settings)
        try requireShapes(replay)
        try cancellation?.check()
        var result: EStep
        if settings.states == .next, let samples = state.targetSamples {
            result = try estep(from: samples, settings)
        } else {
            try replay.requireBatch(settings.batch)
            var stream = RandomStream(
                seed: seed, purpose: .estepStates,
                step: UInt64(truncatingIfNeeded: state.counters.expectationSteps))
            let slots = try replay.sampleSlots(settings.batch, stream: &stream)
            let states =
                settings.states == .next
                ? try replay.gather(slots, gamma: settings.gamma).nextStates : replay.gatherStates(slots)
            result = try estep(
                state, states: states, stateCount: slots.count, settings, seed: seed,
                key: state.counters.expectationSteps)
        }
        try cancellation?.check()
        var next = state
        if settings.qForm == .parametric {
            next.variational = try fit(&result, state, settings, seed: seed, cancellation: cancellation)
        } else {
            if let epsilon = settings.epsilonPenalty { try weighPenalty(&result, epsilon, settings, state: &next) }
            try result.load(into: solver)
            try result.solve(
                settings.kl, by: solver, settings: settings, warmStart: state.eta, descent: &next.descent)
            if result.eta > 0 { next.eta = next.descent.map { settings.dualSolver == .gradient ? $0.eta : result.eta } ?? result.eta }
        }
        next.counters.expectationSteps += 1
        return (result, next)
    }

    /// The E-step on given states [S, O]; `key` names the actions' random streams.
    ///
    /// Weights are those of the settings' constraint.
    public func estep(
        _ state: LearnerState, states: Storage, settings: MPOSettings, seed: UInt64
    ) throws -> EStep {
        try check(state, settings)
        let rows = states.count / model.observationSize
        guard rows >= 1, rows * model.observationSize == states.count else {
            throw Fault(
                "estep.states",
                "states of \(model.observationSize) numbers each were wanted, \(states.count) numbers were given")
        }
        var result = try estep(
            state, states: states, stateCount: rows, settings, seed: seed, key: state.counters.expectationSteps)
        if settings.qForm == .parametric {
            _ = try fit(&result, state, settings, seed: seed)
            return result
        }
        var next = state
        if let epsilon = settings.epsilonPenalty { try weighPenalty(&result, epsilon, settings, state: &next) }
        try result.load(into: solver)
        try result.solve(settings.kl, by: solver, settings: settings, warmStart: state.eta)
        return result
    }

    /// Everything of an E-step but its weights.
    private func estep(
        _ state: LearnerState, states: Storage, stateCount: Int, _ settings: MPOSettings, seed: UInt64, key: Int
    ) throws -> EStep {
        switch model.policyForm {
        case .gaussian(let head):
            let count = settings.actions
            let sampled = try sampleActions(
                head, parameters: state.reference, states: states, stateCount: stateCount, actions: count,
                seed: seed, purpose: .estepActions, step: key)
            let q = try score(
                state.targetCritics, states: states, stateCount: stateCount, clipped: sampled.clipped,
                actions: count, during: "estep")
            let penalised = penalise(
                q, sampled.actions, head, settings.actionPenalty)
            return unsolved(
                state.reference, step: state.counters.policySteps - state.counters.referenceAge, stateCount: stateCount,
                actionCount: count, states: states, outputs: sampled.outputs, actions: sampled.actions,
                logs: sampled.logProbabilities, q: penalised, prior: nil)
        case .categorical(let head):
            let policy = try probabilities(
                head, parameters: state.reference, states: states, stateCount: stateCount)
            let q = try score(
                state.targetCritics, states: states, stateCount: stateCount, clipped: states, actions: head.actions,
                during: "estep")
            return unsolved(
                state.reference, step: state.counters.policySteps - state.counters.referenceAge, stateCount: stateCount,
                actionCount: head.actions, states: states, outputs: policy.outputs, actions: Storage(count: 0),
                logs: logarithms(head, policy.outputs, stateCount), q: q, prior: policy.probabilities)
        }
    }

    /// The E-step on the states, actions and Q values of the last TD target.
    private func estep(from samples: TargetSamples, _ settings: MPOSettings) throws -> EStep {
        let rows = samples.stateCount
        let count = samples.q.count / max(1, rows)
        let sampledSize = model.policyForm.finiteActions == nil ? rows * count * model.actionSize : 0
        guard rows >= 1, count >= 1, samples.q.count == rows * count,
            samples.states.count == rows * model.observationSize, samples.actions.count == sampledSize,
            samples.referenceOutputs.count == rows * model.policyForm.outputs,
            model.policyForm.finiteActions == nil || model.policyForm.finiteActions == count
        else { throw Fault("estep.samples", "the TD target's samples belong to another learner") }
        switch model.policyForm {
        case .gaussian(let head):
            return unsolved(
                samples.reference, step: samples.referenceStep, stateCount: rows, actionCount: count,
                states: samples.states, outputs: samples.referenceOutputs, actions: samples.actions,
                logs: logDensities(head, samples.referenceOutputs, samples.actions, rows, count),
                q: penalise(samples.q, samples.actions, head, settings.actionPenalty), prior: nil)
        case .categorical(let head):
            let logs = logarithms(head, samples.referenceOutputs, rows)
            let prior = Storage(count: logs.count)
            for i in 0..<logs.count { prior.pointer[i] = Float(exponential(Double(logs.pointer[i]))) }
            return unsolved(
                samples.reference, step: samples.referenceStep, stateCount: rows, actionCount: count,
                states: samples.states, outputs: samples.referenceOutputs, actions: samples.actions, logs: logs,
                q: samples.q, prior: prior)
        }
    }

    private func unsolved(
        _ reference: Storage, step: Int, stateCount: Int, actionCount: Int, states: Storage, outputs: Storage,
        actions: Storage, logs: Storage, q: Storage, prior: Storage?
    ) -> EStep {
        EStep(
            model: model, reference: reference, referenceStep: step, referenceOutputs: outputs,
            stateCount: stateCount, actionCount: actionCount, states: states, actions: actions, logProbabilities: logs,
            q: q, prior: prior, constraint: .free, weights: q, klPerState: [], essPerState: [],
            optimum: DualOptimum(
                outcome: .fixedTemperature, epsilon: nil, eta: 1, value: 0, kl: 0, reachableKL: 0, iterations: 0,
                residual: 0),
            summary: DualWeightsSummary(kl: 0, ess: 0, expectedQ: 0, priorQ: 0, largestWeight: 0))
    }

    /// Q − penalty · ‖a − clip(a)‖₂, one temperature for both, so that the weights still sum to 1.
    func penalise(_ q: Storage, _ actions: Storage, _ head: GaussianHead, _ penalty: Double) -> Storage {
        guard penalty > 0 else { return q }
        let result = Storage(copying: q)
        let excess = head.excess(of: actions)
        withExtendedLifetime((q, excess)) {
            for i in 0..<q.count { result.pointer[i] -= Float(penalty) * excess.pointer[i] }
        }
        return result
    }

    private func logarithms(_ head: CategoricalHead, _ outputs: Storage, _ rows: Int) -> Storage {
        let result = Storage(count: outputs.count)
        let scratch = rowScratch[0].pointer
        for row in 0..<rows {
            head.logProbabilities(outputs.pointer + row * head.actions, scratch)
            for a in 0..<head.actions { result.pointer[row * head.actions + a] = Float(scratch[a]) }
        }
        withExtendedLifetime(outputs) {}
        return result
    }

    func logDensities(
        _ head: GaussianHead, _ outputs: Storage, _ actions: Storage, _ rows: Int, _ count: Int
    ) -> Storage {
        let result = Storage(count: rows * count)
        let scratch = GaussianScratch(rowScratch[0].pointer, head)
        let decoder = head.decoder
        for row in 0..<rows {
            decoder.decode(outputs.pointer + row * head.outputs, mean: scratch.mean, factor: scratch.factor)
            let logDeterminant = decoder.triangle.logDeterminant(scratch.factor)
            for j in 0..<count {
                let value = decoder.logDensity(
                    actions.pointer + (row * count + j) * head.actionSize, mean: scratch.mean,
                    factor: scratch.factor, logDeterminant: logDeterminant, scratch: scratch.u)
                result.pointer[row * count + j] = Float(value - decoder.normaliser)
            }
        }
        withExtendedLifetime((outputs, actions)) {}
        return result
    }
}
