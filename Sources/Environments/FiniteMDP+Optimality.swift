import Support

extension FiniteMDP {
    /// What sweeps of Bellman's optimality equation came to.
    public struct ValueIteration: Equatable, Sendable {
        /// The values, with Q and the expected return that follow from them.
        public let evaluation: Evaluation
        /// The best action in each state by these values.
        public let policy: [Int]
        public let sweeps: Int
        /// The largest change of a value in the last sweep; V is within γ/(1 − γ) times this of the best.
        public let change: Double
    }

    /// V ← max_a (r + γ P V), all states at once, from V = 0 until no value changes by more than `tolerance`.
    ///
    /// `tolerance` is relative to the largest value where that exceeds 1. `sweeps` instead stops after so many: V is
    /// then what is earned in that many steps at best. Source: Sutton and Barto 2018, section 4.4.
    public func valueIteration(
        discount: Double, tolerance: Double = 1e-10, sweeps: Int? = nil, cancellation: CancellationToken? = nil
    ) throws -> ValueIteration {
        try Self.check(discount)
        guard tolerance > 0 else {
            throw Fault("mdp.tolerance", "mdp: a tolerance above 0 was wanted, \(tolerance.plain) was given")
        }
        if let sweeps, sweeps < 1 {
            throw Fault("mdp.sweeps", "mdp: at least 1 sweep was wanted, \(sweeps) was given")
        }
        let rewards = rewards
        let limit = sweeps ?? Self.mostSweeps
        var values = Array(repeating: 0.0, count: stateCount)
        var next = values
        var change = Double.infinity
        var done = 0
        while done < limit {
            try cancellation?.check()
            change = 0
            var largest = 1.0
            for s in 0..<stateCount {
                var best = -Double.infinity
                for a in 0..<actionCount {
                    var sum = rewards[s][a]
                    let pair = s * actionCount + a
                    for place in places[pair]..<places[pair + 1] where !table[place].terminates {
                        sum += discount * table[place].probability * values[table[place].next]
                    }
                    best = max(best, sum)
                }
                next[s] = best
                change = max(change, (best - values[s]).magnitude)
                largest = max(largest, best.magnitude)
            }
            swap(&values, &next)
            done += 1
            if change <= tolerance * largest { break }
            if !largest.isFinite { break }
            if sweeps == nil, done == limit { change = .infinity }
        }
        guard change.isFinite else {
            throw Fault(
                "mdp.infinite-value", "mdp: the best value did not settle within \(done) sweeps at gamma = \(discount.plain)",
                hint: "a smaller gamma or a larger tolerance makes it settle; at gamma = 1 every episode must end")
        }
        let evaluation = evaluation(values: values, discount: discount)
        let policy = greedy(evaluation.q, discount: discount) ?? evaluation.q.map(Self.lowestBest)
        return ValueIteration(evaluation: evaluation, policy: policy, sweeps: done, change: change)
    }

    /// The best deterministic policy and its exact value, by policy iteration from value iteration's policy.
    ///
    /// The lowest index wins a tie; at gamma = 1 the one that ends the episode in the fewest steps, as going round for
    /// ever may tie, too. Source: Sutton and Barto 2018, section 4.3.
    public func optimal(
        discount: Double, cancellation: CancellationToken? = nil
    ) throws -> (policy: [Int], evaluation: Evaluation) {
        try Self.check(discount)
        // Below 1 any policy may come first, and a rough one saves the solving of most systems.
        let first = try valueIteration(
            discount: discount, sweeps: discount < 1 ? 1000 : nil, cancellation: cancellation)
        guard var policy = greedy(first.evaluation.q, discount: discount) else { throw Self.endless }
        while true {
            let table = policy.map { best in (0..<actionCount).map { $0 == best ? 1.0 : 0.0 } }
            let evaluation = try evaluate(policy: table, discount: discount, cancellation: cancellation)
            var better = policy
            for (s, row) in evaluation.q.enumerated() {
                for (a, q) in row.enumerated() {
                    // A margin over rounding, so that equal actions cannot make the iteration go round.
                    let now = row[better[s]]
                    if q > now + 1e-12 * max(1, now.magnitude) { better[s] = a }
                }
            }
            if better == policy { return (greedy(evaluation.q, discount: discount) ?? policy, evaluation) }
            policy = better
        }
    }

    private static let mostSweeps = 200_000

    private static var endless: Fault {
        Fault(
            "mdp.infinite-value", "mdp: at gamma = 1 an end must be reached from every state; here it is not",
            hint: "a gamma below 1")
    }

    /// The actions whose Q is the best but for rounding.
    private static func best(_ q: [Double]) -> [Int] {
        let best = q.max() ?? 0
        return q.indices.filter { q[$0] >= best - 1e-9 * max(1, best.magnitude) }
    }

    private static func lowestBest(_ q: [Double]) -> Int { best(q).first ?? 0 }

    /// A best action in each state; nil where, at gamma = 1, best actions alone never end the episode.
    private func greedy(_ q: [[Double]], discount: Double) -> [Int]? {
        if discount < 1 { return q.map(Self.lowestBest) }
        var policy = Array(repeating: 0, count: stateCount)
        var leads = (0..<stateCount).map { terminal.contains($0) }
        var left = (0..<stateCount).filter { !leads[$0] }
        // Backwards from the end, a step a turn: states with a best action that may end or lead to one found before.
        while !left.isEmpty {
            var found: [Int] = []
            for s in left {
                let action = Self.best(q[s]).first { a in
                    outcomes(s, a).contains { $0.probability > 0 && ($0.terminates || leads[$0.next]) }
                }
                guard let action else { continue }
                policy[s] = action
                found.append(s)
            }
            if found.isEmpty { return nil }
            for s in found { leads[s] = true }
            left.removeAll { leads[$0] }
        }
        return policy
    }
}
