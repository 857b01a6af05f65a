import Glibc
import Laboratory
import PolicyOptimisation
import Runtime
import Support
import Tensors

// D action dimensions.

/// Explains the numbers of an M-step.
struct MStepExplainer {
    static let names = [
        "kl_mean", "kl_cov", "kl_total", "lambda_mean", "lambda_cov", "lambda_total", "policy_loss", "penalty", "log_prob",
        "log_prob_before", "reference_age", "entropy", "step_share",
    ]

    let proposed: ProposedMStep
    let lab: Lab
    let estep: EStep?
    let source: String?

    init(_ object: MStepObject, source: String? = nil) {
        self.init(object.proposed, object.lab, object.estep?.estep, source: source)
    }

    init(_ proposed: ProposedMStep, _ lab: Lab, _ estep: EStep?, source: String? = nil) {
        self.proposed = proposed
        self.lab = lab
        self.estep = estep
        self.source = source
    }

    var m: MStepStatistics { proposed.statistics }
    var isFinite: Bool { lab.policy.form.finiteActions != nil }
    var isDecoupled: Bool { m.trustRegion == .decoupled && !isFinite }
    var isCovFixed: Bool { if case .gaussian(let head) = lab.policy.form { head.isFixed } else { false } }
    func short(_ number: Double, _ digits: Int = 4) -> String { Digits.short(number, significant: digits) }
    func title(_ text: String) -> String { source.map { "\(text) · \($0)" } ?? text }

    func explanation(of name: String) throws -> ExplanationObject? {
        switch name {
        case "kl_mean", "kl_mean_per_dimension": try divergence(.klMean)
        case "kl_cov", "kl_cov_per_dimension": try divergence(.klCov)
        case "kl_total": try divergence(.klTotal)
        case "lambda_mean": multiplier(.klMean)
        case "lambda_cov": multiplier(.klCov)
        case "lambda_total": multiplier(.klTotal)
        case "policy_loss", "penalty", "log_prob", "log_prob_before": loss(name)
        case "reference_age", "refreshes": age()
        case "entropy", "entropy_before": entropy()
        case "step_share": share()
        default: nil
        }
    }

    /// π_i follows softly and never quite arrives.
    var isTrailing: Bool { lab.settings.policyTau.map { $0 < 1 } ?? false }
    private var everyStepRefreshes: Bool { lab.settings.policyTau.map { $0 == 1 } ?? (lab.settings.policyPeriod == 1) }

    /// A KL as a whole, of which a bound per dimension holds the largest dimension only.
    func whole(_ quantity: ConstrainedQuantity) -> Double {
        switch quantity {
        case .klMean: m.after.klMean
        case .klCov: m.after.klCov
        case .klTotal, .kl: m.after.klTotal
        }
    }

    /// The largest that the multiplier may be, where the step has left it there.
    func cap(_ report: ConstraintReport) -> (name: String, value: Double)? {
        let (name, most): (String, Double?) =
            switch report.quantity {
            case .klMean: ("lambda_mean_max", lab.settings.lambdaMeanMax)
            case .klCov: ("lambda_cov_max", lab.settings.lambdaCovMax)
            case .klTotal, .kl: ("lambda_total_max", lab.settings.lambdaTotalMax)
            }
        return most.flatMap { report.multiplier >= 0.999 * $0 ? (name, $0) : nil }
    }

    func report(_ quantity: ConstrainedQuantity) -> ConstraintReport? { m.constraints.first { $0.quantity == quantity } }

    // MARK: KLs

