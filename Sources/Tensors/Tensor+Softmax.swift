import CKernels
import Support

/// Log-sum-exp and its relatives over one axis, the last by default; always shifted by the row's maximum.
extension Tensor {
    /// Runs `body` with the axis brought to the end, and puts it back.
    private func alongLast(_ axis: Int, _ name: String, _ body: (Tensor) throws -> Tensor) throws -> Tensor {
        let axis = try shape.axis(axis, for: name)
        if axis == rank - 1 { return try body(self) }
        var order = Array(0..<rank)
        order.swapAt(axis, rank - 1)
        return try body(permuted(order)).permuted(order)
    }

    private func rows() -> Int {
        guard let n = shape.dimensions.last, n > 0 else { return 0 }
        return count / n
    }

    /// log Σ exp(x) over an axis; −∞ over no elements.
    public func logsumexp(axis: Int = -1, keepingAxis: Bool = false) throws -> Tensor {
        let axis = try shape.axis(axis, for: "logsumexp")
        let kept = try alongLast(axis, "logsumexp") { try $0.logsumexpOverLast() }
        return keepingAxis ? kept : try kept.reshaped(kept.shape.removing([axis], keeping: false))
    }

    /// log Σ exp(x) over all elements.
    public func logsumexpOfAll() throws -> Tensor {
        try reshaped(Shape([count])).logsumexp()
    }

    private func logsumexpOverLast() throws -> Tensor {
        let n = shape.dimensions[rank - 1]
        let shape = try shape.removing([rank - 1], keeping: true)
        let out = try Tensor(shape: shape) { mpo_logsumexp($0, storage.pointer, shape.count, n) }
        guard node != nil else { return out }
        let x = detached
        return Tensor.differentiable(out, from: [self]) { [try $0 * x.softmax()] }
    }

    /// exp(x) / Σ exp(x) over an axis.
    public func softmax(axis: Int = -1) throws -> Tensor {
        try alongLast(axis, "softmax") { x in
            let n = x.shape.dimensions[x.rank - 1]
            let out = try Tensor(shape: x.shape) { mpo_softmax($0, x.storage.pointer, x.rows(), n) }
            guard x.node != nil else { return out }
            return Tensor.differentiable(out, from: [x]) { gradient in
                let weighted = try gradient * out
                return [try weighted - out * weighted.sum([-1], keepingAxes: true)]
            }
        }
    }

    /// x − log Σ exp(x) over an axis.
    public func logSoftmax(axis: Int = -1) throws -> Tensor {
        try alongLast(axis, "log_softmax") { x in
            let n = x.shape.dimensions[x.rank - 1]
            let out = try Tensor(shape: x.shape) { mpo_log_softmax($0, x.storage.pointer, x.rows(), n) }
            guard x.node != nil else { return out }
            return Tensor.differentiable(out, from: [x]) { gradient in
                [try gradient - out.exp() * gradient.sum([-1], keepingAxes: true)]
            }
        }
    }
}
