import Bindings
import Glibc
import Runtime
import Support
import Syntax

/// A `:command` of the prompt and of piped input.
public struct SessionCommand: Sendable {
    public let name: String
    public let usage: String
    public let summary: String

    public static let all = [
        SessionCommand(name: "help", usage: ":help [NAME]", summary: "Shows what there is, or what NAME is; `?NAME` does the same."),
        SessionCommand(name: "vars", usage: ":vars", summary: "Lists your variables."),
        SessionCommand(name: "save", usage: ":save FILE", summary: "Writes what ran as a script, outputs as comments."),
        SessionCommand(name: "load", usage: ":load FILE", summary: "Runs a script here; its variables stay."),
        SessionCommand(name: "time", usage: ":time CODE", summary: "Runs CODE and tells how long it took."),
        SessionCommand(name: "quit", usage: ":quit", summary: "Leaves; Ctrl-D does the same."),
    ]
}

extension Session {
    /// Whether the line is for the session and not for the language: `:vars`, `?clip`.
    func isCommand(_ line: String) -> Bool {
        let text = trimmed(line)
        if text.hasPrefix("?") { return true }
        guard text.hasPrefix(":"), let next = text.dropFirst().first else { return false }
        return next.isLetter && !text.contains("\n") || text.hasPrefix(":time")
    }

    /// Runs the line if it is for the session; nil where it is the language's.
    func runCommand(_ line: String, isPrompt: Bool) -> Outcome? {
        let text = trimmed(line)
        if isPrompt, let name = helpQuestion(text) { return answer { try help(name) } }
        guard isCommand(text) else { return nil }
        if text.hasPrefix("?") { return answer { try help(trimmed(String(text.dropFirst()))) } }
        let word = text.dropFirst().prefix { $0.isLetter || $0 == "_" }
        let rest = trimmed(String(text.dropFirst(1 + word.count)))
        // A prefix that leaves no doubt is enough: `:q`.
        let matches = SessionCommand.all.filter { $0.name.hasPrefix(word) }
        let command = matches.count == 1 ? matches[0].name : matches.first { $0.name == word }?.name
        switch command {
        case "help": return answer { try help(rest) }
        case "vars": return answer { listVariables() }
        case "save": return answer { try save(unquoted(rest)) }
        case "load": return load(unquoted(rest))
        case "time": return time(rest, isPrompt: isPrompt)
        case "quit": return .quit
        default:
            let hint =
                Names.suggestion(for: String(word), among: SessionCommand.all.map(\.name)).map { "did you mean `:\($0)`?" }
                ?? "there are " + SessionCommand.all.map { ":" + $0.name }.joined(separator: ", ")
            return refuse(Fault("command.unknown", "there is no command `:\(word)`", hint: hint))
        }
    }

    /// `help`, or `help NAME` without brackets: at the prompt a question, not a call.
    private func helpQuestion(_ text: String) -> String? {
        guard text.hasPrefix("help") else { return nil }
        let rest = text.dropFirst(4)
        if rest.isEmpty { return "" }
        guard rest.first == " " else { return nil }
        let name = trimmed(String(rest))
        return name.allSatisfy { $0.isLetter || $0.isNumber || "_:.".contains($0) } ? name : nil
    }

    private func answer(_ body: () throws -> Void) -> Outcome {
        do {
            try body()
            return .done
        } catch let fault as Fault {
            return refuse(fault)
        } catch {
            return refuse(Fault("command.failed", "\(error)"))
        }
    }

    private func refuse(_ fault: Fault) -> Outcome {
        let diagnostic = Diagnostic(fault.id, fault.message, at: nil, hints: fault.hint.map { [$0] } ?? [])
        face.error(diagnostic)
        return .failed(diagnostic)
    }

    private func help(_ name: String) throws {
        face.print(try HelpLibrary(interpreter).text(for: name, width: face.style.width))
    }

    // MARK: :vars

    private func listVariables() {
        // Earlier values, and the session's own table of reports as long as nothing was reported, are nobody's variables.
        let variables = interpreter.globals.filter { name, value in
            !name.hasPrefix("_") && !(name == "reports" && (value.asObject as? Table)?.rowCount == 0)
        }
        if variables.isEmpty { return face.print("no variables yet") }
        let names = variables.map(\.name.count).max() ?? 0
        let kinds = variables.map(\.value.typeName.count).max() ?? 0
        for (name, value) in variables {
            face.print(
                Columns.pad(name, names) + "  " + Columns.pad(value.typeName, kinds) + "  "
                    + Columns.cut(value.summary, max(20, face.style.width - names - kinds - 4)))
        }
    }

