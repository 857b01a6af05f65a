import CEdit
import Glibc

/// What the line editor asks the language.
public struct LineAssistant {
    /// Nil where the text is complete and Enter runs it; else the indentation of the line that Enter adds.
    public var continuation: (_ text: String) -> String?
    /// What can stand at `offset` (in UTF-8 bytes).
    public var completion: (_ text: String, _ offset: Int) -> LineCompletion
    /// What is inserted when `text` is pasted.
    public var pasted: (_ text: String) -> String

    public init(
        continuation: @escaping (String) -> String?, completion: @escaping (String, Int) -> LineCompletion,
        pasted: @escaping (String) -> String
    ) {
        self.continuation = continuation
        self.completion = completion
        self.pasted = pasted
    }
}

/// The texts that could replace the bytes from `start` up to the cursor.
public struct LineCompletion: Equatable {
    public var start: Int
    public var candidates: [String]
    /// What is written after the one candidate there is: `(`, `: `, a closing quote.
    public var suffix: String

    public init(start: Int, candidates: [String], suffix: String = "") {
        self.start = start
        self.candidates = candidates
        self.suffix = suffix
    }
}

/// Reads statements of one or more lines from a terminal, over libedit.
public final class LineEditor {
    public enum Outcome: Equatable {
        case line(String)
        /// Ctrl-C.
        case interrupted
        /// Ctrl-D on an empty line, or the terminal went away.
        case endOfInput
    }

    let handle: OpaquePointer
    let assistant: LineAssistant
    public let history: LineHistory
    /// Whether Ctrl-C came; the session's handler of SIGINT knows.
    let isInterrupted: () -> Bool
    let isDumb: Bool
    private var isVi = false
    private var prompt: UnsafeMutablePointer<CChar>
    private(set) var promptWidth = 0
    var browsing: Browsing?
    private(set) var wasInterrupted = false
    private(set) var sawEnd = false

    /// Keys of our own making that bring a built-in command about: C1 controls, which no keyboard sends.
    static let acceptKey: Unicode.Scalar = "\u{81}"
    /// Escape pressed alone, in vi mode.
    static let escapeKey: Unicode.Scalar = "\u{82}"

    /// Takes the terminal on standard input and output; nil where there is none.
    ///
    /// The order matters: `bind -v` in `~/.editrc` wipes bindings made before it.
    public init?(history: LineHistory, assistant: LineAssistant, isInterrupted: @escaping () -> Bool) {
        guard isatty(0) == 1, isatty(1) == 1, TextLocale.useUTF8() else { return nil }
        guard let handle = cedit_open("mpo") else { return nil }
        self.handle = handle
        self.history = history
        self.assistant = assistant
        self.isInterrupted = isInterrupted
        isDumb = Terminal.isDumb
        prompt = strdup("> ")
        cedit_set_client(handle, Unmanaged.passUnretained(self).toOpaque())
        cedit_set_signal(handle, 0)
        cedit_set_prompt(handle) { handle in
            guard let editor = LineEditor.of(handle) else { return nil }
            return editor.prompt
        }
        cedit_set_editor(handle, "emacs")
        el_source(handle, nil)
        if let editor = cedit_editor(handle), editor.pointee == CChar(bitPattern: UInt8(ascii: "v")) { isVi = true }
        bindKeys()
        history.attach(to: handle)
        cedit_set_reader(handle) { handle, character in
            guard let editor = LineEditor.of(handle), let character else { return -1 }
            guard let scalar = editor.readScalar() else { return editor.sawEnd ? 0 : -1 }
            character.pointee = wchar_t(scalar.value)
            return 1
        }
    }

    deinit {
        el_end(handle)
        free(prompt)
    }

    static func of(_ handle: OpaquePointer?) -> LineEditor? {
        guard let handle, let client = cedit_client(handle) else { return nil }
        return Unmanaged<LineEditor>.fromOpaque(client).takeUnretainedValue()
    }

