import Environments
import ExactInference
import Glibc
import Tensors

/// One trajectory of a small MDP, found by trying everything.
struct Path {
    var states: [Int]
    var actions: [Int] = []
    /// Places in the list of outcomes.
    var outcomes: [Int] = []
    var rewards: [Double] = []
    var terminated = false

    var total: Double { rewards.reduce(0, +) }
}

/// All trajectories of an MDP, and sums over them: nothing here knows of backward passes.
struct BruteForce {
    let mdp: FiniteMDP
    let horizon: Int
    let paths: [Path]

    init(_ mdp: FiniteMDP, horizon: Int) {
        self.mdp = mdp
        self.horizon = horizon
        var done: [Path] = []
        func follow(_ path: Path) {
            if path.terminated || path.actions.count == horizon { return done.append(path) }
            let s = path.states.last ?? 0
            for a in 0..<mdp.actionCount {
                for (k, outcome) in mdp.outcomes(s, a).enumerated() where outcome.probability > 0 {
                    var longer = path
                    longer.actions.append(a)
                    longer.outcomes.append(k)
                    longer.states.append(outcome.next)
                    longer.rewards.append(outcome.reward)
                    longer.terminated = outcome.terminates
                    follow(longer)
                }
            }
        }
        for s in 0..<mdp.stateCount where mdp.start[s] > 0 { follow(Path(states: [s])) }
        paths = done
    }

    /// p_π(τ) of every path; `policy` has a table for each step, or one for all.
    func probabilities(_ policy: [[[Double]]]) -> [Double] {
        paths.map { path in
            var p = mdp.start[path.states[0]]
            for (t, a) in path.actions.enumerated() {
                let s = path.states[t]
                let list = Array(mdp.outcomes(s, a))
                p *= policy[policy.count == 1 ? 0 : t][s][a] * list[path.outcomes[t]].probability
            }
            return p
        }
    }

    /// q(τ) of every path, from the parts that a distribution shows.
    func probabilities(_ q: TrajectoryDistribution) -> [Double] {
        paths.map { path in
            var p = q.start[path.states[0]]
            for (t, a) in path.actions.enumerated() {
                let s = path.states[t]
                p *= q.probability(t, s, a) * q.outcomeProbabilities(t, s, a)[path.outcomes[t]]
            }
            return p
        }
    }

    /// p(τ|O=1) ∝ p(τ) exp(R/η), and the logarithm of what it is divided by.
    func tilted(_ p: [Double], temperature: Double) -> (q: [Double], logSum: Double) {
        let logs = zip(p, paths).map { log($0) + $1.total / temperature }
        let largest = logs.max() ?? 0
        let sum = logs.reduce(0) { $0 + exp($1 - largest) }
        let total = largest + log(sum)
        return (logs.map { exp($0 - total) }, total)
    }

    func expected(_ q: [Double]) -> Double { zip(q, paths).reduce(0) { $0 + $1.0 * $1.1.total } }

    static func kl(_ q: [Double], _ p: [Double]) -> Double {
        zip(q, p).reduce(0) { $1.0 > 0 ? $0 + $1.0 * log($1.0 / $1.1) : $0 }
    }

    /// q(s_t = s) with ended episodes staying where they ended, and q(s_t = s, a_t = a).
    func marginals(_ q: [Double]) -> (states: [[Double]], pairs: [[[Double]]]) {
        var states = Array(repeating: Array(repeating: 0.0, count: mdp.stateCount), count: horizon + 1)
        var pairs = Array(
            repeating: Array(repeating: Array(repeating: 0.0, count: mdp.actionCount), count: mdp.stateCount), count: horizon)
        for (weight, path) in zip(q, paths) {
            for t in 0...horizon { states[t][path.states[min(t, path.states.count - 1)]] += weight }
            for (t, a) in path.actions.enumerated() { pairs[t][path.states[t]][a] += weight }
        }
        return (states, pairs)
    }
}

