import ArgumentParser
import Bindings
import Glibc
import SessionKit
import Support
import Syntax
import TerminalUI

/// Does what the command line asks, and ends with the exit status that says how it went.
struct Runner {
    let options: RunOptions

    init(_ options: RunOptions) {
        self.options = options
        TextLocale.useUTF8()
        Interrupts.install()
    }

    private func makeSession(isPrompt: Bool = false) -> Session {
        let face: any SessionFace =
            options.json
            ? JSONFace(output: { Terminal.write($0) }, errors: { Terminal.write($0, to: 2) })
            : TerminalFace(isPrompt: isPrompt)
        let library = LibraryFolder.path
        if !(library.map { WholeFile.exists($0 + "/prelude.mpo") } ?? false) {
            face.note("the standard library was not found\(library.map { " in \($0)" } ?? ""), so there is no `train`; MPO_STDLIB names its folder")
        }
        let session = Session(
            face: face, seed: options.seed, isQuiet: options.quiet, standardLibrary: library)
        session.interpreter.service(RunFiles.self).isSandboxed = options.sandbox
        session.interpreter.usesFiles = !options.sandbox
        if !options.sandbox {
            // Without a terminal nothing is kept, unless the variable asks for it.
            let asked = getenv("MPO_LESSONS").map { String(cString: $0) } ?? ""
            session.interpreter.service(Lessons.self).progressPath =
                !asked.isEmpty ? asked : isPrompt ? Prompt.defaultProgressPath : nil
        }
        return session
    }

    // MARK: The prompt

    func prompt(startsUp: Bool) throws -> Never {
        let session = makeSession(isPrompt: true)
        try openFolder(session, script: "prompt", parameters: [:])
        let banner =
            "mpo \(Session.version) · a laboratory for MPO · seed \(options.seed) · help · lesson · :quit"
        let isTerminal = Prompt.run(
            session, banner: banner, startUp: startsUp ? Prompt.defaultStartUpPath : nil,
            historyPath: Prompt.defaultHistoryPath)
        if !isTerminal { try runStandardInput() }
        throw ExitCode(0)
    }

    // MARK: Batch

    func run(file: String, words: [String]) throws -> Never {
        try run(Source(name: file, text: try read(file)), words: words)
    }

    func run(code: String) throws -> Never {
        try run(Source(name: "-e", code), words: [])
    }

    func runStandardInput(words: [String] = []) throws -> Never {
        let source = Source(name: "standard input", text: try read("-"))
        if !words.isEmpty { try run(source, words: words) }
        let session = makeSession()
        try openFolder(session, script: "-", parameters: [:])
        try finish(session.run(piped: source), session)
    }

    func run(_ source: Source, words: [String]) throws -> Never {
        let session = makeSession()
        var parameters: [String: String] = [:]
        do {
            let program = try Parser.parse(source)
            try ScriptParameters.check(program)
            do {
                parameters = try ScriptParameters.values(words, of: program)
            } catch let fault as Fault {
                throw ValidationError(fault.description)
            }
        } catch let diagnostic as Diagnostic {
            try finish(.failed(diagnostic), session, isTold: false)
        }
        session.interpreter.parameterOverrides = parameters
        try openFolder(session, script: source.name, parameters: parameters)
        try finish(session.run(source), session)
    }

    private func openFolder(_ session: Session, script: String, parameters: [String: String]) throws {
        guard let out = options.out else { return }
        do {
            try RunFolder(
                out, commandLine: CommandLine.arguments, script: script, seed: options.seed, parameters: parameters
            ).attach(to: session)
        } catch let fault as Fault {
            throw ValidationError(fault.description)
        }
    }

    private func finish(_ outcome: Session.Outcome, _ session: Session, isTold: Bool = true) throws -> Never {
        switch outcome {
        case .done, .quit: throw ExitCode(0)
        case .failed(let diagnostic):
            if !isTold { session.face.error(diagnostic) }
            throw ExitCode(1)
        case .interrupted:
            if options.json {
                session.face.error(Diagnostic("interrupted", "interrupted", at: nil))
            } else {
                Terminal.write("interrupted\n", to: 2)
            }
            throw ExitCode(130)
        }
    }

    // MARK: Looking only

    func listParameters(of file: String) throws -> Never {
        let session = makeSession()
        do {
            let program = try Parser.parse(Source(name: file, text: try read(file)))
            try ScriptParameters.check(program)
            Terminal.write(ScriptParameters.help(program, file: file) + "\n")
        } catch let diagnostic as Diagnostic {
            try finish(.failed(diagnostic), session, isTold: false)
        }
        throw ExitCode(0)
    }

    func check(file: String) throws -> Never {
        let session = makeSession()
        var found: [Diagnostic] = []
        do {
            let name = file == "-" ? "standard input" : file
            let program = try Parser.parse(Source(name: name, text: try read(file)))
            try ScriptParameters.check(program)
            found = session.interpreter.check(program)
        } catch let diagnostic as Diagnostic {
            found = [diagnostic]
        }
        for diagnostic in found { session.face.error(diagnostic) }
        throw ExitCode(found.isEmpty ? 0 : 1)
    }

    func help(_ name: String) throws -> Never {
        let session = makeSession()
        do {
            let library = HelpLibrary(session.interpreter)
            Terminal.write(try library.text(for: name, width: session.face.style.width) + "\n")
        } catch let fault as Fault {
            session.face.error(Diagnostic(fault.id, fault.message, at: nil, hints: fault.hint.map { [$0] } ?? []))
            throw ExitCode(1)
        }
        throw ExitCode(0)
    }

    /// The whole of a file, or of standard input for `-`; a file that cannot be read is wrong usage.
    private func read(_ file: String) throws -> [UInt8] {
        do {
            return try WholeFile.read(file == "-" ? "/dev/stdin" : file, limit: 1 << 26)
        } catch let fault as Fault {
            throw ValidationError(fault.description)
        }
    }
}

/// Where the library that is written in the language lies.
enum LibraryFolder {
    /// `MPO_STDLIB`, else `stdlib` beside the package that the program was built in, links followed.
    static var path: String? {
        if let set = getenv("MPO_STDLIB"), set.pointee != 0 { return String(cString: set) }
        guard let resolved = realpath("/proc/self/exe", nil) else { return nil }
        defer { free(resolved) }
        var folder = String(cString: resolved)
        while let slash = folder.lastIndex(of: "/"), slash > folder.startIndex {
            folder = String(folder[..<slash])
            for place in ["/stdlib", "/share/mpo/stdlib"] where WholeFile.exists(folder + place + "/prelude.mpo") {
                return folder + place
            }
        }
        return nil
    }
}
