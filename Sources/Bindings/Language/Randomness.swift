import Runtime
import Support
import Tensors

extension NativeContext {
    /// Draws from the script's next stream.
    func draw<Result>(_ body: (inout RandomStream) throws -> Result) throws -> Result {
        var stream = try random.draw(seed: seed)
        return try body(&stream)
    }
}

/// Random numbers for scripts.
enum RandomNatives {
    static let all: [NativeFunction] = [
        NativeFunction(
            "normal", in: "random", "Normal random numbers from the script's seed.",
            parameters: Parameter<ShapeArgument?>("shape", "the shape of a tensor; without it, one number", default: nil),
            Parameter<Double>("mean", "their mean", default: 0), Parameter<Double>("std", "their deviation", default: 1),
            text: "The same script with the same seed draws the same numbers.",
            examples: [Example("normal([2, 3]).shape", "[2, 3]"), Example("normal(mean: 5, std: 0)", "5")]
        ) { context, shape, mean, std -> Value in
            guard std >= 0 else { throw Fault("argument.range", "normal wants a deviation of 0 or more, got \(std)") }
            return try context.draw { stream -> Value in
                guard let shape else { return .number(mean + std * stream.normal()) }
                return .object(
                    TensorObject(
                        try Tensor.normal(shape.shape, mean: Float(mean), deviation: Float(std), from: &stream)))
            }
        },
        NativeFunction(
            "uniform", in: "random", "Uniform random numbers from the script's seed.",
            parameters: Parameter<ShapeArgument?>("shape", "the shape of a tensor; without it, one number", default: nil),
            Parameter<Double>("low", "the smallest", default: 0), Parameter<Double>("high", "above the largest", default: 1),
            examples: [Example("uniform(5).count", "5"), Example("uniform() < 1", "true")]
        ) { context, shape, low, high -> Value in
            guard low <= high else {
                throw Fault("argument.range", "uniform wants low ≤ high, got low \(low) and high \(high)")
            }
            return try context.draw { stream -> Value in
                guard let shape else { return .number(stream.uniform(low, high)) }
                return .object(
                    TensorObject(try Tensor.uniform(shape.shape, low: Float(low), high: Float(high), from: &stream)))
            }
        },
        NativeFunction(
            "random_index", in: "random", "A random whole number from 0 to below a bound.",
            parameters: Parameter<Int>("bound", "one more than the largest"),
            examples: [Example("random_index(1)", "0")]
        ) { context, bound -> Int in
            guard bound >= 1 else { throw Fault("argument.range", "random_index wants a bound of 1 or more, got \(bound)") }
            return try context.draw { $0.index(below: bound) }
        },
        NativeFunction(
            "shuffle", in: "random", "The elements of a list in a random order.",
            parameters: Parameter<[Value]>("xs", "a list"),
            examples: [Example("count(shuffle([1, 2, 3]))", "3")]
        ) { context, xs -> [Value] in
            try context.draw { stream -> [Value] in
                var xs = xs
                stream.shuffle(&xs)
                return xs
            }
        },
        NativeFunction(
            "choice", in: "random", "A random element of a list.", parameters: Parameter<[Value]>("xs", "a list"),
            examples: [Example("choice([7])", "7")]
        ) { context, xs -> Value in
            guard !xs.isEmpty else { throw Fault("argument.empty", "choice of an empty list") }
            return xs[try context.draw { $0.index(below: xs.count) }]
        },
    ]
}
