import Glibc

/// How a reward falls outside its bounds, as a function of the distance in margins.
package enum Sigmoid: Sendable, CaseIterable {
    case gaussian, hyperbolic, longTail, reciprocal, cosine, linear, quadratic, tanhSquared

    /// 1 at x = 0, `valueAt1` in (0, 1) at x = 1; cosine, linear and quadratic take 0 there, too, and are 0 beyond.
    package func callAsFunction(_ x: Double, valueAt1: Double) -> Double {
        switch self {
        case .gaussian:
            let scaled = x * (-2 * log(valueAt1)).squareRoot()
            return exp(-0.5 * (scaled * scaled))
        case .hyperbolic:
            return 1 / cosh(x * acosh(1 / valueAt1))
        case .longTail:
            let scaled = x * (1 / valueAt1 - 1).squareRoot()
            return 1 / (scaled * scaled + 1)
        case .reciprocal:
            return 1 / (x.magnitude * (1 / valueAt1 - 1) + 1)
        case .cosine:
            let scaled = x * (acos(2 * valueAt1 - 1) / Double.pi)
            return scaled.magnitude < 1 ? (1 + cos(Double.pi * scaled)) / 2 : 0
        case .linear:
            let scaled = x * (1 - valueAt1)
            return scaled.magnitude < 1 ? 1 - scaled : 0
        case .quadratic:
            let scaled = x * (1 - valueAt1).squareRoot()
            return scaled.magnitude < 1 ? 1 - scaled * scaled : 0
        case .tanhSquared:
            let y = tanh(x * atanh((1 - valueAt1).squareRoot()))
            return 1 - y * y
        }
    }
}

/// 1 where x lies within its bounds, and less the farther it lies outside: a soft indicator.
///
/// At `margin` from the nearer bound it is `valueAtMargin`; with no margin it is 0 everywhere outside. A bound may be
/// infinite. Not a number where x is none. Source: dm_control 1.0.50, utils/rewards.py.
package func tolerance(
    _ x: Double, _ low: Double = 0, _ high: Double = 0, margin: Double = 0, sigmoid: Sigmoid = .gaussian,
    valueAtMargin: Double = 0.1
) -> Double {
    if low <= x && x <= high { return 1 }
    if margin == 0 { return x.isNaN ? .nan : 0 }
    return sigmoid((x < low ? low - x : x - high) / margin, valueAt1: valueAtMargin)
}

/// The mean of f(x) in numpy's order of summation.
func mean(_ numbers: some RandomAccessCollection<Double>, _ f: (Double) -> Double = { $0 }) -> Double {
    pairwiseSum(numbers, f) / Double(numbers.count)
}
