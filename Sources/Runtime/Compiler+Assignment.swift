import Support
import Syntax

extension Compiler {
    func compileAssignment(
        _ target: Expression, _ operation: BinaryOperator?, _ value: Expression, _ site: CallSite, showsValue: Bool
    ) throws -> Compiled {
        guard case .name(let name) = target.kind else {
            return try compilePathAssignment(target, operation, value, showsValue: showsValue)
        }
        var new = try compile(value)
        if let operation {
            let flow = new.mayFlow
            new = compileBinary(operation, try compileName(name, target.span), new, site)
            if flow { throw Diagnostic("flow.expression", "`\(operation.rawValue)=` wants a plain expression", at: value.span) }
        }
        let run = new.run
        let store: (Frame, Value) throws -> Void
        switch resolution.bindings[target.span.lower] {
        case .local(let variable):
            let slot = variable.slot
            if variable.isBoxed {
                store = { Compiler.box($0, slot).value = $1 }
            } else if !new.mayFlow && !showsValue {
                return Compiled(run: { frame in
                    frame.slots[slot] = try run(frame)
                    return .nothing
                })
            } else {
                store = { $0.slots[slot] = $1 }
            }
        case .declaration(let variable):
            noteShadowing(name, target.span)
            let slot = variable.slot
            if variable.isBoxed {
                // The box comes first: a function may refer to itself by the name that it is given.
                return Compiled(run: { frame in
                    let box = VariableBox(.nothing)
                    frame.slots[slot] = .object(box)
                    let value = try run(frame)
                    if frame.state.pointee.flow != .none { return value }
                    box.value = value
                    return showsValue ? value : .nothing
                }, mayFlow: new.mayFlow)
            }
            if !new.mayFlow {
                return Compiled(run: { frame in
                    frame.slots[slot] = try run(frame)
                    return .nothing
                })
            }
            store = { $0.slots[slot] = $1 }
        case .global(let name):
            noteShadowing(name, target.span)
            let (cell, scope) = (scope.cell(name), scope)
            let (pointer, direct) = (cell.pointer, cell.direct)
            if !new.mayFlow && !showsValue {
                return Compiled(run: { frame in
                    let value = try run(frame)
                    if cell.isUserDefined && direct.pointee == nil { pointer.pointee = value } else { scope.define(cell, value) }
                    return .nothing
                })
            }
            store = { scope.define(cell, $1) }
        case nil: throw Diagnostic("runtime.resolution", "`\(name)` was not resolved", at: target.span)
        }
        return Compiled(run: { frame in
            let value = try run(frame)
            if frame.state.pointee.flow != .none { return value }
            try store(frame, value)
            return showsValue ? value : .nothing
        }, mayFlow: new.mayFlow)
    }

    private func noteShadowing(_ name: String, _ span: Span) {
        guard scope.name == nil, !scope.isDefined(name) else { return }
        interpreter.noteShadowing(name, span)
    }

    // MARK: - x[0].a = value

    /// One step from a value to a part of it.
    enum Step {
        case member(String, CallSite)
        case element([SubscriptValue], CallSite)

        var site: CallSite {
            switch self {
            case .member(_, let site), .element(_, let site): site
            }
        }
    }

