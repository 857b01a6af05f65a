import Support

extension FiniteMDP {
    /// What a policy is worth, exactly.
    public struct Evaluation: Equatable, Sendable {
        /// V(s), S numbers; 0 in terminal states.
        public let values: [Double]
        /// Q(s, a), S × N; 0 in terminal states.
        public let q: [[Double]]
        /// Σ_s start(s) V(s).
        public let expectedReturn: Double
    }

    /// The discounted value of `policy` (S × N probabilities), by solving (I − γ P_π) V = r_π.
    public func evaluate(policy: [[Double]], discount: Double) throws -> Evaluation {
        try check(discount)
        guard policy.count == stateCount else {
            throw Fault("mdp.shape", "mdp: a policy of \(stateCount) states was wanted, \(policy.count) were given")
        }
        for (s, row) in policy.enumerated() {
            try Self.check(row, count: actionCount, "mdp: the policy in state \(s)")
        }
        try MemoryBudget.require(elements: [stateCount, stateCount], stride: 8, for: "the exact value of a policy")
        var system = DenseMatrix(identity: stateCount)
        var right = DenseMatrix(zeros: stateCount, 1)
        for s in 0..<stateCount where !terminal.contains(s) {
            for (a, probability) in policy[s].enumerated() where probability > 0 {
                right[s, 0] += probability * rewards[s][a]
                for (next, p) in transitions[s][a].enumerated() where !terminal.contains(next) {
                    system[s, next] -= discount * probability * p
                }
            }
        }
        guard let solution = system.solve(right) else {
            throw Fault(
                "mdp.infinite-value", "mdp: this policy's value is not finite at gamma = \(discount)",
                hint: "at gamma = 1 every episode must end in a terminal state")
        }
        return evaluation(values: solution.elements, discount: discount)
    }

    /// The best deterministic policy and its value, by policy iteration; the lowest index wins a tie.
    public func optimal(discount: Double) throws -> (policy: [Int], evaluation: Evaluation) {
        try check(discount)
        guard discount < 1 else {
            throw Fault("mdp.discount", "mdp: a gamma below 1 was wanted for the best policy, \(discount) was given")
        }
        var policy = Array(repeating: 0, count: stateCount)
        while true {
            let table = policy.map { best in (0..<actionCount).map { $0 == best ? 1.0 : 0.0 } }
            let evaluation = try evaluate(policy: table, discount: discount)
            var better = policy
            for (s, row) in evaluation.q.enumerated() {
                for (a, q) in row.enumerated() {
                    // A margin over rounding, so that equal actions cannot make the iteration go round.
                    let now = row[better[s]]
                    if q > now + 1e-12 * max(1, now.magnitude) { better[s] = a }
                }
            }
            if better == policy { return (policy, evaluation) }
            policy = better
        }
    }

    private func evaluation(values: [Double], discount: Double) -> Evaluation {
        var q = rewards
        for s in 0..<stateCount {
            for a in 0..<actionCount {
                if terminal.contains(s) {
                    q[s][a] = 0
                    continue
                }
                for (next, p) in transitions[s][a].enumerated() where !terminal.contains(next) {
                    q[s][a] += discount * p * values[next]
                }
            }
        }
        let total = zip(start, values).reduce(0) { $0 + $1.0 * $1.1 }
        return Evaluation(values: values, q: q, expectedReturn: total)
    }

    private func check(_ discount: Double) throws {
        guard discount >= 0, discount <= 1 else {
            throw Fault("mdp.discount", "mdp: a gamma in [0, 1] was wanted, \(discount) was given")
        }
    }
}