    // MARK: :save and :load

    private func save(_ path: String) throws {
        if path.isEmpty { throw Fault("command.usage", ":save wants a file's name", hint: ":save tonight.mpo") }
        if transcript.isEmpty { throw Fault("command.nothing", "nothing has run yet that could be saved") }
        let target = Columns.expandHome(path)
        if WholeFile.exists(target) {
            let head = try WholeFile.readText(target).prefix(while: { !$0.isNewline })
            if !head.hasPrefix("# a session of mpo ") {
                throw Fault(
                    "command.exists", "'\(path)' is there already and no saved session",
                    hint: "give another name, or remove it first")
            }
        }
        let name = path.contains(" ") ? "'\(path)'" : path
        try WholeFile.write(transcript.script(name: name), to: target)
        face.print("saved \(path)")
    }

    private func load(_ path: String) -> Outcome {
        if path.isEmpty {
            return refuse(Fault("command.usage", ":load wants a file's name", hint: ":load tonight.mpo"))
        }
        do {
            let text = try WholeFile.read(Columns.expandHome(path), limit: 1 << 26)
            return run(Source(name: path, text: text))
        } catch let fault as Fault {
            return refuse(fault)
        } catch {
            return refuse(Fault("file.failed", "\(error)"))
        }
    }

    private func time(_ code: String, isPrompt: Bool) -> Outcome {
        if code.isEmpty {
            return refuse(Fault("command.usage", ":time wants code to run", hint: ":time qstep(lab, steps: 100)"))
        }
        let start = Columns.seconds()
        let outcome = isPrompt ? run(cell: code) : run(Source(name: ":time", code))
        face.print(Columns.duration(Columns.seconds() - start))
        return outcome
    }

    func trimmed(_ text: String) -> String {
        var text = Substring(text)
        while text.first?.isWhitespace == true { text = text.dropFirst() }
        while text.last?.isWhitespace == true { text = text.dropLast() }
        return String(text)
    }

    private func unquoted(_ text: String) -> String {
        text.count >= 2 && text.hasPrefix("\"") && text.hasSuffix("\"") ? String(text.dropFirst().dropLast()) : text
    }
}

/// Small layouts that several pages share.
enum Columns {
    static func pad(_ text: String, _ width: Int) -> String {
        text.count >= width ? text : text + String(repeating: " ", count: width - text.count)
    }

    static func cut(_ text: String, _ width: Int) -> String {
        text.count <= width ? text : text.prefix(max(1, width - 1)) + "…"
    }

    static func expandHome(_ path: String) -> String {
        guard path == "~" || path.hasPrefix("~/"), let home = getenv("HOME") else { return path }
        return String(cString: home) + path.dropFirst()
    }

    static func seconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }

    /// `0.42 ms`, `3.1 s`, `2 min 5 s`.
    static func duration(_ seconds: Double) -> String {
        let tenths = { (value: Double) -> String in
            let scaled = value >= 10 ? value.rounded() : (value * 100).rounded() / 100
            return NumberText.plain(scaled)
        }
        if seconds < 1 { return "\(tenths(seconds * 1000)) ms" }
        if seconds < 120 { return "\(tenths(seconds)) s" }
        let whole = Int(min(seconds, 1e12).rounded())
        return "\(whole / 60) min \(whole % 60) s"
    }

    /// `text` with the lines of each paragraph in one, whatever they were broken at; empty and indented lines and a
    /// `Source:` stand by themselves.
    static func paragraphs(_ text: String) -> String {
        var lines: [String] = []
        for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            let isOwn = line.isEmpty || line.hasPrefix(" ") || line.hasPrefix("Source:")
            if !isOwn, let last = lines.last, !last.isEmpty, !last.hasPrefix(" ") {
                lines[lines.count - 1] = last + " " + line
            } else {
                lines.append(String(line))
            }
        }
        return lines.joined(separator: "\n")
    }

    /// Words of `text` in lines of at most `width` columns, each after `indent`; empty lines stay.
    static func wrap(_ text: String, width: Int, indent: String) -> [String] {
        var lines: [String] = []
        for paragraph in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            // Indented lines are laid out by hand: formulas, code.
            if paragraph.hasPrefix("  ") || paragraph.isEmpty {
                lines.append(paragraph.isEmpty ? "" : indent + paragraph)
                continue
            }
            var line = ""
            for word in paragraph.split(separator: " ") {
                if !line.isEmpty, indent.count + line.count + 1 + word.count > width {
                    lines.append(indent + line)
                    line = ""
                }
                line += line.isEmpty ? String(word) : " " + word
            }
            lines.append(indent + line)
        }
        return lines
    }
}