    private func compilePathAssignment(
        _ target: Expression, _ operation: BinaryOperator?, _ value: Expression, showsValue: Bool
    ) throws -> Compiled {
        var root = target
        var steps: [(Frame) throws -> Step] = []
        while true {
            let site = CallSite(root.span)
            if case .member(let owner, let name) = root.kind {
                let step = Step.member(name.text, CallSite(name.span))
                steps.append({ _ in step })
                root = owner
            } else if case .index(let owner, let subscripts) = root.kind {
                let indices = try compileSubscripts(subscripts)
                steps.append({ .element(try indices($0), site) })
                root = owner
            } else {
                break
            }
        }
        steps.reverse()
        let path = steps
        let run = try compile(value).run
        let (rootSite, scope) = (CallSite(root.span), scope)
        let operationSite = CallSite(target.span.to(value.span))
        if !showsValue, let fast = try compileElementAssignment(target, operation, run, scope) { return fast }

        /// Reads the old value for `+=` and then writes; `place` holds the root.
        func assign(_ frame: Frame, _ place: UnsafeMutablePointer<Value>, ownsRoot: Bool, _ name: String) throws -> Value {
            var new = try run(frame)
            if frame.state.pointee.flow != .none { return new }
            let steps = try path.map { try $0(frame) }
            if let operation {
                var old = place.pointee
                for step in steps { old = try Compiler.read(old, step, scope) }
                new = try operationSite.located { try Operators.binary(operation, old, new) }
            }
            if !ownsRoot {
                guard case .object(let object) = place.pointee, object.hasIdentity else {
                    throw rootSite.error(
                        "scope.outer", "`\(name)` belongs outside of this function, whose assignments are its own",
                        hints: ["return the new value, or use a function without a name: `x -> …`"])
                }
            }
            let context = { site in NativeContext(interpreter: frame.state.pointee.interpreter, site: site) }
            try Compiler.write(place, steps[...], new, context)
            return showsValue ? new : .nothing
        }

        guard case .name(let name) = root.kind else {
            // The root is no variable: only something with identity can be changed there.
            let rootRun = try compile(root).run
            return Compiled(run: { frame in
                var value = try rootRun(frame)
                guard case .object(let object) = value, object.hasIdentity else {
                    throw rootSite.error(
                        "assign.target", "this is a value, not a variable: changing a part of it would have no effect")
                }
                return try assign(frame, &value, ownsRoot: true, "")
            })
        }
        let owns = !resolution.foreignTargets.contains(root.span.lower)
        switch resolution.bindings[root.span.lower] {
        case .local(let variable), .declaration(let variable):
            let slot = variable.slot
            if variable.isBoxed {
                return Compiled(run: { frame in
                    let box = Compiler.box(frame, slot)
                    return try withUnsafeMutablePointer(to: &box.value) { try assign(frame, $0, ownsRoot: owns, name) }
                })
            }
            return Compiled(run: { try assign($0, $0.slots + slot, ownsRoot: owns, name) })
        case .global(let name):
            let cell = scope.cell(name)
            return Compiled(run: { frame in
                if cell.pointer.pointee.isUndefined {
                    throw frame.state.pointee.interpreter.unknownName(name, in: scope, rootSite)
                }
                return try assign(frame, cell.pointer, ownsRoot: owns, name)
            })
        case nil: throw Diagnostic("runtime.resolution", "`\(name)` was not resolved", at: root.span)
        }
    }

    /// `xs[i] = value` for a variable of the frame, the form that loops use.
    private func compileElementAssignment(
        _ target: Expression, _ operation: BinaryOperator?, _ value: @escaping Code, _ scope: ModuleScope
    ) throws -> Compiled? {
        guard operation == nil, case .index(let owner, let subscripts) = target.kind, subscripts.count == 1,
            case .expression(let position) = subscripts[0], case .name = owner.kind,
            case .local(let variable)? = resolution.bindings[owner.span.lower], !variable.isBoxed,
            !resolution.foreignTargets.contains(owner.span.lower)
        else { return nil }
        let (index, slot, site) = (try compile(position).run, variable.slot, CallSite(target.span))
        return Compiled(run: { frame in
            let new = try value(frame)
            if frame.state.pointee.flow != .none { return new }
            let index = try index(frame)
            let place = frame.slots + slot
            if case .number(let number) = index, Compiler.setElement(place, number, new) { return .nothing }
            let steps = [Step.element([Subscripts.convert(index)], site)]
            try Compiler.write(place, steps[...], new) { site in
                NativeContext(interpreter: frame.state.pointee.interpreter, site: site)
            }
            return .nothing
        })
    }

