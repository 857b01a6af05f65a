/// A JSON value: for `--json` output, the headers of saved files, and settings.
///
/// Objects keep the order of their members. Doubles are printed as the shortest text that reads back to the same
/// bits; NaN and the infinities, which JSON has no numbers for, as the strings "NaN", "Infinity", "-Infinity".
public enum JSON: Equatable, Sendable {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case array([JSON])
    case object([Member])

    /// One `"key": value` of an object.
    public struct Member: Equatable, Sendable {
        public let key: String
        public let value: JSON

        public init(_ key: String, _ value: JSON) {
            self.key = key
            self.value = value
        }
    }

    /// A whole number. Beyond ±2⁵³, where a double loses bits, it is written as a string.
    public static func integer(_ value: Int) -> JSON {
        value.magnitude <= 1 << 53 ? .number(Double(value)) : .string(String(value))
    }

    /// A 64-bit pattern (a seed, a digest, a counter): a string, so that no reader rounds it.
    public static func bits(_ value: UInt64) -> JSON { .string(String(value)) }

    public static func numbers(_ values: some Sequence<Double>) -> JSON { .array(values.map(JSON.number)) }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral
{
    public init(stringLiteral value: String) { self = .string(value) }
    public init(floatLiteral value: Double) { self = .number(value) }
    public init(integerLiteral value: Int) { self = .integer(value) }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(arrayLiteral elements: JSON...) { self = .array(elements) }
    public init(dictionaryLiteral elements: (String, JSON)...) {
        self = .object(elements.map { Member($0.0, $0.1) })
    }
    public init(nilLiteral: ()) { self = .null }
}

extension JSON {
    /// The value of an object's member, or nil.
    public subscript(key: String) -> JSON? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.key == key }?.value
    }

    /// An array's element, or nil.
    public subscript(index: Int) -> JSON? {
        guard case .array(let elements) = self, elements.indices.contains(index) else { return nil }
        return elements[index]
    }

    public var members: [Member]? { if case .object(let members) = self { members } else { nil } }
    public var elements: [JSON]? { if case .array(let elements) = self { elements } else { nil } }
    public var text: String? { if case .string(let text) = self { text } else { nil } }
    public var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
    public var isNull: Bool { self == .null }

    /// A number, or one of the strings that stand for NaN and the infinities.
    public var double: Double? {
        switch self {
        case .number(let value): value
        case .string("NaN"): .nan
        case .string("Infinity"): .infinity
        case .string("-Infinity"): -.infinity
        default: nil
        }
    }

    /// A whole number, written as a number or (beyond 2⁵³) as a string.
    public var int: Int? {
        switch self {
        case .number(let value): Int(exactly: value)
        case .string(let text): Int(text)
        default: nil
        }
    }

    /// What `bits` wrote.
    public var bits: UInt64? {
        switch self {
        case .number(let value): UInt64(exactly: value)
        case .string(let text): UInt64(text)
        default: nil
        }
    }

    public var doubles: [Double]? {
        guard let elements else { return nil }
        let values = elements.compactMap(\.double)
        return values.count == elements.count ? values : nil
    }
}
