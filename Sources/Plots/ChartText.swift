/// A figure with axes as rows of text.
struct ChartText {
    private(set) var content: ChartContent
    let style: PlotStyle
    let columns: Int
    /// Plotting area, in cells.
    private(set) var plotLeft = 0
    private(set) var plotWidth = 0
    private(set) var plotHeight: Int
    private(set) var xTicks = AxisScale.Ticks()
    private(set) var yTicks = AxisScale.Ticks()
    /// Keys or colour bar at the right.
    private var rightMargin = 0
    private var heatLabels: [String] = []

    init(_ figure: Figure, _ style: PlotStyle) {
        content = ChartContent(figure)
        self.style = style
        columns = style.columns
        // A map that keeps its shape is as wide as it is high: a little higher, or an ellipse on it is a few letters.
        let isSquareMap = figure.hasEqualScale && content.heatRange != nil && style.height == nil
        plotHeight = isSquareMap ? min(22, max(9, style.columns / 3)) : style.rows
        if !figure.y.isHidden { yTicks = content.y.ticks(max(2, plotHeight / 3)) }
        let gutter = yTicks.labels.map { TextWidth.columns($0) }.max() ?? 0
        if let range = content.heatRange {
            heatLabels = [NumberLabel.short(range.upperBound), NumberLabel.short(range.lowerBound)]
            rightMargin = 5 + (heatLabels.map { TextWidth.columns($0) }.max() ?? 0)
        } else if usesKeys {
            rightMargin = 2
        }
        plotLeft = figure.y.isHidden ? 1 : gutter + 2
        plotWidth = columns - plotLeft - 1 - rightMargin
        if plotWidth < 10 {
            // Labels that would leave no room for the plot are left out.
            plotLeft = 1
            yTicks = AxisScale.Ticks()
            plotWidth = columns - 2 - rightMargin
        }
        if plotWidth < 4 {
            rightMargin = 0
            heatLabels = []
            plotWidth = columns - 2
        }
        shape()
        if figure.x.isHidden { return }
        var count = max(2, plotWidth / 10)
        xTicks = content.x.ticks(count)
        while count > 2, !fits(xTicks) {
            count -= 1
            xTicks = content.x.ticks(count)
        }
    }

    /// Gives the plotting area the shape of the ranges where both axes have one scale; a cell is twice as high as wide.
    private mutating func shape() {
        guard let proportion = content.proportion else { return }
        let most = (width: Double(plotWidth), height: 2 * Double(plotHeight))
        let across = min(most.width, most.height / proportion)
        plotWidth = min(plotWidth, max(4, Int(across.rounded(.up))))
        plotHeight = min(plotHeight, max(3, Int((across * proportion / 2).rounded(.up))))
        content.equalise((Double(plotWidth), 2 * Double(plotHeight)))
    }

    /// Lines of one colour are told apart by a letter at their right end.
    var usesKeys: Bool { !style.colour && !style.isASCII && !isMap && content.legendLayers.count > 1 }

    var isMap: Bool { content.heatRange != nil }
    /// Among the shades of a map lines are written in letters: neither dots nor the ASCII signs could be told from it.
    var usesLetters: Bool { isMap && (!style.colour || style.isASCII) }

    func colour(_ index: Int) -> Int { isMap ? Palette.onMap(index).0 : Palette.series(index).0 }

    private func fits(_ ticks: AxisScale.Ticks) -> Bool {
        var end = -2
        for (value, label) in zip(ticks.values, ticks.labels) {
            guard let column = column(of: value) else { continue }
            let start = column - TextWidth.columns(label) / 2
            if start < end + 2 { return false }
            end = start + TextWidth.columns(label)
        }
        return true
    }

    /// The cell in which a value's dot lies; nil outside of the plotting area.
    func column(of value: Double) -> Int? { cell(content.x.place(value), plotWidth, style.isASCII ? 1 : 2) }

    func row(of value: Double) -> Int? {
        let down = style.canvas == .braille ? 4 : style.canvas == .block ? 2 : 1
        return cell(content.y.place(value).map { 1 - $0 }, plotHeight, down)
    }

    private func cell(_ place: Double?, _ cells: Int, _ dots: Int) -> Int? {
        guard let place, place >= -1e-9, place <= 1 + 1e-9 else { return nil }
        return min(max(0, Int((place * Double(cells * dots - 1)).rounded()) / dots), cells - 1)
    }

