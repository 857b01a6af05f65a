import CKernels
import Support

/// Sums, means and extremes over all axes or the given ones; axes may be counted from the end.
extension Tensor {
    /// The kernel's values over `axes` (ascending and valid), with no gradient recorded.
    private func reduced(_ kernel: MPOReduction, _ axes: [Int], keeping: Bool, scale: Double = 1) throws -> Tensor {
        let shape = try shape.removing(axes, keeping: keeping)
        guard let first = axes.first, let last = axes.last else {
            return scale == 1 ? detached : try detached * Float(scale)
        }
        var source = detached
        var range = first..<(last + 1)
        if range.count != axes.count {
            // Axes apart: bring them together at the end first.
            let others = (0..<rank).filter { !axes.contains($0) }
            source = try source.permuted(others + axes)
            range = others.count..<rank
        }
        let sizes = source.shape.dimensions
        let outer = sizes[..<range.lowerBound].reduce(1, &*)
        let n = sizes[range].reduce(1, &*)
        let inner = sizes[range.upperBound...].reduce(1, &*)
        return try Tensor(shape: shape) {
            if shape.count > 0 { mpo_reduce(kernel, $0, source.storage.pointer, outer, n, inner, scale) }
        }
    }

    /// The number of elements that one result is made from.
    private func countReduced(_ axes: [Int]) -> Int { axes.reduce(1) { $0 &* shape[$1] } }

    public func sum(_ axes: [Int]? = nil, keepingAxes: Bool = false) throws -> Tensor {
        try scaledSum(shape.axes(axes, for: "sum"), keeping: keepingAxes, scale: 1)
    }

    /// The mean; NaN over no elements.
    public func mean(_ axes: [Int]? = nil, keepingAxes: Bool = false) throws -> Tensor {
        let axes = try shape.axes(axes, for: "mean")
        return try scaledSum(axes, keeping: keepingAxes, scale: 1 / Double(countReduced(axes)))
    }

    private func scaledSum(_ axes: [Int], keeping: Bool, scale: Double) throws -> Tensor {
        let out = try reduced(MPO_SUM, axes, keeping: keeping, scale: scale)
        guard node != nil else { return out }
        let input = shape
        let kept = try shape.removing(axes, keeping: true)
        return Tensor.differentiable(out, from: [self]) { gradient in
            let part = scale == 1 ? gradient : try gradient * Float(scale)
            return [try part.reshaped(kept).broadcast(to: input)]
        }
    }

    /// The largest element; NaN if there is one. Equal largest elements share the gradient.
    public func max(_ axes: [Int]? = nil, keepingAxes: Bool = false) throws -> Tensor {
        try extreme(MPO_MAX, "max", axes, keeping: keepingAxes)
    }

    /// The smallest element; NaN if there is one. Equal smallest elements share the gradient.
    public func min(_ axes: [Int]? = nil, keepingAxes: Bool = false) throws -> Tensor {
        try extreme(MPO_MIN, "min", axes, keeping: keepingAxes)
    }

    private func extreme(_ kernel: MPOReduction, _ name: String, _ axes: [Int]?, keeping: Bool) throws -> Tensor {
        let axes = try shape.axes(axes, for: name)
        guard countReduced(axes) > 0 else {
            throw Fault("reduce.empty", "\(name) over no elements: the shape is \(shape)")
        }
        let out = try reduced(kernel, axes, keeping: keeping)
        guard node != nil else { return out }
        let x = detached
        let kept = try shape.removing(axes, keeping: true)
        return Tensor.differentiable(out, from: [self]) { gradient in
            let hits = try Tensor.equal(x, out.reshaped(kept))
            let share = try gradient.reshaped(kept) / hits.sum(axes, keepingAxes: true)
            return [try hits * share]
        }
    }

    /// The mean of squared distances from the mean: divided by n − `correction` (0: of the numbers, 1: estimated).
    public func variance(_ axes: [Int]? = nil, correction: Int = 0, keepingAxes: Bool = false) throws -> Tensor {
        let axes = try shape.axes(axes, for: "variance")
        let deviations = try self - mean(axes, keepingAxes: true)
        let scale = 1 / Double(countReduced(axes) - correction)
        return try deviations.square().scaledSum(axes, keeping: keepingAxes, scale: scale)
    }

    /// The square root of the variance; its gradient is taken as 0 where all elements are equal.
    public func standardDeviation(
        _ axes: [Int]? = nil, correction: Int = 0, keepingAxes: Bool = false
    ) throws -> Tensor {
        let axes = try shape.axes(axes, for: "std")
        let x = detached
        let deviations = try x - x.mean(axes, keepingAxes: true)
        let scale = 1 / Double(countReduced(axes) - correction)
        let out = try deviations.square().scaledSum(axes, keeping: keepingAxes, scale: scale).sqrt()
        guard node != nil else { return out }
        let kept = try shape.removing(axes, keeping: true)
        return Tensor.differentiable(out, from: [self]) { gradient in
            let isSpread = try Tensor.greater(out, Tensor(0))
            let share = try Tensor.select(isSpread, gradient * Float(scale) / out, Tensor(0))
            return [try deviations * share.reshaped(kept)]
        }
    }

    /// The index of the first largest element (of the first NaN, if there is one) in row-major order.
    public func argmax() throws -> Int {
        guard count > 0 else { throw Fault("reduce.empty", "argmax over no elements: the shape is \(shape)") }
        return argmaxRows(rows: 1).first ?? 0
    }

    /// The indices of the first largest elements along an axis, as numbers.
    public func argmax(axis: Int) throws -> Tensor {
        let axis = try shape.axis(axis, for: "argmax")
        guard shape[axis] > 0 else {
            throw Fault("reduce.empty", "argmax over no elements: the shape is \(shape)")
        }
        let others = (0..<rank).filter { $0 != axis }
        let source = try detached.permuted(others + [axis])
        let out = try shape.removing([axis], keeping: false)
        let indices = source.argmaxRows(rows: out.count)
        return try Tensor(indices.map(Float.init), shape: out)
    }

    private func argmaxRows(rows: Int) -> [Int] {
        guard rows > 0 else { return [] }
        return [Int](unsafeUninitializedCapacity: rows) { buffer, filled in
            if let base = buffer.baseAddress {
                mpo_argmax(base, storage.pointer, rows, count / rows)
                filled = rows
            }
        }
    }
}
