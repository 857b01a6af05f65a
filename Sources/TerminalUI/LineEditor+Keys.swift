import CEdit
import Glibc

extension LineEditor {
    /// Where Up and Down are in the history.
    struct Browsing {
        /// What was typed before, and comes back below the newest entry.
        var original: String
        /// The text before the cursor when browsing began: only entries that start with it are shown.
        var prefix: String
        /// Index of the entry shown; the count of entries stands for `original`.
        var index: Int
        /// What browsing put into the buffer: another text means that it was edited, and browsing begins anew.
        var shown: String
    }

    private enum Code {
        static let normal = UInt8(CC_NORM)
        static let refresh = UInt8(CC_REFRESH)
        static let beep = UInt8(CC_REFRESH_BEEP)
        static let error = UInt8(CC_ERROR)
    }

    func bindKeys() {
        cedit_add_command(handle, "mpo-enter", "Runs what is complete, else adds a line") { handle, _ in
            LineEditor.of(handle)?.enter() ?? Code.error
        }
        cedit_add_command(handle, "mpo-newline", "Adds a line") { handle, _ in
            LineEditor.of(handle)?.addLine() ?? Code.error
        }
        cedit_add_command(handle, "mpo-up", "Line above, or older entry") { handle, _ in
            LineEditor.of(handle)?.up() ?? Code.error
        }
        cedit_add_command(handle, "mpo-down", "Line below, or newer entry") { handle, _ in
            LineEditor.of(handle)?.down() ?? Code.error
        }
        cedit_add_command(handle, "mpo-line-start", "Start of the line") { handle, _ in
            LineEditor.of(handle)?.lineStart() ?? Code.error
        }
        cedit_add_command(handle, "mpo-line-end", "End of the line") { handle, _ in
            LineEditor.of(handle)?.lineEnd() ?? Code.error
        }
        cedit_add_command(handle, "mpo-complete", "Completes the word") { handle, _ in
            LineEditor.of(handle)?.complete() ?? Code.error
        }
        cedit_add_command(handle, "mpo-paste", "Inserts what the terminal pastes") { handle, _ in
            LineEditor.of(handle)?.paste() ?? Code.error
        }
        cedit_add_command(handle, "mpo-close-brace", "Inserts } and takes a level of indentation back") { handle, _ in
            LineEditor.of(handle)?.closeBrace() ?? Code.error
        }
        bindBoth("\\201", "ed-newline")
        bindBoth("\\202", "vi-command-mode")
        bindBoth("^M", "mpo-enter")
        bindBoth("^J", "mpo-enter")
        for key in ["\\e[A", "\\eOA", "^P"] { bindBoth(key, "mpo-up") }
        for key in ["\\e[B", "\\eOB", "^N"] { bindBoth(key, "mpo-down") }
        for key in ["\\e[H", "\\eOH", "\\e[1~", "^A"] { bindBoth(key, "mpo-line-start") }
        for key in ["\\e[F", "\\eOF", "\\e[4~", "^E"] { bindBoth(key, "mpo-line-end") }
        for key in ["\\e[1;5C", "\\e[1;3C"] { bindBoth(key, "em-next-word") }
        for key in ["\\e[1;5D", "\\e[1;3D"] { bindBoth(key, "ed-prev-word") }
        bindBoth("\\e[3~", "ed-delete-next-char")
        bindBoth("\\e[200~", "mpo-paste")
        bindBoth("^R", "em-inc-search-prev")
        bindBoth("^S", "em-inc-search-next")
        cedit_bind(handle, "\\e\\r", "mpo-newline")  // Alt-Enter
        cedit_bind(handle, "\\e\\n", "mpo-newline")
        cedit_bind(handle, "\t", "mpo-complete")
        cedit_bind(handle, "}", "mpo-close-brace")
        cedit_bind_alternative(handle, "k", "mpo-up")
        cedit_bind_alternative(handle, "j", "mpo-down")
    }

