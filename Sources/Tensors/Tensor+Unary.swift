import CKernels
import Support

/// Functions of one tensor, element by element.
extension Tensor {
    /// A kernel's values, and its gradient by the kernel of the same name.
    private func mapped(_ kernel: MPOUnary) throws -> Tensor {
        let storage = try Storage(checking: shape)
        mpo_unary(kernel, storage.pointer, self.storage.pointer, count)
        let out = Tensor(shape: shape, storage: storage, node: nil)
        guard node != nil else { return out }
        let x = detached
        return Tensor.differentiable(out, from: [self]) { gradient in
            let part = try Storage(checking: x.shape)
            mpo_unary_gradient(
                kernel, part.pointer, gradient.storage.pointer, x.storage.pointer, out.storage.pointer, x.count)
            return [Tensor(shape: x.shape, storage: part, node: nil)]
        }
    }

    public static prefix func - (x: Tensor) throws -> Tensor { try x.mapped(MPO_NEGATE) }

    public func exp() throws -> Tensor { try mapped(MPO_EXP) }
    /// eˣ − 1, exact near 0.
    public func expm1() throws -> Tensor { try mapped(MPO_EXPM1) }
    /// The natural logarithm.
    public func log() throws -> Tensor { try mapped(MPO_LOG) }
    /// ln(1 + x), exact near 0.
    public func log1p() throws -> Tensor { try mapped(MPO_LOG1P) }
    public func sqrt() throws -> Tensor { try mapped(MPO_SQRT) }
    public func square() throws -> Tensor { try mapped(MPO_SQUARE) }
    /// 1 / x
    public func reciprocal() throws -> Tensor { try mapped(MPO_RECIPROCAL) }
    /// |x|, with derivative 0 at 0.
    public func abs() throws -> Tensor { try mapped(MPO_ABS) }
    /// −1, 0 or 1; the derivative is 0.
    public func sign() throws -> Tensor { try mapped(MPO_SIGN) }
    public func tanh() throws -> Tensor { try mapped(MPO_TANH) }
    /// 1 / (1 + e⁻ˣ)
    public func sigmoid() throws -> Tensor { try mapped(MPO_SIGMOID) }
    /// ln(1 + eˣ)
    public func softplus() throws -> Tensor { try mapped(MPO_SOFTPLUS) }
    /// max(x, 0), with derivative 0 at 0.
    public func relu() throws -> Tensor { try mapped(MPO_RELU) }
    /// x above 0, eˣ − 1 below.
    public func elu() throws -> Tensor { try mapped(MPO_ELU) }
    public func sin() throws -> Tensor { try mapped(MPO_SIN) }
    public func cos() throws -> Tensor { try mapped(MPO_COS) }
    public func tan() throws -> Tensor { try mapped(MPO_TAN) }
    public func atan() throws -> Tensor { try mapped(MPO_ATAN) }
    /// The next integer below; the derivative is 0.
    public func floor() throws -> Tensor { try mapped(MPO_FLOOR) }
    /// The next integer above; the derivative is 0.
    public func ceil() throws -> Tensor { try mapped(MPO_CEIL) }
    /// The nearest integer, halves away from 0; the derivative is 0.
    public func round() throws -> Tensor { try mapped(MPO_ROUND) }

    /// Every element limited to low…high; the gradient is 0 outside. NaN stays NaN.
    public func clip(_ low: Float, _ high: Float) throws -> Tensor {
        guard low <= high else {
            throw Fault("clip.range", "clip wants low ≤ high, low \(low) and high \(high) were given")
        }
        let out = try Tensor(shape: shape) { mpo_clip($0, storage.pointer, low, high, count) }
        guard node != nil else { return out }
        let x = detached
        return Tensor.differentiable(out, from: [self]) { gradient in
            let inside = try Tensor.lessOrEqual(Tensor(low), x) * Tensor.lessOrEqual(x, Tensor(high))
            return [try gradient * inside]
        }
    }
}
