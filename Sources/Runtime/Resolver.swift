import Syntax

/// Turns names into slots, following the language's rules of scope.
///
/// - An assignment in a block updates the nearest enclosing variable of the same function, else makes
///   a new one in that block.
/// - A function without a name (`x -> …`, `{ … }`) is a block in this respect: it may update the
///   variables around it, those of the top level included, as `xs.each { x -> total = total + x }` expects.
/// - A named function reads what is around it; its assignments are its own.
/// - Loop variables and parameters belong to their loop and function.
///
/// A name that is no variable here is left to the top level: it may be assigned before it is needed.
struct Resolver {
    /// Whether the top level has a variable of this name.
    let isGlobal: (String) -> Bool
    let hasRoom: () -> Bool

    let resolution = Resolution()
    private var function: Function
    private var loopDepth = 0
    /// The names that were left to the top level, each where it is read.
    private(set) var globalReads: [(name: String, span: Span)] = []

    /// One function while it is being resolved.
    private final class Function {
        enum Kind { case topLevel, named, anonymous }

        let kind: Kind
        let layout: FrameLayout
        let parent: Function?
        /// Open blocks, innermost last; each holds the variables made in it so far.
        var scopes: [[String: Variable]] = [[:]]
        var captured: [ObjectIdentifier: Variable] = [:]

        init(_ kind: Kind, _ layout: FrameLayout, parent: Function?) {
            self.kind = kind
            self.layout = layout
            self.parent = parent
        }

        func own(_ name: String) -> Variable? {
            for scope in scopes.reversed() { if let variable = scope[name] { return variable } }
            return nil
        }

        /// The variable that `name` means here, captured from around this function if need be.
        func find(_ name: String) -> Variable? {
            if let variable = own(name) { return variable }
            guard let outer = parent?.find(name) else { return nil }
            return capture(outer)
        }

        /// The variable that an assignment to `name` changes.
        func target(_ name: String) -> Variable? {
            if let variable = own(name) { return variable }
            guard kind == .anonymous, let outer = parent?.target(name) else { return nil }
            return capture(outer)
        }

        func capture(_ outer: Variable) -> Variable {
            if let inner = captured[ObjectIdentifier(outer)] { return inner }
            outer.isBoxed = true
            let inner = Variable(outer.name, slot: layout.size, isBoxed: true)
            layout.size += 1
            layout.captures.append((outer, inner))
            captured[ObjectIdentifier(outer)] = inner
            return inner
        }

        func declare(_ name: String) -> Variable {
            let variable = Variable(name, slot: layout.size, isBoxed: false)
            layout.size += 1
            scopes[scopes.count - 1][name] = variable
            return variable
        }

        /// True in a block or an anonymous function at the top level: its unknown names may be globals to update.
        var belongsToTopLevel: Bool {
            switch kind {
            case .topLevel: true
            case .named: false
            case .anonymous: parent?.belongsToTopLevel ?? false
            }
        }

        var isTopLevelItself: Bool { kind == .topLevel && scopes.count == 1 }
    }

    init(isGlobal: @escaping (String) -> Bool, hasRoom: @escaping () -> Bool) {
        self.isGlobal = isGlobal
        self.hasRoom = hasRoom
        function = Function(.topLevel, resolution.layout, parent: nil)
    }
}

// MARK: - Statements

extension Resolver {
    mutating func resolve(_ statement: Statement) throws {
        guard hasRoom() else { throw Resolver.tooDeep(statement.span) }
        switch statement.kind {
        case .expression(let expression): try resolve(expression, flow: true)
        case .assign(let target, let operation, let value):
            try resolveAssignment(target, operation, value)
        case .function(let declaration):
            declare(declaration.name)
            try resolveFunction(
                .named, declaration.parameters, declaration.body, key: PlaceKey(declaration.name.span))
        case .whileLoop(let condition, let body):
            try resolve(condition)
            try resolveLoop(body, variable: nil)
        case .forLoop(let variable, let sequence, let body):
            try resolve(sequence)
            try resolveLoop(body, variable: variable)
        case .repeatLoop(let count, let body):
            try resolve(count)
            try resolveLoop(body, variable: nil)
        case .breakLoop: try requireLoop("break", statement.span)
        case .continueLoop: try requireLoop("continue", statement.span)
        case .returnValue(let value):
            if function.kind == .topLevel {
                throw Diagnostic("flow.return", "`return` stands outside of a function", at: statement.span)
            }
            if let value { try resolve(value, flow: true) }
        case .use: try requireTopLevel("use", statement.span)
        case .parameter(let name, let value):
            try requireTopLevel("param", statement.span)
            try resolve(value)
            resolution.bindings[name.span.lower] = .global(name.text)
        case .check(let condition, let message):
            try resolve(condition)
            if let message { try resolve(message) }
        case .constrain(let owner, _, let bound):
            try resolve(owner)
            try resolve(bound)
        case .penalize(let owner, _, let weight):
            try resolve(owner)
            try resolve(weight)
        case .free(let owner, _): try resolve(owner)
        }
    }

