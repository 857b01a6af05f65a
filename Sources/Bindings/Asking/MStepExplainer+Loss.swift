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
                    .formula("L = … + \(name) · KL = … + \(short(lambda)) · \(short(whole(quantity))) = … + \(short(report.penalty))"),
                    .prose(
                        report.constraint == .free ? "The KL is free: nothing holds it." : "It is fixed (penalize lab.\(quantity.rawValue) by "
                            + "\(short(lambda))): the soft, MAP form, as a Gaussian prior around θ_i gives it. No bound is aimed at; "
                                + "the KL came out as \(short(report.value))."),
                ], [("value", .number(lambda)), ("kl", .number(report.value)), ("penalty", .number(report.penalty))])
        }
        // With bounds per dimension each has its own λ: the one whose KL is the largest stands for them.
        let each = quantity == .klMean ? (state.lambdaMean.values, m.after.klMeanPerDimension) : (state.lambdaCov.values, m.after.klCovPerDimension)
        let dimension = quantity != .klTotal && each.0.count > 1 && each.0.count == each.1.count ? each.1.indices.max { each.1[$0] < each.1[$1] } : nil
        let own = dimension.map { each.0[$0] } ?? lambda
        let slope = (1 - exp(-own)) * (report.value - bound)
        let fields: [(name: String, value: Value)] = [
            ("value", .number(lambda)), ("before", .number(report.multiplierBefore)), ("bound", .number(bound)), ("kl", .number(report.value)),
            ("ratio", .number(report.value / bound)), ("slope", .number(slope)), ("penalty", .number(report.penalty)),
        ]
        if report.isZeroByConstruction {
            return ExplanationObject(
                head,
                [.prose("The covariance is fixed: its KL is 0 whatever the parameters, so \(name) weighs nothing and no step moves it.")], fields)
        }
        if m.isExact { return exactMultiplier(head, name, report, bound, fields) }
        let settings = lab.settings
        let scale = quantity == .klMean ? settings.lambdaMeanScale : quantity == .klCov ? settings.lambdaCovScale : 1
        let rate = settings.dualRate * scale
        let rises = report.value > bound
        var way = "From here it \(rises ? "rises" : "falls"), as the KL is \(rises ? "above" : "below") its bound"
        if rises, let cap = cap(report) {
            way = "Nowhere: it is at the largest that is let, \(cap.name) = \(short(cap.value)), though the KL is above its bound"
        }
        return ExplanationObject(
            head,
            [
                .formula("L = … + \(name) · (KL − ε), λ = softplus(x), x by Adam up the dual"),
                .formula("dL/dx = (1 − e^−λ) (KL − ε) = \(short(1 - exp(-own), 3)) · (\(short(report.value)) − \(short(bound))) = "
                    + "\(short(slope, 3))"
                    + (dimension.map { " in dimension \($0), whose KL is the largest; its own λ is \(short(own))" } ?? "")),
                .answer(
                    "Where does it go?",
                    "\(way) (\(short(report.value / bound, 3)) of it). In this M-step it went from \(short(report.multiplierBefore, 3)) to "
                            + "\(short(lambda, 3)). "
                        + "At dual_rate \(short(rate)) Adam moves x by at most about \(short(rate)) a gradient step."),
                .answer(
                    "What does it weigh?",
                    "\(dimension == nil ? "\(name) · KL" : "Σ_d λ_d KL_d") = \(short(report.penalty, 3)) beside a weighted likelihood of \(short(m.policyLoss)) in the loss. "
                        + "Where both balance, λ is what a nat of KL is worth in likelihood: the bound is met on average, not in each step."),
            ], fields)
    }

    /// λ of the closed form: the solution of an equation, not a place on a way.
    private func exactMultiplier(
        _ head: String, _ name: String, _ report: ConstraintReport, _ bound: Double, _ fields: [(name: String, value: Value)]
    ) -> ExplanationObject {
        let isSlack = report.status == .slack
        return ExplanationObject(
            head,
            [
                .formula("max_π E_q log π − \(name) (KL − ε): \(name) solves KL = ε = \(short(bound)); it is 0 where the bound is slack"),
                .answer(
                    "Is the bound met?",
                    isSlack
                        ? "It is slack: KL = \(short(report.value)) without it, so the solution is λ = 0"
                            + (report.multiplier > 0 ? ", kept as \(short(report.multiplier, 3)), from which gradient steps could raise it." : ".")
                        : "KL = \(short(report.value)), \(short(report.value / bound, 3)) of it, in this very step: no gradient step was taken, "
                            + "neither of π_θ nor of \(name), which was \(short(report.multiplierBefore, 3)) before."),
                .answer(
                    "What does it weigh?",
                    isSlack ? "Nothing: the weighted likelihood alone decides."
                        : "\(name) is what a nat of KL is worth in weighted likelihood at the solution."),
            ], fields)
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
                        + (isCovFixed ? "in the second μ is the old μ_i and Σ, which is fixed, is no parameter: that term is a constant."
                            : "in the second μ is the old μ_i, so its gradient moves the covariance alone. "
                                + "Each KL then steers its own part, and a step of the mean cannot be bought by a wider or narrower covariance.")),
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
                        + "\(lab.referenceRule) In this M-step "
                        + (m.refreshes == 0 ? "none was due." : "that happened \(Digits.count(m.refreshes, "time")), "
                            + (isTrailing ? "and π_i still trails behind π_θ." : lab.isAtReference ? "and the next E-step starts at KL 0."
                                : "and the next E-step starts near KL 0."))),
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
            [.prose(text), .prose("Nothing in MPO asks for entropy: \(entropyHold).")],
            [("value", .number(m.after.entropy)), ("before", .number(m.before.entropy))])
    }

    /// What keeps the entropy from falling at once.
    private var entropyHold: String {
        if isCovFixed { return "the covariance is fixed, and the entropy with it" }
        // Of the decoupled form's two KLs the mean's leaves the entropy alone.
        guard let report = m.constraints.last(where: { $0.quantity != .klMean }) else { return "nothing holds it" }
        let part = isFinite ? "the KL" : report.quantity.title
        switch report.constraint {
        case .bounded: return "the bound on \(part) alone decides how fast it may fall"
        case .penalised(let weight): return "the penalty on \(part), \(short(weight)) a nat, alone slows its fall"
        case .free: return "\(part) is free, so nothing holds it"
        }
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

    /// How the constraints hold π_θ near π_i; nil where none does.
    private var hold: String? {
        if m.constraints.contains(where: { $0.constraint.bound != nil }) { return "inside the trust region" }
        return m.constraints.contains { $0.constraint.weight != nil } ? "near π_i, by a penalty" : nil
    }

    func whole() throws -> ExplanationObject {
        var rows = [
            ["what", "\(m.isExact ? "The closed form" : Digits.count(m.gradientSteps, "gradient step")) of π_θ towards q's actions\(hold == nil ? "; nothing holds it near" : ", held near") "
                + "π_i, the policy of \(Digits.count(m.referenceAge, "gradient step")) before."],
        ]
        for report in m.constraints {
            let which = report.value == whole(report.quantity) ? "" : " in the largest dimension"
            rows.append([report.quantity.title, "\(short(report.value))\(which), "
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
            title("M-step · fit π_θ to q\(hold.map { " \($0)" } ?? ", held by nothing")"),
            [.rows(rows), .prose("Ask on: explain(m.\(quantity)), explain(m.policy_loss)\(isDecoupled ? ", explain(m.lambda_cov)" : ""); "
                + "inspect(m) for the figures.")],
            [
                ("kl_mean", .number(m.after.klMean)), ("kl_cov", .number(m.after.klCov)), ("kl_total", .number(m.after.klTotal)),
                ("log_prob_before", .number(m.before.expectedLogProbability)), ("log_prob", .number(m.after.expectedLogProbability)),
            ])
    }
}
