import Environments
import Plots
import Runtime
import Support

/// What a policy of a finite MDP is worth: exact values, with the policy where it was found on the way.
final class ExactValueObject: HostObject {
    private let title: String
    private let fields: [(name: String, value: Value)]
    private let env: EnvironmentObject
    private let stateValues: [Double]

    init(
        _ title: String, _ env: EnvironmentObject, _ value: FiniteMDP.Evaluation, _ gamma: Double,
        _ found: [(name: String, value: Value)] = []
    ) {
        let name = env.environment.spec.name
        self.env = env
        stateValues = value.values
        self.title = "\(title) · \(name) · γ \(Digits.short(gamma)) · return \(Digits.short(value.expectedReturn))"
        fields = found + [
            ("values", value.values.asValue), ("q", value.q.asValue), ("return", .number(value.expectedReturn)),
            ("gamma", .number(gamma)),
        ]
    }

    /// V over the states, on the task's board where it has one.
    func figure(title: String) throws -> Figure? {
        try ValueFigure.board(stateValues, env.environment, title: title.isEmpty ? "V(s) · \(self.title)" : title, label: "V(s)")
    }

    override class var typeName: String { "exact value" }
    override var hasIdentity: Bool { false }
    override var summary: String { title }
    override func json() -> JSON { .object(fields.map { .init($0.name, $0.value.json) }) }
    override var memberNames: [String] { fields.map(\.name) }
    override func member(_ name: String) throws -> Value? { fields.first { $0.name == name }?.value }

    override func isEqual(to other: HostObject) -> Bool {
        guard let other = other as? ExactValueObject, memberNames == other.memberNames else { return false }
        return zip(fields, other.fields).allSatisfy { (try? $0.value.isEqual(to: $1.value)) == true }
    }
}
