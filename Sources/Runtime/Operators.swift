import Glibc
import Support
import Syntax

/// Operators on any values; what compiled code falls back to when an operand is no number.
enum Operators {
    static func binary(_ operation: BinaryOperator, _ left: Value, _ right: Value) throws -> Value {
        if case .object(let object) = left, let result = try object.binary(operation, right, isLeft: true) {
            return result
        }
        if case .object(let object) = right, let result = try object.binary(operation, left, isLeft: false) {
            return result
        }
        switch operation {
        case .equal: return .boolean(try left.isEqual(to: right))
        case .notEqual: return .boolean(try !left.isEqual(to: right))
        default: break
        }
        switch (left, right) {
        case (.number(let a), .number(let b)):
            if let result = numbers(operation, a, b) { return result }
        case (.string(let a), .string(let b)):
            if let result = strings(operation, a.text, b.text) { return result }
        default: break
        }
        throw mismatch(operation, left, right)
    }

    private static func numbers(_ operation: BinaryOperator, _ a: Double, _ b: Double) -> Value? {
        switch operation {
        case .add: .number(a + b)
        case .subtract: .number(a - b)
        case .multiply: .number(a * b)
        case .divide: .number(a / b)
        case .remainder: .number(remainder(a, b))
        case .power: .number(pow(a, b))
        case .less: .boolean(a < b)
        case .lessOrEqual: .boolean(a <= b)
        case .greater: .boolean(a > b)
        case .greaterOrEqual: .boolean(a >= b)
        case .equal: .boolean(a == b)
        case .notEqual: .boolean(a != b)
        case .matrix: nil
        }
    }

    private static func strings(_ operation: BinaryOperator, _ a: String, _ b: String) -> Value? {
        switch operation {
        case .add: .string(a + b)
        case .less: .boolean(a < b)
        case .lessOrEqual: .boolean(a <= b)
        case .greater: .boolean(a > b)
        case .greaterOrEqual: .boolean(a >= b)
        default: nil
        }
    }

    /// The remainder with the divisor's sign, so that `i % n` is an index for any whole i: a − b ⌊a/b⌋.
    @inline(__always)
    static func remainder(_ a: Double, _ b: Double) -> Double {
        let rest = fmod(a, b)
        return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest
    }

    private static func mismatch(_ operation: BinaryOperator, _ left: Value, _ right: Value) -> Fault {
        let sign = operation.rawValue
        var hint: String?
        switch (left, right, operation) {
        case (.list, .list, .add):
            return Fault(
                "operator.type", "`+` does not add lists",
                hint: "`concat(a, b)` joins two lists, `tensor(a) + tensor(b)` adds element by element")
        case (.string, _, .add), (_, .string, .add): hint = "\"\\(x)\" puts a value into a string"
        case (.list, _, _), (_, .list, _): hint = "`tensor(…)` of a list calculates element by element"
        case (.nothing, _, _), (_, .nothing, _): hint = "`nothing` is what a call without a result gives"
        case (.function, _, _), (_, .function, _): hint = "call the function: `f(…)`"
        default: break
        }
        if case .matrix = operation {
            return Fault(
                "operator.type", "`@` wants tensors, got \(left.described) and \(right.described)",
                hint: "`tensor(…)` makes one of a list")
        }
        return Fault(
            "operator.type", "`\(sign)` wants numbers, got \(left.described) and \(right.described)", hint: hint)
    }

    static func negate(_ value: Value) throws -> Value {
        switch value {
        case .number(let number): return .number(-number)
        case .object(let object): if let result = try object.negated() { return result }
        default: break
        }
        throw Fault("operator.type", "`-` wants a number, got \(value.described)")
    }

    static func notABoolean(_ word: String, _ value: Value) -> Fault {
        var hint: String?
        if case .number = value { hint = "compare it: `x != 0`" }
        return Fault("condition.type", "`\(word)` wants true or false, got \(value.described)", hint: hint)
    }

    /// A whole number for a bound or a count; `word` says of what.
    static func whole(_ value: Value, _ word: String) throws -> Int {
        guard case .number(let number) = value else {
            throw Fault("number.type", "\(word) wants a whole number, got \(value.described)")
        }
        guard let whole = Int(exactly: number), whole.magnitude <= 1 << 53 else {
            throw Fault("number.whole", "\(word) wants a whole number, got \(NumberText.plain(number))")
        }
        return whole
    }
}
