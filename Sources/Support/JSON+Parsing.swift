extension JSON {
    /// Reads one JSON value; anything else after it, a doubled key, or more than 200 levels are faults.
    ///
    /// Source: RFC 8259.
    public init(parsing text: String) throws { try self.init(parsing: Array(text.utf8)) }

    public init(parsing bytes: [UInt8]) throws {
        var parser = JSONParser(bytes: bytes)
        self = try parser.document()
    }
}

/// Reads UTF-8 bytes by recursive descent, with a bound on the depth so that no input overflows the stack.
struct JSONParser {
    let bytes: [UInt8]
    var position = 0

    static let deepest = 200

    mutating func document() throws -> JSON {
        let value = try value(depth: 0)
        skipBlanks()
        if position < bytes.count { throw wrong("nothing more after the value") }
        return value
    }

    private func wrong(_ wanted: String) -> Fault {
        guard position < bytes.count else {
            return Fault("json.syntax", "JSON ends at byte \(position) where \(wanted) was wanted")
        }
        let byte = bytes[position]
        let shown =
            byte > 0x20 && byte < 0x7F ? "'\(Character(UnicodeScalar(byte)))'" : "byte \(byte)"
        return Fault("json.syntax", "JSON: \(wanted) was wanted at byte \(position), found \(shown)")
    }

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipBlanks() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        if next == byte {
            position += 1
            return true
        }
        return false
    }

    private mutating func value(depth: Int) throws -> JSON {
        if depth > Self.deepest {
            throw Fault("json.depth", "JSON is nested deeper than \(Self.deepest) levels at byte \(position)")
        }
        skipBlanks()
        switch next {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return .number(try number())
        }
    }

    private mutating func word(_ word: String, _ value: JSON) throws -> JSON {
        for byte in word.utf8 where !take(byte) { throw wrong("'\(word)'") }
        return value
    }

    private mutating func array(depth: Int) throws -> JSON {
        position += 1
        var elements: [JSON] = []
        skipBlanks()
        if take(UInt8(ascii: "]")) { return .array(elements) }
        while true {
            elements.append(try value(depth: depth + 1))
            skipBlanks()
            if take(UInt8(ascii: "]")) { return .array(elements) }
            if !take(UInt8(ascii: ",")) { throw wrong("',' or ']'") }
        }
    }

    private mutating func object(depth: Int) throws -> JSON {
        position += 1
        var members: [JSON.Member] = []
        var seen: Set<String> = []
        skipBlanks()
        if take(UInt8(ascii: "}")) { return .object(members) }
        while true {
            skipBlanks()
            if next != UInt8(ascii: "\"") { throw wrong("a key in quotes") }
            let key = try string()
            if !seen.insert(key).inserted {
                throw Fault("json.doubled-key", "JSON: the key \"\(key)\" is there twice in one object")
            }
            skipBlanks()
            if !take(UInt8(ascii: ":")) { throw wrong("':'") }
            members.append(JSON.Member(key, try value(depth: depth + 1)))
            skipBlanks()
            if take(UInt8(ascii: "}")) { return .object(members) }
            if !take(UInt8(ascii: ",")) { throw wrong("',' or '}'") }
        }
    }

    private mutating func string() throws -> String {
        position += 1
        var out: [UInt8] = []
        while let byte = next {
            switch byte {
            case UInt8(ascii: "\""):
                position += 1
                guard let text = String(validating: out, as: UTF8.self) else {
                    throw Fault("json.not-utf8", "JSON: the string before byte \(position) is not UTF-8")
                }
                return text
            case UInt8(ascii: "\\"):
                position += 1
                try escape(into: &out)
            case 0..<0x20: throw wrong("a character of a string (control characters are escaped)")
            default:
                out.append(byte)
                position += 1
            }
        }
        throw wrong("the end of a string")
    }

    private mutating func escape(into out: inout [UInt8]) throws {
        guard let byte = next else { throw wrong("an escape") }
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): out.append(byte)
        case UInt8(ascii: "b"): out.append(0x08)
        case UInt8(ascii: "f"): out.append(0x0C)
        case UInt8(ascii: "n"): out.append(0x0A)
        case UInt8(ascii: "r"): out.append(0x0D)
        case UInt8(ascii: "t"): out.append(0x09)
        case UInt8(ascii: "u"):
            position += 1
            var code = try hex4()
            if (0xD800..<0xDC00).contains(code) {
                guard take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else {
                    throw wrong("the second half of a surrogate pair")
                }
                let low = try hex4()
                guard (0xDC00..<0xE000).contains(low) else { throw wrong("the second half of a surrogate pair") }
                code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
            }
            guard let scalar = UnicodeScalar(code) else { throw wrong("a character") }
            out.append(contentsOf: String(Character(scalar)).utf8)
            return
        default: throw wrong("one of the escapes \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u")
        }
        position += 1
    }

    private mutating func hex4() throws -> UInt32 {
        var code: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = next, let digit = Character(UnicodeScalar(byte)).hexDigitValue else {
                throw wrong("a hexadecimal digit")
            }
            code = code << 4 | UInt32(digit)
            position += 1
        }
        return code
    }

    private mutating func digits() -> Int {
        let start = position
        while let byte = next, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") { position += 1 }
        return position - start
    }

    private mutating func number() throws -> Double {
        let start = position
        _ = take(UInt8(ascii: "-"))
        let first = next
        let whole = digits()
        if whole == 0 {
            position = start
            throw wrong("a value")
        }
        if whole > 1, first == UInt8(ascii: "0") { throw wrong("a number without leading zeros") }
        if take(UInt8(ascii: ".")), digits() == 0 { throw wrong("a digit after the point") }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            if digits() == 0 { throw wrong("a digit of the exponent") }
        }
        guard let value = Double(String(decoding: bytes[start..<position], as: UTF8.self)) else {
            throw wrong("a number")
        }
        return value  // beyond the range of a double it is an infinity, as Double reads it
    }
}
