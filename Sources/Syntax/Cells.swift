/// The `#%%` cells of a file (percent format).
public struct Cell: Sendable {
    /// What follows `#%%` on its line, without the kind.
    public var title: String
    public var isMarkdown: Bool
    /// The bytes of the cell without its `#%%` line.
    public var range: Range<Int>
    public var source: Source

    /// The code, or for a prose cell the text without the leading `# `.
    public var text: String {
        let raw = String(decoding: source.text[range], as: UTF8.self)
        guard isMarkdown else { return raw }
        return raw.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            line.hasPrefix("# ") ? line.dropFirst(2) : line.hasPrefix("#") ? line.dropFirst() : line
        }.joined(separator: "\n")
    }
}

public enum Cells {
    /// The cells in order; text before the first `#%%` is a cell of its own where it is not blank.
    public static func split(_ source: Source) -> [Cell] {
        var cells: [Cell] = []
        var current = Cell(title: "", isMarkdown: false, range: 0..<0, source: source)
        var isFirst = true
        func close(at end: Int) {
            current.range = current.range.lowerBound..<max(end, current.range.lowerBound)
            let isBlank = source.text[current.range].allSatisfy { [0x20, 0x09, 0x0A, 0x0D].contains($0) }
            if !(isFirst && isBlank) { cells.append(current) }
        }
        for line in 1...source.lineCount {
            let range = source.range(ofLine: line)
            guard let marker = marker(String(decoding: source.text[range], as: UTF8.self)) else { continue }
            close(at: range.lowerBound)
            isFirst = false
            let start = line < source.lineCount ? source.range(ofLine: line + 1).lowerBound : source.text.count
            current = Cell(
                title: marker.title, isMarkdown: marker.isMarkdown, range: start..<start, source: source)
        }
        close(at: source.text.count)
        return cells
    }

    private static func marker(_ line: String) -> (title: String, isMarkdown: Bool)? {
        guard line.hasPrefix("#%%") || line.hasPrefix("# %%") else { return nil }
        var rest = Substring(line.dropFirst(line.hasPrefix("#%%") ? 3 : 4))
        var isMarkdown = false
        rest = rest.drop { $0 == " " }
        for tag in ["[markdown]", "[md]"] where rest.hasPrefix(tag) {
            isMarkdown = true
            rest = rest.dropFirst(tag.count).drop { $0 == " " }
        }
        while rest.last?.isWhitespace == true { rest = rest.dropLast() }
        return (String(rest), isMarkdown)
    }
}
