import Support
import Syntax

/// Compiles resolved syntax to closures over a pointer frame.
///
/// Every piece returns its value directly. A piece that may leave a block early (`break`, `continue`,
/// `return`) sets `state.flow` besides; only where that can happen does the code around it look.
struct Compiler {
    unowned let interpreter: Interpreter
    let scope: ModuleScope
    let resolution: Resolution
    /// Expression statements hand their values to `collect`.
    var isCollecting = false

    struct Compiled {
        enum Shape {
            case constant(Value)
            /// A variable of the frame, not boxed.
            case slot(UnsafeMutablePointer<Value>.Stride)
            case other
        }

        let run: Code
        var mayFlow = false
        var shape = Shape.other
    }
}

extension UnsafeMutablePointer {
    typealias Stride = Int
}

// MARK: - Statements and blocks

extension Compiler {
    func compile(_ statement: Statement, showsValue: Bool = false) throws -> Compiled {
        let site = CallSite(statement.span)
        switch statement.kind {
        case .expression(let expression):
            let compiled = try compile(expression)
            guard isCollecting else { return compiled }
            if case .conditional = expression.kind { return compiled }
            let run = compiled.run
            return Compiled(run: { frame in
                let value = try run(frame)
                frame.state.pointee.interpreter.collectValue(value)
                return value
            })
        case .assign(let target, let operation, let value):
            return try compileAssignment(target, operation, value, site, showsValue: showsValue)
        case .function(let declaration):
            return try compileDeclaration(declaration, statement.documentation)
        case .whileLoop(let condition, let body): return try compileWhile(condition, body, site)
        case .forLoop(let variable, let sequence, let body): return try compileFor(variable, sequence, body, site)
        case .repeatLoop(let count, let body): return try compileRepeat(count, body, site)
        case .breakLoop:
            return Compiled(run: { $0.state.pointee.flow = .breakLoop; return .nothing }, mayFlow: true)
        case .continueLoop:
            return Compiled(run: { $0.state.pointee.flow = .continueLoop; return .nothing }, mayFlow: true)
        case .returnValue(let expression):
            guard let expression else {
                return Compiled(run: { $0.state.pointee.flow = .returnValue; return .nothing }, mayFlow: true)
            }
            let value = try compile(expression)
            let run = value.run
            return Compiled(run: { frame in
                let value = try run(frame)
                if frame.state.pointee.flow == .none { frame.state.pointee.flow = .returnValue }
                return value
            }, mayFlow: true)
        case .use(let path, let pathSpan):
            let (interpreter, scope, site) = (interpreter, scope, CallSite(pathSpan))
            return Compiled(run: { [unowned interpreter] _ in
                try interpreter.use(path, in: scope, site)
                return .nothing
            })
        case .parameter(let name, let defaultValue):
            let run = try compile(defaultValue).run
            let (interpreter, scope, cell) = (interpreter, scope, scope.cell(name.text))
            let nameSite = CallSite(name.span)
            return Compiled(run: { [unowned interpreter] frame in
                let value = try interpreter.parameterValue(name.text, default: try run(frame), nameSite)
                scope.define(cell, value)
                return .nothing
            })
        case .check(let condition, let message): return try compileCheck(condition, message, site)
        case .constrain(let owner, let quantity, let bound):
            return try compileHook("constrain", owner, quantity, bound) { try $0.constrain($1, $2, $3) }
        case .penalize(let owner, let quantity, let weight):
            return try compileHook("penalize", owner, quantity, weight) { try $0.penalize($1, $2, $3) }
        case .free(let owner, let quantity):
            return try compileHook("free", owner, quantity, nil) { object, quantity, _, context in
                try object.free(quantity, context)
            }
        }
    }

    private func compileHook(
        _ word: String, _ owner: Expression, _ quantity: Name, _ argument: Expression?,
        _ hook: @escaping (HostObject, String, Value, NativeContext) throws -> Void
    ) throws -> Compiled {
        let object = try compile(owner).run
        let argument = try argument.map { try compile($0).run } ?? { _ in .nothing }
        let (ownerSite, site) = (CallSite(owner.span), CallSite(owner.span.to(quantity.span)))
        return Compiled(run: { frame in
            let value = try object(frame)
            guard case .object(let object) = value else {
                throw ownerSite.error("\(word).type", "`\(word)` wants a lab, got \(value.described)")
            }
            let argument = try argument(frame)
            let context = NativeContext(interpreter: frame.state.pointee.interpreter, site: site)
            try site.located { try hook(object, quantity.text, argument, context) }
            return .nothing
        })
    }

    /// `check COND, "message"`: where the condition compares two values, the error tells the left one.
    private func compileCheck(_ condition: Expression, _ message: Expression?, _ site: CallSite) throws -> Compiled {
        let message = try message.map { try compile($0).run }
        let text = condition.span.text
        let conditionSite = CallSite(condition.span)
        func failed(_ frame: Frame, _ hints: [String]) throws -> Diagnostic {
            let words = try message.map { try $0(frame).text }
            return site.error("check.failed", words ?? "check failed: \(text)", hints: hints)
        }
        if case .binary(let operation, let left, let right, _) = condition.kind, operation.isComparison {
            let (leftRun, rightRun) = (try compile(left).run, try compile(right).run)
            let (leftText, rightText) = (left.span.text, right.span.text)
            return Compiled(run: { frame in
                let (a, b) = (try leftRun(frame), try rightRun(frame))
                let result = try conditionSite.located { try Operators.binary(operation, a, b) }
                if case .boolean(true) = result { return .nothing }
                guard case .boolean = result else { throw conditionSite.diagnostic(Operators.notABoolean("check", result)) }
                var hints: [String] = []
                for (text, value) in [(leftText, a), (rightText, b)] where text != value.quoted {
                    hints.append("\(Value.cut(text, 60)) is \(Value.cut(value.quoted, 60))")
                }
                throw try failed(frame, hints)
            })
        }
        let test = try compileCondition(condition, "check")
        return Compiled(run: { frame in
            if try test(frame) { return .nothing }
            throw try failed(frame, [])
        })
    }

    /// The value of a block is that of its last statement, if it is an expression.
    func compile(_ block: Block) throws -> Compiled {
        var statements = try block.statements.map { try compile($0) }
        guard let last = statements.popLast() else { return Compiled(run: { _ in .nothing }, shape: .constant(.nothing)) }
        let mayFlow = last.mayFlow || statements.contains { $0.mayFlow }
        var result = Compiled(run: last.run, mayFlow: mayFlow, shape: last.shape)
        // From the end: each statement followed by what comes after it.
        while let statement = statements.popLast() {
            result = Compiled(run: Compiler.sequence(statement, result.run), mayFlow: mayFlow)
        }
        return result
    }

    private static func sequence(_ first: Compiled, _ rest: @escaping Code) -> Code {
        let run = first.run
        if first.mayFlow {
            return { frame in
                let value = try run(frame)
                if frame.state.pointee.flow != .none { return value }
                return try rest(frame)
            }
        }
        return { frame in
            _ = try run(frame)
            return try rest(frame)
        }
    }
}

extension BinaryOperator {
    var isComparison: Bool {
        switch self {
        case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual: true
        default: false
        }
    }
}
