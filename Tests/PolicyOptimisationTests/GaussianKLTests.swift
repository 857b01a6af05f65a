import Glibc
import PolicyOptimisation
import Support
import Testing

@Suite struct GaussianKLTests {
    static func square(_ flat: ArraySlice<Double>, _ n: Int) -> [[Double]] {
        let values = Array(flat)
        return (0..<n).map { Array(values[$0 * n..<($0 + 1) * n]) }
    }

    @Test func agreesWithRecordedCases() throws {
        let lines = try referenceLines("gaussian_kl.txt").map { try numbers($0) }
        #expect(lines.count >= 130)
        for (index, v) in lines.enumerated() {
            let n = Int(v[0])
            let found = try GaussianKL(
                mean0: Array(v[1..<1 + n]), chol0: Self.square(v[(1 + n)..<(1 + n + n * n)], n),
                mean1: Array(v[(1 + n + n * n)..<(1 + 2 * n + n * n)]),
                chol1: Self.square(v[(1 + 2 * n + n * n)..<(1 + 2 * n + 2 * n * n)], n))
            let want = v.suffix(3).map { $0 }
            #expect(agrees(found.mean, want[0]), "case \(index): mean \(found.mean), wanted \(want[0])")
            #expect(agrees(found.cov, want[1]), "case \(index): cov \(found.cov), wanted \(want[1])")
            #expect(agrees(found.total, want[2]), "case \(index): total \(found.total), wanted \(want[2])")
            #expect(found.mean >= 0 && found.cov >= 0 && found.total >= 0)
        }
    }

    @Test func oneDimensionByHand() throws {
        // N(0, 1) to N(1, 4): mean ½, cov ½ (1/4 − 1 + ln 4), the joint mean part ½ · 1/4.
        let kl = try GaussianKL(mean0: [0], chol0: [[1]], mean1: [1], chol1: [[2]])
        #expect(kl.mean == 0.5)
        #expect(abs(kl.cov - 0.5 * (0.25 - 1 + log(4.0))) <= 1e-16)
        #expect(abs(kl.total - (0.125 + kl.cov)) <= 1e-16)
        #expect(kl.meanPerDimension == [0.5] && kl.covPerDimension == [kl.cov])
    }

    /// A covariance step of a millionth has the KL of its second-order form to seven digits, not 0 or noise.
    @Test func smallStepsKeepTheirDigits() throws {
        for d in [1e-3, 1e-6, 1e-9] {
            let kl = try GaussianKL(mean0: [0, 0], chol0: [[1, 0], [0, 1]], mean1: [0, 0], chol1: [[1 + d, 0], [0, 1]])
            #expect(abs(kl.cov / (d * d) - 1) <= 2 * d + 1e-6)
        }
        let same = try GaussianKL(
            mean0: [3, 1], chol0: [[1.7, 0], [0.3, 0.2]], mean1: [3, 1], chol1: [[1.7, 0], [0.3, 0.2]])
        #expect(same.mean == 0 && same.cov <= 1e-31 && same.total <= 1e-31)
    }

    @Test func diagonalFactorsTakeTheSameValueBothWays() throws {
        let a = try GaussianKL(
            mean0: [1, 2], factor0: GaussianFactor(diagonal: [0.5, 2]), mean1: [0, 1],
            factor1: GaussianFactor(diagonal: [1, 1.5]))
        // A negligible entry off the diagonal forces the general path.
        let b = try GaussianKL(
            mean0: [1, 2], chol0: [[0.5, 0], [1e-200, 2]], mean1: [0, 1], chol1: [[1, 0], [0, 1.5]])
        #expect(a.mean == b.mean && a.cov == b.cov && a.total == b.total)
        #expect(a.meanPerDimension != nil && b.meanPerDimension == nil)
        #expect(a.meanPerDimension?.reduce(0, +) == a.mean)
    }

    struct BadInput: Sendable {
        let chol: [[Double]]
        var mean: [Double] = [0, 0]
        let id: String
        let words: String
    }

    static let badInputs: [BadInput] = [
        BadInput(chol: [[1, 0], [0, 0]], id: "gaussian.diagonal", words: "chol0[1, 1] is 0;"),
        BadInput(chol: [[1, 0], [0, -1]], id: "gaussian.diagonal", words: "above 0"),
        BadInput(chol: [[1, 0], [.nan, 1]], id: "gaussian.not-finite", words: "chol0[1, 0] is nan"),
        BadInput(chol: [[1, 0.5], [0, 1]], id: "gaussian.triangular", words: "lower triangular"),
        BadInput(chol: [[1, 0]], id: "gaussian.shape", words: "square"),
        BadInput(chol: [], mean: [], id: "gaussian.shape", words: "empty"),
        BadInput(chol: [[1, 0], [0, 1]], mean: [0], id: "gaussian.shape", words: "mean0 has 1"),
        BadInput(chol: [[1, 0], [0, 1]], mean: [0, .infinity], id: "gaussian.not-finite", words: "mean0[1] is inf"),
    ]

    @Test(arguments: badInputs)
    func faults(_ bad: BadInput) {
        let fault = #expect(throws: Fault.self) {
            try GaussianKL(mean0: bad.mean, chol0: bad.chol, mean1: [0, 0], chol1: [[1, 0], [0, 1]])
        }
        #expect(fault?.id == bad.id)
        #expect(fault?.message.contains(bad.words) == true, "\(fault?.message ?? "")")
    }

    @Test func choleskyOfACovariance() throws {
        let factor = try GaussianFactor(covariance: [[4, 2], [2, 10]])
        #expect(factor.rows == [[2, 0], [1, 3]])
        #expect(factor.covariance == [[4, 2], [2, 10]])
        #expect(throws: Fault.self) { try GaussianFactor(covariance: [[1, 2], [2, 1]]) }
    }
}
