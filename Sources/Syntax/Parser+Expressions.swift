extension Parser {
    /// A primary expression with the members, calls, indices and trailing blocks that follow it.
    mutating func parsePostfix() throws(Diagnostic) -> Expression {
        let start = index
        // A lambda takes all that follows its arrow, so nothing can follow it.
        if isArrowAhead { return try parseArrowLambda() }
        var result = try parsePrimary()
        while true {
            let levels = height
            switch kind {
            case .dot:
                advance()
                let name = try parseMemberName()
                result = Expression(.member(result, name), result.span.to(name.span))
            case .open(.round) where !token.startsLine:
                let arguments = try parseArguments()
                result = Expression(
                    .call(callee: result, arguments: arguments, trailing: nil), result.span.to(span(from: start)))
            case .open(.square) where !token.startsLine:
                let subscripts = try parseSubscripts()
                result = Expression(.index(result, subscripts), result.span.to(span(from: start)))
            case .open(.curly) where !token.startsLine && allowsTrailingBlock && takesTrailingBlock(result):
                let block = try parseTrailingBlock(after: result)
                let whole = result.span.to(block.span)
                if case .call(let callee, let arguments, nil) = result.kind {
                    result = Expression(.call(callee: callee, arguments: arguments, trailing: block), whole)
                } else {
                    result = Expression(.call(callee: result, arguments: [], trailing: block), whole)
                }
            default:
                height = levels
                return result
            }
            try grow(max(levels, height), at: start)
        }
    }

    private mutating func parseMemberName() throws(Diagnostic) -> Name {
        if case .number = kind {
            throw unexpected("a field's name", hint: "an element is taken with brackets: `xs[\(text(token))]`")
        }
        return try parseName("a field's name", allowingKeywords: true)
    }

    private func takesTrailingBlock(_ callee: Expression) -> Bool {
        switch callee.kind {
        case .name, .member: tokens[index - 1].kind != .close(.round)
        case .call(_, _, nil): tokens[index - 1].kind == .close(.round)
        default: false
        }
    }

    private mutating func parseTrailingBlock(after callee: Expression) throws(Diagnostic) -> Lambda {
        if isRecordAhead, token.partner != index + 1 {
            throw failure(
                "block", "expected a block, found a record", at: span,
                hint: "a record is an argument like any other: `f({a: 1})`")
        }
        return try parseBraceLambda()
    }

    private mutating func parseArguments() throws(Diagnostic) -> [Argument] {
        let opening = index
        advance()
        var arguments: [Argument] = []
        var levels = 0
        while kind != .close(.round) {
            var label: Name?
            if kind(ahead: 1) == .colon, isWord(kind) {
                label = try parseName("a label", allowingKeywords: true)
                advance()
                if let label, let twin = arguments.first(where: { $0.label?.text == label.text }), let first = twin.label {
                    throw failure(
                        "call", "the argument `\(label.text)` stands twice", at: label.span,
                        labels: [.init(first.span, "first here")])
                }
            }
            let value = try parseNestedExpression()
            levels = max(levels, height)
            arguments.append(Argument(label: label, value: value))
            if take(.comma) { continue }
            if kind == .assign, label == nil, case .name(let name) = value.kind {
                throw unexpected("`,` or `)`", hint: "an argument's label is followed by `:`, as in `\(name): 1`")
            }
            break
        }
        try closeList(.round, opening: opening)
        height = levels
        return arguments
    }

    func isWord(_ kind: Token.Kind) -> Bool {
        switch kind {
        case .name, .keyword: true
        default: false
        }
    }

    /// The closing bracket of a list of things that commas separate.
    private mutating func closeList(_ bracket: Bracket, opening: Int) throws(Diagnostic) {
        if take(.close(bracket)) { return }
        var diagnostic = unexpected("`,` or `\(bracket.closing)`")
        if diagnostic.labels.isEmpty, kind != .invalid {
            diagnostic.labels = [.init(span(tokens[opening]), "`\(bracket.opening)` was opened here")]
        }
        throw diagnostic
    }

    private mutating func parseSubscripts() throws(Diagnostic) -> [Subscript] {
        let opening = index
        advance()
        var subscripts: [Subscript] = []
        var levels = 0
        if kind == .close(.square) { throw unexpected("an index") }
        while kind != .close(.square) {
            if kind == .colon {
                let colon = span
                advance()
                guard kind == .comma || kind == .close(.square) else {
                    throw failure("slice", "slices are written as ranges", at: colon, hint: "write `0..<n`")
                }
                subscripts.append(.all(colon))
            } else {
                let value = try parseNestedExpression()
                levels = max(levels, height)
                if kind == .colon {
                    let lower = value.span.text
                    throw failure(
                        "slice", "slices are written as ranges", at: span,
                        hint: "write `\(lower.count < 20 ? lower : "a")..<n`, or `:` alone for everything")
                }
                subscripts.append(.expression(value))
            }
            if !take(.comma) { break }
        }
        try closeList(.square, opening: opening)
        height = levels
        return subscripts
    }

    mutating func parsePrimary() throws(Diagnostic) -> Expression {
        let place = span
        height = 1
        switch kind {
        case .number(let value):
            advance()
            return Expression(.number(value), place)
        case .stringStart: return try parseString()
        case .keyword(.true), .keyword(.false):
            defer { advance() }
            return Expression(.boolean(kind == .keyword(.true)), place)
        case .keyword(.nothing):
            advance()
            return Expression(.nothing, place)
        case .keyword(.if): return try parseConditional()
        case .keyword(.func):
            throw failure(
                "function", "a function with a name is a statement of its own", at: place,
                hint: "a function as a value is written `(a, b) -> a + b` or `{ a, b -> … }`")
        case .name:
            if text(token) == "lambda", kind(ahead: 1) == .name || kind(ahead: 1) == .colon {
                throw failure(
                    "foreign", "`lambda` has no meaning here", at: place, hint: "a function is written `x -> x * 2`")
            }
            advance()
            return Expression(.name(Names.normalise(place.text)), place)
        case .open(.round): return try parseParentheses()
        case .open(.square): return try parseList()
        case .open(.curly):
            if isRecordAhead { return try parseRecord() }
            let lambda = try parseBraceLambda()
            return Expression(.lambda(lambda), lambda.span)
        default: throw unexpected("a value")
        }
    }

    private mutating func parseParentheses() throws(Diagnostic) -> Expression {
        let start = index
        advance()
        if kind == .close(.round) {
            throw unexpected(
                "a value", hint: "a function without parameters is written `() -> …`; the empty value is `nothing`")
        }
        var inner = try parseNestedExpression()
        if kind == .comma {
            throw unexpected("`)`", hint: "a list is written in square brackets: `[1, 2]`")
        }
        try closeParenthesis(opening: start)
        inner.span = span(from: start)
        return inner
    }

    private mutating func closeParenthesis(opening: Int) throws(Diagnostic) {
        if take(.close(.round)) { return }
        var diagnostic = unexpected("`)`")
        if diagnostic.labels.isEmpty, kind != .invalid {
            diagnostic.labels = [.init(span(tokens[opening]), "`(` was opened here")]
        }
        throw diagnostic
    }

    private mutating func parseList() throws(Diagnostic) -> Expression {
        let start = index
        advance()
        var elements: [Expression] = []
        var levels = 0
        while kind != .close(.square) {
            elements.append(try parseNestedExpression())
            levels = max(levels, height)
            if !take(.comma) { break }
        }
        try closeList(.square, opening: start)
        try grow(levels, at: start)
        return Expression(.list(elements), span(from: start))
    }

    /// `"η is \(lab.eta)"`
    mutating func parseString() throws(Diagnostic) -> Expression {
        let start = index
        advance()
        var pieces: [StringPiece] = []
        var levels = 0
        while kind != .stringEnd {
            switch kind {
            case .text(let text):
                pieces.append(.text(text))
                advance()
            case .interpolationStart:
                advance()
                if kind == .interpolationEnd {
                    throw failure(
                        "string", "an interpolation holds an expression", at: Span(source, tokens[index - 1].lower, token.upper),
                        hint: "as in \"η is \\(eta)\"")
                }
                pieces.append(.expression(try parseNestedExpression()))
                levels = max(levels, height)
                if !take(.interpolationEnd) {
                    throw unexpected("`)`", hint: "an interpolation ends with `)`, as in \"η is \\(eta)\"")
                }
            default: throw unexpected("`\"`")
            }
        }
        advance()
        try grow(levels, at: start)
        return Expression(.string(pieces), span(from: start))
    }
}
