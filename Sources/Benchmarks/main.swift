import Glibc
import Support

// Benchmarks [--json] [--header] [--programs] [--only TEXT]: measures with as many threads as MPO_THREADS says.
// scripts/bench calls it for one thread and for all; --programs measures whole programs instead (the interpreter beside
// CPython, start-up), --only just the rows whose names hold TEXT.
let arguments = Array(CommandLine.arguments.dropFirst())
let workers = Workers.shared
let wanted = arguments.firstIndex(of: "--only").flatMap { arguments.dropFirst($0 + 1).first }

func isWanted(_ name: String) -> Bool {
    guard let wanted else { return true }
    return Array(name.utf8).indices.contains { name.utf8.dropFirst($0).starts(with: wanted.utf8) }
}

func measurements() throws -> [Measurement] {
    if arguments.contains("--programs") { return programMeasurements().filter { isWanted($0.name) } }
    let benchmarks = try productBenchmarks(workers: workers) + networkBenchmarks(workers: workers)
        + learnerBenchmarks(workers: workers) + familyBenchmarks(workers: workers) + collectBenchmarks(workers: workers) + physicsBenchmarks(workers: workers)
    var rows = try measure(benchmarks.filter { isWanted($0.name) })
    let allocations = "tensor-sized allocations, learner step (W)"
    if isWanted(allocations) {
        let rate = try LearnerWorkload(workers: workers).allocationsPerStep()
        rows.append(Measurement(name: allocations, unit: "a step", rate: rate, share: nil))
    }
    return rows
}

do {
    if arguments.contains("--header"), !arguments.contains("--json") { print(tableHeader) }
    for row in try measurements() {
        print(
            arguments.contains("--json")
                ? jsonRow(row, threads: workers.count) : tableRow(row, threads: workers.count))
    }
} catch {
    let message = "benchmarks: \(error)\n"
    _ = message.withCString { write(2, $0, strlen($0)) }
    exit(1)
}
