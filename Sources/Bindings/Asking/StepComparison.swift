import Plots
import PolicyOptimisation
import Runtime
import Support
import Tensors

/// Two E-steps on the same samples, two M-steps from the same policy.
enum StepComparison {
    typealias Row = ComparisonObject.Row

    static func esteps(_ first: EStepObject, _ second: EStepObject, _ names: (String, String)) throws -> ComparisonObject {
        let (a, b) = (first.estep, second.estep)
        guard a.stateCount == b.stateCount, a.actionCount == b.actionCount, isSame(a.states, b.states), isSame(a.actions, b.actions)
        else {
            throw Fault(
                "compare.samples",
                "compare wants two E-steps on the same states and actions; these are of \(a.stateCount) × \(a.actionCount) and \(b.stateCount) × \(b.actionCount) different samples",
                hint: "estep(e, epsilon: 0.05) solves e again on its own samples")
        }
        let sameQ = isSame(a.q, b.q)
        func status(_ e: EStep) -> String { e.constraint.bound == nil ? "" : e.status.text }
        var rows: [Row] = []
        if a.constraint.bound != nil || b.constraint.bound != nil {
            rows.append(Row(quantity: "ε", first: a.constraint.bound, second: b.constraint.bound))
        }
        rows += [
            Row(quantity: "η", first: a.eta, second: b.eta),
            Row(quantity: "KL(q‖π)", first: a.kl, second: b.kl, firstStatus: status(a), secondStatus: status(b)),
            Row(quantity: "ESS", first: a.ess, second: b.ess),
            Row(quantity: "largest weight", first: a.summary.largestWeight, second: b.summary.largestWeight),
            Row(quantity: "E_π[Q]", first: a.summary.priorQ, second: b.summary.priorQ),
            Row(quantity: "E_q[Q]", first: a.summary.expectedQ, second: b.summary.expectedQ),
        ]
        let relation = "the same \(Digits.count(a.stateCount, "state")) × \(Digits.count(a.actionCount, "action"))"
            + (sameQ ? " and Q values" : ", with Q values of their own")
        return ComparisonObject(
            .init(
                kind: "E-steps", names: names, relation: relation, isPaired: true, rows: rows,
                members: [("first", .object(first)), ("second", .object(second))],
                figure: { state, at, dims, _ in
                    if at != nil || dims != nil {
                        throw Fault("plot.argument", "plot: two E-steps are shown in one of their states: `state`; `at` and `dims` say nothing about them")
                    }
                    return try weights(first, second, names, state: state ?? 0)
                },
                plain: { try weights(first, second, names, state: 0) }))
    }

    /// Both q beside each other in one state: the second as bars, the first as ticks.
    private static func weights(
        _ first: EStepObject, _ second: EStepObject, _ names: (String, String), state: Int
    ) throws -> Figure {
        let others = try second.estep.rows(ofState: state)
        let isFinite = first.estep.prior != nil
        let rows = try first.sortedRows(state: state).prefix(40)
        let even = 1 / Double(first.estep.actionCount)
        var figure = Figure.bars(
            Bars(
                labels: rows.map { "\(EStepObject.label($0, isFinite: isFinite)) Q \(Digits.short($0.q))" },
                values: rows.map { others[$0.index].weight.shortened }, references: rows.map(\.weight),
                referenceName: "q of \(names.0)"),
            title: "q of \(names.1) beside \(names.0) · state \(state) of \(NumberText.grouped(first.estep.stateCount))")
        figure.layers.append(.rule(Rule(.vertical, at: even, label: "1/N = \(Digits.short(even))")))
        let (a, b) = (first.estep.essPerState[state], second.estep.essPerState[state])
        figure.caption = "Bars: q of \(names.1). ESS \(Digits.short(a, significant: 3)) and \(Digits.short(b, significant: 3)) of \(first.estep.actionCount)."
        return figure
    }

    static func msteps(_ first: MStepObject, _ second: MStepObject, _ names: (String, String)) throws -> ComparisonObject {
        guard let from = first.estep, let other = second.estep, isSame(from.estep.reference, other.estep.reference),
            from.estep.model == other.estep.model
        else {
            throw Fault(
                "compare.policies", "compare wants two M-steps with the same reference policy",
                hint: "make both from one E-step, the first with commit: false, or in two copies of a lab")
        }
        let (a, b) = (first.proposed.statistics, second.proposed.statistics)
        var rows = [Row(quantity: "gradient steps", first: Double(a.gradientSteps), second: Double(b.gradientSteps))]
        for quantity in ConstrainedQuantity.allCases {
            let (x, y) = (a.constraints.first { $0.quantity == quantity }, b.constraints.first { $0.quantity == quantity })
            guard x != nil || y != nil else { continue }
            func status(_ report: ConstraintReport?) -> String { report.flatMap { $0.constraint.bound == nil ? nil : $0.status.text } ?? "" }
            rows.append(
                Row(
                    quantity: quantity.title, first: x?.value ?? value(quantity, a), second: y?.value ?? value(quantity, b),
                    firstStatus: status(x), secondStatus: status(y)))
            rows.append(Row(quantity: "λ of \(quantity.title)", first: x?.multiplier, second: y?.multiplier))
        }
        rows += [
            Row(quantity: "E_q log π", first: a.after.expectedLogProbability, second: b.after.expectedLogProbability),
            Row(quantity: "entropy", first: a.after.entropy, second: b.after.entropy),
            Row(quantity: "gradient norm", first: a.gradientNorm, second: b.gradientNorm),
        ]
        let sameQ = isSame(from.estep.weights, other.estep.weights)
        let relation = "from one reference policy, after " + (sameQ ? "the same q" : "different q")
        func picture(_ state: Int, _ dims: [Int]?, _ context: NativeContext) throws -> Figure {
            guard var figure = try first.actionFigure(state: state), let last = try second.member("policy")?.asObject as? PolicyObject else {
                throw Fault("plot.estep", "these M-steps do not know the E-step that they followed")
            }
            figure.policies = [("π_i (before)", figure.policies[0].policy), (names.0, figure.policies[figure.policies.count - 1].policy), (names.1, last)]
            figure.title = "π_i, and π after \(names.0) and \(names.1) · state \(state) of \(NumberText.grouped(from.estep.stateCount))"
            return try figure.with(dims: dims, title: "").figure(context)
        }
        return ComparisonObject(
            .init(
                kind: "M-steps", names: names, relation: relation, isPaired: sameQ, rows: rows,
                members: [("first", .object(first)), ("second", .object(second))],
                figure: { state, at, dims, context in
                    if at != nil { throw Fault("plot.argument", "plot: two M-steps are shown in one of their E-step's states: `state`") }
                    return try picture(state ?? 0, dims, context)
                }))
    }

    private static func value(_ quantity: ConstrainedQuantity, _ m: MStepStatistics) -> Double? {
        switch quantity {
        case .kl: nil
        case .klMean: m.after.klMean
        case .klCov: m.after.klCov
        case .klTotal: m.after.klTotal
        }
    }

    private static func isSame(_ a: Storage, _ b: Storage) -> Bool {
        a === b || a.count == b.count && (0..<a.count).allSatisfy { a.pointer[$0] == b.pointer[$0] }
    }
}
