import Plots
import PolicyOptimisation
import Runtime
import Support

extension EStepObject {
    /// More actions than this are counted, not shown.
    private static let most = 40

    /// q beside π for every action of a state, the heaviest first.
    func weightFigure(state: Int, title: String = "") throws -> Figure {
        let rows = try sortedRows(state: state)
        let shown = rows.prefix(Self.most)
        let isFinite = estep.prior != nil
        let even = 1 / Double(estep.actionCount)
        var figure = Figure.bars(
            Bars(
                labels: shown.map { "\(Self.label($0, isFinite: isFinite)) Q \(Digits.short($0.q))" },
                values: shown.map { $0.weight.shortened }, references: isFinite ? shown.map(\.prior) : [],
                referenceName: isFinite ? "π(a|s)" : ""),
            title: title.isEmpty ? "q beside π · state \(state) of \(NumberText.grouped(estep.stateCount))" : title)
        figure.layers.append(
            .rule(
                Rule(
                    .vertical, at: even, label: isFinite ? "1/N = \(Digits.short(even))" : "1/N = \(Digits.short(even)): each sample's share under π")))
        var sentences = [
            "ESS \(Digits.short(estep.essPerState[state], significant: 3)) of \(estep.actionCount), "
                + "largest weight \(Digits.short(rows.first?.weight ?? 0, significant: 3)), "
                + "KL(q‖π) here \(Digits.fixed(estep.klPerState[state], 4)).",
            "\(Self.carriers(rows).count) of \(Digits.count(rows.count, isFinite ? "action" : "sample")) carry 90 % of q.",
        ]
        if estep.variational != nil { sentences.append("q is a network: these are its \(isFinite ? "own probabilities" : "importance weights q/π_i on the samples").") }
        if rows.count > Self.most { sentences.append("The \(Self.most) heaviest of \(NumberText.grouped(rows.count)) are shown.") }
        figure.caption = sentences.joined(separator: " ")
        return figure
    }

    /// The actions of a state, the heaviest first.
    func sortedRows(state: Int) throws -> [EStep.ActionRow] {
        try estep.rows(ofState: state).sorted { ($0.weight, $1.index) > ($1.weight, $0.index) }
    }

    /// The fewest actions that hold 90 % of q.
    static func carriers(_ sorted: [EStep.ActionRow]) -> ArraySlice<EStep.ActionRow> {
        var sum = 0.0
        var count = 0
        while count < sorted.count, sum < 0.9 - 1e-9 {
            sum += sorted[count].weight
            count += 1
        }
        return sorted[..<count]
    }

    /// A state's observation.
    func observation(of state: Int) throws -> [Double] {
        guard state >= 0, state < estep.stateCount else {
            throw Fault("estep.state", "the E-step has states 0..<\(estep.stateCount), \(state) was given")
        }
        let size = estep.model.observationSize
        return (0..<size).map { Double(estep.states.pointer[state * size + $0]) }
    }

    static func label(_ row: EStep.ActionRow, isFinite: Bool) -> String {
        if isFinite { return "action \(row.index)" }
        if row.action.count > 3 { return "sample \(row.index)" }
        let numbers = row.action.map { Digits.fixed($0, 2) }
        return row.action.count == 1 ? "a \(numbers[0])" : "[\(numbers.joined(separator: ", "))]"
    }
}
