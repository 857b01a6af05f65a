import Support

// Shape letters: S states, N actions of a state.

/// A Markov decision process given by tables, small enough that everything about it is exact.
///
/// What an action in a state may lead to is a short list of outcomes, as in Gymnasium's `P[s][a]`, so that a reward
/// may hang on what happened and a task of many states stays small. Entering a state of `terminal` ends the episode;
/// such a state is absorbing: all its actions stay in it and earn nothing, whatever the tables said.
public struct FiniteMDP: Equatable, Sendable {
    /// One of the things that may happen after an action.
    public struct Outcome: Equatable, Sendable {
        public var probability: Double
        /// The state that follows.
        public var next: Int
        public var reward: Double
        /// The episode ends with this step: nothing is earned after it.
        public var terminates: Bool

        public init(_ probability: Double, _ next: Int, _ reward: Double, terminates: Bool = false) {
            self.probability = probability
            self.next = next
            self.reward = reward
            self.terminates = terminates
        }
    }

    /// S
    public let stateCount: Int
    /// N
    public let actionCount: Int
    /// The probability of starting in each state.
    public let start: [Double]
    public let terminal: Set<Int>
    /// The outcomes of (s, a) are those in `places[s N + a]..<places[s N + a + 1]`.
    let table: [Outcome]
    let places: [Int]

    /// From `outcomes[s][a]`, whose probabilities must sum to 1 within 1e-9, as those of `start`.
    ///
    /// Without `start` the start is uniform over the states that are not terminal.
    public init(outcomes: [[[Outcome]]], start: [Double]? = nil, terminal: Set<Int> = []) throws {
        let states = outcomes.count
        let actions = outcomes.first?.count ?? 0
        try Self.check(states: states, actions: actions, rows: outcomes.map(\.count))
        try self.init(states: states, actions: actions, start: start, terminal: terminal) { s, a in
            let list = outcomes[s][a]
            let what = "mdp: the outcomes of action \(a) in state \(s)"
            try Self.check(list.map(\.probability), count: list.count, what)
            for outcome in list {
                guard (0..<states).contains(outcome.next) else {
                    throw Fault("mdp.state", "\(what): a state in 0..<\(states) was wanted, \(outcome.next) was given")
                }
                guard outcome.reward.isFinite else { throw Fault("mdp.rewards", "\(what): finite rewards were wanted") }
            }
            return list
        }
    }

    /// From `transitions[s][a][s']` and `rewards[s][a]`; transitions of probability 0 are no outcomes.
    public init(
        transitions: [[[Double]]], rewards: [[Double]], start: [Double]? = nil, terminal: Set<Int> = []
    ) throws {
        try self.init(transitions, start: start, terminal: terminal) { states, actions in
            guard rewards.count == states, rewards.allSatisfy({ $0.count == actions }) else {
                throw Fault("mdp.shape", "mdp: rewards of \(states) states × \(actions) actions were wanted")
            }
            return { s, a, _ in rewards[s][a] }
        }
    }

    /// From `transitions[s][a][s']` and rewards that hang on the successor, `successorRewards[s][a][s']`.
    public init(
        transitions: [[[Double]]], successorRewards rewards: [[[Double]]], start: [Double]? = nil, terminal: Set<Int> = []
    ) throws {
        try self.init(transitions, start: start, terminal: terminal) { states, actions in
            guard rewards.count == states,
                rewards.allSatisfy({ $0.count == actions && $0.allSatisfy { $0.count == states } })
            else {
                throw Fault("mdp.shape", "mdp: rewards of \(states) states × \(actions) actions × \(states) states were wanted")
            }
            return { s, a, next in rewards[s][a][next] }
        }
    }

    /// From dense tables. `reward` checks the rewards' shape and gives the reward of (s, a, s').
    private init(
        _ transitions: [[[Double]]], start: [Double]?, terminal: Set<Int>,
        reward: (_ states: Int, _ actions: Int) throws -> (Int, Int, Int) -> Double
    ) throws {
        let states = transitions.count
        let actions = transitions.first?.count ?? 0
        try Self.check(states: states, actions: actions, rows: transitions.map(\.count))
        let reward = try reward(states, actions)
        try self.init(states: states, actions: actions, start: start, terminal: terminal) { s, a in
            let row = transitions[s][a]
            try Self.check(row, count: states, "mdp: the transition from state \(s) by action \(a)")
            var list: [Outcome] = []
            for (next, probability) in row.enumerated() {
                let reward = reward(s, a, next)
                guard reward.isFinite else { throw Fault("mdp.rewards", "mdp: finite rewards were wanted") }
                if probability > 0 { list.append(Outcome(probability, next, reward)) }
            }
            return list
        }
    }

    private init(
        states: Int, actions: Int, start: [Double]?, terminal: Set<Int>,
        outcomes: (_ state: Int, _ action: Int) throws -> [Outcome]
    ) throws {
        if let wrong = terminal.first(where: { !(0..<states).contains($0) }) {
            throw Fault("mdp.terminal", "mdp: a terminal state in 0..<\(states) was wanted, \(wrong) was given")
        }
        if terminal.count == states { throw Fault("mdp.terminal", "mdp: every state is terminal") }
        let living = Double(states - terminal.count)
        let given = start ?? (0..<states).map { terminal.contains($0) ? 0 : 1 / living }
        try Self.check(given, count: states, "mdp: the start distribution")
        if let s = terminal.first(where: { given[$0] > 0 }) {
            throw Fault("mdp.start", "mdp: an episode cannot start in the terminal state \(s)")
        }
        var table: [Outcome] = []
        var places = [0]
        for s in 0..<states {
            for a in 0..<actions {
                let list = try outcomes(s, a)
                if terminal.contains(s) {
                    table.append(Outcome(1, s, 0, terminates: true))
                } else {
                    for var outcome in list {
                        outcome.terminates = outcome.terminates || terminal.contains(outcome.next)
                        table.append(outcome)
                    }
                }
                places.append(table.count)
            }
        }
        stateCount = states
        actionCount = actions
        self.start = given
        self.terminal = terminal
        self.table = table
        self.places = places
    }

    private static func check(states: Int, actions: Int, rows: [Int]) throws {
        guard states > 0, actions > 0 else {
            throw Fault("mdp.shape", "mdp: at least one state and one action were wanted")
        }
        if let s = rows.firstIndex(where: { $0 != actions }) {
            throw Fault("mdp.shape", "mdp: state 0 has \(actions) actions, state \(s) has \(rows[s])")
        }
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
