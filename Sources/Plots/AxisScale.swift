import Glibc

/// Maps values to places between 0 and 1, and knows where the ticks are.
package struct AxisScale {
    var isLogarithmic: Bool
    var isReversed: Bool
    var isWhole: Bool
    /// The ends, in the axis' own unit.
    var low: Double
    var high: Double

    /// A range that shows all of `values`; the values that the scale cannot show are not to be among them.
    package init(_ axis: Axis, values: [Double], padding: Double) {
        isLogarithmic = axis.scale == .logarithmic
        isReversed = axis.isReversed
        isWhole = axis.isWhole ?? (!values.isEmpty && values.allSatisfy { $0 == $0.rounded() })
        low = 0
        high = 1
        if let range = axis.range, range.lowerBound.isFinite, range.upperBound.isFinite,
            !isLogarithmic || range.lowerBound > 0
        {
            low = range.lowerBound
            high = range.upperBound
            if !(high > low) { widen() }
            return
        }
        guard let least = values.min(), let most = values.max() else {
            if isLogarithmic { low = 0.1; high = 10 }
            return
        }
        low = least
        high = most
        if high > low {
            if padding > 0 {
                let a = forward(low)
                let b = forward(high)
                let margin = (b - a) * padding
                if margin.isFinite {
                    low = backward(a - margin)
                    high = backward(b + margin)
                }
                // Bars and counts that begin at 0 stay there.
                if !isLogarithmic, least >= 0, low < 0 { low = least == 0 ? 0 : low }
            }
        } else {
            widen()
        }
    }

    /// A constant is shown in the middle of a range of its own size.
    private mutating func widen() {
        let centre = low
        if isLogarithmic {
            low = centre / 10
            high = centre * 10
        } else {
            let half = centre == 0 ? 1 : abs(centre) * 0.1
            low = centre - half
            high = centre + half
        }
        if !(low.isFinite && high.isFinite && high > low) { low = centre / 2; high = centre }
        if !(high > low) { low = isLogarithmic ? 0.1 : -1; high = isLogarithmic ? 10 : 1 }
    }

    func forward(_ value: Double) -> Double { isLogarithmic ? log10(value) : value }
    func backward(_ value: Double) -> Double { isLogarithmic ? pow(10, value) : value }

    func canShow(_ value: Double) -> Bool { value.isFinite && (!isLogarithmic || value > 0) }

    /// 0 at the left or bottom, 1 at the right or top; beyond where the value is outside; nil where it has no place.
    package func place(_ value: Double) -> Double? {
        guard canShow(value) else { return nil }
        let a = forward(low) / 2
        let b = forward(high) / 2
        let fraction = (forward(value) / 2 - a) / (b - a)
        guard fraction.isFinite else { return nil }
        return isReversed ? 1 - fraction : fraction
    }

    package struct Ticks {
        package var values: [Double] = []
        package var labels: [String] = []
        /// Labels are to be added to this.
        package var offset: String?
    }

    /// About `count` ticks at round numbers.
    package func ticks(_ count: Int) -> Ticks {
        if isLogarithmic { return logarithmicTicks(max(2, count)) }
        // A single tick says nothing of the scale: rather a few more than asked for.
        let first = linearTicks(max(2, count))
        if first.values.count > 1 { return first }
        for more in max(2, count) + 1..<max(2, count) + 4 {
            let ticks = linearTicks(more)
            if ticks.values.count > 1 { return ticks }
        }
        return first
    }

    private func linearTicks(_ count: Int) -> Ticks {
        let raw = (high / 2 - low / 2) / Double(count) * 2
        guard raw > 0, raw.isFinite, raw >= Double.leastNormalMagnitude else { return Ticks() }
        let power = pow(10, log10(raw).rounded(.down))
        let ratio = raw / power
        var step = power * (ratio <= 1.000001 ? 1 : ratio <= 2.000001 ? 2 : ratio <= 5.000001 ? 5 : 10)
        if isWhole { step = max(1, step) }
        guard step.isFinite, step > 0, power > 0 else { return Ticks() }
        var values: [Double] = []
        var k = (low / step - 1e-9).rounded(.up)
        while k * step <= high + step * 1e-9, values.count < 1000 {
            values.append(k == 0 ? 0 : k * step)
            let next = k + 1
            if next == k { break }
            k = next
        }
        return label(values, step: step)
    }

    private func label(_ values: [Double], step: Double) -> Ticks {
        guard let most = values.map({ abs($0) }).max(), most > 0 else {
            return Ticks(values: values, labels: values.map { _ in "0" })
        }
        let decimals = max(0, -Int((log10(step) + 1e-9).rounded(.down)))
        let digits = Int(log10(most).rounded(.down)) - Int((log10(step) + 1e-9).rounded(.down))
        if most < 1e6, decimals <= 4 {
            return Ticks(values: values, labels: values.map { NumberLabel.fixed($0, decimals) })
        }
        if digits <= 5 {
            return Ticks(
                values: values,
                labels: values.map { $0 == 0 ? "0" : NumberLabel.trimmed(NumberLabel.scientific($0, digits)) })
        }
        // Small differences of large numbers: tell the common part once.
        let span = pow(10, log10(high - low).rounded(.up))
        let base = (low / span).rounded(.down) * span
        let differences = values.map { $0 - base }
        let inner = label(differences, step: step)
        return Ticks(
            values: values, labels: inner.labels.map { $0.hasPrefix("-") ? $0 : "+" + $0 },
            offset: NumberLabel.trimmed(abs(base) < 1e15 ? NumberLabel.fixed(base, decimals) : NumberLabel.scientific(base, 15)))
    }

    private func logarithmicTicks(_ count: Int) -> Ticks {
        let a = log10(low)
        let b = log10(high)
        guard a.isFinite, b.isFinite, b > a else { return Ticks() }
        let first = Int((a - 1e-9).rounded(.up))
        let last = Int((b + 1e-9).rounded(.down))
        var values: [Double] = []
        if last - first >= 1 {
            let stride = max(1, (last - first + count) / count)
            var power = first
            while power <= last {
                // Multiples of the stride, so that labels stay where they are when the range grows.
                if power % stride == 0 { values.append(pow(10, Double(power))) }
                power += 1
            }
        }
        if values.count < 2 || last - first < 2 && count >= 4 {
            values = []
            for power in (first - 1)...max(first - 1, last) {
                for digit in [1.0, 2, 5] {
                    let value = digit * pow(10, Double(power))
                    if value >= low * (1 - 1e-9), value <= high * (1 + 1e-9) { values.append(value) }
                }
            }
        }
        if values.count < 2 {
            let inner = linearTicks(count)
            return Ticks(
                values: inner.values.filter { $0 > 0 },
                labels: zip(inner.values, inner.labels).filter { $0.0 > 0 }.map(\.1), offset: inner.offset)
        }
        // All in one form: not 0.0001 beside 5e-5.
        let isPlain = values.allSatisfy { $0 >= 0.99e-4 && $0 < 1e6 }
        return Ticks(
            values: values,
            labels: values.map { isPlain ? NumberLabel.short($0, significant: 1) : NumberLabel.trimmed(NumberLabel.scientific($0, 0)) })
    }
}
