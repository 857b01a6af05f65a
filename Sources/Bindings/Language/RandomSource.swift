import Runtime
import Support
import Tensors

/// What a task's functions draw from: the random stream that the environment was handed for one reset or step.
///
/// It lives as long as that call. Drawing from it later would give numbers that no replay repeats, so it is an error.
final class RandomSource: HostObject {
    private var stream: RandomStream?
    /// "`step` of boat".
    private let owner: String

    init(_ stream: RandomStream, of owner: String) {
        self.stream = stream
        self.owner = owner
    }

    override class var typeName: String { "random source" }
    override var summary: String { "random source of \(owner)" }
    override var memberNames: [String] { RandomSourceNatives.names }

    /// `random.uniform` in `random.uniform(0, 1)`.
    override func member(_ name: String) throws -> Value? {
        RandomSourceNatives.names.contains(name) ? .object(RandomMethod(self, name)) : nil
    }

    /// The call is over: no one draws any more. Returns the stream as the draws left it.
    func close() -> RandomStream? {
        defer { stream = nil }
        return stream
    }

    func draw<Result>(_ body: (inout RandomStream) throws -> Result) throws -> Result {
        guard var open = stream else {
            throw Fault(
                "random.closed", "this random source belongs to a call of \(owner) that is over",
                hint: "draw while that function runs, and keep the numbers in the state")
        }
        defer { stream = open }
        return try body(&open)
    }
}

/// A function of a random source that waits for its arguments: the native `random.NAME` with the source as its first.
private final class RandomMethod: HostObject {
    let source: RandomSource
    let name: String

    init(_ source: RandomSource, _ name: String) {
        self.source = source
        self.name = name
    }

    override class var typeName: String { "random source" }
    override var summary: String { "random.\(name)" }
    override var isCallable: Bool { true }

    override func call(_ arguments: CallArguments, _ context: NativeContext) throws -> Value {
        guard let native = context.interpreter.registry.value("random." + name) else {
            throw Fault("member.unknown", "a random source has no `\(name)`")
        }
        return try context.call(native, with: CallArguments([.init(.object(source))] + arguments.arguments))
    }
}

/// The functions of a random source, under their names with the dot.
enum RandomSourceNatives {
    static let names = ["uniform", "normal", "index", "choice", "shuffle"]

    private static var source: Parameter<RandomSource> { Parameter("random", "what the task's function was given") }

    static let all: [NativeFunction] = [
        NativeFunction(
            "random.uniform", in: "random", "In a task's reset or step: a uniform random number.",
            parameters: source, Parameter<Double>("low", "the smallest", default: 0),
            Parameter<Double>("high", "above the largest", default: 1),
            text: "Drawn from the environment's own stream: the same seed gives the same episodes, whatever else is drawn.",
            examples: [
                Example(
                    """
                    coin = environment("coin", actions: 1, reset: random -> random.uniform(3, 3),
                        step: (x, action, random) -> {state: x, reward: x, terminated: true})
                    coin.state
                    """, "3")
            ]
        ) { _, random, low, high -> Double in
            guard low <= high else {
                throw Fault("argument.range", "random.uniform wants low ≤ high, got low \(NumberText.plain(low)) and high \(NumberText.plain(high))")
            }
            return try random.draw { $0.uniform(low, high) }
        },
        NativeFunction(
            "random.normal", in: "random", "In a task's reset or step: a normal random number.",
            parameters: source, Parameter<Double>("mean", "its mean", default: 0),
            Parameter<Double>("std", "its deviation", default: 1)
        ) { _, random, mean, std -> Double in
            guard std >= 0 else {
                throw Fault("argument.range", "random.normal wants a deviation of 0 or more, got \(NumberText.plain(std))")
            }
            return try random.draw { mean + std * $0.normal() }
        },
        NativeFunction(
            "random.index", in: "random", "In a task's reset or step: a random whole number from 0 to below a bound.",
            parameters: source, Parameter<Int>("bound", "one more than the largest")
        ) { _, random, bound -> Int in
            guard bound >= 1 else { throw Fault("argument.range", "random.index wants a bound of 1 or more, got \(bound)") }
            return try random.draw { $0.index(below: bound) }
        },
        NativeFunction(
            "random.choice", in: "random", "In a task's reset or step: a random element of a list.",
            parameters: source, Parameter<[Value]>("xs", "a list")
        ) { _, random, xs -> Value in
            guard !xs.isEmpty else { throw Fault("argument.empty", "random.choice of an empty list") }
            return xs[try random.draw { $0.index(below: xs.count) }]
        },
        NativeFunction(
            "random.shuffle", in: "random", "In a task's reset or step: the elements of a list in a random order.",
            parameters: source, Parameter<[Value]>("xs", "a list")
        ) { _, random, xs -> [Value] in
            try random.draw { stream in
                var xs = xs
                stream.shuffle(&xs)
                return xs
            }
        },
    ]
}
