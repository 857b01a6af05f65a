import Support

// Shape letters: S states, N actions of a state.

/// A Markov decision process given by tables, small enough that everything about it is exact.
///
/// `transitions[s][a][s']` are probabilities, `rewards[s][a]` expected rewards, `start[s]` the start distribution.
/// Entering a state of `terminal` ends the episode; nothing is earned from there on.
public struct FiniteMDP: Equatable, Sendable {
    public let transitions: [[[Double]]]
    public let rewards: [[Double]]
    public let start: [Double]
    public let terminal: Set<Int>

    public var stateCount: Int { transitions.count }
    public var actionCount: Int { transitions.first?.count ?? 0 }

    /// Checks the tables' shapes and that every distribution has no negative entry and sums to 1 within 1e-9.
    ///
    /// Without `start` the start is uniform over the states that are not terminal.
    public init(
        transitions: [[[Double]]], rewards: [[Double]], start: [Double]? = nil, terminal: Set<Int> = []
    ) throws {
        let states = transitions.count
        let actions = transitions.first?.count ?? 0
        guard states > 0, actions > 0 else {
            throw Fault("mdp.shape", "mdp: at least one state and one action were wanted")
        }
        for (s, row) in transitions.enumerated() {
            guard row.count == actions else {
                throw Fault("mdp.shape", "mdp: state 0 has \(actions) actions, state \(s) has \(row.count)")
            }
            for (a, next) in row.enumerated() {
                try Self.check(next, count: states, "mdp: the transition from state \(s) by action \(a)")
            }
        }
        guard rewards.count == states, rewards.allSatisfy({ $0.count == actions }) else {
            throw Fault("mdp.shape", "mdp: rewards of \(states) states × \(actions) actions were wanted")
        }
        guard rewards.allSatisfy({ $0.allSatisfy(\.isFinite) }) else {
            throw Fault("mdp.rewards", "mdp: finite rewards were wanted")
        }
        if let wrong = terminal.first(where: { !(0..<states).contains($0) }) {
            throw Fault("mdp.terminal", "mdp: a terminal state in 0..<\(states) was wanted, \(wrong) was given")
        }
        let living = (0..<states).filter { !terminal.contains($0) }
        guard !living.isEmpty else { throw Fault("mdp.terminal", "mdp: every state is terminal") }
        let given = start ?? (0..<states).map { terminal.contains($0) ? 0 : 1 / Double(living.count) }
        try Self.check(given, count: states, "mdp: the start distribution")
        if let s = terminal.first(where: { given[$0] > 0 }) {
            throw Fault("mdp.start", "mdp: an episode cannot start in the terminal state \(s)")
        }
        self.transitions = transitions
        self.rewards = rewards
        self.start = given
        self.terminal = terminal
    }

    static func check(_ distribution: [Double], count: Int, _ what: String) throws {
        guard distribution.count == count else {
            throw Fault(
                "mdp.shape", "\(what): \(count) probabilities were wanted, \(distribution.count) were given")
        }
        let sum = distribution.reduce(0, +)
        guard distribution.allSatisfy({ $0 >= 0 }), (sum - 1).magnitude <= 1e-9 else {
            throw Fault("mdp.probabilities", "\(what): probabilities that sum to 1 were wanted, their sum is \(sum)")
        }
    }
}
