import Support
import Tensors

// R runs, P places on a common axis.

/// A learning curve over runs: the interquartile mean at every place, and a bootstrap interval of it.
///
/// The interquartile mean leaves out the lowest and the highest quarter of the runs (rounded down, as
/// `scipy.stats.trim_mean(…, 0.25)`); the interval is the percentile bootstrap's over whole runs, drawn with
/// replacement within each stratum, so that every task keeps its number of runs. The draws come from a fixed stream:
/// the same runs give the same band. Source: Agarwal et al. 2021, *Deep Reinforcement Learning at the Edge of the
/// Statistical Precipice* (arXiv 2108.13264).
public struct RunBand: Equatable, Sendable {
    /// [P].
    public let xs: [Double]
    public let middle: [Double]
    public let low: [Double]
    public let high: [Double]
    public let runs: Int

    /// - Parameters:
    ///   - runs: R × P values.
    ///   - strata: a label for each run; runs are drawn within their own.
    ///   - level: of the interval, 0.95 for 95 %.
    public init(
        xs: [Double], runs: [[Double]], strata: [Int]? = nil, level: Double = 0.95, resamples: Int = 2000,
        cancellation: CancellationToken? = nil
    ) throws {
        guard !runs.isEmpty else { throw Fault("curve.runs", "a learning curve wants at least one run") }
        if let wrong = runs.firstIndex(where: { $0.count != xs.count }) {
            throw Fault("curve.length", "run \(wrong) has \(runs[wrong].count) values for \(xs.count) places")
        }
        let strata = strata ?? runs.map { _ in 0 }
        guard strata.count == runs.count else {
            throw Fault("curve.strata", "a stratum for each of \(runs.count) runs was wanted, \(strata.count) were given")
        }
        guard level > 0, level < 1 else {
            throw Fault("curve.level", "a level above 0 and below 1 was wanted, \(level) was given")
        }
        guard (1...1_000_000).contains(resamples) else {
            throw Fault("curve.resamples", "1 to 1 000 000 resamples were wanted, \(resamples) was given")
        }
        self.xs = xs
        self.runs = runs.count
        middle = xs.indices.map { place in Self.interquartileMean(runs.map { $0[place] }) }
        guard runs.count > 1 else {
            (low, high) = (middle, middle)
            return
        }
        let groups = Dictionary(grouping: runs.indices, by: { strata[$0] }).sorted { $0.key < $1.key }.map(\.value)
        var stream = RandomStream(seed: 0, purpose: .script, step: 0x6261_6E64)
        try MemoryBudget.require(
            elements: [resamples, runs.count + 8], stride: 8, for: "\(resamples.grouped) resamples of \(runs.count.grouped) runs")
        let draws = try (0..<resamples).map { index in
            if index & 1023 == 0 { try cancellation?.check() }
            return groups.flatMap { group in
                group.map { _ in group[min(group.count - 1, Int(stream.uniform() * Double(group.count)))] }
            }
        }
        var (lows, highs) = ([Double](), [Double]())
        for place in xs.indices {
            try cancellation?.check()
            let column = runs.map { $0[place] }
            let means = draws.map { draw in Self.interquartileMean(draw.map { column[$0] }) }.sorted()
            lows.append(Self.quantile(means, (1 - level) / 2))
            highs.append(Self.quantile(means, (1 + level) / 2))
        }
        (low, high) = (lows, highs)
    }

    /// The mean without the lowest and the highest quarter, rounded down; NaN where a value is.
    public static func interquartileMean(_ values: [Double]) -> Double {
        guard !values.isEmpty, !values.contains(where: \.isNaN) else { return .nan }
        let cut = values.count / 4
        let kept = values.sorted()[cut..<(values.count - cut)]
        return kept.reduce(0, +) / Double(kept.count)
    }

    /// By linear interpolation between the sorted values.
    static func quantile(_ sorted: [Double], _ share: Double) -> Double {
        let place = share * Double(sorted.count - 1)
        let below = min(max(0, Int(place)), sorted.count - 1)
        let above = min(below + 1, sorted.count - 1)
        return sorted[below] + (place - Double(below)) * (sorted[above] - sorted[below])
    }
}

extension RunBand {
    /// Runs on axes of their own, brought onto the places of the first by linear interpolation, where all of them are.
    ///
    /// - Returns: the places and R × P values.
    public static func aligned(_ runs: [(xs: [Double], ys: [Double])]) throws -> (xs: [Double], runs: [[Double]]) {
        let sorted = try runs.enumerated().map { index, run -> (xs: [Double], ys: [Double]) in
            let points = zip(run.xs, run.ys).filter { $0.0.isFinite && !$0.1.isNaN }.sorted { $0.0 < $1.0 }
            guard !points.isEmpty else { throw Fault("curve.empty", "run \(index) has no values") }
            return (points.map(\.0), points.map(\.1))
        }
        guard let first = sorted.first else { throw Fault("curve.runs", "a learning curve wants at least one run") }
        let low = sorted.compactMap(\.xs.first).max() ?? 0
        let high = sorted.compactMap(\.xs.last).min() ?? 0
        let xs = first.xs.filter { $0 >= low && $0 <= high }
        guard !xs.isEmpty else {
            throw Fault(
                "curve.overlap", "the runs have no part of the x axis in common",
                hint: "each run's x values must overlap with the others'")
        }
        return (xs, sorted.map { run in xs.map { interpolated(run.xs, run.ys, at: $0) } })
    }

    private static func interpolated(_ xs: [Double], _ ys: [Double], at x: Double) -> Double {
        var (a, b) = (0, xs.count - 1)
        // xs[a] ≤ x ≤ xs[b], as x lies within all runs.
        while b - a > 1 {
            let middle = (a + b) / 2
            if xs[middle] <= x { a = middle } else { b = middle }
        }
        if xs[b] <= x { return ys[b] }
        guard xs[b] > xs[a] else { return ys[a] }
        return ys[a] + (x - xs[a]) / (xs[b] - xs[a]) * (ys[b] - ys[a])
    }
}
