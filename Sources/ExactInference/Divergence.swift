import Glibc

/// Sums of exponentials and of relative entropies that lose no digits.
enum Divergence {
    /// One element's share of KL(q‖p): q log(q/p) − q + p, never below 0; the shares of two distributions sum to the KL.
    ///
    /// - Parameters:
    ///   - ratio: log(q/p), which is known better than q/p where both are tiny or nearly equal.
    static func term(_ q: Double, ratio v: Double, reference p: Double) -> Double {
        if !(q > 0) { return p }
        if v.magnitude > 0.1 { return max(0, q * (v - 1) + p) }
        // q (v − 1 + e^−v) as a series: the difference would lose v²/2 under the 1.
        var power = v * v / 2
        var sum = power
        var k = 3.0
        while k < 16 {
            power *= -v / k
            sum += power
            k += 1
        }
        return q * sum
    }

    /// log Σᵢ wᵢ exp(xᵢ) over the elements with a positive weight; −∞ where there are none.
    @inline(__always)
    static func logSum(_ range: Range<Int>, weight: (Int) -> Double, value: (Int) -> Double) -> Double {
        var largest = -Double.infinity
        for i in range where weight(i) > 0 { largest = max(largest, value(i)) }
        guard largest > -Double.infinity else { return largest }
        var sum = 0.0
        for i in range {
            let w = weight(i)
            if w > 0 { sum += w * exp(value(i) - largest) }
        }
        return largest + log(sum)
    }
}
