import Support
import Syntax

/// A `param` of a program: what `mpo run script.mpo --help` lists.
public struct ProgramParameter: Sendable {
    public let name: String
    /// The default as written.
    public let defaultText: String
    public let documentation: String
    public let span: Span
}

extension Program {
    /// The `param`s of the program, without running it.
    public var parameters: [ProgramParameter] {
        statements.compactMap { statement in
            guard case .parameter(let name, let value) = statement.kind else { return nil }
            return ProgramParameter(
                name: name.text, defaultText: value.span.text, documentation: statement.documentation ?? "",
                span: name.span)
        }
    }
}

extension Interpreter {
    /// The value given on the command line, as the default's type, else the default.
    func parameterValue(_ name: String, default value: Value, _ site: CallSite) throws -> Value {
        guard let text = parameterOverrides[name] else { return value }
        func wanted(_ words: String) -> Diagnostic {
            Diagnostic(
                "param.type", "--\(name) wants \(words), got \(Value.quote(Value.cut(text, 60)))", at: site.span,
                hints: ["its default is \(Value.cut(value.quoted, 60))"])
        }
        switch value {
        case .string: return .string(text)
        case .boolean:
            switch text {
            case "true": return .boolean(true)
            case "false": return .boolean(false)
            default: throw wanted("true or false")
            }
        case .number:
            guard case .number(let number)? = Interpreter.literal(text) else { throw wanted("a number") }
            return .number(number)
        case .list:
            guard let literal = Interpreter.literal(text), case .list = literal else { throw wanted("a list such as [1, 2]") }
            return literal
        case .range:
            guard let literal = Interpreter.literal(text), case .range = literal else { throw wanted("a range such as 1...5") }
            return literal
        case .record:
            guard let literal = Interpreter.literal(text), case .record = literal else { throw wanted("a record such as {a: 1}") }
            return literal
        case .nothing:
            return Interpreter.literal(text) ?? .string(text)
        case .function, .object:
            throw Diagnostic(
                "param.type", "`\(name)` cannot be given on the command line: its default is \(value.described)",
                at: site.span)
        }
    }

    /// The value of a text that is a literal of the language: numbers, strings, booleans, lists of them.
    static func literal(_ text: String) -> Value? {
        guard let program = try? Parser.parse(Source(name: "param", text)), program.statements.count == 1,
            case .expression(let expression)? = program.statements.first?.kind
        else { return nil }
        return literal(expression)
    }

    private static func literal(_ expression: Expression) -> Value? {
        switch expression.kind {
        case .number(let number): return .number(number)
        case .boolean(let boolean): return .boolean(boolean)
        case .nothing: return .nothing
        case .name("infinity"): return .number(.infinity)
        case .name("nan"): return .number(.nan)
        case .string(let pieces):
            if pieces.isEmpty { return .string("") }
            guard pieces.count == 1, case .text(let text) = pieces[0] else { return nil }
            return .string(text)
        case .unary(.minus, let operand):
            guard case .number(let number)? = literal(operand) else { return nil }
            return .number(-number)
        case .list(let elements):
            var values: [Value] = []
            for element in elements {
                guard let value = literal(element) else { return nil }
                values.append(value)
            }
            return .list(values)
        case .record(let fields):
            var values: [(String, Value)] = []
            for field in fields {
                guard let value = literal(field.value) else { return nil }
                values.append((field.key.text, value))
            }
            return .record(values)
        case .range(let lower, let upper, let isClosed):
            guard case .number(let a)? = literal(lower), case .number(let b)? = literal(upper),
                let first = try? Operators.whole(.number(a), ""), let last = try? Operators.whole(.number(b), "")
            else { return nil }
            return .range(RangeValue(first, isClosed ? last + 1 : last, isClosed: isClosed))
        default: return nil
        }
    }
}