    private mutating func resolve(_ block: Block) throws {
        function.scopes.append([:])
        defer { function.scopes.removeLast() }
        for statement in block.statements { try resolve(statement) }
    }

    private mutating func resolveLoop(_ body: Block, variable: Name?) throws {
        function.scopes.append([:])
        defer { function.scopes.removeLast() }
        if let variable {
            resolution.bindings[variable.span.lower] = .declaration(function.declare(variable.text))
        }
        loopDepth += 1
        defer { loopDepth -= 1 }
        try resolve(body)
    }

    private mutating func resolveAssignment(
        _ target: Expression, _ operation: BinaryOperator?, _ value: Expression
    ) throws {
        guard case .name(let name) = target.kind else {
            try resolve(value, flow: true)
            try resolveTarget(target)
            return
        }
        // A function may call itself by the name that it is given.
        if case .lambda = value.kind, operation == nil, function.target(name) == nil,
            !function.isTopLevelItself, !(function.belongsToTopLevel && isGlobal(name))
        {
            resolution.bindings[target.span.lower] = .declaration(function.declare(name))
            try resolve(value)
            return
        }
        try resolve(value, flow: true)
        if let variable = function.target(name) {
            resolution.bindings[target.span.lower] = .local(variable)
        } else if function.isTopLevelItself || (function.belongsToTopLevel && isGlobal(name)) {
            resolution.bindings[target.span.lower] = .global(name)
        } else if operation != nil {
            let elsewhere = function.find(name) != nil || isGlobal(name)
            throw Diagnostic(
                elsewhere ? "scope.outer" : "name.unknown",
                elsewhere
                    ? "`\(name)` belongs outside of this function, whose assignments are its own"
                    : "`\(name)` has no value yet",
                at: target.span,
                hints: elsewhere ? ["return the new value, or use a function without a name: `x -> …`"] : [])
        } else {
            resolution.bindings[target.span.lower] = .declaration(function.declare(name))
        }
    }

    /// `xs[0]`, `r.a.b`, `lab.epsilon`: the name at the root and the subscripts on the way.
    private mutating func resolveTarget(_ target: Expression) throws {
        switch target.kind {
        case .name(let name):
            if let variable = function.target(name) {
                resolution.bindings[target.span.lower] = .local(variable)
            } else if let variable = function.find(name) {
                resolution.bindings[target.span.lower] = .local(variable)
                resolution.foreignTargets.insert(target.span.lower)
            } else {
                resolution.bindings[target.span.lower] = .global(name)
                globalReads.append((name, target.span))
                if !function.belongsToTopLevel { resolution.foreignTargets.insert(target.span.lower) }
            }
        case .member(let owner, _): try resolveTarget(owner)
        case .index(let owner, let subscripts):
            try resolveTarget(owner)
            try resolve(subscripts)
        default:
            // `estep(lab).x = 1`: only what has identity can be changed so.
            try resolve(target)
        }
    }

    private func requireLoop(_ word: String, _ span: Span) throws {
        if loopDepth == 0 { throw Diagnostic("flow.\(word)", "`\(word)` stands outside of a loop", at: span) }
    }

    private func requireTopLevel(_ word: String, _ span: Span) throws {
        if !function.isTopLevelItself {
            throw Diagnostic("scope.top-level", "`\(word)` belongs at the top level of a program", at: span)
        }
    }

    private mutating func declare(_ name: Name) {
        if function.isTopLevelItself {
            resolution.bindings[name.span.lower] = .global(name.text)
        } else {
            resolution.bindings[name.span.lower] = .declaration(function.declare(name.text))
        }
    }

    static func tooDeep(_ span: Span) -> Diagnostic {
        Diagnostic("syntax.nesting", "this is nested too deeply", at: span)
    }

    private static func flowInExpression(_ word: String, _ span: Span) -> Diagnostic {
        Diagnostic(
            "flow.expression", "`\(word)` cannot stand inside an expression", at: span,
            hints: ["use `if` as a statement of its own"])
    }
}

// MARK: - Expressions

