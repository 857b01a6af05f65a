import CKernels
import Glibc
import PolicyOptimisation
import Support
import Tensors
import Testing

/// One case of Data/dual.txt, which 50-digit arithmetic solved.
struct DualCase: CustomTestStringConvertible, Sendable {
    var name = ""
    var epsilon = 0.0
    var kind = ""
    var values: [[Double]] = []
    var prior: [[Double]]?
    var want: [Double] = []
    var kl: [Double] = []
    var ess: [Double] = []
    var weights: [[Double]] = []
    var testDescription: String { name }

    static func all() throws -> [DualCase] {
        var cases: [DualCase] = []
        for words in try referenceLines("dual.txt") {
            if words[0] == "case" {
                cases.append(
                    DualCase(
                        name: String(words[1]), epsilon: try numbers([words[3]])[0], kind: String(words[5]),
                        prior: words[4] == "prior" ? [] : nil))
                continue
            }
            let row = try numbers(words.dropFirst())
            let last = cases.count - 1
            switch words[0] {
            case "q": cases[last].values.append(row)
            case "p": cases[last].prior?.append(row)
            case "want": cases[last].want = row
            case "kl": cases[last].kl = row
            case "ess": cases[last].ess = row
            default: cases[last].weights.append(row)
            }
        }
        return cases
    }
}

/// Random Q values and, if asked, priors, from a fixed seed.
func randomValues(seed: UInt64, states: Int, actions: Int, scale: Double = 1, offset: Double = 0) -> [[Double]] {
    (0..<states).map { s in
        var stream = RandomStream(seed: seed, purpose: .script, row: UInt32(s))
        return (0..<actions).map { _ in offset + scale * stream.normal() }
    }
}

@Suite struct DualSolverTests {
    @Test func agreesWithRecordedCases() throws {
        let cases = try DualCase.all()
        #expect(cases.count >= 140)
        for c in cases {
            let solver = DualSolver()
            try solver.load(c.values, prior: c.prior)
            let found = try solver.solution(epsilon: c.epsilon)
            #expect(found.outcome.rawValue == c.kind, "\(c.name)")
            #expect(agrees(found.eta, c.want[0]), "\(c.name): η \(found.eta), wanted \(c.want[0])")
            #expect(agrees(found.value, c.want[1]), "\(c.name): g \(found.value), wanted \(c.want[1])")
            #expect(agrees(found.kl, c.want[2]), "\(c.name): KL \(found.kl), wanted \(c.want[2])")
            #expect(found.residual <= 1e-10, "\(c.name): residual \(found.residual)")
            #expect(found.iterations <= 40, "\(c.name): \(found.iterations) iterations")
            for s in c.values.indices {
                #expect(agrees(found.klPerState[s], c.kl[s]), "\(c.name): KL of state \(s)")
                #expect(agrees(found.essPerState[s], c.ess[s]), "\(c.name): ESS of state \(s)")
                for (w, want) in zip(found.weights[s], c.weights[s]) {
                    #expect(agrees(w, want), "\(c.name): weight \(w), wanted \(want)")
                }
                #expect(found.weights[s].count == c.weights[s].count)
            }
        }
    }

    @Test(arguments: [1e-3, 0.1, 1.0], [1e-3, 1.0, 1e3])
    func theOptimumIsWhereTheBoundIsMet(epsilon: Double, scale: Double) throws {
        let solver = DualSolver()
        try solver.load(randomValues(seed: 3, states: 40, actions: 20, scale: scale, offset: 1e6))
        let found = try solver.solution(epsilon: epsilon)
        #expect(abs(found.kl - epsilon) <= 1e-10 * epsilon)
        #expect(abs(found.summary.kl - found.kl) <= 1e-12)
        // Strong duality: at η* the dual's value is E_q[Q].
        #expect(agrees(found.value - 1e6, found.summary.expectedQ - 1e6, within: 1e-9 * max(1, scale)))
        #expect(found.summary.expectedQ > found.summary.priorQ)
        for (weights, ess) in zip(found.weights, found.essPerState) {
            #expect(abs(weights.reduce(0, +) - 1) <= 1e-14)
            #expect(ess >= 1 && ess <= 20 * (1 + 1e-14))
        }
    }

