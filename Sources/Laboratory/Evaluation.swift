/// The returns of some episodes.
public struct Evaluation: Equatable, Sendable {
    /// The undiscounted return of each episode.
    public let returns: [Double]
    /// The steps of each episode.
    public let lengths: [Int]

    public init(returns: [Double], lengths: [Int]) {
        self.returns = returns
        self.lengths = lengths
    }

    /// The mean return; NaN without episodes.
    public var mean: Double { returns.reduce(0, +) / Double(returns.count) }

    /// The standard deviation of the returns (n − 1 in the denominator); 0 for a single episode.
    public var std: Double {
        if returns.count < 2 { return 0 }
        let mean = mean
        let squares = returns.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        return (squares / Double(returns.count - 1)).squareRoot()
    }
}
