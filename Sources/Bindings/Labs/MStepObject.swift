import Laboratory
import PolicyOptimisation
import Runtime
import Support

/// An M-step in the language: what it measured, and whether the lab has taken it over.
final class MStepObject: HostObject {
    let proposed: ProposedMStep
    let lab: Lab
    /// What it followed.
    let estep: EStepObject?

    init(_ proposed: ProposedMStep, _ lab: Lab, estep: EStepObject? = nil) {
        self.proposed = proposed
        self.lab = lab
        self.estep = estep
    }

    private var statistics: MStepStatistics { proposed.statistics }

    override class var typeName: String { "M-step" }
    override var hasIdentity: Bool { false }

    override var summary: String {
        var parts = [
            "M-step", statistics.isExact ? "closed form" : Digits.count(statistics.gradientSteps, "gradient step"),
            "reference policy \(Digits.count(statistics.referenceAge, "step")) old",
        ]
        if !proposed.isCommitted { parts.append("not committed") }
        return parts.joined(separator: " · ")
    }

    override func display(_ style: DisplayStyle) -> String {
        let m = statistics
        var rows = m.constraints.map { report in
            [
                report.quantity.title, Digits.fixed(report.value, report.value < 0.00995 ? 5 : 4),
                BoundText.hold(report.constraint), report.constraint.bound == nil ? "" : report.status.text,
                report.isZeroByConstruction ? "the covariance is fixed" : "λ \(Digits.short(report.multiplier, significant: 3))",
            ]
        }
        if rows.isEmpty {
            rows.append(["KL total", Digits.fixed(m.after.klTotal, 4), "no bound"])
        }
        rows.append([
            "E_q log π", "\(Digits.fixed(m.before.expectedLogProbability, 2)) → \(Digits.fixed(m.after.expectedLogProbability, 2))",
        ])
        if let prior = m.logPrior, let before = m.logPriorBefore {
            rows.append(["log p(θ)", "\(Digits.short(before, significant: 4)) → \(Digits.short(prior, significant: 4))"])
        }
        rows.append(["entropy", "\(Digits.fixed(m.before.entropy, 2)) → \(Digits.fixed(m.after.entropy, 2))"])
        let bounded = rows.filter { $0.count > 2 }
        let widths = (0..<5).map { column in bounded.map { $0.count > column ? $0[column].count : 0 }.max() ?? 0 }
        let lines = rows.map { row in
            let cells = row.enumerated().map { index, cell in index == 0 ? cell.padded(9) : row.count > 2 ? cell.padded(widths[index]) : cell }
            return ("  " + cells.joined(separator: "  ")).trimmedEnd
        }
        var text = summary + "\n" + lines.joined(separator: "\n")
        if let share = m.smallestStepShare, share < 1 {
            text += "\n  backtracked: \(Digits.short(share, significant: 2)) of a step was kept"
        }
        if let note = m.note { text += "\n  " + note }
        return text
    }

    override func json() -> JSON {
        .object(memberNames.filter { $0 != "policy" }.compactMap { name in
            (try? member(name)).flatMap { $0 }.map { JSON.Member(name, $0.json) }
        })
    }

    override func isEqual(to other: HostObject) -> Bool {
        (other as? MStepObject)?.proposed.step.state.policy === proposed.step.state.policy
    }

    override var memberNames: [String] {
        [
            "steps", "kl_mean", "kl_cov", "kl_total", "lambda_mean", "lambda_cov", "lambda_total", "log_prob_before",
            "log_prob", "entropy_before", "entropy", "policy_loss", "penalty", "gradient_norm", "reference_age",
            "refreshes", "committed", "kl_mean_per_dimension", "kl_cov_per_dimension", "step_share", "log_prior_before",
            "log_prior", "exact", "note", "policy",
        ]
    }

    /// λ that held a KL in this step, or was found by its closed form: 0 where it is free, the weight where it is penalised.
    private func multiplier(_ quantity: ConstrainedQuantity) -> Double? {
        statistics.constraints.first { $0.quantity == quantity }?.multiplier
    }

    override func member(_ name: String) throws -> Value? {
        let m = statistics
        let learner = proposed.step.state
        switch name {
        case "steps": return .integer(m.gradientSteps)
        case "kl_mean": return .number(m.after.klMean)
        case "kl_cov": return .number(m.after.klCov)
        case "kl_total": return .number(m.after.klTotal)
        case "lambda_mean": return .number(multiplier(.klMean) ?? learner.lambdaMean.mean)
        case "lambda_cov": return .number(multiplier(.klCov) ?? learner.lambdaCov.mean)
        case "lambda_total": return .number(multiplier(.klTotal) ?? learner.lambdaTotal.mean)
        case "log_prob_before": return .number(m.before.expectedLogProbability)
        case "log_prob": return .number(m.after.expectedLogProbability)
        case "entropy_before": return .number(m.before.entropy)
        case "entropy": return .number(m.after.entropy)
        case "policy_loss": return .number(m.policyLoss)
        case "penalty": return .number(m.penalty)
        case "gradient_norm": return .number(m.gradientNorm)
        case "reference_age": return .integer(m.referenceAge)
        case "refreshes": return .integer(m.refreshes)
        case "committed": return .boolean(proposed.isCommitted)
        case "kl_mean_per_dimension": return .list(m.after.klMeanPerDimension)
        case "kl_cov_per_dimension": return .list(m.after.klCovPerDimension)
        case "step_share": return m.smallestStepShare.map { .number($0) } ?? .nothing
        case "log_prior_before": return m.logPriorBefore.map { .number($0) } ?? .nothing
        case "log_prior": return m.logPrior.map { .number($0) } ?? .nothing
        case "exact": return .boolean(m.isExact)
        case "note": return m.note.map { .string($0) } ?? .nothing
        case "policy":
            let copy = lab.policy.copy()
            try copy.network.replaceParameters(learner.policy)
            return .object(PolicyObject(copy))
        default: return nil
        }
    }
}
