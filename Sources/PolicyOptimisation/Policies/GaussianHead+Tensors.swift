import Support
import Tensors

// D action dimensions, K outputs, … any leading axes.

extension GaussianHead {
    /// The distribution that outputs [… , K] describe: mean [… , D] and lower Cholesky factor [… , D, D].
    ///
    /// The same map as the steps' own, as tensor operations, so that language code can differentiate through it.
    public func decoded(_ outputs: Tensor) throws -> (mean: Tensor, cholesky: Tensor) {
        guard let last = outputs.shape.dimensions.last, last == self.outputs else {
            throw Fault(
                "policy.outputs", "outputs of \(self.outputs) numbers were wanted, the shape \(outputs.shape) was given")
        }
        let leading = Array(outputs.shape.dimensions.dropLast())
        let rows = leading.reduce(1, *)
        let flat = try outputs.reshaped([rows, self.outputs])
        func column(_ index: Int) throws -> Tensor { try flat.slice([.all, .range(index..<index + 1)]) }
        let squashed = decoder.squashed
        let raw = try flat.slice([.all, .range(0..<actionSize)])
        let mean: Tensor
        if squashed.allSatisfy({ $0 }) {
            mean = try raw.tanh()
        } else if squashed.contains(true) {
            mean = try Tensor.concat(
                (0..<actionSize).map { squashed[$0] ? try column($0).tanh() : try column($0) }, axis: 1)
        } else {
            mean = raw
        }
        func sigma(_ raw: Tensor) throws -> Tensor {
            try (raw + Tensor(Float(shift))).softplus() + Tensor(Float(minSigma))
        }
        if isFixed {
            let factor = try Tensor(Float(initSigma)) * Tensor.eye(actionSize)
            return (
                try mean.reshaped(leading + [actionSize]),
                try factor.broadcast(to: Shape(leading + [actionSize, actionSize]))
            )
        }
        var place = actionSize
        let factorRows = try (0..<actionSize).map { i -> Tensor in
            let left = covariance == .full ? i : 0
            let own = try sigma(column(place + left))
            var parts: [Tensor] = []
            if left > 0 { parts.append(try own * flat.slice([.all, .range(place..<place + left)])) }
            if i > left { parts.append(try Tensor.zeros(Shape([rows, i - left]))) }
            parts.append(own)
            if i + 1 < actionSize { parts.append(try Tensor.zeros(Shape([rows, actionSize - i - 1]))) }
            place += left + 1
            return try Tensor.concat(parts, axis: 1)
        }
        let factor = try Tensor.stack(factorRows, axis: 1)
        return (
            try mean.reshaped(leading + [actionSize]), try factor.reshaped(leading + [actionSize, actionSize])
        )
    }
}
