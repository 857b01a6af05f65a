extension JSON: CustomStringConvertible {
    /// The value on one line, `{"a":1,"b":[2,3]}`.
    public var description: String { printed() }

    /// The value as text: on one line, or indented by two blanks a level.
    public func printed(indented: Bool = false) -> String {
        var out: [UInt8] = []
        write(into: &out, indentation: indented ? 0 : nil)
        return String(decoding: out, as: UTF8.self)
    }

    /// The value on one line as UTF-8.
    public var utf8: [UInt8] {
        var out: [UInt8] = []
        write(into: &out, indentation: nil)
        return out
    }

    private func write(into out: inout [UInt8], indentation: Int?) {
        switch self {
        case .null: out.append(contentsOf: "null".utf8)
        case .bool(let value): out.append(contentsOf: (value ? "true" : "false").utf8)
        case .number(let value): out.append(contentsOf: Self.text(value).utf8)
        case .string(let text): Self.quote(text, into: &out)
        case .array(let elements):
            Self.list(elements.count, "[", "]", into: &out, indentation: indentation) { index, out, inner in
                elements[index].write(into: &out, indentation: inner)
            }
        case .object(let members):
            Self.list(members.count, "{", "}", into: &out, indentation: indentation) { index, out, inner in
                Self.quote(members[index].key, into: &out)
                out.append(contentsOf: (inner == nil ? ":" : ": ").utf8)
                members[index].value.write(into: &out, indentation: inner)
            }
        }
    }

    private static func list(
        _ count: Int, _ open: String, _ close: String, into out: inout [UInt8], indentation: Int?,
        _ body: (Int, inout [UInt8], Int?) -> Void
    ) {
        func newline(_ depth: Int) {
            out.append(UInt8(ascii: "\n"))
            out.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 * depth))
        }
        out.append(contentsOf: open.utf8)
        for index in 0..<count {
            if index > 0 { out.append(UInt8(ascii: ",")) }
            if let indentation { newline(indentation + 1) }
            body(index, &out, indentation.map { $0 + 1 })
        }
        if let indentation, count > 0 { newline(indentation) }
        out.append(contentsOf: close.utf8)
    }

    /// A double as JSON: whole numbers without ".0", the rest as the shortest text with the same bits.
    static func text(_ value: Double) -> String {
        if value.isNaN { return "\"NaN\"" }
        if value.isInfinite { return value < 0 ? "\"-Infinity\"" : "\"Infinity\"" }
        if let whole = Int(exactly: value), whole.magnitude <= 1 << 53, !(whole == 0 && value.sign == .minus) {
            return String(whole)
        }
        return value.description
    }

    private static func quote(_ text: String, into out: inout [UInt8]) {
        let digits = Array("0123456789abcdef".utf8)
        out.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""): out.append(contentsOf: "\\\"".utf8)
            case UInt8(ascii: "\\"): out.append(contentsOf: "\\\\".utf8)
            case UInt8(ascii: "\n"): out.append(contentsOf: "\\n".utf8)
            case UInt8(ascii: "\r"): out.append(contentsOf: "\\r".utf8)
            case UInt8(ascii: "\t"): out.append(contentsOf: "\\t".utf8)
            case 0..<0x20, 0x7F:
                out.append(contentsOf: "\\u00".utf8)
                out.append(digits[Int(byte >> 4)])
                out.append(digits[Int(byte & 15)])
            default: out.append(byte)
            }
        }
        out.append(UInt8(ascii: "\""))
    }
}
