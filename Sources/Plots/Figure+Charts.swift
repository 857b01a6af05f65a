import Support

extension Figure {
    /// One or several curves.
    public static func line(_ series: [Series], title: String = "", x: Axis = Axis(), y: Axis = Axis()) -> Figure {
        Figure(title: title, x: x, y: y, layers: series.map { .line($0) })
    }

    public static func scatter(_ series: [Series], title: String = "", x: Axis = Axis(), y: Axis = Axis()) -> Figure {
        Figure(title: title, x: x, y: y, layers: series.map { .points($0) })
    }

    public static func bars(_ bars: Bars, title: String = "") -> Figure { Figure(title: title, layers: [.bars(bars)]) }

    /// How often values fall into bins of equal width; the values that are not finite are counted in the caption.
    public static func histogram(
        _ values: [Double], bins: Int? = nil, title: String = "", x: Axis = Axis()
    ) -> Figure {
        let histogram = Histogram(values, bins: bins)
        return Figure(title: title, x: x, y: Axis("count", isWhole: true), layers: [.histogram(histogram)])
    }

    /// Rows from the top where no range of y is given; from the bottom, as y grows, where one is.
    public static func heatmap(
        _ rows: [[Double]], x: ClosedRange<Double>? = nil, y: ClosedRange<Double>? = nil, title: String = "",
        valueLabel: String = ""
    ) -> Figure {
        let map = Heatmap(rows: rows, x: x, y: y, valueLabel: valueLabel)
        return Figure(
            title: title, x: Axis(range: map.x, isWhole: x == nil), y: Axis(range: map.y, isReversed: y == nil, isWhole: y == nil),
            layers: [.heatmap(map)])
    }
}

/// Counts of values in bins of equal width.
public struct Histogram: Sendable, Equatable {
    /// One more than there are bins.
    public var edges: [Double]
    public var counts: [Int]
    /// Values that are NaN or infinite, in no bin.
    public var skipped: Int

    /// Without a number of bins, Freedman and Diaconis' rule: a width of 2 IQR n^(−1/3), 5 to 60 bins.
    public init(_ values: [Double], bins: Int? = nil) {
        let finite = values.filter(\.isFinite).sorted()
        skipped = values.count - finite.count
        guard let low = finite.first, let high = finite.last else {
            edges = [0, 1]
            counts = [0]
            return
        }
        guard high > low else {
            let half = max(0.5, abs(low) * 1e-3)
            edges = [low - half, low + half]
            counts = [finite.count]
            return
        }
        let number = min(max(bins ?? Self.rule(finite), 1), 10_000)
        // Halves, so that the span of the largest numbers does not overflow.
        let span = high / 2 - low / 2
        edges = (0...number).map { k in
            let t = Double(k) / Double(number)
            return k == number ? high : low * (1 - t) + high * t
        }
        counts = [Int](repeating: 0, count: number)
        for value in finite {
            let place = ((value / 2 - low / 2) / span * Double(number)).rounded(.down)
            counts[min(number - 1, max(0, Int(exactly: place) ?? 0))] += 1
        }
    }

    private static func rule(_ sorted: [Double]) -> Int {
        let n = sorted.count
        let range = sorted[(3 * (n - 1)) / 4] - sorted[(n - 1) / 4]
        let least = min(60, max(5, Int(Double(n).squareRoot())))
        guard range > 0 else { return least }
        let width = 2 * range / cubeRoot(Double(n))
        let number = ((sorted[n - 1] - sorted[0]) / width).rounded(.up)
        return min(60, max(5, Int(exactly: number) ?? least))
    }

    private static func cubeRoot(_ x: Double) -> Double {
        var r = max(1, x.squareRoot())
        for _ in 0..<40 { r -= (r * r * r - x) / (3 * r * r) }
        return r
    }
}
