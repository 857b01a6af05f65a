import Glibc
import Support

/// One trajectory with its probability under q and under p_π.
public struct Trajectory: Equatable, Sendable {
    /// s₀, s₁, …: the states acted in, and the one that the last step led to.
    public let states: [Int]
    public let actions: [Int]
    /// Places in the list of outcomes of each (s_t, a_t).
    public let outcomes: [Int]
    public let rewards: [Double]
    public let terminated: Bool
    /// log q(τ) and log p_π(τ).
    public let logQ: Double
    public let logPrior: Double

    public var totalReward: Double { rewards.reduce(0, +) }
}

extension TrajectoryDistribution {
    /// The `count` most probable trajectories under q, the most probable first; equally probable ones in the order of
    /// their states, actions and outcomes.
    ///
    /// Best first, with the largest probability of what may still come as the exact bound (A*): no trajectory is
    /// missed, and only those that are asked for are followed to their end.
    public func likely(_ count: Int, _ cancellation: CancellationToken? = nil) throws -> [Trajectory] {
        guard count >= 1 else { throw Fault("inference.count", "a count of 1 or more was wanted, \(count) was given") }
        guard count <= 100_000 else { throw Fault("inference.count", "at most 100 000 trajectories are listed, \(count) were asked for") }
        let (T, S, N) = (model.horizon, model.stateCount, model.actionCount)
        // best[t][s]: the largest log probability of what follows from s at t.
        var best = [Double](repeating: 0, count: (T + 1) * S)
        for t in (0..<T).reversed() {
            try cancellation?.check()
            for s in 0..<S where model.isLive[s] {
                var largest = -Double.infinity
                for a in 0..<N {
                    let q = logAction(t, s, a)
                    if q == -.infinity { continue }
                    for k in model.range(s, a) {
                        let outcome = model.outcomes[k]
                        largest = max(largest, q + logOutcome(t, k) + (outcome.terminates ? 0 : best[(t + 1) * S + outcome.next]))
                    }
                }
                best[t * S + s] = largest
            }
        }
        var nodes: [Node] = []
        var heap = BestFirst()
        func add(_ node: Node, bound: Double) {
            guard bound > -.infinity else { return }
            nodes.append(node)
            heap.push((bound, nodes.count - 1))
        }
        for s in 0..<S where model.start[s] > 0 {
            let log0 = log(model.start[s]) + startRatio[s]
            add(Node(parent: -1, time: 0, state: s, action: -1, outcome: -1, logQ: log0, isEnd: false), bound: log0 + best[s])
        }
        var found: [Trajectory] = []
        while found.count < count, let (_, index) = heap.pop() {
            if nodes.count & 1023 == 0 { try cancellation?.check() }
            try MemoryBudget.require(elements: [nodes.count, 2], stride: MemoryLayout<Node>.stride, for: "the search for trajectories")
            let node = nodes[index]
            if node.isEnd {
                found.append(trajectory(nodes, index))
                continue
            }
            for a in 0..<N {
                let q = logAction(node.time, node.state, a)
                if q == -.infinity { continue }
                for k in model.range(node.state, a) {
                    let outcome = model.outcomes[k]
                    let isEnd = outcome.terminates || node.time + 1 == T
                    let reached = node.logQ + q + logOutcome(node.time, k)
                    add(
                        Node(
                            parent: index, time: node.time + 1, state: outcome.next, action: a, outcome: k, logQ: reached,
                            isEnd: isEnd),
                        bound: reached + (isEnd ? 0 : best[(node.time + 1) * S + outcome.next]))
                }
            }
        }
        return found
    }

    private func logAction(_ t: Int, _ s: Int, _ a: Int) -> Double {
        let p = prior.probability(t, s, a)
        if p > 0 { return log(p) + actionRatio[place(t, s, a)] }
        return log(actions[place(t, s, a)])
    }

    private func logOutcome(_ t: Int, _ k: Int) -> Double {
        log(model.outcomes[k].probability) + outcomeLogRatio(t, k)
    }

    private func trajectory(_ nodes: [Node], _ end: Int) -> Trajectory {
        var path: [Node] = []
        var index = end
        while index >= 0 {
            path.append(nodes[index])
            index = nodes[index].parent
        }
        path.reverse()
        let steps = path.dropFirst()
        var logPrior = log(model.start[path[0].state])
        var places: [Int] = []
        for (t, pair) in zip(path, steps).enumerated() {
            let (from, to) = pair
            logPrior += log(prior.probability(t, from.state, to.action)) + log(model.outcomes[to.outcome].probability)
            places.append(to.outcome - model.range(from.state, to.action).lowerBound)
        }
        return Trajectory(
            states: path.map(\.state), actions: steps.map(\.action), outcomes: places,
            rewards: steps.map { model.outcomes[$0.outcome].reward },
            terminated: path.last.map { $0.outcome >= 0 && model.outcomes[$0.outcome].terminates } ?? false,
            logQ: path.last?.logQ ?? 0, logPrior: logPrior)
    }

    private struct Node {
        var parent: Int
        var time: Int
        var state: Int
        var action: Int
        var outcome: Int
        var logQ: Double
        var isEnd: Bool
    }
}

/// A binary heap of search nodes, the largest bound first; of equal ones the node that was made first.
private struct BestFirst {
    private var items: [(bound: Double, index: Int)] = []

    private static func before(_ a: (bound: Double, index: Int), _ b: (bound: Double, index: Int)) -> Bool {
        a.bound > b.bound || (a.bound == b.bound && a.index < b.index)
    }

    mutating func push(_ item: (bound: Double, index: Int)) {
        items.append(item)
        var child = items.count - 1
        while child > 0, Self.before(items[child], items[(child - 1) / 2]) {
            items.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    mutating func pop() -> (bound: Double, index: Int)? {
        guard let first = items.first, let last = items.popLast() else { return nil }
        if items.isEmpty { return first }
        items[0] = last
        var parent = 0
        while true {
            var best = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < items.count && Self.before(items[child], items[best]) {
                best = child
            }
            if best == parent { return first }
            items.swapAt(parent, best)
            parent = best
        }
    }
}