    /// An offset of every state of its own changes nothing but the value; scaling Q scales η.
    @Test func offsetsAndScales() throws {
        let plain = randomValues(seed: 5, states: 12, actions: 8)
        let solver = DualSolver()
        try solver.load(plain)
        let base = try solver.solution(epsilon: 0.1)
        for power in [-1000, -60, -8, 8, 60, 900] {
            let factor = scalbn(1.0, Int32(power))
            try solver.load(plain.map { $0.map { $0 * factor } })
            let scaled = try solver.solution(epsilon: 0.1)
            // Powers of two: not a bit may differ.
            #expect(scaled.eta == base.eta * factor)
            #expect(scaled.weights == base.weights)
        }
        let shifted = plain.enumerated().map { s, row in row.map { $0 + Double(s) * 1024 } }
        try solver.load(shifted)
        // Adding 11 · 1024 rounds Q to 2e-12.
        #expect(agrees(try solver.solution(epsilon: 0.1).eta, base.eta, within: 1e-11))
    }

    @Test func derivativesAgreeWithDifferences() throws {
        let solver = DualSolver()
        let prior: [[Double]] = (0..<9).map { s in
            let raw = randomValues(seed: 8, states: 9, actions: 6)[s].map { exp($0) }
            return raw.map { $0 / raw.reduce(0, +) }
        }
        for prior in [nil, prior] {
            try solver.load(randomValues(seed: 7, states: 9, actions: 6), prior: prior)
            for eta in [0.05, 0.3, 1.0, 4.0, 20.0, 300.0] {
                let h = 1e-4 * eta
                let below = try solver.point(at: eta - h, epsilon: 0.1)
                let here = try solver.point(at: eta, epsilon: 0.1)
                let above = try solver.point(at: eta + h, epsilon: 0.1)
                // Central differences leave h² of the third derivative, and rounding over h.
                #expect(agrees((above.value - below.value) / (2 * h), here.slope, within: 1e-7))
                #expect(abs((above.slope - below.slope) / (2 * h) - here.curvature) <= 1e-6 * here.curvature + 1e-13)
                #expect(here.curvature > 0)
                #expect(here.value >= (try solver.solve(epsilon: 0.1)).value)
            }
        }
    }

    @Test func aWarmStartFindsTheSame() throws {
        let solver = DualSolver()
        try solver.load(randomValues(seed: 11, states: 256, actions: 20))
        let cold = try solver.solve(epsilon: 0.1)
        #expect(cold.iterations <= 8)
        for start in [cold.eta * 1.01, 1e-12, 1e12, .nan, -1, 0] {
            let warm = try solver.solve(epsilon: 0.1, warmStart: start)
            #expect(agrees(warm.eta, cold.eta, within: 1e-12))
            #expect(warm.residual <= 1e-10)
        }
    }

    /// Gaps of very different sizes make the KL a staircase of log η; the solver has to find every step of it.
    @Test(arguments: [0.05, 0.2, 0.34, 0.35, 0.5, 0.6, 0.69])
    func staircases(epsilon: Double) throws {
        let solver = DualSolver()
        try solver.load([[0, -1e-100], [0, -1e-9], [0, -1], [0, -1e7], [0, -1e150], [0, -1e200]])
        let found = try solver.solve(epsilon: epsilon)
        #expect(found.outcome == .active)
        #expect(found.residual <= 1e-10, "\(found)")
    }

    @Test func tinyBoundsKeepTheirDigits() throws {
        let solver = DualSolver()
        let values = randomValues(seed: 13, states: 30, actions: 20)
        try solver.load(values)
        for epsilon in [1e-4, 1e-8, 1e-12] {
            let found = try solver.solve(epsilon: epsilon)
            #expect(found.residual <= 1e-10)
            // KL = Var/2η² (1 + O(1/η)) there.
            let variance = values.reduce(0.0) { sum, row in
                let mean = row.reduce(0, +) / 20
                return sum + row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 20
            } / 30
            #expect(abs(found.eta / (variance / (2 * epsilon)).squareRoot() - 1) <= 2 * epsilon.squareRoot())
        }
    }

