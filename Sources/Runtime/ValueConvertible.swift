import Support

/// A value of another kind than was wanted.
///
/// The binder of arguments makes the whole sentence: "clip: `low` wants a number, got list [1, 2]".
public struct Mismatch: Error {
    /// What was wanted, where it is more than the type's `wants`.
    public var wanted: String?
    /// What was found, where the value itself does not say it.
    public var found: String?

    @inlinable public init(wanted: String? = nil, found: String? = nil) {
        self.wanted = wanted
        self.found = found
    }
}

/// A Swift type that a native function may take or return.
///
/// Numbers, booleans, strings, arrays, optionals, ranges, functions, `Value` itself and every
/// subclass of `HostObject` conform.
public protocol ValueConvertible {
    /// What error messages say is wanted, with an article: `a number`; nil where any value will do.
    static var wants: String? { get }

    /// Throws `Mismatch` where the value is of another kind, or a `Fault` with words of its own.
    static func convert(_ value: Value) throws -> Self

    var asValue: Value { get }

    /// Whether a parameter of this type takes one argument or all that are left.
    static var arity: Signature.Parameter.Arity { get }

    /// Whether a parameter of this type wants to know how its argument was written.
    static var isReference: Bool { get }
}

extension ValueConvertible {
    public static var arity: Signature.Parameter.Arity { .one }
    public static var isReference: Bool { false }
}

extension Value: ValueConvertible {
    public static var wants: String? { nil }
    @inlinable public static func convert(_ value: Value) throws -> Value { value }
    @inlinable public var asValue: Value { self }
}

extension Double: ValueConvertible {
    public static var wants: String? { "a number" }
    @inlinable public static func convert(_ value: Value) throws -> Double {
        if case .number(let number) = value { return number }
        throw Mismatch()
    }
    @inlinable public var asValue: Value { .number(self) }
}

extension Float: ValueConvertible {
    public static var wants: String? { "a number" }
    @inlinable public static func convert(_ value: Value) throws -> Float {
        if case .number(let number) = value { return Float(number) }
        throw Mismatch()
    }
    @inlinable public var asValue: Value { .number(Double(self)) }
}

extension Int: ValueConvertible {
    public static var wants: String? { "a whole number" }
    @inlinable public static func convert(_ value: Value) throws -> Int {
        guard case .number(let number) = value, let whole = Int(exactly: number) else { throw Mismatch() }
        return whole
    }
    @inlinable public var asValue: Value { .number(Double(self)) }
}

extension Bool: ValueConvertible {
    public static var wants: String? { "true or false" }
    @inlinable public static func convert(_ value: Value) throws -> Bool {
        if case .boolean(let boolean) = value { return boolean }
        throw Mismatch()
    }
    @inlinable public var asValue: Value { .boolean(self) }
}

extension String: ValueConvertible {
    public static var wants: String? { "a string" }
    @inlinable public static func convert(_ value: Value) throws -> String {
        if case .string(let box) = value { return box.text }
        throw Mismatch()
    }
    @inlinable public var asValue: Value { .string(self) }
}

extension RangeValue: ValueConvertible {
    public static var wants: String? { "a range" }
    public static func convert(_ value: Value) throws -> Self {
        if case .range(let range) = value, let range = range as? Self { return range }
        throw Mismatch()
    }
    public var asValue: Value { .range(self) }
}

extension FunctionValue: ValueConvertible {
    public static var wants: String? { "a function" }
    public static func convert(_ value: Value) throws -> Self {
        if case .function(let function) = value, let function = function as? Self { return function }
        throw Mismatch()
    }
    public var asValue: Value { .function(self) }
}

extension RecordBox: ValueConvertible {
    public static var wants: String? { "a record" }
    public static func convert(_ value: Value) throws -> Self {
        if case .record(let record) = value, let record = record as? Self { return record }
        throw Mismatch()
    }
    public var asValue: Value { .record(self) }
}

extension HostObject: ValueConvertible {
    public class var wants: String? { article(typeName) }
    public static func convert(_ value: Value) throws -> Self {
        if case .object(let object) = value, let object = object as? Self { return object }
        throw Mismatch()
    }
    public var asValue: Value { .object(self) }
}

extension Optional: ValueConvertible where Wrapped: ValueConvertible {
    public static var wants: String? { Wrapped.wants.map { "\($0) or nothing" } }
    @inlinable public static func convert(_ value: Value) throws -> Wrapped? {
        if case .nothing = value { return nil }
        return try Wrapped.convert(value)
    }
    public var asValue: Value { self?.asValue ?? .nothing }
}

extension Array: ValueConvertible where Element: ValueConvertible {
    public static var wants: String? {
        guard let element = Element.wants else { return "a list" }
        return "a list of \(plural(element))"
    }

    /// Ranges count as lists of their numbers.
    public static func convert(_ value: Value) throws -> [Element] {
        switch value {
        case .list(let box):
            // A list of any values is taken as it is, without a copy.
            if Element.self == Value.self, let elements = box.elements as? [Element] { return elements }
            var result: [Element] = []
            result.reserveCapacity(box.elements.count)
            for (index, element) in box.elements.enumerated() {
                do { result.append(try Element.convert(element)) } catch let mismatch as Mismatch {
                    throw Mismatch(
                        wanted: mismatch.wanted.map { "a list of \(plural($0))" },
                        found: "\(mismatch.found ?? element.described) at index \(index)")
                }
            }
            return result
        case .range(let range):
            guard range.count <= 10_000_000 else {
                throw Mismatch(found: "\(value.described), which is too long for a list")
            }
            return try range.numbers.map { try Element.convert(.number(Double($0))) }
        default: throw Mismatch()
        }
    }

    public var asValue: Value { .list(map(\.asValue)) }
}

/// `a number` → `numbers`, `true or false` as it is.
private func plural(_ phrase: String) -> String {
    for prefix in ["a ", "an "] where phrase.hasPrefix(prefix) {
        let rest = String(phrase.dropFirst(prefix.count))
        if let list = rest.firstRange(of: "list of ") { return "lists of " + rest[list.upperBound...] }
        return rest + "s"
    }
    return phrase
}

/// All arguments without a label that are left: `print(a, b, c)`.
public struct Rest<Element: ValueConvertible>: ValueConvertible {
    public var values: [Element]
    public init(_ values: [Element] = []) { self.values = values }

    public static var wants: String? { Element.wants }
    public static var arity: Signature.Parameter.Arity { .rest }
    public static func convert(_ value: Value) throws -> Rest { Rest(try [Element].convert(value)) }
    public var asValue: Value { values.asValue }
}

/// All arguments with labels that no parameter takes: `report(iteration: i, return: r)`.
public struct LabelledRest: ValueConvertible {
    public var fields: [(name: String, value: Value)]
    public init(_ fields: [(name: String, value: Value)] = []) { self.fields = fields }

    public static var wants: String? { nil }
    public static var arity: Signature.Parameter.Arity { .labelledRest }
    public static func convert(_ value: Value) throws -> LabelledRest {
        guard case .record(let box) = value else { throw Mismatch() }
        return LabelledRest(zip(box.names, box.values).map { ($0, $1) })
    }
    public var asValue: Value { .record(fields.map { ($0.name, $0.value) }) }
}
