extension Parser {
    /// The header of if, while, for, repeat: here `{` opens the body and is no trailing block.
    mutating func parseHeader() throws(Diagnostic) -> Expression {
        let outer = allowsTrailingBlock
        allowsTrailingBlock = false
        let expression = try parseExpression()
        allowsTrailingBlock = outer
        if kind == .assign {
            throw failure("assignment", "a condition cannot assign", at: span, hint: "`==` compares")
        }
        return expression
    }

    /// `{ … }` after a header; `owner` says whose in messages.
    mutating func parseBlock(of owner: String) throws(Diagnostic) -> Block {
        let before = index
        skipLineEnds()
        guard kind == .open(.curly) else {
            let atEnd = kind == .end
            if !atEnd { index = before }
            var diagnostic = unexpected("`{` and the body of `\(owner)`")
            if kind != .invalid, !atEnd, diagnostic.hints.isEmpty || kind == .colon {
                diagnostic.hints = ["a body stands in braces: `{ … }`"]
            }
            if atEnd { diagnostic.isIncomplete = true }
            throw diagnostic
        }
        if isRecordAhead, token.partner != index + 1 {
            throw failure(
                "block", "expected the body of `\(owner)`, found a record", at: span,
                hint: "a body whose value is a record has braces of its own around it: `{ {a: 1} }`")
        }
        let start = index
        try enter()
        advance()
        let outer = allowsTrailingBlock
        allowsTrailingBlock = true
        blockDepth += 1
        let statements = try parseStatements(inBlock: true)
        blockDepth -= 1
        allowsTrailingBlock = outer
        try expect(.close(.curly), "`}`")
        leave()
        try grow(height, at: start)
        return Block(statements, span(from: start))
    }

    mutating func parseLoopBody(of owner: String) throws(Diagnostic) -> Block {
        loopDepth += 1
        let body = try parseBlock(of: owner)
        loopDepth -= 1
        return body
    }

    mutating func parseWhile() throws(Diagnostic) -> Statement.Kind {
        let start = index
        advance()
        let condition = try parseHeader()
        let levels = height
        let body = try parseLoopBody(of: "while")
        try grow(max(levels, height), at: start)
        return .whileLoop(condition: condition, body: body)
    }

    mutating func parseFor() throws(Diagnostic) -> Statement.Kind {
        let start = index
        advance()
        if kind == .open(.round) {
            throw failure(
                "foreign", "expected the loop's variable, found `(`", at: span,
                hint: "a loop is written `for x in xs { … }`, without parentheses")
        }
        let variable = try parseName("the loop's variable")
        if kind == .comma {
            throw failure(
                "unexpected", "expected `in`, found `,`", at: span,
                hint: "a loop has one variable: `for pair in enumerate(xs) { … pair[0] … pair[1] … }`")
        }
        if kind == .assign {
            throw failure(
                "foreign", "expected `in`, found `=`", at: span, hint: "a loop over numbers is `for i in 1...10 { … }`")
        }
        try expect(.keyword(.in), "`in`")
        let sequence = try parseHeader()
        let levels = height
        let body = try parseLoopBody(of: "for")
        try grow(max(levels, height), at: start)
        return .forLoop(variable: variable, sequence: sequence, body: body)
    }

    mutating func parseRepeat() throws(Diagnostic) -> Statement.Kind {
        let start = index
        advance()
        if kind == .open(.curly) {
            throw failure(
                "unexpected", "expected how many times to repeat, found `{`", at: span,
                hint: "write `repeat 5 { … }`, or `while true { … }` for a loop without end")
        }
        let count = try parseHeader()
        let levels = height
        let body = try parseLoopBody(of: "repeat")
        try grow(max(levels, height), at: start)
        return .repeatLoop(count: count, body: body)
    }

    mutating func parseJump(_ keyword: Keyword) throws(Diagnostic) -> Statement.Kind {
        if loopDepth == 0 {
            throw failure(
                "jump", "`\(keyword.rawValue)` stands outside a loop", at: span,
                hint: functionDepth > 0 ? "a function ends with `return`; a loop around it is out of reach" : nil)
        }
        advance()
        return keyword == .break ? .breakLoop : .continueLoop
    }

    mutating func parseReturn() throws(Diagnostic) -> Statement.Kind {
        if functionDepth == 0 {
            throw failure("jump", "`return` stands outside a function", at: span)
        }
        advance()
        switch kind {
        case .newline, .semicolon, .end, .close(.curly): return .returnValue(nil)
        default: return .returnValue(try parseExpression())
        }
    }

    mutating func parseConditional() throws(Diagnostic) -> Expression {
        let start = index
        var branches: [(condition: Expression, body: Block)] = []
        var otherwise: Block?
        var levels = 0
        while true {
            advance()
            let condition = try parseHeader()
            levels = max(levels, height)
            let body = try parseBlock(of: "if")
            levels = max(levels, height)
            branches.append((condition, body))
            guard take(.keyword(.else)) else { break }
            if kind == .keyword(.if) { continue }
            otherwise = try parseBlock(of: "else")
            levels = max(levels, height)
            break
        }
        try grow(levels, at: start)
        return Expression(.conditional(branches, otherwise: otherwise), span(from: start))
    }
}