extension Resolver {
    /// `flow`: a `return`, `break` or `continue` in the branches of an `if` here can still leave what is around it.
    private mutating func resolve(_ expression: Expression, flow: Bool = false) throws {
        guard hasRoom() else { throw Resolver.tooDeep(expression.span) }
        switch expression.kind {
        case .number, .boolean, .nothing: break
        case .string(let pieces):
            for case .expression(let piece) in pieces { try resolve(piece) }
        case .list(let elements):
            for element in elements { try resolve(element) }
        case .record(let fields):
            for field in fields { try resolve(field.value) }
        case .name(let name): resolution.bindings[expression.span.lower] = meaning(name, expression.span)
        case .unary(_, let operand): try resolve(operand)
        case .binary(_, let left, let right, _):
            try resolve(left)
            try resolve(right)
        case .logical(_, let left, let right):
            try resolve(left)
            try resolve(right)
        case .range(let lower, let upper, _):
            try resolve(lower)
            try resolve(upper)
        case .call(let callee, let arguments, let trailing):
            if case .member(let owner, let name) = callee.kind {
                try resolve(owner)
                // No name of the top level is needed where the owner has such a member.
                resolution.bindings[name.span.lower] = meaning(name.text, nil)
            } else {
                try resolve(callee)
            }
            for argument in arguments { try resolve(argument.value) }
            if let trailing { try resolve(trailing) }
        case .member(let owner, _): try resolve(owner)
        case .index(let owner, let subscripts):
            try resolve(owner)
            try resolve(subscripts)
        case .lambda(let lambda): try resolve(lambda)
        case .conditional(let branches, let otherwise):
            for branch in branches {
                try resolve(branch.condition)
                try resolveBranch(branch.body, flow: flow)
            }
            if let otherwise { try resolveBranch(otherwise, flow: flow) }
        }
    }

    private mutating func resolveBranch(_ block: Block, flow: Bool) throws {
        if flow { return try resolve(block) }
        // The statements of this branch cannot leave the expression that it stands in.
        if let place = Resolver.leaving(block) { throw Resolver.flowInExpression(place.word, place.span) }
        try resolve(block)
    }

    private mutating func resolve(_ subscripts: [Subscript]) throws {
        for case .expression(let index) in subscripts { try resolve(index) }
    }

    private mutating func resolve(_ lambda: Lambda) throws {
        try resolveFunction(.anonymous, lambda.parameters, lambda.body, key: PlaceKey(lambda.span))
    }

    private mutating func resolveFunction(
        _ kind: Function.Kind, _ parameters: [FunctionParameter], _ body: Block, key: PlaceKey
    ) throws {
        let layout = FrameLayout()
        resolution.layouts[key] = layout
        let inner = Function(kind, layout, parent: function)
        let (outer, outerLoops) = (function, loopDepth)
        function = inner
        loopDepth = 0
        defer { (function, loopDepth) = (outer, outerLoops) }
        // All parameters take the first slots, so that a call can fill them in order.
        var names: Set<String> = []
        for parameter in parameters where !names.insert(parameter.name.text).inserted {
            throw Diagnostic(
                "function.parameter", "two parameters are called `\(parameter.name.text)`", at: parameter.name.span)
        }
        for parameter in parameters {
            let variable = inner.declare(parameter.name.text)
            layout.parameters.append(variable)
            resolution.bindings[parameter.name.span.lower] = .declaration(variable)
        }
        for parameter in parameters {
            if let value = parameter.defaultValue { try resolve(value) }
        }
        try resolve(body)
    }

    private mutating func meaning(_ name: String, _ span: Span?) -> Binding {
        if let variable = function.find(name) { return .local(variable) }
        if let span { globalReads.append((name, span)) }
        return .global(name)
    }

    /// A `return`, `break` or `continue` of this block that would leave it.
    private static func leaving(_ block: Block, inLoop: Bool = false) -> (word: String, span: Span)? {
        for statement in block.statements {
            switch statement.kind {
            case .returnValue: return ("return", statement.span)
            case .breakLoop where !inLoop: return ("break", statement.span)
            case .continueLoop where !inLoop: return ("continue", statement.span)
            case .whileLoop(_, let body), .forLoop(_, _, let body), .repeatLoop(_, let body):
                if let place = leaving(body, inLoop: true) { return place }
            case .expression(let expression), .assign(_, _, let expression):
                guard case .conditional(let branches, let otherwise) = expression.kind else { break }
                for branch in branches {
                    if let place = leaving(branch.body, inLoop: inLoop) { return place }
                }
                if let otherwise, let place = leaving(otherwise, inLoop: inLoop) { return place }
            default: break
            }
        }
        return nil
    }
}
