/// Source in, syntax tree out: recursive descent, operators by precedence.
///
/// Stops at the first fault. Nesting is limited, so that no source can exhaust the stack, neither
/// here nor where the tree is walked or freed later.
public struct Parser {
    /// Brackets, blocks and prefix operators within each other.
    static let nestingLimit = 250
    /// Levels of the finished tree; chains such as `a + b + c + …` count one level an operator.
    static let heightLimit = 1000

    let source: Source
    let tokens: [Token]
    let lexed: LexedSource
    var index = 0
    var nesting = 0
    /// Levels of the expression or block that was parsed last.
    var height = 0
    /// False in the header of if, while, for, repeat, where `{` opens the body.
    var allowsTrailingBlock = true
    var loopDepth = 0
    var functionDepth = 0
    var blockDepth = 0
    /// Documentation comments by line; empty for most sources.
    let documentation: [Int: Comment]

    /// The program that `source` holds, or the first thing wrong with it.
    public static func parse(_ source: Source) throws(Diagnostic) -> Program {
        var parser = Parser(source)
        let statements = try parser.parseStatements(inBlock: false)
        return Program(source: source, statements: statements)
    }

    init(_ source: Source) {
        self.source = source
        lexed = LexedSource(source)
        tokens = lexed.tokens
        var documentation: [Int: Comment] = [:]
        for comment in lexed.comments where comment.isDocumentation {
            documentation[source.line(of: comment.lower)] = comment
        }
        self.documentation = documentation
    }

    // MARK: Tokens

    var token: Token { tokens[index] }
    var kind: Token.Kind { tokens[index].kind }

    func kind(ahead: Int) -> Token.Kind {
        index + ahead < tokens.count ? tokens[index + ahead].kind : .end
    }

    func span(_ token: Token) -> Span { Span(source, token.lower, token.upper) }
    var span: Span { span(tokens[index]) }
    /// From the token at `start` to the last one taken.
    func span(from start: Int) -> Span {
        Span(source, tokens[start].lower, tokens[max(index - 1, start)].upper)
    }

    mutating func advance() {
        if index < tokens.count - 1 { index += 1 }
    }

    mutating func take(_ wanted: Token.Kind) -> Bool {
        guard kind == wanted else { return false }
        advance()
        return true
    }

    mutating func expect(_ wanted: Token.Kind, _ words: String) throws(Diagnostic) {
        if !take(wanted) { throw unexpected(words) }
    }

    mutating func skipLineEnds() {
        while kind == .newline { advance() }
    }

    func text(_ token: Token) -> String { span(token).text }

    /// The name at the current token, normalised; keywords too where `allowingKeywords`.
    mutating func parseName(_ words: String, allowingKeywords: Bool = false) throws(Diagnostic) -> Name {
        switch kind {
        case .name: break
        case .keyword where allowingKeywords: break
        case .keyword(let keyword):
            throw failure(
                "keyword", "expected \(words), found the keyword `\(keyword.rawValue)`", at: span,
                hint: "a keyword cannot name a variable or function; `\(keyword.rawValue)_` can")
        default: throw unexpected(words)
        }
        let name = Name(Names.normalise(text(token)), span)
        advance()
        return name
    }

    // MARK: Limits

    mutating func enter() throws(Diagnostic) {
        nesting += 1
        if nesting > Parser.nestingLimit {
            throw failure(
                "depth", "nested deeper than \(Parser.nestingLimit) levels", at: span,
                hint: "give inner parts a name of their own")
        }
    }

    mutating func leave() { nesting -= 1 }

    /// The level above parts of `parts` levels.
    mutating func grow(_ parts: Int, at start: Int) throws(Diagnostic) {
        height = parts + 1
        if height > Parser.heightLimit {
            throw failure(
                "depth", "an expression of more than \(Parser.heightLimit) levels", at: span(tokens[start]),
                hint: "build it up in several statements, or put the values in a list")
        }
    }
}
