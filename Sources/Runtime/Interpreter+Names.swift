import Support
import Syntax

extension Interpreter {
    /// The variable, library function or native of that name.
    public func lookup(_ name: String) -> Value? {
        try? loadPrelude()
        return user.value(name)
    }

    /// Sets a variable, as the prompt does with `_`.
    public func setGlobal(_ name: String, _ value: Value) { user.define(user.cell(name), value) }

    /// The user's variables in the order of their first assignment.
    public var globals: [(name: String, value: Value)] { user.definitions }

    /// What the library defines in the language, by name.
    public var libraryNames: [String] {
        try? loadPrelude()
        return library.keys.sorted()
    }

    /// All names that a program may use at its top level.
    var visibleNames: [String] {
        user.definitions.map(\.name) + library.keys + registry.names.filter { !$0.contains(".") }
    }

    /// Names that start with `prefix`; after a dot the members of the value before it: `lab.ep`.
    public func completions(_ prefix: String) -> [String] {
        try? loadPrelude()
        let parts = prefix.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard parts.count > 1, let first = parts.first, let last = parts.last else {
            return Set(visibleNames).filter { $0.hasPrefix(prefix) }.sorted()
        }
        // `random.uniform` in a task's function, where `random` is no variable of the session.
        guard var value = lookup(first) else { return registry.names.filter { $0.hasPrefix(prefix) }.sorted() }
        for name in parts.dropFirst().dropLast() {
            guard let member = try? Members.find(value, name) else { return [] }
            value = member
        }
        let head = parts.dropLast().joined(separator: ".")
        return Members.names(value).filter { $0.hasPrefix(last) }.sorted().map { "\(head).\($0)" }
    }

    func unknownName(_ name: String, in scope: ModuleScope, _ site: CallSite) -> Diagnostic {
        let names = scope.definitions.map(\.name) + library.keys + registry.names.filter { !$0.contains(".") }
        let hint = DidYouMean.hint(name, among: names) ?? Names.foreign(name)
        return site.error("name.unknown", "unknown name `\(name)`", hints: hint.map { [$0] } ?? [])
    }

    /// `x.f(…)` where x has no member f and there is no function f.
    func unknownMethod(_ name: String, of value: Value, in scope: ModuleScope, _ site: CallSite) -> Diagnostic {
        let functions = (scope.definitions + library.map { ($0.key, $0.value) }).filter { $0.value.isCallable }
        let names = functions.map(\.name) + registry.functions.keys.filter { !$0.contains(".") }
        let hint =
            DidYouMean.hint(name, among: Members.names(value)) ?? DidYouMean.hint(name, among: names) ?? Names.foreign(name)
        let owner = if case .record = value { value.described } else { article(value.typeName) }
        return site.error(
            "member.unknown", "\(owner) has no `\(name)`, and there is no function of that name",
            hints: hint.map { [$0] } ?? [])
    }

    /// What is wrong with a program's names, without running it: every name that nothing defines.
    public func check(_ program: Program) -> [Diagnostic] {
        do {
            try loadPrelude()
            return try entering {
                var checker = NameChecker(interpreter: self)
                return try checker.check(program)
            }
        } catch {
            return [CallSite(Span(program.source, 0, 0)).diagnostic(error)]
        }
    }
}
