import Laboratory
import PolicyOptimisation
import Runtime
import Support

/// Finds who explains a value as it was written.
enum Explainer {
    static func explanation(of reference: MemberReference, _ context: NativeContext) throws -> ExplanationObject {
        if let base = reference.base, let name = reference.name, let found = try member(name, of: base, reference.value, context) {
            return found
        }
        switch reference.value {
        case .object(let e as EStepObject): return try EStepExplainer(e.estep).whole()
        case .object(let m as MStepObject): return try MStepExplainer(m).whole()
        case .object(let lab as LabObject): return try LabExplainer(lab.lab, context).whole()
        case .object(let explanation as ExplanationObject): return explanation
        case .number(let number):
            throw Fault(
                "explain.number", "explain cannot tell where the number \(Value.number(number).text) came from",
                hint: "write it as the member that it is: explain(e.eta), explain(m.kl_mean), explain(lab.td_error)")
        case .nothing:
            throw Fault(
                "explain.nothing", reference.name.map { "`\($0)` is nothing: no step has measured it yet" } ?? "there is nothing to explain",
                hint: "collect(lab); qstep(lab); e = estep(lab); m = mstep(lab, e)")
        default:
            if let bound = BoundExplainer(reference.value) { return bound.explanation() }
            throw Fault(
                "explain.type", "explain has no words for \(reference.value.described)",
                hint: "it explains labs, E-steps, M-steps, ELBOs and their numbers, as in explain(e.eta)")
        }
    }

    /// What explains a member of a value; nil where the member is to be explained for itself.
    private static func member(_ name: String, of base: Value, _ value: Value, _ context: NativeContext) throws -> ExplanationObject? {
        switch base {
        case .object(let e as EStepObject):
            return try EStepExplainer(e.estep).explanation(of: name) ?? unknown(name, "an E-step", EStepExplainer.names, value)
        case .object(let m as MStepObject):
            if value.isNothing { return nil }
            return try MStepExplainer(m).explanation(of: name) ?? unknown(name, "an M-step", MStepExplainer.names, value)
        case .object(let lab as LabObject):
            if value.isNothing, !LabExplainer.settingNames.contains(name) { return nil }
            return try LabExplainer(lab.lab, context).explanation(of: name) ?? unknown(name, "a lab", LabExplainer.names, value)
        default:
            guard BoundExplainer.names.contains(name), let bound = BoundExplainer(base) else { return nil }
            return bound.explanation(of: name)
        }
    }

    /// Objects among the members, as lab.policy, are explained for themselves or not at all; numbers get a fault.
    private static func unknown(_ name: String, _ owner: String, _ names: [String], _ value: Value) throws -> ExplanationObject? {
        if case .object = value { return nil }
        throw Fault("explain.member", "explain has no words for `\(name)` of \(owner)", hint: "it explains \(names.joined(separator: ", "))")
    }

    /// The least number of gradient steps from one temperature to another: Adam moves x of η = softplus(x) by at most
    /// about its rate a step.
    static func gradientSteps(from eta: Double, to target: Double, rate: Double) throws -> Int {
        guard eta > 0, target > 0, rate > 0 else { return 0 }
        let distance = abs(try DualDescent(eta: eta).x - DualDescent(eta: target).x) / rate
        return distance < 1e12 ? Int(distance.rounded(.up)) : 1_000_000_000_000
    }
}

/// The bound of control as inference: any value with the members value, reward, kl, evidence and gap.
struct BoundExplainer {
    static let names = ["value", "reward", "kl", "evidence", "gap"]
    private let value: Double, reward: Double, kl: Double
    private let evidence: Double?, gap: Double?

    init?(_ value: Value) {
        func number(_ name: String) -> Double? {
            switch value {
            case .record(let box): return box[name]?.asNumber
            case .object(let object): return (try? object.member(name))??.asNumber
            default: return nil
            }
        }
        guard let bound = number("value"), let reward = number("reward"), let kl = number("kl") else { return nil }
        self.value = bound
        self.reward = reward
        self.kl = kl
        evidence = number("evidence")
        gap = number("gap")
        // A record that only happens to have some of these names is no bound.
        guard evidence != nil || gap != nil else { return nil }
    }

    func explanation(of name: String = "value") -> ExplanationObject {
        func short(_ number: Double) -> String { Digits.short(number, significant: 6) }
        let titles = [
            "value": "ELBO J(q, π) = \(short(value)) · the lower bound on the evidence",
            "reward": "E_q[Σ r/α] = \(short(reward)) · the reward's part of the bound",
            "kl": "KL(q(τ) ‖ p_π(τ)) = \(short(kl)) · what the bound pays for leaving π",
            "evidence": "log p_π(O=1) = \(short(evidence ?? .nan)) · the evidence",
            "gap": "gap = \(short(gap ?? .nan)) · evidence − ELBO",
        ]
        var parts: [ExplanationObject.Part] = [
            .formula("J(q, π) = E_q[Σ_t r_t/α] − KL(q(τ) ‖ p_π(τ)) = \(short(reward)) − \(short(kl)) = \(short(value))")
        ]
        var fields: [(name: String, value: Value)] = [("value", .number(value)), ("reward", .number(reward)), ("kl", .number(kl))]
        parts.append(
            .answer(
                "Which two distributions are in this KL?",
                "First q(τ), the trajectories that the bound is taken over; second p_π(τ), those of the policy π. "
                    + "The expectation is under q."))
        if let evidence {
            let gap = gap ?? evidence - value
            parts.append(.formula("log p_π(O=1) = log E_π[exp(Σ_t r_t/α)] = \(short(evidence)) ≥ \(short(value))"))
            let relative = gap / max(1, evidence.magnitude)
            if relative < -1e-9 {
                parts.append(.prose("The gap is \(short(gap)), below 0: no bound is that. Value and evidence speak of different policies or temperatures."))
            } else if relative < 1e-9 {
                parts.append(
                    .answer(
                        "Why is the gap 0?",
                        "q is the posterior p_π(τ | O=1) itself: the bound touches the evidence. Now only a step of π raises the evidence; an E-step has nothing left to do."))
            } else {
                parts.append(
                    .answer(
                        "What is the gap?",
                        "KL(q(τ) ‖ p_π(τ | O=1)) = \(short(evidence)) − \(short(value)) = \(short(gap)) nats, \(Digits.short(100 * gap / max(evidence.magnitude, 1e-300), significant: 3)) % "
                            + "of the evidence. An E-step makes it smaller with π fixed; it stays above 0 where q is bounded by ε, or keeps the true dynamics while "
                            + "the posterior's differ."))
            }
            parts.append(
                .answer(
                    "What follows?",
                    "An M-step that raises J over π with q fixed raises the evidence by at least as much as J when the gap was 0 before it."))
            fields += [("evidence", .number(evidence)), ("gap", .number(gap))]
        }
        return ExplanationObject(titles[name] ?? "ELBO", parts, fields)
    }
}
