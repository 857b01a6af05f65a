import Laboratory
import Plots
import PolicyOptimisation
import Runtime
import Support

/// Two labs, E-steps or M-steps side by side.
enum CompareNatives {
    static let all: [NativeFunction] = [
        NativeFunction(
            "compare", in: "mpo", "Two labs side by side: where they parted, whether they are paired, what differs.",
            parameters: Parameter<LabObject>("first", "a lab"),
            Parameter<LabObject>("second", "another one of the same task, such as a copy with another bound"),
            Parameter<[String]>("names", "what to call them", default: ["first", "second"]),
            text: """
                `b = copy(a)`, change one thing in b, do the same steps in both: every random number is the same in both, so what
                differs comes from the change. The steps that both have in common are found from their histories. The value has
                settings, table, figure, paired, common_steps, first_steps, second_steps; plot(c) draws what was measured since
                they parted, plot(c, at: observation) their policies there.
                """,
            examples: [
                Example(
                    """
                    env = bandit([1, 2]); a = mpo(env, tabular(env), qnet(env), batch: 8); collect(a, episodes: 8)
                    b = copy(a); constrain b.kl <= 0.01; estep(a); estep(b)
                    c = compare(a, b); [c.paired, c.common_steps, c.settings[0].setting]
                    """, "[true, 1, \"epsilon\"]")
            ]
        ) { _, first, second, names in try LabComparison(first, second, pair(names)).value() },
        NativeFunction(
            "compare", in: "mpo", "Two E-steps on the same states and actions side by side.",
            parameters: Parameter<EStepObject>("first", "an E-step"),
            Parameter<EStepObject>("second", "another one on the same samples: estep(e, epsilon: x)"),
            Parameter<[String]>("names", "what to call them", default: ["first", "second"]),
            text: "plot(c, state: i) draws the weights of both in one state.",
            examples: [
                Example(
                    """
                    env = bandit([1, 2]); lab = mpo(env, tabular(env), qnet(env), batch: 8); collect(lab, episodes: 8)
                    e = estep(lab); compare(e, estep(e, epsilon: 0.01)).table.quantity[0..<2]
                    """, "[\"ε\", \"η\"]")
            ]
        ) { _, first, second, names in try StepComparison.esteps(first, second, pair(names)) },
        NativeFunction(
            "compare", in: "mpo", "Two M-steps from the same policy side by side.",
            parameters: Parameter<MStepObject>("first", "an M-step"),
            Parameter<MStepObject>("second", "another one that started from the same policy, commit: false in one of them"),
            Parameter<[String]>("names", "what to call them", default: ["first", "second"]),
            text: "plot(c, state: i) draws the policies of both in one state of the first one's E-step.",
            examples: [
                Example(
                    """
                    env = bandit([1, 2]); lab = mpo(env, tabular(env), qnet(env), batch: 8); collect(lab, episodes: 8)
                    e = estep(lab); m = mstep(lab, e, commit: false); compare(m, mstep(lab, e, steps: 5)).paired
                    """, "true")
            ]
        ) { _, first, second, names in try StepComparison.msteps(first, second, pair(names)) },
    ]

    private static func pair(_ names: [String]) throws -> (String, String) {
        guard names.count == 2, names[0] != names[1], !names.contains("") else {
            throw Fault(
                "compare.names", "`names` wants two different names, got \(Value.list(names.map { .string($0) }).described)")
        }
        return (names[0], names[1])
    }
}

/// Two labs from one state.
struct LabComparison {
    let first: LabObject
    let second: LabObject
    let names: (String, String)
    /// The committed steps that their histories have in common.
    let common: Int
    let tails: ([HistoryRow], [HistoryRow])

    init(_ first: LabObject, _ second: LabObject, _ names: (String, String)) throws {
        if first.lab === second.lab {
            throw Fault(
                "compare.same", "compare wants two labs, and both of these are the same one",
                hint: "b = copy(a) makes another in the same state, before the steps that are to differ")
        }
        let (a, b) = (first.lab, second.lab)
        guard a.environment.spec == b.environment.spec else {
            let (x, y) = (a.environment.spec.name, b.environment.spec.name)
            throw Fault(
                "compare.task",
                x == y
                    ? "compare wants two labs of one task; both are called \(x), but their observations, actions or lengths differ"
                    : "compare wants two labs of one task; the first has \(x), the second \(y)")
        }
        let (p, q) = (a.policy, b.policy)
        guard p.network.architecture == q.network.architecture, p.form.outputs == q.form.outputs, p.name == q.name else {
            throw Fault(
                "compare.shape", "compare wants two labs whose policies have one shape; the first is a \(p.description), the second a \(q.description)")
        }
        self.first = first
        self.second = second
        self.names = names
        common = zip(a.history, b.history).prefix { Self.isSame($0, $1) }.count
        tails = (Array(a.history[common...]), Array(b.history[common...]))
    }

