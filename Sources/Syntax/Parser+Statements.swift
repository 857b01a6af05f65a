extension Parser {
    /// Statements up to the end of the input, or of the block (whose `}` is left to the caller).
    mutating func parseStatements(inBlock: Bool) throws(Diagnostic) -> [Statement] {
        var statements: [Statement] = []
        var levels = 0
        /// The first statement of the line that is being read: a `;` at its end silences them all.
        var firstOfLine = 0
        while true {
            while kind == .newline || kind == .semicolon {
                if kind == .newline { firstOfLine = statements.count }
                advance()
            }
            if kind == .end || (inBlock && kind == .close(.curly)) { break }
            let start = index
            var statement = try parseStatement()
            levels = max(levels, height)
            switch kind {
            case .newline, .end: break
            case .close(.curly) where inBlock: break
            case .semicolon: break
            default: throw afterStatement(startingAt: start)
            }
            statement.documentation = documentation(from: start)
            statements.append(statement)
            if kind == .semicolon {
                while kind == .semicolon { advance() }
                if kind == .newline || kind == .end {
                    for position in firstOfLine..<statements.count { statements[position].isSilenced = true }
                }
            }
        }
        height = levels
        return statements
    }

    mutating func parseStatement() throws(Diagnostic) -> Statement {
        let start = index
        try refuseForeignStatement()
        height = 0
        let statement: Statement.Kind
        if case .keyword(let keyword) = kind {
            if kind(ahead: 1) == .assign || isCompoundAssign(kind(ahead: 1)) {
                throw failure(
                    "keyword", "the keyword `\(keyword.rawValue)` cannot be a variable", at: span,
                    hint: "`\(keyword.rawValue)_` can")
            }
            switch keyword {
            case .func: statement = try parseFunction()
            case .while: statement = try parseWhile()
            case .for: statement = try parseFor()
            case .repeat: statement = try parseRepeat()
            case .break, .continue: statement = try parseJump(keyword)
            case .return: statement = try parseReturn()
            case .use: statement = try parseUse()
            case .param: statement = try parseParameter()
            case .check: statement = try parseCheck()
            case .constrain, .penalize, .free: statement = try parseConstraint(keyword)
            case .else:
                throw failure(
                    "else", "`else` stands without its `if`", at: span,
                    hint: "`else` follows the `}` of its `if` on the same line: `} else {`")
            default: statement = try parseExpressionStatement()
            }
        } else {
            statement = try parseExpressionStatement()
        }
        return Statement(statement, span(from: start))
    }

    func isCompoundAssign(_ kind: Token.Kind) -> Bool {
        if case .compoundAssign = kind { return true }
        return false
    }

    private mutating func parseExpressionStatement() throws(Diagnostic) -> Statement.Kind {
        let start = index
        let target = try parseExpression()
        var operation: BinaryOperator?
        switch kind {
        case .assign: break
        case .compoundAssign(let symbol): operation = symbol
        default: return .expression(target)
        }
        let mark = span
        try checkTarget(target, mark: mark, startingAt: start)
        advance()
        let levels = height
        let value = try parseExpression()
        if kind == .assign {
            throw failure(
                "assignment", "one assignment at a time", at: span, hint: "write `b = c`, then `a = b`")
        }
        try grow(max(levels, height), at: start)
        return .assign(target: target, operation: operation, value: value)
    }

    private func checkTarget(_ target: Expression, mark: Span, startingAt start: Int) throws(Diagnostic) {
        switch target.kind {
        case .name, .index: return
        case .member: return
        case .call(let callee, _, nil):
            if case .name(let name) = callee.kind, tokens[start].kind == .name {
                throw failure(
                    "assignment", "a call cannot be assigned to", at: target.span,
                    hint: "a function is declared with `func \(name)(…) { … }`")
            }
        case .binary(.equal, _, _, _), .binary(.less, _, _, _), .binary(.greater, _, _, _):
            throw failure("assignment", "a comparison cannot be assigned to", at: target.span)
        case .number, .boolean, .nothing, .string:
            throw failure(
                "assignment", "a value cannot be assigned to", at: target.span,
                hint: "on the left of `\(mark.text)` stands a name, a field or an element")
        default: break
        }
        throw failure(
            "assignment", "this cannot be assigned to", at: target.span,
            hint: "on the left of `\(mark.text)` stands a name, a field or an element")
    }

    /// `let x`, `def f`, `print x`: a name followed at once by another word is never a statement here.
    private func refuseForeignStatement() throws(Diagnostic) {
        guard kind == .name, !tokens[min(index + 1, tokens.count - 1)].startsLine else { return }
        let word = text(token)
        guard let hint = foreignStatements[word] else { return }
        switch kind(ahead: 1) {
        case .name, .number, .stringStart:
            throw failure("foreign", "`\(word)` has no meaning here", at: span, hint: hint)
        default: return
        }
    }

    /// A statement has been read, but neither a line end nor `;` follows.
    private func afterStatement(startingAt start: Int) -> Diagnostic {
        let previous = tokens[max(index - 1, 0)]
        if kind == .keyword(.else) {
            return failure(
                "else", "`else` stands without its `if`", at: span,
                hint: "`else` follows the `}` of its `if`: `} else {`")
        }
        if index > 0, previous.kind == .name, !token.startsLine {
            let word = text(previous)
            if let hint = foreignStatements[word] {
                return failure("foreign", "`\(word)` has no meaning here", at: span(previous), hint: hint)
            }
            switch kind {
            case .name, .number, .stringStart:
                if previous.upper == token.lower { break }
                var hint = "to call `\(word)`, write `\(word)(…)`"
                if case .name = kind { hint = "to call `\(word)`, write `\(word)(\(text(token)))`" }
                if case .number = kind { hint = "to call `\(word)`, write `\(word)(\(text(token)))`" }
                if let foreign = foreignStatements[text(token)] { hint = foreign }
                if kind == .stringStart, token.partner > 0 {
                    let string = Span(source, token.lower, tokens[token.partner].upper).text
                    hint = "to call `\(word)`, write `\(word)(\(string))`"
                }
                return unexpected("the end of the statement", hint: hint)
            default: break
            }
        }
        if kind == .name, let hint = foreignStatements[text(token)] {
            return failure("foreign", "`\(text(token))` has no meaning here", at: span, hint: hint)
        }
        var hint: String?
        switch kind {
        case .comma:
            hint = index == start + 1 && tokens[start].kind == .name
                ? "one value to one name: `a = 1; b = 2`" : "statements are separated by a new line or `;`"
        case .stringStart where tokens[start].kind == .keyword(.check):
            hint = "a comma stands before the message"
        case .open(.curly):
            if case .keyword(let keyword) = tokens[start].kind, [.for, .while, .if, .repeat].contains(keyword) {
                hint = "in the header of `\(keyword.rawValue)` a function stands in parentheses: `xs.map(x -> …)`"
            } else {
                hint = "a block follows a call or a name on the same line"
            }
        case .keyword(.if), .keyword(.for), .keyword(.in): break
        case .name, .number, .stringStart, .open, .keyword:
            hint = previous.upper == token.lower ? nil : "statements are separated by a new line or `;`"
        default: break
        }
        return unexpected("the end of the statement", hint: hint)
    }

    // MARK: Documentation

    /// The `##` comment at the end of the statement's line, or alone on the lines just above it.
    private func documentation(from start: Int) -> String? {
        if documentation.isEmpty { return nil }
        let first = source.line(of: tokens[start].lower)
        let last = source.line(of: max(tokens[index - 1].upper - 1, 0))
        let endsLine = kind == .newline || kind == .end
        for line in [first, last] {
            guard let comment = documentation[line], !comment.isAlone else { continue }
            let isInside = comment.lower < tokens[index - 1].upper
            if comment.lower > tokens[start].lower, isInside || endsLine { return words(comment) }
        }
        var lines: [String] = []
        var line = first - 1
        while let comment = documentation[line], comment.isAlone {
            lines.insert(words(comment), at: 0)
            line -= 1
        }
        guard !lines.isEmpty, isFirstOnLine(start) else { return nil }
        return lines.joined(separator: "\n")
    }

    private func isFirstOnLine(_ start: Int) -> Bool {
        guard start > 0 else { return true }
        return tokens[start].startsLine || tokens[start - 1].kind == .newline
    }

    private func words(_ comment: Comment) -> String {
        var text = Span(source, comment.lower + 2, comment.upper).text
        while text.last?.isWhitespace == true { text.removeLast() }
        return text.first == " " ? String(text.dropFirst()) : text
    }
}
