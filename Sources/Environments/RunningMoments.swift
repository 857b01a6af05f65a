/// The mean and the variance of numbers that come one after another, O at a time.
///
/// Each sample moves the mean by δ/n and adds δ² (n − 1)/n to the sum of squares, so that no large sums are
/// subtracted: a mean far from 0 costs no digits. There is no prior sample either (Gymnasium's `RunningMeanStd` begins with
/// one at 0 of weight 1e-4, which a mean of 1e4 turns into a variance of 1e4/n).
/// Source: Welford 1962, *Note on a Method for Calculating Corrected Sums of Squares and Products*; Chan, Golub, LeVeque
/// 1983, *Algorithms for Computing the Sample Variance*.
public struct RunningMoments: Equatable, Sendable {
    /// n, the samples taken in.
    public internal(set) var count = 0.0
    public internal(set) var mean: [Double]
    /// Σ (x − mean)².
    public internal(set) var squares: [Double]

    public init(size: Int) {
        mean = Array(repeating: 0, count: size)
        squares = mean
    }

    /// The population variance; 0 before the second sample.
    public var variance: [Double] { count > 0 ? squares.map { $0 / count } : squares }

    /// Takes a sample of O numbers in.
    public mutating func add(_ sample: [Double]) {
        count += 1
        for i in mean.indices where i < sample.count {
            let delta = sample[i] - mean[i]
            mean[i] += delta / count
            squares[i] += delta * (sample[i] - mean[i])
        }
    }
}
