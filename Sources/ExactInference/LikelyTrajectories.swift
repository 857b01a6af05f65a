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
    /// The `count` most probable trajectories under q, the most probable first; none is missed.
    ///
    /// Best first, with the largest probability of what may still come as the exact bound (A*). Of equal bounds the
    /// longest beginning goes on first, so that many equally probable trajectories are not all begun at once.
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
            heap.push(BestFirst.Item(bound: bound, depth: node.time, index: nodes.count - 1))
        }
        for s in 0..<S where model.start[s] > 0 {
            let log0 = log(model.start[s]) + startRatio[s]
            add(Node(parent: -1, time: 0, state: s, action: -1, outcome: -1, logQ: log0, isEnd: false), bound: log0 + best[s])
        }
        var found: [Trajectory] = []
        while found.count < count, let index = heap.pop()?.index {
            try cancellation?.check()
            guard nodes.count < Self.mostNodes else {
                throw Fault(
                    "inference.too-large", "more than \(Self.mostNodes.grouped) beginnings of trajectories are equally probable",
                    hint: "fewer trajectories, or a shorter horizon")
            }
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
        return found.enumerated().sorted { ($0.element.logQ, $1.offset) > ($1.element.logQ, $0.offset) }.map(\.element)
    }

    private static let mostNodes = 3_000_000

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

/// A binary heap of search nodes: the largest bound first, of equal ones the deepest, then the one that was made first.
private struct BestFirst {
    struct Item {
        /// In steps of 1e-9, so that rounding makes no difference between equal ones.
        let bound: Double
        let depth: Int
        let index: Int

        init(bound: Double, depth: Int, index: Int) {
            self.bound = (bound * 1e9).rounded()
            self.depth = depth
            self.index = index
        }

        func comes(before other: Item) -> Bool {
            if bound != other.bound { return bound > other.bound }
            return depth != other.depth ? depth > other.depth : index < other.index
        }
    }

    private var items: [Item] = []

    mutating func push(_ item: Item) {
        items.append(item)
        var child = items.count - 1
        while child > 0, items[child].comes(before: items[(child - 1) / 2]) {
            items.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    mutating func pop() -> Item? {
        guard let first = items.first, let last = items.popLast() else { return nil }
        if items.isEmpty { return first }
        items[0] = last
        var parent = 0
        while true {
            var best = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < items.count && items[child].comes(before: items[best]) {
                best = child
            }
            if best == parent { return first }
            items.swapAt(parent, best)
            parent = best
        }
    }
}
