extension ChartText {
    /// Draws everything inside the frame; returns the marks whose label found a place there.
    func drawLayers(on area: inout CellGrid) -> Set<Int> {
        let layers = content.figure.layers
        for layer in layers { if case .heatmap(let map) = layer { draw(map, on: &area) } }
        for (index, layer) in layers.enumerated() {
            if case .histogram(let histogram) = layer {
                draw(histogram, on: &area, colour: Palette.series(content.colours[index]).0)
            }
            if case .band(let band) = layer { draw(band, on: &area, colour: Palette.series(content.colours[index]).0) }
        }
        for rule in content.rules { draw(rule, on: &area) }

        var dots = DotCanvas(
            usesLetters ? .ascii : style.canvas, columns: plotWidth, rows: plotHeight,
            hasLetters: usesLetters || content.seriesCount > 1 || !pieceKinds.isEmpty)
        for case .piece(let piece) in layers { draw(piece, on: &dots) }
        var crosses: [(Int, Int)] = []
        var bullets: [(Int, Int, Int)] = []
        for (index, layer) in layers.enumerated() {
            guard case .line(let series) = layer.asSeries else { continue }
            var isJoined = false
            if case .line = layer { isJoined = true }
            let colour = self.colour(content.colours[index])
            let letter = glyph(content.colours[index])
            // A few points, or a single one, would be lost as dots.
            let isLarge = !style.isASCII && !usesLetters && series.count <= (isJoined ? 1 : 150)
            if isLarge { bullets += cells(of: series).map { ($0.0, $0.1, colour) } } else {
                draw(series, isJoined: isJoined, colour, letter, on: &dots)
            }
            for i in 0..<series.count where content.isViolation(series.xs[i], series.ys[i]) {
                if let x = column(of: series.xs[i]), let y = row(of: series.ys[i]) { crosses.append((x, y)) }
            }
        }
        for y in 0..<plotHeight {
            for x in 0..<plotWidth {
                guard let (glyph, colour) = dots.glyph(x, y) else { continue }
                area[x, y].glyph = glyph
                area[x, y].foreground = colour
            }
        }
        for (x, y, colour) in bullets {
            area[x, y].glyph = "•"
            area[x, y].foreground = colour
        }
        for (x, y) in crosses {
            area[x, y].glyph = style.isASCII ? "X" : "×"
            area[x, y].foreground = Palette.violation.0
        }
        for case .note(let note) in layers { draw(note, on: &area) }
        var placed: Set<Int> = []
        var cells: [(Int, Int, Int)] = []
        for (index, layer) in layers.enumerated() {
            guard case .mark(let mark) = layer, let x = column(of: mark.x), let y = row(of: mark.y) else { continue }
            area[x, y].glyph = style.isASCII ? "@" : "●"
            area[x, y].foreground = Palette.mark.0
            cells.append((index, x, y))
        }
        for (index, x, y) in cells {
            guard case .mark(let mark) = layers[index], !mark.label.isEmpty else { continue }
            if place(plain(mark.label), beside: (x, y), on: &area) { placed.insert(index) }
        }
        return placed
    }

    private func draw(
        _ series: Series, isJoined: Bool, _ colour: Int, _ letter: Character, on dots: inout DotCanvas
    ) {
        let (across, down) = (Double(dots.width - 1), Double(dots.height - 1))
        var previous: (Double, Double)?
        for i in 0..<series.count {
            guard let px = content.x.place(series.xs[i]), let py = content.y.place(series.ys[i]) else {
                previous = nil
                continue
            }
            let point = (px * across, (1 - py) * down)
            if isJoined, let previous {
                dots.line(previous.0, previous.1, point.0, point.1, colour: colour, letter: letter)
            } else {
                dots.dot(point.0, point.1, colour: colour, letter: letter)
            }
            previous = point
        }
    }

    private func cells(of series: Series) -> [(Int, Int)] {
        (0..<series.count).compactMap { i in
            guard let x = column(of: series.xs[i]), let y = row(of: series.ys[i]) else { return nil }
            return (x, y)
        }
    }

    /// Words centred on a place; on shades with a blank at each side, so that they can be read.
    private func draw(_ note: Note, on area: inout CellGrid) {
        guard let x = column(of: note.x), let y = row(of: note.y) else { return }
        let words = TextWidth.cut(plain(note.text), to: plotWidth, ellipsis: ellipsis)
        let text = usesLetters ? " \(words) " : words
        let width = TextWidth.columns(text)
        let start = min(max(0, x - width / 2), max(0, plotWidth - width))
        for column in start..<min(start + width, plotWidth) where area[column, y].glyph == "▀" {
            area[column, y].glyph = " "
        }
        area.put(text, start, y)
        for column in start..<min(start + width, plotWidth) where area[column, y].background >= 0 {
            area[column, y].foreground = Palette.isLight(area[column, y].background) ? 16 : 231
        }
    }

