extension Figure {
    /// The figure as an SVG document with the content of `text(_:)`.
    ///
    /// - Parameters:
    ///   - width: in pixels.
    ///   - height: of the plotting area, in pixels; titles, legend and captions are added below and above.
    public func svg(width: Double = 720, height: Double = 360) -> String {
        let w = width.isFinite ? min(max(width, 200), 10_000) : 720
        let h = height.isFinite ? min(max(height, 80), 10_000) : 360
        return written(w, h).document()
    }

    /// The document before it is closed, so that it may become a part of another.
    func written(_ w: Double, _ h: Double) -> SVGWriter {
        for layer in layers {
            switch layer {
            case .bars(let bars): return BarsSVG(figure: self, bars: bars, width: w).render()
            case .board(let board): return BoardSVG(figure: self, board: board, most: (w, h)).render()
            case .words(let words): return WordsSVG(figure: self, words: words, width: w).render()
            case .panels: return PanelsSVG(figure: self, panels: panels, width: w, height: h).render()
            default: break
            }
        }
        return ChartSVG(self, width: w, height: h).render()
    }
}

/// A figure with axes as SVG.
struct ChartSVG {
    let content: ChartContent
    let width: Double
    let height: Double
    let left: Double
    let top: Double
    let right: Double

    init(_ figure: Figure, width: Double, height: Double) {
        var content = ChartContent(figure)
        left = figure.y.isHidden ? 18 : 72
        top = figure.title.isEmpty ? 14 : 36
        right = content.heatRange == nil ? 18 : 90
        var (across, down) = (width - left - right, height)
        if let proportion = content.proportion {
            // No smaller than what a title and a caption need.
            let side = min(across, down / proportion)
            (across, down) = (max(side, 160), max(side * proportion, 40))
            content.equalise((across, down))
        }
        self.content = content
        self.width = across + left + right
        self.height = down
    }

    private var plotWidth: Double { width - left - right }

    private func x(_ value: Double) -> Double? { content.x.place(value).map { left + $0 * plotWidth }.flatMap(near) }
    private func y(_ value: Double) -> Double? { content.y.place(value).map { top + (1 - $0) * height }.flatMap(near) }

    /// Places far beyond the figure stay writable numbers.
    private func near(_ value: Double) -> Double? { value.isFinite ? min(max(value, -1e6), 1e6) : nil }

    func render() -> SVGWriter {
        var svg = SVGWriter(width: width, height: 0)
        let figure = content.figure
        if !figure.title.isEmpty { svg.text(left + plotWidth / 2, 22, figure.title, anchor: .middle, size: 15) }
        axes(&svg)
        svg.clip(left, top, plotWidth, height)
        for (index, layer) in figure.layers.enumerated() { draw(layer, index, &svg) }
        svg.endClip()
        svg.rectangle(left, top, plotWidth, height, fill: "none", stroke: "#444444")
        if let range = content.heatRange { colourBar(range, &svg) }
        marks(&svg)
        notes(&svg)

        var y = top + height + (figure.x.isHidden ? 4 : 20)
        if !figure.x.label.isEmpty || content.x.ticks(8).offset != nil { y += 18 }
        for (text, colour) in legend() {
            y += 17
            svg.rectangle(left, y - 6, 18, 3, fill: colour, stroke: colour == "#ffffff" ? "#444444" : "none")
            svg.text(left + 24, y, text)
        }
        for line in ([figure.caption] + content.notes).flatMap({ TextWidth.wrap($0, to: Int(width / 7)) }) {
            y += 17
            svg.text(left, y, line, colour: "#555555")
        }
        svg.height = y + 12
        return svg
    }

    private func axes(_ svg: inout SVGWriter) {
        let grid = "#e4e4e4"
        let figure = content.figure
        let xTicks = figure.x.isHidden ? .init() : content.x.ticks(max(2, Int(plotWidth / 90)))
        let yTicks = figure.y.isHidden ? .init() : content.y.ticks(max(2, Int(height / 60)))
        for (value, label) in zip(xTicks.values, xTicks.labels) {
            guard let px = x(value), px >= left - 0.01, px <= left + plotWidth + 0.01 else { continue }
            svg.line(px, top, px, top + height, colour: grid)
            svg.text(px, top + height + 16, label, anchor: .middle)
        }
        for (value, label) in zip(yTicks.values, yTicks.labels) {
            guard let py = y(value), py >= top - 0.01, py <= top + height + 0.01 else { continue }
            svg.line(left, py, left + plotWidth, py, colour: grid)
            svg.text(left - 6, py + 4, label, anchor: .end)
        }
        let xLabel = [content.figure.x.label, xTicks.offset.map { "+ \($0)" } ?? ""].filter { !$0.isEmpty }
        if !xLabel.isEmpty {
            svg.text(left + plotWidth / 2, top + height + 34, xLabel.joined(separator: ", "), anchor: .middle)
        }
        let yLabel = [content.figure.y.label, yTicks.offset.map { "+ \($0)" } ?? ""].filter { !$0.isEmpty }
        if !yLabel.isEmpty {
            svg.text(16, top + height / 2, yLabel.joined(separator: ", "), anchor: .middle, rotated: true)
        }
    }

