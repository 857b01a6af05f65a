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
    public func evaluate(
        policy: [[Double]], discount: Double, cancellation: CancellationToken? = nil
    ) throws -> Evaluation {
        try Self.check(discount)
        guard policy.count == stateCount else {
            throw Fault("mdp.shape", "mdp: a policy of \(stateCount) states was wanted, \(policy.count) were given")
        }
        for (s, row) in policy.enumerated() {
            try Self.check(row, count: actionCount, "mdp: the policy in state \(s)")
        }
        try MemoryBudget.require(elements: [stateCount, stateCount], stride: 16, for: "the exact value of a policy")
        var system = DenseMatrix(identity: stateCount)
        var right = DenseMatrix(zeros: stateCount, 1)
        for s in 0..<stateCount {
            for (a, probability) in policy[s].enumerated() where probability > 0 {
                right[s, 0] += probability * reward(s, a)
                for outcome in outcomes(s, a) where !outcome.terminates {
                    system[s, outcome.next] -= discount * probability * outcome.probability
                }
            }
        }
        guard let solution = try system.solve(right, cancellation: cancellation) else {
            throw Fault(
                "mdp.infinite-value", "mdp: this policy's value is not finite at gamma = \(discount.plain)",
                hint: "at gamma = 1 every episode must end in a terminal state")
        }
        return evaluation(values: solution.elements, discount: discount)
    }

    func evaluation(values: [Double], discount: Double) -> Evaluation {
        let total = zip(start, values).reduce(0) { $0 + $1.0 * $1.1 }
        return Evaluation(values: values, q: q(of: values, discount: discount), expectedReturn: total)
    }

    /// r(s, a) + γ Σ p V(s') over the outcomes that go on, S × N.
    func q(of values: [Double], discount: Double) -> [[Double]] {
        (0..<stateCount).map { s in
            (0..<actionCount).map { a in
                var sum = reward(s, a)
                for outcome in outcomes(s, a) where !outcome.terminates {
                    sum += discount * outcome.probability * values[outcome.next]
                }
                return sum
            }
        }
    }

    static func check(_ discount: Double) throws {
        guard discount >= 0, discount <= 1 else {
            throw Fault("mdp.discount", "mdp: a gamma in [0, 1] was wanted, \(discount.plain) was given")
        }
    }
}
