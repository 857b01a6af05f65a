import Laboratory
import PolicyOptimisation
import Runtime
import Support

/// Explains the numbers of a lab by the steps that they come from.
struct LabExplainer {
    static let settingNames = MPOSettings.descriptions.map(\.name)
    static let names = [
        "eta", "kl", "ess", "kl_mean", "kl_cov", "kl_total", "lambda_mean", "lambda_cov", "lambda_total", "td_error",
        "last_return", "reference_age", "target_age", "and every setting",
    ]

    let lab: Lab
    let context: NativeContext

    init(_ lab: Lab, _ context: NativeContext) {
        self.lab = lab
        self.context = context
    }

    private func short(_ number: Double, _ digits: Int = 4) -> String { Digits.short(number, significant: digits) }

    func explanation(of name: String) throws -> ExplanationObject? {
        switch name {
        case "eta", "kl", "ess": return try estep(name)
        case "kl_mean", "kl_cov", "kl_total": return try mstep(name)
        case "lambda_mean", "lambda_cov", "lambda_total": return try mstep(name)
        case "td_error": return tdError()
        case "last_return": return lastReturn()
        case "reference_age": return referenceAge()
        case "target_age": return targetAge()
        default: return try setting(name)
        }
    }

    private func estep(_ name: String) throws -> ExplanationObject? {
        guard let (step, isLast) = try lab.lastOrNextEStep(cancellation: context.cancellation) else {
            return ExplanationObject(
                "η = \(short(lab.eta)) · where the first E-step starts (eta_start)", [.prose("No E-step was made, and the replay is empty: "
                    + "collect(lab, episodes: 10); qstep(lab, steps: 200); e = estep(lab).")],
                [("value", .number(lab.eta))])
        }
        let age = lab.policySteps - step.referenceStep
        let rate = lab.settings.dualSolver == .gradient ? lab.settings.etaRate : nil
        let source = isLast ? "the lab's last E-step" : "the next E-step, not committed: the lab holds no last one"
        let page = try EStepExplainer(step, source: source, age: age, rate: rate).explanation(of: name)
        // A lab that was loaded or undone has the numbers of an E-step whose samples are gone: another's must not pass for them.
        guard !isLast, lab.expectationSteps > 0, let own = name == "eta" ? lab.eta : name == "kl" ? lab.measured(.kl) : lab.ess else { return page }
        return page?.adding(
            .prose("lab.\(name) itself is \(short(own)): that of the last E-step of the history, whose samples are no longer held. "
                + "The figures here are the next one's."), [("lab_value", .number(own))])
    }

    private func mstep(_ name: String) throws -> ExplanationObject? {
        if let (step, estep) = lab.lastMStep {
            return try MStepExplainer(step, lab, estep, source: "the lab's last M-step").explanation(of: name)
        }
        // A lab that was loaded or undone, or whose policy was set: the history's row is left.
        guard let row = lab.history.last(where: { $0.kind == .mstep }), let value = row[name] else {
            return ExplanationObject(
                "\(name) · no M-step was made", [.prose("It is measured and moved by M-steps: e = estep(lab); m = mstep(lab, e).")], [])
        }
        var parts: [ExplanationObject.Part] = [.prose("The lab holds the last M-step's row of history only (it was loaded, undone, or its "
            + "policy was set), so its formula has no figures: m = mstep(lab, estep(lab), commit: false); explain(m.\(name)).")]
        var fields: [(name: String, value: Value)] = [("value", .number(value))]
        if let quantity = ConstrainedQuantity(rawValue: name), let bound = lab.settings[quantity].bound {
            let held = row.held(quantity) ?? value
            parts.insert(.formula("\(held == value ? "" : "the largest dimension's ")\(short(held)), bound \(short(bound)): "
                + "\(short(held / bound, 3)) of it, \(BoundStatus(held, constraint: .bounded(bound)).text)"), at: 0)
            fields += [("bound", .number(bound)), ("ratio", .number(held / bound))]
        }
        return ExplanationObject("\(name) = \(short(value)) · the last M-step of the history", parts, fields)
    }

