import Plots
import Testing

@Suite struct FigureSVGTests {
    /// Checks tags, attributes and escapes by hand; returns what is wrong, or nil.
    static func fault(in svg: String) -> String? {
        var open: [Substring] = []
        var rest = svg[...]
        while let start = rest.firstIndex(of: "<") {
            let text = rest[..<start]
            if text.contains(">") { return "a bare > in '\(text)'" }
            for part in text.split(separator: "&", omittingEmptySubsequences: false).dropFirst() {
                guard ["amp;", "lt;", "gt;", "quot;", "#39;"].contains(where: { part.hasPrefix($0) }) else { return "a bare &" }
            }
            guard let end = rest[start...].firstIndex(of: ">") else { return "an open tag" }
            var tag = rest[rest.index(after: start)..<end]
            if tag.filter({ $0 == "\"" }).count % 2 != 0 { return "quotes in \(tag)" }
            if tag.hasPrefix("/") {
                guard open.popLast() == tag.dropFirst() else { return "\(tag) closes nothing" }
            } else if tag.hasSuffix("/") {
                tag = tag.dropLast()
            } else {
                open.append(tag.prefix { $0 != " " })
            }
            rest = rest[rest.index(after: end)...]
        }
        return open.isEmpty ? nil : "\(open) not closed"
    }

    @Test func everyFigureIsWellFormed() {
        for seed in 0..<400 {
            let svg = randomFigure(UInt64(seed)).svg(width: seed % 3 == 0 ? .nan : 500, height: 200)
            #expect(svg.hasPrefix("<svg xmlns=\"http://www.w3.org/2000/svg\""))
            #expect(Self.fault(in: svg) == nil, "seed \(seed): \(Self.fault(in: svg) ?? "")")
            for word in ["nan", "inf"] { #expect(!svg.contains("=\"\(word)") && !svg.contains("=\"-\(word)"), "seed \(seed)") }
            #expect(svg.unicodeScalars.allSatisfy { $0.value >= 0x20 || $0 == "\n" }, "seed \(seed)")
        }
    }

    @Test func itHasWhatTheTextHas() {
        var figure = Figure.line([Series("a < b", ys: [1, 2, .nan, 3]), Series("c", ys: [3, 2, 1])], title: "R & D")
        figure.layers.append(.rule(Rule(at: 2.5, label: "bound", bound: .upper)))
        figure.layers.append(.mark(Mark(x: 1, y: 2, label: "here")))
        let svg = figure.svg()
        for text in ["R &amp; D", "a &lt; b", ">c<", ">bound<", ">here<", "2 of 6 points above bound", "1 value is not finite"] {
            #expect(svg.contains(text), "\(text)")
        }
        // The gap of the NaN breaks the first line: a line of two points, a single point, and the second line.
        #expect(svg.components("<polyline") == 2 && svg.components("<circle") == 2)
    }

    @Test func longSeriesAreThinnedWithoutLosingPeaks() {
        var ys = [Double](repeating: 0, count: 200_000)
        ys[123_456] = 7
        let svg = Figure.line([Series("a", ys: ys)]).svg()
        #expect(svg.utf8.count < 600_000)
        let top = svg.split(separator: "points=\"")[1].split(separator: "\"")[0].split(separator: " ")
            .compactMap { $0.split(separator: ",").last.flatMap { Double($0) } }.min() ?? 0
        let base = svg.split(separator: "points=\"")[1].split(separator: " ")[0].split(separator: ",").last.flatMap { Double($0) } ?? 0
        #expect(base - top > 300)
    }
}

extension String {
    /// How often a text occurs.
    func components(_ text: String) -> Int {
        var count = 0
        var rest = self[...]
        while let range = rest.firstRange(of: text) {
            count += 1
            rest = rest[range.upperBound...]
        }
        return count
    }
}
