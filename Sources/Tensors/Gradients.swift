import CKernels
import Support

/// ∂output/∂variable for each variable: reverse-mode differentiation of a scalar.
///
/// A variable that the output does not depend on has a gradient of zeros. The gradients are constants:
/// second derivatives are not recorded.
public func gradients(of output: Tensor, withRespectTo variables: [Tensor]) throws -> [Tensor] {
    guard output.count == 1 else {
        throw Fault(
            "gradient.not-scalar",
            "a gradient is taken of one number, a tensor of shape \(output.shape) was given",
            hint: "reduce it first, for example with mean or sum")
    }
    return try gradients(of: output, seed: Tensor.ones(output.shape), withRespectTo: variables)
}

/// The product of `seed`, of the output's shape, with the Jacobian ∂output/∂variable, for each variable.
public func gradients(
    of output: Tensor, seed: Tensor, withRespectTo variables: [Tensor]
) throws -> [Tensor] {
    guard seed.shape == output.shape else {
        throw Fault(
            "gradient.seed", "the seed's shape \(seed.shape) is not that of the output, \(output.shape)")
    }
    let targets = try variables.map { variable in
        guard let node = variable.node else {
            throw Fault(
                "gradient.constant",
                "a gradient is taken with respect to a variable, a constant of shape \(variable.shape) was given")
        }
        return node
    }
    let wanted = Set(targets.map { ObjectIdentifier($0) })
    var sums = GradientSums()
    if let root = output.node {
        let nodes = nodesOnTheWay(from: root, to: targets)
        if !nodes.isEmpty { try sums.add(seed.detached, to: root) }
        for node in nodes {
            guard let pullback = node.pullback, let gradient = sums[node] else { continue }
            let parents = node.parents
            let parts = try pullback(gradient)
            guard parts.count == parents.count else {
                throw Fault(
                    "gradient.pullback",
                    "a pullback returned \(parts.count) gradients for \(parents.count) inputs")
            }
            for (parent, part) in zip(parents, parts) {
                if let parent, let part { try sums.add(part.detached, to: parent) }
            }
            if !wanted.contains(ObjectIdentifier(node)) { sums.remove(node) }
        }
    }
    return try zip(variables, targets).map { try sums[$1] ?? Tensor.zeros($0.shape) }
}

/// The nodes between `root` and any target, latest first.
private func nodesOnTheWay(from root: GradientNode, to targets: [GradientNode]) -> [GradientNode] {
    let earliest = targets.lazy.map(\.order).min() ?? UInt64.max
    var seen: Set<ObjectIdentifier> = [ObjectIdentifier(root)]
    var found = [root]
    var open = [root]
    while let node = open.popLast() {
        for case let parent? in node.parents
        where parent.order >= earliest && seen.insert(ObjectIdentifier(parent)).inserted {
            found.append(parent)
            open.append(parent)
        }
    }
    found.sort { $0.order < $1.order }
    var leads = Set(targets.map { ObjectIdentifier($0) })
    var kept: [GradientNode] = []
    for node in found {
        let isOnTheWay =
            leads.contains(ObjectIdentifier(node))
            || node.parents.contains { $0.map { leads.contains(ObjectIdentifier($0)) } ?? false }
        if isOnTheWay {
            leads.insert(ObjectIdentifier(node))
            kept.append(node)
        }
    }
    return kept.reversed()
}

/// The gradients that have arrived at each node so far.
///
/// The first to arrive is kept as it came, since others may hold it too; a sum is this table's own memory.
private struct GradientSums {
    private var sums: [ObjectIdentifier: (tensor: Tensor, isOwn: Bool)] = [:]

    subscript(node: GradientNode) -> Tensor? { sums[ObjectIdentifier(node)]?.tensor }

    mutating func remove(_ node: GradientNode) { sums[ObjectIdentifier(node)] = nil }

    mutating func add(_ gradient: Tensor, to node: GradientNode) throws {
        guard gradient.shape == node.shape else {
            throw Fault(
                "gradient.shape", "a gradient of shape \(gradient.shape) came to a value of shape \(node.shape)")
        }
        let key = ObjectIdentifier(node)
        guard let held = sums[key] else {
            sums[key] = (gradient, false)
            return
        }
        let sum =
            held.isOwn
            ? held.tensor : Tensor(shape: node.shape, storage: Storage(copying: held.tensor.storage), node: nil)
        mpo_accumulate(sum.storage.pointer, gradient.storage.pointer, gradient.count)
        if !held.isOwn { sums[key] = (sum, true) }
    }
}
