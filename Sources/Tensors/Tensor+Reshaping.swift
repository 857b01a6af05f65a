import CKernels
import Support

/// The same numbers under another shape or order.
extension Tensor {
    /// The same numbers in the same order; nothing is copied.
    public func reshaped(_ target: Shape) throws -> Tensor {
        if target == shape { return self }
        guard target.count == count else {
            throw Fault(
                "shape.reshape",
                "reshape: the shape \(shape) holds \(count) numbers, \(target) wants \(target.count)")
        }
        let out = Tensor(shape: target, storage: storage, node: nil)
        guard node != nil else { return out }
        let input = shape
        return Tensor.differentiable(out, from: [self]) { [try $0.reshaped(input)] }
    }

    /// The same with at most one size of −1, which is worked out from the others.
    public func reshaped(_ sizes: [Int]) throws -> Tensor {
        guard let unknown = sizes.firstIndex(of: -1) else { return try reshaped(Shape(sizes)) }
        var known = sizes
        known[unknown] = 1
        let rest = try Shape(known)
        guard rest.count > 0, count % rest.count == 0 else {
            throw Fault(
                "shape.reshape",
                "reshape: the \(count) numbers of shape \(shape) do not divide into \(Shape.text(sizes))")
        }
        known[unknown] = count / rest.count
        return try reshaped(Shape(known))
    }

    /// Axis i of the result is axis `order[i]` of this tensor.
    public func permuted(_ order: [Int]) throws -> Tensor {
        let order = try order.map { try shape.axis($0, for: "permute") }
        guard order.count == rank, Set(order).count == rank else {
            throw Fault(
                "shape.permute",
                "permute wants each of the \(rank) axes of the shape \(shape) once, \(Shape.text(order)) was given")
        }
        if order.indices.allSatisfy({ order[$0] == $0 }) { return self }
        let strides = shape.strides
        let target = Shape(unchecked: order.map { shape[$0] }, count: count)
        let out = try stridedCopy(target, order.map { strides[$0] })
        guard node != nil else { return out }
        var inverse = order
        for (place, axis) in order.enumerated() { inverse[axis] = place }
        return Tensor.differentiable(out, from: [self]) { [inverse] in [try $0.permuted(inverse)] }
    }

    /// The last two axes exchanged; a vector or scalar stays as it is.
    public func transposed() throws -> Tensor {
        guard rank >= 2 else { return self }
        var order = Array(0..<rank)
        order.swapAt(rank - 1, rank - 2)
        return try permuted(order)
    }

    /// Repeats along new leading axes and along axes of size 1.
    public func broadcast(to target: Shape) throws -> Tensor {
        if target == shape { return self }
        guard shape.broadcasts(to: target) else {
            throw Fault(
                "shape.mismatch", "broadcast: the shape \(shape) does not repeat into \(target)",
                hint: "counted from the last axis, sizes must be equal or 1")
        }
        let out = try stridedCopy(target, shape.strides(repeatingInto: target))
        guard node != nil else { return out }
        let input = shape
        return Tensor.differentiable(out, from: [self]) { [try $0.summed(to: input)] }
    }

    /// A new axis of size 1 before axis `axis` (the rank: behind the last).
    public func expanded(at axis: Int) throws -> Tensor {
        let place = axis < 0 ? axis + rank + 1 : axis
        guard place >= 0, place <= rank else {
            throw Fault("shape.axis", "expand: there is no place \(axis) for an axis in the shape \(shape)")
        }
        var sizes = shape.dimensions
        sizes.insert(1, at: place)
        return try reshaped(Shape(sizes))
    }

    /// Copies with the given element distances, from `offset` on, into contiguous memory.
    func stridedCopy(_ target: Shape, _ strides: [Int], offset: Int = 0) throws -> Tensor {
        // Axes of size 1 say nothing; neighbours that are walked evenly are one.
        var sizes: [Int] = []
        var steps: [Int] = []
        for axis in 0..<target.rank where target.dimensions[axis] != 1 {
            let size = target.dimensions[axis]
            if let last = sizes.indices.last, steps[last] == strides[axis] &* size {
                sizes[last] &*= size
                steps[last] = strides[axis]
            } else {
                sizes.append(size)
                steps.append(strides[axis])
            }
        }
        return try Tensor(shape: target) {
            if target.count > 0 {
                mpo_copy_strided($0, storage.pointer + offset, sizes.count, sizes, steps)
            }
        }
    }
}

extension Shape {
    static func text(_ sizes: [Int]) -> String { "[" + sizes.map(String.init).joined(separator: ", ") + "]" }
}
