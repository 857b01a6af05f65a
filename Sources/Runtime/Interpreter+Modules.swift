import Support
import Syntax

/// A file that `use` has run.
final class LoadedModule {
    let scope: ModuleScope
    init(_ scope: ModuleScope) { self.scope = scope }
}

extension Interpreter {
    /// Runs the library's `prelude.mpo`, if there is one; its names are then known everywhere.
    ///
    /// The first `run`, `check`, `lookup` or completion does so by itself; a prelude that fails is told once.
    public func loadPrelude() throws(Diagnostic) {
        guard let standardLibrary, !isPreludeLoaded else { return }
        isPreludeLoaded = true
        let path = "\(standardLibrary)/prelude.mpo"
        guard WholeFile.exists(path) else { return }
        do {
            try entering {
                let site = CallSite(Span(Source(name: path, ""), 0, 0))
                let module = try load(path, called: "prelude", site)
                for (name, value) in module.scope.definitions { library[name] = value }
            }
        } catch {
            throw CallSite(Span(Source(name: path, ""), 0, 0)).diagnostic(error)
        }
    }

    /// `use "name"` or `use "./file"`: runs the module if it has not run, and takes over its names.
    func use(_ name: String, in scope: ModuleScope, _ site: CallSite) throws {
        let path = try site.located { try modulePath(name, from: scope) }
        let module = try load(path, called: name, site)
        for (name, value) in module.scope.definitions { scope.define(scope.cell(name), value) }
    }

    /// The file that `use` means: beside the using file where it starts with a dot, else in the library.
    func modulePath(_ name: String, from scope: ModuleScope) throws -> String {
        var file = name.hasSuffix(".mpo") ? name : name + ".mpo"
        if name.isEmpty || name.utf8.contains(0) { throw Fault("module.name", "`use` wants the name of a module") }
        if !usesFiles, file.hasPrefix(".") || file.hasPrefix("/") || file.split(separator: "/").contains("..") {
            throw Fault(
                "sandbox.files", "the sandbox does not let a script use the file \"\(name)\"",
                hint: "run it without --sandbox")
        }
        if file.hasPrefix("./") || file.hasPrefix("../") || file.hasPrefix("/") {
            if file.hasPrefix("/") { return file }
            while file.hasPrefix("./") { file.removeFirst(2) }
            let folder = scope.folder ?? "."
            return folder == "." ? "./\(file)" : "\(folder)/\(file)"
        }
        guard let standardLibrary else {
            throw Fault(
                "module.no-library", "there is no library to look for \"\(name)\" in",
                hint: "MPO_STDLIB names its folder; use \"./\(name)\" means a file beside this one")
        }
        return "\(standardLibrary)/\(file)"
    }

    private func load(_ path: String, called name: String, _ site: CallSite) throws -> LoadedModule {
        if let module = modules[path] { return module }
        if let start = loading.firstIndex(of: path) {
            let circle = (loading[start...] + [path]).map { $0.split(separator: "/").last.map(String.init) ?? $0 }
            throw site.error("module.cycle", "modules use each other in a circle: \(circle.joined(separator: " → "))")
        }
        guard hasStackRoom else { throw Resolver.tooDeep(site.span) }
        let program = try Interpreter.parse(path, called: name, site)
        let scope = makeScope(name: name, folder: Interpreter.folder(of: path))
        loading.append(path)
        defer { loading.removeLast() }
        for statement in program.statements {
            if cancellation.isCancelled { throw site.interrupted }
            do { try execute(statement, in: scope, showsValue: false) } catch var diagnostic as Diagnostic {
                diagnostic.calls.append(Diagnostic.Call(function: "use \"\(name)\"", span: site.span))
                throw diagnostic
            }
        }
        let module = LoadedModule(scope)
        modules[path] = module
        return module
    }

    static func parse(_ path: String, called name: String, _ site: CallSite) throws -> Program {
        let bytes: [UInt8]
        do { bytes = try WholeFile.read(path, limit: 1 << 26) } catch let fault as Fault {
            if fault.id == "file.missing" {
                throw site.error("module.missing", "there is no module \"\(name)\"", hints: ["looked for \(path)"])
            }
            throw site.diagnostic(fault)
        }
        return try Parser.parse(Source(name: path, text: bytes))
    }
}
