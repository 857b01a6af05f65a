import Glibc
import PolicyOptimisation
import Runtime
import Support

// S states, N actions a state.

/// Explains the numbers of an E-step.
struct EStepExplainer {
    static let names = ["eta", "kl", "epsilon", "weights", "ess", "value", "residual", "expected_q", "kl_per_state", "ess_per_state", "largest_weight"]

    let e: EStep
    /// Where it stands: "the lab's last E-step"; nil for one that the user holds.
    let source: String?
    /// Gradient steps since π_i was frozen, where a lab tells.
    let age: Int?
    /// Adam's rate of the gradient solver, where a lab tells.
    let rate: Double?

    init(_ e: EStep, source: String? = nil, age: Int? = nil, rate: Double? = nil) {
        self.e = e
        self.source = source
        self.age = age
        self.rate = rate
    }

    var n: Int { e.actionCount }
    var isSampled: Bool { e.prior == nil }
    var logN: Double { log(Double(n)) }
    func short(_ number: Double, _ digits: Int = 4) -> String { Digits.short(number, significant: digits) }

    func title(_ text: String) -> String { source.map { "\(text) · \($0)" } ?? text }

    func explanation(of name: String) throws -> ExplanationObject? {
        switch name {
        case "eta", "value", "residual", "dual": try temperature()
        case "kl", "kl_per_state", "epsilon": try divergence()
        case "weights", "largest_weight", "expected_q": weights()
        case "ess", "ess_per_state": sampleSize()
        default: nil
        }
    }

    // MARK: η

    func temperature() throws -> ExplanationObject {
        let head = title("η = \(short(e.eta)) · the temperature of q(a|s) ∝ π_i(a|s) exp(Q(s, a)/η)")
        if let q = e.variational { return try multiplier(q) }
        guard let epsilon = e.constraint.bound else { return try unboundedTemperature(head) }
        let solver = try e.loadedSolver()
        let best = try solver.solve(epsilon: epsilon)
        guard e.eta > 0 else { return limit(head, best, epsilon) }
        let point = try solver.point(at: e.eta, epsilon: epsilon)
        let logMean = point.value / e.eta - epsilon
        var parts: [ExplanationObject.Part] = []
        if isSampled {
            parts.append(.formula("g(η) = η ε + η · mean_s [logsumexp_j(Q_sj/η) − log N]"))
            parts.append(
                .formula(
                    "     = \(short(e.eta, 6)) · \(short(epsilon)) + \(short(e.eta, 6)) · (\(short(logMean + logN, 6)) − \(short(logN, 6))) = "
                        + "\(short(point.value, 6))"))
        } else {
            parts.append(.formula("g(η) = η ε + η · mean_s log Σ_a π_i(a|s) exp(Q(s, a)/η)"))
            parts.append(
                .formula("     = \(short(e.eta, 6)) · \(short(epsilon)) + \(short(e.eta, 6)) · \(short(logMean, 6)) = \(short(point.value, 6))"))
        }
        // At an optimum ε − KL is a rounding error: its size is told, not its digits.
        let slope = point.slope.magnitude <= 1e-9 * epsilon ? "0 (within \(short(1e-9 * epsilon, 1)))" : short(point.slope)
        parts.append(.formula("g′(η) = ε − mean_s KL(q‖π_i) = \(short(epsilon)) − \(short(point.kl)) = \(slope)"))
        parts.append(.answer("Is η optimal?", try optimality(best, point, epsilon)))
        parts.append(.answer("Why log-sum-exp minus log N?", whyLogN(epsilon, point)))
        let tighter = try solver.solve(epsilon: epsilon / 2)
        if tighter.outcome == .active, best.eta > 0 {
            parts.append(
                .answer("What follows?", "η has the unit of Q and follows its scale. "
                    + "With half of ε, η* would be \(short(tighter.eta)), \(short(tighter.eta / best.eta, 3)) times as large."))
        }
        return ExplanationObject(
            head, parts,
            [
                ("value", .number(e.eta)), ("eta_star", .number(best.eta)), ("ratio", .number(best.eta > 0 ? e.eta / best.eta : .infinity)),
                ("slope", .number(point.slope)), ("dual", .number(point.value)), ("epsilon", .number(epsilon)), ("kl", .number(point.kl)),
                ("log_mean_exp", .number(logMean)), ("log_n", .number(logN)), ("slope_without_log_n", .number(point.slope + logN)),
            ])
    }