    /// Changes an element in place where the list is there, is not shared, and has it.
    private static func setElement(_ place: UnsafeMutablePointer<Value>, _ number: Double, _ new: Value) -> Bool {
        guard case .list = place.pointee else { return false }
        // Moved out, so that a list which only this variable holds has one reference.
        guard case .list(var box) = place.move() else { return false }
        defer { place.initialize(to: .list(box)) }
        guard number >= 0, number < Double(box.elements.count), number == number.rounded(.towardZero),
            isKnownUniquelyReferenced(&box)
        else { return false }
        box.elements[Int(number)] = new
        return true
    }

    private static func read(_ value: Value, _ step: Step, _ scope: ModuleScope) throws -> Value {
        switch step {
        case .member(let name, let site): try site.located { try Members.read(value, name, scope) }
        case .element(let indices, let site): try site.located { try Subscripts.read(value, indices) }
        }
    }

    /// Changes the part of `place` that the steps lead to; what is shared is copied on the way.
    private static func write(
        _ place: UnsafeMutablePointer<Value>, _ steps: ArraySlice<Step>, _ new: Value,
        _ context: (CallSite) -> NativeContext
    ) throws {
        guard let step = steps.first else {
            place.pointee = new
            return
        }
        let rest = steps.dropFirst()
        let site = step.site
        if case .object(let object) = place.pointee {
            var part = new
            if !rest.isEmpty {
                part = try site.located {
                    switch step {
                    case .member(let name, _):
                        guard let member = try object.member(name) else { throw Faults.noMember(name, of: .object(object)) }
                        return member
                    case .element(let indices, _): return try object.element(indices)
                    }
                }
                let hasIdentity = if case .object(let inner) = part { inner.hasIdentity } else { false }
                try write(&part, rest, new, context)
                // What has identity was changed where it is; its owner need not be told.
                if hasIdentity { return }
            }
            let changed = try site.located {
                switch step {
                case .member(let name, _): try object.setMember(name, to: part, context(site))
                case .element(let indices, _): try object.setElement(indices, to: part)
                }
            }
            if changed !== object { place.pointee = .object(changed) }
            return
        }
        // Moved out, so that a list which only this variable holds is changed in place.
        let taken = place.move()
        place.initialize(to: .nothing)
        switch (taken, step) {
        case (.list(var box), .element(let indices, _)):
            // `taken` is not used any more, so `box` is the one reference of this frame.
            defer { place.pointee = .list(box) }
            try site.located {
                guard case .number(let number) = try Subscripts.single(indices, "a list") else {
                    throw Fault("assign.subscript", "one element of a list is assigned at a time")
                }
                let index = try Subscripts.position(number, box.elements.count, "the list")
                if !isKnownUniquelyReferenced(&box) { box = ListBox(box.elements) }
                try box.elements.withUnsafeMutableBufferPointer { elements in
                    guard let base = elements.baseAddress else { return }
                    try write(base + index, rest, new, context)
                }
            }
        case (.record(var box), .member), (.record(var box), .element):
            defer { place.pointee = .record(box) }
            try site.located {
                let name: String
                switch step {
                case .member(let member, _): name = member
                case .element(let indices, _):
                    guard case .value(.string(let text)) = try Subscripts.single(indices, "a record") else {
                        throw Fault("subscript.type", "a record is indexed by the name of a field, as in r[\"a\"]")
                    }
                    name = text.text
                }
                if !isKnownUniquelyReferenced(&box) { box = RecordBox(names: box.names, values: box.values) }
                guard let index = box.index(of: name) else {
                    guard rest.isEmpty else { throw Faults.noMember(name, of: .record(box)) }
                    box.names.append(name)
                    box.values.append(new)
                    return
                }
                try box.values.withUnsafeMutableBufferPointer { values in
                    guard let base = values.baseAddress else { return }
                    try write(base + index, rest, new, context)
                }
            }
        default:
            place.pointee = taken
            throw site.diagnostic(
                Fault("assign.target", "a part of \(taken.described) cannot be assigned"))
        }
    }
}
