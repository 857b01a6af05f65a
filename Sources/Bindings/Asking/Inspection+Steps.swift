import Glibc
import Laboratory
import PolicyOptimisation
import Runtime
import Support

extension InspectionObject {
    /// An E-step over its states: which of them, and which samples, carry q.
    static func page(of e: EStep) -> InspectionObject {
        let n = e.actionCount
        func row(_ storage: Int, _ value: (Int) -> Float) -> [Double] { (0..<n).map { Double(value(storage * n + $0)) } }
        let weights = (0..<e.stateCount).map { row($0) { e.weights.pointer[$0] } }
        let values = (0..<e.stateCount).map { row($0) { e.q.pointer[$0] } }
        let priors = (0..<e.stateCount).map { s in e.prior.map { p in row(s) { p.pointer[$0] } } ?? [Double](repeating: 1 / Double(n), count: n) }
        let heaviest = weights.map { w in w.indices.max { w[$0] < w[$1] } ?? 0 }
        let means = zip(priors, values).map { p, q in zip(p, q).reduce(0) { $0 + $1.0 * $1.1 } / p.reduce(0, +) }
        let deviations = zip(zip(priors, values), means).map { pair, mean in
            (zip(pair.0, pair.1).reduce(0) { $0 + $1.0 * ($1.1 - mean) * ($1.1 - mean) } / pair.0.reduce(0, +)).squareRoot()
        }
        let gains = zip(zip(weights, values), means).map { pair, mean in zip(pair.0, pair.1).reduce(0) { $0 + $1.0 * $1.1 } - mean }
        let largest = zip(weights, heaviest).map { $0[$1] }
        func action(_ s: Int) -> Value {
            if e.prior != nil { return .integer(heaviest[s]) }
            let size = e.model.actionSize
            let base = (s * n + heaviest[s]) * size
            return InspectionObject.action((0..<size).map { Double(e.actions.pointer[base + $0]) })
        }
        let states = Array(0..<e.stateCount)
        let perState = Table([
            ("state", states.map { .integer($0) }), ("kl", cells(e.klPerState)), ("ess", cells(e.essPerState)),
            ("weight", cells(largest)), ("action", states.map(action)), ("Q", cells(states.map { values[$0][heaviest[$0]] })),
            ("pi", cells(states.map { priors[$0][heaviest[$0]] })), ("mean_Q", cells(means)), ("gain", cells(gains)),
        ])
        let order = states.sorted { (e.klPerState[$0], $1) > (e.klPerState[$1], $0) }
        let quantiles = quantileTable([
            ("KL(q‖π)", e.klPerState), ("ESS", e.essPerState), ("largest weight", largest), ("std of Q", deviations),
            ("mean of Q", means), ("E_q Q − E_π Q", gains),
        ])
        // How few samples hold half of all weight.
        var left = 0.5 * Double(e.stateCount), needed = 0
        for weight in weights.flatMap({ $0 }).sorted(by: >) where left > 0 {
            left -= weight
            needed += 1
        }
        let half = Double(needed) / Double(max(1, e.stateCount * n))
        let spread = e.spreads
        let greedy = e.essPerState.filter { $0 < 2 }.count
        let bound = e.constraint.bound == nil ? BoundText.hold(e.constraint) : "\(BoundText.hold(e.constraint)) \(e.status.text)"
        return InspectionObject(
            "E-step · \(e.variational == nil ? "" : "parametric q · ")\(Digits.count(e.stateCount, "state")) × \(Digits.count(n, "action")) · "
                + "η \(Digits.short(e.eta)) · KL(q‖π) \(Digits.fixed(e.kl, 4)) \(bound)",
            [
                .table("over the states", quantiles, rows: 10),
                .prose(
                    "Half of q's weight lies on \(Digits.short(100 * half, significant: 2)) % of the samples"
                        + (e.prior == nil ? " (50 % if all weighed 1/N)" : "")
                        + "; \(greedy) of \(Digits.count(e.stateCount, "state")) have an ESS below 2."),
                .prose(
                    "Q varies by \(Digits.short(spread.within, significant: 3)) within a state and by "
                        + "\(Digits.short(spread.between, significant: 3)) between states; the E-step sees the first alone."),
                .table("states with the largest KL, their heaviest action", perState.rows(order.prefix(8)), rows: 8),
                .prose("inspect(e, state: \(order.first ?? 0)) shows one state's actions."),
            ],
            [
                ("eta", .number(e.eta)), ("kl", .number(e.kl)), ("ess", .number(e.ess)), ("per_state", .object(perState)),
                ("quantiles", .object(quantiles)), ("largest", .object(perState.rows(order.prefix(8)))),
                ("order", .list(order.map { .integer($0) })), ("half_share", .number(half)),
                ("q_std_within", .number(spread.within)), ("q_std_between", .number(spread.between)),
            ])
    }

