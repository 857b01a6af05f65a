import Support

/// Several tensors into one.
extension Tensor {
    /// Joined along an axis that they have; all other sizes must be equal.
    public static func concat(_ parts: [Tensor], axis: Int = 0) throws -> Tensor {
        guard let first = parts.first else {
            throw Fault("concat.none", "concat wants at least one tensor, none was given")
        }
        let axis = try first.shape.axis(axis, for: "concat")
        var total = 0
        for part in parts {
            guard part.rank == first.rank,
                (0..<first.rank).allSatisfy({ $0 == axis || part.shape[$0] == first.shape[$0] })
            else {
                throw Fault(
                    "shape.mismatch",
                    "concat: the shapes \(first.shape) and \(part.shape) do not join along axis \(axis)",
                    hint: "all sizes but that axis's must be equal")
            }
            total += part.shape[axis]
        }
        if parts.count == 1 { return first }
        var sizes = first.shape.dimensions
        sizes[axis] = total
        let shape = try Shape(sizes)
        let outer = sizes[..<axis].reduce(1, &*)
        let inner = sizes[(axis + 1)...].reduce(1, &*)
        let out = try Tensor(shape: shape) { pointer in
            if shape.count == 0 { return }
            var place = 0
            for part in parts {
                let run = part.shape[axis] * inner
                for o in 0..<outer {
                    (pointer + o * total * inner + place).update(from: part.storage.pointer + o * run, count: run)
                }
                place += run
            }
        }
        guard parts.contains(where: { $0.node != nil }) else { return out }
        let lengths = parts.map { $0.shape[axis] }
        let tracked = parts.map { $0.node != nil }
        return differentiable(out, from: parts) { gradient in
            var start = 0
            return try zip(lengths, tracked).map { length, isTracked in
                defer { start += length }
                guard isTracked else { return nil }
                var indices = [TensorIndex](repeating: .all, count: axis)
                indices.append(.range(start..<(start + length)))
                return try gradient.slice(indices)
            }
        }
    }

    /// Joined along a new axis; all shapes must be equal.
    public static func stack(_ parts: [Tensor], axis: Int = 0) throws -> Tensor {
        guard let first = parts.first else {
            throw Fault("stack.none", "stack wants at least one tensor, none was given")
        }
        for part in parts where part.shape != first.shape {
            throw Fault(
                "shape.mismatch", "stack: the shapes \(first.shape) and \(part.shape) differ",
                hint: "to join along an axis that they have, use concat")
        }
        let place = axis < 0 ? axis + first.rank + 1 : axis
        return try concat(parts.map { try $0.expanded(at: place) }, axis: place)
    }
}
