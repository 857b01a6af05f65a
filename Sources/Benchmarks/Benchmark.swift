import Glibc
import Support
import Tensors

/// One thing that is measured: a closure, and how much one call of it does.
struct Benchmark {
    let name: String
    let unit: String
    /// What one call adds to the rate: operations, steps or elements.
    let amount: Double
    /// Floating-point operations of one call, where the share of the product's ceiling makes sense.
    var flop: Double?
    /// Whether this row is a plain matrix product, which the ceiling is taken from.
    var isCeiling = false
    let run: () throws -> Void
}

/// A benchmark's median.
struct Measurement {
    let name: String
    let unit: String
    let rate: Double
    let share: Double?
}

/// Seconds on the monotonic clock.
func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    return sorted.isEmpty ? .nan : sorted[sorted.count / 2]
}

/// Every benchmark in turn, `rounds` times over, so that what else the machine does meets all of them.
///
/// A round's share of the ceiling is taken against the products of the same round.
func measure(_ benchmarks: [Benchmark], rounds: Int = 5, seconds: Double = 0.15) throws -> [Measurement] {
    let calls = try benchmarks.map { benchmark in
        try benchmark.run()  // warm up
        let start = now()
        try benchmark.run()
        let once = max(1e-7, now() - start)
        return max(1, Int(min(1e7, seconds / once)))
    }
    var rates = benchmarks.map { _ in [Double]() }
    var shares = rates
    for _ in 0..<rounds {
        let times = try zip(benchmarks, calls).map { benchmark, count in
            let start = now()
            for _ in 0..<count { try benchmark.run() }
            return (now() - start) / Double(count)
        }
        let ceiling = zip(benchmarks, times).filter(\.0.isCeiling)
            .map { ($0.flop ?? 0) / $1 }.max()
        for (index, benchmark) in benchmarks.enumerated() {
            rates[index].append(benchmark.amount / times[index])
            if let flop = benchmark.flop, let ceiling { shares[index].append(flop / times[index] / ceiling) }
        }
    }
    return benchmarks.indices.map { i in
        Measurement(
            name: benchmarks[i].name, unit: benchmarks[i].unit, rate: median(rates[i]),
            share: shares[i].isEmpty ? nil : median(shares[i]))
    }
}
