import Glibc
import PolicyOptimisation
import Runtime
import Support

// What q's weights mean, and the E-step as a whole.
extension EStepExplainer {
    func weights() -> ExplanationObject {
        let count = e.stateCount * n
        let place = (0..<count).max { e.weights.pointer[$0] < e.weights.pointer[$1] } ?? 0
        let state = place / n, sample = place % n
        let largest = Double(e.weights.pointer[place])
        let gain = e.summary.expectedQ - e.summary.priorQ
        let base = isSampled ? "1/N" : "π_i(a|s)"
        let isSoftmax = e.variational == nil && e.penalty == nil
        let formula =
            e.variational != nil && !isSampled ? "q(a|s) = q(a|s, θ^q): over finitely many actions the network's own probabilities are the weights"
            : e.variational != nil ? "w_sj = q(a_sj|s, θ^q)/π_i(a_sj|s), each state's scaled to sum to 1: importance weights of the network q"
            : e.penalty.map { "w_sj = ½ [softmax_j(Q_s/η) + softmax_j(−c_s/η_p)], c = ‖a − clip(a)‖₂ and η_p = \(short($0.eta))" }
        var parts: [ExplanationObject.Part] = [
            .formula(formula ?? (isSampled ? "w_sj = exp(Q_sj/η) / Σ_k exp(Q_sk/η) = softmax_j(Q_s/η)" : "q(a|s) = π_i(a|s) exp(Q(s, a)/η) / "
                + "Σ_b π_i(b|s) exp(Q(s, b)/η)"))
        ]
        var denominator = Double.nan
        if !isSoftmax {
            // The figures of the formula are in the E-step's own members.
        } else if e.eta > 0 {
            func prior(_ k: Int) -> Double { e.prior.map { Double($0.pointer[state * n + k]) } ?? 1 }
            let own = Double(e.q.pointer[place])
            denominator = (0..<n).reduce(0.0) { $0 + prior($1) / prior(sample) * exp((Double(e.q.pointer[state * n + $1]) - own) / e.eta) }
            parts.append(
                .formula(
                    "the largest, state \(state), \(isSampled ? "sample" : "action") \(sample): "
                        + "1 / Σ_k \(isSampled ? "" : "π_k/π_j ")exp((Q_k − Q_j)/η) = 1 / \(short(denominator)) = \(short(1 / denominator))"))
            parts.append(.answer("What does η do?", "A Q that is higher by η = \(short(e.eta)) multiplies the weight by e, beside \(base)."))
        } else {
            parts.append(.prose("η is 0: q is \(isSampled ? "spread evenly" : "π_i restricted and rescaled") over each state's best actions."))
        }
        parts.append(
            .answer(
                "What are they for?",
                "They \(gain < 0 ? "lower" : "raise") the expected Q from E_π Q = \(short(e.summary.priorQ)) to E_q Q = \(short(e.summary.expectedQ)), by "
                    + "\(short(gain.magnitude)), at a price of KL(q‖π) = \(short(e.kl)) nats. "
                    + "The M-step multiplies log π(a|s) by them (never the actions), so they must sum to 1 in each state."))
        parts.append(
            .answer(
                "What follows?",
                "As many actions as \(short(e.ess, 3)) of \(n) count in the mean (ESS). inspect(e, state: "
                    + "\(state)) is the state with the largest weight, \(short(largest, 3))."))
        return ExplanationObject(
            title("q's weights · \(Digits.count(e.stateCount, "state")) × \(Digits.count(n, "action")) · each state's sum to 1"), parts,
            [
                ("largest", .number(largest)), ("state", .integer(state)), ("sample", .integer(sample)), ("denominator", .number(denominator)),
                ("expected_q", .number(e.summary.expectedQ)), ("prior_q", .number(e.summary.priorQ)), ("gain", .number(gain)),
                ("eta", .number(e.eta)), ("kl", .number(e.kl)),
            ])
    }