    private func bindBoth(_ key: String, _ command: String) {
        cedit_bind(handle, key, command)
        cedit_bind_alternative(handle, key, command)
    }

    // MARK: Enter

    private func enter() -> UInt8 {
        let buffer = buffer
        // The cursor on an upper line of several: Enter there still runs what is complete, as a whole.
        if assistant.continuation(buffer.text) == nil {
            press(Self.acceptKey)
            return Code.normal
        }
        return addLine()
    }

    private func addLine() -> UInt8 {
        let head = Buffer.string(buffer.head)
        insert("\n" + (assistant.continuation(head) ?? ""))
        return Code.refresh
    }

    private func closeBrace() -> UInt8 {
        let buffer = buffer
        let start = buffer.lineStart(buffer.cursor)
        let indentation = buffer.scalars[start..<buffer.cursor]
        if start > 0, !indentation.isEmpty, indentation.allSatisfy({ $0 == " " }) {
            el_deletestr(handle, Int32(clamping: min(4, indentation.count)))
        }
        insert("}")
        return Code.refresh
    }

    // MARK: Up and Down, start and end

    private func up() -> UInt8 {
        let buffer = buffer
        let start = buffer.lineStart(buffer.cursor)
        guard start > 0 else { return browse(by: -1) }
        let above = buffer.lineStart(start - 1)
        // On the first line the prompt stands before the text, so columns are of the text alone.
        moveCursor(to: min(above + (buffer.cursor - start), start - 1))
        return Code.refresh
    }

    private func down() -> UInt8 {
        let buffer = buffer
        let end = buffer.lineEnd(buffer.cursor)
        guard end < buffer.scalars.count else { return browse(by: 1) }
        let column = buffer.cursor - buffer.lineStart(buffer.cursor)
        moveCursor(to: min(end + 1 + column, buffer.lineEnd(end + 1)))
        return Code.refresh
    }

    private func lineStart() -> UInt8 {
        let buffer = buffer
        moveCursor(to: buffer.lineStart(buffer.cursor))
        return Code.refresh
    }

    private func lineEnd() -> UInt8 {
        let buffer = buffer
        moveCursor(to: buffer.lineEnd(buffer.cursor))
        return Code.refresh
    }

    /// The next older (-1) or newer (1) entry that starts with the text before the cursor.
    private func browse(by step: Int) -> UInt8 {
        let buffer = buffer
        let text = buffer.text
        let entries = history.entries
        var state: Browsing
        if let current = browsing, current.shown == text {
            state = current
        } else {
            state = Browsing(
                original: text, prefix: Buffer.string(buffer.head), index: entries.count, shown: text)
        }
        var index = state.index + step
        while index >= 0, index < entries.count {
            if entries[index] != state.shown, entries[index].hasPrefix(state.prefix) { break }
            index += step
        }
        guard index >= 0, index <= entries.count, state.index != index else { return Code.beep }
        if step > 0, state.index == entries.count { return Code.beep }
        state.index = index
        state.shown = index == entries.count ? state.original : entries[index]
        // Going back, the cursor waits on the first line, so that the next Up goes further back; going forward, at the end.
        let scalars = Array(state.shown.unicodeScalars)
        let firstLineEnd = scalars.firstIndex(of: "\n") ?? scalars.count
        replace(with: state.shown, cursor: step < 0 ? firstLineEnd : scalars.count)
        browsing = state
        return Code.refresh
    }

    // MARK: Tab

