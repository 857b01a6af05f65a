import Environments
import Laboratory
import Networks
import PolicyOptimisation
import Runtime
import Support
import Tensors

/// Looks at a lab for what goes wrong in MPO, and changes nothing.
///
/// Three sources: the last rows of the history; an E-step on the lab's present state that is not committed; and the
/// networks applied to states spread over the replay.
struct HealthCheck {
    let lab: Lab
    let settings: MPOSettings
    let learner: LearnerState
    let collects: [HistoryRow]
    let qsteps: [HistoryRow]
    let esteps: [HistoryRow]
    let msteps: [HistoryRow]
    /// The last E-step, or the next one.
    private(set) var estep: EStep?
    private(set) var replay: ReplaySummary?
    var findings: [HealthFinding] = []
    var looks: [String] = []

    init(_ lab: Lab) {
        self.lab = lab
        settings = lab.settings
        learner = lab.learnerState
        func rows(_ kind: HistoryRow.Kind) -> [HistoryRow] { lab.history.filter { $0.kind == kind } }
        (collects, qsteps, esteps, msteps) = (rows(.collect), rows(.qstep), rows(.estep), rows(.mstep))
    }

    static func report(_ lab: Lab, cancellation: CancellationToken) throws -> HealthObject {
        var check = HealthCheck(lab)
        check.replay = lab.replay.count > 0 ? lab.replay.summary() : nil
        let isFinite = check.lookForNumbers()
        try cancellation.check()
        if isFinite {
            // An E-step that fails for its own numbers is a finding.
            do { check.estep = try lab.lastOrNextEStep(cancellation: cancellation)?.step } catch let fault as Fault {
                check.add(
                    "not finite", .critical, "an E-step on the present state fails: \(fault.message)",
                    "policy evaluation has diverged", "undo, then lab.critic_learning_rate = 1e-4 or lab.gradient_clip = 40")
            }
        }
        check.lookAtSamples()
        check.lookAtKLs()
        check.lookAtBounds()
        if let e = check.estep {
            try check.lookAtTemperature(e)
            check.lookAtWeights(e)
            check.lookAtQ(e)
            try check.lookAtCovariance(e)
        }
        check.lookAtErrors()
        check.lookAtSupport()
        try cancellation.check()
        if isFinite {
            try check.lookAtUnits()
            try check.lookAtReplayAge()
        }
        check.lookAtReturns()
        return HealthObject(
            "\(lab.environment.spec.name), \(Digits.count(lab.environmentSteps, "environment step"))", check.findings,
            looks: check.looks)
    }

    mutating func add(
        _ name: String, _ severity: HealthFinding.Severity, _ evidence: String, _ cause: String, _ remedy: String
    ) {
        findings.append(HealthFinding(name: name, severity: severity, evidence: evidence, cause: cause, remedy: remedy))
    }

    // MARK: Numbers and samples

    /// Parameters, replay and history must be finite. False where the networks cannot be asked.
    private mutating func lookForNumbers() -> Bool {
        var networks = [
            ("the policy's", learner.policy), ("the critic's", learner.critic), ("the reference policy's", learner.reference),
            ("the target critic's", learner.targetCritic),
        ]
        if let second = learner.critics.second { networks.append(("the second critic's", second)) }
        if let second = learner.targetCritics.second { networks.append(("the second target critic's", second)) }
        let wrong = networks.filter { !Adam.globalNorm($0.1).isFinite }.map(\.0)
        if !wrong.isEmpty {
            add(
                "not finite", .critical, "\(wrong.joined(separator: ", ")) parameters hold NaN or infinities",
                "they were set by hand, or a step's learning rate was far too large",
                "undo; or copy good parameters back, as in lab.policy.network.parameters = …")
        }
        if let replay, replay.notFinite > 0 {
            add(
                "not finite", .critical, "\(Digits.count(replay.notFinite, "transition")) of the replay hold NaN or infinities",
                "the task gave such observations or rewards", "mend the task; lab.replay = n keeps the newest n transitions only")
        }
        if let row = lab.history.suffix(4 * HealthThreshold.window).last(where: { row in
            row.statistics.contains { $0.value.isNaN }
        }), let name = row.statistics.first(where: { $0.value.isNaN })?.name {
            add(
                "not finite", .critical, "\(name) was NaN in a \(row.kind.rawValue)", "an update has diverged",
                "undo(lab, steps: 1), then smaller learning rates")
        }
        looks.append("parameters, replay and history for NaN")
        return wrong.isEmpty
    }

    private mutating func lookAtSamples() {
        let count = lab.replay.count
        if count == 0 {
            add(
                "too few samples", .note, "the replay is empty", "nothing was collected yet", "collect(lab, episodes: 10)")
        } else if count < settings.batch {
            add(
                "too few samples", .warning,
                "\(Digits.count(count, "transition")) for batches of \(NumberText.grouped(settings.batch)): a batch holds each about "
                    + "\(Digits.short(Double(settings.batch) / Double(count), significant: 2)) times",
                "steps were taken before enough was collected", "collect(lab, episodes: 10), or lab.batch = \(max(1, count / 2))")
        }
        if lab.policy.form.finiteActions == nil, settings.actions == 1 {
            add(
                "too few samples", .critical, "actions is 1: with one sample a state q = π, whatever Q says",
                "an E-step reweights samples against each other", "lab.actions = 20")
        }
        looks.append("\(Digits.count(count, "transition")) in the replay")
    }

    // MARK: KLs

