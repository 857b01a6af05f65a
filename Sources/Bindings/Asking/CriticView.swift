import Glibc
import Networks
import PolicyOptimisation
import Runtime
import Support
import Tensors

/// Q values of a critic's network at one observation.
struct CriticView {
    let form: CriticForm
    let architecture: NetworkArchitecture
    let support: ValueSupport?

    init(_ critic: QNetwork) {
        form = critic.form
        architecture = critic.network.architecture
        support = critic.support
    }

    /// Q(s, a) of actions of D numbers, the smaller of twins', a distribution's mean; of finitely many actions Q(s, ·) of
    /// all, and `actions` are not looked at.
    func values(_ parameters: CriticParameters, observation: [Double], actions: [[Double]]) throws -> [Double] {
        let first = try values(parameters.first, observation: observation, actions: actions)
        guard let second = parameters.second else { return first }
        return zip(first, try values(second, observation: observation, actions: actions)).map { min($0, $1) }
    }

    /// The same of one network.
    func values(_ parameters: Storage, observation: [Double], actions: [[Double]]) throws -> [Double] {
        let rows: Int
        let inputs: [[Double]]
        switch form {
        case .perAction:
            rows = 1
            inputs = [observation]
        case .stateAction:
            rows = actions.count
            inputs = actions.map { observation + $0 }
        }
        let input = Storage(count: rows * architecture.inputs)
        for (place, number) in inputs.joined().enumerated() where place < input.count { input.pointer[place] = Float(number) }
        let outputs = Storage(count: rows * architecture.outputs)
        try NetworkPlan(architecture, workers: .callingThread)
            .forward(parameters: parameters, input: .rows(input), rows: rows, outputs: outputs)
        let numbers = withExtendedLifetime(outputs) { (0..<outputs.count).map { Double(outputs.pointer[$0]) } }
        guard let support else { return numbers }
        // Logits over the atoms of each value: softmax through its largest, then the mean.
        let atoms = support.values
        return stride(from: 0, to: numbers.count, by: atoms.count).map { start in
            let logits = numbers[start..<start + atoms.count]
            let largest = logits.max() ?? 0
            let weights = logits.map { exp($0 - largest) }
            return zip(weights, atoms).reduce(0) { $0 + $1.0 * $1.1 } / weights.reduce(0, +)
        }
    }

    /// Actions over the box [−1, 1]: a grid with one or two dimensions, else one dimension at a time with the others at 0.
    static func grid(_ size: Int) -> [[Double]] {
        let fine = (0...20).map { -1 + 0.1 * Double($0) }, coarse = [-1.0, -0.5, 0, 0.5, 1]
        switch size {
        case 1: return fine.map { [($0 * 10).rounded() / 10] }
        case 2: return coarse.flatMap { x in coarse.map { [x, $0] } }
        default:
            return (0..<size).flatMap { d in
                coarse.filter { $0 != 0 || d == 0 }.map { x in (0..<size).map { $0 == d ? x : 0 } }
            }
        }
    }

    /// The page of `inspect(critic, observation, action)`.
    func page(_ critic: QNetwork, observation: [Double], actions: ActionsArgument?) throws -> InspectionObject {
        let values: [Double]
        let shown: [Value]
        var twins: [[Double]] = []
        var heading = "the given actions"
        switch form {
        case .perAction(_, let count):
            let chosen = try actions?.indices(count) ?? Array(0..<count)
            let all = try self.values(critic.allParameters, observation: observation, actions: [])
            values = chosen.map { all[$0] }
            twins = try (critic.twin.map { [critic.network, $0] } ?? []).map { network in
                let all = try self.values(network.parameters, observation: observation, actions: [])
                return chosen.map { all[$0] }
            }
            shown = chosen.map { .integer($0) }
            heading = actions == nil ? "all actions" : heading
        case .stateAction(_, let size):
            let chosen = try actions?.actions(size) ?? Self.grid(size)
            values = try self.values(critic.allParameters, observation: observation, actions: chosen)
            twins = try (critic.twin.map { [critic.network, $0] } ?? []).map {
                try self.values($0.parameters, observation: observation, actions: chosen)
            }
            shown = chosen.map(InspectionObject.action)
            if actions == nil {
                heading = size <= 2 ? "a grid over the action box, in the policy's units" : "one dimension at a time, the others at 0, in the "
                    + "policy's units"
            }
        }
        let mean = values.average
        let best = values.indices.max { values[$0] < values[$1] } ?? 0
        let table = Table(
            [("action", shown), ("Q", InspectionObject.cells(values)), ("advantage", InspectionObject.cells(values.map { $0 - mean }))]
                + zip(["first", "second"], twins).map { ($0, InspectionObject.cells($1)) })
        let spread = values.map { ($0 - mean) * ($0 - mean) }.average.squareRoot()
        return InspectionObject(
            values.count == 1 ? "Q(s, a) = \(Digits.short(values[0]))" : "Q(s, ·) · best \(Digits.short(values[best])) at \(shown[best].text)",
            [
                .table(heading, table, rows: 25),
                .prose(values.count == 1 ? "Q in the unit of the return." : "Mean \(Digits.short(mean)), standard deviation "
                    + "\(Digits.short(spread, significant: 3)) over these actions."),
            ],
            [
                ("q", values.count == 1 ? .number(values[0]) : .list(values)), ("table", .object(table)), ("mean", .number(mean)),
                ("std", .number(spread)), ("best", shown[best]),
            ])
    }
}
