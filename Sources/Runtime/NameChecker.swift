import Support
import Syntax

/// Finds the names of a program that nothing defines, without running it.
///
/// Modules that it uses are read for the names that they define, not run.
struct NameChecker {
    unowned let interpreter: Interpreter
    private var modules: [String: Set<String>] = [:]
    private var open: [String] = []

    init(interpreter: Interpreter) { self.interpreter = interpreter }

    /// Every name that the top level of `program` defines is known throughout it: functions may use later ones.
    mutating func check(_ program: Program) throws -> [Diagnostic] {
        var known = Set(interpreter.user.definitions.map(\.name))
        var diagnostics: [Diagnostic] = []
        var before = known
        do { known.formUnion(try definitions(program, Interpreter.folder(of: program.source.name))) } catch let error as Diagnostic {
            return [error]
        }
        for statement in program.statements {
            let defined = before
            var resolver = Resolver(
                isGlobal: { defined.contains($0) }, hasRoom: { [interpreter] in interpreter.hasStackRoom })
            do { try resolver.resolve(statement) } catch let error as Diagnostic {
                diagnostics.append(error)
                continue
            }
            for (name, span) in resolver.globalReads.sorted(by: { $0.span.lower < $1.span.lower })
            where !known.contains(name) && interpreter.builtIn(name) == nil {
                var error = Diagnostic("name.unknown", "unknown name `\(name)`", at: span)
                let names = Array(known) + interpreter.visibleNames
                if let hint = DidYouMean.hint(name, among: names) ?? Names.foreign(name) { error.hints = [hint] }
                diagnostics.append(error)
            }
            before.formUnion(NameChecker.definitions(statement))
            if case .use(let path, let span) = statement.kind {
                before.formUnion(try moduleNames(path, Interpreter.folder(of: program.source.name), CallSite(span)))
            }
        }
        return diagnostics
    }

    private static func definitions(_ statement: Statement) -> [String] {
        switch statement.kind {
        case .assign(let target, _, _):
            if case .name(let name) = target.kind { return [name] }
            return []
        case .function(let declaration): return [declaration.name.text]
        case .parameter(let name, _): return [name.text]
        default: return []
        }
    }

    private mutating func definitions(_ program: Program, _ folder: String) throws -> Set<String> {
        var names: Set<String> = []
        for statement in program.statements {
            names.formUnion(NameChecker.definitions(statement))
            if case .use(let path, let span) = statement.kind {
                names.formUnion(try moduleNames(path, folder, CallSite(span)))
            }
        }
        return names
    }

    private mutating func moduleNames(_ name: String, _ folder: String, _ site: CallSite) throws -> Set<String> {
        let scope = interpreter.makeScope(name: name, folder: folder)
        let path = try site.located { try interpreter.modulePath(name, from: scope) }
        if let names = modules[path] { return names }
        if open.contains(path) { return [] }
        open.append(path)
        defer { open.removeLast() }
        let program = try Interpreter.parse(path, called: name, site)
        let names = try definitions(program, Interpreter.folder(of: path))
        modules[path] = names
        return names
    }
}
