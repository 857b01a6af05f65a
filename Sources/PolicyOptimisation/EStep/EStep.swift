import Support
import Tensors

// S states, N actions a state (A if they are finitely many), D action dimensions, O observation size, K policy outputs.

/// An E-step: q on sampled states, with all that it was computed from. A value.
///
/// Actions are samples of π_i and q is a weight on each, whatever q's form: π_i exp(Q/η) in the non-parametric form,
/// the importance weights q/π_i of a network's q in the parametric one.
///
/// It carries its frozen reference policy π_i, so that an M-step against it measures the same KLs whatever
/// happens to the lab in between.
public struct EStep: Sendable {
    public let model: LearnerModel
    /// The parameters of π_i.
    public let reference: Storage
    /// Policy gradient steps when π_i was taken.
    public let referenceStep: Int
    /// [S, K], π_i's outputs at the states.
    public let referenceOutputs: Storage
    public let stateCount: Int
    /// N, or the number of actions.
    public let actionCount: Int
    /// [S, O].
    public let states: Storage
    /// [S, N, D], unclipped; empty with finitely many actions, where column j is action j.
    public let actions: Storage
    /// log π_i(a|s), [S, N].
    public let logProbabilities: Storage
    /// Q'(s, a), [S, N], an action penalty taken off.
    public internal(set) var q: Storage
    /// π_i(a|s), [S, A], with finitely many actions; with sampled ones nil: each stands for 1/N.
    public let prior: Storage?

    public internal(set) var constraint: Constraint
    /// q's weights w_sj, [S, N], each state's summing to 1.
    public internal(set) var weights: Storage
    /// KL(q‖π_i) of every state in nats.
    public internal(set) var klPerState: [Double]
    /// Effective sample size 1/Σ_j w² of every state.
    public internal(set) var essPerState: [Double]
    public internal(set) var optimum: DualOptimum
    public internal(set) var summary: DualWeightsSummary
    /// The network's q, where q is parametric.
    public internal(set) var variational: Variational?
    /// The weights of the action penalty, where it has a temperature of its own.
    public internal(set) var penalty: PenaltyWeights?

    public var eta: Double { optimum.eta }
    /// KL(q‖π_i), the mean over states.
    public var kl: Double { summary.kl }
    public var ess: Double { summary.ess }
    public var status: BoundStatus { BoundStatus(kl, constraint: constraint) }

    /// What is out of the ordinary, in a sentence; nil if nothing is.
    public var note: String? {
        switch (constraint, variational) {
        case (.free, nil):
            return "no bound on the KL: q puts all its weight on each state's best actions"
                + (penalty == nil ? "" : "; the action penalty's weights are the other half")
        case (.free, _): return "q is a network and nothing bounds its KL: its gradient steps climb E_q[Q] alone"
        case (.penalised, .some): return "q is a network; its temperature η was given"
        default: return optimum.outcome.explanation
        }
    }
}

extension EStep {
    /// The same states and actions solved again under another constraint, non-parametrically.
    public func solved(_ constraint: Constraint) throws -> EStep {
        let solver = try loadedSolver()
        var result = self
        result.variational = nil
        try result.solve(constraint, by: solver, settings: nil, warmStart: eta > 0 ? eta : nil)
        return result
    }

    /// `estep(e, epsilon: x)`.
    public func solved(epsilon: Double) throws -> EStep { try solved(.bounded(epsilon)) }

    /// The same states and actions with other Q values [S, N], solved under the same or another constraint.
    public func rescored(_ values: Storage, constraint: Constraint? = nil) throws -> EStep {
        guard values.count == q.count else {
            throw Fault(
                "estep.shape",
                "Q values of shape [\(stateCount), \(actionCount)] were wanted, \(values.count.grouped) numbers were given")
        }
        var result = self
        result.variational = nil
        result.q = values
        try result.solve(constraint ?? self.constraint, by: result.loadedSolver(), settings: nil, warmStart: nil)
        return result
    }

