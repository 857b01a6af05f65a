import Plots
import Testing

@Suite struct AxisScaleTests {
    struct Case: Sendable {
        let range: ClosedRange<Double>
        let scale: Axis.Scale
        let count: Int
        let labels: [String]
        var offset: String? = nil
    }

    static let cases: [Case] = [
        Case(range: 0...10, scale: .linear, count: 5, labels: ["0", "2", "4", "6", "8", "10"]),
        Case(range: -1...1, scale: .linear, count: 4, labels: ["-1.0", "-0.5", "0.0", "0.5", "1.0"]),
        Case(range: 0...0.001, scale: .linear, count: 4, labels: ["0.0000", "0.0005", "0.0010"]),
        Case(range: 0.1...0.3, scale: .linear, count: 4, labels: ["0.10", "0.15", "0.20", "0.25", "0.30"]),
        Case(range: 0...5e6, scale: .linear, count: 5, labels: ["0", "1e6", "2e6", "3e6", "4e6", "5e6"]),
        Case(range: 1e6...1_000_000.002, scale: .linear, count: 2, labels: ["+0.000", "+0.001", "+0.002"], offset: "1000000"),
        Case(range: 0.01...100, scale: .logarithmic, count: 6, labels: ["0.01", "0.1", "1", "10", "100"]),
        Case(range: 1e-6...1, scale: .logarithmic, count: 3, labels: ["1e-6", "1e-3", "1e0"]),
        Case(range: 2...30, scale: .logarithmic, count: 4, labels: ["2", "5", "10", "20"]),
        Case(range: 1...1.4, scale: .logarithmic, count: 4, labels: ["1.0", "1.1", "1.2", "1.3", "1.4"]),
    ]

    @Test(arguments: cases)
    func ticks(_ c: Case) {
        let scale = AxisScale(Axis(scale: c.scale, range: c.range), values: [], padding: 0)
        let ticks = scale.ticks(c.count)
        #expect(ticks.labels == c.labels)
        #expect(ticks.offset == c.offset)
        #expect(ticks.values.count == ticks.labels.count)
    }

    @Test func ticksLieInsideWhateverTheRange() {
        var dice = Dice(9)
        for _ in 0..<500 {
            let a = (dice.next() - 0.5) * (dice.next() < 0.5 ? 1e6 : 1e-6)
            let b = a + dice.next() * (dice.next() < 0.5 ? 1e3 : 1e-3)
            guard b > a else { continue }
            let scale = AxisScale(Axis(range: a...b), values: [], padding: 0)
            let ticks = scale.ticks(5)
            #expect(ticks.values.count >= 2 && ticks.values.count <= 12, "\(a)...\(b): \(ticks.values)")
            for value in ticks.values {
                let place = scale.place(value) ?? -1
                #expect(place > -1e-6 && place < 1 + 1e-6)
            }
            #expect(Set(ticks.labels).count == ticks.labels.count, "\(a)...\(b): \(ticks.labels)")
        }
    }

    @Test func places() {
        let linear = AxisScale(Axis(range: -1...3), values: [], padding: 0)
        #expect(linear.place(-1) == 0 && linear.place(1) == 0.5 && linear.place(3) == 1)
        #expect(linear.place(.nan) == nil && linear.place(.infinity) == nil)
        let logarithmic = AxisScale(Axis(scale: .logarithmic, range: 0.01...100), values: [], padding: 0)
        #expect(abs((logarithmic.place(1) ?? 0) - 0.5) <= 1e-15 && logarithmic.place(0) == nil)
        let reversed = AxisScale(Axis(range: 0...4, isReversed: true), values: [], padding: 0)
        #expect(reversed.place(1) == 0.75)
        let whole = AxisScale(Axis(), values: [0, 3, 2], padding: 0)
        #expect(whole.ticks(20).labels == ["0", "1", "2", "3"])
    }

    @Test(arguments: [
        (0, "0"), (1, "1"), (-1.5, "-1.5"), (0.05, "0.05"), (1234567, "1234567"), (12345678, "1.235e7"), (1e-5, "1e-5"),
        (0.000123456, "0.0001235"), (9.9999e-5, "1e-4"), (99999.6, "100000"), (1e308, "1e308"),
        (.nan, "nan"), (-.infinity, "-inf"),
    ] as [(Double, String)])
    func numbers(value: Double, wanted: String) { #expect(NumberLabel.short(value) == wanted) }

    @Test func histogramsCountEverything() {
        var dice = Dice(4)
        for bins in [nil, 1, 7, 50] as [Int?] {
            let values = (0..<1000).map { _ in dice.next() * dice.next() }
            let h = Histogram(values + [.nan, .infinity], bins: bins)
            #expect(h.counts.reduce(0, +) == 1000 && h.skipped == 2 && h.edges.count == h.counts.count + 1)
            for (bin, count) in h.counts.enumerated() {
                let isLast = bin == h.counts.count - 1
                let inside = values.count { $0 >= h.edges[bin] && (isLast || $0 < h.edges[bin + 1]) }
                // A value within rounding of an edge may fall on either side of it.
                #expect(abs(inside - count) <= 1)
            }
        }
        #expect(Histogram([2, 2, 2]).counts == [3])
        #expect(Histogram([]).counts == [0])
        #expect(Histogram([-1e308, 1e308], bins: 4).counts == [1, 0, 0, 1])
    }
}