    func sampleSize() -> ExplanationObject {
        let least = e.essPerState.indices.min { e.essPerState[$0] < e.essPerState[$1] } ?? 0
        let implied = zip(e.essPerState, e.klPerState).filter { log(Double(n) / $0) >= $1 - 1e-6 }.count
        var parts: [ExplanationObject.Part] = [
            .formula("ESS_s = 1 / Σ_j w_sj²; mean_s ESS_s = \(short(e.ess))"),
            .answer(
                "What are its ends?",
                isSampled ? "N = \(n): all weights are 1/N and q = π_i. 1: one action has all the weight." : "1: one action has all the "
                    + "weight. \(n): all weigh the same; π_i itself need not do so."),
        ]
        // The bound holds state by state, so only its mean over states bounds the mean.
        let most = e.klPerState.map { Double(n) * exp(-$0) }.average
        if isSampled, e.variational == nil, e.penalty == nil {
            parts.append(
                .answer(
                    "How does it go with the KL?",
                    "log(N/ESS_s) ≥ KL_s in every state, here in \(implied) of \(e.stateCount): ESS_s is at most N exp(−KL_s), "
                        + "so the mean ESS is at most mean_s N exp(−KL_s) = \(short(most)). The mean KL alone bounds nothing, as exp is convex."))
        }
        parts.append(
            .answer(
                "What follows?",
                !isSampled
                    ? "q is exact over finitely many actions: a small ESS is no sampling error, only a q (or π_i) that is sure of itself. "
                        + "The least is \(short(e.essPerState[least], 3)), in state \(least), the median \(short(e.essPerState.median, 3)); "
                        + "a smaller ε keeps q nearer to π_i."
                    : "The M-step's estimate in state \(least) rests on \(short(e.essPerState[least], 3)) actions, its median on "
                    + "\(short(e.essPerState.median, 3)). "
                    + (e.essPerState.median < 2 ? "That is too few: a smaller ε or more actions." : "Below about 2 a smaller ε or more actions would help.")))
        return ExplanationObject(
            title("ESS = \(short(e.ess)) of \(n) · effective sample size of q's weights"), parts,
            [
                ("value", .number(e.ess)), ("n", .integer(n)), ("least", .number(e.essPerState[least])), ("least_state", .integer(least)),
                ("median", .number(e.essPerState.median)), ("kl", .number(e.kl)), ("most", .number(most)),
            ])
    }

    func whole() throws -> ExplanationObject {
        let spread = e.spreads
        let gain = e.summary.expectedQ - e.summary.priorQ
        var rows = [
            [
                "what", "π_i, frozen, gave \(isSampled ? "\(n) actions" : "the probabilities of \(n) actions") in each of "
                    + "\(Digits.count(e.stateCount, "state")); the target critic Q' scored them; "
                    + "q reweights them towards higher Q as far as KL(q‖π_i) allows. θ is not touched.",
            ],
            ["η", "\(short(e.eta)): " + (try etaInShort())],
            ["KL(q‖π)", "\(short(e.kl)) nats, " + (e.constraint.bound.map { "\(short(e.kl / $0, 3)) of its bound \(short($0)), "
                + "\(e.status.text)." } ?? "with \(BoundText.hold(e.constraint)).")],
            ["ESS", "\(short(e.ess, 3)) of \(n) in the mean, least \(short(e.essPerState.min() ?? .nan, 3))."],
            ["E_q Q", "\(short(e.summary.expectedQ)), \(gain < 0 ? "down" : "up") from \(short(e.summary.priorQ)) under π_i: "
                + "\(short(gain.magnitude)) \(gain < 0 ? "less" : "more")."],
            ["Q", "varies by \(short(spread.within, 3)) within a state and by \(short(spread.between, 3)) between states; q sees the first alone."],
        ]
        if let note = e.note { rows.append(["note", note]) }
        return ExplanationObject(
            title("E-step · \(aim)"),
            [.rows(rows), .prose("Ask on: explain(e.eta), explain(e.kl), explain(e.weights), explain(e.ess); next: m = mstep(lab, e).")],
            [("eta", .number(e.eta)), ("kl", .number(e.kl)), ("ess", .number(e.ess)), ("gain", .number(gain))])
    }

    /// What this E-step solves for.
    private var aim: String {
        switch e.constraint {
        case _ where e.variational != nil && e.constraint.bound == nil:
            "gradient steps of a network q up E_q[Q]" + (e.constraint.weight.map { " − η KL, η = \(short($0)) given" } ?? ", with no bound on its way from the policy")
        case .free: "the q of the most E_q[Q], with no bound on its way from the policy"
        case .penalised(let eta): "the q of the most E_q[Q] − η KL, η = \(short(eta)) given"
        case .bounded:
            if e.variational != nil {
                "gradient steps of a network q towards the best within ε of the policy"
            } else {
                switch e.optimum.outcome {
                case .gradientStep: "q at an η on its way to the best q within ε of the policy"
                case .floor: "q at the smallest η that is let, within ε of the policy"
                default: "the best q within ε of the policy"
                }
            }
        }
    }

    private func etaInShort() throws -> String {
        if e.variational != nil {
            switch e.constraint {
            case .bounded: return "the multiplier of its bound, moved by gradient steps."
            case .penalised: return "given: the price of a nat of KL."
            case .free: return "not in use: the KL is free."
            }
        }
        switch e.optimum.outcome {
        case .floor: return "at its floor eta_min; the minimum of the dual lies below."
        case .active: return "the minimum of the dual, solved exactly."
        case .gradientStep:
            guard let epsilon = e.constraint.bound else { return "a gradient step." }
            let best = try e.loadedSolver().solve(epsilon: epsilon)
            return "after a gradient step; the minimum of the dual is at \(short(best.eta))."
        case .fixedTemperature: return "given, not solved for."
        default: return "the limit: \(e.optimum.outcome.explanation ?? "the bound is slack")."
        }
    }
}

extension String {
    /// The first letter as a capital.
    var capitalisedFirst: String { prefix(1).uppercased() + dropFirst() }
}
