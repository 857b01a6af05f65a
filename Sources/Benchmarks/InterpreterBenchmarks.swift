import Glibc

/// The same program in the language and in Python.
private struct ProgramPair {
    let name: String
    let unit: String
    /// What one run does: turns of the loop, or calls.
    let amount: Double
    let mpo: String
    let python: String
}

/// Calls of fib(n), written in the usual way.
private func fibonacciCalls(_ n: Int) -> Double {
    var (a, b) = (1.0, 1.0)
    for _ in 0..<max(0, n - 1) { (a, b) = (b, a + b + 1) }
    return b
}

private let programs = [
    ProgramPair(
        name: "counting loop", unit: "turns/s", amount: 3e6,
        mpo: "func total(n) { x = 0; i = 0; while i < n { x = x + i * 2 - 1; i = i + 1 }; x }\ntotal(3000000)\n",
        python: """
            def count(n):
                x = 0.0
                i = 0.0
                while i < n:
                    x = x + i * 2 - 1
                    i = i + 1
                return x
            print(count(3000000))

            """),
    ProgramPair(
        name: "recursive calls, fib(27)", unit: "calls/s", amount: fibonacciCalls(27),
        mpo: "func fib(n) { if n < 2 { n } else { fib(n - 1) + fib(n - 2) } }\nfib(27)\n",
        python: """
            def fib(n):
                return n if n < 2 else fib(n - 1) + fib(n - 2)
            print(fib(27.0))

            """),
]

/// The interpreter's loop and call rates beside CPython's, start-up times; what cannot be run is left out.
///
/// A rate is taken from the whole program's time less that of an empty one. The share is that of CPython's rate.
func programMeasurements(rounds: Int = 5) -> [Measurement] {
    let mpo = Process.ownFolder + "/mpo"
    guard access(mpo, X_OK) == 0 else { return [] }
    let folder = "/tmp/mpo-bench-\(getpid())"
    guard mkdir(folder, 0o700) == 0 else { return [] }
    defer { rmdir(folder) }
    func file(_ name: String, _ text: String) -> String? {
        let path = "\(folder)/\(name)"
        guard let file = fopen(path, "w") else { return nil }
        fputs(text, file)
        return fclose(file) == 0 ? path : nil
    }
    var rows: [Measurement] = []
    func time(_ arguments: [String]) -> Double? {
        let times = (0..<rounds).compactMap { _ in Process.seconds(arguments) }
        return times.count == rounds ? median(times) : nil
    }
    if let emptyMPO = file("empty.mpo", "1\n"), let emptyPython = file("empty.py", "1\n") {
        defer {
            unlink(emptyMPO)
            unlink(emptyPython)
        }
        let start = time([mpo, "run", emptyMPO])
        let pythonStart = time(["python3", emptyPython])
        for (index, program) in programs.enumerated() {
            guard let own = file("\(index).mpo", program.mpo), let theirs = file("\(index).py", program.python) else {
                continue
            }
            defer {
                unlink(own)
                unlink(theirs)
            }
            let pythonRate = pythonStart.flatMap { start in
                time(["python3", theirs]).map { program.amount / max(1e-3, $0 - start) }
            }
            if let start, let seconds = time([mpo, "run", own]) {
                let rate = program.amount / max(1e-3, seconds - start)
                rows.append(
                    Measurement(
                        name: program.name, unit: program.unit, rate: rate,
                        share: pythonRate.map { rate / $0 }))
            }
            if let pythonRate {
                rows.append(
                    Measurement(name: "\(program.name), CPython", unit: program.unit, rate: pythonRate, share: nil))
            }
        }
    }
    if let seconds = time([mpo, "-e", "1+1"]) {
        rows.append(Measurement(name: "mpo -e '1+1'", unit: "ms", rate: seconds * 1e3, share: nil))
    }
    let prompts = (0..<rounds).compactMap { _ in Process.secondsUntil("[1]", [mpo]) }
    if prompts.count == rounds {
        rows.append(Measurement(name: "time to the prompt", unit: "ms", rate: median(prompts) * 1e3, share: nil))
    }
    return rows
}