    /// Shows `text` as the prompt and reads until Enter ends a complete statement.
    ///
    /// `style` is the escape sequence that colours the prompt, or empty. The blank comes after the reset: libedit
    /// loses an escape sequence that ends the prompt.
    public func readLine(prompt text: String, style: String = "") -> Outcome {
        free(prompt)
        prompt = strdup(style.isEmpty ? text + " " : "\u{1}\(style)\u{1}\(text)\u{1}\u{1B}[0m\u{1} ")
        promptWidth = TextWidth.columns(text) + 1
        browsing = nil
        wasInterrupted = false
        sawEnd = false
        PromptSignals.install()
        if !isDumb { Terminal.write("\u{1B}[?2004h") }
        // Raw before the prompt is seen: a key typed right then would be read by the rules of a plain line, Ctrl-D lost.
        cedit_prepare_terminal(handle, 1)
        var count: Int32 = 0
        let line = el_gets(handle, &count)
        // Ctrl-C gives nil with a count of -1, or of 0 inside a search, as the end of the input does: our own flag decides.
        var outcome = Outcome.endOfInput
        if wasInterrupted {
            // The cursor may stand above the last row of the statement.
            Terminal.write(String(repeating: "\n", count: rowsBelowCursor) + "^C\n")
            el_reset(handle)
            outcome = .interrupted
        } else if let line, count > 0 {
            var entered = String(cString: line)
            if entered.hasSuffix("\n") { entered.removeLast() }
            outcome = .line(entered)
        } else {
            Terminal.write("\n")
            el_reset(handle)
        }
        cedit_prepare_terminal(handle, 0)
        if !isDumb { Terminal.write("\u{1B}[?2004l") }
        PromptSignals.remove()
        return outcome
    }

    // MARK: Reading keys

    /// The next character typed; nil on Ctrl-C and at the end of the input.
    func readScalar() -> Unicode.Scalar? {
        guard let first = readByte() else { return nil }
        // vi's Escape begins the sequences of other keys, too: nothing close behind it means the key itself.
        if first == 0x1B, isVi, cedit_is_readable(0, 40) == 0 { return Self.escapeKey }
        if first < 0x80 { return Unicode.Scalar(first) }
        let count = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC2 ? 2 : 1
        var bytes = [first]
        while bytes.count < count {
            guard let next = readByte() else { return nil }
            bytes.append(next)
        }
        return String(decoding: bytes, as: UTF8.self).unicodeScalars.first
    }

    private func readByte() -> UInt8? {
        while true {
            let isReadable = !isInterrupted() && !PromptSignals.isPending && PromptSignals.wait(for: 0)
            if isInterrupted() {
                wasInterrupted = true
                return nil
            }
            answerSignals()
            guard isReadable else { continue }
            var byte: UInt8 = 0
            let count = read(0, &byte, 1)
            if count == 1 { return byte }
            if count < 0, errno == EINTR || errno == EAGAIN { continue }
            sawEnd = true
            return nil
        }
    }

    private func answerSignals() {
        let end = PromptSignals.end.exchange(0, ordering: .relaxed)
        if end != 0 {
            leaveTerminal()
            signal(end, SIG_DFL)
            raise(end)
        }
        if PromptSignals.stop.exchange(false, ordering: .relaxed) {
            leaveTerminal()
            raise(SIGSTOP)
            PromptSignals.resume.store(true, ordering: .relaxed)
        }
        if PromptSignals.resume.exchange(false, ordering: .relaxed) {
            cedit_prepare_terminal(handle, 1)
            if !isDumb { Terminal.write("\u{1B}[?2004h") }
            el_resize(handle)
            cedit_refresh(handle)
        }
        if PromptSignals.resize.exchange(false, ordering: .relaxed) { el_resize(handle) }
    }

    private func leaveTerminal() {
        Terminal.write(String(repeating: "\n", count: rowsBelowCursor + 1))
        if !isDumb { Terminal.write("\u{1B}[?2004l") }
        cedit_prepare_terminal(handle, 0)
    }
}