    private func tdError() -> ExplanationObject {
        let rows = lab.history.filter { $0.kind == .qstep }
        guard let last = rows.last, let value = lab.tdError else {
            return ExplanationObject("TD error · no Q-step was made", [.prose("qstep(lab, steps: 200) makes and measures one.")], [])
        }
        let settings = lab.settings
        let gamma = short(settings.gamma)
        let isRetrace = settings.target == .retrace
        // Over finitely many actions the expectation is a sum: nothing is sampled.
        let isFinite = lab.policy.form.finiteActions != nil
        let expected = isFinite ? "Σ_a π_i(a|s') Q'(s', a)" : "mean_j Q'(s', a'_j)"
        var parts: [ExplanationObject.Part] = [
            .formula("√ mean (Q(s, a) − y)² over the batch of the last gradient step, after it = \(short(value))"),
            isRetrace
                ? .formula("y_t = Q'(s_t, a_t) + Σ_{j≥t} \(gamma)^(j−t) (Π c_k) [r_j + \(gamma) E_π_i Q'(s_{j+1}, ·) − Q'(s_j, a_j)], c_k = "
                    + "\(short(settings.retraceLambda)) min(1, π_i(a|s)/b(a|s))")
                : .formula("y = " + (settings.nStep == 1 ? "r + \(gamma) (1 − terminated) \(expected)" : "Σ_{k<\(settings.nStep)} "
                    + "\(gamma)ᵏ r_k + \(gamma)^\(settings.nStep) (1 − terminated) \(expected)") + (isFinite ? "" : ", a'_j ~ π_i(·|s')")),
        ]
        let before = last["td_error_before"] ?? .nan, meanQ = last["mean_q"] ?? .nan, target = last["mean_target"] ?? .nan
        parts.append(
            .answer(
                "Which critic, which policy?",
                "Q is the critic in training, Q' the target critic, "
                    + "\(settings.tau == nil ? "refreshed every \(settings.criticPeriod) critic steps and \(lab.targetAge) old" : "following softly"); "
                    + (isRetrace
                        ? "the replay's own actions count as far as π_i would take "
                            + "them" + (last["mean_trace"].map { ": c was \(short($0, 3)) in the mean." } ?? ".")
                        : "\(isFinite ? "the probabilities" : "the actions a'") are the reference policy's, not the replay's, so that old transitions serve.")
                    + (lab.critic.twin == nil ? "" : " Of twin critics Q' is the smaller; the error is over both.")
                    + " A truncated episode bootstraps, a terminated one does not."))
        parts.append(
            .answer(
                "Is it small?",
                "The last Q-step took it from \(short(before, 3)) to \(short(value, 3)); "
                    + "mean Q is \(short(meanQ, 3)), mean y \(short(target, 3)), so it is \(short(value / max(target.magnitude, 1e-12), 2)) of "
                        + "|mean y|. "
                    + "It need not go to 0: rewards and next states that differ from one visit to the next leave their spread in it, and each "
                        + "refresh of Q' moves y."))
        let course = rows.suffix(HealthThreshold.courseWindow).compactMap { $0["td_error"] }
        if course.count > 2 {
            parts.append(.answer("What follows?", "Over the last \(Digits.count(course.count, "Q-step")) it went from \(short(course[0], 3)) "
                + "to \(short(value, 3)); health(lab) says if it grows without end."))
        }
        return ExplanationObject(
            "TD error = \(short(value)) · how far the critic is from its targets, in the unit of the return", parts,
            [("value", .number(value)), ("before", .number(before)), ("mean_q", .number(meanQ)), ("mean_target", .number(target))])
    }

    private func lastReturn() -> ExplanationObject {
        let value = lab.lastReturn ?? .nan
        return ExplanationObject(
            "last return = \(short(value)) · the sum of rewards of the last whole episode",
            [.prose("It is undiscounted, though Q is discounted by γ = \(short(lab.settings.gamma)), and was played with the policy's own "
                + "noise; evaluate(lab) plays the mean policy.")],
            [("value", .number(value))])
    }

    private func referenceAge() -> ExplanationObject {
        let period = lab.settings.policyPeriod
        return ExplanationObject(
            "reference age = \(lab.referenceAge) · policy gradient steps since π_i was refreshed",
            [
                .prose(
                    "π_i samples the actions of E-step and TD target, and both M-step KLs start from it. "
                        + "\(lab.referenceRule)"
                        + (lab.settings.policyTau == nil ? " The next refresh: \(due(period - lab.referenceAge))." : "")),
                .prose(
                    lab.isAtReference
                        ? "Right now π = π_i: KL(π_i‖π) is 0 in both parts, and so is its gradient, until the next gradient step."
                        : "Right now π has moved away from it; inspect(lab, observation) shows their KL in a state."),
            ], [("value", .integer(lab.referenceAge)), ("period", .integer(period))])
    }

    private func targetAge() -> ExplanationObject {
        let settings = lab.settings
        return ExplanationObject(
            "target age = \(lab.targetAge) · critic gradient steps since the target critic was refreshed",
            [
                .prose(
                    settings.tau.map { "With tau = \(short($0)) it follows after every step: Q' ← Q' + τ (Q − Q')." }
                        ?? "Q' scores the actions of E-step and TD target. It is refreshed every critic_period = \(settings.criticPeriod) "
                            + "gradient steps. The next refresh: \(due(settings.criticPeriod - lab.targetAge)).")
            ], [("value", .integer(lab.targetAge)), ("period", .integer(settings.criticPeriod))])
    }

    /// When a refresh comes; a period that was shortened below the age makes it overdue.
    private func due(_ steps: Int) -> String { steps <= 1 ? "due at the next step" : "in \(Digits.count(steps, "more step"))" }

    private func setting(_ name: String) throws -> ExplanationObject? {
        guard let description = MPOSettings.descriptions.first(where: { $0.name == name }) else { return nil }
        let value = try lab.settings.value(of: name)
        var parts: [ExplanationObject.Part] = [.prose(description.documentation.capitalisedFirst + ". It may be \(description.range.text); "
            + "its default is \(description.defaultValue.text).")]
        if let words = description.deckWording { parts.append(.prose("The deck calls it: \(words).")) }
        let quantity: ConstrainedQuantity? =
            name == "epsilon" ? .kl : name == "epsilon_mean" ? .klMean : name == "epsilon_cov" ? .klCov : name == "epsilon_total" ? .klTotal : nil
        if let quantity, let measured = lab.held(quantity), let bound = lab.settings[quantity].bound {
            let which = measured == lab.measured(quantity) ? "" : " in the largest dimension"
            parts.append(.prose("The last step measured \(short(measured))\(which): \(short(measured / bound, 3)) of it, "
                + "\(BoundStatus(measured, constraint: .bounded(bound)).text). explain(lab.\(quantity.rawValue)) says more."))
        }
        return ExplanationObject("\(name) = \(value.text) · a setting", parts, [("value", value.asValue), ("default", description.defaultValue.asValue)])
    }

    /// Where a lab stands in the loop, and what the next step would do.
    func whole() throws -> ExplanationObject {
        var rows: [[String]] = [
            ["data", "\(Digits.count(lab.environmentSteps, "environment step")) played with the policy's noise; "
                + "the replay holds \(NumberText.grouped(lab.replay.count)). Old ones serve: targets and E-step draw fresh actions."],
            ["critic", "\(Digits.count(lab.criticSteps, "gradient step"))" + (lab.tdError.map { ", TD error \(short($0, 3))." } ?? ".") + " Q' is \(lab.targetAge) old."],
            ["E-step", lab.measured(.kl).map { "\(NumberText.grouped(lab.expectationSteps)) made; "
                + "the last had η \(short(lab.eta)) and KL(q‖π) \(short($0)) (\(BoundText.hold(lab.settings.kl)))." } ?? "none made yet."],
        ]
        let held = LabObject.held(lab).map { quantity in
            "\(quantity.title) " + (lab.held(quantity).map { short($0) + ($0 == lab.measured(quantity) ? "" : " in the largest dimension") } ?? "not measured") + " (\(BoundText.hold(lab.settings[quantity])))"
        }
        rows.append(["M-step", lab.policySteps == 0 ? "none made yet." : "\(Digits.count(lab.policySteps, "gradient step")); "
            + "\(held.isEmpty ? "nothing holds the policy" : held.joined(separator: ", ")); "
                + "π_i \(lab.referenceStanding)."])
        let next =
            lab.replay.count == 0 ? "collect(lab, episodes: 10)" : lab.criticSteps == 0 ? "qstep(lab, steps: 200)" : lab.expectationSteps == 0 ? "e = estep(lab)" : lab.policySteps == 0 ? "m = mstep(lab, e)" : "explain(lab.eta), explain(lab.\(LabObject.held(lab).first?.rawValue ?? "kl_total")), health(lab)"
        return ExplanationObject(
            "lab · \(lab.environment.spec.name) · EM: the E-step finds q with π fixed, the M-step fits π to q; qstep supplies the Q between",
            [.rows(rows), .prose("Next: \(next). A single number is asked for as explain(lab.eta).")],
            [("environment_steps", .integer(lab.environmentSteps)), ("eta", .number(lab.eta))])
    }
}

extension HistoryRow {
    /// What the bound of a KL holds: its largest dimension with bounds per dimension, else the KL.
    func held(_ quantity: ConstrainedQuantity) -> Double? { self[quantity.rawValue + "_largest"] ?? self[quantity.rawValue] }
}

extension Lab {
    /// The last measured value that a bound is compared with: one number for every page that speaks of it.
    func held(_ quantity: ConstrainedQuantity) -> Double? {
        guard let whole = measured(quantity) else { return nil }
        if quantity == .kl { return whole }
        return history.last { $0.kind == .mstep }?.held(quantity) ?? whole
    }

    /// How π_i follows π, in a sentence.
    var referenceRule: String {
        settings.policyTau.map { "With policy_tau = \(Digits.short($0)) it follows after every gradient step: θ_i ← θ_i + τ (θ − θ_i)." }
            ?? "It is refreshed every policy_period = \(settings.policyPeriod) gradient steps, counted across calls."
    }

    /// Where π_i stands in that, as a predicate.
    var referenceStanding: String {
        settings.policyTau.map { "follows softly, τ \(Digits.short($0))" } ?? "is \(referenceAge) of \(settings.policyPeriod) steps old"
    }

    /// Whether π is π_i. The age does not tell: under policy_tau it is 0 while π_i trails behind.
    var isAtReference: Bool {
        let state = learnerState
        return withExtendedLifetime(state) {
            (0..<state.policy.count).allSatisfy { state.policy.pointer[$0] == state.reference.pointer[$0] }
        }
    }
}
