/// A value of the language.
///
/// Copies are cheap: numbers and booleans are stored in place, everything else is one reference.
/// Strings, lists, records and ranges behave as values (a shared list is copied before it is
/// changed); a host object decides for itself whether it has identity.
public enum Value {
    case nothing
    case boolean(Bool)
    case number(Double)
    case string(StringBox)
    case list(ListBox)
    case record(RecordBox)
    case range(RangeValue)
    case function(FunctionValue)
    case object(HostObject)
}

/// The text of a string value; never changes.
public final class StringBox {
    public let text: String
    public init(_ text: String) { self.text = text }
}

/// The elements of a list value.
///
/// Only the interpreter writes to it, and only while it holds the one reference.
public final class ListBox {
    @exclusivity(unchecked) public internal(set) var elements: [Value]

    public init(_ elements: [Value]) { self.elements = elements }

    deinit { Reaper.release(&elements) }
}

/// The fields of a record value, in the order they were written.
///
/// Only the interpreter writes to it, and only while it holds the one reference.
public final class RecordBox {
    @exclusivity(unchecked) public internal(set) var names: [String]
    @exclusivity(unchecked) public internal(set) var values: [Value]

    /// `names` and `values` have one length and no name occurs twice.
    init(names: [String], values: [Value]) {
        self.names = names
        self.values = values
    }

    deinit { Reaper.release(&values) }

    public func index(of name: String) -> Int? { names.firstIndex(of: name) }

    public subscript(name: String) -> Value? { index(of: name).map { values[$0] } }
}

/// Whole numbers from `lower` up to, but without, `upper`.
public final class RangeValue: Sendable {
    public let lower: Int
    public let upper: Int
    /// Written as `lower...last`; only the display differs.
    public let isClosed: Bool

    /// An `upper` below `lower` makes an empty range (or, as an index, one that counts from the end).
    public init(_ lower: Int, _ upper: Int, isClosed: Bool = false) {
        self.lower = lower
        self.upper = upper
        self.isClosed = isClosed
    }

    public var count: Int { numbers.count }

    /// The range's numbers.
    public var numbers: Range<Int> { lower..<Swift.max(lower, upper) }
}

// MARK: - Making values

extension Value {
    @inlinable public static func string(_ text: String) -> Value { .string(StringBox(text)) }

    @inlinable public static func list(_ elements: [Value]) -> Value { .list(ListBox(elements)) }

    @_disfavoredOverload
    public static func list(_ numbers: [Double]) -> Value { .list(numbers.map { .number($0) }) }

    /// A record; of a name that occurs twice the later value stays.
    public static func record(_ fields: [(String, Value)]) -> Value {
        var names: [String] = []
        var values: [Value] = []
        for (name, value) in fields {
            if let index = names.firstIndex(of: name) {
                values[index] = value
            } else {
                names.append(name)
                values.append(value)
            }
        }
        return .record(RecordBox(names: names, values: values))
    }

    public static func integer(_ number: Int) -> Value { .number(Double(number)) }
}

extension Value: ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral, ExpressibleByStringLiteral,
    ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral
{
    public init(floatLiteral value: Double) { self = .number(value) }
    public init(integerLiteral value: Int) { self = .number(Double(value)) }
    public init(stringLiteral value: String) { self = .string(value) }
    public init(booleanLiteral value: Bool) { self = .boolean(value) }
    public init(arrayLiteral elements: Value...) { self = .list(elements) }
}

// MARK: - Taking values apart

extension Value {
    public var isNothing: Bool {
        if case .nothing = self { return true }
        return false
    }

    public var asNumber: Double? {
        if case .number(let number) = self { return number }
        return nil
    }

    public var asText: String? {
        if case .string(let box) = self { return box.text }
        return nil
    }

    public var asElements: [Value]? {
        if case .list(let box) = self { return box.elements }
        return nil
    }

    public var asObject: HostObject? {
        if case .object(let object) = self { return object }
        return nil
    }

    public var asFunction: FunctionValue? {
        if case .function(let function) = self { return function }
        return nil
    }

    /// What error messages and `:vars` call the kind of value: `number`, `list`, `lab`.
    public var typeName: String {
        switch self {
        case .nothing: "nothing"
        case .boolean: "boolean"
        case .number: "number"
        case .string: "string"
        case .list: "list"
        case .record: "record"
        case .range: "range"
        case .function: "function"
        case .object(let object): object.typeName
        }
    }
}