    private func draw(_ layer: Layer, _ index: Int, _ svg: inout SVGWriter) {
        let colour = content.colours[index] >= 0 ? self.colour(content.colours[index]) : Palette.quiet.1
        let isOnMap = content.heatRange != nil
        switch layer {
        case .line(let series):
            for part in parts(series) {
                // On a map a dark rim sets a line off from every colour.
                if isOnMap, part.count > 1 { svg.stroke(part, colour: "#222222", width: 3.5) }
                svg.polyline(part, colour: colour)
            }
            crosses(series, &svg)
        case .points(let series):
            for i in 0..<series.count {
                guard let px = x(series.xs[i]), let py = y(series.ys[i]) else { continue }
                if isOnMap { svg.circle(px, py, 3, fill: colour, stroke: "#222222") } else { svg.circle(px, py, 2.5, fill: colour) }
            }
            crosses(series, &svg)
        case .band(let band):
            var upper: [(Double, Double)] = []
            var lower: [(Double, Double)] = []
            for i in 0..<band.count {
                if let px = x(band.xs[i]), let a = y(band.low[i]), let b = y(band.high[i]) {
                    upper.append((px, b))
                    lower.append((px, a))
                }
            }
            svg.polyline(upper + lower.reversed(), colour: colour, isArea: true)
        case .histogram(let histogram):
            for bin in histogram.counts.indices where histogram.counts[bin] > 0 && bin + 1 < histogram.edges.count {
                guard let a = x(histogram.edges[bin]), let b = x(histogram.edges[bin + 1]),
                    let peak = y(Double(histogram.counts[bin])), let foot = y(0)
                else { continue }
                svg.rectangle(a, peak, b - a, foot - peak, fill: colour, stroke: "#ffffff")
            }
        case .heatmap(let map): draw(map, &svg)
        case .rule(let rule):
            if rule.direction == .horizontal, let py = y(rule.value) {
                let from = rule.span.flatMap { x($0.lowerBound) } ?? left
                let to = rule.span.flatMap { x($0.upperBound) } ?? left + plotWidth
                svg.line(from, py, to, py, colour: Palette.quiet.1, width: 1.2, dashes: "6 4")
            }
            if rule.direction == .vertical, let px = x(rule.value) {
                let from = rule.span.flatMap { y($0.upperBound) } ?? top
                let to = rule.span.flatMap { y($0.lowerBound) } ?? top + height
                svg.line(px, from, px, to, colour: Palette.quiet.1, width: 1.2, dashes: "6 4")
            }
        case .piece(let piece): draw(piece, &svg)
        case .mark, .note, .bars, .board, .words, .panels: break
        }
    }

    private func draw(_ piece: Piece, _ svg: inout SVGWriter) {
        guard piece.isFinite else { return }
        let unit = content.x.isLogarithmic ? 0 : plotWidth / (content.x.high - content.x.low)
        let scale = unit.isFinite ? unit : 0
        let colour = Palette.kind(piece.kind).1
        let points = piece.points.compactMap { point in x(point.0).flatMap { px in y(point.1).map { (px, $0) } } }
        switch piece.form {
        case .line(_, _, let width):
            // A lighter rim, so that parts that lie on each other are told apart.
            let thickness = min(max(1.5, width * scale), 1e6)
            if piece.kind != .ground { svg.stroke(points, colour: "#ffffff", width: thickness + 2) }
            svg.stroke(points, colour: colour, width: thickness)
        case .disc(_, _, let radius):
            guard let centre = points.first else { return }
            let size = min(max(2, radius * scale), 1e6)
            if piece.kind == .target {
                svg.circle(centre.0, centre.1, size, fill: "none", stroke: colour, width: min(3, size))
            } else {
                svg.circle(centre.0, centre.1, size, fill: colour, stroke: "#ffffff", width: 1)
            }
        case .polygon:
            let isTarget = piece.kind == .target
            svg.polygon(points, fill: isTarget ? "none" : colour, stroke: isTarget ? colour : "#ffffff")
        }
    }

    /// The series without the points that have no place, broken where they are; long ones thinned to what can be seen.
    private func parts(_ series: Series) -> [[(Double, Double)]] {
        var parts: [[(Double, Double)]] = [[]]
        for i in 0..<series.count {
            if let px = x(series.xs[i]), let py = y(series.ys[i]) {
                parts[parts.count - 1].append((px, py))
            } else if parts.last?.isEmpty == false {
                parts.append([])
            }
        }
        return parts.filter { !$0.isEmpty }.map(thinned)
    }

