import Glibc
import Support
import Syntax

/// An operator on two numbers; a type each, so that the compiled closures hold no dispatch.
private protocol NumberOperation {
    associatedtype Result
    static var operation: BinaryOperator { get }
    static func apply(_ a: Double, _ b: Double) -> Result
    static func value(_ result: Result) -> Value
}

private protocol Arithmetic: NumberOperation where Result == Double {}
extension Arithmetic {
    @inline(__always) static func value(_ result: Double) -> Value { .number(result) }
}
private protocol Comparison: NumberOperation where Result == Bool {}
extension Comparison {
    @inline(__always) static func value(_ result: Bool) -> Value { .boolean(result) }
}

private enum Add: Arithmetic {
    static var operation: BinaryOperator { .add }
    @inline(__always) static func apply(_ a: Double, _ b: Double) -> Double { a + b }
}
private enum Subtract: Arithmetic {
    static var operation: BinaryOperator { .subtract }
    @inline(__always) static func apply(_ a: Double, _ b: Double) -> Double { a - b }
}
private enum Multiply: Arithmetic {
    static var operation: BinaryOperator { .multiply }
    @inline(__always) static func apply(_ a: Double, _ b: Double) -> Double { a * b }
}
private enum Divide: Arithmetic {
    static var operation: BinaryOperator { .divide }
    @inline(__always) static func apply(_ a: Double, _ b: Double) -> Double { a / b }
}
private enum Remainder: Arithmetic {
    static var operation: BinaryOperator { .remainder }
    @inline(__always) static func apply(_ a: Double, _ b: Double) -> Double { Operators.remainder(a, b) }
}
private enum Power: Arithmetic {
    static var operation: BinaryOperator { .power }
    @inline(__always) static func apply(_ a: Double, _ b: Double) -> Double { b == 2 ? a * a : pow(a, b) }
}
private enum Less: Comparison {
    static var operation: BinaryOperator { .less }
    @inline(__always) static func apply(_ a: Double, _ b: Double) -> Bool { a < b }
}
private enum LessOrEqual: Comparison {
    static var operation: BinaryOperator { .lessOrEqual }
    @inline(__always) static func apply(_ a: Double, _ b: Double) -> Bool { a <= b }
}
private enum Greater: Comparison {
    static var operation: BinaryOperator { .greater }
    @inline(__always) static func apply(_ a: Double, _ b: Double) -> Bool { a > b }
}
private enum GreaterOrEqual: Comparison {
    static var operation: BinaryOperator { .greaterOrEqual }
    @inline(__always) static func apply(_ a: Double, _ b: Double) -> Bool { a >= b }
}
private enum Equal: Comparison {
    static var operation: BinaryOperator { .equal }
    @inline(__always) static func apply(_ a: Double, _ b: Double) -> Bool { a == b }
}
private enum NotEqual: Comparison {
    static var operation: BinaryOperator { .notEqual }
    @inline(__always) static func apply(_ a: Double, _ b: Double) -> Bool { a != b }
}

@inline(never)
private func slowBinary(_ operation: BinaryOperator, _ a: Value, _ b: Value, _ site: CallSite) throws -> Value {
    do { return try Operators.binary(operation, a, b) } catch { throw site.diagnostic(error) }
}

/// The operands read from slots, constants or by running code, whichever they are.
private func specialise<O: NumberOperation>(
    _: O.Type, _ left: Compiler.Compiled, _ right: Compiler.Compiled, _ site: CallSite
) -> Code {
    switch (left.shape, right.shape) {
    case (.slot(let i), .constant(.number(let b))):
        return { frame in
            if case .number(let a) = frame.slots[i] { return O.value(O.apply(a, b)) }
            return try slowBinary(O.operation, frame.slots[i], .number(b), site)
        }
    case (.slot(let i), .slot(let j)):
        return { frame in
            if case .number(let a) = frame.slots[i], case .number(let b) = frame.slots[j] {
                return O.value(O.apply(a, b))
            }
            return try slowBinary(O.operation, frame.slots[i], frame.slots[j], site)
        }
    case (.slot(let i), _):
        let right = right.run
        return { frame in
            // The left operand is taken first: the right one may assign its variable.
            let left = frame.slots[i]
            let b = try right(frame)
            if case .number(let a) = left, case .number(let b) = b { return O.value(O.apply(a, b)) }
            return try slowBinary(O.operation, left, b, site)
        }
    case (_, .constant(.number(let b))):
        let left = left.run
        return { frame in
            let a = try left(frame)
            if case .number(let a) = a { return O.value(O.apply(a, b)) }
            return try slowBinary(O.operation, a, .number(b), site)
        }
    case (_, .slot(let j)):
        let left = left.run
        return { frame in
            let a = try left(frame)
            if case .number(let a) = a, case .number(let b) = frame.slots[j] { return O.value(O.apply(a, b)) }
            return try slowBinary(O.operation, a, frame.slots[j], site)
        }
    default:
        let (left, right) = (left.run, right.run)
        return { frame in
            let a = try left(frame)
            let b = try right(frame)
            if case .number(let a) = a, case .number(let b) = b { return O.value(O.apply(a, b)) }
            return try slowBinary(O.operation, a, b, site)
        }
    }
}

