extension Parser {
    /// `func gap(p, q, scale: 1.0) { … }`
    mutating func parseFunction() throws(Diagnostic) -> Statement.Kind {
        let start = index
        advance()
        if kind == .open(.round) {
            throw failure(
                "function", "expected the function's name, found `(`", at: span,
                hint: "a function without a name is written `(a, b) -> a + b`")
        }
        let name = try parseName("the function's name")
        try expect(.open(.round), "`(` and the parameters of `\(name.text)`")
        let parameters = try parseParameters()
        let levels = height
        if kind == .assign || kind == .arrow || kind == .colon {
            throw unexpected(
                "`{` and the body of `\(name.text)`", hint: "a function's body stands in braces: `func \(name.text)(…) { … }`")
        }
        let body = try parseFunctionBody(of: name.text)
        try grow(max(levels, height), at: start)
        return .function(FunctionDeclaration(name: name, parameters: parameters, body: body))
    }

    private mutating func parseFunctionBody(of owner: String) throws(Diagnostic) -> Block {
        let outerLoops = loopDepth
        loopDepth = 0
        functionDepth += 1
        let body = try parseBlock(of: owner)
        functionDepth -= 1
        loopDepth = outerLoops
        return body
    }

    /// After `(`, through `)`: names, with `name: default` for those that may be left out.
    mutating func parseParameters() throws(Diagnostic) -> [FunctionParameter] {
        var parameters: [FunctionParameter] = []
        var levels = 0
        while kind != .close(.round) {
            let name = try parseName("a parameter's name")
            if let twin = parameters.first(where: { $0.name.text == name.text }) {
                throw failure(
                    "function", "the parameter `\(name.text)` stands twice", at: name.span,
                    labels: [.init(twin.name.span, "first here")])
            }
            var parameter = FunctionParameter(name: name)
            if kind == .assign {
                throw unexpected("`,` or `)`", hint: "a default follows `:`, as in `\(name.text): 1.0`")
            }
            if take(.colon) {
                parameter.defaultValue = try parseNestedExpression()
                levels = max(levels, height)
            } else if let optional = parameters.last, optional.defaultValue != nil {
                throw failure(
                    "function", "`\(name.text)` has no default but follows `\(optional.name.text)`, which has one",
                    at: name.span, hint: "parameters with defaults stand last")
            }
            parameters.append(parameter)
            if !take(.comma) { break }
        }
        try expect(.close(.round), "`,` or `)`")
        height = levels
        return parameters
    }

    /// `use "name"`
    mutating func parseUse() throws(Diagnostic) -> Statement.Kind {
        try requireTopLevel("use")
        advance()
        let start = index
        guard kind == .stringStart else {
            let name = kind == .name ? text(token) : "name"
            throw unexpected("what to use, as a string", hint: "as in `use \"\(name)\"`")
        }
        let string = try parseString()
        guard case .string(let pieces) = string.kind, pieces.count == 1, case .text(let path) = pieces[0] else {
            throw failure(
                "use", "`use` wants a plain, non-empty string", at: string.span, hint: "as in `use \"stats\"` or `use \"./mine\"`")
        }
        height = 0
        return .use(path: path, pathSpan: span(from: start))
    }

    /// `param eps = 0.1`
    mutating func parseParameter() throws(Diagnostic) -> Statement.Kind {
        try requireTopLevel("param")
        advance()
        let name = try parseName("the setting's name")
        guard take(.assign) else {
            throw unexpected("`=` and the default of `\(name.text)`", hint: "as in `param \(name.text) = 0.1`")
        }
        return .parameter(name: name, defaultValue: try parseExpression())
    }

    private func requireTopLevel(_ word: String) throws(Diagnostic) {
        if blockDepth > 0 {
            throw failure("top-level", "`\(word)` stands at the top level of a file, not in a block", at: span)
        }
    }

    /// `check CONDITION, "message"`
    mutating func parseCheck() throws(Diagnostic) -> Statement.Kind {
        advance()
        let condition = try parseExpression()
        if kind == .assign {
            throw failure("assignment", "a condition cannot assign", at: span, hint: "`==` compares")
        }
        let levels = height
        guard take(.comma) else { return .check(condition: condition, message: nil) }
        let message = try parseExpression()
        height = max(levels, height)
        return .check(condition: condition, message: message)
    }

    /// `constrain lab.kl <= x`, `penalize lab.kl by x`, `free lab.kl`
    mutating func parseConstraint(_ keyword: Keyword) throws(Diagnostic) -> Statement.Kind {
        let form =
            switch keyword {
            case .constrain: "`constrain lab.kl <= 0.1`"
            case .penalize: "`penalize lab.kl by 0.5`"
            default: "`free lab.kl`"
            }
        advance()
        let target = try parsePostfix()
        guard case .member(let owner, let quantity) = target.kind else {
            throw failure(
                "constraint", "expected a quantity of a lab, such as `lab.kl`", at: target.span, hint: "as in \(form)")
        }
        let levels = height
        switch keyword {
        case .constrain:
            guard take(.operation(.lessOrEqual)) else {
                throw unexpected("`<=` and the bound", hint: "as in \(form)")
            }
            let bound = try parseOperators(from: .comparison)
            height = max(levels, height)
            return .constrain(owner: owner, quantity: quantity, bound: bound)
        case .penalize:
            guard kind == .name, text(token) == "by" else {
                throw unexpected("`by` and the weight", hint: "as in \(form)")
            }
            advance()
            let weight = try parseExpression()
            height = max(levels, height)
            return .penalize(owner: owner, quantity: quantity, weight: weight)
        default:
            return .free(owner: owner, quantity: quantity)
        }
    }
}