    /// Equal to the bit; a NaN equals itself.
    private static func isSame(_ a: HistoryRow, _ b: HistoryRow) -> Bool {
        a.kind == b.kind && a.environmentSteps == b.environmentSteps && a.criticSteps == b.criticSteps
            && a.policySteps == b.policySteps && a.statistics.count == b.statistics.count
            && zip(a.statistics, b.statistics).allSatisfy { $0.name == $1.name && $0.value.bitPattern == $1.value.bitPattern }
    }

    /// The steps since they parted that are of the same kinds in both.
    private var alike: Int { zip(tails.0, tails.1).prefix { $0.kind == $1.kind }.count }

    private var isPaired: Bool {
        first.lab.seed == second.lab.seed && (common > 0 || tails.0.isEmpty && tails.1.isEmpty)
            && alike == max(tails.0.count, tails.1.count)
    }

    private var relation: String {
        let (a, b) = (first.lab, second.lab)
        if a.seed != b.seed { return "not paired: \(names.0) has seed \(a.seed), \(names.1) seed \(b.seed), so their random numbers differ" }
        let shared = "\(Digits.count(common, "committed step")) in common"
        if tails.0.isEmpty, tails.1.isEmpty {
            return common == 0 ? "paired: seed \(a.seed), neither has made a step" : "paired: seed \(a.seed), \(shared), none since"
        }
        if common == 0 {
            return "not paired: they have seed \(a.seed) in common, but no committed step: they did not part from one state"
        }
        let parted = "seed \(a.seed), \(shared); they parted after \(Self.text(a.history[common - 1]))"
        if isPaired { return "paired: \(parted), then \(Digits.count(tails.0.count, "step")) each of the same kinds on the same random streams" }
        if alike == min(tails.0.count, tails.1.count) {
            return "paired in part: \(parted), then \(Digits.count(tails.0.count, "step")) and \(tails.1.count), the first \(alike) of the same kinds"
        }
        return "paired in part: \(parted), then \(Digits.count(tails.0.count, "step")) and \(tails.1.count), of the same kinds up to the \(alike)th"
    }

    private static func text(_ row: HistoryRow) -> String {
        switch row.kind {
        case .collect: "a collect (\(Digits.count(row.environmentSteps, "environment step")))"
        case .qstep: "a Q-step (critic step \(NumberText.grouped(row.criticSteps)))"
        case .estep: "an E-step"
        case .mstep: "an M-step (policy step \(NumberText.grouped(row.policySteps)))"
        }
    }

    func value() throws -> ComparisonObject {
        let (a, b) = (first.lab, second.lab)
        let settings = try MPOSettings.descriptions.filter { $0.scope == .lab }.compactMap { setting -> (String, String, String)? in
            let (x, y) = (try a.settings.value(of: setting.name), try b.settings.value(of: setting.name))
            return x == y ? nil : (setting.name, x.text, y.text)
        }
        var holds: [(String, String, String)] = []
        for quantity in ConstrainedQuantity.allCases {
            let (x, y) = (a.settings[quantity], b.settings[quantity])
            // Two bounds are settings already; a penalty or none is no setting.
            if x != y, x.bound == nil || y.bound == nil { holds.append((quantity.title, BoundText.hold(x), BoundText.hold(y))) }
        }
        let (first, second, names) = (self.first, self.second, self.names)
        let panels = figure()
        return ComparisonObject(
            .init(
                kind: "labs", names: names, relation: relation, isPaired: isPaired, settings: settings + holds, rows: rows(),
                members: [
                    ("first", .object(first)), ("second", .object(second)), ("common_steps", .integer(common)),
                    ("first_steps", .integer(tails.0.count)), ("second_steps", .integer(tails.1.count)),
                ],
                figure: { state, at, dims, context in
                    if state != nil {
                        throw Fault("plot.argument", "plot: `state` is for compared steps; two labs are shown at an observation: `at`")
                    }
                    guard let at else {
                        if dims != nil { throw Fault("plot.argument", "plot: `dims` wants `at`, the observation where the policies are shown") }
                        return panels
                    }
                    return try ActionFigure(
                        observation: try FigureNatives.numbers(at, first), critic: CriticObject(first.lab.critic),
                        policies: [(names.0, PolicyObject(first.lab.policy)), (names.1, PolicyObject(second.lab.policy))], dims: dims,
                        title: "policies of \(names.0) and \(names.1) over Q of \(names.0)"
                    ).figure(context)
                },
                plain: { panels }))
    }