    /// Of the points in one tenth of a pixel's width, the first, lowest, highest and last.
    private func thinned(_ points: [(Double, Double)]) -> [(Double, Double)] {
        guard points.count > 4000 else { return points }
        var result: [(Double, Double)] = []
        var start = 0
        while start < points.count {
            var end = start + 1
            while end < points.count, abs(points[end].0 - points[start].0) < 0.1 { end += 1 }
            let group = start..<end
            let lowest = group.min { points[$0].1 < points[$1].1 } ?? start
            let highest = group.max { points[$0].1 < points[$1].1 } ?? start
            for i in Set([start, lowest, highest, end - 1]).sorted() { result.append(points[i]) }
            start = end
        }
        return result
    }

    private func crosses(_ series: Series, _ svg: inout SVGWriter) {
        for i in 0..<series.count where content.isViolation(series.xs[i], series.ys[i]) {
            guard let px = x(series.xs[i]), let py = y(series.ys[i]) else { continue }
            svg.line(px - 3.5, py - 3.5, px + 3.5, py + 3.5, colour: Palette.violation.1, width: 1.5)
            svg.line(px - 3.5, py + 3.5, px + 3.5, py - 3.5, colour: Palette.violation.1, width: 1.5)
        }
    }

    private func draw(_ map: Heatmap, _ svg: inout SVGWriter) {
        guard let range = content.heatRange, map.columnCount > 0 else { return }
        let span = range.upperBound / 2 - range.lowerBound / 2
        let columnWidth = (map.x.upperBound - map.x.lowerBound) / Double(map.columnCount)
        let rowHeight = (map.y.upperBound - map.y.lowerBound) / Double(map.rows.count)
        for (i, row) in map.rows.enumerated() {
            for (j, value) in row.enumerated() where value.isFinite {
                let x0 = map.x.lowerBound + Double(j) * columnWidth
                let y0 = map.y.lowerBound + Double(i) * rowHeight
                guard let a = x(x0), let b = x(x0 + columnWidth), let c = y(y0), let d = y(y0 + rowHeight) else { continue }
                let fraction = span > 0 ? (value / 2 - range.lowerBound / 2) / span : 0.5
                // A little larger than the cell, so that no gap shows between neighbours.
                svg.rectangle(min(a, b), min(c, d), abs(b - a) + 0.3, abs(d - c) + 0.3, fill: Palette.hex(fraction))
            }
        }
    }

    private func colourBar(_ range: ClosedRange<Double>, _ svg: inout SVGWriter) {
        let x = width - right + 14
        let steps = 48
        for k in 0..<steps {
            let fraction = 1 - Double(k) / Double(steps - 1)
            svg.rectangle(x, top + Double(k) * height / Double(steps), 14, height / Double(steps) + 0.3, fill: Palette.hex(fraction))
        }
        svg.text(x + 18, top + 10, NumberLabel.short(range.upperBound))
        svg.text(x + 18, top + height, NumberLabel.short(range.lowerBound))
    }

    private func marks(_ svg: inout SVGWriter) {
        for case .mark(let mark) in content.figure.layers {
            guard let px = x(mark.x), let py = y(mark.y), px >= left - 1, px <= left + plotWidth + 1, py >= top - 1,
                py <= top + height + 1
            else { continue }
            svg.circle(px, py, 4.5, fill: Palette.mark.1)
            guard !mark.label.isEmpty else { continue }
            // About 7 pixels a character; a label stays inside the frame.
            let half = Double(TextWidth.columns(mark.label)) * 3.5
            let centre = min(max(px, left + half + 4), max(left + half + 4, left + plotWidth - half - 4))
            svg.text(centre, py > top + 34 ? py - 18 : py + 24, mark.label, anchor: .middle)
        }
    }

    private func notes(_ svg: inout SVGWriter) {
        for case .note(let note) in content.figure.layers {
            guard let px = x(note.x), let py = y(note.y), px >= left, px <= left + plotWidth, py >= top, py <= top + height
            else { continue }
            let isDark = content.heat(atX: note.x, y: note.y).map { $0 < 0.6 } ?? false
            svg.text(px, py + 4, note.text, anchor: .middle, colour: isDark ? "#ffffff" : "#222222")
        }
    }

    private func colour(_ index: Int) -> String {
        content.heatRange == nil ? Palette.series(index).1 : Palette.onMap(index).1
    }

    private func legend() -> [(String, String)] {
        var entries = content.legendLayers.map { (content.name(of: $0), colour(content.colours[$0])) }
        for rule in content.legendRules {
            entries.append((content.ruleText(rule), Palette.quiet.1))
            if let text = content.violationText(rule) { entries.append((text, Palette.violation.1)) }
        }
        for case .heatmap(let map) in content.figure.layers where !map.valueLabel.isEmpty {
            entries.append(("colour: \(map.valueLabel)", Palette.hex(0.5)))
        }
        return entries
    }
}
