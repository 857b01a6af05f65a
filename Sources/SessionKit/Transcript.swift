import Runtime
import Support
import Syntax

/// What ran, kept so that it can be written as a script: the statements as they were typed, outputs as comments.
///
/// The script does what the session did: a statement that failed, and what was not reached behind it, is a comment; a command
/// that the prompt ran by its bare name is written as a call; earlier values that were used (`_`, `_3`) are assigned
/// where they arose.
public struct Transcript {
    struct Step {
        var range: Range<Int>
        var kind: Kind
        /// Earlier values that the statement reads: `_`, `_3`.
        var reads: [String]
        var givesValue = false
        /// What the host ran while or right after the statement did: the setups of a lesson's steps.
        var added: [String] = []
    }

    enum Kind {
        case expression
        /// A function's bare name: the prompt runs it.
        case command
        case assignment(target: String)
        /// For a lesson that goes on: `hint`. Not part of the work.
        case lesson
        case other
    }

    struct Entry {
        var source: Source
        var cell: Int?
        var steps: [Step] = []
        /// Where the first statement that failed begins.
        var failedFrom: Int?
        var failure = ""
        var shown: [String] = []
    }

    let seed: UInt64
    private(set) var entries: [Entry] = []
    private var current: Entry?

    init(seed: UInt64) { self.seed = seed }

    public var isEmpty: Bool { entries.isEmpty }

    // MARK: Recording

    mutating func open(_ source: Source, cell: Int?) { current = Entry(source: source, cell: cell) }

    mutating func begin(_ statement: Statement, _ session: Session) {
        guard statement.span.source === current?.source else { return }
        session.sink.shown = []
        var kind = Kind.other
        switch statement.kind {
        case .expression(let expression):
            kind = .expression
            if session.interpreter.runsCommands, case .name(let name) = expression.kind,
                session.interpreter.lookup(name)?.asFunction?.isCommand == true {
                kind = .command
            }
        case .assign(let target, _, _): kind = .assignment(target: target.span.text)
        default: break
        }
        session.sink.lastValueInStatement = false
        current?.steps.append(
            Step(range: statement.span.lower..<statement.span.upper, kind: kind, reads: Self.earlierValues(statement.span)))
    }

    /// Code that a lesson ran: the script runs it behind the statement that had it run, before the next one.
    mutating func add(code: String) {
        guard let last = current?.steps.indices.last else { return }
        current?.steps[last].added.append(code)
    }

    mutating func end(_ statement: Statement, error: Diagnostic?, _ session: Session, isLesson: Bool = false) {
        guard statement.span.source === current?.source, let last = current?.steps.indices.last else { return }
        if isLesson { current?.steps[last].kind = .lesson }
        current?.steps[last].givesValue = session.sink.lastValueInStatement
        current?.shown += session.sink.shown
        session.sink.shown = []
        if let error {
            current?.failedFrom = statement.span.lower
            current?.failure = error.message
        }
    }

    /// The whole entry failed before any statement ran: it does not parse, or names are wrong.
    mutating func fail(_ diagnostic: Diagnostic) {
        guard current != nil, current?.failedFrom == nil else { return }
        let reached = current?.steps.last.map { $0.range.upperBound } ?? 0
        current?.failedFrom = reached
        current?.failure = diagnostic.message
    }

    mutating func close() {
        if let current { entries.append(current) }
        current = nil
    }

    /// `_` and `_3` as they are read in a statement.
    static func earlierValues(_ span: Span) -> [String] {
        let text = Source(name: "", text: Array(span.source.text[span.lower..<span.upper]))
        guard text.text.contains(UInt8(ascii: "_")) else { return [] }
        return LexedSource(text).tokens.compactMap { token in
            guard token.kind == .name else { return nil }
            let name = String(decoding: text.text[token.lower..<token.upper], as: UTF8.self)
            return name == "_" || (name.hasPrefix("_") && Int(name.dropFirst()) != nil) ? name : nil
        }
    }

    // MARK: Writing

    /// The script; `name` is what it will be called, for the line that tells how to run it.
    public func script(name: String) -> String {
        var lines = ["# \(Self.title) · seed \(seed) · run it: mpo run \(name)\(seed == 0 ? "" : " --seed \(seed)")", ""]
        if seed != 0 { lines += ["seed(\(seed))", ""] }
        let wanted = producers()
        for (index, entry) in entries.enumerated() {
            let (text, rest) = text(entry, wanted[index] ?? [:])
            lines += Self.lines(of: text)
            for shown in entry.shown { lines += Self.lines(of: shown).map { $0.isEmpty ? "#" : "# " + $0 } }
            lines.append("")
            if !rest.isEmpty { lines += rest + [""] }
        }
        while lines.last == "" { lines.removeLast() }
        return lines.joined(separator: "\n") + "\n"
    }

