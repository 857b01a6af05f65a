/// Where the text of a string between `"""` stands.
struct LongString {
    /// The line end behind the opening quotes.
    var start: Int
    /// The blanks before the closing quotes: every line's own begin behind as many.
    var indentation: Range<Int>

    /// The closing quotes.
    var end: Int { indentation.upperBound }
}

extension Lexer {
    /// `"""`, lines of text, and `"""` at the start of a line: the lines without the closing quotes' indentation.
    ///
    /// An interpolation stands on one line, as in any string.
    mutating func lexLongString() throws(Diagnostic) {
        var end = offset + 3
        while end < text.count, isBlank(text[end]) { end += 1 }
        guard end >= text.count || text[end] == 0x0A else {
            throw failure(
                "string", "the text of a `\"\"\"` string begins on the next line", offset, offset + 3,
                hint: "a string on one line stands between single double quotes")
        }
        guard let indentation = closingIndentation(after: end) else {
            var open = failure(
                "string", "the string is not closed", offset, offset + 3,
                hint: "`\"\"\"` at the start of a line ends it")
            open.isIncomplete = true
            throw open
        }
        emit(.stringStart, length: 3)
        openStrings.append(tokens.count - 1)
        longStrings[tokens.count - 1] = LongString(start: end, indentation: indentation)
        offset = end
        try lexStringBody()
    }

    /// From the start of the text, or from behind an interpolation.
    mutating func lexLongStringBody(_ opening: Int, _ long: LongString) throws(Diagnostic) {
        var piece: [UInt8] = []
        let start = offset
        while offset < long.end {
            switch text[offset] {
            case 0x0A:
                if offset + 1 == long.indentation.lowerBound {
                    offset = long.end
                } else {
                    if offset != long.start { piece.append(0x0A) }
                    offset = try lineText(from: offset + 1, long)
                }
            case 0x0D where byte(1) == 0x0A: offset += 1
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
        emitText(piece, from: start)
        emit(.stringEnd, length: 3)
        openStrings.removeLast()
        longStrings[opening] = nil
        tokens[opening].partner = tokens.count - 1
        tokens[tokens.count - 1].partner = opening
    }

    /// Where a line's own text begins: behind the closing quotes' indentation; a blank line has none.
    private func lineText(from start: Int, _ long: LongString) throws(Diagnostic) -> Int {
        var first = start
        while first < long.end, isBlank(text[first]) { first += 1 }
        if text[start...].starts(with: text[long.indentation]) { return start + long.indentation.count }
        if text[first] == 0x0A { return first }
        throw failure(
            "string", "this line begins before the closing `\"\"\"`", first, first + 1,
            hint: "the text's lines are indented at least as far as the quotes that end it",
            labels: [.init(Span(source, long.end, long.end + 3), "the string ends here")])
    }

    /// The blanks before the first `"""` that begins a line.
    private func closingIndentation(after lineEnd: Int) -> Range<Int>? {
        var position = lineEnd
        while position < text.count {
            let start = position + 1
            var first = start
            while first < text.count, isBlank(text[first]) { first += 1 }
            if first + 2 < text.count, text[first..<first + 3].allSatisfy({ $0 == UInt8(ascii: "\"") }) { return start..<first }
            position = first
            while position < text.count, text[position] != 0x0A { position += 1 }
        }
        return nil
    }

    private func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D }
}