    private func draw(_ rule: Rule, on area: inout CellGrid) {
        if rule.direction == .horizontal, let y = row(of: rule.value) {
            let from = rule.span.flatMap { column(of: $0.lowerBound) } ?? 0
            let to = rule.span.flatMap { column(of: $0.upperBound) } ?? plotWidth - 1
            for x in min(from, to)...max(from, to) where area.isBlank(x, y) && (!style.isASCII || x % 2 == 0) {
                area.put(style.isASCII ? "-" : "╌", x, y, colour: Palette.quiet.0)
            }
        }
        if rule.direction == .vertical, let x = column(of: rule.value) {
            let from = rule.span.flatMap { row(of: $0.upperBound) } ?? 0
            let to = rule.span.flatMap { row(of: $0.lowerBound) } ?? plotHeight - 1
            for y in min(from, to)...max(from, to) where area.isBlank(x, y) {
                area.put(style.isASCII ? ":" : "┊", x, y, colour: Palette.quiet.0)
            }
        }
    }

    private func draw(_ histogram: Histogram, on area: inout CellGrid, colour: Int) {
        let bins = histogram.counts.count
        guard bins > 0, histogram.edges.count == bins + 1 else { return }
        let eighths = Array("▁▂▃▄▅▆▇█")
        var heights = [Double](repeating: 0, count: plotWidth)
        for bin in 0..<bins where histogram.counts[bin] > 0 {
            guard let a = content.x.place(histogram.edges[bin]), let b = content.x.place(histogram.edges[bin + 1]),
                let top = content.y.place(Double(histogram.counts[bin])), b > 0, a < 1
            else { continue }
            let first = Int((max(0, a) * Double(plotWidth)).rounded())
            let last = max(first + 1, Int((min(1, b) * Double(plotWidth)).rounded()))
            for x in max(0, min(first, plotWidth - 1))..<min(last, plotWidth) { heights[x] = max(heights[x], top) }
        }
        for x in 0..<plotWidth where heights[x] > 0 {
            // What is there at all shows at least its foot.
            let units = max(1, Int((min(1, heights[x]) * Double(plotHeight) * 8).rounded()))
            for level in 0...(units / 8) {
                let part = min(8, units - level * 8)
                guard part > 0 else { continue }
                if style.isASCII {
                    if part >= 4 || level == 0 { area.put("#", x, plotHeight - 1 - level, colour: colour) }
                } else {
                    area.put(String(eighths[part - 1]), x, plotHeight - 1 - level, colour: colour)
                }
            }
        }
    }

    private func draw(_ band: Band, on area: inout CellGrid, colour: Int) {
        var lows = [Double](repeating: .infinity, count: plotWidth)
        var highs = [Double](repeating: -.infinity, count: plotWidth)
        func note(_ x: Int, _ low: Double, _ high: Double) {
            guard x >= 0, x < plotWidth else { return }
            lows[x] = min(lows[x], low)
            highs[x] = max(highs[x], high)
        }
        var previous: (Double, Double, Double)?
        for i in 0..<band.count {
            guard let x = content.x.place(band.xs[i]), let a = content.y.place(band.low[i]),
                let b = content.y.place(band.high[i]), abs(x) < 1e6
            else { previous = nil; continue }
            let here = (x * Double(plotWidth - 1), min(a, b), max(a, b))
            if let previous, here.0 > previous.0 {
                let first = max(0, Int(previous.0))
                let last = min(Int(here.0), plotWidth - 1)
                for column in first..<max(first, last + 1) {
                    let t = min(max((Double(column) - previous.0) / (here.0 - previous.0), 0), 1)
                    note(column, previous.1 + t * (here.1 - previous.1), previous.2 + t * (here.2 - previous.2))
                }
            } else {
                note(Int(here.0.rounded()), here.1, here.2)
            }
            previous = here
        }
        for x in 0..<plotWidth where lows[x] <= highs[x] {
            for y in 0..<plotHeight {
                let middle = 1 - (Double(y) + 0.5) / Double(plotHeight)
                if middle >= lows[x], middle <= highs[x] {
                    area.put(style.isASCII ? "," : "░", x, y, colour: colour)
                }
            }
        }
    }

