import Glibc
import Laboratory
import PolicyOptimisation
import Runtime
import Support

// The loss, its multipliers, and the M-step as a whole.
extension MStepExplainer {
    func multiplier(_ quantity: ConstrainedQuantity) -> ExplanationObject {
        let state = proposed.step.state
        let name = lambdaName(quantity)
        let stored = quantity == .klMean ? state.lambdaMean.mean : quantity == .klCov ? state.lambdaCov.mean : state.lambdaTotal.mean
        guard let report = report(quantity) else {
            return ExplanationObject(
                title("\(name) = \(short(stored)) · the multiplier of \(quantity.title)"),
                [.prose("It is not in use: the trust region is "
                    + "\(isFinite ? "one KL of a policy over finitely many actions" : m.trustRegion.rawValue)" + (m.constraints.isEmpty ? "." : ", which holds \(m.constraints.map(\.quantity.title).joined(separator: " and "))."))],
                [("value", .number(stored))])
        }
        let lambda = report.multiplier
        let head = title("\(name) = \(short(lambda)) · the multiplier of \(quantity.title)")
        guard let bound = report.constraint.bound else {
            return ExplanationObject(
                head,
                [
                    .formula("L = … + \(name) · KL = … + \(short(lambda)) · \(short(report.value)) = … + \(short(lambda * report.value))"),
                    .prose(
                        report.constraint == .free ? "The KL is free: nothing holds it." : "It is fixed (penalize lab.\(quantity.rawValue) by "
                            + "\(short(lambda))): the soft, MAP form, as a Gaussian prior around θ_i gives it. No bound is aimed at; "
                                + "the KL came out as \(short(report.value))."),
                ], [("value", .number(lambda)), ("kl", .number(report.value)), ("penalty", .number(lambda * report.value))])
        }
        let slope = (1 - exp(-lambda)) * (report.value - bound)
        let settings = lab.settings
        let scale = quantity == .klMean ? settings.lambdaMeanScale : quantity == .klCov ? settings.lambdaCovScale : 1
        let rate = settings.dualRate * scale
        let rises = report.value > bound
        return ExplanationObject(
            head,
            [
                .formula("L = … + \(name) · (KL − ε), λ = softplus(x), x by Adam up the dual"),
                .formula("dL/dx = (1 − e^−λ) (KL − ε) = \(short(1 - exp(-lambda), 3)) · (\(short(report.value)) − \(short(bound))) = "
                    + "\(short(slope, 3))"),
                .answer(
                    "Where does it go?",
                    "From here it \(rises ? "rises" : "falls"), as the KL is \(rises ? "above" : "below") its bound "
                        + "(\(short(report.value / bound, 3)) of it). In this M-step it went from \(short(report.multiplierBefore, 3)) to "
                            + "\(short(lambda, 3)). "
                        + "At dual_rate \(short(rate)) Adam moves x by at most about \(short(rate)) a gradient step."),
                .answer(
                    "What does it weigh?",
                    "\(name) · KL = \(short(lambda * report.value, 3)) beside a weighted likelihood of \(short(m.policyLoss)) in the loss. "
                        + "Where both balance, λ is what a nat of KL is worth in likelihood: the bound is met on average, not in each step."),
            ],
            [
                ("value", .number(lambda)), ("before", .number(report.multiplierBefore)), ("bound", .number(bound)), ("kl", .number(report.value)),
                ("ratio", .number(report.value / bound)), ("slope", .number(slope)), ("penalty", .number(lambda * report.value)),
            ])
    }

