import CKernels
import Support

/// What is taken along one axis.
public enum TensorIndex: Hashable, Sendable {
    /// The whole axis.
    case all
    /// One place, counted from the end if negative; the axis goes away.
    case at(Int)
    /// The places from a lower to below an upper bound, both in 0...size.
    case range(Range<Int>)
}

extension Tensor {
    /// The part that the indices name, one for each axis from the first on; axes without an index are taken whole.
    public func slice(_ indices: [TensorIndex]) throws -> Tensor {
        let part = try SlicePlan(indices, of: shape)
        if part.isWhole { return try reshaped(part.result) }
        let copied = try stridedCopy(part.box, shape.strides, offset: part.offset)
        let out = Tensor(shape: part.result, storage: copied.storage, node: nil)
        guard node != nil else { return out }
        let input = shape
        return Tensor.differentiable(out, from: [self]) { gradient in
            [try Tensor.zeros(input).writing(gradient, into: part)]
        }
    }

    public subscript(indices: TensorIndex...) -> Tensor {
        get throws { try slice(indices) }
    }

    /// A copy in which the part that the indices name is `value`, broadcast to the part's shape.
    public func replacing(_ indices: [TensorIndex], with value: Tensor) throws -> Tensor {
        let part = try SlicePlan(indices, of: shape)
        let fitted = try value.broadcast(to: part.result)
        let out = Tensor(shape: shape, storage: Storage(copying: storage), node: nil).writing(fitted.detached, into: part)
        if node == nil, fitted.node == nil { return out }
        return Tensor.differentiable(out, from: [self, fitted]) { gradient in
            let taken = try gradient.slice(indices)
            return [try gradient.replacing(indices, with: Tensor(0)), taken]
        }
    }

    /// Writes into this tensor's own memory, which no one else holds yet.
    private func writing(_ value: Tensor, into part: SlicePlan) -> Tensor {
        if part.box.count == 0 { return self }
        let strides = shape.strides
        let run = part.box.dimensions.last ?? 1
        let outer = part.box.dimensions.dropLast()
        var index = [Int](repeating: 0, count: outer.count)
        var to = part.offset
        var from = 0
        while true {
            (storage.pointer + to).update(from: value.storage.pointer + from, count: run)
            from += run
            var axis = outer.count - 1
            while axis >= 0 {
                to += strides[axis]
                index[axis] += 1
                if index[axis] < outer[axis] { break }
                to -= strides[axis] * outer[axis]
                index[axis] = 0
                axis -= 1
            }
            if axis < 0 { return self }
        }
    }

    /// The rows along `axis` with the given numbers, in that order; a number may come more than once.
    public func gather(_ rows: [Int], axis: Int = 0) throws -> Tensor {
        let axis = try shape.axis(axis, for: "gather")
        let size = shape[axis]
        let places = try rows.map { row in
            let place = row < 0 ? row + size : row
            guard place >= 0, place < size else { throw Tensor.indexFault(row, axis: axis, of: shape) }
            return place
        }
        var sizes = shape.dimensions
        sizes[axis] = places.count
        let outer = sizes[..<axis].reduce(1, &*)
        let inner = sizes[(axis + 1)...].reduce(1, &*)
        let out = try Tensor(shape: Shape(sizes)) { pointer in
            var to = pointer
            for o in 0..<outer {
                let base = storage.pointer + o * size * inner
                for place in places {
                    to.update(from: base + place * inner, count: inner)
                    to += inner
                }
            }
        }
        guard node != nil else { return out }
        let input = shape
        return Tensor.differentiable(out, from: [self]) { gradient in
            let sum = try Tensor.zeros(input)
            var from = gradient.storage.pointer
            for o in 0..<outer {
                let base = sum.storage.pointer + o * size * inner
                for place in places {
                    mpo_accumulate(base + place * inner, from, inner)
                    from += inner
                }
            }
            return [sum]
        }
    }

    static func indexFault(_ index: Int, axis: Int, of shape: Shape) -> Fault {
        let size = shape[axis]
        return Fault(
            "index.range", "there is no index \(index) on axis \(axis) of the shape \(shape)",
            hint: size == 0 ? "the axis is empty" : "it has 0 to \(size - 1), or −\(size) to −1 from the end")
    }
}

/// Where a slice lies in its tensor.
private struct SlicePlan {
    /// The sizes taken along every axis.
    let box: Shape
    /// The box without the axes of which one place was taken.
    let result: Shape
    /// The first element's place in memory.
    let offset: Int
    let isWhole: Bool

    init(_ indices: [TensorIndex], of shape: Shape) throws {
        guard indices.count <= shape.rank else {
            throw Fault(
                "index.rank", "\(indices.count) indices were given for the shape \(shape), which has \(shape.rank)"
                    + (shape.rank == 1 ? " axis" : " axes"))
        }
        let strides = shape.strides
        var box: [Int] = []
        var result: [Int] = []
        var offset = 0
        for axis in 0..<shape.rank {
            let size = shape[axis]
            switch axis < indices.count ? indices[axis] : .all {
            case .all:
                box.append(size)
                result.append(size)
            case .at(let index):
                let place = index < 0 ? index + size : index
                guard place >= 0, place < size else { throw Tensor.indexFault(index, axis: axis, of: shape) }
                offset &+= place &* strides[axis]
                box.append(1)
            case .range(let range):
                guard range.lowerBound >= 0, range.upperBound <= size else {
                    throw Fault(
                        "index.range",
                        "the range \(range.lowerBound)..<\(range.upperBound) leaves axis \(axis) of the shape \(shape)",
                        hint: "its places are 0..<\(size)")
                }
                offset &+= range.lowerBound &* strides[axis]
                box.append(range.count)
                result.append(range.count)
            }
        }
        self.box = try Shape(box)
        self.result = try Shape(result)
        self.offset = offset
        isWhole = self.box == shape
    }
}
