import Glibc
import Support

// Benchmarks [--json] [--header]: measures with as many threads as MPO_THREADS says; scripts/bench calls it for one and for all.
let arguments = CommandLine.arguments.dropFirst()
let workers = Workers.shared
do {
    let rows = try measure(productBenchmarks(workers: workers) + networkBenchmarks(workers: workers))
    if arguments.contains("--header"), !arguments.contains("--json") { print(tableHeader) }
    for row in rows {
        print(
            arguments.contains("--json")
                ? jsonRow(row, threads: workers.count) : tableRow(row, threads: workers.count))
    }
} catch {
    let message = "benchmarks: \(error)\n"
    _ = message.withCString { write(2, $0, strlen($0)) }
    exit(1)
}