    /// The dual function at given temperatures, to be plotted: g(η) and its slope.
    public func dual(at temperatures: [Double], epsilon: Double) throws -> [DualPoint] {
        let solver = try loadedSolver()
        return try temperatures.map { try solver.point(at: $0, epsilon: epsilon) }
    }

    /// A solver that holds this E-step's Q values.
    public func loadedSolver() throws -> DualSolver {
        let solver = DualSolver()
        try load(into: solver)
        return solver
    }

    func load(into solver: DualSolver) throws {
        try withExtendedLifetime((q, prior)) {
            try solver.load(
                UnsafePointer(q.pointer), states: stateCount, actions: actionCount,
                prior: prior.map { UnsafePointer($0.pointer) })
        }
    }

    /// Finds the temperature and writes the weights; with the gradient solver moves `descent` one step.
    mutating func solve(
        _ constraint: Constraint, by solver: DualSolver, settings: MPOSettings?, warmStart: Double?,
        descent: inout DualDescent?
    ) throws {
        var settingsCopy = MPOSettings()
        try settingsCopy.constrain(.kl, constraint)
        let found: DualOptimum
        switch constraint {
        case .bounded(let epsilon):
            if let settings, settings.dualSolver == .gradient {
                var moved = try descent ?? DualDescent(eta: warmStart ?? settings.eta)
                moved.rule = .adam(rate: settings.etaRate)
                moved.keep(above: settings.etaMin)
                found = try solver.step(&moved, epsilon: epsilon)
                descent = moved
            } else {
                found = try solver.solve(epsilon: epsilon, warmStart: warmStart, smallest: settings?.etaMin)
            }
        case .penalised(let temperature):
            found = try solver.soft(temperature: temperature)
        case .free:
            // The limit of every bound: greedy.
            var greedy = try solver.solve(epsilon: Double.greatestFiniteMagnitude)
            greedy.epsilon = nil
            found = greedy
        }
        let weights = Storage(count: stateCount * actionCount)
        var kl = [Double](repeating: 0, count: stateCount)
        var ess = kl
        summary = try kl.withUnsafeMutableBufferPointer { kl in
            try ess.withUnsafeMutableBufferPointer { ess in
                try solver.writeWeights(
                    eta: found.eta, into: weights.pointer, kl: kl.baseAddress, ess: ess.baseAddress)
            }
        }
        self.constraint = constraint
        self.weights = weights
        klPerState = kl
        essPerState = ess
        optimum = found
        if let penalty { mix(penalty) }
    }

    mutating func solve(_ constraint: Constraint, by solver: DualSolver, settings: MPOSettings?, warmStart: Double?) throws {
        var descent: DualDescent?
        try solve(constraint, by: solver, settings: settings, warmStart: warmStart, descent: &descent)
    }

    /// The numbers of one state, an action a row: for looking at.
    public func rows(ofState state: Int) throws -> [ActionRow] {
        guard state >= 0, state < stateCount else {
            throw Fault(
                "estep.state", "the E-step has states 0..<\(stateCount), \(state) was given")
        }
        let size = actions.count / max(1, stateCount * actionCount)
        return (0..<actionCount).map { j in
            let place = state * actionCount + j
            let action =
                prior != nil
                ? [Double(j)] : (0..<size).map { Double(actions.pointer[place * size + $0]) }
            return ActionRow(
                index: j, action: action, q: Double(q.pointer[place]),
                logProbability: Double(logProbabilities.pointer[place]),
                prior: prior.map { Double($0.pointer[place]) } ?? 1 / Double(actionCount),
                weight: Double(weights.pointer[place]))
        }
    }

    /// One action of a state in an E-step.
    public struct ActionRow: Hashable, Sendable {
        public let index: Int
        /// In the policy's units, unclipped; the index of one of finitely many actions.
        public let action: [Double]
        public let q: Double
        /// log π_i(a|s).
        public let logProbability: Double
        /// 1/N, or π_i(a|s) with finitely many actions.
        public let prior: Double
        /// q's weight.
        public let weight: Double
    }
}
