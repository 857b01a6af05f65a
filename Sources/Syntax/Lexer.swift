/// Cuts a source into tokens, with the pairs of brackets found and the line ends that end statements.
///
/// Without recursion: brackets and open strings are a stack, so that no depth of nesting can hurt.
struct Lexer {
    let source: Source
    let text: [UInt8]
    var offset = 0
    var tokens: [Token] = []
    var comments: [Comment] = []
    var diagnostic: Diagnostic?
    /// Indices of the tokens that opened brackets and interpolations and are not closed yet.
    var openBrackets: [Int] = []
    /// Indices of the opening quotes of strings that are not closed yet.
    var openStrings: [Int] = []
    /// Where strings of several lines begin and end, by the index of their opening quotes.
    var longStrings: [Int: LongString] = [:]
    /// Where the first line end since the last token stands.
    var lineEnd: Int?

    init(_ source: Source) {
        self.source = source
        text = source.text
    }

    mutating func run() {
        tokens.reserveCapacity(text.count / 4 + 2)
        do throws(Diagnostic) {
            try checkEncoding()
            if text.starts(with: [0xEF, 0xBB, 0xBF]) { offset = 3 }
            while offset < text.count { try lexToken() }
        } catch {
            diagnostic = error
            emitLineEnd(before: nil)
            tokens.append(Token(kind: .invalid, lower: offset, upper: offset, startsLine: lineEnd != nil))
        }
        tokens.append(Token(kind: .end, lower: text.count, upper: text.count, startsLine: lineEnd != nil))
    }

    // MARK: Reading bytes

    func byte(_ ahead: Int = 0) -> UInt8 {
        let position = offset + ahead
        return position < text.count ? text[position] : 0
    }

    func scalar(at position: Int) -> Unicode.Scalar? {
        String(decoding: text[position..<min(position + 4, text.count)], as: UTF8.self).unicodeScalars.first
    }

    func failure(
        _ id: String, _ message: String, _ lower: Int, _ upper: Int, hint: String? = nil,
        labels: [Diagnostic.Label] = []
    ) -> Diagnostic {
        Diagnostic(
            "syntax.\(id)", message, at: Span(source, lower, upper), labels: labels, hints: hint.map { [$0] } ?? [])
    }

    private func checkEncoding() throws(Diagnostic) {
        var position = 0
        while position < text.count {
            let first = text[position]
            if first == 0 {
                throw failure("encoding", "the text holds a NUL byte", position, position + 1)
            }
            if first < 0x80 {
                position += 1
                continue
            }
            let length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2
            let part = text[position..<min(position + length, text.count)]
            guard let decoded = String(validating: part, as: UTF8.self), decoded.unicodeScalars.count == 1 else {
                throw failure(
                    "encoding", "the text is not valid UTF-8: byte 0x\(hexadecimal(UInt32(first))) stands alone",
                    position, position + 1, hint: "save the file as UTF-8")
            }
            position += length
        }
    }

    func hexadecimal(_ value: UInt32) -> String {
        let digits = String(value, radix: 16, uppercase: true)
        return digits.count < 2 ? "0" + digits : digits
    }

    // MARK: Tokens

    mutating func emit(_ kind: Token.Kind, length: Int) {
        emit(kind, from: offset, to: offset + length)
        offset += length
    }

    mutating func emit(_ kind: Token.Kind, from lower: Int, to upper: Int) {
        let startsLine = lineEnd != nil
        emitLineEnd(before: kind)
        tokens.append(Token(kind: kind, lower: lower, upper: upper, startsLine: startsLine))
    }

    /// A line end becomes a token where it ends a statement: not inside `(` or `[`, not after an
    /// operator, comma or open bracket, not before a `.`.
    private mutating func emitLineEnd(before next: Token.Kind?) {
        guard let position = lineEnd else { return }
        lineEnd = nil
        if let index = openBrackets.last, tokens[index].kind != .open(.curly) { return }
        guard let last = tokens.last?.kind, !continuesLine(last), next != .dot else { return }
        tokens.append(Token(kind: .newline, lower: position, upper: position + 1))
    }

