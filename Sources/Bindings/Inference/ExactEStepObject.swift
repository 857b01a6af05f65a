import ExactInference
import Glibc
import Plots
import Runtime
import Support

/// An exact E-step in the language: a distribution over trajectories with all that follows from it.
final class ExactEStepObject: HostObject {
    let estep: ExactEStep
    private let task: String
    private let isPosterior: Bool

    init(_ estep: ExactEStep, of task: String, isPosterior: Bool = false) {
        self.estep = estep
        self.task = task
        self.isPosterior = isPosterior
    }

    override class var typeName: String { "exact E-step" }
    override var typeName: String { isPosterior ? "posterior" : Self.typeName }
    override var hasIdentity: Bool { false }

    private var title: String {
        let problem = estep.problem
        let family = isPosterior ? "" : " over \(estep.family.rawValue)"
        return "\(typeName)\(family) · \(task) · \(Digits.count(problem.model.horizon, "step")) · α \(Digits.short(problem.alpha))"
    }

    override var summary: String {
        title + " · evidence \(Digits.short(estep.energy.evidence)) · ELBO \(Digits.short(estep.energy.bound)) · gap \(Self.gap(estep.energy))"
    }

    override func display(_ style: DisplayStyle) -> String {
        let energy = estep.energy
        var rows = [
            ["evidence", Digits.short(energy.evidence), "log E_π[exp(R/α)]"],
            ["ELBO", Digits.short(energy.bound), "E_q[R/α] \(Digits.short(energy.reward)) − KL(q‖p_π) \(Digits.short(energy.kl))"],
            ["gap", Self.gap(energy), Self.touches(energy) ? "KL(q‖p(τ|O=1)): the bound touches" : gapReason],
        ]
        if !isPosterior {
            let solved = estep.isActive
                ? "≥ α · solved in \(Digits.count(estep.iterations, "pass", "passes")), residual \(Digits.short(estep.residual.magnitude, significant: 1))" : "= α"
            rows.append(["η", Digits.short(estep.eta), solved])
            if let epsilon = estep.epsilon {
                rows.append(["KL(q‖p_π)", Digits.short(energy.kl), "≤ \(Digits.short(epsilon)) \(estep.isActive ? "active" : "slack")"])
            }
        }
        return title + "\n" + BoundText.aligned(rows)
    }

    private var gapReason: String {
        if estep.isActive { return "KL(q‖p(τ|O=1)): ε is below the \(Digits.short(estep.looseKL)) that the best q needs" }
        // Where chance decides nothing after the start, only the start can be tilted.
        let what = estep.problem.model.isDeterministic ? "the start" : "the dynamics"
        return "KL(q‖p(τ|O=1)): the posterior tilts \(what), a policy cannot"
    }

    /// Whether nothing but rounding is missing.
    static func touches(_ energy: FreeEnergy) -> Bool { energy.gap <= 1e-12 * max(1, energy.evidence.magnitude) }

    static func gap(_ energy: FreeEnergy) -> String { touches(energy) ? "0" : Digits.short(energy.gap) }

    override func json() -> JSON {
        .object([
            .init("evidence", .number(estep.energy.evidence)), .init("elbo", .number(estep.energy.bound)),
            .init("gap", .number(estep.energy.gap)), .init("reward", .number(estep.energy.reward)),
            .init("kl", .number(estep.energy.kl)), .init("eta", .number(estep.eta)),
            .init("alpha", .number(estep.problem.alpha)), .init("epsilon", estep.epsilon.map { .number($0) } ?? .null),
            .init("over", .string(estep.family.rawValue)), .init("horizon", .integer(estep.problem.model.horizon)),
        ])
    }

    override func isEqual(to other: HostObject) -> Bool {
        guard let other = other as? ExactEStepObject else { return false }
        return estep.problem.model == other.estep.problem.model && estep.problem.policy == other.estep.problem.policy
            && estep.problem.alpha == other.estep.problem.alpha && estep.family == other.estep.family
            && estep.epsilon == other.estep.epsilon
    }

    override var memberNames: [String] {
        [
            "evidence", "elbo", "gap", "reward", "kl", "eta", "alpha", "epsilon", "over", "slack", "loose_kl", "iterations",
            "residual", "horizon", "return", "policy", "prior", "state_probabilities", "occupancy", "action_weights", "start",
            "dynamics", "trajectories", "figure",
        ]
    }

