/// A grid of cells as rows of text: three columns a cell, brackets around the agent's.
struct BoardText {
    let figure: Figure
    let board: Board
    let style: PlotStyle

    func render() -> String {
        let columns = style.columns
        let ellipsis: Character = style.isASCII ? "~" : "…"
        func plain(_ text: String) -> String {
            let clean = TextWidth.clean(text)
            return style.isASCII ? TextWidth.ascii(clean) : clean
        }
        // Cells beyond the width are counted, not shown.
        let across = min(board.columnCount, (columns - 1) / 4)
        let width = max(0, 4 * across - 1)
        let set = style.isASCII ? Array("-|++++|") : Array("─│┌┐└┘│")
        var grid = CellGrid(width: columns, height: board.rowCount + 2)
        let bottom = board.rowCount + 1
        for x in 1..<(width + 1) {
            grid[x, 0].glyph = set[0]
            grid[x, bottom].glyph = set[0]
        }
        for y in 0..<board.rowCount {
            grid[0, y + 1].glyph = set[1]
            grid[width + 1, y + 1].glyph = set[1]
            for x in 0..<across {
                draw(row: y, column: x, at: 4 * x + 1, &grid, plain)
                if x + 1 < across, board.walls.contains(.init(row: y, column: x)) { grid[4 * x + 4, y + 1].glyph = set[6] }
            }
        }
        for (x, y, glyph) in [(0, 0, set[2]), (width + 1, 0, set[3]), (0, bottom, set[4]), (width + 1, bottom, set[5])] {
            grid[x, y].glyph = glyph
        }
        var rows: [String] = []
        func add(_ text: String, indent: Int = 0) {
            var line = CellGrid(width: columns, height: 1)
            line.put(text, indent, 0)
            rows.append(line.row(0, colour: false))
        }
        let title = TextWidth.cut(plain(figure.title), to: columns, ellipsis: ellipsis)
        let length = TextWidth.columns(title)
        if !title.isEmpty { add(title, indent: max(0, min((width + 2 - length) / 2, columns - length))) }
        for y in 0..<grid.height { rows.append(grid.row(y, colour: style.colour)) }
        let more = (board.rows.map(\.count).max() ?? 0) - across
        let notes = more > 0 ? ["\(more) more columns are not shown"] : []
        let lower = board.rows.count - board.rowCount
        for text in [figure.caption] + notes + (lower > 0 ? ["\(lower) more rows are not shown"] : []) {
            for part in TextWidth.wrap(plain(text), to: columns, ellipsis: ellipsis) { add(part) }
        }
        return rows.joined(separator: "\n")
    }

    private func draw(row: Int, column: Int, at x: Int, _ grid: inout CellGrid, _ plain: (String) -> String) {
        let cell = board[row, column]
        let isAgent = board.agent == .init(row: row, column: column)
        let colour = cell?.kind.map { Palette.kind($0).0 } ?? -1
        var label = plain(cell?.label ?? "")
        if label.isEmpty, cell != nil, !isAgent { label = style.isASCII ? "." : "·" }
        // A label of two columns leaves no place for a blank before it.
        let narrow = TextWidth.cut(label, to: isAgent ? 1 : 2, ellipsis: style.isASCII ? "~" : "…")
        grid.put(narrow, x + 1, row + 1, colour: label == "·" || label == "." ? Palette.quiet.0 : colour)
        guard isAgent else { return }
        grid.put("[", x, row + 1, colour: Palette.mark.0)
        grid.put("]", x + 2, row + 1, colour: Palette.mark.0)
        if label.isEmpty { grid.put(style.isASCII ? "@" : "●", x + 1, row + 1, colour: Palette.mark.0) }
    }
}

/// Names and what is said of them, in two columns.
struct WordsText {
    let figure: Figure
    let words: [Words]
    let style: PlotStyle

    /// More lines than this are counted, not shown.
    static let most = 200

    func render() -> String {
        let columns = style.columns
        let ellipsis: Character = style.isASCII ? "~" : "…"
        func plain(_ text: String) -> String {
            let clean = TextWidth.clean(text)
            return style.isASCII ? TextWidth.ascii(clean) : clean
        }
        var rows: [String] = []
        func add(_ text: String, _ rest: String = "", at indent: Int = 0) {
            var line = CellGrid(width: columns, height: 1)
            line.put(text, 0, 0)
            line.put(rest, indent, 0)
            rows.append(line.row(0, colour: false))
        }
        let names = words.prefix(Self.most).map { TextWidth.cut(plain($0.name), to: columns / 3, ellipsis: ellipsis) }
        let indent = (names.map { TextWidth.columns($0) }.max() ?? -2) + 2
        if !figure.title.isEmpty { add(TextWidth.cut(plain(figure.title), to: columns, ellipsis: ellipsis)) }
        for (name, word) in zip(names, words) {
            let parts = TextWidth.wrap(plain(word.text), to: columns - indent, ellipsis: ellipsis)
            add(name, parts.first ?? "", at: indent)
            for part in parts.dropFirst().prefix(9) { add("", part, at: indent) }
        }
        if words.count > Self.most { add("\(words.count - Self.most) more are not shown") }
        for part in TextWidth.wrap(plain(figure.caption), to: columns, ellipsis: ellipsis) { add(part) }
        return rows.isEmpty ? String(repeating: " ", count: columns) : rows.joined(separator: "\n")
    }
}