    /// An M-step: each measure before and after, the loss in its parts, and the states where it moved most.
    static func page(of object: MStepObject) throws -> InspectionObject {
        let m = object.proposed.statistics
        let isGaussian = object.lab.policy.form.finiteActions == nil
        let reports = m.constraints
        func bound(_ quantity: ConstrainedQuantity) -> (Value, Value) {
            guard let report = reports.first(where: { $0.quantity == quantity }) else { return (.nothing, .nothing) }
            return (report.constraint.bound.map { .number($0) } ?? .string(BoundText.hold(report.constraint)), .string(report.status.text))
        }
        var rows: [(String, Double, Double, (Value, Value))] = []
        if isGaussian {
            // With bounds per dimension the bound stands beside what it holds: the largest dimension, not the sum.
            func add(_ quantity: ConstrainedQuantity, _ before: (whole: Double, each: [Double]), _ after: Double) {
                guard let held = reports.first(where: { $0.quantity == quantity })?.value, held != after else {
                    rows.append((quantity.title, before.whole, after, bound(quantity)))
                    return
                }
                rows.append((quantity.title, before.whole, after, (.nothing, .nothing)))
                rows.append(("  its largest dimension", before.each.max() ?? before.whole, held, bound(quantity)))
            }
            add(.klMean, (m.before.klMean, m.before.klMeanPerDimension), m.after.klMean)
            add(.klCov, (m.before.klCov, m.before.klCovPerDimension), m.after.klCov)
        }
        rows.append(("KL total", m.before.klTotal, m.after.klTotal, bound(.klTotal)))
        let none: (Value, Value) = (.nothing, .nothing)
        rows.append(("E_q log π", m.before.expectedLogProbability, m.after.expectedLogProbability, none))
        if isGaussian {
            rows.append(("−E_q log N(a; μ, Σ_i)", m.before.lossMean, m.after.lossMean, none))
            rows.append(("−E_q log N(a; μ_i, Σ)", m.before.lossCov, m.after.lossCov, none))
        }
        rows.append(("entropy", m.before.entropy, m.after.entropy, none))
        let measures = Table([
            ("measure", rows.map { .string($0.0) }), ("before", cells(rows.map(\.1))), ("after", cells(rows.map(\.2))),
            ("change", cells(rows.map { $0.2 - $0.1 })), ("bound", rows.map(\.3.0)), ("status", rows.map(\.3.1)),
        ])
        let multipliers = Table([
            ("of", reports.map { .string($0.quantity.title) }), ("before", cells(reports.map(\.multiplierBefore))),
            ("after", cells(reports.map(\.multiplier))), ("penalty", cells(reports.map(\.penalty))),
        ])
        let dimensions = Table([
            ("dimension", m.after.klMeanPerDimension.indices.map { .integer($0) }), ("kl_mean", cells(m.after.klMeanPerDimension)),
            ("kl_cov", cells(m.after.klCovPerDimension)),
        ])
        var parts: [Part] = [.table("measured against π_i, \(Digits.count(m.referenceAge, "gradient step")) old", measures, rows: 10)]
        if multipliers.rowCount > 0 { parts.append(.table("multipliers λ, and λ · KL after the step", multipliers, rows: 4)) }
        let loss =
            m.isExact ? "The closed form, no gradient step; the loss at it:" : "The last gradient step's loss:"
        parts.append(
            .prose(
                "\(loss) weighted likelihood \(Digits.short(m.policyLoss)) + penalty \(Digits.short(m.penalty))"
                    + (m.isExact ? "." : "; gradient norm \(Digits.short(m.gradientNorm, significant: 3)).")))
        if dimensions.rowCount > 1 { parts.append(.table("per action dimension", dimensions, rows: 12)) }
        var fields: [(name: String, value: Value)] = [
            ("measures", .object(measures)), ("multipliers", .object(multipliers)), ("per_dimension", .object(dimensions)),
            ("policy_loss", .number(m.policyLoss)), ("penalty", .number(m.penalty)), ("loss", .number(m.policyLoss + m.penalty)),
            ("gradient_norm", .number(m.gradientNorm)), ("reference_age", .integer(m.referenceAge)),
        ]
        if let e = object.estep?.estep {
            let states = try e.divergences(of: object.proposed.step.state.policy)
            var columns: [(name: String, values: [Value])] = [("state", states.indices.map { .integer($0) })]
            if isGaussian {
                columns += [("kl_mean", cells(states.map(\.mean))), ("kl_cov", cells(states.map(\.cov)))]
            }
            columns.append(("kl_total", cells(states.map(\.total))))
            if isGaussian {
                columns += [
                    ("shift", cells(states.map(\.shift))), ("sigma_before", cells(states.map(\.sigmaBefore))),
                    ("sigma", cells(states.map(\.sigma))),
                ]
            }
            let perState = Table(columns)
            let order = states.indices.sorted { (states[$0].total, $1) > (states[$1].total, $0) }
            parts.append(.table("states where the policy moved most (KL(π_i‖π) in nats)", perState.rows(order.prefix(5)), rows: 5))
            fields.append(("per_state", .object(perState)))
        }
        if let note = m.note { parts.append(.prose(note)) }
        return InspectionObject(object.summary, parts, fields)
    }
}
