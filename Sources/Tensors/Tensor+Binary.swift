import CKernels
import Support

/// Operations on two tensors, element by element, with broadcasting.
extension Tensor {
    /// The kernel's values, with no gradient recorded.
    static func elementwise(
        _ kernel: MPOBinary, _ name: String, _ a: Tensor, _ b: Tensor
    ) throws -> Tensor {
        let shape = try a.shape.broadcast(with: b.shape, for: name)
        let out = try Storage(checking: shape)
        let x = a.storage.pointer
        let y = b.storage.pointer
        if a.shape == b.shape {
            mpo_binary(kernel, out.pointer, 1, shape.count, x, 0, 1, y, 0, 1)
        } else if b.count == 1, shape.count == a.count {
            mpo_binary(kernel, out.pointer, 1, shape.count, x, 0, 1, y, 0, 0)
        } else if a.count == 1, shape.count == b.count {
            mpo_binary(kernel, out.pointer, 1, shape.count, x, 0, 0, y, 0, 1)
        } else {
            let plan = BroadcastPlan(a.shape, b.shape, into: shape)
            let last = plan.sizes.count - 1
            plan.forEachMatrix { i, j, k in
                mpo_binary(
                    kernel, out.pointer + k, plan.rows, plan.columns,
                    x + i, plan.first[last - 1], plan.first[last],
                    y + j, plan.second[last - 1], plan.second[last])
            }
        }
        return Tensor(shape: shape, storage: out, node: nil)
    }

    /// A kernel with its two partial derivatives, each given ∂L/∂out and returning the part before the sum over
    /// repeated axes; a constant input's derivative is not computed.
    private static func differentiableElementwise(
        _ kernel: MPOBinary, _ name: String, _ a: Tensor, _ b: Tensor,
        _ first: @escaping (Tensor, _ a: Tensor, _ b: Tensor, _ out: Tensor) throws -> Tensor,
        _ second: @escaping (Tensor, _ a: Tensor, _ b: Tensor, _ out: Tensor) throws -> Tensor
    ) throws -> Tensor {
        let out = try elementwise(kernel, name, a, b)
        if a.node == nil, b.node == nil { return out }
        let x = a.detached
        let y = b.detached
        let (wantsFirst, wantsSecond) = (a.node != nil, b.node != nil)
        return differentiable(out, from: [a, b]) { gradient in
            [
                wantsFirst ? try first(gradient, x, y, out).summed(to: x.shape) : nil,
                wantsSecond ? try second(gradient, x, y, out).summed(to: y.shape) : nil,
            ]
        }
    }

    /// The sum over the axes along which a tensor of shape `target` was repeated.
    func summed(to target: Shape) throws -> Tensor {
        if shape == target { return self }
        let sum = try sum(target.axesRepeated(in: shape))
        return try sum.reshaped(target)
    }

    public static func + (a: Tensor, b: Tensor) throws -> Tensor {
        try differentiableElementwise(MPO_ADD, "+", a, b, { g, _, _, _ in g }, { g, _, _, _ in g })
    }

    public static func - (a: Tensor, b: Tensor) throws -> Tensor {
        try differentiableElementwise(MPO_SUBTRACT, "-", a, b, { g, _, _, _ in g }, { g, _, _, _ in try -g })
    }

    public static func * (a: Tensor, b: Tensor) throws -> Tensor {
        try differentiableElementwise(
            MPO_MULTIPLY, "*", a, b, { g, _, b, _ in try g * b }, { g, a, _, _ in try g * a })
    }

    public static func / (a: Tensor, b: Tensor) throws -> Tensor {
        try differentiableElementwise(
            MPO_DIVIDE, "/", a, b, { g, _, b, _ in try g / b }, { g, _, b, out in try -(g * out / b) })
    }

    /// The remainder of floored division: it has the divisor's sign.
    public static func % (a: Tensor, b: Tensor) throws -> Tensor {
        try differentiableElementwise(
            MPO_MODULO, "%", a, b, { g, _, _, _ in g }, { g, a, b, _ in try -(g * (a / b).floor()) })
    }

    /// Element to the power of element.
    ///
    /// The derivative by the exponent, aᵇ ln a, is taken as 0 where a ≤ 0.
    public static func power(_ a: Tensor, _ b: Tensor) throws -> Tensor {
        if b.node == nil, b.count == 1, b.rank <= a.rank {
            switch b.storage.pointer[0] {
            case 1: return a
            case 2: return try a.square()
            case 0.5: return try a.sqrt()
            case -1: return try a.reciprocal()
            default: break
            }
        }
        return try differentiableElementwise(
            MPO_POWER, "^", a, b,
            { g, a, b, _ in try g * b * power(a, b - Tensor(1)) },
            { g, a, _, out in
                let positive = try greater(a, Tensor(0))
                return try g * out * select(positive, a, Tensor(1)).log()
            })
    }

