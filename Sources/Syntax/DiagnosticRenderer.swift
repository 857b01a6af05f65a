import Support

/// The printed form of a diagnostic:
/// ```
/// tour.mpo:3:8: error: expected `)`, found the end of the input
///  3 | print(a
///    |        ^
///    |      - `(` was opened here
///    hint: …
///    in gap, called at tour.mpo:7:1
/// ```
public struct DiagnosticRenderer: Sendable {
    public var colour: Bool
    /// Columns for an excerpt; longer lines are cut around the caret.
    public var width: Int

    public init(colour: Bool, width: Int = 100) {
        self.colour = colour
        self.width = max(width, 40)
    }

    /// The lines of `diagnostic`, without a line end after the last.
    public func render(_ diagnostic: Diagnostic) -> String {
        var lines: [String] = []
        let message = printable(diagnostic.message)
        guard let span = diagnostic.span else {
            lines.append(paint("error:", .red) + " " + paint(message, .bold))
            lines += trailer(diagnostic, indent: "  ")
            return lines.joined(separator: "\n")
        }
        lines.append(paint("\(place(span)):", .bold) + " " + paint("error:", .red) + " " + paint(message, .bold))
        let line = span.source.line(of: span.lower)
        let labels = diagnostic.labels.sorted { $0.span.lower < $1.span.lower }
        let near = labels.filter { $0.span.source === span.source && span.source.line(of: $0.span.lower) == line }
        let far = labels.filter { !($0.span.source === span.source && span.source.line(of: $0.span.lower) == line) }
        let numbers = [line] + far.map { $0.span.source.line(of: $0.span.lower) }
        let gutter = String(numbers.max() ?? line).count + 1
        lines += excerpt(span, line: line, gutter: gutter, marks: [Mark(span, "^", "", .red)] + near.map { Mark($0.span, "-", $0.message, .blue) })
        for label in far {
            let other = label.span.source
            let number = other.line(of: label.span.lower)
            if other !== span.source { lines.append(paint("\(place(label.span)):", .bold)) }
            lines += excerpt(label.span, line: number, gutter: gutter, marks: [Mark(label.span, "-", label.message, .blue)])
        }
        lines += trailer(diagnostic, indent: String(repeating: " ", count: gutter + 1))
        return lines.joined(separator: "\n")
    }

    private func place(_ span: Span) -> String {
        let (line, column) = span.source.position(of: span.lower)
        return "\(printable(span.source.name)):\(line):\(column)"
    }

    private func trailer(_ diagnostic: Diagnostic, indent: String) -> [String] {
        var lines = diagnostic.hints.map { indent + paint("hint:", .cyan) + " " + printable($0) }
        for (call, count) in folded(diagnostic.calls) {
            guard let call else {
                lines.append(indent + paint("… \(count) more calls", .dim))
                continue
            }
            let times = count > 1 ? " (\(count) times)" : ""
            lines.append(indent + "in \(printable(call.function)), called at \(place(call.span))\(times)")
        }
        return lines
    }

    /// Calls of one place in a row are counted, long stacks keep both ends.
    private func folded(_ calls: [Diagnostic.Call]) -> [(Diagnostic.Call?, Int)] {
        var result: [(Diagnostic.Call?, Int)] = []
        for call in calls {
            if let last = result.last, let previous = last.0, previous.function == call.function,
                previous.span.source === call.span.source, previous.span.lower == call.span.lower
            {
                result[result.count - 1].1 += 1
            } else {
                result.append((call, 1))
            }
        }
        guard result.count > 12 else { return result }
        let left = result[8..<(result.count - 3)].reduce(0) { $0 + $1.1 }
        return result[..<8] + [(nil, left)] + result[(result.count - 3)...]
    }

    // MARK: Excerpts

    private struct Mark {
        var span: Span
        var sign: String
        var words: String
        var colour: Colour
        init(_ span: Span, _ sign: String, _ words: String, _ colour: Colour) {
            (self.span, self.sign, self.words, self.colour) = (span, sign, words, colour)
        }
    }

