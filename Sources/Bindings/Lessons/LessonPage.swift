import Runtime
import Support

/// Text of lessons laid out for the place that shows it.
struct LessonPage {
    let style: DisplayStyle

    /// Lines longer than this are tiring to read.
    private static let longest = 84

    var width: Int { min(max(style.width, 24), Self.longest) }

    /// A line across, with words in it: `── KL divergence ─────── step 2 of 7 ──`.
    func heading(_ left: String, _ right: String = "") -> String {
        let dash: Character = style.unicode ? "─" : "-"
        let end = right.isEmpty ? "" : " \(right) " + String(repeating: dash, count: 2)
        let room = width - displayWidth(end) - 5
        let start = String(repeating: dash, count: 2) + " \(clipped(left, to: max(8, room))) "
        return bold(start + String(repeating: dash, count: max(1, width - displayWidth(start) - displayWidth(end))) + end)
    }

    /// Paragraphs broken at the width. Lines that begin with two blanks stay as they are: formulas, code; a `- ` begins a new line.
    func prose(_ text: String, indent: String = "", first: String? = nil) -> String {
        var paragraphs: [String] = []
        for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            let isOwn = line.isEmpty || line.hasPrefix("  ") || line.hasPrefix("- ")
            if !isOwn, let last = paragraphs.last, !last.isEmpty, !last.hasPrefix("  ") {
                paragraphs[paragraphs.count - 1] = last + " " + line
            } else {
                paragraphs.append(String(line))
            }
        }
        while paragraphs.last?.isEmpty == true { paragraphs.removeLast() }
        var lines: [String] = []
        for paragraph in paragraphs {
            let start = lines.isEmpty ? first ?? indent : indent
            if paragraph.isEmpty || paragraph.hasPrefix("  ") {
                lines.append(paragraph.isEmpty ? "" : start + paragraph)
                continue
            }
            let hanging = paragraph.hasPrefix("- ") ? indent + "  " : indent
            var line = start
            var isFresh = true
            for word in paragraph.split(separator: " ") {
                if !isFresh, displayWidth(line) + 1 + displayWidth(word) > width {
                    lines.append(line)
                    line = hanging
                    isFresh = true
                }
                line += isFresh ? String(word) : " " + word
                isFresh = false
            }
            lines.append(line)
        }
        return lines.joined(separator: "\n")
    }

    /// Text as it is, but for lines that are wider than the place: these go on below, as far indented.
    func fitted(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            if displayWidth(line) <= style.width { return String(line) }
            let indent = String(line.prefix { $0 == " " })
            return prose(String(line.dropFirst(indent.count)), indent: indent)
        }.joined(separator: "\n")
    }

    func bold(_ text: String) -> String { paint(text, "1") }
    func dim(_ text: String) -> String { paint(text, "2") }
    func good(_ text: String) -> String { paint(text, "32") }
    func question(_ text: String) -> String { paint(text, "1;36") }

    private func paint(_ text: String, _ code: String) -> String {
        guard style.colour, !text.isEmpty else { return text }
        return text.split(separator: "\n", omittingEmptySubsequences: false)
            .map { $0.isEmpty ? "" : "\u{1B}[\(code)m\($0)\u{1B}[0m" }.joined(separator: "\n")
    }
}
