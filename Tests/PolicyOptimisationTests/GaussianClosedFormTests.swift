import Glibc
import PolicyOptimisation
import Support
import Tensors
import Testing

@Suite struct GaussianClosedFormTests {
    static let mean = [0.3, -0.2]
    static let chol = [[0.8, 0], [0.3, 0.5]]
    static let optimum = [1.0, 0.5]
    static let curvature = [[2.0, 0.6], [0.6, 1.0]]

    static func problem() throws -> GaussianClosedForm {
        try GaussianClosedForm(
            mean: mean, factor: GaussianFactor(chol), optimum: optimum, curvature: curvature)
    }

    static func value(_ a: [Double]) -> Double {
        let d = zip(a, optimum).map { $0 - $1 }
        let h = curvature
        return -0.5 * (h[0][0] * d[0] * d[0] + 2 * h[0][1] * d[0] * d[1] + h[1][1] * d[1] * d[1])
    }

    static func sample(_ count: Int, row: UInt32) throws -> [[Double]] {
        var stream = RandomStream(seed: 77, purpose: .script, row: row)
        let factor = try GaussianFactor(chol)
        return (0..<count).map { _ in
            zip(mean, factor.times([stream.normal(), stream.normal()])).map { $0 + $1 }
        }
    }

    /// Inverts 2 × 2 matrices by hand, against the whitened eigen decomposition.
    @Test func reweightedMomentsByHand() throws {
        func inverse(_ m: [[Double]]) -> [[Double]] {
            let det = m[0][0] * m[1][1] - m[0][1] * m[1][0]
            return [[m[1][1] / det, -m[0][1] / det], [-m[1][0] / det, m[0][0] / det]]
        }
        let problem = try Self.problem()
        let old = inverse(try GaussianFactor(Self.chol).covariance)
        for eta in [0.1, 1.0, 7.0] {
            let precision = (0..<2).map { i in (0..<2).map { old[i][$0] + Self.curvature[i][$0] / eta } }
            let wanted = inverse(precision)
            var pull = [0.0, 0.0]
            for i in 0..<2 {
                for j in 0..<2 { pull[i] += old[i][j] * Self.mean[j] + Self.curvature[i][j] / eta * Self.optimum[j] }
            }
            let found = problem.reweighted(eta)
            for i in 0..<2 {
                let mean = wanted[i][0] * pull[0] + wanted[i][1] * pull[1]
                #expect(agrees(found.mean[i], mean, within: 1e-13))
                for j in 0..<2 { #expect(agrees(found.covariance[i][j], wanted[i][j], within: 1e-13)) }
            }
            let kl = try GaussianKL(
                mean0: found.mean, factor0: GaussianFactor(covariance: found.covariance), mean1: Self.mean,
                factor1: GaussianFactor(Self.chol))
            #expect(agrees(problem.kl(eta), kl.total, within: 1e-13))
            let h = 1e-5 * eta
            let slope = (problem.dual(eta + h, epsilon: 0.1) - problem.dual(eta - h, epsilon: 0.1)) / (2 * h)
            #expect(abs(slope - (0.1 - problem.kl(eta))) <= 1e-8)
        }
    }

    /// The sampled η*, q mean and covariance approach the closed form as 1/√N.
    @Test func sampledErrorFallsAsTheRoot() throws {
        let problem = try Self.problem()
        let eta = try #require(try problem.temperature(epsilon: 0.1))
        #expect(abs(problem.kl(eta) - 0.1) <= 1e-15)
        let exact = problem.reweighted(eta)
        let solver = DualSolver()
        var errors: [[Double]] = []
        let sizes = [64, 256, 1024, 4096]
        let repeats = 100
        for (k, n) in sizes.enumerated() {
            var sums = [0.0, 0, 0]
            for r in 0..<repeats {
                let actions = try Self.sample(n, row: UInt32(k * repeats + r))
                try solver.load([actions.map(Self.value)])
                let found = try solver.solution(epsilon: 0.1)
                let w = found.weights[0]
                let m0 = zip(w, actions).reduce(0) { $0 + $1.0 * $1.1[0] }
                let c0 = zip(w, actions).reduce(0) { $0 + $1.0 * ($1.1[0] - m0) * ($1.1[0] - m0) }
                let differences = [found.eta / eta - 1, m0 - exact.mean[0], c0 - exact.covariance[0][0]]
                for (i, d) in differences.enumerated() { sums[i] += d * d }
            }
            errors.append(sums.map { ($0 / Double(repeats)).squareRoot() })
        }
        for i in 0..<3 {
            let slope = log(errors[3][i] / errors[0][i]) / log(Double(sizes[3]) / Double(sizes[0]))
            // Each root-mean-square of 100 runs is known to about 7 %: over a factor of 64, ±0.025 in the slope.
            #expect(abs(slope + 0.5) <= 0.07, "quantity \(i): errors \(errors.map { $0[i] }), slope \(slope)")
        }
        #expect(errors[3][0] < 0.03 && errors[3][1] < 0.02)
    }

    /// No feasible neighbour of the projection fits q better, and multipliers are 0 exactly where a bound is slack.
    @Test(arguments: [(0.01, 0.001), (0.0005, 0.5), (10.0, 10.0)])
    func theProjectionIsTheBestFeasible(epsilonMean: Double, epsilonCov: Double) throws {
        let problem = try Self.problem()
        let old = try GaussianFactor(Self.chol)
        let q = problem.reweighted(try #require(try problem.temperature(epsilon: 0.5)))
        let found = try problem.projection(
            mean: q.mean, covariance: q.covariance, epsilonMean: epsilonMean, epsilonCov: epsilonCov)
        let factor = try GaussianFactor(covariance: found.covariance)
        let measured = try GaussianKL(mean0: Self.mean, factor0: old, mean1: found.mean, factor1: factor)
        #expect(agrees(measured.mean, found.meanKL, within: 1e-13))
        #expect(agrees(measured.cov, found.covKL, within: 1e-13))
        #expect(found.meanKL <= epsilonMean * (1 + 1e-12) && found.covKL <= epsilonCov * (1 + 1e-12))
        #expect((found.meanMultiplier > 0) == (found.meanKL >= epsilonMean * (1 - 1e-12)))
        #expect((found.covMultiplier > 0) == (found.covKL >= epsilonCov * (1 - 1e-12)))

        // E_q of −½|L⁻¹(a−m)|² − ln|L|, with q's second moment about m.
        let spread = try GaussianFactor(covariance: q.covariance).rows
        func fit(_ m: [Double], _ l: GaussianFactor) -> Double {
            let d: [Double] = zip(q.mean, m).map { $0 - $1 }
            var quadratic: Double = l.solve(d).reduce(0) { $0 + $1 * $1 }
            for j in 0..<2 {
                let column: [Double] = l.solve([spread[0][j], spread[1][j]])
                quadratic += column[0] * column[0] + column[1] * column[1]
            }
            return -0.5 * quadratic - log(l.diagonal[0]) - log(l.diagonal[1])
        }
        var stream = RandomStream(seed: 5, purpose: .script)
        var tried = 0
        for _ in 0..<4000 {
            let size = 0.03 * stream.uniform()
            let m = found.mean.map { $0 + size * stream.normal() }
            let l = try GaussianFactor(
                [[factor.rows[0][0] + size * stream.normal(), 0],
                 [factor.rows[1][0] + size * stream.normal(), factor.rows[1][1] + size * stream.normal()]])
            let kl = try GaussianKL(mean0: Self.mean, factor0: old, mean1: m, factor1: l)
            if kl.mean <= epsilonMean {
                tried += 1
                #expect(fit(m, old) <= fit(found.mean, old) + 1e-12)
            }
            if kl.cov <= epsilonCov {
                tried += 1
                #expect(fit(Self.mean, l) <= fit(Self.mean, factor) + 1e-12)
            }
        }
        #expect(tried > 100)
    }

    @Test func withoutBoundsTheProjectionIsQ() throws {
        let problem = try Self.problem()
        let q = problem.reweighted(0.7)
        let found = try problem.projection(
            mean: q.mean, covariance: q.covariance, epsilonMean: nil, epsilonCov: nil, secondMoment: .central)
        for i in 0..<2 {
            #expect(agrees(found.mean[i], q.mean[i], within: 1e-14))
            for j in 0..<2 { #expect(agrees(found.covariance[i][j], q.covariance[i][j], within: 1e-13)) }
        }
        #expect(found.meanMultiplier == 0 && found.covMultiplier == 0)
    }

    @Test func flatAndSaddleShapedValues() throws {
        let flat = try GaussianClosedForm(
            mean: [0], factor: GaussianFactor([[1]]), optimum: [1], curvature: [[0]])
        #expect(try flat.temperature(epsilon: 0.1) == nil)
        let saddle = try GaussianClosedForm(
            mean: [0, 0], factor: GaussianFactor([[1, 0], [0, 1]]), optimum: [1, 0.1], curvature: [[1, 0], [0, -0.5]])
        let eta = try #require(try saddle.temperature(epsilon: 0.1))
        #expect(eta > saddle.leastTemperature && abs(saddle.kl(eta) - 0.1) <= 1e-14)
        #expect(throws: Fault.self) {
            try GaussianClosedForm(
                mean: [0, 0], factor: GaussianFactor([[1, 0], [0, 1]]), optimum: [1, 0], curvature: [[1, 0.2], [0, 1]])
        }
        #expect(throws: Fault.self) { try saddle.temperature(epsilon: 0) }
    }
}
