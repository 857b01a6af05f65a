import Support

/// Lines of a page that is read: headings, formulas as they stand, prose wrapped to the width.
struct PageText {
    let width: Int
    private var lines: [String] = []

    init(width: Int) { self.width = width }

    var text: String { lines.joined(separator: "\n") }

    /// A line as it stands.
    mutating func line(_ text: String) { lines.append(text.trimmedEnd) }

    mutating func blank() { if lines.last?.isEmpty == false { lines.append("") } }

    /// Words, broken between them; lines after the first have `hanging` more columns of indent. Spaces at a line's start stay.
    mutating func prose(_ text: String, indent: Int = 0, hanging: Int = 0) {
        for part in text.split(separator: "\n", omittingEmptySubsequences: false) {
            let indent = indent + part.prefix { $0 == " " }.count
            var current = String(repeating: " ", count: indent)
            var used = indent
            var isEmpty = true
            for word in part.split(separator: " ") {
                let size = displayWidth(word)
                if !isEmpty, used + 1 + size > width {
                    line(current)
                    current = String(repeating: " ", count: indent + hanging)
                    used = indent + hanging
                    isEmpty = true
                }
                current += (isEmpty ? "" : " ") + word
                used += (isEmpty ? 0 : 1) + size
                isEmpty = false
            }
            line(current)
        }
    }

    /// A block of several lines, indented.
    mutating func block(_ text: String, indent: Int = 0) {
        for part in text.split(separator: "\n", omittingEmptySubsequences: false) {
            line(String(repeating: " ", count: indent) + part)
        }
    }

    /// Rows of cells with aligned columns, indented; the last column is wrapped where it does not fit.
    mutating func rows(_ rows: [[String]], indent: Int = 2, gap: Int = 2) {
        let columns = (rows.map(\.count).max() ?? 1) - 1
        let widths = (0..<max(columns, 0)).map { column in
            rows.filter { $0.count > column + 1 }.map { displayWidth($0[column]) }.max() ?? 0
        }
        for row in rows {
            guard let last = row.last else { continue }
            var head = String(repeating: " ", count: indent)
            for (cell, size) in zip(row.dropLast(), widths) {
                head += padded(cell, to: size) + String(repeating: " ", count: gap)
            }
            let room = displayWidth(head)
            var inner = PageText(width: max(width - room, 20))
            inner.prose(last)
            for (index, part) in inner.lines.enumerated() {
                line((index == 0 ? head : String(repeating: " ", count: room)) + part)
            }
        }
    }
}
