import Support

/// A float32 array of any rank, contiguous, last axis innermost.
///
/// A value: operations make new tensors and never change their inputs. A tensor that was made from
/// variables (`asVariable()`) also knows how, so that `gradients(of:withRespectTo:)` can go back.
public struct Tensor: Sendable {
    public let shape: Shape
    public let storage: Storage
    /// Where the tensor came from; nil for a constant.
    let node: GradientNode?

    init(shape: Shape, storage: Storage, node: GradientNode?) {
        self.shape = shape
        self.storage = storage
        self.node = node
    }

    /// A tensor on memory that no one writes to any more.
    public init(shape: Shape, storage: Storage) throws {
        guard storage.count == shape.count else {
            throw Fault(
                "tensor.count", "the shape \(shape) wants \(shape.count) numbers, \(storage.count) were given")
        }
        self.init(shape: shape, storage: storage, node: nil)
    }

    /// A scalar, rank 0.
    public init(_ value: Float) {
        let storage = Storage(count: 1)
        storage.pointer[0] = value
        self.init(shape: .scalar, storage: storage, node: nil)
    }

    /// The numbers in order, last axis fastest.
    public init(_ values: some Collection<Float>, shape: Shape) throws {
        guard values.count == shape.count else {
            throw Fault(
                "tensor.count", "the shape \(shape) wants \(shape.count) numbers, \(values.count) were given")
        }
        self.init(shape: shape, storage: Storage(values), node: nil)
    }

    /// A vector.
    public init(_ values: [Float]) {
        self.init(
            shape: Shape(unchecked: [values.count], count: values.count), storage: Storage(values), node: nil)
    }

    /// A tensor whose memory `body` fills; refused before allocation if it cannot fit.
    public init(shape: Shape, filling body: (UnsafeMutablePointer<Float>) throws -> Void) throws {
        let storage = try Storage(checking: shape)
        try body(storage.pointer)
        self.init(shape: shape, storage: storage, node: nil)
    }

    public var rank: Int { shape.rank }
    public var count: Int { shape.count }

    /// The elements in order, last axis fastest.
    public var values: [Float] { Array(storage.span) }

    /// The one number of a tensor with one element.
    public func item() throws -> Float {
        guard count == 1 else {
            throw Fault(
                "tensor.not-one", "one number was wanted, a tensor of shape \(shape) holds \(count)",
                hint: "reduce it, for example with mean or sum, or pick one by its indices")
        }
        return storage.pointer[0]
    }

    /// The same numbers as a constant: no gradient flows through.
    public var detached: Tensor { node == nil ? self : Tensor(shape: shape, storage: storage, node: nil) }

    /// Whether gradients flow back through this tensor.
    public var isTracked: Bool { node != nil }

    /// Whether any element is NaN or infinite.
    public var hasNonFinite: Bool {
        storage.span.contains { !$0.isFinite }
    }

    /// Equal shapes and equal numbers (NaN equals nothing, as in IEEE 754).
    public func equals(_ other: Tensor) -> Bool {
        shape == other.shape && storage.span.elementsEqual(other.storage.span)
    }
}

extension Storage {
    /// Uninitialised memory for a shape's numbers, refused before allocation if it cannot fit.
    public convenience init(checking shape: Shape) throws {
        let (bytes, overflow) = shape.count.multipliedReportingOverflow(by: MemoryLayout<Float>.stride)
        try MemoryBudget.require(bytes: overflow ? Int.max : bytes, for: "a tensor of shape \(shape)")
        self.init(count: shape.count)
    }
}
