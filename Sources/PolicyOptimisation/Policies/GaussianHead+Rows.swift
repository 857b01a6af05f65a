import Support
import Tensors

// S states, D action dimensions, K policy outputs.

extension GaussianHead {
    /// A network's outputs [S, K] as means [S, D] and lower Cholesky factors [S, D, D].
    public func decode(outputs: Storage, rows: Int) throws -> (mean: Storage, cholesky: Storage) {
        try requireRows(outputs, rows, width: self.outputs, "outputs")
        let size = actionSize
        let mean = Storage(count: rows * size)
        let cholesky = Storage(zeros: rows * size * size)
        let scratch = DoubleBuffer(GaussianScratch.count(self))
        let parts = GaussianScratch(scratch.pointer, self)
        let decoder = self.decoder
        withExtendedLifetime((scratch, outputs)) {
            for row in 0..<rows {
                decoder.decode(outputs.pointer + row * self.outputs, mean: parts.mean, factor: parts.factor)
                for i in 0..<size {
                    mean.pointer[row * size + i] = Float(parts.mean[i])
                    let line = cholesky.pointer + (row * size + i) * size
                    if isDiagonal {
                        line[i] = Float(parts.factor[i])
                    } else {
                        for j in 0...i { line[j] = Float(parts.factor[TriangularFactor.at(i, j)]) }
                    }
                }
            }
        }
        return (mean, cholesky)
    }

    /// Gradients by means [S, D] and Cholesky factors [S, D, D] (lower triangle) as the gradient by the outputs [S, K].
    public func pullBack(
        outputs: Storage, rows: Int, meanGradient: Storage, choleskyGradient: Storage
    ) throws -> Storage {
        let size = actionSize
        try requireRows(outputs, rows, width: self.outputs, "outputs")
        try requireRows(meanGradient, rows, width: size, "the mean's gradients")
        try requireRows(choleskyGradient, rows, width: size * size, "the factor's gradients")
        let result = Storage(count: rows * self.outputs)
        let scratch = DoubleBuffer(GaussianScratch.count(self))
        let parts = GaussianScratch(scratch.pointer, self)
        let decoder = self.decoder
        withExtendedLifetime((scratch, outputs, meanGradient, choleskyGradient)) {
            for row in 0..<rows {
                for i in 0..<size {
                    parts.meanGradient[i] = Double(meanGradient.pointer[row * size + i])
                    let line = choleskyGradient.pointer + (row * size + i) * size
                    if isDiagonal {
                        parts.factorGradient[i] = Double(line[i])
                    } else {
                        for j in 0...i { parts.factorGradient[TriangularFactor.at(i, j)] = Double(line[j]) }
                    }
                }
                decoder.pullBack(
                    outputs.pointer + row * self.outputs, meanGradient: parts.meanGradient,
                    factorGradient: parts.factorGradient, scale: 1, result.pointer + row * self.outputs)
            }
        }
        return result
    }

    private func requireRows(_ storage: Storage, _ rows: Int, width: Int, _ what: String) throws {
        guard rows >= 0, storage.count == rows.multipliedReportingOverflow(by: width).partialValue else {
            throw Fault(
                "policy.shape",
                "\(what) of shape [\(rows), \(width)] were wanted, \(storage.count.grouped) numbers were given")
        }
    }
}
