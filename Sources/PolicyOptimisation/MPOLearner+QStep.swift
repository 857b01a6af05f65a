import Networks
import Support
import Tensors

// S states, N actions a state, D action dimensions.

extension MPOLearner {
    /// Policy evaluation: gradient steps of the critic towards the expected TD target.
    ///
    /// y = Σ_{k<n} γᵏ r_k + γⁿ (1 − terminated) mean_j Q'(s', a'_j) with a'_j ~ π_i(·|s'), j = 1…N; over finitely
    /// many actions the exact expectation. The loss is ½ mean (Q(s, a) − y)². Truncation bootstraps, termination
    /// does not. Batch k of the call has the key (seed, committed critic steps + k).
    public func qstep(
        _ state: LearnerState, replay: Replay, settings: MPOSettings, seed: UInt64, steps: Int = 1,
        cancellation: CancellationToken? = nil
    ) throws -> QStep {
        try check(state, settings)
        try requireSteps(steps)
        try requireShapes(replay)
        var state = state
        var statistics = QStepStatistics(
            gradientSteps: steps, tdErrorBefore: 0, tdErrorAfter: 0, meanQ: 0, meanTarget: 0, gradientNorm: 0,
            targetAge: 0, refreshes: 0)
        for step in 0..<steps {
            try cancellation?.check()
            let key = state.counters.criticSteps
            var stream = RandomStream(
                seed: seed, purpose: .replaySampling, step: UInt64(truncatingIfNeeded: key))
            let batch = try replay.sample(
                settings.batch, nStep: settings.nStep, gamma: settings.gamma, stream: &stream)
            let (targets, samples) = try tdTargets(state, batch, settings, seed: seed, key: key)
            if settings.states == .next { state.targetSamples = samples } else { state.targetSamples = nil }
            try cancellation?.check()

            let input = criticInput(batch)
            let errors = statisticsBuffer(2 * batch.count)
            try criticGradientPass(state.critic, input, batch, targets, errors)
            let before = measure(errors, batch.count)
            if step == 0 { statistics.tdErrorBefore = before.error }
            let made = try settings.criticAdam.step(
                parameters: state.critic, gradients: criticGradient, state: state.criticOptimiser, workers: workers)
            try requireFinite(made.parameters, "the critic's", after: step + 1)
            state.critic = made.parameters
            state.criticOptimiser = made.state
            state.counters.criticSteps += 1
            if step == steps - 1 {
                statistics.meanQ = before.q
                statistics.meanTarget = targets.span.reduce(0) { $0 + Double($1) } / Double(batch.count)
                statistics.gradientNorm = made.gradientNorm
                statistics.tdErrorAfter = try tdError(state.critic, input, batch, targets)
            }
            if try refreshTarget(&state, settings) { statistics.refreshes += 1 }
        }
        statistics.targetAge = state.counters.targetAge
        return QStep(state: state, statistics: statistics)
    }

    private func statisticsBuffer(_ count: Int) -> UnsafeMutablePointer<Double> { statistics(count).pointer }

    func requireShapes(_ replay: Replay) throws {
        guard replay.observationSize == model.observationSize, replay.actionSize == model.actionSize else {
            throw Fault(
                "replay.shape",
                "a replay with observations of \(model.observationSize) and actions of \(model.actionSize) numbers "
                    + "was wanted, one of \(replay.observationSize) and \(replay.actionSize) was given")
        }
    }