    private func optimality(_ best: DualOptimum, _ point: DualPoint, _ epsilon: Double) throws -> String {
        if best.outcome != .active {
            return "No: \(best.outcome.explanation ?? "η* is 0"). η* is 0, and at η \(short(e.eta)) the slope is \(short(point.slope))."
        }
        if e.optimum.outcome == .floor {
            return "No: η is held at the smallest that is let, eta_min = \(short(e.eta)); "
                + "η* = \(short(best.eta)) lies below it, so the slope is above 0 and the KL stays below its bound. lab.eta_min lowers the floor."
        }
        let distance = (e.eta / best.eta - 1).magnitude
        if distance <= 1e-6 {
            let how = e.optimum.outcome == .gradientStep ? "though only gradient steps led there" : "solved exactly in \(Digits.count(e.optimum.iterations, "evaluation")) of g"
            return "Yes, \(how): η* = \(short(best.eta)), |η/η* − 1| ≤ 1e-6, and the constraint is met with equality."
        }
        let ratio = e.eta / best.eta
        let direction = point.slope > 0 ? "above 0: η is too large, q stays nearer to π than ε allows" : "below 0: η is too small, q goes "
            + "further from π than ε allows"
        var text = "No: η* of the same Q values, solved exactly, is \(short(best.eta)); η is \(short(ratio)) times that. The slope is \(direction)."
        if e.optimum.outcome == .gradientStep {
            text += " One gradient step is taken an E-step"
            if let rate {
                let steps = try Explainer.gradientSteps(from: e.eta, to: best.eta, rate: rate)
                text += "; at eta_rate \(short(rate)) η* is at least \(Digits.count(steps, "E-step")) away"
            }
            text += ". lab.dual_solver = \"exact\" solves it each time, in under a millisecond."
        }
        return text
    }

    private func whyLogN(_ epsilon: Double, _ point: DualPoint) -> String {
        let largest = (0..<e.q.count).reduce(0.0) { max($0, Double(e.q.pointer[$1]).magnitude) } / e.eta
        let overflow =
            largest > 700
            ? "Q/η reaches \(short(largest, 3)) here and exp of that overflows, so the state's largest value is taken out first."
            : "The state's largest value is taken out first, so that exp cannot overflow (Q/η reaches \(short(largest, 3)) here)."
        if !isSampled {
            return "With finitely many actions E_π is the exact sum over actions, and π_i(a|s) stands where 1/N stands for samples: "
                + "there is no log N. " + overflow
        }
        return "E_π is the mean over N = \(n) samples of π_i, (1/N) Σ_j exp(Q_sj/η); −log N is that 1/N. Without it g′ would be ε + log N − KL = "
            + "\(short(point.slope + logN)) here and above 0 at every η, since KL ≤ log N = \(short(logN)): "
                + "no minimum, η would run to 0 and q onto one action. " + overflow
    }

    /// ε is slack: a limit, not a temperature.
    private func limit(_ head: String, _ best: DualOptimum, _ epsilon: Double) -> ExplanationObject {
        let isEqual = best.outcome == .allEqual || best.outcome == .singleAction
        return ExplanationObject(
            head,
            [
                .formula("g(η) = η ε + η · mean_s log E_π exp(Q_s/η) is smallest as η → 0: g = \(short(best.value, 6))"),
                .answer("Is η optimal?", "Yes, as a limit: \(best.outcome.explanation ?? "the bound is slack")."),
                .prose(
                    isEqual
                        ? "Every temperature gives the same q. A critic that tells actions apart is needed: qstep(lab, steps: 200) before the E-step."
                        : "The largest KL that reweighting these actions can reach is \(short(best.reachableKL))"
                            + (isSampled ? " (log N = \(short(logN)))" : "") + ", ε is \(short(epsilon)). "
                            + (isSampled ? "More actions or a smaller ε give" : "A smaller ε gives") + " a temperature above 0."),
            ],
            [
                ("value", .number(e.eta)), ("eta_star", .number(best.eta)), ("epsilon", .number(epsilon)), ("kl", .number(e.kl)),
                ("largest_kl", .number(best.reachableKL)), ("dual", .number(best.value)),
            ])
    }

