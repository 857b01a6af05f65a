extension Figure {
    /// The figures of all its panels.
    var panels: [Figure] {
        layers.flatMap { layer in
            if case .panels(let panels) = layer { return panels }
            return []
        }
    }

    /// Whole figures under one title.
    public static func panels(_ panels: [Figure], title: String = "", caption: String = "") -> Figure {
        Figure(title: title, caption: caption, layers: [.panels(panels)])
    }
}

/// Figures one below the other as rows of text, two side by side where the rows are long.
struct PanelsText {
    let figure: Figure
    let panels: [Figure]
    let style: PlotStyle

    /// From this width on two stand side by side, several earlier, that they are seen on one screen.
    private var wide: Int { panels.count > 2 ? 80 : 100 }
    private static let gap = 2

    func render() -> String {
        let columns = style.columns
        let across = columns >= wide && panels.count > 1 ? 2 : 1
        var inner = style
        inner.width = (columns - (across - 1) * Self.gap) / across
        inner.height = style.height ?? (panels.count > 2 ? min(8, max(5, inner.width / 8)) : nil)
        let ellipsis: Character = style.isASCII ? "~" : "…"
        func plain(_ text: String) -> String {
            let clean = TextWidth.clean(text)
            return style.isASCII ? TextWidth.ascii(clean) : clean
        }
        var rows: [String] = []
        func add(_ text: String, indent: Int = 0) {
            var grid = CellGrid(width: columns, height: 1)
            grid.put(text, indent, 0)
            rows.append(grid.row(0, colour: false))
        }
        let title = TextWidth.cut(plain(figure.title), to: columns, ellipsis: ellipsis)
        if !title.isEmpty { add(title, indent: (columns - TextWidth.columns(title)) / 2) }
        for first in stride(from: 0, to: panels.count, by: across) {
            let texts = (first..<min(first + across, panels.count)).map { index in
                panels[index].text(inner).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            }
            let blank = String(repeating: " ", count: inner.columns)
            for line in 0..<(texts.map(\.count).max() ?? 0) {
                let cells = (0..<across).map { index in
                    index < texts.count && line < texts[index].count ? texts[index][line] : blank
                }
                let used = across * inner.columns + (across - 1) * Self.gap
                rows.append(
                    cells.joined(separator: String(repeating: " ", count: Self.gap))
                        + String(repeating: " ", count: max(0, columns - used)))
            }
        }
        for part in TextWidth.wrap(plain(figure.caption), to: columns, ellipsis: ellipsis) { add(part) }
        return rows.isEmpty ? String(repeating: " ", count: columns) : rows.joined(separator: "\n")
    }
}

/// The same as one SVG document, two side by side from three on.
struct PanelsSVG {
    let figure: Figure
    let panels: [Figure]
    let width: Double
    let height: Double

    func render() -> SVGWriter {
        let across = panels.count > 2 ? 2 : 1
        let inner = width / Double(across)
        var svg = SVGWriter(width: width, height: 0)
        var y = figure.title.isEmpty ? 0.0 : 32
        if !figure.title.isEmpty { svg.text(width / 2, 22, figure.title, anchor: .middle, size: 15) }
        for first in stride(from: 0, to: panels.count, by: across) {
            let parts = (first..<min(first + across, panels.count)).map { index in
                panels[index].written(max(200, inner), panels.count > 1 ? max(80, height / 2) : height)
            }
            for (place, part) in parts.enumerated() { svg.embed(part, Double(place) * inner, y) }
            y += parts.map(\.height).max() ?? 0
        }
        for line in TextWidth.wrap(figure.caption, to: Int(width / 7)) {
            y += 17
            svg.text(12, y, line, colour: "#555555")
        }
        svg.height = y + 12
        return svg
    }
}
