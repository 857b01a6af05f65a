import Support
import Syntax

/// `x[i]` of the language's own values.
enum Subscripts {
    static func convert(_ value: Value) -> SubscriptValue {
        switch value {
        case .number(let number): .number(number)
        case .range(let range): .range(range)
        default: .value(value)
        }
    }

    static func read(_ value: Value, _ indices: [SubscriptValue]) throws -> Value {
        switch value {
        case .object(let object): return try object.element(indices)
        case .list(let box):
            let index = try single(indices, "a list")
            switch index {
            case .number(let number): return box.elements[try position(number, box.elements.count, "the list")]
            case .range(let range):
                return .list(Array(box.elements[try positions(range, box.elements.count, "the list")]))
            case .all: return value
            case .value(let other):
                throw Fault("subscript.type", "an index of a list is a whole number or a range, got \(other.described)")
            }
        case .string(let box):
            let characters = Array(box.text)
            switch try single(indices, "a string") {
            case .number(let number):
                return .string(String(characters[try position(number, characters.count, "the string")]))
            case .range(let range):
                return .string(String(characters[try positions(range, characters.count, "the string")]))
            case .all: return value
            case .value(let other):
                throw Fault("subscript.type", "an index of a string is a whole number or a range, got \(other.described)")
            }
        case .range(let range):
            switch try single(indices, "a range") {
            case .number(let number):
                return .integer(range.lower + (try position(number, range.count, "the range")))
            case .range(let part):
                let positions = try positions(part, range.count, "the range")
                return .range(RangeValue(range.lower + positions.lowerBound, range.lower + positions.upperBound))
            case .all: return value
            case .value(let other):
                throw Fault("subscript.type", "an index of a range is a whole number or a range, got \(other.described)")
            }
        case .record(let box):
            guard case .value(.string(let name)) = try single(indices, "a record") else {
                throw Fault("subscript.type", "a record is indexed by the name of a field, as in r[\"a\"]")
            }
            guard let field = box[name.text] else { throw Faults.noMember(name.text, of: value) }
            return field
        case .nothing, .boolean, .number, .function:
            throw Fault("subscript.type", "\(value.described) has no elements to index")
        }
    }

    static func single(_ indices: [SubscriptValue], _ owner: String) throws -> SubscriptValue {
        guard indices.count == 1, let index = indices.first else {
            throw Fault(
                "subscript.count", "\(owner) takes one index, got \(indices.count)",
                hint: owner == "a list" ? "write xs[i][j] for a list of lists, or make it a tensor" : nil)
        }
        return index
    }

    /// From 0; negative from the end.
    @inline(__always)
    static func position(_ number: Double, _ count: Int, _ owner: String) throws -> Int {
        if let index = Int(exactly: number) {
            if index >= 0 && index < count { return index }
            if index < 0 && index >= -count { return index + count }
        }
        throw outside(number, count, owner)
    }

    @inline(never)
    static func outside(_ number: Double, _ count: Int, _ owner: String) -> Fault {
        guard number == number.rounded(), number.isFinite else {
            return Fault("subscript.whole", "an index is a whole number, got \(NumberText.plain(number))")
        }
        let elements = count == 1 ? "1 element" : "\(NumberText.grouped(count)) elements"
        return Fault(
            "subscript.range", "index \(NumberText.plain(number)) is outside of \(owner), which has \(elements)",
            hint: count > 0 && number == Double(count) ? "indices count from 0; the last is \(count - 1), or -1" : nil)
    }

    /// `1..<3`, `0..<-1`: both ends from 0, negative from the end, never outside.
    static func positions(_ range: RangeValue, _ count: Int, _ owner: String) throws -> Range<Int> {
        let last = range.isClosed ? range.upper - 1 : range.upper
        let lower = range.lower < 0 ? range.lower + count : range.lower
        var upper = last < 0 ? last + count : last
        if range.isClosed { upper += 1 }
        guard lower >= 0, upper <= count, lower <= upper else {
            let elements = count == 1 ? "1 element" : "\(NumberText.grouped(count)) elements"
            throw Fault(
                "subscript.range", "\(Value.range(range).quoted) is outside of \(owner), which has \(elements)")
        }
        return lower..<upper
    }
}
