import Runtime
import Support
import Syntax
import Tensors

/// How a value stands to what a step asks.
enum LessonVerdict {
    case right
    /// Wrong, with what there is to say about it; `isPlain` where the lesson knows no more than that.
    case wrong(String, isPlain: Bool = false)
    /// No answer to this step: nothing is said.
    case none
}

/// A value that a statement gave while a lesson goes on.
struct LessonOffer {
    var value: Value
    /// It may be told that it is wrong: an assignment or a silenced statement is not.
    var isAnswer = true
    /// A number as it is written: how one of several sentences is chosen.
    var isLiteral = true

    init(value: Value) { self.value = value }

    /// What a statement that gave `value` offers.
    init(_ statement: Statement, _ value: Value) {
        self.value = value
        switch statement.kind {
        case .expression(let expression):
            isAnswer = !statement.isSilenced
            isLiteral = Self.isNumber(expression)
        case .assign(_, _, let right):
            (isAnswer, isLiteral) = (false, false)
            // `s = 0.5` sets something to try: that the answer is 0.5, too, is chance.
            if Self.isWritten(right) { self.value = .nothing }
        default: (isAnswer, isLiteral) = (false, false)
        }
    }

    private static func isNumber(_ expression: Expression) -> Bool {
        switch expression.kind {
        case .number: true
        case .unary(.minus, let operand): isNumber(operand)
        default: false
        }
    }

    /// Whether the value stands there: a number, a text, true or false.
    private static func isWritten(_ expression: Expression) -> Bool {
        switch expression.kind {
        case .boolean: true
        case .string(let pieces): pieces.allSatisfy { if case .text = $0 { true } else { false } }
        default: isNumber(expression)
        }
    }
}

extension LessonStep {
    /// Judges a value; the functions of the lesson may look at the session's variables.
    func judge(_ offer: LessonOffer, _ interpreter: Interpreter) throws -> LessonVerdict {
        switch answer {
        case .judged(let function, let kind):
            if let kind, offer.value.typeName != kind { return .none }
            let arguments = looksAtVariables ? [offer.value, Self.variables(interpreter)] : [offer.value]
            switch try interpreter.call(.function(function), CallArguments(arguments)) {
            case .boolean(true): return .right
            case .boolean(false): return try .wrong(mistake(offer.value, interpreter) ?? "that is not it yet")
            case .string(let reaction): return .wrong(reaction.text)
            case .nothing: return .none
            case let other:
                throw Fault(
                    "lesson.check", "`check` of a lesson step gives true, false, a reaction or nothing, got \(other.described)")
            }
        case .number(let wanted, let tolerance):
            guard let given = Self.number(offer.value) else { return .none }
            if Self.isClose(given, wanted, tolerance) { return .right }
            if let known = try mistake(offer.value, interpreter) { return .wrong(known) }
            return .wrong(Self.reaction(given, wanted, tolerance), isPlain: true)
        case .numbers(let wanted, let tolerance):
            guard let given = Self.numbers(offer.value) else { return .none }
            guard given.count == wanted.count else {
                return .wrong("that is a list of \(given.count), and \(wanted.count) numbers are asked for")
            }
            guard let bad = wanted.indices.first(where: { !Self.isClose(given[$0], wanted[$0], tolerance) }) else { return .right }
            if let known = try mistake(offer.value, interpreter) { return .wrong(known) }
            return .wrong("element \(bad): \(Self.reaction(given[bad], wanted[bad], tolerance))", isPlain: true)
        case .choice(let wanted, let choices):
            guard offer.isLiteral, let given = offer.value.asNumber, given == given.rounded(), given >= 1, given <= Double(choices.count)
            else { return .none }
            if given == Double(wanted) { return .right }
            return try .wrong(mistake(offer.value, interpreter) ?? "not that one")
        case .words(let wanted):
            guard let given = offer.value.asText else { return .none }
            if given.lowercased() == wanted.lowercased() { return .right }
            return try .wrong(mistake(offer.value, interpreter) ?? "not that word")
        case .flag(let wanted):
            guard case .boolean(let given) = offer.value else { return .none }
            return try given == wanted ? .right : .wrong(mistake(offer.value, interpreter) ?? "it is the other way round")
        }
    }

    /// Whether the step asks for a state of affairs, not for a value alone.
    var looksAtVariables: Bool {
        guard case .judged(let function, _) = answer else { return false }
        return (function.signatures.first?.parameters.count ?? 1) > 1
    }

    /// What the lesson says to a wrong answer that it knows.
    private func mistake(_ value: Value, _ interpreter: Interpreter) throws -> String? {
        var tolerance = 1e-9
        switch answer {
        case .number(_, let given), .numbers(_, let given): tolerance = given
        default: break
        }
        for (known, reaction) in mistakes {
            if case .function = known {
                if case .boolean(true) = try interpreter.call(known, CallArguments([value])) { return reaction }
            } else if let wanted = Self.number(known) {
                if let given = Self.number(value), Self.isClose(given, wanted, tolerance) { return reaction }
            } else if let wanted = Self.numbers(known) {
                if let given = Self.numbers(value), given.count == wanted.count,
                    zip(given, wanted).allSatisfy({ Self.isClose($0, $1, tolerance) })
                {
                    return reaction
                }
            } else if try known.isEqual(to: value) {
                return reaction
            }
        }
        return nil
    }

    /// In what way a number is off.
    static func reaction(_ given: Double, _ wanted: Double, _ tolerance: Double) -> String {
        if given.isNaN { return "that is no number" }
        if wanted.magnitude > tolerance, isClose(-given, wanted, tolerance) { return "the size is right, the sign is not" }
        return given > wanted ? "too large" : "too small"
    }

    static func isClose(_ a: Double, _ b: Double, _ tolerance: Double) -> Bool { a == b || (a - b).magnitude <= tolerance }

    /// A number, or the one element of a tensor.
    static func number(_ value: Value) -> Double? {
        if let number = value.asNumber { return number }
        guard case .object(let object as any TensorLike) = value, object.tensor.shape.count == 1 else { return nil }
        return Double(object.tensor.storage.pointer[0])
    }

    static func numbers(_ value: Value) -> [Double]? {
        switch value {
        case .list(let list) where !list.elements.isEmpty:
            var numbers: [Double] = []
            for element in list.elements {
                guard let number = element.asNumber else { return list.elements.count == 1 ? Self.numbers(element) : nil }
                numbers.append(number)
            }
            return numbers
        case .object(let object as any TensorLike) where object.tensor.shape.count > 1:
            return (0..<object.tensor.shape.count).map { Double(object.tensor.storage.pointer[$0]) }
        default: return nil
        }
    }

    private static func variables(_ interpreter: Interpreter) -> Value {
        .record(interpreter.globals.filter { !$0.name.hasPrefix("_") }.map { ($0.name, $0.value) })
    }
}
