import Runtime
import Support
import Syntax

/// Keeps what a program shows, prints and reports, a line each.
final class Recorder: OutputSink {
    var style = DisplayStyle.plain
    var lines: [String] = []
    var shown: [(value: Value, isSilenced: Bool)] = []

    func show(_ value: Value, isSilenced: Bool) {
        shown.append((value, isSilenced))
        if !isSilenced { lines.append(value.display(style)) }
    }
    func print(_ line: String) { lines.append(line) }
    func report(_ row: [(name: String, value: Value)]) {
        lines.append(row.map { "\($0.name)=\($0.value.text)" }.joined(separator: " "))
    }
    func note(_ text: String, at span: Span?) { lines.append("note: \(text)") }
}

/// A counter: a host object with identity, members, hooks and a call.
final class Counter: HostObject {
    var count = 0.0
    var constraints: [String] = []

    override class var typeName: String { "counter" }
    override var summary: String { "counter at \(NumberText.plain(count))" }
    override var memberNames: [String] { ["count", "kl"] }
    override func member(_ name: String) throws -> Value? {
        switch name {
        case "count": .number(count)
        case "kl": .number(0.5)
        default: nil
        }
    }
    override func setMember(_ name: String, to value: Value, _ context: NativeContext) throws -> HostObject {
        switch name {
        case "count": count = try Double.convert(value)
        case "kl": throw Fault("lab.measured", "`kl` is measured", hint: "constrain x.kl <= 0.1 bounds it")
        default: return try super.setMember(name, to: value, context)
        }
        return self
    }
    override var isCallable: Bool { true }
    override func call(_ arguments: CallArguments, _ context: NativeContext) throws -> Value {
        count += Double(arguments.count)
        return .number(count)
    }
    override func constrain(_ quantity: String, _ bound: Value, _ context: NativeContext) throws {
        guard quantity == "kl" else { throw Fault("lab.quantity", "a counter has no `\(quantity)` to constrain") }
        context.output.print("\(quantity) <= \(bound.text)")
    }
    override func penalize(_ quantity: String, _ weight: Value, _ context: NativeContext) throws {
        context.output.print("\(quantity) by \(weight.text)")
    }
    override func free(_ quantity: String, _ context: NativeContext) throws {
        context.output.print("\(quantity) free")
    }
}

/// A pair of numbers: a host object that is a value, with operators, elements and a loop.
final class Pair: HostObject {
    let x: Double
    let y: Double
    init(_ x: Double, _ y: Double) {
        self.x = x
        self.y = y
    }

    override class var typeName: String { "pair" }
    override var hasIdentity: Bool { false }
    override var summary: String { "pair \(NumberText.plain(x)), \(NumberText.plain(y))" }
    override var memberNames: [String] { ["first", "second"] }
    override func member(_ name: String) throws -> Value? {
        switch name {
        case "first": .number(x)
        case "second": .number(y)
        default: nil
        }
    }
    override func setMember(_ name: String, to value: Value, _ context: NativeContext) throws -> HostObject {
        switch name {
        case "first": Pair(try Double.convert(value), y)
        case "second": Pair(x, try Double.convert(value))
        default: try super.setMember(name, to: value, context)
        }
    }
    override func element(_ indices: [SubscriptValue]) throws -> Value {
        guard case .number(let index)? = indices.first, indices.count == 1 else {
            return .string("\(indices.count) indices")
        }
        return .number(index == 0 ? x : y)
    }
    override func setElement(_ indices: [SubscriptValue], to value: Value) throws -> HostObject {
        guard case .number(let index)? = indices.first else { return self }
        let number = try Double.convert(value)
        return index == 0 ? Pair(number, y) : Pair(x, number)
    }
    override func binary(_ operation: BinaryOperator, _ other: Value, isLeft: Bool) throws -> Value? {
        switch (operation, other) {
        case (.add, .object(let other as Pair)): .object(Pair(x + other.x, y + other.y))
        case (.multiply, .number(let factor)): .object(Pair(x * factor, y * factor))
        case (.subtract, .number(let number)):
            .object(isLeft ? Pair(x - number, y - number) : Pair(number - x, number - y))
        default: nil
        }
    }
    override func negated() throws -> Value? { .object(Pair(-x, -y)) }
    override func isEqual(to other: HostObject) -> Bool {
        guard let other = other as? Pair else { return false }
        return x == other.x && y == other.y
    }
    override func makeIterator() throws -> (() throws -> Value?)? {
        var left = [y, x]
        return { left.popLast().map { .number($0) } }
    }
}

