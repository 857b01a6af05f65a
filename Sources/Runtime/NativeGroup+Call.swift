import Support
import Syntax

extension NativeGroup {
    /// Calls the native that the arguments fit.
    func call(_ values: [Value], _ shape: CallShape, _ interpreter: Interpreter) throws -> Value {
        let native = try choose(values, shape)
        let signature = native.signature
        let binding: ArgumentBinder.Binding
        if shape.isPlain && values.count == native.plainCount {
            return try native.call(values.count, { values[$0] }, nil, shape, interpreter)
        } else {
            binding = try ArgumentBinder.bind(signature, count: values.count, shape)
        }
        return try native.call(
            native.parameters.count,
            { position in
                switch native.parameters[position].arity {
                case .one: return binding.sources[position].map { values[$0] }
                case .rest: return .list(binding.rest.map { values[$0] })
                case .labelledRest:
                    return .record(binding.labelledRest.map { (shape.labels[$0] ?? "", values[$0]) })
                }
            }, binding, shape, interpreter)
    }

    private func choose(_ values: [Value], _ shape: CallShape) throws -> NativeFunction {
        if overloads.count == 1 { return overloads[0] }
        for native in overloads {
            guard let parameter = native.parameters.first else {
                if values.isEmpty { return native }
                continue
            }
            var first: Value?
            for (index, value) in values.enumerated() {
                let label = index < shape.labels.count ? shape.labels[index] : nil
                if label == parameter.name || (label == nil && first == nil && !(shape.hasTrailing && index == values.count - 1)) {
                    first = value
                }
            }
            if let first {
                if native.acceptsFirst(first) { return native }
            } else if parameter.defaultText != nil || parameter.arity != .one {
                return native
            }
        }
        let wanted = overloads.compactMap { $0.parameters.first?.wants }
        let list = wanted.dropLast().joined(separator: ", ") + (wanted.count > 1 ? " or " : "") + (wanted.last ?? "")
        guard let first = values.first else {
            throw Diagnostic(
                "argument.missing", "\(name) wants \(list)", at: shape.site.span, hints: overloads.map(\.signature.text))
        }
        throw Diagnostic(
            "argument.type", "\(name) wants \(list), got \(first.described)", at: shape.span(ofArgument: 0),
            hints: overloads.map(\.signature.text))
    }
}

extension NativeFunction {
    /// Converts the arguments and runs the native; errors get their places.
    func call(
        _ count: Int, _ argument: (Int) -> Value?, _ binding: ArgumentBinder.Binding?, _ shape: CallShape,
        _ interpreter: Interpreter
    ) throws -> Value {
        try withUnsafeTemporaryAllocation(of: Value?.self, capacity: count) { buffer in
            for index in 0..<count { buffer.initializeElement(at: index, to: argument(index)) }
            if takesReferences {
                // Only the parameters that ask are told how their arguments are written.
                for index in 0..<count where !parameters[index].isReference {
                    if case .object(let member as WrittenMember)? = buffer[index] { buffer[index] = member.reference.value }
                }
            }
            defer { buffer.deinitialize() }
            let context = NativeContext(interpreter: interpreter, site: shape.site)
            let outer = interpreter.state.pointee.nativeCall
            interpreter.state.pointee.nativeCall = Unmanaged.passUnretained(shape.site)
            defer { interpreter.state.pointee.nativeCall = outer }
            var position = -1
            do {
                if let refuses = interpreter.refuses {
                    for case .object(let object)? in buffer {
                        for part in (object as? WrittenMember)?.parts ?? [object] {
                            if let fault = refuses(part) { throw fault }
                        }
                    }
                }
                let value = try invoke(context, UnsafeBufferPointer(buffer), &position)
                if interpreter.cancellation.isCancelled { throw shape.site.interrupted }
                return value
            } catch {
                let failed = position
                guard failed >= 0, failed < parameters.count else { throw shape.site.diagnostic(error) }
                let source = binding.map { $0.sources[failed] } ?? failed
                let span = source.map { shape.span(ofArgument: $0) } ?? shape.site.span
                guard let mismatch = error as? Mismatch else { throw CallSite(span).diagnostic(error) }
                let parameter = parameters[failed]
                let wanted = mismatch.wanted ?? parameter.wants ?? "another value"
                let found = mismatch.found ?? buffer[failed]?.described ?? "nothing"
                throw Diagnostic(
                    "argument.type", "\(name): `\(parameter.name)` wants \(wanted), got \(found)", at: span,
                    hints: [signature.text])
            }
        }
    }
}
