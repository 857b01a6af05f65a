import Support
import Syntax

/// Where a call finds the function: a type each, so that the compiled closures hold no dispatch.
private protocol Callee {
    func value(_ frame: Frame) throws -> Value
    /// The body to run without looking at the value.
    var direct: Unmanaged<CompiledBody>? { get }
    /// The function was called; next time its body may be run directly.
    func remember(_ function: FunctionValue, _ body: CompiledBody)
}

private struct GlobalCallee: Callee {
    let cell: GlobalCell
    let pointer: UnsafeMutablePointer<Value>
    let directPointer: UnsafeMutablePointer<Unmanaged<CompiledBody>?>
    let scope: ModuleScope
    let site: CallSite

    init(_ cell: GlobalCell, _ scope: ModuleScope, _ site: CallSite) {
        self.cell = cell
        pointer = cell.pointer
        directPointer = cell.direct
        self.scope = scope
        self.site = site
    }

    @inline(__always)
    var direct: Unmanaged<CompiledBody>? { directPointer.pointee }

    func remember(_ function: FunctionValue, _ body: CompiledBody) {
        guard body.isPlain, case .function(let current) = pointer.pointee, current === function else { return }
        directPointer.pointee = Unmanaged.passUnretained(body)
    }

    @inline(__always)
    func value(_ frame: Frame) throws -> Value {
        let value = pointer.pointee
        if value.isUndefined { throw frame.state.pointee.interpreter.unknownName(cell.name, in: scope, site) }
        return value
    }
}

private struct ComputedCallee: Callee {
    let run: Code
    @inline(__always)
    func value(_ frame: Frame) throws -> Value { try run(frame) }
    @inline(__always)
    var direct: Unmanaged<CompiledBody>? { nil }
    @inline(__always)
    func remember(_ function: FunctionValue, _ body: CompiledBody) {}
}

@inline(never)
private func slowCall(_ callee: Value, _ values: [Value], _ shape: CallShape, _ frame: Frame) throws -> Value {
    try frame.state.pointee.interpreter.call(callee, values, shape, frame.state)
}

private func call0(_ callee: some Callee, _ shape: CallShape) -> Code {
    let site = shape.site
    return { frame in
        if let direct = callee.direct, direct._withUnsafeGuaranteedRef({ $0.parameterCount }) == 0 {
            return try direct._withUnsafeGuaranteedRef { body in
                try body.call(try body.begin(frame.state, site), frame.state, site)
            }
        }
        let value = try callee.value(frame)
        if case .function(let function) = value, let code = function.code, code.parameterCount == 0 {
            let body = try code.ready()
            callee.remember(function, body)
            return try body.call(try body.begin(frame.state, site), function, frame.state, site)
        }
        return try slowCall(value, [], shape, frame)
    }
}

private func call1(_ callee: some Callee, _ a: @escaping Code, _ shape: CallShape) -> Code {
    let site = shape.site
    return { frame in
        if let direct = callee.direct, direct._withUnsafeGuaranteedRef({ $0.parameterCount }) == 1 {
            let a = try a(frame)
            return try direct._withUnsafeGuaranteedRef { body in
                let base = try body.begin(frame.state, site)
                base.initialize(to: a)
                return try body.call(base, frame.state, site)
            }
        }
        let value = try callee.value(frame)
        let a = try a(frame)
        if case .function(let function) = value {
            if let code = function.code {
                if code.parameterCount == 1 {
                    let body = try code.ready()
                    callee.remember(function, body)
                    let base = try body.begin(frame.state, site)
                    base.initialize(to: a)
                    return try body.call(base, function, frame.state, site)
                }
            } else if case .number(let number) = a, let native = function.native?.onNumber {
                return .number(native(number))
            }
        }
        return try slowCall(value, [a], shape, frame)
    }
}

private func call2(_ callee: some Callee, _ a: @escaping Code, _ b: @escaping Code, _ shape: CallShape) -> Code {
    let site = shape.site
    return { frame in
        if let direct = callee.direct, direct._withUnsafeGuaranteedRef({ $0.parameterCount }) == 2 {
            let a = try a(frame)
            let b = try b(frame)
            return try direct._withUnsafeGuaranteedRef { body in
                let base = try body.begin(frame.state, site)
                base.initialize(to: a)
                (base + 1).initialize(to: b)
                return try body.call(base, frame.state, site)
            }
        }
        let value = try callee.value(frame)
        let a = try a(frame)
        let b = try b(frame)
        if case .function(let function) = value {
            if let code = function.code {
                if code.parameterCount == 2 {
                    let body = try code.ready()
                    callee.remember(function, body)
                    let base = try body.begin(frame.state, site)
                    base.initialize(to: a)
                    (base + 1).initialize(to: b)
                    return try body.call(base, function, frame.state, site)
                }
            } else if case .number(let a) = a, case .number(let b) = b, let native = function.native?.onNumbers {
                return .number(native(a, b))
            }
        }
        return try slowCall(value, [a, b], shape, frame)
    }
}

private func callMany(_ callee: some Callee, _ arguments: [Compiler.Compiled], _ shape: CallShape) -> Code {
    { frame in
        let value = try callee.value(frame)
        var values: [Value] = []
        values.reserveCapacity(arguments.count)
        for argument in arguments { values.append(try argument.run(frame)) }
        return try slowCall(value, values, shape, frame)
    }
}

