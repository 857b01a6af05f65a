import Runtime
import Support

/// What can be gone through element by element: a list, a range, or an object with elements (rows of a table).
struct Elements: ValueConvertible {
    var values: [Value]

    static var wants: String? { "a list" }

    static func convert(_ value: Value) throws -> Elements {
        guard case .object(let object) = value else { return Elements(values: try [Value].convert(value)) }
        guard let next = try object.makeIterator() else { throw Mismatch() }
        var values: [Value] = []
        while let element = try next() { values.append(element) }
        return Elements(values: values)
    }

    var asValue: Value { .list(values) }
}

/// A number of elements: whole and not negative.
struct Count: ValueConvertible {
    var number: Int

    init(_ number: Int) { self.number = number }

    static var wants: String? { "a whole number of at least 0" }

    static func convert(_ value: Value) throws -> Count {
        guard case .number(let number) = value, let whole = Int(exactly: number), whole >= 0 else { throw Mismatch() }
        return Count(whole)
    }

    var asValue: Value { .number(Double(number)) }
}

/// What sorting compares: numbers before strings, NaN after all other numbers.
struct SortKey: Comparable {
    enum Content { case number(Double), text(String) }
    let content: Content

    init(_ value: Value, of word: String) throws {
        switch value {
        case .number(let number): content = .number(number)
        case .boolean(let boolean): content = .number(boolean ? 1 : 0)
        case .string(let box): content = .text(box.text)
        default:
            throw Fault(
                "sort.type", "sort wants \(word) to be numbers or strings, got \(value.described)",
                hint: "`by` gives what to compare: `sort(xs, by: x -> x.mean)`")
        }
    }

    static func < (a: SortKey, b: SortKey) -> Bool {
        switch (a.content, b.content) {
        case (.number(let x), .number(let y)): y.isNaN ? !x.isNaN : x < y
        case (.text(let x), .text(let y)): x < y
        case (.number, .text): true
        case (.text, .number): false
        }
    }

    static func == (a: SortKey, b: SortKey) -> Bool { !(a < b) && !(b < a) }

    /// The order of the keys, equal ones as they stand.
    static func order(_ keys: [SortKey], isDescending: Bool) -> [Int] {
        keys.indices.sorted { i, j in
            if isDescending ? keys[j] < keys[i] : keys[i] < keys[j] { return true }
            if isDescending ? keys[i] < keys[j] : keys[j] < keys[i] { return false }
            return i < j
        }
    }
}

extension NativeContext {
    /// Calls a test and insists on true or false.
    func test(_ function: FunctionValue, _ value: Value, in name: String) throws -> Bool {
        let result = try call(function, value)
        guard case .boolean(let boolean) = result else {
            throw Fault("\(name).type", "\(name): the function must give true or false, gave \(result.described)")
        }
        return boolean
    }
}
