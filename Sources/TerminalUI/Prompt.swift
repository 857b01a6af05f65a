import Glibc
import SessionKit
import Support
import Syntax

/// The read–run–show loop on a terminal.
public enum Prompt {
    /// Runs until Ctrl-D or `:quit`; returns false where standard input and output are no terminal.
    ///
    /// - Parameters:
    ///   - startUp: a script that runs first, if it is there.
    ///   - historyPath: nil keeps the history in memory.
    public static func run(_ session: Session, banner: String, startUp: String?, historyPath: String?) -> Bool {
        let assistant = LineAssistant(
            continuation: { session.continuation(of: $0) },
            completion: { text, offset in
                let found = session.completions(in: text, at: offset)
                return LineCompletion(start: found.start, candidates: found.candidates, suffix: found.suffix)
            },
            pasted: { text in
                PastedTranscript.stripped(text) { session.continuation(of: $0) != nil }
            })
        let history = LineHistory(path: historyPath)
        guard
            let editor = LineEditor(history: history, assistant: assistant, isInterrupted: { Interrupts.isPending })
        else { return false }
        let colour = session.face.style.colour
        session.face.print(banner)
        if let startUp, WholeFile.exists(startUp) { runStartUp(startUp, session) }
        var toldProblem = false
        loop: while true {
            if let problem = history.problem, !toldProblem {
                session.face.note(problem)
                toldProblem = true
            }
            Interrupts.clear()
            let outcome = editor.readLine(prompt: "[\(session.cell)]>", style: colour ? "\u{1B}[1;36m" : "")
            // A Ctrl-C that came while Enter was handled belongs to the line, not to the statement.
            Interrupts.clear()
            switch outcome {
            case .interrupted: continue
            case .endOfInput: break loop
            case .line(let text):
                history.add(text)
                switch session.run(cell: text) {
                case .quit: break loop
                case .interrupted: session.face.print("interrupted")
                case .done, .failed: break
                }
            }
        }
        return true
    }

    private static func runStartUp(_ path: String, _ session: Session) {
        do {
            session.run(Source(name: path, text: try WholeFile.read(path, limit: 1 << 24)))
        } catch {
            session.face.note("the start-up file cannot be read: \((error as? Fault)?.message ?? "\(error)")")
        }
    }

    // MARK: Places

    /// `$XDG_STATE_HOME/mpo/history`, by default under `~/.local/state`; its folder is made. Nil without a home.
    public static var defaultHistoryPath: String? {
        guard let folder = folder("XDG_STATE_HOME", ".local/state") else { return nil }
        var made = ""
        for part in folder.split(separator: "/") {
            made += "/" + part
            mkdir(made, 0o700)
        }
        return folder + "/history"
    }

    /// `$XDG_CONFIG_HOME/mpo/init.mpo`, by default under `~/.config`.
    public static var defaultStartUpPath: String? { folder("XDG_CONFIG_HOME", ".config").map { $0 + "/init.mpo" } }

    /// `$XDG_DATA_HOME/mpo/lessons.json`, by default under `~/.local/share`: how far the lessons have come.
    public static var defaultProgressPath: String? { folder("XDG_DATA_HOME", ".local/share").map { $0 + "/lessons.json" } }

    private static func folder(_ variable: String, _ fallback: String) -> String? {
        if let base = Terminal.environment(variable), base.hasPrefix("/") { return base + "/mpo" }
        guard let home = Terminal.environment("HOME"), home.hasPrefix("/") else { return nil }
        return home + "/" + fallback + "/mpo"
    }
}