    private func unboundedTemperature(_ head: String) throws -> ExplanationObject {
        guard e.eta > 0, case .penalised = e.constraint else {
            return ExplanationObject(
                head, [.prose("There is no bound on KL(q‖π): η → 0 and q is spread over each state's best actions. "
                    + "constrain lab.kl <= 0.1 sets one.")],
                [("value", .number(e.eta)), ("kl", .number(e.kl))])
        }
        return ExplanationObject(
            head,
            [
                .formula("max_q E_q[Q] − η KL(q‖π_i), solved by q ∝ π_i exp(Q/η) with η given"),
                .answer("Is η optimal?", "Nothing asks for that: `penalize lab.kl by \(short(e.eta))` fixed it and there is no dual to "
                    + "minimise. " + (e.kl > HealthThreshold.zeroKL ? "It is the η* of the bound ε = \(short(e.kl)), the KL that came of it."
                        : "The KL came out as 0, so no bound would have it as its η*.")),
                .answer("What follows?", "KL(q‖π) floats with the scale of Q; constrain lab.kl <= x fixes it and lets η float."),
            ],
            [("value", .number(e.eta)), ("kl", .number(e.kl)), ("equivalent_epsilon", .number(e.kl))])
    }

    /// η as the multiplier of a parametric q's bound.
    private func multiplier(_ q: EStep.Variational) throws -> ExplanationObject {
        let (what, formula) =
            switch e.constraint {
            case .bounded: ("the multiplier of", "max_θq min_η E_q[Q] + η (ε − KL(q‖π_i)), gradient steps on θ^q and on ln η")
            case .penalised: ("the given price of", "max_θq E_q[Q] − η KL(q‖π_i), gradient steps on θ^q alone: η is given")
            case .free: ("not in use, nothing holds", "max_θq E_q[Q], gradient steps on θ^q alone: the KL is free")
            }
        let head = title("η = \(short(e.eta)) · \(what) KL(q‖π) for a parametric q(a|s, θ^q)")
        var parts: [ExplanationObject.Part] = [.formula(formula)]
        var fields: [(name: String, value: Value)] = [("value", .number(e.eta)), ("kl", .number(e.kl)), ("q_steps", .integer(q.gradientSteps))]
        if let epsilon = e.constraint.bound {
            let best = try e.loadedSolver().solve(epsilon: epsilon)
            parts.append(.formula("slope by η: ε − KL = \(short(epsilon)) − \(short(e.kl)) = \(short(epsilon - e.kl)): "
                + "η \(e.kl > epsilon ? "rises" : "falls")"))
            parts.append(
                .answer(
                    "Is η optimal?",
                    "Nobody solves for it: \(Digits.count(q.gradientSteps, "gradient step")) of q and as many of η were taken, which moved the "
                        + "KL from \(short(q.klBefore, 3)) to \(short(e.kl, 3)). "
                        + "A q of weights on the same samples would have η* = \(short(best.eta))."))
            parts.append(.answer("What follows?", "The bound is met on average over E-steps, as the M-step's are. "
                + "More lab.q_steps bring both nearer; lab.q_form = \"samples\" solves it exactly."))
            fields += [("epsilon", .number(epsilon)), ("slope", .number(epsilon - e.kl)), ("eta_star", .number(best.eta))]
        } else {
            parts.append(.prose("There is no bound\(e.constraint == .free ? "" : ": \(BoundText.hold(e.constraint))"). The KL came out as \(short(e.kl))."))
        }
        return ExplanationObject(head, parts, fields)
    }

    // MARK: KL(q‖π)

