import Laboratory
import PolicyOptimisation
import Runtime
import Support

/// A lab in the language: its settings and constraints are its members, its steps are natives.
final class LabObject: HostObject {
    let lab: Lab

    init(_ lab: Lab) { self.lab = lab }

    override class var typeName: String { "lab" }

    override var summary: String {
        let settings = lab.settings
        var parts = [
            "lab", lab.environment.spec.name, Digits.count(lab.environmentSteps, "environment step"),
            BoundText.text(.kl, settings.kl),
        ]
        parts += Self.held(lab).map { BoundText.text($0, settings[$0]) }
        if settings.target == .retrace { parts.append("Retrace(\(NumberText.plain(settings.retraceLambda)))") }
        if settings.trustRegion == .none { parts.append("no trust region") }
        return parts.joined(separator: " · ")
    }

    /// The KLs that this lab's M-step holds back.
    static func held(_ lab: Lab) -> [ConstrainedQuantity] {
        if lab.policy.form.finiteActions != nil { return lab.settings.trustRegion == .none ? [] : [.klTotal] }
        switch lab.settings.trustRegion {
        case .decoupled: return [.klMean, .klCov]
        case .joint: return [.klTotal]
        case .none: return []
        }
    }

    override func json() -> JSON { .string(summary) }
    override func isEqual(to other: HostObject) -> Bool { (other as? LabObject)?.lab === lab }

    // MARK: Members

    private static let readings = [
        "policy", "critic", "environment", "reference", "q_policy", "target_critic", "replay_buffer", "history",
        "settings", "seed", "eta",
        "ess", "td_error", "last_return", "lambda_mean", "lambda_cov", "lambda_total", "environment_steps",
        "episodes_begun", "critic_gradient_steps", "policy_gradient_steps", "esteps", "reference_age", "target_age",
        "running_steps",
    ]

    override var memberNames: [String] {
        ConstrainedQuantity.allCases.map(\.rawValue) + Self.readings
            + MPOSettings.descriptions.map(\.name).filter { !Self.readings.contains($0) }
    }

    override func member(_ name: String) throws -> Value? {
        if let quantity = ConstrainedQuantity(rawValue: name) { return Self.value(lab.measured(quantity)) }
        switch name {
        case "policy": return .object(PolicyObject(lab.policy))
        case "critic": return .object(CriticObject(lab.critic))
        case "environment": return .object(EnvironmentObject(lab.environment))
        case "reference":
            let policy = lab.policy.copy()
            try policy.network.replaceParameters(lab.learnerState.reference)
            return .object(PolicyObject(policy))
        case "q_policy":
            guard let q = lab.learnerState.variational else { return .nothing }
            let policy = lab.policy.copy()
            try policy.network.replaceParameters(q.parameters)
            return .object(PolicyObject(policy))
        case "settings": return .object(try Self.settings(lab))
        case "target_critic": return .object(try targetCritic())
        case "replay_buffer": return .object(ReplayObject(lab))
        case "history": return .object(Self.table(lab.history))
        case "seed": return .number(Double(lab.seed))
        case "eta": return .number(lab.eta)
        case "ess": return Self.value(lab.ess)
        case "td_error": return Self.value(lab.tdError)
        case "last_return": return Self.value(lab.lastReturn)
        case "lambda_mean": return .number(lab.lambdaMean)
        case "lambda_cov": return .number(lab.lambdaCov)
        case "lambda_total": return .number(lab.lambdaTotal)
        case "environment_steps": return .integer(lab.environmentSteps)
        case "episodes_begun": return .integer(lab.episodes)
        case "critic_gradient_steps": return .integer(lab.criticSteps)
        case "policy_gradient_steps": return .integer(lab.policySteps)
        case "esteps": return .integer(lab.expectationSteps)
        case "reference_age": return .integer(lab.referenceAge)
        case "target_age": return .integer(lab.targetAge)
        case "running_steps": return .integer(lab.runningEpisode?.steps ?? 0)
        default: break
        }
        guard MPOSettings.descriptions.contains(where: { $0.name == name }) else { return nil }
        return try lab.settings.value(of: name).asValue
    }

