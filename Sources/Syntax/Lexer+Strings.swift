extension Lexer {
    /// From the opening quote; interpolations return to the main loop, their `)` comes back to `lexStringBody`.
    mutating func lexString() throws(Diagnostic) {
        if byte(1) == UInt8(ascii: "\""), byte(2) == UInt8(ascii: "\"") { return try lexLongString() }
        emit(.stringStart, length: 1)
        openStrings.append(tokens.count - 1)
        try lexStringBody()
    }

    mutating func lexStringBody() throws(Diagnostic) {
        var piece: [UInt8] = []
        let start = offset
        while true {
            guard let opening = openStrings.last else { return }
            if let long = longStrings[opening] { return try lexLongStringBody(opening, long) }
            guard offset < text.count, text[offset] != 0x0A else { throw unclosedString(opening) }
            switch text[offset] {
            case UInt8(ascii: "\""):
                emitText(piece, from: start)
                emit(.stringEnd, length: 1)
                openStrings.removeLast()
                tokens[opening].partner = tokens.count - 1
                tokens[tokens.count - 1].partner = opening
                return
            case UInt8(ascii: "\\"):
                if byte(1) == UInt8(ascii: "(") {
                    emitText(piece, from: start)
                    emit(.interpolationStart, length: 2)
                    openBrackets.append(tokens.count - 1)
                    return
                }
                try lexEscape(into: &piece)
            default:
                piece.append(text[offset])
                offset += 1
            }
        }
    }

    mutating func emitText(_ piece: [UInt8], from start: Int) {
        if piece.isEmpty { return }
        emit(.text(String(decoding: piece, as: UTF8.self)), from: start, to: offset)
    }

    mutating func lexEscape(into piece: inout [UInt8]) throws(Diagnostic) {
        let escapes: [UInt8: UInt8] = [
            UInt8(ascii: "n"): 0x0A, UInt8(ascii: "t"): 0x09, UInt8(ascii: "r"): 0x0D,
            UInt8(ascii: "\""): UInt8(ascii: "\""), UInt8(ascii: "\\"): UInt8(ascii: "\\"),
        ]
        if let value = escapes[byte(1)] {
            piece.append(value)
            offset += 2
            return
        }
        guard byte(1) == UInt8(ascii: "u") else {
            let length = scalar(at: min(offset + 1, text.count))?.utf8.count ?? 0
            throw failure(
                "escape", "unknown escape in a string", offset, min(offset + 1 + length, text.count),
                hint: "known are `\\n` `\\t` `\\r` `\\\"` `\\\\` `\\u{3B7}` and `\\(expression)`")
        }
        let start = offset
        var end = offset + 2
        var value: UInt32 = 0, digits = 0
        if byte(2) == UInt8(ascii: "{") {
            end += 1
            while end < text.count, digits < 8, let digit = hexadecimalDigit(text[end]) {
                value = value << 4 | digit
                digits += 1
                end += 1
            }
        }
        guard digits > 0, end < text.count, text[end] == UInt8(ascii: "}"), value != 0,
            let scalar = Unicode.Scalar(value)
        else {
            throw failure(
                "escape", "`\\u` wants a character's number in braces", start, min(end + 1, text.count),
                hint: "as in `\\u{3B7}`, which is η")
        }
        piece.append(contentsOf: String(scalar).utf8)
        offset = end + 1
    }

    private func hexadecimalDigit(_ byte: UInt8) -> UInt32? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(byte - UInt8(ascii: "a")) + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(byte - UInt8(ascii: "A")) + 10
        default: nil
        }
    }

    func unclosedString(_ opening: Int) -> Diagnostic {
        let token = tokens[opening]
        if let bracket = openBrackets.last(where: { tokens[$0].kind == .interpolationStart }), bracket > opening {
            return failure(
                "string", "`\\(` is not closed on its line", tokens[bracket].lower, tokens[bracket].upper,
                hint: "an interpolation ends with `)`: \"η is \\(eta)\"")
        }
        return failure(
            "string", "the string is not closed on its line", token.lower, token.upper,
            hint: "a string ends with `\"`; `\\n` within it starts a new line")
    }
}
