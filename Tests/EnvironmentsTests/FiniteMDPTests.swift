import Environments
import Support
import Tensors
import Testing

@Suite struct FiniteMDPTests {
    /// A random MDP; the last state is terminal.
    static func random(states: Int, actions: Int, seed: UInt64) throws -> FiniteMDP {
        var stream = RandomStream(seed: seed, purpose: .script)
        func distribution() -> [Double] {
            let weights = (0..<states).map { _ in stream.uniform() + 0.01 }
            let sum = weights.reduce(0, +)
            return weights.map { $0 / sum }
        }
        let transitions = (0..<states).map { _ in (0..<actions).map { _ in distribution() } }
        let rewards = (0..<states).map { _ in (0..<actions).map { _ in stream.uniform(-1, 1) } }
        return try FiniteMDP(transitions: transitions, rewards: rewards, terminal: [states - 1])
    }

    static func uniform(_ mdp: FiniteMDP) -> [[Double]] {
        Array(repeating: Array(repeating: 1 / Double(mdp.actionCount), count: mdp.actionCount), count: mdp.stateCount)
    }

    /// A chain with a known value: each step earns 1 and goes on with probability p, so V = 1 / (1 − γ p).
    @Test(arguments: [(0.5, 0.9), (0.9, 1.0), (0.0, 0.3)]) func geometricChain(p: Double, discount: Double) throws {
        let mdp = try FiniteMDP(
            transitions: [[[p, 1 - p]], [[0, 1]]], rewards: [[1], [5]], terminal: [1])
        let value = try mdp.evaluate(policy: [[1], [1]], discount: discount)
        #expect((value.values[0] - 1 / (1 - discount * p)).magnitude < 1e-12)
        #expect(value.values[1] == 0 && value.q[1] == [0])
        #expect(value.expectedReturn == value.values[0])
    }

    /// The solved values satisfy Bellman's equation and equal the limit of iterating it (the brute-force form).
    @Test(arguments: [(2, 2), (5, 3), (12, 4)]) func equalsIteration(states: Int, actions: Int) throws {
        let mdp = try Self.random(states: states, actions: actions, seed: UInt64(states))
        let policy = Self.uniform(mdp)
        let exact = try mdp.evaluate(policy: policy, discount: 0.9)
        let (transitions, rewards) = (try mdp.transitions, mdp.rewards)
        var values = Array(repeating: 0.0, count: states)
        for _ in 0..<500 {
            values = (0..<states).map { s in
                if s == states - 1 { return 0 }
                var sum = 0.0
                for a in 0..<actions {
                    var q = rewards[s][a]
                    for next in 0..<states { q += 0.9 * transitions[s][a][next] * values[next] }
                    sum += q / Double(actions)
                }
                return sum
            }
        }
        for (x, y) in zip(exact.values, values) { #expect((x - y).magnitude < 1e-12) }
    }

    @Test func theBestPolicyBeatsEveryOther() throws {
        let mdp = try Self.random(states: 4, actions: 3, seed: 8)
        let (policy, best) = try mdp.optimal(discount: 0.95)
        #expect(policy.count == 4)
        var reached = false
        for code in 0..<81 {  // every deterministic policy
            let choice = [code % 3, code / 3 % 3, code / 9 % 3, code / 27]
            let table = choice.map { c in (0..<3).map { $0 == c ? 1.0 : 0.0 } }
            let values = try mdp.evaluate(policy: table, discount: 0.95).values
            for (x, y) in zip(values, best.values) { #expect(x <= y + 1e-12) }
            reached = reached || zip(values, best.values).allSatisfy { ($0 - $1).magnitude < 1e-12 }
        }
        #expect(reached)
    }

    @Test func simulationFollowsTheTables() throws {
        let mdp = try Self.random(states: 4, actions: 2, seed: 3)
        let environment = try FiniteMDPEnvironment(mdp)
        var counts = [0, 0, 0, 0]
        let n = 20_000
        for row in 0..<n {
            var stream = RandomStream(seed: 4, purpose: .environmentStep, step: 0, row: UInt32(row))
            try environment.restore(EnvironmentSnapshot(numbers: [1]))
            let outcome = try environment.step(action: [1], stream: &stream)
            #expect(outcome.reward == mdp.rewards[1][1] && outcome.terminated == (environment.state == 3))
            counts[environment.state] += 1
        }
        for (count, p) in zip(counts, try mdp.transitions[1][1]) {
            // Four standard errors of a proportion.
            #expect((Double(count) / Double(n) - p).magnitude < 4 * (p * (1 - p) / Double(n)).squareRoot())
        }
    }

    @Test func wrongTablesAreFaults() throws {
        let ok: [[[Double]]] = [[[0.5, 0.5]], [[0, 1]]]
        func id(_ body: () throws -> FiniteMDP) -> String? {
            do { _ = try body() } catch { return (error as? Fault)?.id }
            return nil
        }
        #expect(id { try FiniteMDP(transitions: [], rewards: [] as [[Double]]) } == "mdp.shape")
        #expect(id { try FiniteMDP(transitions: [[]], rewards: [[]] as [[Double]]) } == "mdp.shape")
        #expect(id { try FiniteMDP(transitions: [[[0.5, 0.4]], [[0, 1]]], rewards: [[0], [0]]) } == "mdp.probabilities")
        #expect(id { try FiniteMDP(transitions: [[[1.5, -0.5]], [[0, 1]]], rewards: [[0], [0]]) } == "mdp.probabilities")
        #expect(id { try FiniteMDP(transitions: [[[.nan, 1]], [[0, 1]]], rewards: [[0], [0]]) } == "mdp.probabilities")
        #expect(id { try FiniteMDP(transitions: ok, rewards: [[0]]) } == "mdp.shape")
        #expect(id { try FiniteMDP(transitions: ok, rewards: [[0], [.nan]]) } == "mdp.rewards")
        #expect(id { try FiniteMDP(transitions: ok, rewards: [[0], [0]], terminal: [2]) } == "mdp.terminal")
        #expect(id { try FiniteMDP(transitions: ok, rewards: [[0], [0]], terminal: [0, 1]) } == "mdp.terminal")
        #expect(id { try FiniteMDP(transitions: ok, rewards: [[0], [0]], start: [0, 1], terminal: [1]) } == "mdp.start")
        #expect(id { try FiniteMDP(transitions: ok, rewards: [[0], [0]]) } == nil)
        let endless = try FiniteMDP(transitions: [[[1]]], rewards: [[1]])
        #expect(throws: Fault.self) { try endless.evaluate(policy: [[1]], discount: 1) }
        #expect(throws: Fault.self) { try endless.evaluate(policy: [[0.5]], discount: 0.5) }
        #expect(throws: Fault.self) { try endless.optimal(discount: 1) }
    }
}