    func divergence(_ quantity: ConstrainedQuantity) throws -> ExplanationObject {
        let value: Double
        switch quantity {
        case .klMean: value = m.after.klMean
        case .klCov: value = m.after.klCov
        default: value = m.after.klTotal
        }
        let what = quantity == .klMean ? "the mean's part of KL(π_i ‖ π_θ)" : quantity == .klCov ? "the covariance's part of KL(π_i ‖ π_θ)" : "KL(π_i ‖ π_θ) in one piece"
        var parts: [ExplanationObject.Part] = []
        var fields: [(name: String, value: Value)] = [("value", .number(value))]
        if isFinite, quantity != .klTotal {
            return ExplanationObject(
                title("\(quantity.title) = 0"),
                [.prose("A policy over finitely many actions has neither mean nor covariance: its one KL is kl_total. "
                    + "explain(m.kl_total) speaks of it.")], fields)
        }
        let states = try estep?.divergences(of: proposed.step.state.policy)
        parts += formulas(quantity, value, states)
        parts.append(
            .answer(
                "Which two distributions?",
                "First π_i, the reference policy that the E-step carries, frozen "
                    + "\(m.referenceAge == 0 ? "right before this M-step" : "\(Digits.count(m.referenceAge, "policy gradient step")) before this M-step"); "
                    + "second π_θ, \(m.isExact ? "the closed form" : "after its \(Digits.count(m.gradientSteps, "gradient step"))"). "
                        + "The expectation is under π_i, the old one."))
        if quantity != .klTotal {
            parts.append(.prose("The paper and the deck print the labels C_μ and C_Σ the other way round; "
                + "bounds of 0.1 and 0.0001 make sense only as here."))
        }
        let report = report(quantity)
        let measured = report?.value ?? value
        if let bound = report?.constraint.bound {
            fields += [("bound", .number(bound)), ("ratio", .number(measured / bound))]
            let which = measured == value ? "" : " (the largest dimension, \(short(measured)))"
            parts.append(.answer("Its bound?", "\(short(bound)); \(short(measured / bound, 3)) of it\(which), \(report?.status.text ?? "")."))
            parts.append(try standing(quantity, report, bound))
        } else if let report {
            parts.append(.answer("Its bound?", "None: \(BoundText.hold(report.constraint))."))
        } else {
            parts.append(.answer("Its bound?", "None here: the trust region is \(m.trustRegion.rawValue)" + (m.trustRegion == .none ? ". constrain lab.\(quantity.rawValue) <= x sets one." : ", which holds \(m.constraints.map(\.quantity.title).joined(separator: " and ")).")))
        }
        if measured <= HealthThreshold.zeroKL { parts.append(.answer("Why is it 0?", whyZero(quantity))) } else if m.before.klTotal == 0, !m.isExact {
            parts.append(
                .answer(
                    "Was it 0 before?",
                    "Yes: π_θ was π_i, where the KL's gradient is 0 too, so no multiplier holds the first gradient step back."
                        + (m.gradientSteps == 1 && everyStepRefreshes ? " With \(lab.settings.policyTau == nil ? "policy_period" : "policy_tau") 1 that is so in every step." : "")))
        }
        if m.refreshes > 0 {
            parts.append(
                .answer(
                    "And now?",
                    isTrailing
                        ? "π_i has come nearer to π_θ meanwhile, so the lab's next E-step starts from a smaller KL, not from 0. \(lab.referenceRule)"
                        : "The lab took a new π_i during this M-step, so its next E-step starts from a KL of "
                            + (lab.referenceAge == 0 ? "0 again. " : "nearly 0 again. ") + lab.referenceRule))
        }
        if let states, let most = states.indices.max(by: { states[$0][quantity] < states[$1][quantity] }) {
            fields += [("largest", .number(states[most][quantity])), ("largest_state", .integer(most)), ("recomputed", .number(states.map { $0[quantity] }.average))]
        }
        return ExplanationObject(title("\(quantity.title) = \(short(value)) · \(what), a mean over states, in nats"), parts, fields)
    }

    private func formulas(_ quantity: ConstrainedQuantity, _ value: Double, _ states: [StateDivergence]?) -> [ExplanationObject.Part] {
        let size = lab.policy.form.actionSize
        switch (quantity, isFinite) {
        case (_, true): return [.formula("mean_s Σ_a π_i(a|s) log(π_i(a|s)/π_θ(a|s)) = \(short(value))")]
        case (.klMean, _):
            guard let states else { return [.formula("½ mean_s (μ−μ_i)ᵀ Σ_i⁻¹ (μ−μ_i) = \(short(value))")] }
            return [
                .formula("½ mean_s (μ−μ_i)ᵀ Σ_i⁻¹ (μ−μ_i) = ½ · \(short(2 * states.map(\.mean).average)) = \(short(states.map(\.mean).average))"),
                .formula("μ moved by \(short(states.map(\.shift).average, 3)) in the mean, where σ_i is "
                    + "\(short(states.map(\.sigmaBefore).average, 3)): Σ_i, not Σ, is the metric"),
            ]
        case (.klCov, _):
            guard let states else { return [.formula("½ mean_s (tr(Σ⁻¹Σ_i) − D + ln |Σ|/|Σ_i|) = \(short(value))")] }
            let trace = states.map { $0.trace(size) }.average, logarithm = states.map(\.logDeterminantRatio).average
            return [
                .formula("½ mean_s (tr(Σ⁻¹Σ_i) − D + ln |Σ|/|Σ_i|) = ½ (\(short(trace, 6)) − \(size) \(logarithm < 0 ? "−" : "+") "
                    + "\(short(logarithm.magnitude, 4))) = \(short(states.map(\.cov).average))"),
                .formula("σ went from \(short(states.map(\.sigmaBefore).average)) to \(short(states.map(\.sigma).average)) (geometric mean "
                    + "over dimensions)"),
            ]
        default:
            return [
                .formula("½ mean_s [(μ−μ_i)ᵀ Σ⁻¹ (μ−μ_i) + tr(Σ⁻¹Σ_i) − D + ln |Σ|/|Σ_i|] = \(short(value))"),
                .formula("decoupled parts: mean \(short(m.after.klMean)) + cov \(short(m.after.klCov)) = "
                    + "\(short(m.after.klMean + m.after.klCov)); they differ as the mean's part has Σ_i⁻¹, this one Σ⁻¹"),
            ]
        }
    }