    @Test func degenerateCasesAreTold() throws {
        let solver = DualSolver()
        try solver.load([[3, 3, 3], [-1e6, -1e6, -1e6]], prior: [[0.2, 0.3, 0.5]])
        var found = try solver.solution(epsilon: 0.1)
        #expect(found.outcome == .allEqual && found.slack && found.eta == 0 && found.kl == 0)
        #expect(found.weights == [[0.2, 0.3, 0.5], [0.2, 0.3, 0.5]])
        #expect(found.value == (3 - 1e6) / 2)
        #expect(found.outcome.explanation?.contains("equal") == true)

        try solver.load([[1], [2], [6]])
        found = try solver.solution(epsilon: 0.1)
        #expect(found.outcome == .singleAction && found.slack && found.value == 3 && found.weights == [[1], [1], [1]])

        try solver.load([[1, 2, 2, 0], [5, 4, 4, 4]])
        found = try solver.solution(epsilon: 2)
        #expect(found.outcome == .greedy && found.slack && found.eta == 0 && found.value == 3.5)
        #expect(found.weights == [[0, 0.5, 0.5, 0], [1, 0, 0, 0]])
        #expect(abs(found.kl - (log(2.0) + log(4.0)) / 2) <= 1e-15)
        #expect(found.essPerState == [2, 1])
        #expect(found.outcome.explanation?.contains("largest") == true)

        // The best action by Q has no probability: it may not count.
        try solver.load([[9, 1, 0]], prior: [[0, 0.5, 0.5]])
        found = try solver.solution(epsilon: 1)
        #expect(found.weights == [[0, 1, 0]] && found.value == 1)
    }

    @Test func theSoftForm() throws {
        let solver = DualSolver()
        try solver.load([[0, log(3.0)]], prior: [[0.25, 0.75]])
        let found = try solver.solution(of: solver.soft(temperature: 1))
        // w ∝ (0.25 · 1, 0.75 · 3)
        #expect(found.outcome == .fixedTemperature && !found.slack && found.epsilon == nil)
        #expect(abs(found.weights[0][0] - 0.1) <= 1e-15)
        #expect(abs(found.value - log(2.5)) <= 1e-15)
        let kl = 0.1 * log(0.1 / 0.25) + 0.9 * log(0.9 / 0.75)
        #expect(abs(found.kl - kl) <= 1e-15)
    }

    @Test func singlePrecisionRowsGiveTheSame() throws {
        let rows = randomValues(seed: 17, states: 16, actions: 10).map { $0.map { Double(Float($0)) } }
        let flat = rows.flatMap { $0.map { Float($0) } }
        let solver = DualSolver()
        try solver.load(rows)
        let wanted = try solver.solution(epsilon: 0.1)
        var weights = [Float](repeating: 0, count: 160)
        var kl = [Double](repeating: 0, count: 16)
        let single = DualSolver()
        try single.load(flat, states: 16, actions: 10)
        let optimum = try single.solve(epsilon: 0.1)
        #expect(optimum == wanted.optimum)
        let summary = try single.writeWeights(eta: optimum.eta, into: &weights, kl: &kl)
        #expect(summary == wanted.summary)
        #expect(kl == wanted.klPerState)
        #expect(weights == wanted.weights.flatMap { $0.map { Float($0) } })
    }

    struct BadInput: Sendable {
        let values: [[Double]]
        var prior: [[Double]]? = nil
        var epsilon = 0.1
        let id: String
        let words: String
    }

