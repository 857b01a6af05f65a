import Glibc

/// One worker's Double memory for a Gaussian row, cut into its parts.
struct GaussianScratch {
    let mean: UnsafeMutablePointer<Double>
    let factor: UnsafeMutablePointer<Double>
    let meanGradient: UnsafeMutablePointer<Double>
    let factorGradient: UnsafeMutablePointer<Double>
    let second: UnsafeMutablePointer<Double>
    let delta: UnsafeMutablePointer<Double>
    let u: UnsafeMutablePointer<Double>
    let v: UnsafeMutablePointer<Double>
    let column: UnsafeMutablePointer<Double>
    let matrix: UnsafeMutablePointer<Double>

    init(_ base: UnsafeMutablePointer<Double>, _ head: GaussianHead) {
        let size = head.actionSize
        let factorSize = head.factorSize
        mean = base
        meanGradient = mean + size
        delta = meanGradient + size
        u = delta + size
        v = u + size
        column = v + size
        factor = column + size
        factorGradient = factor + factorSize
        second = factorGradient + factorSize
        matrix = second + factorSize
    }

    static func count(_ head: GaussianHead) -> Int {
        6 * head.actionSize + 3 * head.factorSize + head.actionSize * head.actionSize
    }
}

/// exp, where a closure's type would otherwise choose Float's.
@inline(__always) func exponential(_ x: Double) -> Double { exp(x) }
/// ln, likewise.
@inline(__always) func naturalLogarithm(_ x: Double) -> Double { log(x) }

extension TriangularFactor {
    /// y ← mean + L y on single-precision numbers.
    func applyInPlace(_ l: In, mean: In, _ y: UnsafeMutablePointer<Float>) {
        if isDiagonal {
            for d in 0..<size { y[d] = Float(mean[d] + l[d] * Double(y[d])) }
            return
        }
        for i in stride(from: size - 1, through: 0, by: -1) {
            let row = l + Self.at(i, 0)
            var value = mean[i]
            for j in 0...i { value += row[j] * Double(y[j]) }
            y[i] = Float(value)
        }
    }
}