    override func member(_ name: String) throws -> Value? {
        let e = estep
        switch name {
        case "evidence": return .number(e.energy.evidence)
        case "elbo": return .number(e.energy.bound)
        case "gap": return .number(e.energy.gap)
        case "reward": return .number(e.energy.reward)
        case "kl": return .number(e.energy.kl)
        case "eta": return .number(e.eta)
        case "alpha": return .number(e.problem.alpha)
        case "epsilon": return e.epsilon.map { .number($0) } ?? .nothing
        case "over": return .string(e.family.rawValue)
        case "slack": return .boolean(!e.isActive)
        case "loose_kl": return .number(e.looseKL)
        case "iterations": return .integer(e.iterations)
        case "residual": return .number(e.residual)
        case "horizon": return .integer(e.problem.model.horizon)
        case "return": return .number(e.marginals.expectedReturn)
        case "policy": return try room { e.q.policy.tables.asValue }
        case "prior":
            let tables = e.problem.policy.tables
            return try room { tables.count == 1 ? tables[0].asValue : tables.asValue }
        case "state_probabilities": return try room { e.marginals.states.asValue }
        case "occupancy": return try room { e.marginals.occupancy.asValue }
        case "action_weights": return e.marginals.actionWeights.asValue
        case "start": return e.q.start.asValue
        case "dynamics": return .object(try dynamics())
        case "trajectories": return .object(try table(ofTrajectories: 10, nil))
        case "figure": return .object(FigureObject(try figure()))
        default: return nil
        }
    }

    private func room(_ make: () -> Value) throws -> Value {
        let model = estep.problem.model
        try MemoryBudget.require(
            elements: [model.horizon + 1, model.stateCount, model.actionCount], stride: 3 * MemoryLayout<Value>.stride,
            for: "a list with every step, state and action")
        return make()
    }

    /// A row for each outcome of each action that q takes: its probability in the model and under q, at each step.
    private func dynamics() throws -> Table {
        let (q, model) = (estep.q, estep.problem.model)
        var columns: [[Value]] = Array(repeating: [], count: 7)
        for t in 0..<model.horizon {
            for s in 0..<model.stateCount {
                for a in 0..<model.actionCount where estep.marginals.probability(t, s, a) > 0 {
                    for (outcome, tilted) in zip(model.outcomes(s, a), q.outcomeProbabilities(t, s, a)) {
                        let row: [Value] = [
                            .integer(t), .integer(s), .integer(a), .integer(outcome.next), .number(outcome.reward),
                            .number(outcome.probability), .number(tilted),
                        ]
                        for (index, value) in row.enumerated() { columns[index].append(value) }
                    }
                }
            }
            try MemoryBudget.require(
                elements: [columns[0].count, 7], stride: 2 * MemoryLayout<Value>.stride, for: "the table of the dynamics")
        }
        return Table(zip(["time", "state", "action", "next", "reward", "p", "q"], columns).map { ($0, $1) })
    }

    func table(ofTrajectories count: Int, _ cancellation: CancellationToken?) throws -> Table {
        let rows = try estep.q.likely(count, cancellation)
        return Table([
            ("q", rows.map { .number(exp($0.logQ)) }), ("pi", rows.map { .number(exp($0.logPrior)) }),
            ("return", rows.map { .number($0.totalReward) }), ("states", rows.map { $0.states.asValue }),
            ("actions", rows.map { $0.actions.asValue }), ("rewards", rows.map { $0.rewards.asValue }),
        ])
    }

    /// The most probable trajectories as bars of q, with p_π as a tick on each.
    func figure() throws -> Figure {
        let rows = try estep.q.likely(10)
        let labels = rows.map { row in
            zip(row.states, row.actions).map { "\($0):\($1)" }.joined(separator: " ") + " → \(row.states.last ?? 0)"
        }
        var figure = Figure.bars(
            Bars(
                labels: labels, values: rows.map { exp($0.logQ) }, references: rows.map { exp($0.logPrior) },
                referenceName: "p_π"), title: "trajectories under q")
        let shown = rows.reduce(0) { $0 + exp($1.logQ) }
        figure.caption =
            "state:action at each step → last state; these are \(Digits.short(shown * 100, significant: 3)) % of q. "
            + "ELBO \(Digits.short(estep.energy.bound)), evidence \(Digits.short(estep.energy.evidence))."
        return figure
    }
}