    /// A cell of a heatmap's or colour bar's value between 0 and 1.
    func shade(_ fraction: Double) -> CellGrid.Cell {
        if style.colour, !style.isASCII {
            return CellGrid.Cell(glyph: " ", foreground: -1, background: Palette.indexed(fraction))
        }
        let ramp = Array(style.isASCII ? ".:-=+*#%@" : "·░▒▓█")
        let level = min(ramp.count - 1, max(0, Int(fraction * Double(ramp.count))))
        return CellGrid.Cell(glyph: ramp[level])
    }

    private func draw(_ map: Heatmap, on area: inout CellGrid) {
        guard let range = content.heatRange, map.columnCount > 0 else { return }
        let span = range.upperBound / 2 - range.lowerBound / 2
        /// The mean value over a part of the plotting area, as a fraction of the range.
        func fraction(_ x: Int, _ y: Int, rows: Int) -> Double? {
            let left = horizontal(Double(x) / Double(plotWidth), map)
            let right = horizontal(Double(x + 1) / Double(plotWidth), map)
            let top = vertical(1 - Double(y) / Double(rows), map)
            let bottom = vertical(1 - Double(y + 1) / Double(rows), map)
            guard let columns = cells(left, right, map.columnCount), let lines = cells(top, bottom, map.rows.count)
            else { return nil }
            var sum = 0.0
            var count = 0.0
            for i in lines {
                for j in columns where j < map.rows[i].count && map.rows[i][j].isFinite {
                    sum += map.rows[i][j] / 2 - range.lowerBound / 2
                    count += 1
                }
            }
            guard count > 0 else { return nil }
            return span > 0 ? sum / count / span : 0.5
        }
        for y in 0..<plotHeight {
            for x in 0..<plotWidth {
                if style.colour, !style.isASCII {
                    // Two values a cell: the upper half block in the foreground colour.
                    let upper = fraction(x, 2 * y, rows: 2 * plotHeight).map(Palette.indexed)
                    let lower = fraction(x, 2 * y + 1, rows: 2 * plotHeight).map(Palette.indexed)
                    guard upper != nil || lower != nil else { continue }
                    area[x, y] = CellGrid.Cell(
                        glyph: upper == lower ? " " : "▀", foreground: upper ?? 16, background: lower ?? 16)
                } else if let value = fraction(x, y, rows: plotHeight) {
                    area[x, y] = shade(value)
                }
            }
        }
    }

    /// Fractional column and row of the grid at a fraction of the plotting area.
    private func horizontal(_ place: Double, _ map: Heatmap) -> Double {
        grid(content.x, place, map.x, map.columnCount)
    }
    private func vertical(_ place: Double, _ map: Heatmap) -> Double { grid(content.y, place, map.y, map.rows.count) }

    private func grid(_ scale: AxisScale, _ place: Double, _ span: ClosedRange<Double>, _ count: Int) -> Double {
        let turned = scale.isReversed ? 1 - place : place
        let a = scale.forward(scale.low)
        let value = scale.backward(a + turned * (scale.forward(scale.high) - a))
        return (value - span.lowerBound) / (span.upperBound - span.lowerBound) * Double(count)
    }

    /// The grid cells whose middle lies in a part, or the one cell that the part lies in.
    private func cells(_ a: Double, _ b: Double, _ count: Int) -> Range<Int>? {
        let (low, high) = (min(a, b), max(a, b))
        guard low.isFinite, high.isFinite, high > 0, low < Double(count) else { return nil }
        let first = Int(max(0, (low + 0.5).rounded(.down)))
        let last = Int(min(Double(count), (high + 0.5).rounded(.down)))
        if first < last { return first..<last }
        let middle = Int(min(max(0, (low + high) / 2), Double(count - 1)))
        return middle..<middle + 1
    }

    /// Puts a label next to a cell where nothing is in its way; false where there is no such place.
    private func place(_ label: String, beside cell: (Int, Int), on area: inout CellGrid) -> Bool {
        let width = TextWidth.columns(label)
        let (x, y) = cell
        let centred = min(max(0, x - width / 2), max(0, plotWidth - width))
        var candidates = [(centred, y - 1), (x + 2, y), (x - width - 1, y), (centred, y - 2), (centred, y + 1)]
        candidates += [(x + 2, y - 1), (x - width - 1, y - 1), (x + 2, y + 1), (x - width - 1, y + 1), (centred, y + 2)]
        candidates += [(centred, y - 3), (centred, y + 3)]
        for (left, row) in candidates where left >= 0 && left + width <= plotWidth && row >= 0 && row < plotHeight {
            let around = max(0, left - 1)..<min(plotWidth, left + width + 1)
            if around.allSatisfy({ area.isBlank($0, row) || ($0 == x && row == y) }) {
                area.put(label, left, row, colour: Palette.mark.0)
                return true
            }
        }
        return false
    }
}
