/// What text and SVG both need to know of a figure with axes: ranges, colours, legend, what had to be left out.
struct ChartContent {
    let figure: Figure
    private(set) var x: AxisScale
    private(set) var y: AxisScale
    /// For each layer, its place in the palette; −1 where it has none.
    let colours: [Int]
    let rules: [Rule]
    let seriesCount: Int
    /// The smallest and largest value of the heatmaps.
    let heatRange: ClosedRange<Double>?

    init(_ figure: Figure) {
        self.figure = figure
        var known: [String: Int] = [:]
        var next = 0
        var rules: [Rule] = []
        colours = figure.layers.map { layer in
            let name: String
            switch layer {
            case .line(let s), .points(let s): name = s.name
            case .band(let b): name = b.name
            case .histogram: name = ""
            case .rule(let rule):
                if rule.value.isFinite { rules.append(rule) }
                return -1
            default: return -1
            }
            if !name.isEmpty, let index = known[name] { return index }
            if !name.isEmpty { known[name] = next }
            next += 1
            return next - 1
        }
        seriesCount = next
        self.rules = rules

        let logX = figure.x.scale == .logarithmic
        let logY = figure.y.scale == .logarithmic
        var xs: [Double] = []
        var ys: [Double] = []
        var fixedX: ClosedRange<Double>?
        var fixedY: ClosedRange<Double>?
        var heat: [Double] = []
        func take(_ x: Double, _ y: Double) {
            guard x.isFinite, y.isFinite, !logX || x > 0, !logY || y > 0 else { return }
            xs.append(x)
            ys.append(y)
        }
        for layer in figure.layers {
            switch layer {
            case .line(let s), .points(let s): for i in 0..<s.count { take(s.xs[i], s.ys[i]) }
            case .band(let b):
                for i in 0..<b.count {
                    take(b.xs[i], b.low[i])
                    take(b.xs[i], b.high[i])
                }
            case .mark(let m): take(m.x, m.y)
            case .note(let n): take(n.x, n.y)
            case .rule(let rule):
                guard rule.value.isFinite else { continue }
                if rule.direction == .horizontal, !logY || rule.value > 0 { ys.append(rule.value) }
                if rule.direction == .vertical, !logX || rule.value > 0 { xs.append(rule.value) }
            case .histogram(let h):
                if let a = h.edges.first, let b = h.edges.last, a <= b { fixedX = a...b }
                fixedY = 0...(Double(max(1, h.counts.max() ?? 1)) * 1.04)
            case .heatmap(let map):
                fixedX = fixedX ?? map.x
                fixedY = fixedY ?? map.y
                heat += map.finiteValues
            case .piece(let piece):
                guard piece.isFinite else { continue }
                for (x, y) in piece.points {
                    take(x - piece.margin, y - piece.margin)
                    take(x + piece.margin, y + piece.margin)
                }
            case .bars, .board, .words, .panels: break
            }
        }
        var xAxis = figure.x
        var yAxis = figure.y
        if let fixedX { xAxis.range = xAxis.range ?? fixedX }
        if let fixedY { yAxis.range = yAxis.range ?? fixedY }
        x = AxisScale(xAxis, values: xs, padding: 0)
        y = AxisScale(yAxis, values: ys, padding: 0.05)
        heatRange = heat.min().map { $0...(heat.max() ?? $0) }
    }

    /// Widens the ranges about their middles, so that a unit is as long on both axes.
    ///
    /// - Parameter units: the frame's width and height in one measure.
    mutating func equalise(_ units: (width: Double, height: Double)) {
        let (across, up) = (x.high - x.low, y.high - y.low)
        let scale = min(units.width / across, units.height / up)
        let (moreX, moreY) = ((units.width / scale - across) / 2, (units.height / scale - up) / 2)
        let ranges = [x.low - moreX, x.high + moreX, y.low - moreY, y.high + moreY]
        guard scale > 0, ranges.allSatisfy(\.isFinite) else { return }
        (x.low, x.high) = (ranges[0], ranges[1])
        (y.low, y.high) = (ranges[2], ranges[3])
    }

    /// Height of the ranges for a width of 1, where both axes have one linear scale.
    var proportion: Double? {
        guard figure.hasEqualScale, !x.isLogarithmic, !y.isLogarithmic else { return nil }
        let proportion = (y.high - y.low) / (x.high - x.low)
        return proportion.isFinite && proportion > 0 ? proportion : nil
    }

    /// Whether there is anything to see.
    var isEmpty: Bool {
        !figure.layers.contains { layer in
            switch layer {
            case .line(let s), .points(let s): s.count > 0
            case .band(let b): b.count > 0
            case .histogram(let h): h.counts.contains { $0 > 0 }
            case .heatmap(let map): map.columnCount > 0
            case .mark, .note, .rule, .piece, .bars, .board, .words, .panels: true
            }
        }
    }

