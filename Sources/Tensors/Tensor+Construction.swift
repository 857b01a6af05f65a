import Support

/// Tensors made from a rule.
extension Tensor {
    public static func full(_ shape: Shape, _ value: Float) throws -> Tensor {
        try Tensor(shape: shape) { $0.initialize(repeating: value, count: shape.count) }
    }

    public static func zeros(_ shape: Shape) throws -> Tensor { try full(shape, 0) }

    public static func ones(_ shape: Shape) throws -> Tensor { try full(shape, 1) }

    /// The identity matrix of shape [size, size].
    public static func eye(_ size: Int) throws -> Tensor {
        let shape = try Shape([size, size])
        return try Tensor(shape: shape) { pointer in
            pointer.initialize(repeating: 0, count: shape.count)
            for i in 0..<size { pointer[i * size + i] = 1 }
        }
    }

    /// `count` numbers from `start` to `end`, both included, evenly spaced.
    public static func linspace(_ start: Double, _ end: Double, count: Int) throws -> Tensor {
        let shape = try Shape([count])
        return try Tensor(shape: shape) { pointer in
            for i in 0..<count {
                let fraction = count > 1 ? Double(i) / Double(count - 1) : 0
                pointer[i] = Float(i == count - 1 && count > 1 ? end : start + (end - start) * fraction)
            }
        }
    }

    /// The numbers from `start` up to, not including, `end`, `step` apart.
    public static func arange(_ start: Double, _ end: Double, step: Double = 1) throws -> Tensor {
        guard step != 0, step.isFinite, start.isFinite, end.isFinite else {
            throw Fault(
                "arange.step", "arange wants finite borders and a step that is not 0;"
                    + " from \(start) to \(end) by \(step) was given")
        }
        let exact = ((end - start) / step).rounded(.up)
        guard exact < 9e15 else {
            throw Fault(
                "memory.too-large", "arange from \(start) to \(end) by \(step) is more than any memory holds")
        }
        let count = exact > 0 ? Int(exact) : 0
        return try Tensor(shape: Shape([count])) { pointer in
            for i in 0..<count { pointer[i] = Float(start + Double(i) * step) }
        }
    }

    /// Normal numbers from a random stream.
    public static func normal(
        _ shape: Shape, mean: Float = 0, deviation: Float = 1, from stream: inout RandomStream
    ) throws -> Tensor {
        try Tensor(shape: shape) { pointer in
            stream.fillNormal(pointer, count: shape.count)
            if mean != 0 || deviation != 1 {
                for i in 0..<shape.count { pointer[i] = mean + deviation * pointer[i] }
            }
        }
    }

    /// Uniform numbers in [low, high) from a random stream.
    public static func uniform(
        _ shape: Shape, low: Float = 0, high: Float = 1, from stream: inout RandomStream
    ) throws -> Tensor {
        try Tensor(shape: shape) { stream.fillUniform($0, count: shape.count, low: low, high: high) }
    }
}
