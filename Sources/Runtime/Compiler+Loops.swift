import Support
import Syntax

extension Compiler {
    /// Runs a loop's body once; true where the loop is to be left, with the value of a `return`.
    @inline(__always)
    private static func leaves(_ frame: Frame) -> Bool {
        switch frame.state.pointee.flow {
        case .none: return false
        case .continueLoop:
            frame.state.pointee.flow = .none
            return false
        case .breakLoop:
            frame.state.pointee.flow = .none
            return true
        case .returnValue: return true
        }
    }

    func compileWhile(_ condition: Expression, _ body: Block, _ site: CallSite) throws -> Compiled {
        let test = try compileCondition(condition, "while")
        let body = try compile(body)
        let run = body.run
        if !body.mayFlow {
            return Compiled(run: { frame in
                while try test(frame) {
                    try frame.poll(site)
                    _ = try run(frame)
                }
                return .nothing
            })
        }
        return Compiled(run: { frame in
            while try test(frame) {
                try frame.poll(site)
                let value = try run(frame)
                if Compiler.leaves(frame) { return value }
            }
            return .nothing
        }, mayFlow: true)
    }

    func compileRepeat(_ count: Expression, _ body: Block, _ site: CallSite) throws -> Compiled {
        let countRun = try compile(count).run
        let countSite = CallSite(count.span)
        let body = try compile(body)
        let (run, mayFlow) = (body.run, body.mayFlow)
        return Compiled(run: { frame in
            let count = try countRun(frame)
            var left = try countSite.located { try Operators.whole(count, "`repeat`") }
            while left > 0 {
                left -= 1
                try frame.poll(site)
                let value = try run(frame)
                if mayFlow && Compiler.leaves(frame) { return value }
            }
            return .nothing
        }, mayFlow: mayFlow)
    }

    func compileFor(_ name: Name, _ sequence: Expression, _ body: Block, _ site: CallSite) throws -> Compiled {
        guard case .declaration(let variable) = resolution.bindings[name.span.lower] else {
            throw Diagnostic("runtime.resolution", "`\(name.text)` was not resolved", at: name.span)
        }
        let compiledBody = try compile(body)
        let (run, mayFlow, slot, isBoxed) = (compiledBody.run, compiledBody.mayFlow, variable.slot, variable.isBoxed)
        /// One turn; true to leave the loop.
        @inline(__always)
        func turn(_ frame: Frame, _ element: Value, _ result: inout Value) throws -> Bool {
            try frame.poll(site)
            if isBoxed {
                frame.slots[slot] = .object(VariableBox(element))
            } else {
                frame.slots[slot] = element
            }
            if mayFlow {
                let value = try run(frame)
                if Compiler.leaves(frame) {
                    result = value
                    return true
                }
            } else {
                _ = try run(frame)
            }
            return false
        }
        @inline(__always)
        func count(_ lower: Int, _ upper: Int, _ frame: Frame) throws -> Value {
            var result = Value.nothing
            var index = lower
            while index < upper {
                if try turn(frame, .number(Double(index)), &result) { return result }
                index += 1
            }
            return .nothing
        }
        if case .range(let lower, let upper, let isClosed) = sequence.kind {
            let (lowerRun, upperRun) = (try compile(lower).run, try compile(upper).run)
            let rangeSite = CallSite(sequence.span)
            return Compiled(run: { frame in
                let (lower, upper) = (try lowerRun(frame), try upperRun(frame))
                let bounds = try rangeSite.located {
                    (try Operators.whole(lower, "a range"), try Operators.whole(upper, "a range"))
                }
                return try count(bounds.0, isClosed ? bounds.1 + 1 : bounds.1, frame)
            }, mayFlow: mayFlow)
        }
        let sequenceRun = try compile(sequence).run
        let sequenceSite = CallSite(sequence.span)
        return Compiled(run: { frame in
            let sequence = try sequenceRun(frame)
            var result = Value.nothing
            switch sequence {
            case .range(let range): return try count(range.lower, range.upper, frame)
            case .list(let box):
                let elements = box.elements
                for element in elements where try turn(frame, element, &result) { return result }
            default:
                let next = try sequenceSite.located { try Compiler.iterator(sequence) }
                while let element = try sequenceSite.located(next) {
                    if try turn(frame, element, &result) { return result }
                }
            }
            return .nothing
        }, mayFlow: mayFlow)
    }

    /// The elements of any value that can be looped over, in turn.
    static func iterator(_ value: Value) throws -> () throws -> Value? {
        switch value {
        case .list(let box):
            var iterator = box.elements.makeIterator()
            return { iterator.next() }
        case .range(let range):
            var iterator = range.numbers.makeIterator()
            return { iterator.next().map { .number(Double($0)) } }
        case .string(let box):
            var iterator = box.text.makeIterator()
            return { iterator.next().map { .string(String($0)) } }
        case .record(let box):
            var iterator = box.names.makeIterator()
            return { iterator.next().map { .string($0) } }
        case .object(let object): if let next = try object.makeIterator() { return next }
        default: break
        }
        var hint: String?
        if case .number(let number) = value, number == number.rounded(), number.magnitude < 1e15 {
            hint = "`for i in 0..<\(NumberText.plain(number))` counts"
        }
        throw Fault(
            "loop.type", "`for` wants a list, a range or another sequence, got \(value.described)", hint: hint)
    }
}
