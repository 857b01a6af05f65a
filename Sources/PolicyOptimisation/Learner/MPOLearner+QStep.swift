import Networks
import Support
import Tensors

extension MPOLearner {
    /// Policy evaluation: gradient steps of the critic towards its target.
    ///
    /// By `settings.target`, y is the expected TD target with `nStep` rewards,
    /// y = Σ_{k<n} γᵏ r_k + γⁿ (1 − terminated) mean_j Q'(s', a'_j) with a'_j ~ π_i(·|s'), j = 1…N (over finitely
    /// many actions the exact expectation), or Retrace(λ) along sequences. The loss is ½ mean (Q(s, a) − y)²; a
    /// distributional critic's is the cross entropy to the projected target, and twin critics learn from the same
    /// target, each with its own optimiser. Truncation bootstraps, termination does not. Batch k of the call has the
    /// key (seed, committed critic steps + k).
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
            let (batch, lengths) = try draw(replay, settings, seed: seed, key: key)
            let (targets, samples) = try criticTargets(
                state, batch, lengths: lengths, settings, seed: seed, key: key)
            if settings.states == .next { state.targetSamples = samples } else { state.targetSamples = nil }
            try cancellation?.check()

            let pass = CriticPass(self, batch, targets)
            let before = try improve(&state, pass, settings, after: step + 1)
            if step == 0 { statistics.tdErrorBefore = before.squaredError.squareRoot() }
            if step == steps - 1 {
                statistics.meanQ = before.q
                statistics.meanTarget = targets.y.span.reduce(0) { $0 + Double($1) } / Double(batch.count)
                statistics.gradientNorm = before.gradientNorm
                statistics.meanTrace = targets.meanTrace
                statistics.meanSequence = targets.meanSequence
                statistics.clippedLow = targets.clippedLow
                statistics.clippedHigh = targets.clippedHigh
                if model.criticSupport != nil { statistics.crossEntropy = before.crossEntropy }
                statistics.twinGap = before.twinGap
                statistics.tdErrorAfter = try tdError(state, pass)
            }
            if try refreshTarget(&state, settings) { statistics.refreshes += 1 }
        }
        statistics.targetAge = state.counters.targetAge
        return QStep(state: state, statistics: statistics)
    }

    func requireShapes(_ replay: Replay) throws {
        guard replay.observationSize == model.observationSize, replay.actionSize == model.actionSize else {
            throw Fault(
                "replay.shape",
                "a replay with observations of \(model.observationSize) and actions of \(model.actionSize) numbers "
                    + "was wanted, one of \(replay.observationSize) and \(replay.actionSize) was given")
        }
    }

    /// What one gradient step measured before it was made, of one network or of both.
    private struct Improvement {
        var squaredError: Double
        var q: Double
        var crossEntropy: Double
        var gradientNorm: Double
        var twinGap: Double?
    }

    /// One Adam step of the critic, of each of twins by its own moments and under its own gradient clip.
    private func improve(
        _ state: inout LearnerState, _ pass: CriticPass, _ settings: MPOSettings, after step: Int
    ) throws -> Improvement {
        let first = try pass.gradient(of: state.critic, 0)
        let made = try settings.criticAdam.step(
            parameters: state.critic, gradients: criticGradient, state: state.criticOptimiser, workers: workers)
        try requireFinite(made.parameters, "the critic's", after: step)
        var result = Improvement(
            squaredError: first.squaredError, q: first.q, crossEntropy: first.crossEntropy,
            gradientNorm: made.gradientNorm)
        if var twin = state.twin {
            let second = try pass.gradient(of: twin.critic, 1)
            let other = try settings.criticAdam.step(
                parameters: twin.critic, gradients: criticGradient, state: twin.optimiser, workers: workers)
            try requireFinite(other.parameters, "the twin critic's", after: step)
            (twin.critic, twin.optimiser) = (other.parameters, other.state)
            state.twin = twin
            let (q, gap) = pass.twins()
            result.squaredError = (first.squaredError + second.squaredError) / 2
            result.q = q
            result.twinGap = gap
            let squares = made.gradientNorm * made.gradientNorm + other.gradientNorm * other.gradientNorm
            result.gradientNorm = squares.squareRoot()
        }
        (state.critic, state.criticOptimiser) = (made.parameters, made.state)
        state.counters.criticSteps += 1
        return result
    }

    /// √ mean (Q − y)², over both networks of twins.
    private func tdError(_ state: LearnerState, _ pass: CriticPass) throws -> Double {
        let first = try pass.measure(state.critic, 0).squaredError
        guard let twin = state.twin else { return first.squareRoot() }
        return ((first + (try pass.measure(twin.critic, 1).squaredError)) / 2).squareRoot()
    }

    /// Copies or blends the target critic when it is due; whether it was copied.
    private func refreshTarget(_ state: inout LearnerState, _ settings: MPOSettings) throws -> Bool {
        if let tau = settings.tau {
            func followed(_ target: Storage, _ source: Storage) throws -> Storage {
                tau == 1 ? source : try blended(target: target, source: source, tau: tau)
            }
            state.targetCritic = try followed(state.targetCritic, state.critic)
            if let twin = state.twin { state.twin?.target = try followed(twin.target, twin.critic) }
            state.counters.targetAge = 0
            return true
        }
        state.counters.targetAge += 1
        guard state.counters.targetAge >= settings.criticPeriod else { return false }
        state.targetCritic = state.critic
        if let twin = state.twin { state.twin?.target = twin.critic }
        state.counters.targetAge = 0
        return true
    }
}
