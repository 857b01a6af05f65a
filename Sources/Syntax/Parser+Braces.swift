extension Parser {
    /// At `{`: `{}` and `{name: …}` are records.
    var isRecordAhead: Bool {
        if token.partner == index + 1 { return true }
        if kind(ahead: 1) == .stringStart, index + 1 < tokens.count {
            let end = tokens[index + 1].partner
            return end > 0 && end + 1 < tokens.count && tokens[end + 1].kind == .colon
        }
        return isWord(kind(ahead: 1)) && kind(ahead: 2) == .colon
    }

    /// `x -> …` or `(…) -> …` stands here.
    var isArrowAhead: Bool {
        switch kind {
        case .name: kind(ahead: 1) == .arrow
        case .open(.round): token.partner > 0 && kind(ahead: token.partner + 1 - index) == .arrow
        default: false
        }
    }

    mutating func parseRecord() throws(Diagnostic) -> Expression {
        let start = index
        advance()
        var fields: [(key: Name, value: Expression)] = []
        var seen: [String: Span] = [:]
        var levels = 0
        while true {
            skipLineEnds()
            if kind == .close(.curly) { break }
            if kind == .stringStart {
                let string = token.partner > 0 ? Span(source, token.lower, tokens[token.partner].upper) : span
                throw failure(
                    "record", "keys are written without quotes", at: string,
                    hint: "as in `{\(string.text.filter { $0 != "\"" }): 1}`")
            }
            let key = try parseName("a key", allowingKeywords: true)
            if let first = seen[key.text] {
                throw failure(
                    "record", "the key `\(key.text)` stands twice", at: key.span, labels: [.init(first, "first here")])
            }
            seen[key.text] = key.span
            if kind == .assign { throw unexpected("`:`", hint: "a key is followed by `:`, as in `\(key.text): 1`") }
            try expect(.colon, "`:` and the value of `\(key.text)`")
            fields.append((key, try parseNestedExpression()))
            levels = max(levels, height)
            skipLineEnds()
            if !take(.comma) { break }
        }
        if !take(.close(.curly)) {
            var diagnostic = unexpected("`,` or `}`")
            if diagnostic.labels.isEmpty, kind != .invalid {
                diagnostic.labels = [.init(span(tokens[start]), "`{` was opened here")]
            }
            throw diagnostic
        }
        try grow(levels, at: start)
        return Expression(.record(fields), span(from: start))
    }

    /// `x -> x * x`, `(a, b) -> a + b`; a block after the arrow is the body.
    mutating func parseArrowLambda() throws(Diagnostic) -> Expression {
        let start = index
        try enter()
        var parameters: [FunctionParameter] = []
        var levels = 0
        if take(.open(.round)) {
            parameters = try parseParameters()
            levels = height
        } else {
            parameters = [FunctionParameter(name: try parseName("a parameter's name"))]
        }
        try expect(.arrow, "`->`")
        let outerLoops = loopDepth
        loopDepth = 0
        functionDepth += 1
        let body: Block
        if kind == .open(.curly), !isRecordAhead, !hasArrow(after: index) {
            body = try parseBlock(of: "->")
        } else {
            let value = try parseExpression()
            body = Block([Statement(.expression(value), value.span)], value.span)
        }
        functionDepth -= 1
        loopDepth = outerLoops
        leave()
        try grow(max(levels, height), at: start)
        let whole = span(from: start)
        return Expression(.lambda(Lambda(parameters: parameters, body: body, span: whole)), whole)
    }

    /// After the `{` at `opening` stand parameters and an arrow: `{ x -> `, `{ a, b -> `, `{ (a, b: 1) -> `.
    private func hasArrow(after opening: Int) -> Bool {
        var position = opening + 1
        guard position < tokens.count else { return false }
        if tokens[position].kind == .open(.round) {
            let end = tokens[position].partner
            return end > 0 && end + 1 < tokens.count && tokens[end + 1].kind == .arrow
        }
        while position + 1 < tokens.count, tokens[position].kind == .name {
            if tokens[position + 1].kind == .arrow { return true }
            guard tokens[position + 1].kind == .comma else { return false }
            position += 2
        }
        return false
    }

    /// `{ x -> … }`, `{ a, b -> … }` or `{ … }`.
    mutating func parseBraceLambda() throws(Diagnostic) -> Lambda {
        let start = index
        let hasParameters = hasArrow(after: index)
        try enter()
        advance()
        var parameters: [FunctionParameter] = []
        var levels = 0
        if hasParameters {
            if take(.open(.round)) {
                parameters = try parseParameters()
                levels = height
            } else {
                repeat {
                    let name = try parseName("a parameter's name")
                    if let twin = parameters.first(where: { $0.name.text == name.text }) {
                        throw failure(
                            "function", "the parameter `\(name.text)` stands twice", at: name.span,
                            labels: [.init(twin.name.span, "first here")])
                    }
                    parameters.append(FunctionParameter(name: name))
                } while take(.comma)
            }
            try expect(.arrow, "`->`")
        }
        let outer = (allowsTrailingBlock, loopDepth)
        allowsTrailingBlock = true
        loopDepth = 0
        functionDepth += 1
        blockDepth += 1
        let bodyStart = index
        let statements = try parseStatements(inBlock: true)
        blockDepth -= 1
        functionDepth -= 1
        (allowsTrailingBlock, loopDepth) = outer
        if kind != .close(.curly) {
            var diagnostic = unexpected("`}`")
            if diagnostic.labels.isEmpty, kind != .invalid {
                diagnostic.labels = [.init(span(tokens[start]), "`{` was opened here")]
            }
            throw diagnostic
        }
        let body = Block(statements, Span(source, tokens[bodyStart].lower, max(tokens[bodyStart].lower, tokens[index - 1].upper)))
        advance()
        leave()
        try grow(max(levels, height), at: start)
        return Lambda(parameters: parameters, body: body, span: span(from: start))
    }
}
