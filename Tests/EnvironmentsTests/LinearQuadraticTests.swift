import Environments
import Support
import Tensors
import Testing

@Suite struct LinearQuadraticTests {
    /// One dimension has a closed form: γ b² p² + (r − γ a² r − γ b² q) p − q r = 0.
    @Test(arguments: [(1.0, 0.5, 1.0, 0.3, 0.99), (0.9, 2.0, 0.1, 1.0, 0.5), (1.2, 1.0, 1.0, 1.0, 0.95)])
    func riccatiInOneDimension(a: Double, b: Double, q: Double, r: Double, discount: Double) throws {
        let task = try LinearQuadratic(a: [[a]], b: [[b]], q: [[q]], r: [[r]], noise: 0.3)
        let solution = try task.riccati(discount: discount)
        let square = discount * b * b
        let linear = r - discount * a * a * r - discount * b * b * q
        let p = (-linear + (linear * linear + 4 * square * q * r).squareRoot()) / (2 * square)
        #expect((solution.cost[0][0] - p).magnitude < 1e-12 * p)
        let k = discount * a * b * p / (r + discount * b * b * p)
        #expect((solution.gain[0][0] - k).magnitude < 1e-12 * k)
        #expect((solution.constant - discount / (1 - discount) * 0.09 * p).magnitude < 1e-11 * solution.constant)
    }

    static func task() throws -> LinearQuadratic {
        try LinearQuadratic(
            a: [[1, 0.2], [-0.1, 0.95]], b: [[0, 0.1], [0.5, 0]], q: [[2, 0.5], [0.5, 1]], r: [[0.4, 0.1], [0.1, 0.7]],
            noise: 0.1, start: 1, horizon: 400)
    }

    /// The best gain's cost is the Riccati solution, and every other gain nearby costs more.
    @Test func noOtherGainIsBetter() throws {
        let task = try Self.task()
        let best = try task.riccati(discount: 0.97)
        let own = try task.evaluate(gain: best.gain, discount: 0.97)
        for (row, expected) in zip(own.cost, best.cost) {
            for (x, y) in zip(row, expected) { #expect((x - y).magnitude < 1e-11) }
        }
        #expect((own.constant - best.constant).magnitude < 1e-10)
        for i in 0..<2 {
            for j in 0..<2 {
                for change in [-0.05, 0.05] {
                    var gain = best.gain
                    gain[i][j] += change
                    let other = try task.evaluate(gain: gain, discount: 0.97)
                    #expect(other.cost[0][0] + other.cost[1][1] > own.cost[0][0] + own.cost[1][1] + 1e-5)
                }
            }
        }
    }

    /// The formula against the simulated mean return of a noisy policy: within four standard errors.
    @Test func theValueIsTheSimulatedReturn() throws {
        let task = try Self.task()
        let discount = 0.9
        let gain = try task.riccati(discount: discount).gain
        let sigma = 0.3
        let (cost, constant) = try task.evaluate(
            gain: gain, actionCovariance: [[sigma * sigma, 0], [0, sigma * sigma]], discount: discount)
        let x = [0.7, -1.1]
        var expected = -constant
        for i in 0..<2 { for j in 0..<2 { expected -= x[i] * cost[i][j] * x[j] } }
        let n = 2000
        var sum = 0.0
        var squares = 0.0
        for row in 0..<n {
            var stream = RandomStream(seed: 2, purpose: .environmentStep, step: 0, row: UInt32(row))
            try task.restore(EnvironmentSnapshot(numbers: x))
            var total = 0.0
            var weight = 1.0
            for _ in 0..<200 {  // 0.9^200 = 7e-10
                let state = task.observation()
                let action = gain.map { row in
                    -zip(row, state).reduce(0) { $0 + $1.0 * $1.1 } + sigma * stream.normal()
                }
                total += weight * (try task.step(action: action, stream: &stream).reward)
                weight *= discount
            }
            sum += total
            squares += total * total
        }
        let mean = sum / Double(n)
        let error = ((squares / Double(n) - mean * mean) / Double(n)).squareRoot()
        #expect((mean - expected).magnitude < 4 * error)
        #expect(error < 0.02 * expected.magnitude)
    }

    @Test func theDefaultRarelyMeetsItsBound() throws {
        let task = try LinearQuadratic()
        let gain = try task.riccati(discount: 0.99).gain[0]
        // Start with standard deviation 0.5: the bound is beyond three standard deviations of u.
        let spread = 0.5 * (gain[0] * gain[0] + gain[1] * gain[1]).squareRoot()
        #expect(spread * 3 < task.bound)
        #expect(task.spec.actions == .box(low: [-4], high: [4]))
    }

    @Test func whatCannotBeSteeredIsAFault() throws {
        let task = try LinearQuadratic(a: [[1.5]], b: [[0]], q: [[1]], r: [[1]])
        #expect(throws: Fault.self) { try task.riccati(discount: 1) }
        #expect(throws: Fault.self) { try task.riccati(discount: 1.5) }
        #expect(throws: Fault.self) { try task.evaluate(gain: [[0]], discount: 0.99) }
        #expect(throws: Fault.self) { try task.evaluate(gain: [[0, 1]], discount: 0.5) }
        #expect(try task.riccati(discount: 0.4).gain[0][0] == 0)
    }

    @Test(arguments: [
        ([], [[1]], [[1]], [[1]]), ([[1, 2]], [[1]], [[1]], [[1]]), ([[1]], [[]], [[1]], [[1]]),
        ([[1]], [[1]], [[.nan]], [[1]]), ([[1, 0], [0, 1]], [[1], [1]], [[1, 2], [0, 1]], [[1]]),
    ] as [([[Double]], [[Double]], [[Double]], [[Double]])])
    func wrongMatricesAreFaults(a: [[Double]], b: [[Double]], q: [[Double]], r: [[Double]]) {
        #expect(throws: Fault.self) { try LinearQuadratic(a: a, b: b, q: q, r: r) }
    }
}
