import Bindings
import Glibc
import Runtime
import Support
import Syntax

/// The language with its variables, earlier values, commands and transcript: source in, outcome out.
///
/// Knows no terminal: a prompt, a batch run and a notebook are faces of the same session.
public final class Session {
    public enum Outcome {
        case done
        case failed(Diagnostic)
        /// Ctrl-C; committed steps stay.
        case interrupted
        /// `:quit`
        case quit

        public var isDone: Bool {
            if case .done = self { return true }
            return false
        }
    }

    /// The version that the banner and `--version` tell.
    public static let version = "0.1"

    public let interpreter: Interpreter
    public let face: any SessionFace
    public let isQuiet: Bool
    /// The number of the cell that comes next, as the prompt shows it.
    public private(set) var cell = 1
    public internal(set) var transcript: Transcript
    let sink: SessionSink

    /// - Parameters:
    ///   - isQuiet: values of statements are not shown; what the program prints or reports is.
    ///   - standardLibrary: the folder that `use "name"` reads.
    public init(
        face: any SessionFace, seed: UInt64 = 0, isQuiet: Bool = false, standardLibrary: String? = nil,
        registry: NativeRegistry? = nil, cancellation: CancellationToken = Interrupts.token
    ) {
        self.face = face
        self.isQuiet = isQuiet
        sink = SessionSink(face: face, isQuiet: isQuiet)
        let registry = registry ?? makeStandardRegistry()
        HelpNatives.add(to: registry)
        interpreter = Interpreter(
            registry: registry, standardLibrary: standardLibrary, output: sink, cancellation: cancellation)
        interpreter.seed = seed
        installGlobals(in: interpreter)
        transcript = Transcript(seed: seed)
        do { try interpreter.loadPrelude() } catch { face.error(error) }
        // Undo goes by statements: the labs' log is told where one begins and ends.
        let statements = interpreter.service(LabStatements.self).log
        // The lesson that goes on sees every value, and may run code of its own.
        let lessons = interpreter.service(Lessons.self)
        lessons.didSetUp = { [unowned self] code in transcript.add(code: code) }
        interpreter.willRun = { [unowned self] statement in
            lessons.begin()
            statements.begin(statement.span.text)
            transcript.begin(statement, self)
        }
        interpreter.didRun = { [unowned self] statement, error in
            transcript.end(statement, error: error, self, isLesson: lessons.isLessonStatement)
            statements.end()
            if error == nil { lessons.offer(statement, sink.lastValueInStatement ? sink.lastValue : nil, interpreter) }
        }
    }

    // MARK: At a prompt

    /// Runs what was entered at the prompt: statements, a `:command`, or a question for help.
    @discardableResult public func run(cell text: String) -> Outcome {
        if isBlank(text) { return .done }
        if let outcome = runCommand(text, isPrompt: true) { return outcome }
        let number = cell
        let outcome = run(Source(name: "[\(number)]", text), display: isQuiet ? .quiet : .prompt, cell: number)
        cell += 1
        return outcome
    }

    /// Nil where `text` is complete, so that Enter runs it; else the indentation of its next line.
    public func continuation(of text: String) -> String? {
        if isBlank(text) || isCommand(text) { return nil }
        let source = Source(name: "prompt", text)
        do {
            _ = try Parser.parse(source)
            return nil
        } catch {
            guard error.isIncomplete else { return nil }
        }
        // A level for each line that opens brackets which are still open.
        var lines: Set<Int> = []
        for token in LexedSource(source).tokens where token.partner < 0 {
            if case .open = token.kind { lines.insert(source.line(of: token.lower)) }
        }
        return String(repeating: "    ", count: min(lines.count, 20))
    }

    // MARK: In batch

    /// Runs a whole program as a script: a file, `-e`.
    @discardableResult public func run(_ source: Source) -> Outcome {
        run(source, display: isQuiet ? .quiet : .batch, cell: nil)
    }

    /// Runs text from a pipe: a script that may hold whatever the prompt takes, `:commands` and bare `undo` included,
    /// so that the lines of a session give the same numbers when they are piped.
    @discardableResult public func run(piped source: Source) -> Outcome {
        // The lines between two commands are one program; line ends before it keep its places in messages right.
        var pending: [UInt8] = []
        for line in 1...source.lineCount {
            let range = source.range(ofLine: line)
            let end = line < source.lineCount ? source.range(ofLine: line + 1).lowerBound : source.text.count
            let text = String(decoding: source.text[range], as: UTF8.self)
            if isCommand(text), isFinished(Source(name: source.name, text: pending)) {
                if !pending.isEmpty {
                    let outcome = runPiece(Source(name: source.name, text: pending))
                    if !outcome.isDone { return outcome }
                }
                if let outcome = runCommand(text, isPrompt: false), !outcome.isDone { return outcome }
                pending = []
                continue
            }
            if pending.isEmpty { pending = [UInt8](repeating: 0x0A, count: line - 1) }
            pending += source.text[range.lowerBound..<end]
        }
        return pending.isEmpty ? .done : runPiece(Source(name: source.name, text: pending))
    }

    private func runPiece(_ source: Source) -> Outcome {
        run(source, display: isQuiet ? .quiet : .batch, cell: nil, runsCommands: true)
    }

    private func isFinished(_ source: Source) -> Bool {
        do {
            _ = try Parser.parse(source)
            return true
        } catch { return !error.isIncomplete }
    }

    // MARK: Running

    /// - Parameter runsCommands: a command's bare name runs it; nil: at the prompt only.
    func run(_ source: Source, display: DisplayMode, cell number: Int?, runsCommands: Bool? = nil) -> Outcome {
        interpreter.runsCommands = runsCommands ?? (number != nil)
        sink.lastValue = nil
        transcript.open(source, cell: number)
        defer { transcript.close() }
        let outcome: Outcome
        do {
            try interpreter.run(try Parser.parse(source), display: display)
            outcome = .done
        } catch {
            outcome = error.id == "interrupted" ? .interrupted : .failed(error)
        }
        sink.endProgress()
        if case .failed(let diagnostic) = outcome {
            transcript.fail(diagnostic)
            face.error(diagnostic)
        }
        if let value = sink.lastValue {
            interpreter.setGlobal("_", value)
            if let number { interpreter.setGlobal("_\(number)", value) }
        }
        return outcome
    }

    func isBlank(_ text: String) -> Bool { text.utf8.allSatisfy { [0x20, 0x09, 0x0A, 0x0D].contains($0) } }
}
