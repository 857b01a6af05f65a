import Networks
import Runtime
import Support
import Syntax
import Tensors

/// A tensor with identity that an optimiser trains: a logit, a multiplier, a state-free mean.
final class ParameterObject: HostObject, TensorLike {
    /// The number as a one-layer network's parameters would be kept: replaced whole.
    fileprivate(set) var value: Tensor
    fileprivate var variable: Tensor?

    init(_ value: Tensor) { self.value = value.detached }

    var tensor: Tensor { variable ?? value }

    override class var typeName: String { "parameter" }
    override var summary: String { "parameter " + TensorObject(value).summary }
    override func display(_ style: DisplayStyle) -> String { "parameter " + value.description }
    override func json() -> JSON { TensorObject(value).json() }
    override var memberNames: [String] { ["value", "shape", "count"] }

    override func member(_ name: String) throws -> Value? {
        switch name {
        case "value": tensor.asValue
        case "shape", "count": try TensorObject(value).member(name)
        default: nil
        }
    }

    override func setMember(_ name: String, to value: Value, _ context: NativeContext) throws -> HostObject {
        guard name == "value" else { return try super.setMember(name, to: value, context) }
        self.value = try Tensor.of(value, for: "value").detached.broadcast(to: self.value.shape)
        return self
    }

    override func negated() throws -> Value? { try (-tensor).asValue }

    override func binary(_ operation: BinaryOperator, _ other: Value, isLeft: Bool) throws -> Value? {
        try TensorOperators.binary(operation, tensor, other, isLeft: isLeft)
    }

    override func element(_ indices: [SubscriptValue]) throws -> Value {
        try TensorSubscript(indices, of: value.shape).read(tensor).asValue
    }
}

/// Adam over the parameters of networks and of single parameters.
final class OptimiserObject: HostObject {
    let networks: [Network]
    let parameters: [ParameterObject]
    private var settings: Adam
    private let schedule: LearningRateSchedule
    private var states: [AdamState]
    private var lastNorm: Double?

    init(_ targets: [HostObject], _ settings: Adam, _ schedule: LearningRateSchedule) throws {
        try settings.validate()
        try schedule.validate()
        var networks: [Network] = []
        var parameters: [ParameterObject] = []
        for target in targets {
            switch target {
            case let holder as any NetworkHolder:
                for network in holder.heldNetworks where !networks.contains(where: { $0 === network }) {
                    networks.append(network)
                }
            case let parameter as ParameterObject:
                if !parameters.contains(where: { $0 === parameter }) { parameters.append(parameter) }
            default:
                throw Fault(
                    "optimiser.target", "an optimiser trains networks and parameters, got \(Value.object(target).described)")
            }
        }
        guard !networks.isEmpty || !parameters.isEmpty else {
            throw Fault("optimiser.target", "an optimiser wants at least one network or parameter")
        }
        self.networks = networks
        self.parameters = parameters
        self.settings = settings
        self.schedule = schedule
        states = networks.map { AdamState(parameterCount: $0.architecture.parameterCount) }
            + parameters.map { AdamState(parameterCount: $0.value.count) }
    }

    override class var typeName: String { "optimiser" }

    override var summary: String {
        let count = networks.reduce(0) { $0 + $1.architecture.parameterCount } + parameters.reduce(0) { $0 + $1.value.count }
        var parts = ["adam", Digits.count(count, "parameter"), "learning rate \(NumberText.plain(rate))"]
        if let clip = settings.maximumGradientNorm { parts.append("clip \(NumberText.plain(clip))") }
        parts.append(Digits.count(steps, "step"))
        return parts.joined(separator: " · ")
    }

    private var steps: Int { states.first?.steps ?? 0 }
    private var rate: Double { settings.learningRate * schedule.factor(step: steps) }

    override var memberNames: [String] { ["learning_rate", "clip", "steps", "gradient_norm"] }

    override func member(_ name: String) throws -> Value? {
        switch name {
        case "learning_rate": .number(rate)
        case "clip": settings.maximumGradientNorm.map { .number($0) } ?? .nothing
        case "steps": .integer(steps)
        case "gradient_norm": lastNorm.map { .number($0) } ?? .nothing
        default: nil
        }
    }

