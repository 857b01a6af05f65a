import PolicyOptimisation
import Support
import Tensors
import Testing

@Suite struct GaussianHeadTests {
    @Test(arguments: [1, 2, 4], GaussianHead.Covariance.allCases)
    func zeroOutputsAreTheInitialPolicy(size: Int, covariance: GaussianHead.Covariance) throws {
        let head = try GaussianHead(box: .unit(size), covariance: covariance, initSigma: 0.3, minSigma: 0.01)
        let (mean, cholesky) = try head.decode(outputs: Storage(zeros: head.outputs), rows: 1)
        #expect(mean.span.allSatisfy { $0 == 0 })
        for i in 0..<size {
            for j in 0..<size {
                // 1e-7: one rounding to single precision
                #expect(abs(cholesky.pointer[i * size + j] - (i == j ? 0.3 : 0)) < 1e-7)
            }
        }
    }

    @Test func theStandardDeviationStaysAboveItsSmallest() throws {
        let head = try GaussianHead(box: .unit(1), minSigma: 0.02)
        let (_, cholesky) = try head.decode(outputs: Storage([0, -1000]), rows: 1)
        #expect(cholesky.pointer[0] == 0.02)
    }

    @Test func meansOfUnboundedActionsAreFree() throws {
        let box = try ActionBox(low: [-1, -.infinity], high: [1, .infinity])
        let head = try GaussianHead(box: box)
        let (mean, _) = try head.decode(outputs: Storage([5, 5, 0, 0, 0]), rows: 1)
        #expect(mean.pointer[0] < 1)
        #expect(mean.pointer[1] == 5)
    }

    /// Σ_i c_i μ_i + Σ_ij C_ij L_ij by central differences of the decoded values, in single precision with h = 1e-2:
    /// truncation h²/6 and rounding 1e-7/h leave 1e-3.
    @Test(arguments: [1, 2, 5], GaussianHead.Covariance.allCases)
    func gradientsAgreeWithCentralDifferences(size: Int, covariance: GaussianHead.Covariance) throws {
        for mean in GaussianHead.MeanForm.allCases { try checkGradients(size, covariance, mean) }
    }

    private func checkGradients(
        _ size: Int, _ covariance: GaussianHead.Covariance, _ mean: GaussianHead.MeanForm
    ) throws {
        let head = try GaussianHead(box: .unit(size), covariance: covariance, mean: mean)
        let rows = 3
        let outputs = normals(rows * head.outputs, seed: 7)
        let meanWeights = Storage(normals(rows * size, seed: 8))
        let factorWeights = Storage(normals(rows * size * size, seed: 9))
        let gradient = try head.pullBack(
            outputs: Storage(outputs), rows: rows, meanGradient: meanWeights, choleskyGradient: factorWeights)
        func value(_ outputs: [Float]) throws -> Double {
            let (mean, cholesky) = try head.decode(outputs: Storage(outputs), rows: rows)
            var sum = 0.0
            for (a, b) in zip(mean.span, meanWeights.span) { sum += Double(a) * Double(b) }
            for (a, b) in zip(cholesky.span, factorWeights.span) { sum += Double(a) * Double(b) }
            return sum
        }
        for k in outputs.indices {
            var up = outputs
            var down = outputs
            up[k] += 0.01
            down[k] -= 0.01
            let difference = try (value(up) - value(down)) / (Double(up[k]) - Double(down[k]))
            #expect(abs(difference - Double(gradient.pointer[k])) < 1e-3 * (1 + abs(difference)))
        }
    }

    @Test func refusals() {
        #expect(throws: Fault.self) { try GaussianHead(box: .unit(1), initSigma: 0.001, minSigma: 0.01) }
        #expect(throws: Fault.self) { try GaussianHead(box: .unit(1), minSigma: -1) }
        #expect(throws: Fault.self) { try GaussianHead(box: .unit(1)).decode(outputs: Storage(zeros: 3), rows: 1) }
        #expect(throws: Fault.self) { try ActionBox.unit(0) }
    }
}
