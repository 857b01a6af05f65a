import Support
import Syntax

extension Interpreter {
    /// Runs a program statement by statement and shows its values.
    ///
    /// What ran before an error stays: variables, labs, output.
    public func run(_ program: Program, display: DisplayMode) throws(Diagnostic) {
        try loadPrelude()
        do {
            try entering {
                user.folder = Interpreter.folder(of: program.source.name)
                for statement in program.statements { try run(statement, display) }
            }
        } catch let diagnostic as Diagnostic {
            throw diagnostic
        } catch {
            throw CallSite(Span(program.source, 0, 0)).diagnostic(error)
        }
    }

    private func run(_ statement: Statement, _ display: DisplayMode) throws {
        willRun?(statement)
        do {
            if cancellation.isCancelled { throw CallSite(statement.span).interrupted }
            let value = try execute(statement, in: user, showsValue: display == .prompt)
            try show(value, of: statement, display)
            didRun?(statement, nil)
        } catch {
            let diagnostic = CallSite(statement.span).diagnostic(error)
            didRun?(statement, diagnostic)
            throw diagnostic
        }
    }

    private func show(_ value: Value, of statement: Statement, _ display: DisplayMode) throws {
        if runsCommands || display == .prompt, case .expression(let expression) = statement.kind,
            case .name = expression.kind,
            case .function(let function) = value, function.isCommand
        {
            let result = try call(value, CallArguments([] as [Value]), at: CallSite(statement.span))
            if !result.isNothing, display != .quiet { output.show(result, isSilenced: statement.isSilenced) }
            return
        }
        switch (statement.kind, display) {
        case (_, .quiet): return
        case (.expression, .prompt): break
        case (.expression, .batch): break
        case (.assign, .prompt): break
        default: return
        }
        if !value.isNothing { output.show(value, isSilenced: statement.isSilenced) }
    }

    /// Resolves, compiles and runs one top-level statement.
    @discardableResult
    func execute(_ statement: Statement, in scope: ModuleScope, showsValue: Bool) throws -> Value {
        var resolver = Resolver(isGlobal: { scope.isDefined($0) }, hasRoom: { [unowned self] in hasStackRoom })
        try resolver.resolve(statement)
        let resolution = resolver.resolution
        let compiler = Compiler(interpreter: self, scope: scope, resolution: resolution)
        let compiled = try compiler.compile(statement, showsValue: showsValue)
        let base = state.pointee.top
        let next = base + resolution.layout.size
        if next > state.pointee.initialisedEnd, !state.pointee.grow(to: next) {
            throw Resolver.tooDeep(statement.span)
        }
        state.pointee.top = next
        defer {
            for slot in 0..<resolution.layout.size { base[slot] = .nothing }
            state.pointee.top = base
            state.pointee.flow = .none
        }
        return try compiled.run(Frame(slots: base, state: state))
    }

    /// The folder that a source's `use "./file"` starts from.
    static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