    func render() -> String {
        var area = CellGrid(width: plotWidth, height: plotHeight)
        let placed = drawLayers(on: &area)
        var rows: [String] = []
        func add(_ grid: CellGrid) { for y in 0..<grid.height { rows.append(grid.row(y, colour: style.colour)) } }
        func line(_ text: String, indent: Int = 0, colour: Int = -1) {
            var grid = CellGrid(width: columns, height: 1)
            grid.put(text, indent, 0, colour: colour)
            add(grid)
        }
        let figure = content.figure
        let title = plain(figure.title)
        if !title.isEmpty {
            let cut = TextWidth.cut(title, to: columns, ellipsis: ellipsis)
            let centre = plotLeft + plotWidth / 2 - TextWidth.columns(cut) / 2
            line(cut, indent: min(max(0, centre), max(0, columns - TextWidth.columns(cut))))
        }
        let above = [plain(figure.y.label), yTicks.offset.map { "+ \($0)" } ?? ""].filter { !$0.isEmpty }
        if !above.isEmpty {
            let text = TextWidth.cut(above.joined(separator: ", "), to: columns, ellipsis: ellipsis)
            // It begins above the labels that it explains.
            line(text, indent: min(max(0, plotLeft - 1 - TextWidth.columns(text) / 2), columns - TextWidth.columns(text)))
        }
        add(framed(area))
        if !(content.figure.x.isHidden && content.figure.x.label.isEmpty) { below().forEach { line($0.0, indent: $0.1) } }
        for text in legend(placed) { line(text.0, colour: text.1) }
        for text in [figure.caption] + content.notes {
            for part in TextWidth.wrap(plain(text), to: columns, ellipsis: ellipsis) { line(part) }
        }
        return rows.joined(separator: "\n")
    }

    var ellipsis: Character { style.isASCII ? "~" : "…" }

    func plain(_ text: String) -> String {
        let clean = TextWidth.clean(text)
        return style.isASCII ? TextWidth.ascii(clean) : clean
    }

    /// The plotting area within its frame, with ticks, tick labels, keys and colour bar.
    private func framed(_ area: CellGrid) -> CellGrid {
        var grid = CellGrid(width: columns, height: plotHeight + 2)
        let (left, right, bottom) = (plotLeft - 1, plotLeft + plotWidth, plotHeight + 1)
        let set = style.isASCII ? Array("-|++++++") : Array("─│┌┐└┘┬┤")
        for x in plotLeft..<right {
            grid[x, 0].glyph = set[0]
            grid[x, bottom].glyph = set[0]
        }
        for y in 1..<bottom {
            grid[left, y].glyph = set[1]
            grid[right, y].glyph = set[1]
        }
        for (x, y, glyph) in [(left, 0, set[2]), (right, 0, set[3]), (left, bottom, set[4]), (right, bottom, set[5])] {
            grid[x, y].glyph = glyph
        }
        for x in 0..<plotWidth { for y in 0..<plotHeight { grid[plotLeft + x, y + 1] = area[x, y] } }
        for value in xTicks.values {
            if let x = column(of: value) { grid[plotLeft + x, bottom].glyph = set[6] }
        }
        var taken: Set<Int> = []
        for (value, label) in zip(yTicks.values, yTicks.labels) {
            guard let y = row(of: value), taken.insert(y).inserted else { continue }
            grid[left, y + 1].glyph = set[7]
            grid.put(minus(label), left - 1 - TextWidth.columns(label), y + 1)
        }
        if let range = content.heatRange, !heatLabels.isEmpty { colourBar(range, &grid, at: right + 2) }
        if usesKeys, rightMargin > 0 { keys(&grid, at: right + 1) }
        return grid
    }

    /// A minus sign as long as a plus, where the canvas has one.
    func minus(_ label: String) -> String { style.isASCII ? label : label.replacing("-", with: "−", maxReplacements: label.hasPrefix("-") ? 1 : 0) }

    private func colourBar(_ range: ClosedRange<Double>, _ grid: inout CellGrid, at x: Int) {
        for y in 0..<plotHeight {
            let fraction = plotHeight > 1 ? 1 - Double(y) / Double(plotHeight - 1) : 1
            let cell = shade(fraction)
            grid[x, y + 1] = cell
            grid[x + 1, y + 1] = cell
        }
        grid.put(minus(heatLabels[0]), x + 3, 1)
        grid.put(minus(heatLabels[1]), x + 3, plotHeight)
    }