    func divergence() throws -> ExplanationObject {
        let head = title("KL(q‖π) = \(short(e.kl)) nats · a mean over \(Digits.count(e.stateCount, "state"))")
        var parts: [ExplanationObject.Part] = []
        let entropy = (0..<e.stateCount).map { s in
            (0..<n).reduce(0.0) {
                let w = Double(e.weights.pointer[s * n + $1])
                return w > 0 ? $0 - w * log(w) : $0
            }
        }.average
        if e.variational != nil {
            parts.append(.formula("KL_s between the two policies' own distributions, in closed form: no sample enters it"))
        } else if e.penalty != nil {
            parts.append(.formula("KL_s = Σ_j v_sj log(N v_sj) of the weights v ∝ exp(Q/η) alone, before the action penalty's are mixed in"))
        } else if isSampled {
            parts.append(.formula("KL_s = Σ_j w_sj log(N w_sj) = log N − H(w_s)"))
            parts.append(.formula("mean_s KL_s = \(short(logN, 5)) − \(short(entropy, 5)) = \(short(logN - entropy))"))
        } else {
            parts.append(.formula("KL_s = Σ_a q(a|s) log(q(a|s)/π_i(a|s)), over all \(n) actions"))
        }
        let frozen = age.map { "frozen \(Digits.count($0, "policy gradient step")) ago" } ?? "as it was after \(Digits.count(e.referenceStep, "policy gradient step"))"
        parts.append(
            .answer(
                "Which two distributions?",
                "First q, this E-step's \(e.variational == nil ? "reweighted actions" : "network"); "
                    + "second π_i, the reference policy that the actions came from, \(frozen). The expectation is under q. "
                    + "The M-step's KLs are others: π_i first, the new policy second."))
        var ratio = Double.nan
        if let epsilon = e.constraint.bound {
            ratio = e.kl / epsilon
            parts.append(.answer("Its bound?", "ε = \(short(epsilon)); KL/ε = \(short(ratio)), "
                + "\(e.status.text)." + (e.kl == 0 ? "" : " " + standing(epsilon))))
        } else {
            parts.append(.answer("Its bound?", "None: \(BoundText.hold(e.constraint))."))
        }
        if e.kl == 0 { parts.append(.answer("Why is it 0?", whyZero())) }
        if e.kl == 0 {
            return ExplanationObject(
                head, parts, [("value", .number(0)), ("bound", e.constraint.bound.map { .number($0) } ?? .nothing), ("ratio", .number(ratio))])
        }
        let most = e.klPerState.indices.max { e.klPerState[$0] < e.klPerState[$1] } ?? 0
        let above = e.constraint.bound.map { epsilon in e.klPerState.filter { $0 > epsilon }.count }
        parts.append(
            .answer(
                "What follows?",
                "The bound is on the mean: states where Q tells actions apart take more. "
                    + "Median \(short(e.klPerState.median, 3)), most \(short(e.klPerState[most], 3)) in state \(most)"
                    + (above.map { "; \($0) of \(e.stateCount) lie above ε" } ?? "") + ". inspect(e, state: \(most)) shows it."))
        return ExplanationObject(
            head, parts,
            [
                ("value", .number(e.kl)), ("bound", e.constraint.bound.map { .number($0) } ?? .nothing), ("ratio", .number(ratio)),
                ("log_n", .number(logN)), ("entropy", .number(entropy)), ("largest", .number(e.klPerState[most])), ("largest_state", .integer(most)),
            ])
    }

    private func standing(_ epsilon: Double) -> String {
        switch e.optimum.outcome {
        case .active: return "The exact solver meets it with equality: any q further from π would have more E_q[Q] and is not allowed."
        case .gradientStep:
            return e.kl > epsilon * 1.05
                ? "It is above its bound because η is not solved for but followed by gradient steps; explain(e.eta) says how far it is."
                : "η is followed by gradient steps, so the bound is met on its way only; explain(e.eta) says how far η is."
        default: return (e.optimum.outcome.explanation ?? "").capitalisedFirst + "."
        }
    }

    private func whyZero() -> String {
        switch e.optimum.outcome {
        case .allEqual: "All Q values of a state are equal, in every state: q = π_i at every η. A fresh tabular critic is so; "
            + "qstep(lab, steps: 200) first."
        case .singleAction: "Every state has one action only."
        case .greedy: "π_i has all its probability on the best actions already."
        default: "η is so far above the differences of Q that q = π_i within rounding."
        }
    }
}