    private func complete() -> UInt8 {
        let buffer = buffer
        let head = buffer.head
        let lineStart = buffer.lineStart(buffer.cursor)
        if lineStart > 0 || buffer.cursor > 0, buffer.scalars[lineStart..<buffer.cursor].allSatisfy({ $0 == " " }) {
            insert(String(repeating: " ", count: 4 - (buffer.cursor - lineStart) % 4))
            return Code.refresh
        }
        let headText = Buffer.string(head)
        let offset = headText.utf8.count
        let found = assistant.completion(buffer.text, offset)
        guard let first = found.candidates.first, found.start <= offset,
            let startIndex = headText.utf8.index(
                headText.startIndex, offsetBy: found.start, limitedBy: headText.endIndex)
        else { return Code.beep }
        let typed = String(headText[startIndex...])
        let isOnly = found.candidates.count == 1
        let common = isOnly ? first + found.suffix : LineEditor.commonPrefix(found.candidates)
        if isOnly || common.unicodeScalars.count > typed.unicodeScalars.count {
            el_deletestr(handle, Int32(clamping: typed.unicodeScalars.count))
            // A suffix that stands there already is stepped over, not doubled.
            insert(common)
            let after = self.buffer
            let rest = Buffer.string(after.scalars[after.cursor...])
            if isOnly, !found.suffix.isEmpty, rest.hasPrefix(found.suffix) {
                el_deletestr(handle, Int32(clamping: found.suffix.unicodeScalars.count))
                moveCursor(to: self.buffer.cursor + found.suffix.unicodeScalars.count)
            }
            return Code.refresh
        }
        let below = rowsBelowCursor
        let lines = LineEditor.columns(found.candidates, width: Terminal.size.columns)
        Terminal.write(String(repeating: "\n", count: below + 1) + lines.joined(separator: "\n") + "\n")
        cedit_refresh(handle)
        return Code.normal
    }

    static func commonPrefix(_ texts: [String]) -> String {
        guard var prefix = texts.first.map({ Array($0.unicodeScalars) }) else { return "" }
        for text in texts.dropFirst() {
            var count = 0
            for (a, b) in zip(prefix, text.unicodeScalars) {
                if a != b { break }
                count += 1
            }
            prefix = Array(prefix.prefix(count))
        }
        return Buffer.string(prefix[...])
    }

    /// The texts in columns, read downwards; at most 100 of them.
    static func columns(_ texts: [String], width: Int) -> [String] {
        let shown = Array(texts.prefix(100))
        let widest = (shown.map(TextWidth.columns).max() ?? 0) + 2
        let across = max(1, width / max(widest, 1))
        let rows = (shown.count + across - 1) / across
        var lines: [String] = []
        for row in 0..<rows {
            var line = ""
            var pad = 0
            for index in stride(from: row, to: shown.count, by: max(rows, 1)) {
                line += String(repeating: " ", count: pad) + shown[index]
                pad = widest - TextWidth.columns(shown[index])
            }
            lines.append(line)
        }
        if texts.count > shown.count { lines.append("… \(texts.count - shown.count) more") }
        return lines
    }

    // MARK: Paste

    /// Reads up to `ESC[201~` and inserts it all at once, so that nothing in it works as a key.
    private func paste() -> UInt8 {
        let end = Array("\u{1B}[201~".unicodeScalars)
        var scalars: [Unicode.Scalar] = []
        while true {
            guard let scalar = readScalar() else { return wasInterrupted ? Code.error : Code.refresh }
            scalars.append(scalar)
            if scalar == "~", scalars.count >= end.count, scalars.suffix(end.count).elementsEqual(end) { break }
            if scalars.count > 1 << 22 { break }
        }
        if scalars.suffix(end.count).elementsEqual(end) { scalars.removeLast(end.count) }
        var text = String.UnicodeScalarView()
        for (index, scalar) in scalars.enumerated() {
            switch scalar {
            case "\r":
                if index + 1 < scalars.count, scalars[index + 1] == "\n" { continue }
                text.append("\n")
            case "\n": text.append("\n")
            case "\t": text.append(contentsOf: "    ".unicodeScalars)
            case _ where scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value): continue
            default: text.append(scalar)
            }
        }
        insert(assistant.pasted(String(text)))
        return Code.refresh
    }
}
