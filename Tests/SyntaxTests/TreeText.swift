import Syntax

// A compact form of the tree, so that tests read as tables: `(+ 1 (* 2 3))`.

func text(of program: Program) -> String { program.statements.map(text(of:)).joined(separator: " ; ") }

func text(of block: Block) -> String { "{" + block.statements.map(text(of:)).joined(separator: "; ") + "}" }

func text(of statement: Statement) -> String {
    let kind =
        switch statement.kind {
        case .expression(let value): text(of: value)
        case .assign(let target, let operation, let value):
            "(\(operation?.rawValue ?? "")= \(text(of: target)) \(text(of: value)))"
        case .function(let function):
            "(func \(function.name.text) [\(text(of: function.parameters))] \(text(of: function.body)))"
        case .whileLoop(let condition, let body): "(while \(text(of: condition)) \(text(of: body)))"
        case .forLoop(let variable, let sequence, let body):
            "(for \(variable.text) \(text(of: sequence)) \(text(of: body)))"
        case .repeatLoop(let count, let body): "(repeat \(text(of: count)) \(text(of: body)))"
        case .breakLoop: "break"
        case .continueLoop: "continue"
        case .returnValue(let value): value.map { "(return \(text(of: $0)))" } ?? "return"
        case .use(let path, _): "(use \(path))"
        case .parameter(let name, let value): "(param \(name.text) \(text(of: value)))"
        case .check(let condition, let message):
            "(check \(text(of: condition))\(message.map { " " + text(of: $0) } ?? ""))"
        case .constrain(let owner, let quantity, let bound):
            "(constrain \(text(of: owner)) \(quantity.text) \(text(of: bound)))"
        case .penalize(let owner, let quantity, let weight):
            "(penalize \(text(of: owner)) \(quantity.text) \(text(of: weight)))"
        case .free(let owner, let quantity): "(free \(text(of: owner)) \(quantity.text))"
        }
    return kind + (statement.isSilenced ? "!" : "") + (statement.documentation.map { " ## \($0)" } ?? "")
}

func text(of parameters: [FunctionParameter]) -> String {
    parameters.map { $0.name.text + ($0.defaultValue.map { ": " + text(of: $0) } ?? "") }.joined(separator: ", ")
}

func text(of lambda: Lambda) -> String { "(λ [\(text(of: lambda.parameters))] \(text(of: lambda.body)))" }

func text(of expression: Expression) -> String {
    switch expression.kind {
    case .number(let value): value == value.rounded() && abs(value) < 1e15 ? "\(Int(value))" : "\(value)"
    case .boolean(let value): "\(value)"
    case .nothing: "nothing"
    case .string(let pieces):
        "\""
            + pieces.map {
                switch $0 {
                case .text(let text): text
                case .expression(let value): "\\(" + text(of: value) + ")"
                }
            }.joined() + "\""
    case .list(let values): "[" + values.map(text(of:)).joined(separator: ", ") + "]"
    case .record(let fields):
        "{" + fields.map { "\($0.key.text): \(text(of: $0.value))" }.joined(separator: ", ") + "}"
    case .name(let name): name
    case .unary(let operation, let value): "(\(operation.rawValue) \(text(of: value)))"
    case .binary(let operation, let left, let right, _):
        "(\(operation.rawValue) \(text(of: left)) \(text(of: right)))"
    case .logical(let operation, let left, let right):
        "(\(operation.rawValue) \(text(of: left)) \(text(of: right)))"
    case .range(let lower, let upper, let isClosed):
        "(\(isClosed ? "..." : "..<") \(text(of: lower)) \(text(of: upper)))"
    case .call(let callee, let arguments, let trailing):
        text(of: callee) + "("
            + arguments.map { ($0.label.map { "\($0.text): " } ?? "") + text(of: $0.value) }.joined(separator: ", ")
            + ")" + (trailing.map { text(of: $0) } ?? "")
    case .member(let owner, let name): "\(text(of: owner)).\(name.text)"
    case .index(let owner, let subscripts):
        text(of: owner) + "["
            + subscripts.map {
                switch $0 {
                case .expression(let value): text(of: value)
                case .all: ":"
                }
            }.joined(separator: ", ") + "]"
    case .lambda(let lambda): text(of: lambda)
    case .conditional(let branches, let otherwise):
        "(if " + branches.map { "\(text(of: $0.condition)) \(text(of: $0.body))" }.joined(separator: " else if ")
            + (otherwise.map { " else \(text(of: $0))" } ?? "") + ")"
    }
}
