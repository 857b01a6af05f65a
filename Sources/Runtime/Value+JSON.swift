import Support

extension Value {
    /// The value as JSON, whole: nothing is cut.
    ///
    /// NaN and infinities become strings; a range becomes `{"from", "to", "closed"}`, a function its
    /// signature. What is nested deeper than 200 becomes its summary.
    public var json: JSON { json(depth: 0) }

    private func json(depth: Int) -> JSON {
        switch self {
        case .nothing: return .null
        case .boolean(let boolean): return .bool(boolean)
        case .number(let number): return .number(number)
        case .string(let box): return .string(box.text)
        case .list(let box):
            if depth > 200 { return .string(summary) }
            return .array(box.elements.map { $0.json(depth: depth + 1) })
        case .record(let box):
            if depth > 200 { return .string(summary) }
            return .object(zip(box.names, box.values).map { JSON.Member($0, $1.json(depth: depth + 1)) })
        case .range(let range):
            return .object([
                JSON.Member("from", .integer(range.lower)),
                JSON.Member("to", .integer(range.isClosed ? range.upper - 1 : range.upper)),
                JSON.Member("closed", .bool(range.isClosed)),
            ])
        case .function: return .string(quoted)
        case .object(let object): return object.json()
        }
    }
}