    private func rows() -> [ComparisonObject.Row] {
        typealias Row = ComparisonObject.Row
        let (a, b) = (first.lab, second.lab)
        func last(_ lab: Lab, _ column: String) -> Double? { lab.history.last { $0[column] != nil }?[column] }
        func kl(_ quantity: ConstrainedQuantity) -> Row {
            func status(_ lab: Lab) -> String {
                guard let value = lab.held(quantity), lab.settings[quantity].bound != nil else { return "" }
                return BoundStatus(value, constraint: lab.settings[quantity]).text
            }
            return Row(
                quantity: quantity.title, first: a.measured(quantity), second: b.measured(quantity), firstStatus: status(a),
                secondStatus: status(b))
        }
        func column(_ quantity: String, _ column: String) -> Row {
            Row(quantity: quantity, first: last(a, column), second: last(b, column))
        }
        let held = (LabObject.held(a) + LabObject.held(b)).reduce(into: [ConstrainedQuantity]()) { if !$0.contains($1) { $0.append($1) } }
        var rows = [Row(quantity: "η", first: last(a, "eta"), second: last(b, "eta")), kl(.kl), column("ESS", "ess")]
        for quantity in held {
            rows.append(kl(quantity))
            let column = quantity.rawValue.replacing("kl", with: "lambda")
            rows.append(Row(quantity: "λ of \(quantity.title)", first: last(a, column), second: last(b, column)))
        }
        rows += [
            column("E_q log π", "log_probability"), column("entropy", "entropy"), column("TD error", "td_error"),
            column("return", "return"),
        ]
        return rows.filter { $0.first != nil || $0.second != nil }
    }

    /// The bounds of a KL in the last steps: one line where both have the same.
    private func bounds(_ quantity: ConstrainedQuantity) -> [Layer] {
        let name = HistoryRow.boundName(quantity)
        func last(_ rows: [HistoryRow]) -> Double? { rows.last { $0[name] != nil }?[name] }
        let (a, b) = (last(tails.0), last(tails.1))
        func rule(_ bound: Double?, _ of: String) -> [Layer] {
            bound.map { [.rule(Rule(at: $0, label: "ε\(of) \(Digits.short($0))"))] } ?? []
        }
        return a == b ? rule(a, "") : rule(a, " of \(names.0)") + rule(b, " of \(names.1)")
    }

    /// What was measured since they parted, over the steps since.
    private func figure() -> Figure {
        let columns = [
            ("return", "return of the episodes"), ("td_error", "TD error"), ("eta", "temperature η"), ("ess", "effective sample size"),
            ("kl", "KL(q‖π)"), ("kl_mean", "KL mean"), ("kl_cov", "KL cov"), ("kl_total", "KL total"),
            ("log_probability", "E_q log π"), ("entropy", "entropy of the policy"),
        ]
        let held = LabObject.held(first.lab) + LabObject.held(second.lab)
        let panels = columns.compactMap { column, title -> Figure? in
            if let quantity = ConstrainedQuantity(rawValue: column), quantity != .kl, !held.contains(quantity) { return nil }
            let series = [(names.0, tails.0), (names.1, tails.1)].compactMap { LearningFigure.series(column, $0.0, $0.1) }
            guard series.count == 2 else { return nil }
            var panel = LearningFigure.panel(series, title: title, steps: max(tails.0.count, tails.1.count))
            if let quantity = ConstrainedQuantity(rawValue: column) { panel.layers += bounds(quantity) }
            return panel
        }
        return .panels(
            panels, title: "\(names.0) beside \(names.1) · \(first.lab.environment.spec.name)",
            caption: panels.isEmpty ? "Nothing was measured in both since they parted." : "Over the steps since they parted. \(relation.prefix(1).uppercased() + relation.dropFirst()).")
    }
}
