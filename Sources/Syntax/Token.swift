/// A word, number, mark or piece of text of the source.
public struct Token: Sendable {
    public enum Kind: Sendable, Equatable {
        case name
        case keyword(Keyword)
        case number(Double)
        /// The opening `"`, a piece of text (escapes resolved), the closing `"`.
        case stringStart, text(String), stringEnd
        /// `\(` and its `)` within a string.
        case interpolationStart, interpolationEnd
        case open(Bracket), close(Bracket)
        case comma, semicolon, colon, dot, arrow, assign
        case operation(BinaryOperator)
        /// `+=` and its like.
        case compoundAssign(BinaryOperator)
        /// `...`, `..<`
        case closedRange, halfOpenRange
        /// The end of a statement's line; lines that continue have none.
        case newline
        case end
        /// Where reading stopped; `LexedSource.diagnostic` says why.
        case invalid
    }

    public var kind: Kind
    public var lower: Int
    public var upper: Int
    /// A line break stands between the token before and this one.
    public var startsLine = false
    /// For brackets: the index of the other one of the pair, −1 where there is none.
    public var partner = -1

    /// What colours and completion want to know.
    public enum Category: Sendable { case name, keyword, number, string, punctuation, comment }

    public var category: Category {
        switch kind {
        case .name: .name
        case .keyword: .keyword
        case .number: .number
        case .stringStart, .text, .stringEnd: .string
        default: .punctuation
        }
    }
}

public enum Bracket: Sendable, Equatable {
    case round, square, curly

    var opening: String {
        switch self {
        case .round: "("
        case .square: "["
        case .curly: "{"
        }
    }

    var closing: String {
        switch self {
        case .round: ")"
        case .square: "]"
        case .curly: "}"
        }
    }
}

public enum Keyword: String, Sendable, CaseIterable {
    case `func`, `return`, `if`, `else`, `while`, `for`, `in`, `repeat`, `break`, `continue`
    case and, or, not, `true`, `false`, nothing
    case use, param, check, constrain, penalize, free
}

/// A `#` comment, to the end of its line.
public struct Comment: Sendable {
    public var lower: Int
    public var upper: Int
    /// Nothing but spaces stands before it on its line.
    public var isAlone: Bool
    /// It starts with `##` (and not `###`).
    public var isDocumentation: Bool
}

/// A source cut into tokens; complete where `diagnostic` is nil, else up to the fault.
public struct LexedSource: Sendable {
    public var source: Source
    public var tokens: [Token]
    public var comments: [Comment]
    public var diagnostic: Diagnostic?

    public init(_ source: Source) {
        var lexer = Lexer(source)
        lexer.run()
        self.source = source
        tokens = lexer.tokens
        comments = lexer.comments
        diagnostic = lexer.diagnostic
    }

    /// The coloured parts in source order: tokens and comments, without line ends.
    public var highlights: [(range: Range<Int>, category: Token.Category)] {
        let parts =
            tokens.filter { $0.upper > $0.lower && $0.kind != .newline && $0.kind != .invalid }
            .map { (range: $0.lower..<$0.upper, category: $0.category) }
            + comments.map { (range: $0.lower..<$0.upper, category: Token.Category.comment) }
        return parts.sorted { $0.range.lowerBound < $1.range.lowerBound }
    }
}