    /// The larger of each pair; NaN if either is. Where both are equal, half of the gradient goes to each.
    public static func maximum(_ a: Tensor, _ b: Tensor) throws -> Tensor {
        try differentiableElementwise(
            MPO_MAXIMUM, "maximum", a, b,
            { g, a, b, _ in try g * share(greater(a, b), a, b) },
            { g, a, b, _ in try g * share(less(a, b), a, b) })
    }

    /// The smaller of each pair; NaN if either is. Where both are equal, half of the gradient goes to each.
    public static func minimum(_ a: Tensor, _ b: Tensor) throws -> Tensor {
        try differentiableElementwise(
            MPO_MINIMUM, "minimum", a, b,
            { g, a, b, _ in try g * share(less(a, b), a, b) },
            { g, a, b, _ in try g * share(greater(a, b), a, b) })
    }

    /// 1 where `wins`, ½ where the two are equal, else 0.
    private static func share(_ wins: Tensor, _ a: Tensor, _ b: Tensor) throws -> Tensor {
        try wins + equal(a, b) * Tensor(0.5)
    }

    // MARK: Comparisons: 1 where they hold, else 0; no gradient flows through

    public static func less(_ a: Tensor, _ b: Tensor) throws -> Tensor {
        try elementwise(MPO_LESS, "<", a, b)
    }

    public static func lessOrEqual(_ a: Tensor, _ b: Tensor) throws -> Tensor {
        try elementwise(MPO_LESS_EQUAL, "<=", a, b)
    }

    public static func greater(_ a: Tensor, _ b: Tensor) throws -> Tensor {
        try elementwise(MPO_LESS, ">", b, a)
    }

    public static func greaterOrEqual(_ a: Tensor, _ b: Tensor) throws -> Tensor {
        try elementwise(MPO_LESS_EQUAL, ">=", b, a)
    }

    public static func equal(_ a: Tensor, _ b: Tensor) throws -> Tensor {
        try elementwise(MPO_EQUAL, "==", a, b)
    }

    public static func notEqual(_ a: Tensor, _ b: Tensor) throws -> Tensor {
        try elementwise(MPO_NOT_EQUAL, "!=", a, b)
    }

    /// `a` where the condition is not 0, else `b`; all three broadcast together.
    public static func select(_ condition: Tensor, _ a: Tensor, _ b: Tensor) throws -> Tensor {
        let shape = try a.shape.broadcast(with: b.shape, for: "where").broadcast(with: condition.shape, for: "where")
        let choice = try condition.detached.broadcast(to: shape)
        let x = try a.detached.broadcast(to: shape)
        let y = try b.detached.broadcast(to: shape)
        let out = try Tensor(shape: shape) {
            mpo_select($0, choice.storage.pointer, x.storage.pointer, y.storage.pointer, shape.count)
        }
        if a.node == nil, b.node == nil { return out }
        let (aShape, bShape) = (a.shape, b.shape)
        let (wantsFirst, wantsSecond) = (a.node != nil, b.node != nil)
        return differentiable(out, from: [a, b]) { gradient in
            let zero = Tensor(0)
            return [
                wantsFirst ? try select(choice, gradient, zero).summed(to: aShape) : nil,
                wantsSecond ? try select(choice, zero, gradient).summed(to: bShape) : nil,
            ]
        }
    }
}

// MARK: - With a number

extension Tensor {
    public static func + (a: Tensor, b: Float) throws -> Tensor { try a + Tensor(b) }
    public static func + (a: Float, b: Tensor) throws -> Tensor { try Tensor(a) + b }
    public static func - (a: Tensor, b: Float) throws -> Tensor { try a - Tensor(b) }
    public static func - (a: Float, b: Tensor) throws -> Tensor { try Tensor(a) - b }
    public static func * (a: Tensor, b: Float) throws -> Tensor { try a * Tensor(b) }
    public static func * (a: Float, b: Tensor) throws -> Tensor { try Tensor(a) * b }
    public static func / (a: Tensor, b: Float) throws -> Tensor { try a / Tensor(b) }
    public static func / (a: Float, b: Tensor) throws -> Tensor { try Tensor(a) / b }
}
