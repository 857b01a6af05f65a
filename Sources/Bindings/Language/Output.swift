import Plots
import Runtime
import Support
import Syntax

/// The rows of `report(…)` so far.
public final class Reports: InterpreterService {
    public private(set) var table = Table([])

    public init() {}

    func append(_ row: [(name: String, value: Value)]) { table = table.appending(row) }
}

/// What `time { … }` measured.
final class Timing: HostObject {
    let seconds: Double
    let value: Value

    init(seconds: Double, value: Value) {
        self.seconds = seconds
        self.value = value
    }

    override class var typeName: String { "timing" }
    override var hasIdentity: Bool { false }
    override var summary: String {
        switch seconds {
        case ..<1e-3: "\(Digits.short(seconds * 1e6, significant: 3)) µs"
        case ..<1: "\(Digits.short(seconds * 1e3, significant: 3)) ms"
        case ..<120: "\(Digits.fixed(seconds, 2)) s"
        default: "\(Int(min(seconds / 60, 1e9))) min \(Digits.fixed(seconds.truncatingRemainder(dividingBy: 60), 0)) s"
        }
    }
    override func json() -> JSON { .object([.init("seconds", .number(seconds)), .init("value", value.json)]) }
    override var memberNames: [String] { ["seconds", "value"] }
    override func member(_ name: String) -> Value? {
        switch name {
        case "seconds": .number(seconds)
        case "value": value
        default: nil
        }
    }
}

/// Sets the variables that exist from the start: `reports`. Call it once for every new interpreter.
public func installGlobals(in interpreter: Interpreter) {
    interpreter.setGlobal("reports", .object(interpreter.service(Reports.self).table))
}

/// Printing, reporting, and questions about values and the session.
enum OutputNatives {
    static let all: [NativeFunction] = [
        NativeFunction(
            "print", in: "output", "Prints values on one line, with blanks between them.",
            parameters: Parameter<Rest<Value>>("values", "what to print"),
            text: "Strings are printed as they are; `\"η is \\(eta)\"` puts values into a string.",
            examples: [Example("print(\"η =\", 0.5)", "η = 0.5"), Example("print(1, [2, 3])", "1 [2, 3]")]
        ) { context, values in context.output.print(values.values.map(\.text).joined(separator: " ")) },
        NativeFunction(
            "show", in: "output", "Shows a value in full, as the prompt does; a task or a lab's running episode as a picture.",
            parameters: Parameter<Value>("x", "any value"),
            text: """
                Inside functions and loops nothing shows by itself; `show` does. A task is drawn in its current state, that of
                the episode that reset and step play; `plot(env)` is the same picture as a value, `watch(lab)` plays a whole
                episode, `frame(env, path: "state.png")` renders a physics task.
                """,
            examples: [Example("show([1, 2])", "[1, 2]"), Example("show(pendulum())")]
        ) { context, x in
            let picture = try Figure.ofTask(x).map { Value.object(FigureObject($0)) }
            if !x.isNothing { context.output.show(picture ?? x, isSilenced: false) }
        },
        NativeFunction(
            "report", in: "output", "Prints a row of named values and adds it to the table `reports`.",
            parameters: Parameter<String?>("line", "what is printed; the values go to the table all the same", default: nil, shown: "the values"),
            Parameter<LabelledRest>("values", "values by name"),
            text: "With `--json` every row is one object on standard output.",
            examples: [Example("report(iteration: 1, return: -200.5); reports.return", "[-200.5]")]
        ) { context, line, values in
            guard !values.fields.isEmpty else {
                throw Fault("report.empty", "report wants values by name", hint: "as in `report(iteration: i, return: r)`")
            }
            let reports = context.service(Reports.self)
            reports.append(values.fields)
            context.interpreter.setGlobal("reports", .object(reports.table))
            if let line {
                context.output.report(values.fields, line: line)
            } else {
                context.output.report(values.fields)
            }
        },
        NativeFunction(
            "type", in: "output", "What kind of value something is.", parameters: Parameter<Value>("x", "any value"),
            examples: [Example("type(1)", "number"), Example("type([1])", "list"), Example("type(nothing)", "nothing")]
        ) { _, x in x.typeName },
        NativeFunction(
            "time", in: "output", "Runs a block and says how long it took.",
            parameters: Parameter<FunctionValue>("block", "what to run"),
            text: "`.seconds` is the time, `.value` the block's value.", examples: [Example("time { 1 + 1 }.value", "2")]
        ) { context, block in
            let clock = ContinuousClock()
            let start = clock.now
            let value = try context.call(block)
            let spent = start.duration(to: clock.now).components
            return Timing(seconds: Double(spent.seconds) + Double(spent.attoseconds) * 1e-18, value: value)
        },
        NativeFunction(
            "seed", in: "output", "Sets the seed that all random streams start from; without a number, tells it.",
            parameters: Parameter<Count?>("n", "the seed", default: nil),
            text: "All streams begin again, so what is drawn and made after it repeats. A lab keeps the seed it was made with.",
            examples: [
                Example("seed(3); seed()", "3"), Example("seed(3); x = normal(); seed(3); normal() == x", "true"),
            ]
        ) { context, n in
            guard let n else { return Value.number(Double(context.interpreter.seed)) }
            let random = try context.random
            context.interpreter.seed = UInt64(n.number)
            // The streams are counted: without a new count, the same seed would go on where it was.
            random.restart()
            return Value.nothing
        },
    ]
}
