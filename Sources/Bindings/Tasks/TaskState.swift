import Environments
import Runtime
import Support
import Tensors

/// The state of a task that a script wrote: a value made of numbers, strings, true, false, nothing, lists, records,
/// ranges and tensors, kept in a snapshot bit for bit.
///
/// The snapshot's `numbers` hold every number in the order in which the value is written, its `record` the rest:
///
///     number   0                    list     [ … ], or {"numbers": count} of numbers only
///     string   "text"               record   {"record": {"name": … }}
///     boolean  true                 range    {"range": [lower, upper], "closed": false}
///     nothing  null                 tensor   {"tensor": [sizes]}
package enum TaskState {
    static let hint = "a state is made of numbers, strings, true, false, nothing, lists, records, ranges and tensors"
    /// More than anyone needs; a bound keeps a value that shares its parts from growing without end.
    static let mostParts = 1_000_000
    static let deepest = 64
    private static let mark = "\u{1}"

    // MARK: What may be a state

    /// What is in the value that no state can hold, and where; nil where all is well.
    package static func problem(_ value: Value) -> String? {
        var left = mostParts
        return problem(value, depth: 0, left: &left).map { $0.replacing(mark, with: "state", maxReplacements: 1) }
    }

    /// The marker stands for the path to the value; no name or text that is shown has it.
    private static func problem(_ value: Value, depth: Int, left: inout Int) -> String? {
        left -= 1
        if left < 0 { return "has more than 1 000 000 parts" }
        switch value {
        case .nothing, .boolean, .number, .string, .range: return nil
        case .list where depth >= deepest, .record where depth >= deepest: return "is nested more than \(deepest) deep"
        case .list(let box):
            for (index, element) in box.elements.enumerated() {
                if case .number = element {
                    left -= 1
                } else if let found = problem(element, depth: depth + 1, left: &left) {
                    return found.replacing(mark, with: mark + "[\(index)]", maxReplacements: 1)
                }
            }
            return left < 0 ? "has more than 1 000 000 parts" : nil
        case .record(let box):
            for (name, field) in zip(box.names, box.values) {
                if let found = problem(field, depth: depth + 1, left: &left) {
                    return found.replacing(mark, with: mark + ".\(name)", maxReplacements: 1)
                }
            }
            return nil
        case .object(let object as TensorObject):
            left -= object.tensor.count
            return object.tensor.isTracked ? "holds a tensor that follows gradients at \(mark); detach(x) makes it plain" : nil
        case .function, .object: return "holds \(value.described) at \(mark)"
        }
    }

    // MARK: To a snapshot and back

    package static func snapshot(_ value: Value) -> EnvironmentSnapshot {
        var numbers: [Double] = []
        let record = write(value, &numbers)
        return EnvironmentSnapshot(numbers: numbers, record: record)
    }

    private static func write(_ value: Value, _ numbers: inout [Double]) -> JSON {
        switch value {
        case .nothing, .function: return .null
        case .boolean(let boolean): return .bool(boolean)
        case .number(let number):
            numbers.append(number)
            return 0
        case .string(let box): return .string(box.text)
        case .range(let range):
            return ["range": [.integer(range.lower), .integer(range.upper)], "closed": .bool(range.isClosed)]
        case .list(let box):
            let plain = box.elements.compactMap(\.asNumber)
            if !plain.isEmpty, plain.count == box.elements.count {
                numbers += plain
                return ["numbers": .integer(plain.count)]
            }
            return .array(box.elements.map { write($0, &numbers) })
        case .record(let box):
            return ["record": .object(zip(box.names, box.values).map { JSON.Member($0, write($1, &numbers)) })]
        case .object(let object):
            guard let tensor = (object as? TensorObject)?.tensor else { return .null }
            numbers += tensor.values.map(Double.init)
            return ["tensor": .array(tensor.shape.dimensions.map(JSON.integer))]
        }
    }

    /// The value that `snapshot` wrote; a fault where it did not write this one.
    package static func value(_ snapshot: EnvironmentSnapshot, of task: String) throws -> Value {
        var numbers = snapshot.numbers[...]
        guard let value = try read(snapshot.record, &numbers), numbers.isEmpty else {
            throw Fault("environment.snapshot", "this snapshot is no state of \(task), or it is damaged")
        }
        return value
    }

    /// Nil where the JSON is of no known form or the numbers do not suffice.
    private static func read(_ json: JSON, _ numbers: inout ArraySlice<Double>) throws -> Value? {
        switch json {
        case .null: return .nothing
        case .bool(let boolean): return .boolean(boolean)
        case .number: return numbers.popFirst().map { .number($0) }
        case .string(let text): return .string(text)
        case .array(let elements):
            var values: [Value] = []
            for element in elements {
                guard let value = try read(element, &numbers) else { return nil }
                values.append(value)
            }
            return .list(values)
        case .object(let members):
            guard let first = members.first else { return nil }
            switch first.key {
            case "numbers":
                guard let count = first.value.int, let taken = take(count, &numbers) else { return nil }
                return .list(taken.map { .number($0) })
            case "record":
                var fields: [(String, Value)] = []
                for member in first.value.members ?? [] {
                    guard let value = try read(member.value, &numbers) else { return nil }
                    fields.append((member.key, value))
                }
                return first.value.members == nil ? nil : .record(fields)
            case "range":
                guard let lower = first.value[0]?.int, let upper = first.value[1]?.int,
                    let isClosed = json["closed"]?.bool
                else { return nil }
                return .range(RangeValue(lower, upper, isClosed: isClosed))
            case "tensor":
                guard let sizes = first.value.elements?.map(\.int), sizes.allSatisfy({ $0 != nil }) else { return nil }
                let shape = try Shape(sizes.compactMap { $0 })
                guard let taken = take(shape.count, &numbers) else { return nil }
                let tensor = try Tensor(shape: shape) { pointer in
                    for (index, number) in taken.enumerated() { pointer[index] = Float(number) }
                }
                return .object(TensorObject(tensor))
            default: return nil
            }
        }
    }

    private static func take(_ count: Int, _ numbers: inout ArraySlice<Double>) -> ArraySlice<Double>? {
        guard (0...numbers.count).contains(count) else { return nil }
        let taken = numbers.prefix(count)
        numbers = numbers.dropFirst(count)
        return taken
    }
}
