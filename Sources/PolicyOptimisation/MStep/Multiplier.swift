import Glibc
import Support

/// A multiplier λ = softplus(x) ≥ 0 of a bounded KL; x climbs the dual by Adam. A value.
///
/// With several numbers (per-dimension bounds) each has its own. One ascent step follows
/// d/dx λ (KL − ε) = sigmoid(x) (KL − ε): λ grows while the KL is above its bound ε and falls while it is below.
public struct Multiplier: Hashable, Sendable {
    public private(set) var x: [Double]
    var first: [Double]
    var second: [Double]
    public private(set) var steps = 0

    /// `count` multipliers that start at λ.
    public init(lambda: Double, count: Int = 1) {
        x = [Double](repeating: Self.inverse(lambda), count: max(1, count))
        first = x.map { _ in 0 }
        second = first
    }

    /// Multipliers that start at these λ.
    init(lambdas: [Double]) {
        x = lambdas.map(Self.inverse)
        first = x.map { _ in 0 }
        second = first
    }

    /// A multiplier as it was saved; nil if the numbers do not fit together.
    public init?(numbers: [Double]) {
        guard let head = numbers.first, let steps = Int(exactly: head), steps >= 0, numbers.count % 3 == 1,
            numbers.count > 1
        else { return nil }
        let count = numbers.count / 3
        x = Array(numbers[1..<1 + count])
        first = Array(numbers[1 + count..<1 + 2 * count])
        second = Array(numbers[1 + 2 * count..<1 + 3 * count])
        self.steps = steps
    }

    /// Everything that it holds, to be saved and digested.
    public var numbers: [Double] { [Double(steps)] + x + first + second }

    public var values: [Double] { x.map(Self.softplus) }
    /// The mean over dimensions; λ itself if there is one.
    public var mean: Double { values.reduce(0, +) / Double(values.count) }

    /// The same multipliers moved one step up the dual, within their limits.
    func climbing(_ kl: [Double], bound: Double, rate: Double, smallest: Double, largest: Double?) -> Multiplier {
        var next = self
        next.steps += 1
        let correction1 = 1 - pow(0.9, Double(next.steps))
        let correction2 = 1 - pow(0.999, Double(next.steps))
        let bottom = Self.inverse(smallest)
        let top = largest.map(Self.inverse) ?? .infinity
        for i in x.indices where i < kl.count {
            let gradient = (kl[i] - bound) / (1 + exp(-x[i]))
            next.first[i] = 0.9 * first[i] + 0.1 * gradient
            next.second[i] = 0.999 * second[i] + 0.001 * gradient * gradient
            let step = rate * (next.first[i] / correction1) / ((next.second[i] / correction2).squareRoot() + 1e-12)
            next.x[i] = min(max(x[i] + step, bottom), top)
        }
        return next
    }

    /// With λ set by hand, and its moments forgotten.
    public func setting(lambda: Double) -> Multiplier { Multiplier(lambda: lambda, count: x.count) }

    /// The same λ for another number of dimensions.
    package func resized(to count: Int) -> Multiplier { count == x.count ? self : Multiplier(lambda: mean, count: count) }

    static func softplus(_ x: Double) -> Double { max(x, 0) + log1p(exp(-abs(x))) }
    static func inverse(_ lambda: Double) -> Double {
        let value = max(lambda, 1e-9)
        return value + log(-expm1(-value))
    }
}
