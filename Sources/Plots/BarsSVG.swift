/// Horizontal bars as SVG.
struct BarsSVG {
    let figure: Figure
    let bars: Bars
    let width: Double

    func render() -> SVGWriter {
        let count = min(max(bars.labels.count, bars.values.count), BarsText.most)
        let labels = (0..<count).map { $0 < bars.labels.count ? bars.labels[$0] : "" }
        let values = (0..<count).map { $0 < bars.values.count ? bars.values[$0] : .nan }
        let rules = figure.layers.compactMap { layer -> Rule? in
            if case .rule(let rule) = layer, rule.value.isFinite { return rule }
            return nil
        }
        let references = (0..<count).map { $0 < bars.references.count ? bars.references[$0] : .nan }
        let shown = (values + references + rules.map(\.value)).filter(\.isFinite)
        let low = min(0, shown.min() ?? 0)
        let high = max(0, shown.max() ?? 0)
        let span = high / 2 - low / 2
        let longest = labels.map { TextWidth.columns($0) }.max() ?? 0
        let left = min(width / 3, 20 + 7 * Double(longest))
        let area = width - left - 80
        func x(_ value: Double) -> Double { left + (span > 0 ? (value / 2 - low / 2) / span : 0) * area }

        var svg = SVGWriter(width: width, height: 0)
        let top = figure.title.isEmpty ? 12.0 : 36
        if !figure.title.isEmpty { svg.text(width / 2, 22, figure.title, anchor: .middle, size: 15) }
        let step = 22.0
        for index in 0..<count {
            let y = top + Double(index) * step
            svg.text(left - 6, y + 14, TextWidth.cut(labels[index], to: max(4, Int(left / 7))), anchor: .end)
            if values[index].isFinite {
                let (a, b) = (x(0), x(values[index]))
                svg.rectangle(min(a, b), y + 3, abs(b - a), step - 6, fill: Palette.series(0).1)
            }
            if references[index].isFinite {
                svg.line(x(references[index]), y + 1, x(references[index]), y + step - 1, colour: "#000000", width: 2)
            }
            svg.text(width - 8, y + 14, NumberLabel.short(values[index]), anchor: .end)
        }
        var y = top + Double(count) * step
        if low < 0 { svg.line(x(0), top, x(0), y, colour: "#444444") }
        for rule in rules { svg.line(x(rule.value), top, x(rule.value), y, colour: Palette.quiet.1, width: 1.2, dashes: "6 4") }
        var footer: [String] = []
        if !bars.referenceName.isEmpty { footer.append("│ \(bars.referenceName)") }
        footer += rules.map { "┊ " + ($0.label.isEmpty ? NumberLabel.short($0.value) : $0.label) }
        let more = max(bars.labels.count, bars.values.count) - count
        if more > 0 { footer.append("\(more) more are not shown") }
        let lost = bars.values.count { !$0.isFinite }
        if lost > 0 { footer.append("\(lost) \(lost == 1 ? "value is" : "values are") not finite and not shown") }
        if count == 0 { footer.append("no data") }
        footer.append(figure.caption)
        for line in footer.flatMap({ TextWidth.wrap($0, to: Int(width / 7)) }) {
            y += 17
            svg.text(left, y, line, colour: "#555555")
        }
        svg.height = y + 12
        return svg
    }
}
