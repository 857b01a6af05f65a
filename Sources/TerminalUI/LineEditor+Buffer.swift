import CEdit
import Glibc

extension LineEditor {
    /// The text being edited and where the cursor is, in scalars.
    struct Buffer {
        var scalars: [Unicode.Scalar]
        var cursor: Int

        var text: String { Buffer.string(scalars[...]) }
        var head: ArraySlice<Unicode.Scalar> { scalars[..<cursor] }

        static func string(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
            var view = String.UnicodeScalarView()
            view.append(contentsOf: scalars)
            return String(view)
        }

        /// The first position of the line that `position` is in.
        func lineStart(_ position: Int) -> Int {
            (scalars[..<position].lastIndex(of: "\n") ?? -1) + 1
        }

        /// The position after the last character of that line.
        func lineEnd(_ position: Int) -> Int {
            scalars[position...].firstIndex(of: "\n") ?? scalars.count
        }
    }

    var buffer: Buffer {
        guard let line = el_wline(handle)?.pointee, let start = line.buffer, let end = line.lastchar,
            let cursor = line.cursor
        else { return Buffer(scalars: [], cursor: 0) }
        let scalars = UnsafeBufferPointer(start: start, count: max(0, end - start)).map {
            Unicode.Scalar(UInt32(bitPattern: $0)) ?? "\u{FFFD}"
        }
        return Buffer(scalars: scalars, cursor: min(max(0, cursor - start), scalars.count))
    }

    /// Replaces all of the text; the cursor goes to `cursor`, in scalars.
    func replace(with text: String, cursor: Int) {
        let scalars = wide(text)
        // Emptied first: libedit keeps the cursor of the old text otherwise, which may lie inside a character.
        el_cursor(handle, Int32(clamping: buffer.scalars.count))
        el_wreplacestr(handle, scalars)
        let count = scalars.count - 1
        let here = buffer.cursor
        el_cursor(handle, Int32(clamping: min(max(cursor, 0), count) - here))
    }

    func insert(_ text: String) {
        let scalars = wide(text)
        if scalars.count > 1 { el_winsertstr(handle, scalars) }
    }

    func moveCursor(to position: Int) {
        el_cursor(handle, Int32(clamping: position - buffer.cursor))
    }

    func press(_ key: Unicode.Scalar) {
        el_wpush(handle, wide(String(key)))
    }

    /// As libedit takes it: ended by NUL, and so without one inside.
    private func wide(_ text: String) -> [wchar_t] {
        text.unicodeScalars.filter { $0 != "\0" }.map { wchar_t($0.value) } + [0]
    }

    /// How many screen rows of the statement lie below the cursor's.
    var rowsBelowCursor: Int {
        let buffer = buffer
        let width = max(2, Terminal.size.columns)
        var row = 0
        var column = promptWidth
        var cursorRow = 0
        for (index, scalar) in buffer.scalars.enumerated() {
            if index == buffer.cursor { cursorRow = row }
            if scalar == "\n" {
                row += 1
                column = 0
                continue
            }
            let columns = TextWidth.columns(scalar)
            if column + columns > width {
                row += 1
                column = 0
            }
            column += columns
            if column == width {
                row += 1
                column = 0
            }
        }
        if buffer.cursor == buffer.scalars.count { cursorRow = row }
        return row - cursorRow
    }
}

/// How many columns of a terminal a text takes, by the C library's tables.
enum TextWidth {
    static func columns(_ scalar: Unicode.Scalar) -> Int {
        if scalar.value >= 0x20, scalar.value < 0x7F { return 1 }
        return max(0, Int(cedit_width(wchar_t(scalar.value))))
    }

    static func columns(_ text: String) -> Int { text.unicodeScalars.reduce(0) { $0 + columns($1) } }
}
