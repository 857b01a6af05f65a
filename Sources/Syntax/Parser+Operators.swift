extension Parser {
    /// From loosest to tightest; `not` stands between `and` and the comparisons, unary minus and `^` bind tighter than all.
    enum Precedence: Int, Comparable {
        case or, and, comparison, range, sum, product, unary

        static func < (a: Precedence, b: Precedence) -> Bool { a.rawValue < b.rawValue }

        var tighter: Precedence { Precedence(rawValue: rawValue + 1) ?? .unary }
    }

    func precedence(of kind: Token.Kind) -> Precedence? {
        switch kind {
        case .keyword(.or): .or
        case .keyword(.and): .and
        case .closedRange, .halfOpenRange: .range
        case .operation(let operation):
            switch operation {
            case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual: .comparison
            case .add, .subtract: .sum
            case .multiply, .divide, .remainder, .matrix: .product
            case .power: nil
            }
        default: nil
        }
    }

    mutating func parseExpression() throws(Diagnostic) -> Expression {
        try enter()
        let result = try parseOperators(from: .or)
        leave()
        return result
    }

    /// An expression within brackets, where trailing blocks are allowed again.
    mutating func parseNestedExpression() throws(Diagnostic) -> Expression {
        let outer = allowsTrailingBlock
        allowsTrailingBlock = true
        let result = try parseExpression()
        allowsTrailingBlock = outer
        return result
    }

    mutating func parseOperators(from minimum: Precedence) throws(Diagnostic) -> Expression {
        let start = index
        var left: Expression
        if kind == .keyword(.not) {
            left = try parseNot(minimum)
        } else {
            left = try parseUnary()
        }
        var levels = height
        while let level = precedence(of: kind), level >= minimum {
            let mark = token
            advance()
            let right = try parseOperators(from: level.tighter)
            try grow(max(levels, height), at: start)
            levels = height
            let whole = left.span.to(right.span)
            switch mark.kind {
            case .keyword(let keyword):
                left = Expression(.logical(keyword == .or ? .or : .and, left, right), whole)
            case .closedRange, .halfOpenRange:
                left = Expression(.range(lower: left, upper: right, isClosed: mark.kind == .closedRange), whole)
                if precedence(of: kind) == .range {
                    throw failure("chain", "a range has two ends", at: span)
                }
            case .operation(let operation):
                if level == .comparison, precedence(of: kind) == .comparison {
                    throw failure(
                        "chain", "comparisons do not chain", at: span,
                        hint: chainHint(left, mark, right, span))
                }
                left = Expression(.binary(operation, left, right, operatorSpan: span(mark)), whole)
            default: break
            }
        }
        height = levels
        return left
    }

    private func chainHint(_ a: Expression, _ first: Token, _ b: Expression, _ second: Span) -> String {
        let (a, b) = (a.span.text, b.span.text)
        guard a.count + b.count < 40, !a.contains("\n"), !b.contains("\n") else {
            return "write `a < b and b < c`"
        }
        return "write `\(a) \(text(first)) \(b) and \(b) \(second.text) …`"
    }

    private mutating func parseNot(_ minimum: Precedence) throws(Diagnostic) -> Expression {
        let start = index
        if minimum > .comparison || (minimum == .comparison && index > 0 && precedence(of: tokens[index - 1].kind) == .comparison) {
            throw failure(
                "not", "`not` binds looser than the operator before it", at: span, hint: "put it in parentheses: `(not x)`")
        }
        try enter()
        advance()
        let operand: Expression
        if kind == .keyword(.not) { operand = try parseNot(.comparison) } else { operand = try parseOperators(from: .comparison) }
        leave()
        try grow(height, at: start)
        return Expression(.unary(.not, operand), span(from: start))
    }

    mutating func parseUnary() throws(Diagnostic) -> Expression {
        guard kind == .operation(.subtract) else { return try parsePower() }
        let start = index
        try enter()
        advance()
        let operand = try parseUnary()
        leave()
        try grow(height, at: start)
        return Expression(.unary(.minus, operand), span(from: start))
    }

    /// `a ^ b ^ c` is `a ^ (b ^ c)`, `-a ^ b` is `-(a ^ b)`, `a ^ -b` is as it looks.
    private mutating func parsePower() throws(Diagnostic) -> Expression {
        let start = index
        let base = try parsePostfix()
        guard kind == .operation(.power) else { return base }
        let levels = height
        let mark = span
        try enter()
        advance()
        let exponent = try parseUnary()
        leave()
        try grow(max(levels, height), at: start)
        return Expression(.binary(.power, base, exponent, operatorSpan: mark), base.span.to(exponent.span))
    }
}
