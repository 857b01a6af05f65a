/// The mean and the variance of numbers that come one after another, for O numbers at a time.
///
/// Chan's update of the moments of a sample by one of size 1, in the order of operations of Gymnasium's
/// `RunningMeanStd`, from mean 0 and variance 1 with the weight 1e-4. Numerically sound: no difference of large sums.
/// Source: Chan, Golub, LeVeque 1983, *Algorithms for Computing the Sample Variance*.
public struct RunningMoments: Equatable, Sendable {
    /// How much the moments weigh: the samples taken in, and 1e-4.
    public internal(set) var weight: Double
    public internal(set) var mean: [Double]
    /// The population variance.
    public internal(set) var variance: [Double]

    public static let startWeight = 1e-4

    public init(size: Int) {
        weight = Self.startWeight
        mean = Array(repeating: 0, count: size)
        variance = Array(repeating: 1, count: size)
    }

    /// Takes a sample of O numbers in.
    public mutating func add(_ sample: [Double]) {
        let total = weight + 1
        for i in mean.indices where i < sample.count {
            let delta = sample[i] - mean[i]
            mean[i] += delta / total
            variance[i] = (variance[i] * weight + delta * delta * weight / total) / total
        }
        weight = total
    }
}
