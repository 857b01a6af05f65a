import Laboratory
import PolicyOptimisation
import Runtime
import Support
import Tensors

/// An E-step in the language: a value that holds its states, actions, Q values, weights and frozen reference policy.
final class EStepObject: HostObject {
    let estep: EStep
    /// The policy whose form the reference has, and the lab's label for it.
    let policy: Policy
    /// The target critic as it was, which scored the actions; nil where that is not known.
    let critic: CriticObject?

    init(_ estep: EStep, policy: Policy, critic: CriticObject? = nil) {
        self.estep = estep
        self.policy = policy
        self.critic = critic
    }

    override class var typeName: String { "E-step" }
    override var hasIdentity: Bool { false }

    override var summary: String {
        "E-step · \(Digits.count(estep.stateCount, "state")) × \(Digits.count(estep.actionCount, "action")) · "
            + (estep.variational == nil ? "" : "parametric q · ")
            + "η \(Digits.short(estep.eta)) · \(BoundText.text(.kl, estep.constraint)): \(Digits.fixed(estep.kl, 4)) \(estep.status.text)"
    }

    override func display(_ style: DisplayStyle) -> String {
        var solved = "\(Digits.count(estep.optimum.iterations, "Newton step")), residual \(Digits.short(estep.optimum.residual.magnitude, significant: 1))"
        if estep.optimum.outcome == .fixedTemperature { solved = "fixed temperature" }
        if estep.optimum.outcome == .gradientStep, let bound = estep.constraint.bound {
            solved = "one gradient step, KL − ε \(Digits.short(estep.kl - bound, significant: 2))"
        }
        if estep.optimum.outcome == .floor { solved = "at its floor, \(solved)" }
        var name = "E-step"
        if let q = estep.variational {
            name += " · parametric q"
            solved = (estep.constraint.bound == nil ? "fixed" : "multiplier of the bound")
                + ", \(Digits.count(q.gradientSteps, "gradient step")) of q"
        }
        let status = estep.constraint.bound == nil ? "" : estep.status.text
        let isSolved = estep.constraint.bound != nil && estep.variational == nil
            && estep.optimum.outcome != .floor && estep.optimum.outcome != .gradientStep
        var rows = [
            [isSolved ? "η*" : "η", Digits.short(estep.eta), solved],
            ["KL(q‖π)", Digits.fixed(estep.kl, 4), BoundText.hold(estep.constraint), status],
            ["ESS", "\(Digits.short(estep.ess, significant: 3)) of \(estep.actionCount)"],
        ]
        if let penalty = estep.penalty {
            rows.append([
                "penalty", Digits.fixed(penalty.kl, 4), BoundText.hold(.bounded(penalty.epsilon)),
                BoundStatus(penalty.kl, constraint: .bounded(penalty.epsilon)).text,
                "η \(Digits.short(penalty.eta, significant: 3))",
            ])
        }
        // The middle column of η is a sentence; it must not push the bounds apart.
        var text = "\(name) · \(Digits.count(estep.stateCount, "state")) × \(Digits.count(estep.actionCount, "action"))\n"
        let width = rows.map { $0[1].count }.max() ?? 0
        text += rows.map { row in
            "  " + row[0].padded(9) + "  " + row[1].padded(width) + row.dropFirst(2).filter { !$0.isEmpty }.map { "    " + $0 }.joined()
        }.map { $0.trimmedEnd }.joined(separator: "\n")
        if let note = estep.note { text += "\n  " + note }
        return text
    }

    override func json() -> JSON {
        .object([
            JSON.Member("eta", .number(estep.eta)), JSON.Member("kl", .number(estep.kl)),
            JSON.Member("epsilon", estep.constraint.bound.map { .number($0) } ?? .null),
            JSON.Member("status", .string(estep.status.text)), JSON.Member("ess", .number(estep.ess)),
            JSON.Member("iterations", .integer(estep.optimum.iterations)),
            JSON.Member("residual", .number(estep.optimum.residual)),
            JSON.Member("q_form", .string(estep.variational == nil ? "samples" : "parametric")),
        ])
    }

    override func isEqual(to other: HostObject) -> Bool {
        guard let other = other as? EStepObject else { return false }
        return estep.q === other.estep.q && estep.constraint == other.estep.constraint
            && estep.variational?.parameters === other.estep.variational?.parameters
    }

    override var memberNames: [String] {
        [
            "eta", "kl", "epsilon", "status", "ess", "iterations", "residual", "value", "expected_q", "prior_q",
            "largest_weight", "weights", "q_values", "states", "actions", "log_probs", "prior", "kl_per_state",
            "ess_per_state", "reference", "state_count", "action_count", "note", "dual", "q_form", "q_policy", "q_steps",
            "q_gradient_norm", "kl_before", "epsilon_penalty", "eta_penalty", "kl_penalty", "penalty_weights",
            "penalty_costs",
        ]
    }