    override func setMember(_ name: String, to value: Value, _ context: NativeContext) throws -> HostObject {
        var changed = settings
        switch name {
        case "learning_rate": changed.learningRate = try number(value, name)
        case "clip": changed.maximumGradientNorm = value.isNothing ? nil : try number(value, name)
        default: return try super.setMember(name, to: value, context)
        }
        try changed.validate()
        settings = changed
        return self
    }

    private func number(_ value: Value, _ name: String) throws -> Double {
        guard let number = value.asNumber else {
            throw Fault("member.type", "`\(name)` of an optimiser is a number, got \(value.described)")
        }
        return number
    }

    /// Runs `body` with every network's parameters as a variable.
    private static func differentiated<Result>(
        _ networks: ArraySlice<Network>, _ variables: [Tensor], _ body: ([Tensor]) throws -> Result
    ) throws -> Result {
        guard let first = networks.first else { return try body(variables) }
        return try first.differentiated { try differentiated(networks.dropFirst(), variables + [$0], body) }
    }

    /// One step down the loss that `body` records; all or nothing. Returns the loss before the step.
    func minimise(_ body: () throws -> Tensor) throws -> Double {
        let variables = parameters.map { $0.value.asVariable() }
        for (parameter, variable) in zip(parameters, variables) { parameter.variable = variable }
        defer { for parameter in parameters { parameter.variable = nil } }
        let (loss, slopes) = try Self.differentiated(networks[...], []) { weights in
            let loss = try body()
            guard loss.count == 1 else {
                throw Fault(
                    "minimize.not-scalar", "minimize wants one number as the loss, got a tensor of shape \(loss.shape)",
                    hint: "take its mean or sum")
            }
            guard loss.isTracked else {
                throw Fault(
                    "minimize.constant", "the loss does not depend on what the optimiser trains",
                    hint: "call the optimiser's network inside the block")
            }
            return (try loss.item(), try gradients(of: loss, withRespectTo: weights + variables))
        }
        let squares = slopes.reduce(0.0) { sum, slope in
            let norm = Adam.globalNorm(slope.storage)
            return sum + norm * norm
        }
        let norm = squares.squareRoot()
        guard loss.isFinite, norm.isFinite else {
            throw Fault(
                "minimize.not-finite", "the loss is \(loss) and its gradient's norm \(norm), so no step was taken",
                hint: "a smaller learning rate or clip: 40 may help")
        }
        // The clip is on the norm over everything trained, so each part's own clip is off.
        var own = settings
        own.maximumGradientNorm = nil
        var scale: Float = 1
        if let largest = settings.maximumGradientNorm, norm > largest { scale = Float(largest / norm) }
        let rate = rate
        let old = networks.map(\.parameters) + parameters.map(\.value.storage)
        var results: [Adam.Step] = []
        for (index, slope) in slopes.enumerated() {
            let scaled = scale == 1 ? slope : try slope * scale
            results.append(
                try own.step(parameters: old[index], gradients: scaled.storage, state: states[index], learningRate: rate))
        }
        for (network, result) in zip(networks, results) { try network.replaceParameters(result.parameters) }
        for (parameter, result) in zip(parameters, results.dropFirst(networks.count)) {
            parameter.value = try Tensor(shape: parameter.value.shape, storage: result.parameters)
        }
        states = results.map(\.state)
        lastNorm = norm
        return loss.shortest
    }
}

/// A learning-rate schedule: calling it with a step gives the factor on the base rate.
final class ScheduleObject: HostObject {
    let schedule: LearningRateSchedule
    private let text: String

    init(_ schedule: LearningRateSchedule, _ text: String) {
        self.schedule = schedule
        self.text = text
    }

    override class var typeName: String { "schedule" }
    override var hasIdentity: Bool { false }
    override var summary: String { "schedule · \(text)" }
    override func isEqual(to other: HostObject) -> Bool { (other as? ScheduleObject)?.schedule == schedule }
    override var isCallable: Bool { true }

    override func call(_ arguments: CallArguments, _ context: NativeContext) throws -> Value {
        guard arguments.count == 1, let step = arguments.values[0].asNumber, let step = Int(exactly: step) else {
            throw Fault("call.arguments", "a schedule is called with the number of a step")
        }
        return .number(schedule.factor(step: step))
    }
}