final class Tally: InterpreterService {
    var total = 0
    init() {}
}

let registry: NativeRegistry = {
    let registry = NativeRegistry()
    registry.add(
        NativeFunction(
            "print", in: "core", "Prints values.", parameters: Parameter<Rest<Value>>("values", "what to print")
        ) { context, values in context.output.print(values.values.map(\.text).joined(separator: " ")) },
        NativeFunction(
            "report", in: "core", "Reports a row.", parameters: Parameter<LabelledRest>("columns", "the row")
        ) { context, row in context.output.report(row.fields) },
        NativeFunction(
            "clip", in: "math", "Limits a number to a range.", parameters: Parameter<Double>("x", "the number"),
            Parameter<Double>("low", "smallest", default: 0), Parameter<Double>("high", "largest", default: 1),
            examples: [Example("clip(5)", "1")]
        ) { _, x, low, high in min(max(x, low), high) },
        NativeFunction("double", in: "math", "Twice.", number: Parameter("x", "the number")) { 2 * $0 },
        NativeFunction(
            "nth", in: "lists", "An element.", parameters: Parameter<[Value]>("xs", "the list"),
            Parameter<Int>("n", "which")
        ) { _, xs, n in xs.indices.contains(n) ? xs[n] : Value.nothing },
        NativeFunction(
            "sum", in: "lists", "The sum.", parameters: Parameter<[Double]>("xs", "the numbers")
        ) { _, xs in xs.reduce(0, +) },
        NativeFunction(
            "each", in: "lists", "Calls f with every element.", parameters: Parameter<[Value]>("xs", "the list"),
            Parameter<FunctionValue>("f", "what to call")
        ) { context, xs, f in for x in xs { _ = try context.call(f, x) } },
        NativeFunction(
            "map", in: "lists", "f of every element.", parameters: Parameter<[Value]>("xs", "the list"),
            Parameter<FunctionValue>("f", "what to call")
        ) { context, xs, f in try xs.map { try context.call(f, $0) } },
        NativeFunction(
            "values", in: "core", "The values of a block.", parameters: Parameter<FunctionValue>("block", "the block")
        ) { context, block in try context.collect(block) },
        NativeFunction(
            "maybe", in: "core", "Its argument, or a word.", parameters: Parameter<Double?>("x", "a number", default: nil)
        ) { _, x in x.map { Value.number($0) } ?? "none" },
        NativeFunction("counter", in: "objects", "A counter.") { _ in Counter() },
        NativeFunction(
            "pair", in: "objects", "A pair.", parameters: Parameter<Double>("x", "first"), Parameter<Double>("y", "second")
        ) { _, x, y in Pair(x, y) },
        NativeFunction(
            "copy", in: "objects", "Another counter.", parameters: Parameter<Counter>("c", "the counter")
        ) { _, c in
            let copy = Counter()
            copy.count = c.count
            return copy
        },
        NativeFunction(
            "copy", in: "objects", "Another pair.", parameters: Parameter<Pair>("p", "the pair")
        ) { _, p in p },
        NativeFunction("broken", in: "core", "Fails.") { _ in throw Fault("test.broken", "it is broken", hint: "mend it") },
        NativeFunction("ping", in: "core", "A command.", isCommand: true) { _ in "pong" },
        NativeFunction("tally", in: "core", "Counts its calls.") { context in
            context.service(Tally.self).total += 1
            return context.service(Tally.self).total
        },
        NativeFunction("stop", in: "core", "Asks to stop.") { context in context.cancellation.cancel() })
    registry.add([NativeConstant("pi", in: "math", "Half a turn.", .number(.pi))])
    return registry
}()

/// Runs a program on a thread with a deep stack; its lines of output, the last one its error if it failed.
func output(
    _ text: String, _ display: DisplayMode = .batch, overrides: [String: String] = [:], stack: Int = BigStack.bytes
) throws -> [String] {
    try BigStack.run(stack: stack) {
        let recorder = Recorder()
        let interpreter = Interpreter(registry: registry, output: recorder)
        interpreter.parameterOverrides = overrides
        do {
            try interpreter.run(try Parser.parse(Source(name: "test", text)), display: display)
        } catch let error as Diagnostic {
            recorder.lines.append("[\(error.id)] \(error.message)" + error.hints.map { " | \($0)" }.joined())
        }
        return recorder.lines
    }
}
