import Support
import Syntax

extension Compiler {
    func compile(_ expression: Expression) throws -> Compiled {
        guard interpreter.hasStackRoom else { throw Resolver.tooDeep(expression.span) }
        let site = CallSite(expression.span)
        switch expression.kind {
        case .number(let number): return constant(.number(number))
        case .boolean(let boolean): return constant(.boolean(boolean))
        case .nothing: return constant(.nothing)
        case .string(let pieces): return try compileString(pieces)
        case .list(let elements):
            let runs = try elements.map { try compile($0) }
            return Compiled(run: { frame in
                var values: [Value] = []
                values.reserveCapacity(runs.count)
                for run in runs { values.append(try run.run(frame)) }
                return .list(values)
            })
        case .record(let fields): return try compileRecord(fields)
        case .name(let name): return try compileName(name, expression.span)
        case .unary(.minus, let operand):
            if case .number(let number) = operand.kind { return constant(.number(-number)) }
            let run = try compile(operand).run
            return Compiled(run: { frame in
                let value = try run(frame)
                if case .number(let number) = value { return .number(-number) }
                return try site.located { try Operators.negate(value) }
            })
        case .unary(.not, _), .logical:
            let test = try compileCondition(expression, "not")
            return Compiled(run: { .boolean(try test($0)) })
        case .binary(let operation, let left, let right, _):
            return compileBinary(operation, try compile(left), try compile(right), site)
        case .range(let lower, let upper, let isClosed):
            let (lower, upper) = (try compile(lower).run, try compile(upper).run)
            return Compiled(run: { frame in
                let (lower, upper) = (try lower(frame), try upper(frame))
                return try site.located {
                    let (first, last) = (try Operators.whole(lower, "a range"), try Operators.whole(upper, "a range"))
                    return .range(RangeValue(first, isClosed ? last + 1 : last, isClosed: isClosed))
                }
            })
        case .call(let callee, let arguments, let trailing):
            return try compileCall(callee, arguments, trailing, site)
        case .member(let owner, let name):
            let run = try compile(owner).run
            let memberSite = CallSite(name.span)
            let (member, scope) = (name.text, scope)
            return Compiled(run: { frame in
                let value = try run(frame)
                return try memberSite.located { try Members.read(value, member, scope) }
            })
        case .index(let owner, let subscripts): return try compileIndex(owner, subscripts, site)
        case .lambda(let lambda): return try compileLambda(lambda)
        case .conditional(let branches, let otherwise): return try compileConditional(branches, otherwise)
        }
    }

    private func constant(_ value: Value) -> Compiled { Compiled(run: { _ in value }, shape: .constant(value)) }

    private func compileString(_ pieces: [StringPiece]) throws -> Compiled {
        if pieces.isEmpty { return constant(.string("")) }
        if pieces.count == 1, case .text(let text) = pieces[0] { return constant(.string(text)) }
        let runs: [Compiled] = try pieces.map { piece in
            switch piece {
            case .text(let text):
                return constant(.string(text))
            case .expression(let expression): return try compile(expression)
            }
        }
        return Compiled(run: { frame in
            var text = ""
            for run in runs { text += try run.run(frame).text }
            return .string(text)
        })
    }

    private func compileRecord(_ fields: [(key: Name, value: Expression)]) throws -> Compiled {
        var names: [String] = []
        for field in fields {
            if names.contains(field.key.text) {
                throw Diagnostic(
                    "record.duplicate", "two fields are called `\(field.key.text)`", at: field.key.span)
            }
            names.append(field.key.text)
        }
        let runs = try fields.map { try compile($0.value) }
        let keys = names
        return Compiled(run: { frame in
            var values: [Value] = []
            values.reserveCapacity(runs.count)
            for run in runs { values.append(try run.run(frame)) }
            return .record(RecordBox(names: keys, values: values))
        })
    }

    func compileName(_ name: String, _ span: Span) throws -> Compiled {
        switch resolution.bindings[span.lower] {
        case .local(let variable), .declaration(let variable):
            let slot = variable.slot
            if variable.isBoxed { return Compiled(run: { Compiler.box($0, slot).value }) }
            return Compiled(run: { $0.slots[slot] }, shape: .slot(slot))
        case .global(let name): return Compiled(run: global(name, span))
        case nil: throw Diagnostic("runtime.resolution", "`\(name)` was not resolved", at: span)
        }
    }

    /// The box in a slot that the resolver marked as boxed; nothing else is ever stored there.
    @inline(__always)
    static func box(_ frame: Frame, _ slot: Int) -> VariableBox {
        guard case .object(let object) = frame.slots[slot] else { return VariableBox(.nothing) }
        return unsafeDowncast(object, to: VariableBox.self)
    }

    func global(_ name: String, _ span: Span) -> Code {
        let (cell, site, scope) = (scope.cell(name), CallSite(span), scope)
        let pointer = cell.pointer
        return { frame in
            let value = pointer.pointee
            if value.isUndefined { throw frame.state.pointee.interpreter.unknownName(cell.name, in: scope, site) }
            return value
        }
    }

    private func compileIndex(_ owner: Expression, _ subscripts: [Subscript], _ site: CallSite) throws -> Compiled {
        let owner = try compile(owner)
        if subscripts.count == 1, case .expression(let index) = subscripts[0] {
            let (list, index) = (owner.run, try compile(index).run)
            @inline(never)
            func slow(_ value: Value, _ index: Value) throws -> Value {
                try site.located { try Subscripts.read(value, [Subscripts.convert(index)]) }
            }
            if case .slot(let slot) = owner.shape {
                return Compiled(run: { frame in
                    let index = try index(frame)
                    if case .number(let number) = index, case .list(let box) = frame.slots[slot],
                        number >= 0, number < Double(box.elements.count), number == number.rounded(.towardZero)
                    {
                        return box.elements[Int(number)]
                    }
                    return try slow(frame.slots[slot], index)
                })
            }
            return Compiled(run: { frame in
                let value = try list(frame)
                let index = try index(frame)
                if case .number(let number) = index, case .list(let box) = value,
                    number >= 0, number < Double(box.elements.count), number == number.rounded(.towardZero)
                {
                    return box.elements[Int(number)]
                }
                return try slow(value, index)
            })
        }
        let run = owner.run
        let indices = try compileSubscripts(subscripts)
        return Compiled(run: { frame in
            let value = try run(frame)
            let indices = try indices(frame)
            return try site.located { try Subscripts.read(value, indices) }
        })
    }

    func compileSubscripts(_ subscripts: [Subscript]) throws -> (Frame) throws -> [SubscriptValue] {
        let runs: [Code?] = try subscripts.map { part in
            if case .expression(let expression) = part { return try compile(expression).run }
            return nil
        }
        return { frame in
            var indices: [SubscriptValue] = []
            for run in runs {
                if let run { indices.append(Subscripts.convert(try run(frame))) } else { indices.append(.all) }
            }
            return indices
        }
    }

    private func compileConditional(
        _ branches: [(condition: Expression, body: Block)], _ otherwise: Block?
    ) throws -> Compiled {
        var rest = try otherwise.map { try compile($0) } ?? Compiled(run: { _ in .nothing })
        for (condition, body) in branches.reversed() {
            let test = try compileCondition(condition, "if")
            let body = try compile(body)
            let (yes, no) = (body.run, rest.run)
            rest = Compiled(
                run: { frame in try test(frame) ? try yes(frame) : try no(frame) },
                mayFlow: body.mayFlow || rest.mayFlow)
        }
        return rest
    }
}