    /// Settings are set by name; a measured quantity is not.
    override func setMember(_ name: String, to value: Value, _ context: NativeContext) throws -> HostObject {
        if ConstrainedQuantity(rawValue: name) != nil {
            throw Fault(
                "member.read-only", "`\(name)` is what the last step measured and cannot be set",
                hint: "constrain lab.\(name) <= x bounds it")
        }
        guard MPOSettings.descriptions.contains(where: { $0.name == name }) else {
            return try super.setMember(name, to: value, context)
        }
        try context.refuseInTask("changes a lab")
        try lab.set(name, to: SettingValue(value, for: name))
        return self
    }

    /// A critic with the target critic's parameters.
    func targetCritic() throws -> CriticObject {
        CriticObject(try lab.critic.copy(lab.learnerState.targetCritics))
    }

    private static func value(_ number: Double?) -> Value { number.map { .number($0) } ?? .nothing }

    /// A row for every setting of a lab: its value, its default, what it means.
    static func settings(_ lab: Lab) throws -> Table {
        let all = MPOSettings.descriptions.filter { $0.scope == .lab }
        return Table([
            ("setting", all.map { .string($0.name) }),
            ("value", try all.map { try lab.settings.value(of: $0.name).asValue }),
            ("default", all.map { $0.defaultValue.asValue }),
            ("meaning", all.map { .string($0.documentation) }),
        ])
    }

    /// A row for every committed step, a column for every statistic; what a step does not measure is nothing.
    static func table(_ history: [HistoryRow]) -> Table {
        var columns: [(name: String, values: [Value])] = [
            ("step", history.map { .string($0.kind.rawValue) }),
            ("environment_steps", history.map { .integer($0.environmentSteps) }),
            ("critic_gradient_steps", history.map { .integer($0.criticSteps) }),
            ("policy_gradient_steps", history.map { .integer($0.policySteps) }),
        ]
        for name in history.statisticNames where name != "steps" {
            columns.append((name, history.map { value($0[name]) }))
        }
        return Table(columns)
    }

    // MARK: Statements

    override func constrain(_ quantity: String, _ bound: Value, _ context: NativeContext) throws {
        guard let number = bound.asNumber else {
            throw Fault("constrain.bound", "a bound is a number above 0, got \(bound.described)")
        }
        try context.refuseInTask("changes a lab")
        try lab.constrain(Self.quantity(quantity), .bounded(number))
    }

    override func penalize(_ quantity: String, _ weight: Value, _ context: NativeContext) throws {
        guard let number = weight.asNumber else {
            throw Fault("penalize.weight", "a penalty's weight is a number, got \(weight.described)")
        }
        try context.refuseInTask("changes a lab")
        try lab.constrain(Self.quantity(quantity), .penalised(number))
    }

    override func free(_ quantity: String, _ context: NativeContext) throws {
        try context.refuseInTask("changes a lab")
        try lab.constrain(Self.quantity(quantity), .free)
    }

    private static func quantity(_ name: String) throws -> ConstrainedQuantity {
        if let quantity = ConstrainedQuantity(rawValue: name) { return quantity }
        let names = ConstrainedQuantity.allCases.map { "lab.\($0.rawValue)" }
        throw Fault(
            "constrain.quantity", "`\(name)` is nothing that a lab constrains", hint: "there are \(names.joined(separator: ", "))")
    }
}

extension SettingValue {
    /// The setting's value that a script gave.
    init(_ value: Value, for name: String) throws {
        switch value {
        case .number(let number): self = .number(number)
        case .boolean(let flag): self = .flag(flag)
        case .nothing: self = .nothing
        default:
            guard let text = value.asText else {
                throw Fault("settings.type", "the setting `\(name)` is a number, a word, true, false or nothing, got \(value.described)")
            }
            self = .text(text)
        }
    }

    var asValue: Value {
        switch self {
        case .number(let number): .number(number)
        case .text(let text): .string(text)
        case .flag(let flag): .boolean(flag)
        case .nothing: .nothing
        }
    }
}
