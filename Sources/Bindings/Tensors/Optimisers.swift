import Networks
import Runtime
import Support
import Tensors

/// Whether a gradient is being recorded; one inside another would silently miss its second derivatives.
final class GradientRecording: InterpreterService {
    private var isRecording = false

    init() {}

    func alone<Result>(_ what: String, _ body: () throws -> Result) throws -> Result {
        guard !isRecording else {
            throw Fault(
                "gradient.nested", "\(what) inside the function of another gradient",
                hint: "second derivatives are not recorded; take the inner gradient before")
        }
        isRecording = true
        defer { isRecording = false }
        return try body()
    }
}

/// Optimisers, gradients and learning-rate schedules.
enum OptimiserNatives {
    static let all: [NativeFunction] = optimisers + gradientNatives

    private static let optimisers: [NativeFunction] = [
        NativeFunction(
            "adam", in: "networks", "An optimiser for networks and parameters.",
            parameters: Parameter<Rest<HostObject>>("targets", "networks, policies, critics or parameters"),
            Parameter<Double>("learning_rate", "the step size", default: 5e-4),
            Parameter<Double?>("clip", "the largest norm of the whole gradient", default: nil),
            Parameter<ScheduleObject?>("schedule", "how the learning rate changes with the steps", default: nil),
            Parameter<Double>("beta1", "decay of the first moment", default: 0.9),
            Parameter<Double>("beta2", "decay of the second moment", default: 0.999),
            Parameter<Double>("epsilon", "added to the root of the second moment", default: 1e-8),
            Parameter<Double>("weight_decay", "decoupled decay of the parameters, times the learning rate", default: 0),
            text: "Kingma and Ba 2015, with bias correction. `opt.learning_rate`, `opt.clip` may be set; `opt.steps`, `opt.gradient_norm` be read.",
            examples: [
                Example("adam(mlp(3, 2), learning_rate: 1e-3)", "adam · 10 702 parameters · learning rate 0.001 · 0 steps")
            ]
        ) { _, targets, rate, clip, schedule, beta1, beta2, epsilon, decay -> OptimiserObject in
            try OptimiserObject(
                targets.values,
                Adam(
                    learningRate: rate, beta1: beta1, beta2: beta2, epsilon: epsilon, maximumGradientNorm: clip,
                    weightDecay: decay), schedule?.schedule ?? .constant)
        },
        NativeFunction(
            "minimize", in: "networks", "One step of an optimiser's parameters down a loss.",
            parameters: Parameter<OptimiserObject>("optimiser", "made by adam"),
            Parameter<FunctionValue>("loss", "a block whose value is the loss, one number"),
            text: "Returns the loss before the step. An error in the block leaves everything as it was.",
            examples: [
                Example("x = parameter(3); opt = adam(x, learning_rate: 0.5); minimize(opt) { (x - 1) ^ 2 }", "4"),
                Example("x = parameter(3); opt = adam(x, learning_rate: 0.5); minimize(opt) { x ^ 2 }; round(x.value, 4)", "2.5"),
                Example(
                    "net = mlp(1, 1); opt = adam(net); before = minimize(opt) { mean((net([[1], [2]]) - 5) ^ 2) }; mean((net([[1], [2]]) - 5) ^ 2) < before",
                    "true"),
            ]
        ) { context, optimiser, loss -> Double in
            try context.service(GradientRecording.self).alone("minimize") {
                try optimiser.minimise { try recorded(context.call(loss), "minimize") }
            }
        },
        NativeFunction(
            "parameter", in: "networks", "A number or tensor with identity that an optimiser trains.",
            parameters: Parameter<Tensor>("value", "where it starts"),
            text: "It calculates as a tensor does; `.value` is what it holds now and may be set.",
            examples: [Example("parameter(2) * 3", "6"), Example("parameter([1, 2]).value.values", "[1, 2]")]
        ) { _, value in ParameterObject(value) },
        NativeFunction(
            "schedule", in: "networks", "A learning-rate schedule: a factor on the rate that changes with the steps.",
            parameters: Parameter<String>("kind", "constant, linear, cosine or exponential"),
            Parameter<Int>("steps", "over how many steps", default: 1),
            Parameter<Double>("end", "the last factor; for exponential the factor after each `steps`", default: 0),
            Parameter<Int>("warm_up", "steps of a linear rise before", default: 0),
            examples: [
                Example("schedule(\"linear\", steps: 100)(50)", "0.5"),
                Example("schedule(\"cosine\", steps: 100, end: 0.1)(100)", "0.1"),
                Example("schedule(\"constant\", warm_up: 10)(4)", "0.5"),
            ]
        ) { _, kind, steps, end, warmUp -> ScheduleObject in
            var result: LearningRateSchedule
            switch kind {
            case "constant": result = .constant
            case "linear": result = .linear(end: end, steps: steps)
            case "cosine": result = .cosine(end: end, steps: steps)
            case "exponential": result = .exponential(rate: end, steps: steps)
            default:
                throw Fault(
                    "schedule.kind", "there is no schedule \"\(kind)\"",
                    hint: "there are constant, linear, cosine and exponential")
            }
            var text = kind == "constant" ? kind : "\(kind) to \(NumberText.plain(end)) over \(Digits.count(steps, "step"))"
            if warmUp != 0 {
                result = .warmUp(steps: warmUp, then: result)
                text += ", warm-up \(NumberText.grouped(warmUp))"
            }
            try result.validate()
            return ScheduleObject(result, text)
        },
    ]

