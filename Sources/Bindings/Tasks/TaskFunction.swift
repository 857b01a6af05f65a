import Runtime
import Support
import Syntax

/// A function that a script gave to a task, and what is said where it goes wrong.
struct TaskFunction {
    /// The label it was given under: `step`.
    let name: String
    let task: String
    private let function: FunctionValue
    /// How many of the arguments that there are it takes.
    private let count: Int
    private weak var interpreter: Interpreter?
    /// "`step` of boat".
    let described: String

    /// `wanted` are the arguments that it is called with; it may leave out the last ones, down to `least`.
    init(
        _ name: String, of task: String, _ function: FunctionValue, wanted: [String], least: Int,
        in interpreter: Interpreter
    ) throws {
        self.name = name
        self.task = task
        self.function = function
        self.interpreter = interpreter
        let signatures = function.signatures
        let fitting = signatures.compactMap { signature -> Int? in
            if signature.parameters.contains(where: { $0.arity == .rest }) { return wanted.count }
            let needed = signature.parameters.filter { $0.defaultText == nil }.count
            let most = min(signature.parameters.count, wanted.count)
            return needed <= most && most >= least ? most : nil
        }
        described = "`\(name)` of \(task)"
        guard let count = fitting.first else {
            let forms = (least...wanted.count).map { "(\(wanted.prefix($0).joined(separator: ", ")))" }
            throw Fault(
                "task.function",
                "\(described) wants a function of \(forms.joined(separator: " or ")), got "
                    + (signatures.first?.text ?? "function"))
        }
        self.count = count
    }

    /// Calls the function with the first of `arguments` that it takes.
    func call(_ arguments: Value...) throws -> Value {
        guard let interpreter else {
            throw Fault("task.gone", "the session that \(task) was made in is over")
        }
        let given = CallArguments(Array(arguments.prefix(count)))
        return try interpreter.service(TaskCalls.self).during(described, in: interpreter) {
            try interpreter.call(.function(function), given)
        }
    }

    /// The error that says what is wrong with what the function gave, at the places where its result is written.
    func wrong(_ id: String, _ message: String, hint: String? = nil) -> Diagnostic {
        let spans = function.resultSpans
        var diagnostic = Diagnostic(
            "task." + id, "\(described) \(message)", at: spans.last,
            labels: spans.dropLast().map { Diagnostic.Label($0, "or it was given here") }, hints: hint.map { [$0] } ?? [])
        if !spans.isEmpty, let place = interpreter?.nativeCallSpan {
            diagnostic.calls = [Diagnostic.Call(function: function.signatures.first?.name ?? name, span: place)]
        }
        return diagnostic
    }

    /// The numbers that the function gave as an observation or an action; `count` of them, as `likes` says, where that
    /// is known. With `asState` the value is a state that is observed as it is.
    func numbers(_ value: Value, count: Int?, likes: String, asState: Bool = false) throws -> [Double] {
        let noun = asState ? "a state that is a list of numbers, as there is no `observe`" : "a list of numbers"
        let numbers: [Double]
        switch value {
        case .number(let number): numbers = [number]
        case .object(let object as any TensorLike) where object.tensor.rank <= 1:
            numbers = object.tensor.values.map(Double.init)
        default:
            do { numbers = try [Double].convert(value) } catch let mismatch as Mismatch {
                throw wrong("numbers", "must give \(noun); it gave \(mismatch.found ?? value.described)")
            }
        }
        if let count, numbers.count != count {
            throw wrong("count", "gave \(numbers.count == 1 ? "1 number" : "\(numbers.count) numbers"), \(likes) \(count)")
        }
        if let index = numbers.firstIndex(where: { !$0.isFinite }) {
            throw wrong("not-finite", "must give finite numbers, number \(index) is \(NumberText.plain(numbers[index]))")
        }
        return numbers
    }
}