/// A call by the name of a native that wants to know how its arguments are written.
///
/// `references` are the arguments that are written as members; the name may stand for something else by the time of
/// the call.
private func callReferring(
    _ callee: some Callee, _ arguments: [Compiler.Compiled], _ references: [Code?], _ shape: CallShape
) -> Code {
    { frame in
        let value = try callee.value(frame)
        let takesReferences = value.asFunction?.native?.takesReferences ?? false
        var values: [Value] = []
        values.reserveCapacity(arguments.count)
        for (argument, reference) in zip(arguments, references) {
            if takesReferences, let reference {
                values.append(try reference(frame))
            } else {
                values.append(try argument.run(frame))
            }
        }
        return try slowCall(value, values, shape, frame)
    }
}

extension Compiler {
    func compileCall(
        _ callee: Expression, _ arguments: [Argument], _ trailing: Lambda?, _ site: CallSite
    ) throws -> Compiled {
        var runs = try arguments.map { try compile($0.value) }
        var spans = arguments.map(\.value.span)
        if let trailing {
            runs.append(try compileLambda(trailing))
            spans.append(trailing.span)
        }
        if case .member(let owner, let name) = callee.kind {
            return try compileMethodCall(owner, name, arguments, runs, spans, trailing != nil, site)
        }
        let shape = CallShape(
            site: site, labels: arguments.map { $0.label?.text }, labelSpans: arguments.map { $0.label?.span },
            spans: spans, hasTrailing: trailing != nil)
        if case .name = callee.kind, case .global(let name) = resolution.bindings[callee.span.lower] {
            let cell = scope.cell(name)
            let global = GlobalCallee(cell, scope, CallSite(callee.span))
            if takesReferences(name) {
                var references = try arguments.map { try reference($0.value) }
                if trailing != nil { references.append(nil) }
                return Compiled(run: callReferring(global, runs, references, shape))
            }
            return Compiled(run: Compiler.call(global, runs, shape))
        }
        return Compiled(run: Compiler.call(ComputedCallee(run: try compile(callee).run), runs, shape))
    }

    /// Whether a native of this name wants to know how its arguments are written.
    private func takesReferences(_ name: String) -> Bool {
        interpreter.registry.functions[name]?.takesReferences ?? false
    }

    /// `x.name` with where it was read; nil of any other expression.
    private func reference(_ expression: Expression) throws -> Code? {
        guard case .member(let owner, let name) = expression.kind else { return nil }
        let run = try compile(owner).run
        let (site, member, scope) = (CallSite(name.span), name.text, scope)
        return { frame in
            let base = try run(frame)
            let value = try site.located { try Members.read(base, member, scope) }
            return .object(WrittenMember(MemberReference(base: base, name: member, value: value)))
        }
    }

    private static func call(_ callee: some Callee, _ arguments: [Compiled], _ shape: CallShape) -> Code {
        if shape.isPlain {
            switch arguments.count {
            case 0: return call0(callee, shape)
            case 1: return call1(callee, arguments[0].run, shape)
            case 2: return call2(callee, arguments[0].run, arguments[1].run, shape)
            default: break
            }
        }
        return callMany(callee, arguments, shape)
    }

    /// `x.f(y)`: the field f of x if x has it, else `f(x, y)`.
    private func compileMethodCall(
        _ owner: Expression, _ name: Name, _ arguments: [Argument], _ runs: [Compiled], _ spans: [Span],
        _ hasTrailing: Bool, _ site: CallSite
    ) throws -> Compiled {
        let ownerRun = try compile(owner).run
        let labels = arguments.map { $0.label?.text }
        let labelSpans = arguments.map { $0.label?.span }
        let fieldShape = CallShape(
            site: site, labels: labels, labelSpans: labelSpans, spans: spans, hasTrailing: hasTrailing)
        let functionShape = CallShape(
            site: site, labels: [nil] + labels, labelSpans: [nil] + labelSpans, spans: [owner.span] + spans,
            hasTrailing: hasTrailing)
        let memberSite = CallSite(name.span)
        let scope = scope
        // `e.eta.explain()` is told of `e.eta` as `explain(e.eta)` is.
        let ownerReference = takesReferences(name.text) ? try reference(owner) : nil
        let function: (Frame) -> Value
        switch resolution.bindings[name.span.lower] {
        case .local(let variable), .declaration(let variable):
            let slot = variable.slot
            function = variable.isBoxed ? { Compiler.box($0, slot).value } : { $0.slots[slot] }
        case .global(let global):
            let cell = scope.cell(global)
            function = { _ in cell.pointer.pointee }
        case nil: throw Diagnostic("runtime.resolution", "`\(name.text)` was not resolved", at: name.span)
        }
        return Compiled(run: { frame in
            let written = try ownerReference?(frame)
            let value = try written.map { try MemberReference.convert($0).value } ?? ownerRun(frame)
            let member = try memberSite.located { try Members.find(value, name.text) }
            let outside = function(frame)
            let calledMember = member.flatMap { $0.isCallable || outside.isUndefined ? Optional.some($0) : .none }
            var values: [Value] = []
            values.reserveCapacity(runs.count + 1)
            if let calledMember {
                for run in runs { values.append(try run.run(frame)) }
                return try slowCall(calledMember, values, fieldShape, frame)
            }
            if outside.isUndefined {
                let interpreter = frame.state.pointee.interpreter
                throw interpreter.unknownMethod(name.text, of: value, in: scope, memberSite)
            }
            values.append(outside.asFunction?.native?.takesReferences == true ? written ?? value : value)
            for run in runs { values.append(try run.run(frame)) }
            return try slowCall(outside, values, functionShape, frame)
        })
    }
}

extension Value {
    var isCallable: Bool {
        switch self {
        case .function: true
        case .object(let object): object.isCallable
        default: false
        }
    }
}