/// A small MDP with a policy and a temperature, drawn from a seed.
struct RandomCase: CustomStringConvertible, Sendable {
    let seed: UInt64
    let mdp: FiniteMDP
    let horizon: Int
    let policy: StagePolicy
    let alpha: Double
    let isDeterministic: Bool
    var description: String { "seed \(seed)" }

    var problem: InferenceProblem {
        get throws { try InferenceProblem(FiniteHorizonModel(mdp, horizon: horizon), policy: policy, alpha: alpha) }
    }

    /// Every third policy changes with the time; some of its actions are never taken.
    init(seed: UInt64, deterministic: Bool, horizon: Int? = nil, stationary: Bool = false) throws {
        var stream = RandomStream(seed: seed, purpose: .script)
        self.seed = seed
        let states = 2 + Int(stream.uniform() * 3)
        let actions = 2 + Int(stream.uniform() * 2)
        let steps = horizon ?? 1 + Int(stream.uniform() * 4)
        let hasTerminal = stream.uniform() < 0.6
        let outcomes = (0..<states).map { _ in
            (0..<actions).map { _ -> [FiniteMDP.Outcome] in
                let count = deterministic ? 1 : 1 + Int(stream.uniform() * 3)
                return RandomCase.distribution(count, &stream).map { p in
                    FiniteMDP.Outcome(
                        p, Int(stream.uniform() * Double(states)), stream.uniform(-2, 2), terminates: stream.uniform() < 0.15)
                }
            }
        }
        mdp = try FiniteMDP(outcomes: outcomes, terminal: hasTerminal ? [states - 1] : [])
        self.horizon = steps
        isDeterministic = deterministic
        alpha = exp(stream.uniform(-1.2, 1.2))
        let tables = (0..<(seed % 3 == 0 && !stationary ? steps : 1)).map { _ in
            RandomCase.table(states, actions, zeros: seed % 4 == 1, &stream)
        }
        policy = try StagePolicy(tables, states: states, actions: actions)
    }

    static func distribution(_ count: Int, _ stream: inout RandomStream) -> [Double] {
        let weights = (0..<count).map { _ in -log(stream.uniform() + 1e-12) + 1e-3 }
        let sum = weights.reduce(0, +)
        return weights.map { $0 / sum }
    }

    static func table(_ states: Int, _ actions: Int, zeros: Bool = false, _ stream: inout RandomStream) -> [[Double]] {
        (0..<states).map { s in
            var row = distribution(actions, &stream)
            if zeros, s == 0 {
                row[0] = 0
                let sum = row.reduce(0, +)
                row = row.map { $0 / sum }
            }
            return row
        }
    }

    /// A policy for each step that takes only actions that π takes.
    func otherPolicy(_ stream: inout RandomStream) throws -> StagePolicy {
        let tables = (0..<horizon).map { t in
            (0..<mdp.stateCount).map { s in
                let row = RandomCase.distribution(mdp.actionCount, &stream).enumerated().map { a, w in
                    policy.probability(policy.stages == 1 ? 0 : t, s, a) > 0 ? w : 0
                }
                let sum = row.reduce(0, +)
                return row.map { $0 / sum }
            }
        }
        return try StagePolicy(tables, states: mdp.stateCount, actions: mdp.actionCount)
    }

    /// Half stochastic, half deterministic.
    static let all: [RandomCase] = (1...60).compactMap { try? RandomCase(seed: $0, deterministic: $0 % 2 == 0) }
}

func close(_ a: Double, _ b: Double, _ tolerance: Double = 1e-10) -> Bool {
    a == b || (a - b).magnitude <= tolerance * max(1, a.magnitude, b.magnitude)
}

func close(_ a: [Double], _ b: [Double], _ tolerance: Double = 1e-10) -> Bool {
    a.count == b.count && zip(a, b).allSatisfy { close($0, $1, tolerance) }
}