    static let badInputs: [BadInput] = [
        BadInput(values: [[1, 2], [3, .nan]], id: "dual.not-finite", words: "state 1, action 1 is NaN"),
        BadInput(values: [[1, .infinity]], id: "dual.not-finite", words: "state 0, action 1 is infinite"),
        BadInput(values: [[-.infinity, 1]], id: "dual.not-finite", words: "state 0, action 0 is minus infinite"),
        BadInput(values: [], id: "dual.empty", words: "at least one state"),
        BadInput(values: [[1], []], id: "dual.empty", words: "state 1 has no Q values"),
        BadInput(values: [[1, 2]], epsilon: 0, id: "dual.epsilon", words: "above 0, but it is 0"),
        BadInput(values: [[1, 2]], epsilon: -1, id: "dual.epsilon", words: "above 0"),
        BadInput(values: [[1, 2]], epsilon: .nan, id: "dual.epsilon", words: "nan"),
        BadInput(values: [[1, 2]], epsilon: .infinity, id: "dual.epsilon", words: "inf"),
        BadInput(values: [[1, 2]], prior: [[0.5, 0.5], [1, 0]], id: "dual.shape", words: "2 rows"),
        BadInput(values: [[1, 2], [1, 2]], prior: [], id: "dual.shape", words: "0 rows"),
        BadInput(values: [[1, 2]], prior: [[1]], id: "dual.shape", words: "2 Q values"),
        BadInput(values: [[1, 2], [1]], prior: [[0.5, 0.5]], id: "dual.shape", words: "state 1 has 1 Q values"),
        BadInput(values: [[1, 2]], prior: [[0.5, 0.6]], id: "dual.prior", words: "sums to 1.1"),
        BadInput(values: [[1, 2]], prior: [[1.5, -0.5]], id: "dual.prior", words: "state 0, action 1 is -0.5"),
        BadInput(values: [[1, 2]], prior: [[.nan, 0.5]], id: "dual.prior", words: "nan"),
    ]

    @Test(arguments: badInputs)
    func faults(_ bad: BadInput) {
        let solver = DualSolver()
        let fault = #expect(throws: Fault.self) {
            try solver.load(bad.values, prior: bad.prior)
            _ = try solver.solution(epsilon: bad.epsilon)
        }
        #expect(fault?.id == bad.id)
        #expect(fault?.message.contains(bad.words) == true, "\(fault?.message ?? "")")
    }

    /// A failed load leaves nothing that a later question could read.
    @Test func aFailedLoadLeavesTheSolverEmpty() throws {
        let solver = DualSolver()
        try solver.load([[1, 2]])
        #expect(throws: Fault.self) { try solver.load([[1, .nan]]) }
        #expect(throws: Fault.self) { try solver.solve(epsilon: 0.1) }
        #expect(throws: Fault.self) { try DualSolver().point(at: 1, epsilon: 0.1) }
        try solver.load([[1, 2]])
        for eta in [0, -1, .nan, .infinity] {
            #expect(throws: Fault.self) { try solver.point(at: eta, epsilon: 0.1) }
        }
    }

    @Test func largestAndSmallestDoubles() throws {
        let solver = DualSolver()
        let top = Double.greatestFiniteMagnitude
        let extremes: [[Double]] = [
            [top, -top, 0], [top, top, 0], [5e-324, 0, 0], [1e-310, -1e-310, 0], [1e308, 1e292, -1e308],
        ]
        for values in extremes {
            for epsilon in [1e-300, 1e-9, 0.1, 0.6, 5] {
                try solver.load([values, [0, 0, 0]])
                let found = try solver.solution(epsilon: epsilon)
                #expect(found.eta >= 0 && !found.value.isNaN && found.kl.isFinite, "\(values) \(epsilon) \(found)")
                #expect(found.weights.allSatisfy { abs($0.reduce(0, +) - 1) < 1e-12 })
            }
        }
    }

    @Test func exponentialsAreExactToAnUlp() {
        var x = [0.0, -1e-300, -0.3465735902799726, -0.34657359027997264, -707.9, -708.1, -1e308]
        var stream = RandomStream(seed: 1, purpose: .script)
        for _ in 0..<20_000 { x.append(-exp(-12 + 18.5 * stream.uniform())) }
        var e = [Double](repeating: -1, count: x.count)
        mpo_dual_exponentials(x, 1, &e, Int64(x.count))
        for (x, e) in zip(x, e) {
            let wanted = x < -708 ? 0 : exp(x)
            #expect(abs(e - wanted) <= 1.5 * wanted.ulp, "exp(\(x)) = \(e), wanted \(wanted)")
        }
    }
}