    func loss(_ name: String) -> ExplanationObject {
        let values = ["policy_loss": m.policyLoss, "penalty": m.penalty, "log_prob": m.after.expectedLogProbability, "log_prob_before": m.before.expectedLogProbability]
        let value = values[name] ?? m.policyLoss
        let titles = [
            "policy_loss": "policy loss = \(short(value)) · the weighted negative log-likelihood, without the KL penalties",
            "penalty": "penalty = \(short(value)) · Σ λ KL, the other part of the loss",
            "log_prob": "E_q log π = \(short(value)) · the weighted log-likelihood after the M-step",
            "log_prob_before": "E_q log π = \(short(value)) · the weighted log-likelihood before the M-step",
        ]
        var parts: [ExplanationObject.Part] = []
        let fields: [(name: String, value: Value)] = [
            ("value", .number(value)), ("policy_loss", .number(m.policyLoss)), ("penalty", .number(m.penalty)), ("total", .number(m.policyLoss + m.penalty)),
            ("loss_mean_before", .number(m.before.lossMean)), ("loss_cov_before", .number(m.before.lossCov)), ("loss_mean", .number(m.after.lossMean)),
            ("loss_cov", .number(m.after.lossCov)), ("log_prob_before", .number(m.before.expectedLogProbability)), ("log_prob", .number(m.after.expectedLogProbability)),
        ]
        let penalties = m.constraints.map { "\(lambdaName($0.quantity)) KL" }.joined(separator: " + ")
        if isDecoupled {
            parts += [
                .formula("L = −E_q log N(a; μ_θ, Σ_i) − E_q log N(a; μ_i, Σ_θ)" + (penalties.isEmpty ? "" : " + λ_μ KL_μ + λ_Σ KL_Σ")),
                .formula("before the step: \(short(m.before.lossMean)) + \(short(m.before.lossCov)) = "
                    + "\(short(m.before.lossMean + m.before.lossCov))"),
                .formula("after it:        \(short(m.after.lossMean)) + \(short(m.after.lossCov)) = \(short(m.after.lossMean + m.after.lossCov))"),
                .answer(
                    "Which policy is swapped?",
                    "The weighted likelihood is taken twice. In the first term Σ is the old Σ_i, so its gradient moves the mean alone; "
                        + "in the second μ is the old μ_i, so its gradient moves the covariance alone. "
                        + "Each KL then steers its own part, and a step of the mean cannot be bought by a wider or narrower covariance."),
            ]
        } else {
            parts.append(
                .formula(
                    "L = −E_q log π_θ(a|s)\(penalties.isEmpty ? "" : " + λ KL(π_i‖π_θ)"); "
                        + "E_q log π_θ went from \(short(m.before.expectedLogProbability)) to \(short(m.after.expectedLogProbability))"))
            parts.append(
                .answer(
                    "Which policy is swapped?",
                    isFinite ? "None: a policy over finitely many actions has one KL and its likelihood is taken "
                        + "once." : "None: the trust region is \(m.trustRegion.rawValue). "
                            + "Only the decoupled form takes the likelihood twice, once with Σ_i and once with μ_i."))
        }
        let last = m.gradientSteps == 1 ? "As measured before the gradient step" : "As measured before the last of \(m.gradientSteps) gradient steps"
        if let prior = m.logPrior, let before = m.logPriorBefore {
            parts.append(.formula("log p(θ) = −‖θ − θ_0‖²/2σ² of the prior (prior_sigma) is added to the objective: "
                + "\(short(before)) → \(short(prior))"))
        }
        if !m.isExact { parts.append(.formula("\(last): L = \(short(m.policyLoss)) + \(short(m.penalty)) = \(short(m.policyLoss + m.penalty)); "
            + "gradient norm \(short(m.gradientNorm, 3))")) }
        let rose = m.after.expectedLogProbability - m.before.expectedLogProbability
        parts.append(
            .answer(
                "What follows?",
                rose >= 0
                    ? "E_q log π rose by \(short(rose, 3)): π_θ makes q's actions likelier. "
                        + "That is the M-step's whole aim\(isFinite ? "." : "; the value is a density's, so its sign means nothing.")"
                    : "E_q log π fell by \(short(-rose, 3)): the penalties pull back further than the likelihood pulls, or the step is too long."))
        return ExplanationObject(title(titles[name] ?? ""), parts, fields)
    }

    func age() -> ExplanationObject {
        let settings = lab.settings
        return ExplanationObject(
            title("reference age = \(m.referenceAge) · policy gradient steps since π_i was frozen, before this M-step"),
            [
                .prose(
                    "π_i gave the E-step its actions and is the first distribution of both KLs. "
                        + "The lab takes a new one every policy_period = \(settings.policyPeriod) gradient steps, counted across calls; "
                        + (m.refreshes == 0 ? "none was due in this M-step." : "in this M-step that happened "
                            + "\(Digits.count(m.refreshes, "time")), and the next E-step starts at KL 0.")),
                .prose("An E-step keeps the π_i that it was made with: a second M-step against it measures from there, whatever the lab has "
                    + "refreshed since."),
            ], [("value", .integer(m.referenceAge)), ("period", .integer(settings.policyPeriod)), ("refreshes", .integer(m.refreshes))])
    }

