import Runtime
import Support

/// Explains the bound of control as inference: any value with the members value (or elbo), reward and kl, and with
/// evidence and gap where it is undiscounted.
struct BoundExplainer {
    static let names = ["value", "elbo", "reward", "kl", "evidence", "gap"]
    private let value: Double, reward: Double, kl: Double, alpha: Double, logPrior: Double
    private let evidence: Double?, gap: Double?
    /// In the unit of the rewards, a KL weighed by α; else in nats.
    private let isDiscounted: Bool

    init?(_ value: Value) {
        func member(_ name: String) -> Value? {
            switch value {
            case .record(let box): box[name]
            case .object(let object): (try? object.member(name)) ?? nil
            default: nil
            }
        }
        func number(_ name: String) -> Double? { member(name)?.asNumber }
        guard let bound = number("value") ?? number("elbo"), let reward = number("reward"), let kl = number("kl") else { return nil }
        self.value = bound
        self.reward = reward
        self.kl = kl
        evidence = number("evidence")
        gap = number("gap")
        alpha = number("alpha") ?? 1
        logPrior = number("log_prior") ?? 0
        isDiscounted = member("unit")?.asText == "reward"
        // A record that only happens to have some of these names is no bound.
        guard evidence != nil || isDiscounted else { return nil }
    }

    private func short(_ number: Double) -> String { Digits.short(number, significant: 6) }

    private func title(_ name: String) -> String {
        switch name {
        case "reward": return isDiscounted ? "E_q[Σ γᵗ r_t] = \(short(reward)) · the reward's part of the "
            + "bound" : "E_q[Σ r/α] = \(short(reward)) · the reward's part of the bound"
        case "kl": return "KL(q ‖ p_π) = \(short(kl)) · what the bound pays for leaving π"
        case "evidence": return "log p_π(O=1) = \(short(evidence ?? .nan)) · the evidence"
        case "gap": return "gap = \(short(gap ?? .nan)) · evidence − ELBO"
        default: return isDiscounted ? "J(q, θ) = \(short(value)) · the discounted bound, in the unit of the "
            + "rewards" : "ELBO J(q, π) = \(short(value)) · the lower bound on the evidence"
        }
    }

    func explanation(of name: String = "value") -> ExplanationObject {
        let prior = logPrior == 0 ? "" : " + log p(θ)"
        let priorFigure = logPrior == 0 ? "" : " \(logPrior < 0 ? "−" : "+") \(short(logPrior.magnitude))"
        var fields: [(name: String, value: Value)] = [("value", .number(value)), ("reward", .number(reward)), ("kl", .number(kl))]
        if isDiscounted {
            return ExplanationObject(
                title(name),
                [
                    .formula("J(q, θ) = E_q[Σ γᵗ (r_t − α KL(q(·|s_t) ‖ π(·|s_t)))]\(prior) = \(short(reward)) − \(short(alpha)) · "
                        + "\(short(kl))\(priorFigure) = \(short(value))"),
                    .answer("Which two distributions are in this KL?", "In each state visited first q(·|s), under which actions and states are "
                        + "drawn; second the policy π(·|s). Their KLs are discounted and summed."),
                    .answer("What does it bound?", "With a discount it is what MPO's steps raise in turn, q with π fixed and π with q fixed. "
                        + "No evidence stands beside it: gamma 1 gives the bound on log p_π(O=1)."),
                ], fields)
        }
        var parts: [ExplanationObject.Part] = [
            .formula("J(q, π) = E_q[Σ_t r_t/α] − KL(q(τ) ‖ p_π(τ))\(prior) = \(short(reward)) − \(short(kl))\(priorFigure) = \(short(value))"),
            .answer(
                "Which two distributions are in this KL?",
                "First q(τ), the trajectories that the bound is taken over; second p_π(τ), those of the policy π. The expectation is under q."),
        ]
        if let evidence {
            let bound = reward - kl
            let gap = gap ?? evidence - bound
            parts.append(.formula("log p_π(O=1) = log E_π[exp(Σ_t r_t/α)] = \(short(evidence)) ≥ \(short(bound))"))
            let relative = gap / max(1, evidence.magnitude)
            if relative < -1e-9 {
                parts.append(.prose("The gap is \(short(gap)), below 0: no bound is that. "
                    + "Value and evidence speak of different policies or temperatures."))
            } else if relative < 1e-9 {
                parts.append(
                    .answer(
                        "Why is the gap 0?",
                        "q is the posterior p_π(τ | O=1) itself: the bound touches the evidence. Only a step of π raises the evidence now; "
                            + "an E-step has nothing left to do."))
            } else {
                parts.append(
                    .answer(
                        "What is the gap?",
                        "KL(q(τ) ‖ p_π(τ | O=1)) = \(short(evidence)) − \(bound < 0 ? "(\(short(bound)))" : short(bound)) = \(short(gap)) "
                            + "nats. An E-step makes it smaller with π fixed; it stays above 0 "
                            + "where q is bounded by ε, or keeps the true dynamics while the posterior's differ."))
            }
            parts.append(
                .answer("What follows?", "An M-step raises J over π with q fixed. If the gap was 0 before it, the evidence rises by at least "
                    + "as much as J does."))
            fields += [("evidence", .number(evidence)), ("gap", .number(gap))]
        }
        return ExplanationObject(title(name), parts, fields)
    }
}
