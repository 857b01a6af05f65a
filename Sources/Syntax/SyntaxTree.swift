/// The syntax tree: what the parser makes and the runtime compiles.

/// A whole source, its statements in order.
public struct Program: Sendable {
    public var source: Source
    public var statements: [Statement]

    public init(source: Source, statements: [Statement]) {
        self.source = source
        self.statements = statements
    }
}

/// An identifier as written at one place, its name normalised (NFC, Greek letters by their English names).
public struct Name: Sendable {
    public var text: String
    public var span: Span

    public init(_ text: String, _ span: Span) {
        self.text = text
        self.span = span
    }
}

public struct Block: Sendable {
    public var statements: [Statement]
    public var span: Span

    public init(_ statements: [Statement], _ span: Span) {
        self.statements = statements
        self.span = span
    }
}

public struct Statement: Sendable {
    public var kind: Kind
    public var span: Span
    /// A trailing `;` was written: the prompt shows nothing.
    public var isSilenced = false
    /// The `##` comment that documents it.
    public var documentation: String?

    public indirect enum Kind: Sendable {
        case expression(Expression)
        /// `target = value`, or `target += value` and its like with `operation` set.
        case assign(target: Expression, operation: BinaryOperator?, value: Expression)
        case function(FunctionDeclaration)
        case whileLoop(condition: Expression, body: Block)
        case forLoop(variable: Name, sequence: Expression, body: Block)
        case repeatLoop(count: Expression, body: Block)
        case breakLoop
        case continueLoop
        case returnValue(Expression?)
        /// `use "name"`
        case use(path: String, pathSpan: Span)
        /// `param eps = 0.1   ## bound on KL(q‖π)`
        case parameter(name: Name, defaultValue: Expression)
        /// `check COND, "message"`
        case check(condition: Expression, message: Expression?)
        /// `constrain lab.kl <= x`
        case constrain(owner: Expression, quantity: Name, bound: Expression)
        /// `penalize lab.kl by x`
        case penalize(owner: Expression, quantity: Name, weight: Expression)
        /// `free lab.kl_mean`
        case free(owner: Expression, quantity: Name)
    }

    public init(_ kind: Kind, _ span: Span) {
        self.kind = kind
        self.span = span
    }
}

public struct FunctionDeclaration: Sendable {
    public var name: Name
    public var parameters: [FunctionParameter]
    public var body: Block

    public init(name: Name, parameters: [FunctionParameter], body: Block) {
        self.name = name
        self.parameters = parameters
        self.body = body
    }
}

public struct FunctionParameter: Sendable {
    public var name: Name
    public var defaultValue: Expression?

    public init(name: Name, defaultValue: Expression? = nil) {
        self.name = name
        self.defaultValue = defaultValue
    }
}

public struct Expression: Sendable {
    public var kind: Kind
    public var span: Span

    public indirect enum Kind: Sendable {
        case number(Double)
        case boolean(Bool)
        /// The literal `nothing`.
        case nothing
        /// `"η is \(lab.eta)"`: pieces of text and expressions in turn.
        case string([StringPiece])
        case list([Expression])
        case record([(key: Name, value: Expression)])
        case name(String)
        case unary(UnaryOperator, Expression)
        case binary(BinaryOperator, Expression, Expression, operatorSpan: Span)
        /// `and`, `or`: the right side is evaluated only where it is needed.
        case logical(LogicalOperator, Expression, Expression)
        /// `1...10` (closed) or `0..<10`.
        case range(lower: Expression, upper: Expression, isClosed: Bool)
        case call(callee: Expression, arguments: [Argument], trailing: Lambda?)
        case member(Expression, Name)
        case index(Expression, [Subscript])
        case lambda(Lambda)
        case conditional([(condition: Expression, body: Block)], otherwise: Block?)
    }

    public init(_ kind: Kind, _ span: Span) {
        self.kind = kind
        self.span = span
    }
}

public enum StringPiece: Sendable {
    case text(String)
    case expression(Expression)
}

/// `x -> x * x`, `(a, b) -> a + b`, `{ x -> … }` or `{ … }`.
public struct Lambda: Sendable {
    public var parameters: [FunctionParameter]
    public var body: Block
    public var span: Span

    public init(parameters: [FunctionParameter], body: Block, span: Span) {
        self.parameters = parameters
        self.body = body
        self.span = span
    }
}

public struct Argument: Sendable {
    public var label: Name?
    public var value: Expression

    public init(label: Name? = nil, value: Expression) {
        self.label = label
        self.value = value
    }
}

public enum Subscript: Sendable {
    case expression(Expression)
    /// `:`, the whole of this dimension.
    case all(Span)
}

public enum UnaryOperator: String, Sendable { case minus = "-", not = "not" }

public enum BinaryOperator: String, Sendable, CaseIterable {
    case add = "+", subtract = "-", multiply = "*", divide = "/", remainder = "%", power = "^", matrix = "@"
    case equal = "==", notEqual = "!=", less = "<", lessOrEqual = "<=", greater = ">", greaterOrEqual = ">="
}

public enum LogicalOperator: String, Sendable { case and, or }