    override func member(_ name: String) throws -> Value? {
        let e = estep
        func tensor(_ storage: Storage, _ shape: [Int]) throws -> Value { try Tensor(shape: Shape(shape), storage: storage).asValue }
        switch name {
        case "eta": return .number(e.eta)
        case "kl": return .number(e.kl)
        case "epsilon": return e.constraint.bound.map { .number($0) } ?? .nothing
        case "status": return .string(e.status.text)
        case "ess": return .number(e.ess)
        case "iterations": return .integer(e.optimum.iterations)
        case "residual": return .number(e.optimum.residual)
        case "value": return .number(e.optimum.value)
        case "expected_q": return .number(e.summary.expectedQ)
        case "prior_q": return .number(e.summary.priorQ)
        case "largest_weight": return .number(e.summary.largestWeight)
        case "weights": return try tensor(e.weights, [e.stateCount, e.actionCount])
        case "q_values": return try tensor(e.q, [e.stateCount, e.actionCount])
        case "log_probs": return try tensor(e.logProbabilities, [e.stateCount, e.actionCount])
        case "prior":
            return try e.prior.map { try tensor($0, [e.stateCount, e.actionCount]) } ?? .number(1 / Double(e.actionCount))
        case "states": return try tensor(e.states, [e.stateCount, e.model.observationSize])
        case "actions":
            if e.prior != nil { return (0..<e.actionCount).map { $0 }.asValue }
            return try tensor(e.actions, [e.stateCount, e.actionCount, e.model.actionSize])
        case "kl_per_state": return .list(e.klPerState)
        case "ess_per_state": return .list(e.essPerState)
        case "reference": return try held(e.reference)
        case "q_form": return .string(e.variational == nil ? "samples" : "parametric")
        case "q_policy": return try e.variational.map { try held($0.parameters) } ?? .nothing
        case "q_steps": return e.variational.map { .integer($0.gradientSteps) } ?? .nothing
        case "q_gradient_norm": return e.variational.map { .number($0.gradientNorm) } ?? .nothing
        case "kl_before": return e.variational.map { .number($0.klBefore) } ?? .nothing
        case "epsilon_penalty": return e.penalty.map { .number($0.epsilon) } ?? .nothing
        case "eta_penalty": return e.penalty.map { .number($0.eta) } ?? .nothing
        case "kl_penalty": return e.penalty.map { .number($0.kl) } ?? .nothing
        case "penalty_weights": return try e.penalty.map { try tensor($0.weights, [e.stateCount, e.actionCount]) } ?? .nothing
        case "penalty_costs": return try e.penalty.map { try tensor($0.costs, [e.stateCount, e.actionCount]) } ?? .nothing
        case "state_count": return .integer(e.stateCount)
        case "action_count": return .integer(e.actionCount)
        case "dual": return .object(try dualCurve())
        case "note": return e.note.map { .string($0) } ?? .nothing
        default: return nil
        }
    }

    /// A policy of the lab's form with these parameters.
    private func held(_ parameters: Storage) throws -> Value {
        let copy = policy.copy()
        try copy.network.replaceParameters(parameters)
        return .object(PolicyObject(copy))
    }

    /// A table of one state's actions, the heaviest first, with a bar for every weight.
    func table(state: Int) throws -> Table {
        let rows = try estep.rows(ofState: state).sorted { ($0.weight, $1.index) > ($1.weight, $0.index) }
        let largest = rows.map(\.weight).max() ?? 1
        func bar(_ weight: Double) -> String {
            let eighths = largest > 0 ? Int((weight / largest * 160).rounded()) : 0
            let parts = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]
            return String(repeating: "█", count: eighths / 8) + parts[eighths % 8]
        }
        return Table([
            ("sample", rows.map { .integer($0.index) }),
            ("action", rows.map { row in row.action.count == 1 ? .number(row.action[0].shortened) : .list(row.action.map(\.shortened)) }),
            ("Q", rows.map { .number($0.q.shortened) }), ("pi", rows.map { .number($0.prior.shortened) }),
            ("q", rows.map { .number($0.weight.shortened) }), ("bar", rows.map { .string(bar($0.weight)) }),
        ])
    }
}

extension Double {
    /// Four significant digits: for tables that are looked at.
    var shortened: Double {
        guard isFinite, self != 0 else { return self }
        var scale = 1.0
        while magnitude * scale < 1000 && scale < 1e300 { scale *= 10 }
        while magnitude * scale >= 10000 && scale > 1e-300 { scale /= 10 }
        let digits = (self * scale).rounded()
        return scale >= 1 ? digits / scale : digits * (1 / scale)
    }
}

extension String {
    var trimmedEnd: String {
        var text = self
        while text.hasSuffix(" ") { text.removeLast() }
        return text
    }
}