    /// y [S], and what it was computed from.
    func tdTargets(
        _ state: LearnerState, _ batch: Batch, _ settings: MPOSettings, seed: UInt64, key: Int
    ) throws -> (targets: Storage, samples: TargetSamples) {
        let rows = batch.count
        let targets = Storage(count: rows)
        let q: Storage
        let outputs: Storage
        let actions: Storage
        let values: (Int) -> Double
        switch model.policyForm {
        case .gaussian(let head):
            let count = settings.actions
            let sampled = try sampleActions(
                head, parameters: state.reference, states: batch.nextStates, stateCount: rows, actions: count,
                seed: seed, purpose: .targetActions, step: key)
            q = try score(
                state.targetCritic, states: batch.nextStates, stateCount: rows, clipped: sampled.clipped,
                actions: count, during: "qstep")
            (outputs, actions) = (sampled.outputs, sampled.actions)
            let pointer = q.pointer
            values = { row in
                var sum = 0.0
                for j in 0..<count { sum += Double(pointer[row * count + j]) }
                return sum / Double(count)
            }
        case .categorical(let head):
            let count = head.actions
            let policy = try probabilities(
                head, parameters: state.reference, states: batch.nextStates, stateCount: rows)
            q = try score(
                state.targetCritic, states: batch.nextStates, stateCount: rows, clipped: batch.actions,
                actions: count, during: "qstep")
            (outputs, actions) = (policy.outputs, Storage(count: 0))
            let pointer = q.pointer
            values = { row in
                var sum = 0.0
                for a in 0..<count {
                    sum += Double(policy.probabilities.pointer[row * count + a]) * Double(pointer[row * count + a])
                }
                return sum
            }
        }
        withExtendedLifetime(q) {
            for row in 0..<rows {
                targets.pointer[row] = Float(
                    Double(batch.rewards.pointer[row]) + Double(batch.discounts.pointer[row]) * values(row))
            }
        }
        let samples = TargetSamples(
            states: batch.nextStates, actions: actions, q: q, referenceOutputs: outputs, reference: state.reference,
            stateCount: rows, referenceStep: state.counters.policySteps - state.counters.referenceAge)
        return (targets, samples)
    }

    private func criticInput(_ batch: Batch) -> NetworkInput {
        switch model.policyForm {
        case .gaussian(let head):
            .statesAndActions(states: batch.states, actions: clipped(batch.actions, head), actionsPerState: 1)
        case .categorical: .rows(batch.states)
        }
    }

    /// The output that a row's action belongs to, and the outputs of a row.
    private func criticOutputs(_ batch: Batch) -> (width: Int, index: (Int) -> Int) {
        switch model.criticForm {
        case .stateAction: return (1, { _ in 0 })
        case .perAction(_, let count):
            let actions = batch.actions
            return (count, { min(count - 1, max(0, Int(exactly: actions.pointer[$0].rounded()) ?? 0)) })
        }
    }

    /// The gradient of ½ mean (Q − y)² into `criticGradient`; (Q − y)² and Q of every row into `errors`.
    private func criticGradientPass(
        _ critic: Storage, _ input: NetworkInput, _ batch: Batch, _ targets: Storage,
        _ errors: UnsafeMutablePointer<Double>
    ) throws {
        let (width, index) = criticOutputs(batch)
        let y = targets.pointer
        let rows = batch.count
        let scale = 1 / Float(rows)
        try criticPlan.forwardBackward(
            parameters: critic, input: input, rows: rows, parameterGradients: criticGradient
        ) { range, outputs, gradients, _, _ in
            for (place, row) in range.enumerated() {
                let action = index(row)
                let q = outputs[place * width + action]
                let error = q - y[row]
                for k in 0..<width { gradients[place * width + k] = 0 }
                gradients[place * width + action] = error * scale
                errors[2 * row] = Double(error) * Double(error)
                errors[2 * row + 1] = Double(q)
            }
        }
        withExtendedLifetime(targets) {}
    }

    private func measure(_ errors: UnsafeMutablePointer<Double>, _ rows: Int) -> (error: Double, q: Double) {
        var squares = 0.0
        var q = 0.0
        for row in 0..<rows {
            squares += errors[2 * row]
            q += errors[2 * row + 1]
        }
        return ((squares / Double(rows)).squareRoot(), q / Double(rows))
    }

    /// √ mean (Q − y)².
    private func tdError(_ critic: Storage, _ input: NetworkInput, _ batch: Batch, _ targets: Storage) throws -> Double {
        let (width, index) = criticOutputs(batch)
        let outputs = Storage(count: batch.count * width)
        try criticPlan.forward(parameters: critic, input: input, rows: batch.count, outputs: outputs)
        var squares = 0.0
        for row in 0..<batch.count {
            let error = Double(outputs.pointer[row * width + index(row)]) - Double(targets.pointer[row])
            squares += error * error
        }
        withExtendedLifetime((outputs, targets)) {}
        return (squares / Double(batch.count)).squareRoot()
    }

    /// Copies or blends the target critic when it is due; whether it was copied.
    private func refreshTarget(_ state: inout LearnerState, _ settings: MPOSettings) throws -> Bool {
        if let tau = settings.tau {
            state.targetCritic = tau == 1
                ? state.critic : try blended(target: state.targetCritic, source: state.critic, tau: tau)
            state.counters.targetAge = 0
            return true
        }
        state.counters.targetAge += 1
        guard state.counters.targetAge >= settings.criticPeriod else { return false }
        state.targetCritic = state.critic
        state.counters.targetAge = 0
        return true
    }
}
