import Glibc
import PolicyOptimisation
import Support
import Testing

@Suite struct DualDescentTests {
    static func solver(scale: Double = 1) throws -> DualSolver {
        let solver = DualSolver()
        try solver.load(randomValues(seed: 21, states: 256, actions: 20, scale: scale))
        return solver
    }

    /// Steps until η is within 5 % of η*, as algorithm.md's last paragraph measured them on batches of its own.
    @Test(arguments: [(DualDescent.acme, 1.0, 1007), (.tonic, 1.0, 157), (.tonic, 0.01, 1936)])
    func otherRulesNeedThisManySteps(rule: DualDescent, scale: Double, measured: Int) throws {
        let solver = try Self.solver(scale: scale)
        let exact = try solver.solve(epsilon: 0.1).eta
        var descent = rule
        while abs(descent.eta - exact) > 0.05 * exact, descent.steps < 10 * measured {
            _ = try solver.step(&descent, epsilon: 0.1)
        }
        // Another batch of the same distribution: η* itself varies by about 1 %.
        #expect(Double(descent.steps) > 0.8 * Double(measured) && Double(descent.steps) < 1.2 * Double(measured))
    }

    @Test(arguments: DualDescent.Parametrisation.allCases)
    func everyRuleArrivesAtTheOptimum(_ parametrisation: DualDescent.Parametrisation) throws {
        let solver = try Self.solver()
        let exact = try solver.solve(epsilon: 0.1).eta
        for rule in [DualDescent.Rule.plain(rate: 1), .adam(rate: 0.05)] {
            var descent = try DualDescent(eta: 1, rule, parametrisation: parametrisation)
            #expect(abs(descent.eta - 1) <= 1e-12)
            for _ in 0..<2000 { _ = try solver.step(&descent, epsilon: 0.1) }
            #expect(abs(descent.eta / exact - 1) < 1e-6, "\(rule): \(descent.eta), wanted \(exact)")
        }
    }

    /// η = log(1 + e²) by hand, and x moves by −rate · g′ · dη/dx.
    @Test func onePlainStep() throws {
        let solver = try Self.solver()
        var descent = DualDescent(.plain(rate: 0.5), start: 2, floor: 0)
        let eta = log(1 + exp(2.0))
        #expect(abs(descent.eta - eta) <= 1e-15 * eta)
        let slope = try solver.point(at: eta, epsilon: 0.1).slope
        let report = try solver.step(&descent, epsilon: 0.1)
        #expect(report.outcome == .gradientStep && report.eta == descent.eta(before: 2))
        #expect(abs(descent.x - (2 - 0.5 * slope / (1 + exp(-2.0)))) <= 1e-14)
    }

    /// Adam's first step is its rate whatever the gradient; the second is computed by hand.
    @Test func twoAdamSteps() throws {
        var descent = DualDescent(.adam(rate: 0.01), start: 1)
        try descent.step(slope: 3)
        #expect(abs(descent.x - 0.99) <= 1e-9)
        let first = 3 / (1 + exp(-1.0))
        let second = -2 / (1 + exp(-descent.x))
        let m = (0.9 * 0.1 * first + 0.1 * second) / (1 - 0.81)
        let v = (0.999 * 0.001 * first * first + 0.001 * second * second) / (1 - 0.999 * 0.999)
        let wanted = descent.x - 0.01 * m / (v.squareRoot() + 1e-8)
        try descent.step(slope: -2)
        #expect(abs(descent.x - wanted) <= 1e-12)
        #expect(descent.steps == 2)
    }

    @Test func limitsAndFaults() throws {
        var descent = DualDescent(.plain(rate: 1e6), start: 0)
        try descent.step(slope: 1)
        #expect(descent.x == -18 && descent.eta > 1e-8)
        #expect(throws: Fault.self) { try descent.step(slope: .nan) }
        #expect(throws: Fault.self) { try DualDescent(eta: 0) }
        #expect(throws: Fault.self) { try Self.solver().step(&descent, epsilon: 0) }
        for eta in [1e-6, 0.5, 3.0, 1e4] {
            #expect(abs(try DualDescent(eta: eta).eta / eta - 1) <= 1e-9)
        }
    }
}

extension DualDescent {
    /// η = log(1 + eˣ) + floor at another x.
    func eta(before x: Double) -> Double { DualDescent(rule, start: x, floor: floor).eta }
}
