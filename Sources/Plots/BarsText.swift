/// Horizontal bars with labels and numbers as rows of text.
struct BarsText {
    let figure: Figure
    let bars: Bars
    let style: PlotStyle

    /// More bars than this are counted, not shown.
    static let most = 200

    func render() -> String {
        let columns = style.columns
        let count = min(max(bars.labels.count, bars.values.count), Self.most)
        func plain(_ text: String) -> String {
            let clean = TextWidth.clean(text)
            return style.isASCII ? TextWidth.ascii(clean) : clean
        }
        let ellipsis: Character = style.isASCII ? "~" : "…"
        let labels = (0..<count).map { index in
            TextWidth.cut(plain(index < bars.labels.count ? bars.labels[index] : ""), to: 2 * columns / 5, ellipsis: ellipsis)
        }
        let values = (0..<count).map { $0 < bars.values.count ? bars.values[$0] : .nan }
        let numbers = values.map { value in
            let text = NumberLabel.short(value)
            return style.isASCII || !text.hasPrefix("-") ? text : "−" + text.dropFirst()
        }
        let rules = figure.layers.compactMap { layer -> Rule? in
            if case .rule(let rule) = layer, rule.value.isFinite { return rule }
            return nil
        }
        let references = (0..<count).map { $0 < bars.references.count ? bars.references[$0] : .nan }
        let shown = (values + references + rules.map(\.value)).filter(\.isFinite)
        let low = min(0, shown.min() ?? 0)
        let high = max(0, shown.max() ?? 0)

        let labelWidth = labels.map { TextWidth.columns($0) }.max() ?? 0
        let numberWidth = numbers.map { TextWidth.columns($0) }.max() ?? 0
        let left = labelWidth + 1
        let width = max(4, columns - left - numberWidth - 2)
        // Halves: the span of the largest numbers would overflow.
        let span = high / 2 - low / 2
        func place(_ value: Double) -> Double { span > 0 ? (value / 2 - low / 2) / span * Double(width) : 0 }
        func cell(_ value: Double) -> Int { min(max(0, Int(place(value))), width - 1) }

        var rows: [String] = []
        func add(_ text: String, indent: Int = 0) {
            var grid = CellGrid(width: columns, height: 1)
            grid.put(text, indent, 0)
            rows.append(grid.row(0, colour: false))
        }
        let title = TextWidth.cut(plain(figure.title), to: columns, ellipsis: ellipsis)
        if !title.isEmpty { add(title, indent: max(0, min(left + width / 2 - TextWidth.columns(title) / 2, columns - TextWidth.columns(title)))) }
        for index in 0..<count {
            var grid = CellGrid(width: columns, height: 1)
            grid.put(labels[index], labelWidth - TextWidth.columns(labels[index]), 0)
            if low < 0 { grid.put(style.isASCII ? "|" : "▏", left + cell(0), 0, colour: Palette.quiet.0) }
            if values[index].isFinite { draw(place(0), place(values[index]), &grid, at: left) }
            for rule in rules {
                grid.put(style.isASCII ? ":" : "┊", left + cell(rule.value), 0, colour: Palette.quiet.0)
            }
            if references[index].isFinite {
                let x = left + cell(references[index])
                grid[x, 0].glyph = style.isASCII ? "|" : "│"
                grid[x, 0].foreground = Palette.mark.0
            }
            grid.put(numbers[index], columns - TextWidth.columns(numbers[index]), 0)
            rows.append(grid.row(0, colour: style.colour))
        }
        for text in footer(count) {
            for part in TextWidth.wrap(plain(text), to: columns, ellipsis: ellipsis) { add(part) }
        }
        return rows.joined(separator: "\n")
    }

    /// A bar between two places, in eighths of a cell to the right and in halves to the left of the origin.
    private func draw(_ origin: Double, _ end: Double, _ grid: inout CellGrid, at left: Int) {
        let colour = Palette.series(0).0
        let (a, b) = (min(origin, end), max(origin, end))
        for x in Int(a)...max(Int(a), Int(b)) {
            let from = max(a, Double(x)) - Double(x)
            let to = min(b, Double(x + 1)) - Double(x)
            guard to > from else { continue }
            let glyph: Character
            if style.isASCII {
                if to - from < 0.5 { continue }
                glyph = "#"
            } else if from > 0 {
                if to < 1 || from > 0.75 { continue }
                glyph = from > 0.25 ? "▐" : "█"
            } else {
                let eighths = Int((to * 8).rounded())
                if eighths == 0 { continue }
                glyph = Array("▏▎▍▌▋▊▉█")[min(7, eighths - 1)]
            }
            grid.put(String(glyph), left + x, 0, colour: colour)
        }
    }

    private func footer(_ count: Int) -> [String] {
        var lines: [String] = []
        var entries: [String] = []
        if !bars.referenceName.isEmpty { entries.append("\(style.isASCII ? "|" : "│") \(bars.referenceName)") }
        for case .rule(let rule) in figure.layers where rule.value.isFinite {
            entries.append("\(style.isASCII ? ":" : "┊") \(rule.label.isEmpty ? NumberLabel.short(rule.value) : rule.label)")
        }
        if !entries.isEmpty { lines.append(entries.joined(separator: "   ")) }
        let more = max(bars.labels.count, bars.values.count) - count
        if more > 0 { lines.append("\(more) more are not shown") }
        let lost = bars.values.count { !$0.isFinite }
        if lost > 0 { lines.append("\(lost) \(lost == 1 ? "value is" : "values are") not finite and not shown") }
        if count == 0 { lines.append("no data") }
        if !figure.caption.isEmpty { lines.append(figure.caption) }
        return lines
    }

    /// A bar of a fraction between 0 and 1 in so many columns, for a table's cells.
    static func bar(_ fraction: Double, width: Int, isASCII: Bool) -> String {
        let columns = max(0, width)
        let filled = min(max(fraction.isFinite ? fraction : 0, 0), 1) * Double(columns)
        if isASCII {
            let whole = Int(filled.rounded())
            return String(repeating: "#", count: whole) + String(repeating: " ", count: columns - whole)
        }
        let units = Int((filled * 8).rounded())
        let tail = units % 8 > 0 ? String(Array("▏▎▍▌▋▊▉")[units % 8 - 1]) : ""
        return String(repeating: "█", count: units / 8) + tail
            + String(repeating: " ", count: columns - units / 8 - (tail.isEmpty ? 0 : 1))
    }
}
