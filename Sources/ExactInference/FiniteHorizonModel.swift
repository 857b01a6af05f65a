import Environments
import Support

// Shape letters: T steps, S states, N actions of a state, K outcomes of the whole table.

/// A finite MDP played for at most T steps: what a trajectory may be, and how likely its outcomes are.
///
/// A trajectory is s₀, a₀, o₀, s₁, a₁, o₁, … until an outcome terminates or T steps are played. An outcome is a
/// successor together with its reward, since rewards may hang on what happened; two of one pair that agree in all
/// of that are one. Probabilities are scaled so that they sum to 1 to rounding.
public struct FiniteHorizonModel: Equatable, Sendable {
    /// T
    public let horizon: Int
    /// S
    public let stateCount: Int
    /// N
    public let actionCount: Int
    /// p(s₀), S numbers.
    public let start: [Double]
    /// Whether an episode can go on in a state: false for terminal ones.
    public let isLive: [Bool]
    /// All outcomes with a positive probability, K; those of (s, a) are in `places[s N + a]..<places[s N + a + 1]`.
    let outcomes: [FiniteMDP.Outcome]
    let places: [Int]

    /// At most this many numbers are kept for one distribution over trajectories.
    static let mostNumbers = 30_000_000

    public init(_ mdp: FiniteMDP, horizon: Int) throws {
        guard horizon >= 1 else {
            throw Fault("inference.horizon", "a horizon of 1 step or more was wanted, \(horizon) was given")
        }
        self.horizon = horizon
        stateCount = mdp.stateCount
        actionCount = mdp.actionCount
        let total = mdp.start.reduce(0, +)
        start = mdp.start.map { $0 / total }
        isLive = (0..<mdp.stateCount).map { !mdp.terminal.contains($0) }
        var outcomes: [FiniteMDP.Outcome] = []
        var places = [0]
        for s in 0..<mdp.stateCount {
            for a in 0..<mdp.actionCount {
                let first = outcomes.count
                let list = mdp.outcomes(s, a)
                let sum = list.reduce(0) { $0 + $1.probability }
                for var outcome in list where outcome.probability > 0 {
                    outcome.probability /= sum
                    let known = outcomes[first...].firstIndex {
                        $0.next == outcome.next && $0.reward == outcome.reward && $0.terminates == outcome.terminates
                    }
                    if let known { outcomes[known].probability += outcome.probability } else { outcomes.append(outcome) }
                }
                places.append(outcomes.count)
            }
        }
        self.outcomes = outcomes
        self.places = places
        let numbers = try MemoryBudget.product(
            [horizon, 2 * (stateCount * actionCount + outcomes.count + stateCount)], for: "a distribution over trajectories")
        guard numbers <= Self.mostNumbers else {
            throw Fault(
                "inference.too-large",
                "exact inference over \(horizon.grouped) steps of \(stateCount.grouped) × \(actionCount.grouped) states and actions needs \(numbers.grouped) numbers, at most \(Self.mostNumbers.grouped) are allowed",
                hint: "a shorter horizon: `horizon: 20`")
        }
        // An E-step keeps a few of them at a time: the posterior, the best so far, the one that is being made.
        try MemoryBudget.require(elements: [numbers, 4], stride: 8, for: "exact inference over trajectories")
    }

    /// A bandit without noise as an MDP of one state and one step.
    public init(_ bandit: Bandit, horizon: Int? = nil) throws {
        guard bandit.noise == 0 else {
            throw Fault(
                "inference.noise",
                "exact inference sums over all rewards; this bandit's noise of \(bandit.noise.plain) makes them infinitely many",
                hint: "bandit(means) without noise, or an mdp whose rewards hang on the successor")
        }
        let outcomes = bandit.means.map { [FiniteMDP.Outcome(1, 0, $0, terminates: true)] }
        try self.init(FiniteMDP(outcomes: [outcomes]), horizon: horizon ?? 1)
    }

    /// The outcomes of (s, a) as places in the table; both in range.
    func range(_ state: Int, _ action: Int) -> Range<Int> {
        let pair = state * actionCount + action
        return places[pair]..<places[pair + 1]
    }

    /// What may happen after `action` in `state`, with positive probabilities; both in range.
    public func outcomes(_ state: Int, _ action: Int) -> ArraySlice<FiniteMDP.Outcome> { outcomes[range(state, action)] }

    /// K
    var outcomeCount: Int { outcomes.count }

    /// Whether every action has one outcome only.
    public var isDeterministic: Bool {
        (0..<stateCount).allSatisfy { s in !isLive[s] || (0..<actionCount).allSatisfy { range(s, $0).count == 1 } }
    }

    /// The largest reward's magnitude.
    var largestReward: Double { outcomes.reduce(0) { max($0, $1.reward.magnitude) } }
}

extension FiniteMDP {
    /// The most steps that any episode can have; nil where one could go on for ever.
    ///
    /// Where the live states reached from the start have no way round, that is the longest way through them.
    public func longestEpisode() -> Int? {
        // 0 unseen, 1 on the way, 2 done
        var mark = [Int](repeating: 0, count: stateCount)
        var length = [Int](repeating: 0, count: stateCount)
        func followers(_ s: Int) -> [Int] {
            var next: Set<Int> = []
            for a in 0..<actionCount {
                for outcome in outcomes(s, a) where outcome.probability > 0 && !outcome.terminates { next.insert(outcome.next) }
            }
            return next.sorted()
        }
        for root in 0..<stateCount where start[root] > 0 && mark[root] == 0 {
            // An explicit stack: a chain of a million states must not exhaust the thread's.
            var stack = [(state: root, left: followers(root))]
            mark[root] = 1
            while let top = stack.last {
                guard let next = top.left.last else {
                    stack.removeLast()
                    mark[top.state] = 2
                    length[top.state] = 1 + (followers(top.state).map { length[$0] }.max() ?? 0)
                    continue
                }
                stack[stack.count - 1].left.removeLast()
                if mark[next] == 1 { return nil }
                if mark[next] == 0 {
                    mark[next] = 1
                    stack.append((next, followers(next)))
                }
            }
        }
        return (0..<stateCount).filter { start[$0] > 0 }.map { length[$0] }.max()
    }
}
