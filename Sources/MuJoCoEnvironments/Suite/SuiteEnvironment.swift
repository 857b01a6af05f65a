import CMuJoCo
import Environments
import Support
import Tensors

/// One of the DeepMind Control Suite's tasks.
///
/// Observations are those of dm_control 1.0.50 on MuJoCo 3.17.0, its dictionary flattened in its own order: to the bit
/// where they are MuJoCo's numbers passed on, within 1e-12 where they are computed from them, as are rewards, over
/// hundreds of steps from the same state (warm start included). Rewards lie in [0, 1].
public final class SuiteEnvironment: Environment {
    let task: SuiteTask
    let body: SuiteBody
    public let spec: EnvironmentSpec
    private let rules: SuiteTask.Rules
    private let redrawn: [Field]
    private let carried: [Field]

    /// The names of what a snapshot holds after the state, in this order.
    package var redrawnFields: [String] { task.redrawn }
    package var carriedFields: [String] { task.carried }
    /// A field of the model or its data, for tests.
    package func numbers(of field: String) throws -> [Double] { try body.field(field).array }

    /// `seed`: what the model is drawn from where a task has such a model, as LQR's springs.
    public static func make(_ domain: String, _ name: String, seed: Int? = nil) throws -> SuiteEnvironment {
        let task = try SuiteTask.find(domain, name, seed: seed)
        let body = try SuiteBody(task.model.physics(for: task), controlStep: task.controlStep)
        try body.start()
        return try SuiteEnvironment(task, body)
    }

    private init(_ task: SuiteTask, _ body: SuiteBody) throws {
        self.task = task
        self.body = body
        rules = try task.rules(body)
        redrawn = try task.redrawn.map { try body.field($0) }
        carried = try task.carried.map { try body.field($0) }
        let range = try body.field("actuator_ctrlrange")
        let isLimited = try body.physics.truths("actuator_ctrllimited")
        func bounds(_ column: Int, _ unlimited: Double) -> [Double] {
            isLimited.indices.map { isLimited[$0] ? range[$0, column] : unlimited }
        }
        spec = EnvironmentSpec(
            name: task.title, observationSize: rules.observe().count,
            actions: .box(low: bounds(0, -.infinity), high: bounds(1, .infinity)),
            episodeLimit: task.timeLimit.flatMap { Int(exactly: ($0 / (body.timestep * Double(body.substeps))).rounded(.up)) })
    }

    public func copy() throws -> any Environment {
        try SuiteEnvironment(task, SuiteBody(body.physics.copy(), controlStep: task.controlStep))
    }

    public var constructor: EnvironmentConstructor? {
        let seed = task.seed.map { [JSON.Member("seed", .integer($0))] } ?? []
        return EnvironmentConstructor(
            "suite", .object([.init("domain", .string(task.domain)), .init("task", .string(task.name))] + seed))
    }

    public func reset(stream: inout RandomStream) throws {
        try body.start()
        try rules.reset(&stream)
        try body.settle()
    }

    public func step(action: [Double], stream: inout RandomStream) throws -> StepOutcome {
        try spec.actions.check(action)  // MuJoCo takes a control that is not finite as 0 without a word
        body.control.set(action)
        try body.simulate()
        return StepOutcome(reward: rules.reward(), terminated: rules.isTerminal())
    }

    public func observation() -> [Double] { rules.observe() }

    public func snapshot() -> EnvironmentSnapshot {
        EnvironmentSnapshot(numbers: body.physics.state() + (redrawn + carried).flatMap { $0.numbers })
    }

    public func restore(_ snapshot: EnvironmentSnapshot) throws {
        let stateSize = body.physics.stateSize
        let numbers = try snapshot.numbers(stateSize + (redrawn + carried).reduce(0) { $0 + $1.count }, for: spec.name)
        var place = stateSize
        func take(_ fields: [Field]) {
            for field in fields {
                field.set(numbers[place..<place + field.count])
                place += field.count
            }
        }
        take(redrawn)
        numbers.withUnsafeBufferPointer { body.physics.setState(UnsafeBufferPointer(rebasing: $0[..<stateSize])) }
        try body.refresh()
        take(carried)
    }
}

extension SuiteTask {
    /// A task by its domain's and its own name, or a fault that says what there is.
    static func find(_ domain: String, _ name: String, seed: Int? = nil) throws -> SuiteTask {
        let named = all.first { $0.domain == domain && $0.name == name }
        if let task = try chain(domain, name, seed: seed) ?? named {
            guard seed == nil || task.seed != nil else {
                throw Fault("suite.seed", "\(task.title)'s model is always the same: only lqr's is drawn from a seed")
            }
            return task
        }
        if let refusal = refusals.first(where: { $0.domain == domain && $0.names.contains(name) }) {
            throw Fault("suite.refused", "\(domain)-\(name) does not run here: \(refusal.reason)", hint: refusal.instead)
        }
        let names = SuiteEnvironment.tasks(of: domain)
        guard !names.isEmpty else {
            throw Fault(
                "suite.domain", "the control suite has no domain '\(domain)'",
                hint: "There are \(SuiteEnvironment.domains.joined(separator: ", "))")
        }
        throw Fault(
            "suite.task", "the control suite's \(domain) has no task '\(name)'", hint: "There are \((names + otherSizes(domain)).joined(separator: ", "))")
    }
}

extension SuiteEnvironment {
    /// The domains that have tasks, in alphabetical order.
    public static let domains: [String] = SuiteTask.all.reduce(into: []) { if $0.last != $1.domain { $0.append($1.domain) } }

    /// Says what is wrong with a task's name, if anything.
    public static func check(_ domain: String, _ task: String, seed: Int? = nil) throws {
        _ = try SuiteTask.find(domain, task, seed: seed)
    }

    /// The tasks of a domain, none where there is no such domain.
    public static func tasks(of domain: String) -> [String] { SuiteTask.all.filter { $0.domain == domain }.map(\.name) }
}