    /// Each series' letter beside its last point, or in the nearest free row.
    private func keys(_ grid: inout CellGrid, at x: Int) {
        for layer in content.legendLayers {
            guard case .line(let s) = content.figure.layers[layer].asSeries else { continue }
            var last: Int?
            for i in (0..<s.count).reversed() where last == nil && column(of: s.xs[i]) != nil { last = row(of: s.ys[i]) }
            guard let last else { continue }
            let free = (0..<plotHeight).sorted { abs($0 - last) < abs($1 - last) }.first { grid.isBlank(x, $0 + 1) }
            if let free { grid.put(key(layer), x, free + 1) }
        }
    }

    func key(_ layer: Int) -> String {
        String(glyph(content.colours[layer]))
    }

    /// The letter or sign that stands for a series.
    func glyph(_ index: Int) -> Character {
        if style.isASCII, !isMap { return Self.letters[max(0, index) % Self.letters.count] }
        return Character(UnicodeScalar(UInt8(97 + max(0, index) % 26)))
    }

    static let letters = Array("*+ox#%=&")

    /// Tick labels and the axis' name below the frame, as text and column.
    private func below() -> [(String, Int)] {
        var grid = [Character](repeating: " ", count: columns)
        var end = -1
        for (value, label) in zip(xTicks.values, xTicks.labels) {
            guard let column = column(of: value) else { continue }
            let text = minus(label)
            let width = TextWidth.columns(text)
            let start = min(max(0, plotLeft + column - width / 2), columns - width)
            guard start > end, start >= 0 else { continue }
            for (k, character) in text.enumerated() where start + k < columns { grid[start + k] = character }
            end = start + width
        }
        var result = [(String(grid), 0)]
        let label = [plain(content.figure.x.label), xTicks.offset.map { "+ \($0)" } ?? ""].filter { !$0.isEmpty }
            .joined(separator: ", ")
        if !label.isEmpty {
            let cut = TextWidth.cut(label, to: columns, ellipsis: ellipsis)
            result.append((cut, max(0, min(plotLeft + plotWidth / 2, columns - 1) - TextWidth.columns(cut) / 2)))
        }
        return result
    }

    /// What the legend says, with colours: series, bounds, violations, and marks whose label found no room.
    private func legend(_ placed: Set<Int>) -> [(String, Int)] {
        var entries: [(String, Int)] = []
        let named = content.legendLayers
        for layer in named {
            let sign: String
            if usesLetters {
                sign = key(layer)
            } else if style.isASCII {
                sign = content.seriesCount > 1 ? key(layer) : "--"
            } else {
                sign = usesKeys ? key(layer) : "━━"
            }
            // White is what the terminal's own colour comes closest to.
            let colour = self.colour(content.colours[layer])
            entries.append(("\(sign) \(content.name(of: layer))", colour == 231 ? -1 : colour))
        }
        for rule in content.legendRules {
            let sign = rule.direction == .horizontal ? (style.isASCII ? "- -" : "╌╌") : style.isASCII ? ":" : "┊"
            entries.append(("\(sign) \(content.ruleText(rule))", Palette.quiet.0))
            if let text = content.violationText(rule) {
                entries.append(("\(style.isASCII ? "X" : "×") \(text)", Palette.violation.0))
            }
        }
        for (index, layer) in content.figure.layers.enumerated() {
            guard case .mark(let mark) = layer, !placed.contains(index), !mark.label.isEmpty else { continue }
            entries.append(("\(style.isASCII ? "@" : "●") \(mark.label)", Palette.mark.0))
        }
        let kinds = pieceKinds.filter { $0 != .ground }
        if style.isASCII, kinds.count > 1 {
            for kind in kinds { entries.append(("\(Self.letter(kind)) \(kind.rawValue)", -1)) }
        } else if kinds.contains(.target) {
            entries.append(("○ target", Palette.kind(.target).0))
        }
        if case .heatmap(let map)? = content.figure.layers.first(where: { if case .heatmap = $0 { true } else { false } }),
            !map.valueLabel.isEmpty
        {
            entries.append(("colour: \(map.valueLabel)", -1))
        }
        // In colour each entry has a row of its own colour; otherwise entries share rows.
        if style.colour {
            return entries.map { (TextWidth.cut(plain($0.0), to: columns, ellipsis: ellipsis), $0.1) }
        }
        var lines: [String] = []
        for (text, _) in entries {
            let piece = TextWidth.cut(plain(text), to: columns, ellipsis: ellipsis)
            if let last = lines.last, TextWidth.columns(last) + 3 + TextWidth.columns(piece) <= columns {
                lines[lines.count - 1] = last + "   " + piece
            } else {
                lines.append(piece)
            }
        }
        return lines.map { ($0, -1) }
    }
}
