extension Lexer {
    /// Operators and punctuation, with a word for those of other languages.
    mutating func lexMark() throws(Diagnostic) {
        let rest = text[offset..<min(offset + 3, text.count)]
        for (mark, correct) in foreignMarks where rest.starts(with: mark.utf8) {
            if mark == "!", byte(1) == UInt8(ascii: "=") { continue }
            throw failure(
                "foreign", "`\(mark)` has no meaning here", offset, offset + mark.utf8.count, hint: correct)
        }
        for (mark, kind) in marks where rest.starts(with: mark.utf8) {
            return emit(kind, length: mark.utf8.count)
        }
        switch byte() {
        case UInt8(ascii: "."):
            if byte(1) == UInt8(ascii: ".") {
                throw failure(
                    "unexpected", "`..` alone is no range", offset, offset + 2,
                    hint: "`1...10` includes 10, `0..<10` does not")
            }
            if isDigit(byte(1)), !joinsPrevious {
                var end = offset + 1
                while end < text.count, isNameByte(text[end]) { end += 1 }
                let digits = String(decoding: text[(offset + 1)..<end], as: UTF8.self)
                throw failure(
                    "number", "a number does not start with its point", offset, end, hint: "write `0.\(digits)`")
            }
            emit(.dot, length: 1)
        case UInt8(ascii: "'"):
            throw failure(
                "string", "strings are written in double quotes", offset, offset + 1,
                hint: singleQuoted.map { "write \"\($0)\"" })
        default:
            if byte() < 0x20 || byte() == 0x7F {
                throw failure(
                    "character", "the control character 0x\(hexadecimal(UInt32(byte()))) cannot stand here", offset,
                    offset + 1)
            }
            let character = String(decoding: [byte()], as: UTF8.self)
            throw failure(
                "character", "the character `\(character)` has no meaning here", offset, offset + 1,
                hint: byte() == UInt8(ascii: "\\") ? "a line continues after an operator, a comma or an open bracket" : nil)
        }
    }

    /// The `.` follows a value without a space, as in `t.0`: then it is a member, which the parser refuses better.
    private var joinsPrevious: Bool {
        guard let last = tokens.last, last.upper == offset, lineEnd == nil else { return false }
        switch last.kind {
        case .name, .close, .stringEnd: return true
        default: return false
        }
    }

    private var singleQuoted: String? {
        let line = text[(offset + 1)...].prefix { $0 != 0x0A }
        guard let end = line.firstIndex(of: UInt8(ascii: "'")) else { return nil }
        return String(decoding: line[..<end], as: UTF8.self)
    }

    /// Names and marks outside ASCII.
    mutating func lexOther() throws(Diagnostic) {
        guard let scalar = scalar(at: offset) else {
            offset += 1
            return
        }
        let length = scalar.utf8.count
        if scalar.properties.isXIDStart { return lexName() }
        switch scalar {
        case "\u{A0}", "\u{2009}", "\u{202F}": offset += length
        case "≤": emit(.operation(.lessOrEqual), length: length)
        case "≥": emit(.operation(.greaterOrEqual), length: length)
        case "≠": emit(.operation(.notEqual), length: length)
        case "−": emit(.operation(.subtract), length: length)
        case "×", "·": emit(.operation(.multiply), length: length)
        case "→": emit(.arrow, length: length)
        case "…": throw failure("character", "`…` is one character", offset, offset + length, hint: "a range is written with three points: `1...10`")
        case "“", "”", "„", "‘", "’", "«", "»":
            throw failure(
                "string", "strings are written in straight double quotes", offset, offset + length,
                hint: "replace `\(scalar)` by `\"`")
        default:
            let code = "U+" + String(repeating: "0", count: max(0, 4 - hexadecimal(scalar.value).count)) + hexadecimal(scalar.value)
            let isVisible = scalar.properties.generalCategory != .format && !scalar.properties.isWhitespace
            throw failure(
                "character",
                isVisible
                    ? "the character `\(scalar)` (\(code)) has no meaning here"
                    : "an invisible character (\(code)) stands here",
                offset, offset + length, hint: isVisible ? nil : "delete it, or write a plain space")
        }
    }
}

/// Longest first.
private let marks: [(String, Token.Kind)] = [
    ("...", .closedRange), ("..<", .halfOpenRange),
    ("->", .arrow), ("==", .operation(.equal)), ("!=", .operation(.notEqual)),
    ("<=", .operation(.lessOrEqual)), (">=", .operation(.greaterOrEqual)),
    ("+=", .compoundAssign(.add)), ("-=", .compoundAssign(.subtract)), ("*=", .compoundAssign(.multiply)),
    ("/=", .compoundAssign(.divide)), ("%=", .compoundAssign(.remainder)), ("^=", .compoundAssign(.power)),
    ("@=", .compoundAssign(.matrix)),
    ("<", .operation(.less)), (">", .operation(.greater)), ("=", .assign), ("+", .operation(.add)),
    ("-", .operation(.subtract)), ("*", .operation(.multiply)), ("/", .operation(.divide)),
    ("%", .operation(.remainder)), ("^", .operation(.power)), ("@", .operation(.matrix)),
    (",", .comma), (";", .semicolon), (":", .colon),
]

/// Marks of other languages and what is written instead.
private let foreignMarks: [(String, String)] = [
    ("===", "equality is `==`"), ("!==", "inequality is `!=`"),
    ("&&", "write `and`"), ("||", "write `or`"), ("|>", "write `f(x)` or `x.f()`"), ("**", "a power is written `^`: `x ^ 2`"),
    (":=", "a variable is assigned with `=`"), ("=>", "a function is written with `->`: `x -> x * 2`"),
    ("//", "a comment starts with `#`; there is no integer division, use `floor(a / b)`"),
    ("/*", "a comment starts with `#` and runs to the end of its line"),
    ("++", "write `x += 1`"), ("<<", "bits are not shifted here; multiply by `2 ^ n`"),
    (">>", "bits are not shifted here; divide by `2 ^ n`"),
    ("&", "write `and`"), ("|", "write `or`"), ("!", "write `not`"),
    ("?", "a choice is written `if a { b } else { c }`"), ("~", "write `not`"), ("$", "a value stands in a string as `\\(x)`"),
    ("`", "names are written without backticks"),
]