    /// What the bound does here; above it, by how much, why, and what would hold it.
    private func standing(_ quantity: ConstrainedQuantity, _ report: ConstraintReport?, _ bound: Double) throws -> ExplanationObject.Part {
        guard let report else { return .prose("") }
        let name = lambdaName(quantity)
        let moved = "\(name) went from \(short(report.multiplierBefore, 3)) to \(short(report.multiplier, 3))"
        guard case .exceeded = report.status else {
            if report.isZeroByConstruction {
                return .answer("What follows?", "Nothing: the covariance is fixed, so this KL is 0 whatever the step, and \(name) stays at "
                    + "\(short(report.multiplier, 3)).")
            }
            if m.isExact {
                return .answer("What follows?", report.status == .active
                    ? "The closed form meets the bound in this very step: \(name) = \(short(report.multiplier, 3)) solves KL = ε."
                    : "The bound does not bind: the closed form keeps it with λ = 0.")
            }
            return .answer("What follows?", report.status == .active ? "The bound is met; \(moved)." : "The bound does not bind: "
                + "\(moved) and falls while that is so.")
        }
        var text = "A step does not stop at the bound: \(name) rises while the KL is above it and falls below, so that it holds on average. "
            + "In this M-step \(moved)."
        let rows = lab.history.filter { $0.kind == .mstep }.suffix(HealthThreshold.averaged(lab.settings)).compactMap { $0.held(quantity) }
        if rows.count > 1 { text += " Over the last \(rows.count) M-steps the KL averaged \(short(rows.average / bound, 3)) of the bound." }
        if m.constraints.contains(where: { $0.value != whole($0.quantity) }) {
            text += " mstep(lab, e, backtrack: true) cuts a step until each dimension keeps its bound."
        } else if let estep {
            let bounds = m.constraints.compactMap { entry in entry.constraint.bound.map { (entry.quantity, $0) } }
            let share = try estep.largestShare(from: proposed.base, to: proposed.step.state.policy, within: bounds)
            text += share.map { " \(fraction($0)) of this step would have kept " + (bounds.count > 1 ? "all bounds" : "the bound") + ": mstep(lab, e, backtrack: true) cuts it so." }
                ?? " Not even a 1 024th of this step would have kept the bounds: the policy was beyond them before."
        }
        if let cap = cap(report) {
            text += " \(name) is at the largest that is let, \(cap.name) = \(short(cap.value)), and cannot rise: "
                + "lab.\(cap.name) = nothing, or a smaller lab.policy_learning_rate (\(short(lab.settings.policyLearningRate)))."
            return .answer("Why is it above its bound?", text)
        }
        text += " Or lab.dual_rate above \(short(lab.settings.dualRate)), a smaller lab.policy_learning_rate "
            + "(\(short(lab.settings.policyLearningRate)))."
        return .answer("Why is it above its bound?", text)
    }

    private func fraction(_ share: Double) -> String { share == 1 ? "All" : "1/\(Int((1 / share).rounded()))" }

    private func whyZero(_ quantity: ConstrainedQuantity) -> String {
        if report(quantity)?.isZeroByConstruction == true { return "The covariance is fixed, so its part is 0 whatever the step." }
        if m.smallestStepShare == 0 { return "Backtracking left nothing of the step: no part of it kept the bounds." }
        if m.gradientNorm == 0 { return "The loss has no gradient: q = π_i in every state (explain(e.kl)), or all units are dead (health(lab))." }
        if m.before.klTotal == 0 { return "The step left the policy where π_i is, within rounding: "
            + "gradient norm \(short(m.gradientNorm, 3)), learning rate \(short(lab.settings.policyLearningRate))." }
        return "The policy has come back to π_i within rounding."
    }

    func lambdaName(_ quantity: ConstrainedQuantity) -> String {
        quantity == .klMean ? "λ_μ" : quantity == .klCov ? "λ_Σ" : "λ"
    }
}