    func entropy() -> ExplanationObject {
        var text = "It went from \(short(m.before.entropy)) to \(short(m.after.entropy)) nats, in the policy's units."
        if !isFinite {
            let size = Double(lab.policy.form.actionSize)
            func sigma(_ entropy: Double) -> Double { exp(entropy / size - 0.5 * log(2 * Double.pi * M_E)) }
            text += " σ = exp(H/D)/√(2πe) went from \(short(sigma(m.before.entropy))) to \(short(sigma(m.after.entropy))), a geometric mean "
                + "over dimensions."
        }
        return ExplanationObject(
            title("entropy = \(short(m.after.entropy)) · of π_θ, a mean over states"),
            [.prose(text), .prose("Nothing in MPO asks for entropy: the bound on \(isFinite ? "the KL" : "KL cov") alone decides how fast it "
                + "may fall.")],
            [("value", .number(m.after.entropy)), ("before", .number(m.before.entropy))])
    }

    func share() -> ExplanationObject? {
        guard let share = m.smallestStepShare else { return nil }
        return ExplanationObject(
            title("step share = \(short(share)) · what backtracking left of the shortest step"),
            [.prose(share == 1 ? "Every step kept its bounds as proposed." : share == 0 ? "No part of a step kept the bounds: "
                + "the policy is at or beyond them." : "A step was halved \(Int((-log2(share)).rounded())) times until every bounded KL was "
                    + "within its bound.")],
            [("value", .number(share))])
    }

    func whole() throws -> ExplanationObject {
        var rows = [
            ["what", "\(m.isExact ? "The closed form" : Digits.count(m.gradientSteps, "gradient step")) of π_θ towards q's actions, held near "
                + "π_i, the policy of \(Digits.count(m.referenceAge, "gradient step")) before."],
        ]
        for report in m.constraints {
            rows.append([report.quantity.title, "\(short(report.value)), "
                + "\(BoundText.hold(report.constraint))" + (report.constraint.bound.map { ": \(short(report.value / $0, 3)) of it, "
                    + "\(report.status.text)" } ?? "") + "; \(lambdaName(report.quantity)) \(short(report.multiplierBefore, 3)) → "
                        + "\(short(report.multiplier, 3))."])
        }
        if m.constraints.isEmpty { rows.append(["KL total", "\(short(m.after.klTotal)); nothing holds it."]) }
        rows.append(["E_q log π", "\(short(m.before.expectedLogProbability)) → \(short(m.after.expectedLogProbability)): "
            + "q's actions became \(m.after.expectedLogProbability >= m.before.expectedLogProbability ? "likelier" : "less likely")."])
        rows.append(["loss", "\(short(m.policyLoss)) + penalties \(short(m.penalty))" + (isDecoupled ? "; the likelihood is taken twice, with Σ_i and with μ_i." : ".")])
        rows.append(["entropy", "\(short(m.before.entropy)) → \(short(m.after.entropy)) nats."])
        if !proposed.isCommitted { rows.append(["not committed", "commit(m) applies it."]) }
        if let note = m.note { rows.append(["note", note]) }
        let quantity = m.constraints.first?.quantity.rawValue ?? "kl_total"
        return ExplanationObject(
            title("M-step · fit π_θ to q inside the trust region"),
            [.rows(rows), .prose("Ask on: explain(m.\(quantity)), explain(m.policy_loss)\(isDecoupled ? ", explain(m.lambda_cov)" : ""); "
                + "inspect(m) for the figures.")],
            [
                ("kl_mean", .number(m.after.klMean)), ("kl_cov", .number(m.after.klCov)), ("kl_total", .number(m.after.klTotal)),
                ("log_prob_before", .number(m.before.expectedLogProbability)), ("log_prob", .number(m.after.expectedLogProbability)),
            ])
    }
}