    func name(of layer: Int) -> String {
        switch figure.layers[layer] {
        case .line(let s), .points(let s): s.name.isEmpty && seriesCount > 1 ? "series \(colours[layer] + 1)" : s.name
        case .band(let b): b.name
        default: ""
        }
    }

    /// Layers that the legend names, the first of each colour.
    var legendLayers: [Int] {
        var seen: Set<Int> = []
        return figure.layers.indices.filter { index in
            colours[index] >= 0 && !name(of: index).isEmpty && seen.insert(colours[index]).inserted
        }
    }

    /// Where on the colour bar a heatmap is at a place; nil where there is none.
    func heat(atX x: Double, y: Double) -> Double? {
        guard let range = heatRange else { return nil }
        for case .heatmap(let map) in figure.layers {
            let column = (x - map.x.lowerBound) / (map.x.upperBound - map.x.lowerBound) * Double(map.columnCount)
            let row = (y - map.y.lowerBound) / (map.y.upperBound - map.y.lowerBound) * Double(map.rows.count)
            guard column >= 0, column < Double(map.columnCount), row >= 0, row < Double(map.rows.count) else { continue }
            let line = map.rows[Int(row)]
            guard Int(column) < line.count, line[Int(column)].isFinite else { continue }
            let span = range.upperBound / 2 - range.lowerBound / 2
            return span > 0 ? (line[Int(column)] / 2 - range.lowerBound / 2) / span : 0.5
        }
        return nil
    }

    /// Rules that the legend names: those that are no bounds once for each name.
    var legendRules: [Rule] {
        var seen: Set<String> = []
        return rules.filter { $0.bound != .none || seen.insert("\($0.direction) \(ruleText($0))").inserted }
    }

    func isViolation(_ x: Double, _ y: Double) -> Bool { rules.contains { $0.isViolated(x: x, y: y) } }

    /// How many points lie beyond a bound, of how many that are shown.
    func violations(of rule: Rule) -> (count: Int, total: Int) {
        var count = 0
        var total = 0
        for layer in figure.layers {
            guard case .line(let s) = layer.asSeries else { continue }
            for i in 0..<s.count where x.canShow(s.xs[i]) && y.canShow(s.ys[i]) && rule.concerns(x: s.xs[i], y: s.ys[i]) {
                total += 1
                if rule.isViolated(x: s.xs[i], y: s.ys[i]) { count += 1 }
            }
        }
        return (count, total)
    }

    /// What a reader has to be told about points that could not be shown.
    var notes: [String] {
        var notFinite = 0
        var notPositive = 0
        func count(_ a: Double, _ b: Double) {
            if !a.isFinite || !b.isFinite { notFinite += 1 } else if !x.canShow(a) || !y.canShow(b) { notPositive += 1 }
        }
        for layer in figure.layers {
            switch layer {
            case .line(let s), .points(let s): for i in 0..<s.count { count(s.xs[i], s.ys[i]) }
            case .band(let b):
                for i in 0..<b.count { count(b.xs[i], b.low[i].isFinite ? b.high[i] : b.low[i]) }
            case .histogram(let h): notFinite += h.skipped
            case .heatmap(let map):
                notFinite += map.rows.reduce(0) { $0 + $1.count { !$0.isFinite } + map.columnCount - $1.count }
            case .piece(let piece): if !piece.isFinite { notFinite += 1 }
            default: break
            }
        }
        var notes: [String] = []
        if notFinite > 0 {
            notes.append("\(notFinite) \(notFinite == 1 ? "value is" : "values are") not finite and not shown")
        }
        if notPositive > 0 {
            notes.append(
                "\(notPositive) \(notPositive == 1 ? "point is" : "points are") not above 0 and cannot be shown on a log axis")
        }
        if isEmpty { notes.insert("no data", at: 0) }
        return notes
    }

    func ruleText(_ rule: Rule) -> String {
        rule.label.isEmpty ? NumberLabel.short(rule.value) : rule.label
    }

    func violationText(_ rule: Rule) -> String? {
        guard rule.bound != .none else { return nil }
        let (count, total) = violations(of: rule)
        guard count > 0 else { return nil }
        return "\(count) of \(total) points \(rule.bound == .upper ? "above" : "below") \(ruleText(rule))"
    }
}

extension Layer {
    /// Lines and points alike, as a line; other layers as they are.
    var asSeries: Layer {
        if case .points(let s) = self { return .line(s) }
        return self
    }
}
