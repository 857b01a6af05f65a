import Support
import Tensors

// S states, N actions a state, D action dimensions.

/// The weights of an action penalty with a temperature of its own, as Acme has it.
///
/// Actions outside the box cost ‖a − clip(a)‖₂; the weights ∝ exp(−cost/η_p), η_p by its own dual with its own bound on
/// the KL. The E-step's weights are the mean of these and of those of Q, so that each state's still sum to 1 (Acme adds
/// the two, and each state's sum to 2: the policy's loss doubles against its KL penalties).
public struct PenaltyWeights: Sendable {
    /// The bound on their KL.
    public let epsilon: Double
    public let optimum: DualOptimum
    public let summary: DualWeightsSummary
    /// [S, N], each state's summing to 1.
    public let weights: Storage
    /// ‖a − clip(a)‖₂ [S, N].
    public let costs: Storage
    public var eta: Double { optimum.eta }
    public var kl: Double { summary.kl }
    /// The mean cost over all samples.
    public var cost: Double { -summary.priorQ }
}

extension GaussianHead {
    /// ‖a − clip(a)‖₂ of actions [.., D].
    func excess(of actions: Storage) -> Storage {
        let size = actionSize
        let result = Storage(count: actions.count / size)
        let (low, high) = (box.normalisedLow, box.normalisedHigh)
        let (from, to) = (actions.pointer, result.pointer)
        withExtendedLifetime((actions, result)) {
            for i in 0..<result.count {
                var squares = 0.0
                for d in 0..<size {
                    let a = Double(from[i * size + d])
                    let excess = a - min(max(a, low[d]), high[d])
                    squares += excess * excess
                }
                to[i] = Float(squares.squareRoot())
            }
        }
        return result
    }
}

extension MPOLearner {
    /// Solves the penalty's own dual on the E-step's actions; over finitely many actions there is none.
    func weighPenalty(
        _ e: inout EStep, _ epsilon: Double, _ settings: MPOSettings, state: inout LearnerState
    ) throws {
        guard case .gaussian(let head) = model.policyForm else { return }
        let costs = head.excess(of: e.actions)
        let gains = Storage(count: costs.count)
        try withExtendedLifetime((costs, gains)) {
            for i in 0..<costs.count { gains.pointer[i] = -costs.pointer[i] }
            try solver.load(UnsafePointer(gains.pointer), states: e.stateCount, actions: e.actionCount)
        }
        let found: DualOptimum
        if settings.dualSolver == .gradient {
            var descent = try state.penaltyDescent ?? DualDescent(eta: settings.eta)
            descent.rule = .adam(rate: settings.etaRate)
            descent.keep(above: settings.etaMin)
            found = try solver.step(&descent, epsilon: epsilon)
            state.penaltyDescent = descent
        } else {
            found = try solver.solve(epsilon: epsilon, warmStart: state.penaltyEta, smallest: settings.etaMin)
            if found.eta > 0 { state.penaltyEta = found.eta }
        }
        let weights = Storage(count: costs.count)
        let summary = try solver.writeWeights(eta: found.eta, into: weights.pointer)
        e.penalty = PenaltyWeights(epsilon: epsilon, optimum: found, summary: summary, weights: weights, costs: costs)
    }
}

extension EStep {
    /// Q's own weights become the mean of theirs and the penalty's; KLs stay those of Q's part, which the bound is on.
    mutating func mix(_ penalty: PenaltyWeights) {
        guard penalty.weights.count == weights.count else { return }
        withExtendedLifetime(penalty) {
            for i in 0..<weights.count { weights.pointer[i] = 0.5 * (weights.pointer[i] + penalty.weights.pointer[i]) }
        }
        measureWeights(kl: summary.kl)
    }

    /// Effective sample sizes, E_q[Q] and the largest weight, from the weights as they are.
    mutating func measureWeights(kl: Double) {
        var (expected, unweighted, ess, largest) = (0.0, 0.0, 0.0, 0.0)
        var perState = [Double](repeating: 0, count: stateCount)
        withExtendedLifetime((weights, q, prior)) {
            for s in 0..<stateCount {
                var squares = 0.0
                for place in s * actionCount..<(s + 1) * actionCount {
                    let w = Double(weights.pointer[place])
                    let value = Double(q.pointer[place])
                    squares += w * w
                    expected += w * value
                    unweighted += (prior.map { Double($0.pointer[place]) } ?? 1 / Double(actionCount)) * value
                    largest = max(largest, w)
                }
                perState[s] = 1 / squares
                ess += perState[s]
            }
        }
        let share = 1 / Double(stateCount)
        essPerState = perState
        summary = DualWeightsSummary(
            kl: kl, ess: ess * share, expectedQ: expected * share, priorQ: unweighted * share, largestWeight: largest)
    }
}