    func continuesLine(_ kind: Token.Kind) -> Bool {
        switch kind {
        case .operation, .compoundAssign, .assign, .comma, .colon, .dot, .arrow, .open, .closedRange,
            .halfOpenRange, .interpolationStart, .newline, .keyword(.and), .keyword(.or), .keyword(.not):
            true
        default: false
        }
    }

    private mutating func lexToken() throws(Diagnostic) {
        let first = byte()
        switch first {
        case 0x20, 0x09, 0x0D: offset += 1
        case 0x0A:
            if let opening = openStrings.last { throw unclosedString(opening) }
            if lineEnd == nil { lineEnd = offset }
            offset += 1
        case UInt8(ascii: "#"): lexComment()
        case UInt8(ascii: "\""): try lexString()
        case UInt8(ascii: "0")...UInt8(ascii: "9"): try lexNumber()
        case UInt8(ascii: "("): open(.round)
        case UInt8(ascii: "["): open(.square)
        case UInt8(ascii: "{"): open(.curly)
        case UInt8(ascii: ")"): try close(.round)
        case UInt8(ascii: "]"): try close(.square)
        case UInt8(ascii: "}"): try close(.curly)
        case UInt8(ascii: "_"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"):
            lexName()
        case 0x80...:
            try lexOther()
        default: try lexMark()
        }
    }

    private mutating func lexComment() {
        let start = offset
        while offset < text.count, text[offset] != 0x0A { offset += 1 }
        var before = start
        while before > 0, [0x20, 0x09].contains(text[before - 1]) { before -= 1 }
        let isDocumentation =
            start + 1 < offset && text[start + 1] == UInt8(ascii: "#")
            && !(start + 2 < offset && text[start + 2] == UInt8(ascii: "#"))
        comments.append(
            Comment(
                lower: start, upper: offset, isAlone: before == 0 || text[before - 1] == 0x0A,
                isDocumentation: isDocumentation))
    }

    mutating func lexName() {
        let start = offset
        while offset < text.count {
            let next = text[offset]
            if next < 0x80 {
                guard isNameByte(next) else { break }
                offset += 1
            } else {
                guard let scalar = scalar(at: offset), scalar.properties.isXIDContinue else { break }
                offset += scalar.utf8.count
            }
        }
        let word = String(decoding: text[start..<offset], as: UTF8.self)
        if let keyword = Keyword(rawValue: word), tokens.last?.kind != .dot {
            emit(.keyword(keyword), from: start, to: offset)
        } else {
            emit(.name, from: start, to: offset)
        }
    }

    func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "_"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"):
            true
        default: false
        }
    }

    // MARK: Brackets

    private mutating func open(_ bracket: Bracket) {
        emit(.open(bracket), length: 1)
        openBrackets.append(tokens.count - 1)
    }

    private mutating func close(_ bracket: Bracket) throws(Diagnostic) {
        guard let opening = openBrackets.last else {
            throw failure(
                "bracket", "`\(bracket.closing)` closes nothing: no `\(bracket.opening)` is open", offset, offset + 1)
        }
        if tokens[opening].kind == .interpolationStart, bracket == .round {
            emit(.interpolationEnd, length: 1)
            pair(opening)
            return try lexStringBody()
        }
        guard tokens[opening].kind == .open(bracket) else {
            let wanted: Bracket
            if case .open(let kind) = tokens[opening].kind { wanted = kind } else { wanted = .round }
            let place = Span(source, tokens[opening].lower, tokens[opening].upper)
            throw failure(
                "bracket", "expected `\(wanted.closing)`, found `\(bracket.closing)`", offset, offset + 1,
                labels: [.init(place, "`\(place.text)` was opened here")])
        }
        // A line end before a closing brace ends the statement before it.
        emit(.close(bracket), length: 1)
        pair(opening)
    }

    private mutating func pair(_ opening: Int) {
        openBrackets.removeLast()
        tokens[opening].partner = tokens.count - 1
        tokens[tokens.count - 1].partner = opening
    }
}
