import Support

extension Value {
    /// `==`: the same kind and the same content; functions by identity, host objects as they say.
    ///
    /// A range equals another range with the same numbers, never a list. NaN equals nothing.
    public func isEqual(to other: Value) throws -> Bool { try isEqual(to: other, depth: 0) }

    private func isEqual(to other: Value, depth: Int) throws -> Bool {
        switch (self, other) {
        case (.nothing, .nothing): return true
        case (.boolean(let a), .boolean(let b)): return a == b
        case (.number(let a), .number(let b)): return a == b
        case (.string(let a), .string(let b)): return a === b || a.text == b.text
        case (.list(let a), .list(let b)):
            guard a.elements.count == b.elements.count else { return false }
            try Value.check(depth)
            for (x, y) in zip(a.elements, b.elements) where try !x.isEqual(to: y, depth: depth + 1) { return false }
            return true
        case (.record(let a), .record(let b)):
            guard a.names.count == b.names.count else { return false }
            try Value.check(depth)
            for (name, value) in zip(a.names, a.values) {
                guard let match = b[name], try value.isEqual(to: match, depth: depth + 1) else { return false }
            }
            return true
        case (.range(let a), .range(let b)): return a.numbers == b.numbers || a.count == 0 && b.count == 0
        case (.function(let a), .function(let b)):
            if let a = a.native, let b = b.native { return a === b }
            return a === b
        case (.object(let a), .object(let b)): return a === b ? a.isEqual(to: a) : a.isEqual(to: b)
        default: return false
        }
    }

    private static func check(_ depth: Int) throws {
        if depth > 10_000 { throw Fault("value.nesting", "lists nested more than 10 000 deep cannot be compared") }
    }
}