    /// The line with a row of signs under it for each mark.
    private func excerpt(_ span: Span, line: Int, gutter: Int, marks: [Mark]) -> [String] {
        let cells = characters(span.source, line: line)
        let room = width - gutter - 3
        let ranges: [Range<Int>] = marks.map { columns(of: $0.span, in: cells, of: span.source, line: line) }
        let window = excerptWindow(of: cells, around: ranges.first ?? 0..<1, room: room)
        let blank = String(repeating: " ", count: gutter)
        var rows = [paint(paddedLeft("\(line)", to: gutter) + " | ", .dim) + window.text]
        for (mark, range) in zip(marks, ranges) {
            let lower = min(max(range.lowerBound - window.start, 0), room)
            let upper = min(max(range.upperBound - window.start, lower + 1), room + 1)
            let signs = String(repeating: mark.sign, count: upper - lower)
            let words = mark.words.isEmpty ? "" : " " + printable(mark.words)
            rows.append(
                paint(blank + " | ", .dim) + String(repeating: " ", count: lower) + paint(signs + words, mark.colour))
        }
        return rows.map { row in
            var row = Substring(row)
            while row.last == " " { row = row.dropLast() }
            return String(row)
        }
    }

    private struct Cell {
        var text: String
        var column: Int
        var width: Int
        var offset: Int
    }

    /// The characters of a line as they are shown: tabs expanded, controls made visible.
    private func characters(_ source: Source, line: Int) -> [Cell] {
        let range = source.range(ofLine: line)
        var offset = range.lowerBound, column = 0
        var cells: [Cell] = []
        var rest = source.text[range]
        while !rest.isEmpty {
            // Invalid bytes decode to one sign each, so take one valid stretch or one byte at a time.
            let stretch = validPrefix(rest)
            guard !stretch.isEmpty else {
                cells.append(Cell(text: "\u{FFFD}", column: column, width: 1, offset: offset))
                column += 1
                offset += 1
                rest = rest.dropFirst()
                continue
            }
            for character in String(decoding: stretch, as: UTF8.self) {
                var text = printable(String(character)), width = displayWidth(text)
                if character == "\t" {
                    width = 4 - column % 4
                    text = String(repeating: " ", count: width)
                }
                cells.append(Cell(text: text, column: column, width: width, offset: offset))
                column += width
                offset += character.utf8.count
            }
            rest = rest.dropFirst(stretch.count)
        }
        return cells
    }

    private func validPrefix(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        if String(validating: bytes, as: UTF8.self) != nil { return bytes }
        var end = bytes.startIndex
        while end < bytes.endIndex {
            let first = bytes[end]
            let length = first < 0x80 ? 1 : first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2
            let next = min(end + length, bytes.endIndex)
            guard String(validating: bytes[end..<next], as: UTF8.self) != nil else { break }
            end = next
        }
        return bytes[bytes.startIndex..<end]
    }

    /// The columns that a span covers on its first line; at least one.
    private func columns(of span: Span, in cells: [Cell], of source: Source, line: Int) -> Range<Int> {
        let end = cells.last.map { $0.column + $0.width } ?? 0
        let inside = cells.filter { $0.offset >= span.lower && $0.offset < span.upper }
        guard let first = inside.first, let last = inside.last else {
            let holder = cells.last { $0.offset <= span.lower && span.lower < $0.offset + max($0.text.utf8.count, 1) }
            let lower = holder?.column ?? end
            return lower..<(lower + 1)
        }
        return first.column..<max(last.column + last.width, first.column + 1)
    }

    private func excerptWindow(of cells: [Cell], around focus: Range<Int>, room: Int) -> (text: String, start: Int) {
        let total = cells.last.map { $0.column + $0.width } ?? 0
        if total <= room { return (cells.map(\.text).joined(), 0) }
        let start = max(0, min(focus.lowerBound - room / 3, total - room))
        var text = start > 0 ? "…" : "", used = start > 0 ? 1 : 0
        for cell in cells where cell.column >= start + used {
            if cell.column + cell.width - start > room - 1, cell.column + cell.width < total {
                text += "…"
                break
            }
            let gap = cell.column - start - used
            text += String(repeating: " ", count: max(gap, 0)) + cell.text
            used = cell.column + cell.width - start
        }
        return (text, start)
    }

    // MARK: Characters

    /// Control characters made visible, so that no text can steer the terminal.
    private func printable(_ text: String) -> String {
        if text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && !(0x7F..<0xA0).contains($0.value) }) { return text }
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            let value = scalar.value
            result.append(
                value < 0x20 && value != 0x0A
                    ? Unicode.Scalar(0x2400 + value) ?? "?" : (0x7F..<0xA0).contains(value) ? "\u{FFFD}" : scalar)
        }
        return String(result)
    }

    private enum Colour: String {
        case red = "1;31", blue = "34", cyan = "36", bold = "1", dim = "2"
    }

    private func paint(_ text: String, _ colour: Colour) -> String {
        self.colour ? "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[0m" : text
    }
}