    private mutating func lookAtKLs() {
        let least = HealthThreshold.stuckSteps
        let lastE = esteps.suffix(least), lastM = msteps.suffix(least)
        if lastE.count == least, lastE.allSatisfy({ ($0["kl"] ?? 1) <= HealthThreshold.zeroKL }) {
            let outcome = estep?.optimum.outcome
            let isDone = outcome == .greedy
            add(
                "KL stuck at 0", isDone ? .note : .warning, "KL(q‖π) was 0 in the last \(least) E-steps",
                outcome == .allEqual
                    ? "all Q values within a state are equal, so that q = π: the critic tells actions apart by nothing"
                    : isDone ? "π has all its probability on the best actions already: there is nothing left to gain"
                    : "the temperature is far above the differences of Q within a state",
                outcome == .allEqual ? "qstep(lab, steps: 200) before the E-step" : isDone ? "nothing; the policy has converged"
                    : "constrain lab.kl <= 0.1 with lab.dual_solver = \"exact\"")
        }
        if lastM.count == least, lastM.allSatisfy({ ($0["kl_total"] ?? 1) <= HealthThreshold.zeroKL }) {
            let norms = lastM.compactMap { $0["gradient_norm"] }
            let isFlat = norms.allSatisfy { $0 == 0 }
            add(
                "KL stuck at 0", .warning, "KL(π_i‖π) was 0 after the last \(least) M-steps: the policy does not move",
                isFlat
                    ? "the policy's gradient is 0: q = π in every state, or its units are dead"
                    : "the steps are scaled back to nothing or the learning rate is next to 0: gradient norm "
                        + "\(Digits.short(norms.last ?? 0, significant: 2)), policy_learning_rate "
                        + "\(Digits.short(settings.policyLearningRate)), backtrack \(settings.backtrack)",
                isFlat ? "explain(e.kl) of an E-step e, inspect(lab)" : "lab.policy_learning_rate = 5e-4, or lab.backtrack = false")
        }
        if settings.trustRegion != .none, settings.policyPeriod == 1, settings.policyTau == nil, !lastM.isEmpty, lastM.allSatisfy({ $0["steps"] == 1 }) {
            add(
                "no trust region", .warning,
                "policy_period is 1 and the last \(Digits.count(lastM.count, "M-step")) took one gradient step each",
                "the reference policy π_i is refreshed after every gradient step, so each one starts at KL 0, where the KL's "
                    + "gradient is 0 too: the bounds hold nothing back", "lab.policy_period = 100, or mstep(lab, e, steps: 10)")
        }
        looks.append(
            "KLs of the last \(Digits.count(min(esteps.count, HealthThreshold.window), "E-step")) and "
                + "\(Digits.count(min(msteps.count, HealthThreshold.window), "M-step"))")
    }

    /// Bounds of the M-step, on average over the last steps.
    private mutating func lookAtBounds() {
        let rows = msteps.suffix(HealthThreshold.averaged(settings))
        guard rows.count >= HealthThreshold.leastAveraged else { return }
        for quantity in LabObject.held(lab) {
            guard let bound = settings[quantity].bound else { continue }
            let values = rows.compactMap { $0.held(quantity) }
            guard !values.isEmpty else { continue }
            let mean = values.reduce(0, +) / Double(values.count)
            let above = values.filter { $0 > bound }.count
            let lambda = lambda(of: quantity)
            looks.append("\(quantity.title) at \(Digits.short(mean / bound, significant: 2)) of its bound on average")
            guard mean > HealthThreshold.exceeded * bound else { continue }
            let part = quantity == .klMean ? "mean" : quantity == .klCov ? "cov" : "total"
            let cap = quantity == .klMean ? settings.lambdaMeanMax : quantity == .klCov ? settings.lambdaCovMax : settings.lambdaTotalMax
            let isCapped = cap.map { lambda >= 0.99 * $0 } ?? false
            add(
                "bound exceeded", .warning,
                "\(quantity.title) was \(Digits.short(mean / bound, significant: 2)) times its bound \(Digits.short(bound)) on average over the last "
                    + "\(Digits.count(values.count, "M-step")), above it in \(above); λ is \(Digits.short(lambda, significant: 3))",
                isCapped
                    ? "the multiplier has reached its largest value, lambda_\(part)_max"
                    : "the multiplier rises too slowly beside the policy's own steps, or single steps overshoot",
                isCapped
                    ? "lab.lambda_\(part)_max = nothing"
                    : "lab.dual_rate = \(Digits.short(settings.dualRate * 5)), lab.policy_learning_rate = "
                        + "\(Digits.short(settings.policyLearningRate / 5)), or lab.backtrack = true")
        }
    }

    func lambda(of quantity: ConstrainedQuantity) -> Double {
        switch quantity {
        case .klMean: lab.lambdaMean
        case .klCov: lab.lambdaCov
        case .klTotal, .kl: lab.lambdaTotal
        }
    }
}

extension Sequence<Double> {
    /// The value in the middle; the mean of the two in the middle of an even count; NaN of none.
    var median: Double { quantile(0.5) }

    /// The value below which this share of the numbers lies, between neighbours linearly; NaN of none.
    func quantile(_ share: Double) -> Double {
        let sorted = sorted { $0 < $1 }
        guard let last = sorted.last else { return .nan }
        let place = share * Double(sorted.count - 1)
        let low = Int(place.rounded(.down))
        guard low + 1 < sorted.count else { return last }
        return sorted[low] + (place - Double(low)) * (sorted[low + 1] - sorted[low])
    }

    var average: Double {
        var sum = 0.0, count = 0
        for number in self {
            sum += number
            count += 1
        }
        return count == 0 ? .nan : sum / Double(count)
    }
}