private func specialiseCondition<O: Comparison>(
    _: O.Type, _ left: Compiler.Compiled, _ right: Compiler.Compiled, _ word: String, _ site: CallSite
) -> Condition {
    @inline(never)
    func slow(_ a: Value, _ b: Value) throws -> Bool {
        let result = try slowBinary(O.operation, a, b, site)
        guard case .boolean(let boolean) = result else { throw site.diagnostic(Operators.notABoolean(word, result)) }
        return boolean
    }
    switch (left.shape, right.shape) {
    case (.slot(let i), .constant(.number(let b))):
        return { frame in
            if case .number(let a) = frame.slots[i] { return O.apply(a, b) }
            return try slow(frame.slots[i], .number(b))
        }
    case (.slot(let i), .slot(let j)):
        return { frame in
            if case .number(let a) = frame.slots[i], case .number(let b) = frame.slots[j] { return O.apply(a, b) }
            return try slow(frame.slots[i], frame.slots[j])
        }
    case (_, .constant(.number(let b))):
        let left = left.run
        return { frame in
            let a = try left(frame)
            if case .number(let a) = a { return O.apply(a, b) }
            return try slow(a, .number(b))
        }
    default:
        let (left, right) = (left.run, right.run)
        return { frame in
            let a = try left(frame)
            let b = try right(frame)
            if case .number(let a) = a, case .number(let b) = b { return O.apply(a, b) }
            return try slow(a, b)
        }
    }
}

extension Compiler {
    func compileBinary(
        _ operation: BinaryOperator, _ left: Compiled, _ right: Compiled, _ site: CallSite
    ) -> Compiled {
        let run: Code
        switch operation {
        case .add: run = specialise(Add.self, left, right, site)
        case .subtract: run = specialise(Subtract.self, left, right, site)
        case .multiply: run = specialise(Multiply.self, left, right, site)
        case .divide: run = specialise(Divide.self, left, right, site)
        case .remainder: run = specialise(Remainder.self, left, right, site)
        case .power: run = specialise(Power.self, left, right, site)
        case .less: run = specialise(Less.self, left, right, site)
        case .lessOrEqual: run = specialise(LessOrEqual.self, left, right, site)
        case .greater: run = specialise(Greater.self, left, right, site)
        case .greaterOrEqual: run = specialise(GreaterOrEqual.self, left, right, site)
        case .equal: run = specialise(Equal.self, left, right, site)
        case .notEqual: run = specialise(NotEqual.self, left, right, site)
        case .matrix:
            let (left, right) = (left.run, right.run)
            run = { frame in
                let a = try left(frame)
                let b = try right(frame)
                return try slowBinary(.matrix, a, b, site)
            }
        }
        return Compiled(run: run)
    }

    /// The condition of `if`, `while`, `and` and the like; `word` is what an error calls it.
    func compileCondition(_ expression: Expression, _ word: String) throws -> Condition {
        let site = CallSite(expression.span)
        switch expression.kind {
        case .boolean(let boolean): return { _ in boolean }
        case .unary(.not, let operand):
            let test = try compileCondition(operand, "not")
            return { try !test($0) }
        case .logical(.and, let left, let right):
            let (left, right) = (try compileCondition(left, "and"), try compileCondition(right, "and"))
            return { try left($0) && right($0) }
        case .logical(.or, let left, let right):
            let (left, right) = (try compileCondition(left, "or"), try compileCondition(right, "or"))
            return { try left($0) || right($0) }
        case .binary(let operation, let left, let right, _) where operation.isComparison:
            let (a, b) = (try compile(left), try compile(right))
            switch operation {
            case .less: return specialiseCondition(Less.self, a, b, word, site)
            case .lessOrEqual: return specialiseCondition(LessOrEqual.self, a, b, word, site)
            case .greater: return specialiseCondition(Greater.self, a, b, word, site)
            case .greaterOrEqual: return specialiseCondition(GreaterOrEqual.self, a, b, word, site)
            case .equal: return specialiseCondition(Equal.self, a, b, word, site)
            default: return specialiseCondition(NotEqual.self, a, b, word, site)
            }
        default:
            let run = try compile(expression).run
            return { frame in
                let value = try run(frame)
                if case .boolean(let boolean) = value { return boolean }
                throw site.diagnostic(Operators.notABoolean(word, value))
            }
        }
    }
}
