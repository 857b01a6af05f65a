import ExactInference
import Runtime
import Support

/// The bound J(q, π) with its parts.
final class ELBOObject: HostObject {
    private let reward: Double
    private let kl: Double
    private let energy: FreeEnergy?
    private let value: Double
    private let alpha: Double
    private let gamma: Double
    private let horizon: Int
    private let logPrior: Double

    /// The undiscounted bound, in nats.
    init(_ energy: FreeEnergy, alpha: Double, horizon: Int, logPrior: Double) {
        self.energy = energy
        (reward, kl, value) = (energy.reward, energy.kl, energy.bound + logPrior)
        (self.alpha, gamma, self.horizon, self.logPrior) = (alpha, 1, horizon, logPrior)
    }

    /// The discounted one, in the unit of the rewards.
    init(_ bound: DiscountedBound, alpha: Double, horizon: Int, gamma: Double, logPrior: Double) {
        energy = nil
        (reward, kl, value) = (bound.reward, bound.kl, bound.value + logPrior)
        (self.alpha, self.gamma, self.horizon, self.logPrior) = (alpha, gamma, horizon, logPrior)
    }

    override class var typeName: String { "ELBO" }
    override var hasIdentity: Bool { false }

    override var summary: String {
        "ELBO \(Digits.short(value))" + (energy.map { " · evidence \(Digits.short($0.evidence)) · gap \(ExactEStepObject.gap($0))" } ?? " · γ \(Digits.short(gamma))")
    }

    override func display(_ style: DisplayStyle) -> String {
        var rows: [[String]]
        let steps = "\(Digits.count(horizon, "step")) · α \(Digits.short(alpha))"
        let title: String
        if let energy {
            title = "ELBO · \(steps) · nats"
            rows = [
                ["J(q,π)", Digits.short(value), "E_q[R/α] \(Digits.short(reward)) − KL(q‖p_π) \(Digits.short(kl))"],
                ["evidence", Digits.short(energy.evidence), "log E_π[exp(R/α)]"],
                ["gap", ExactEStepObject.gap(energy), "KL(q‖p(τ|O=1))" + (ExactEStepObject.touches(energy) ? ": the bound touches" : "")],
            ]
        } else {
            title = "discounted bound · \(steps) · γ \(Digits.short(gamma)) · in the unit of the rewards"
            rows = [["J(q,θ)", Digits.short(value), "E_q[Σ γ^t r_t] \(Digits.short(reward)) − α · \(Digits.short(kl)), the discounted KLs"]]
        }
        if logPrior != 0 { rows.insert(["log p(θ)", Digits.short(logPrior), "is part of J"], at: 1) }
        return title + "\n" + BoundText.aligned(rows)
    }

    override var memberNames: [String] {
        ["value", "reward", "kl", "evidence", "gap", "log_prior", "gamma", "alpha", "horizon", "unit"]
    }

    override func member(_ name: String) -> Value? {
        switch name {
        case "value": .number(value)
        case "reward": .number(reward)
        case "kl": .number(kl)
        case "evidence": energy.map { .number($0.evidence) } ?? .nothing
        case "gap": energy.map { .number($0.gap) } ?? .nothing
        case "log_prior": .number(logPrior)
        case "gamma": .number(gamma)
        case "alpha": .number(alpha)
        case "horizon": .integer(horizon)
        case "unit": .string(energy == nil ? "reward" : "nats")
        default: nil
        }
    }

    override func json() -> JSON {
        .object([
            .init("value", .number(value)), .init("reward", .number(reward)), .init("kl", .number(kl)),
            .init("evidence", energy.map { .number($0.evidence) } ?? .null), .init("gap", energy.map { .number($0.gap) } ?? .null),
            .init("log_prior", .number(logPrior)), .init("gamma", .number(gamma)), .init("alpha", .number(alpha)),
            .init("horizon", .integer(horizon)), .init("unit", .string(energy == nil ? "reward" : "nats")),
        ])
    }

    override func isEqual(to other: HostObject) -> Bool {
        guard let other = other as? ELBOObject else { return false }
        return (value, reward, kl, gamma, alpha, horizon) == (other.value, other.reward, other.kl, other.gamma, other.alpha, other.horizon)
            && energy == other.energy && logPrior == other.logPrior
    }
}
