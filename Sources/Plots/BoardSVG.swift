/// A grid of cells as SVG.
struct BoardSVG {
    let figure: Figure
    let board: Board
    /// What it may take, in pixels.
    let most: (width: Double, height: Double)

    func render() -> SVGWriter {
        let (columns, rows) = (max(1, board.columnCount), max(1, board.rowCount))
        let side = min(max(min((most.width - 36) / Double(columns), most.height / Double(rows)), 4), 60)
        let (left, top) = (18.0, figure.title.isEmpty ? 14.0 : 36)
        let (width, height) = (side * Double(columns), side * Double(rows))
        var svg = SVGWriter(width: max(200, width + 36), height: 0)
        if !figure.title.isEmpty { svg.text(svg.width / 2, 22, figure.title, anchor: .middle, size: 15) }
        for row in 0..<board.rowCount {
            for column in 0..<board.columnCount {
                guard let cell = board[row, column] else { continue }
                let (x, y) = (left + side * Double(column), top + side * Double(row))
                svg.rectangle(x, y, side, side, fill: fill(cell.kind), stroke: "#c8c8c8")
                if !cell.label.isEmpty {
                    svg.text(
                        x + side / 2, y + side * 0.65, TextWidth.cut(cell.label, to: 2), anchor: .middle, size: side * 0.45,
                        colour: cell.kind.map { Palette.kind($0).1 } ?? "#222222")
                }
            }
        }
        if let agent = board.agent, board[agent.row, agent.column] != nil {
            let centre = (left + side * (Double(agent.column) + 0.5), top + side * (Double(agent.row) + 0.5))
            svg.circle(centre.0, centre.1, side * 0.38, fill: "none", stroke: Palette.kind(.body).1, width: max(2, side * 0.09))
        }
        for wall in board.walls where board[wall.row, wall.column] != nil {
            let (x, y) = (left + side * Double(wall.column + 1), top + side * Double(wall.row))
            svg.line(x, y, x, y + side, colour: "#222222", width: 4)
        }
        svg.rectangle(left, top, width, height, fill: "none", stroke: "#444444")
        var y = top + height + 4
        for line in TextWidth.wrap(figure.caption, to: Int(svg.width / 7)) {
            y += 17
            svg.text(left, y, line, colour: "#555555")
        }
        svg.height = y + 12
        return svg
    }

    /// A light ground for the letter in the same colour.
    private func fill(_ kind: Piece.Kind?) -> String {
        switch kind {
        case nil: "#ffffff"
        case .ground: "#e4e4e4"
        case .body: "#d6e8f4"
        case .object: "#fbeccb"
        case .target: "#d2ede3"
        case .danger: "#f7d6d7"
        }
    }
}

/// Names and what is said of them as SVG.
struct WordsSVG {
    let figure: Figure
    let words: [Words]
    let width: Double

    func render() -> SVGWriter {
        var svg = SVGWriter(width: width, height: 0)
        var y = 12.0
        if !figure.title.isEmpty {
            svg.text(width / 2, 22, figure.title, anchor: .middle, size: 15)
            y = 34
        }
        let names = words.prefix(WordsText.most)
        let indent = min(width / 3, 30 + 7 * Double(names.map { TextWidth.columns($0.name) }.max() ?? 0))
        for word in names {
            y += 18
            svg.text(18, y, TextWidth.cut(word.name, to: max(4, Int(indent / 7))))
            let parts = TextWidth.wrap(word.text, to: max(10, Int((width - indent) / 7))).prefix(10)
            for (index, part) in parts.enumerated() {
                if index > 0 { y += 18 }
                svg.text(indent, y, part)
            }
        }
        if words.count > names.count {
            y += 18
            svg.text(18, y, "\(words.count - names.count) more are not shown", colour: "#555555")
        }
        for line in TextWidth.wrap(figure.caption, to: Int(width / 7)) {
            y += 17
            svg.text(18, y, line, colour: "#555555")
        }
        svg.height = y + 12
        return svg
    }
}