    /// The first words of a saved transcript.
    static let title = "a session of mpo \(Session.version)"

    /// For each entry the steps whose values are read later, with the names under which they are.
    private func producers() -> [Int: [Int: [String]]] {
        var result: [Int: [Int: [String]]] = [:]
        var last: (entry: Int, step: Int)?
        var ofCell: [String: (entry: Int, step: Int)] = [:]
        for (entryIndex, entry) in entries.enumerated() {
            // `_` changes when a cell is done, so all of its statements read the value of an earlier one.
            for step in entry.steps {
                for name in step.reads {
                    guard let place = name == "_" ? last : ofCell[name] else { continue }
                    var names = result[place.entry, default: [:]][place.step, default: []]
                    if !names.contains(name) { names.append(name) }
                    result[place.entry, default: [:]][place.step] = names
                }
            }
            if let step = entry.steps.lastIndex(where: \.givesValue) {
                last = (entryIndex, step)
                if let cell = entry.cell { ofCell["_\(cell)"] = (entryIndex, step) }
            }
        }
        return result
    }

    /// The statements of an entry, and the lines that ran after the last of them: these stand below its outputs.
    private func text(_ entry: Entry, _ wanted: [Int: [String]]) -> (text: String, rest: [String]) {
        let source = entry.source.text
        var result = ""
        var rest: [String] = []
        var position = source.firstIndex { $0 != 0x0A } ?? 0
        let end = entry.failedFrom ?? source.count
        for (index, step) in entry.steps.enumerated() where step.range.upperBound <= end {
            result += String(decoding: source[position..<step.range.lowerBound], as: UTF8.self)
            let statement = String(decoding: source[step.range], as: UTF8.self)
            let names = wanted[index] ?? []
            switch step.kind {
            case .command: result += statement + "()"
            case .lesson: result += "# " + Self.lines(of: statement).joined(separator: "\n# ")
            case .expression where !names.isEmpty:
                result += names.map { "\($0) = " }.first.map { $0 + statement } ?? statement
                for name in names.dropFirst() { result += "; \(name) = \(names[0])" }
            case .assignment(let target) where !names.isEmpty:
                result += statement + names.map { "; \($0) = \(target)" }.joined()
            default: result += statement
            }
            position = step.range.upperBound
            var isComment = false
            if case .lesson = step.kind { isComment = true }
            guard isComment || !step.added.isEmpty else { continue }
            // Nothing may follow on the line: a comment would swallow it, and added code comes first. A `;` still silences.
            while position < end, [0x20, 0x09, 0x0D, 0x3B].contains(source[position]) {
                if source[position] == 0x3B, !isComment { result += ";" }
                position += 1
            }
            let isLast = entry.failedFrom == nil && source[position..<end].allSatisfy { [0x20, 0x09, 0x0D, 0x0A, 0x3B].contains($0) }
            let added = step.added.flatMap(Self.code)
            if isLast { rest += added } else { result += added.map { "\n" + $0 }.joined() }
            if position < end, source[position] != 0x0A { result += "\n" }
        }
        result += String(decoding: source[position..<max(position, end)], as: UTF8.self)
        while let last = result.last, last.isWhitespace || (entry.failedFrom != nil && last == ";") { result.removeLast() }
        guard let failedFrom = entry.failedFrom else { return (result, rest) }
        // A lesson's command may fail after a setup has run.
        for step in entry.steps where step.range.upperBound > end { rest += step.added.flatMap(Self.code) }
        let failed = String(decoding: source[failedFrom...], as: UTF8.self)
        let comment = Self.lines(of: failed).map { "# " + $0 } + ["# → " + entry.failure]
        return ((result.isEmpty ? "" : result + "\n") + comment.joined(separator: "\n"), rest)
    }

    /// The lines of added code, without empty ones around them.
    private static func code(_ text: String) -> [String] {
        var lines = Self.lines(of: text)
        while lines.last == "" { lines.removeLast() }
        return Array(lines.drop { $0 == "" })
    }

    private static func lines(of text: String) -> [String] {
        text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map { line in
            var line = line
            while line.last == " " || line.last == "\r" { line = line.dropLast() }
            return String(line)
        }
    }
}
