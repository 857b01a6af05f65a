extension Lexer {
    /// `12`, `10_000`, `0.5`, `1e-3`.
    mutating func lexNumber() throws(Diagnostic) {
        let start = offset
        var digits: [UInt8] = []
        if byte() == UInt8(ascii: "0"), let kind = radixName(byte(1)), isDigit(byte(2)) || isNameByte(byte(2)) {
            while isNameByte(byte()) { offset += 1 }
            throw failure(
                "number", "numbers are written in decimal, this one is \(kind)", start, offset)
        }
        try lexDigits(into: &digits, start: start)
        if byte() == UInt8(ascii: "."), byte(1) != UInt8(ascii: ".") {
            guard isDigit(byte(1)) else {
                let number = String(decoding: digits, as: UTF8.self)
                throw failure(
                    "number", "digits are missing after the point", offset, offset + 1,
                    hint: isNameByte(byte(1)) ? "a call on a number has it in parentheses: `(\(number)).f()`" : "write `\(number)` or `\(number).0`")
            }
            digits.append(byte())
            offset += 1
            try lexDigits(into: &digits, start: start)
            if byte() == UInt8(ascii: "."), isDigit(byte(1)) {
                throw failure("number", "a number has one decimal point", offset, offset + 1)
            }
        }
        let sign = byte(1) == UInt8(ascii: "-") || byte(1) == UInt8(ascii: "+") ? 1 : 0
        if byte() | 0x20 == UInt8(ascii: "e"), isDigit(byte(1 + sign)) {
            digits.append(contentsOf: text[offset..<(offset + 1 + sign)])
            offset += 1 + sign
            try lexDigits(into: &digits, start: start)
        }
        try checkEndOfNumber(start: start)
        guard let value = Double(String(decoding: digits, as: UTF8.self)), value.isFinite else {
            throw failure(
                "number", "the number is too large", start, offset,
                hint: "the largest number is about 1.8e308")
        }
        emit(.number(value), from: start, to: offset)
    }

    private mutating func lexDigits(into digits: inout [UInt8], start: Int) throws(Diagnostic) {
        while true {
            if isDigit(byte()) {
                digits.append(byte())
                offset += 1
            } else if byte() == UInt8(ascii: "_") {
                guard isDigit(byte(1)), offset > start, isDigit(text[offset - 1]) else {
                    throw failure(
                        "number", "`_` in a number stands between two digits", offset, offset + 1,
                        hint: "as in `10_000`")
                }
                offset += 1
            } else {
                return
            }
        }
    }

    private func checkEndOfNumber(start: Int) throws(Diagnostic) {
        var rest = self
        guard isNameByte(byte()) || (byte() >= 0x80 && scalar(at: offset)?.properties.isXIDStart == true) else {
            return
        }
        rest.tokens = []
        rest.lineEnd = nil
        rest.lexName()
        let number = String(decoding: text[start..<offset], as: UTF8.self)
        let name = String(decoding: text[offset..<rest.offset], as: UTF8.self)
        if name == "e" || name == "E" {
            throw failure(
                "number", "digits are missing after the exponent's `\(name)`", offset, offset + 1,
                hint: "as in `1e-3`")
        }
        throw failure(
            "number", "a number cannot be followed directly by a name", offset, rest.offset,
            hint: "a product is written with `*`: `\(number) * \(name)`")
    }

    func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

    private func radixName(_ byte: UInt8) -> String? {
        switch byte | 0x20 {
        case UInt8(ascii: "x"): "hexadecimal"
        case UInt8(ascii: "b"): "binary"
        case UInt8(ascii: "o"): "octal"
        default: nil
        }
    }
}
