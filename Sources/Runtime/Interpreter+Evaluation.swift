import Support
import Syntax

extension Interpreter {
    /// Runs statements among the user's variables for the host: nothing is shown, and `willRun` and `didRun` are not told.
    ///
    /// Returns the last statement's value. `each` is given every statement with its value.
    @discardableResult
    public func evaluate(_ program: Program, each: ((Statement, Value) throws -> Void)? = nil) throws(Diagnostic) -> Value {
        try runApart(program, in: user, each)
    }

    /// Runs a program in a scope of its own: its names are no variables of the session, and `use "./file"` starts from its folder.
    ///
    /// Unlike a module it runs anew every time. What it hands to natives may be called as long as the interpreter lives.
    public func runAlone(_ program: Program, called name: String) throws(Diagnostic) {
        try loadPrelude()
        let scope = makeScope(name: name, folder: Interpreter.folder(of: program.source.name))
        keep(scope)
        try runApart(program, in: scope, nil)
    }

    @discardableResult
    private func runApart(
        _ program: Program, in scope: ModuleScope, _ each: ((Statement, Value) throws -> Void)?
    ) throws(Diagnostic) -> Value {
        do {
            return try entering {
                var last = Value.nothing
                for statement in program.statements {
                    if cancellation.isCancelled { throw CallSite(statement.span).interrupted }
                    last = try execute(statement, in: scope, showsValue: true)
                    try each?(statement, last)
                }
                return last
            }
        } catch {
            throw CallSite(Span(program.source, 0, 0)).diagnostic(error)
        }
    }
}