    private static let gradientNatives: [NativeFunction] = [
        NativeFunction(
            "grad", in: "networks", "The gradient of a function's result, one number, with respect to its argument.",
            parameters: Parameter<FunctionValue>("f", "a function of x whose result is one number"),
            Parameter<Value>("x", "where: a number, a list or a tensor; the gradient has its form"),
            text: "By reverse-mode differentiation in float32.",
            examples: [
                Example("grad(x -> x ^ 3, 2)", "12"), Example("grad(x -> sum(x ^ 2), [1, 2, 3])", "[2, 4, 6]"),
                Example("grad(x -> sum(exp(x)), tensor([0, 0])).values", "[1, 1]"),
            ]
        ) { context, f, x -> Value in
            let (_, gradient) = try slope(context, f, x)
            if case .object = x { return Value.object(TensorObject(gradient)) }
            return gradient.nestedList
        },
        NativeFunction(
            "check_gradient", in: "networks", "Holds a gradient against central differences.",
            parameters: Parameter<FunctionValue>("f", "a function of x whose result is one number"),
            Parameter<Value>("x", "where: a number, a list or a tensor"),
            Parameter<Double>("step", "the distance of the differences", default: 1e-2),
            text: """
                Returns a record: `gradient`, `differences` and `error`, the largest difference between them over 1 + their
                size. In float32 an error of 1e-3 is a good one.
                """,
            examples: [Example("check_gradient(x -> sum(sin(x)), [0.5, 1]).error < 1e-3", "true")]
        ) { context, f, x, step -> Value in
            guard step > 0, step.isFinite else { throw Fault("argument.range", "check_gradient wants a step above 0, got \(step)") }
            let (at, gradient) = try slope(context, f, x)
            var differences: [Float] = []
            var largest = 0.0
            for (index, value) in at.values.enumerated() {
                try context.checkCancellation()
                func loss(_ moved: Float) throws -> Double {
                    var values = at.values
                    values[index] = moved
                    let input = try Tensor(values, shape: at.shape)
                    return Double(try recorded(context.call(.function(f), [.object(TensorObject(input))]), "f").item())
                }
                let (up, down) = (value + Float(step), value - Float(step))
                let slope = try (loss(up) - loss(down)) / (Double(up) - Double(down))
                differences.append(Float(slope))
                largest = max(largest, abs(Double(gradient.values[index]) - slope) / (1 + abs(slope)))
            }
            return Value.record([
                ("gradient", gradient.nestedList),
                ("differences", try Tensor(differences, shape: at.shape).nestedList), ("error", .number(largest)),
            ])
        },
    ]

    /// The point and the gradient there.
    private static func slope(_ context: NativeContext, _ f: FunctionValue, _ x: Value) throws -> (Tensor, Tensor) {
        try context.service(GradientRecording.self).alone("grad") {
            let at = try Tensor.of(x, for: "grad").detached
            let variable = at.asVariable()
            let result = try recorded(context.call(.function(f), [.object(TensorObject(variable))]), "grad")
            guard result.count == 1 else {
                throw Fault(
                    "gradient.not-scalar", "grad wants a function with one number as result, got the shape \(result.shape)",
                    hint: "take its mean or sum")
            }
            return (at, try gradients(of: result, withRespectTo: [variable])[0])
        }
    }

    private static func recorded(_ value: Value, _ name: String) throws -> Tensor {
        do { return try Tensor.convert(value) } catch is Mismatch {
            throw Fault("gradient.not-scalar", "\(name) wants a function whose result is one number, got \(value.described)")
        }
    }
}
