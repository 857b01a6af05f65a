import Support
import Synchronization

/// One operation of a recorded computation: what it was made from, and how a gradient goes back through it.
///
/// Nodes hold no values and no gradients; `gradients(of:withRespectTo:)` keeps those apart, so one
/// recording can be asked many times.
final class GradientNode: @unchecked Sendable {  // unchecked: changed only while being destroyed
    typealias Pullback = (Tensor) throws -> [Tensor?]

    /// Grows with every node, so a node's number is above those of all it was made from.
    let order: UInt64
    let shape: Shape
    private(set) var parents: [GradientNode?]
    private(set) var pullback: Pullback?

    private static let made = Atomic<UInt64>(0)

    init(shape: Shape, parents: [GradientNode?], pullback: Pullback?) {
        order = Self.made.wrappingAdd(1, ordering: .relaxed).newValue
        self.shape = shape
        self.parents = parents
        self.pullback = pullback
    }

    /// Takes long chains apart in a loop: a recursive release would overflow the stack.
    deinit {
        if parents.isEmpty { return }
        var condemned = parents.compactMap { $0 }
        parents = []
        pullback = nil
        while var node = condemned.popLast() {
            guard isKnownUniquelyReferenced(&node) else { continue }
            for case let parent? in node.parents { condemned.append(parent) }
            node.parents = []
            node.pullback = nil
        }
    }
}

extension Tensor {
    /// The same numbers as a variable of its own, which gradients can be asked for.
    public func asVariable() -> Tensor {
        Tensor(
            shape: shape, storage: storage, node: GradientNode(shape: shape, parents: [], pullback: nil))
    }

    /// Makes `value`, computed from `inputs` by other means, a differentiable function of them.
    ///
    /// `pullback` is given ∂L/∂value, of the value's shape, and returns ∂L/∂input for each input, of that
    /// input's shape, or nil where it is zero. It works on constants: what it captures should be `detached`.
    /// Nothing is recorded if no input is tracked.
    public static func differentiable(
        _ value: Tensor, from inputs: [Tensor], pullback: @escaping (Tensor) throws -> [Tensor?]
    ) -> Tensor {
        guard inputs.contains(where: { $0.node != nil }) else { return value.detached }
        let node = GradientNode(shape: value.shape, parents: inputs.map(\.node), pullback: pullback)
        return Tensor(shape: value.shape, storage: value.storage, node: node)
    }
}
