extension Parser {
    func failure(
        _ id: String, _ message: String, at span: Span, hint: String? = nil, labels: [Diagnostic.Label] = []
    ) -> Diagnostic {
        if kind == .invalid, let diagnostic = lexed.diagnostic { return diagnostic }
        return Diagnostic("syntax.\(id)", message, at: span, labels: labels, hints: hint.map { [$0] } ?? [])
    }

    /// "expected …, found …" at the current token, with a hint where a habit from elsewhere is recognised.
    func unexpected(_ words: String, hint: String? = nil) -> Diagnostic {
        if kind == .invalid, let diagnostic = lexed.diagnostic { return diagnostic }
        var place = span
        if kind == .newline || kind == .end, index > 0 {
            // The caret stands just behind the last word, not at the start of some later line.
            let end = tokens[index - 1].kind == .newline && index > 1 ? tokens[index - 2] : tokens[index - 1]
            place = Span(source, end.upper, end.upper)
        }
        var diagnostic = failure("unexpected", "expected \(words), found \(describe(token))", at: place, hint: hint)
        if diagnostic.hints.isEmpty, let habit = habit() { diagnostic.hints = [habit] }
        if kind == .end {
            if let open = innermostOpenBracket {
                diagnostic.labels = [.init(span(tokens[open]), "`\(text(tokens[open]))` was opened here")]
                diagnostic.isIncomplete = true
            } else if index > 0, Lexer(source).continuesLine(tokens[index - 1].kind), tokens[index - 1].kind != .newline {
                diagnostic.isIncomplete = true
            }
        }
        return diagnostic
    }

    private var innermostOpenBracket: Int? {
        tokens.lastIndex { token in
            if case .open = token.kind { return token.partner < 0 }
            return false
        }
    }

    func describe(_ token: Token) -> String {
        switch token.kind {
        case .name: "the name `\(text(token))`"
        case .keyword: "the keyword `\(text(token))`"
        case .number: "the number `\(text(token))`"
        case .stringStart, .text, .stringEnd: "a string"
        case .newline: "the end of the line"
        case .end: "the end of the input"
        default: "`\(text(token))`"
        }
    }

    /// What is written here for something that other languages write as it stands at the current token.
    private func habit() -> String? {
        let previous = index > 0 ? tokens[index - 1] : nil
        switch kind {
        case .assign:
            return "`=` assigns; `==` compares"
        case .compoundAssign:
            return "an assignment is a statement of its own, not part of an expression"
        case .colon:
            return "blocks stand in braces: `{ … }`"
        case .operation(.add): return "there is no unary `+`"
        case .operation(.multiply): return "arguments are not unpacked here"
        case .keyword(.for): return "a list is made from another with `xs.map { x -> … }`"
        case .keyword(.if): return "a choice is written `if a { b } else { c }`"
        case .keyword(.in): return "membership is `contains(xs, x)`"
        case .keyword(.else): return "`else` follows the `}` of its `if` on the same line"
        case .keyword(let keyword) where kind(ahead: 1) == .assign || keyword != .not && kind(ahead: 1) == .end:
            return "`\(keyword.rawValue)` is a keyword and cannot be a variable"
        case .stringStart:
            if let previous, previous.kind == .name, previous.upper == token.lower, previous.upper - previous.lower <= 2 {
                return "a string takes no prefix; a value stands in it as `\\(x)`"
            }
            return nil
        default: return nil
        }
    }
}

/// First words of statements in other languages, and what is written here.
let foreignStatements: [String: String] = [
    "def": "a function is declared with `func`: `func f(x) { … }`",
    "function": "a function is declared with `func`: `func f(x) { … }`",
    "fn": "a function is declared with `func`: `func f(x) { … }`",
    "fun": "a function is declared with `func`: `func f(x) { … }`",
    "let": "a variable is made by assigning to it: `x = 1`",
    "var": "a variable is made by assigning to it: `x = 1`",
    "val": "a variable is made by assigning to it: `x = 1`",
    "const": "a variable is made by assigning to it: `x = 1`",
    "local": "a variable is made by assigning to it: `x = 1`",
    "global": "a function's assignments are local; return the value instead",
    "nonlocal": "assignment in a block already changes the variable of the function around it",
    "elif": "write `} else if … {`",
    "elseif": "write `} else if … {`",
    "elsif": "write `} else if … {`",
    "import": "a file of definitions is loaded with `use \"name\"`",
    "from": "a file of definitions is loaded with `use \"name\"`",
    "include": "a file of definitions is loaded with `use \"name\"`",
    "using": "a file of definitions is loaded with `use \"name\"`",
    "require": "a file of definitions is loaded with `use \"name\"`",
    "class": "data is held in records: `{mean: 0, std: 1}`",
    "struct": "data is held in records: `{mean: 0, std: 1}`",
    "type": "data is held in records: `{mean: 0, std: 1}`",
    "switch": "write `if … { … } else if … { … }`",
    "match": "write `if … { … } else if … { … }`",
    "assert": "write `check condition, \"message\"`",
    "lambda": "a function is written `x -> x * 2`",
    "do": "a loop is written `while … { … }` or `repeat 5 { … }`",
    "loop": "a loop is written `while true { … }`",
    "until": "write `while not … { … }`",
    "unless": "write `if not … { … }`",
    "throw": "an error is made with `check false, \"message\"`",
    "raise": "an error is made with `check false, \"message\"`",
    "del": "variables are not deleted; assign `nothing`",
    "yield": "a function gives back one value, with `return`",
    "then": "blocks stand in braces: `if … { … }`",
]
