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

    /// Three states; the first action's reward hangs on where it leads, the second may end without a terminal state.
    static func outcomes() throws -> FiniteMDP {
        let stay: [FiniteMDP.Outcome] = [.init(1, 2, 0)]
        return try FiniteMDP(
            outcomes: [
                [[.init(0.25, 1, 8), .init(0.5, 0, -1), .init(0.25, 1, 4)], [.init(0.5, 0, 3), .init(0.5, 0, 1, terminates: true)]],
                [[.init(1, 2, 10)], [.init(1, 0, 0)]], [stay, stay],
            ], start: [1, 0, 0], terminal: [2])
    }

    @Test func tablesFollowFromOutcomes() throws {
        let mdp = try Self.outcomes()
        #expect(try mdp.transitions[0] == [[0.5, 0.5, 0], [1, 0, 0]])
        #expect(mdp.rewards == [[2.5, 2], [10, 0], [0, 0]])
        #expect(mdp.outcomes(1, 0).map(\.terminates) == [true] && Array(mdp.outcomes(2, 1)) == [.init(1, 2, 0, terminates: true)])
        // V(1) = 10, as the terminal state is worth nothing; V(0) = 2.5 + γ (V(0)/2 + V(1)/2), or 2 + γ V(0)/2.
        let value = try mdp.evaluate(policy: [[1, 0], [1, 0], [1, 0]], discount: 0.5)
        #expect((value.values[0] - (2.5 + 0.25 * 10) / 0.75).magnitude < 1e-14 && value.values[1...] == [10, 0])
        #expect((value.q[0][1] - (2 + 0.25 * value.values[0])).magnitude < 1e-14)
        #expect(try mdp.optimal(discount: 0.5).evaluation == value)
    }

    @Test func eachOutcomeHasItsRewardAndItsEnd() throws {
        let mdp = try Self.outcomes()
        let drawn = [0.0, 0.2, 0.25, 0.7, 0.75, 0.99].map { mdp.outcome(0, 0, at: $0).reward }
        #expect(drawn == [8, 8, -1, -1, 4, 4])
        #expect([0.4, 0.5].map { mdp.outcome(0, 1, at: $0).terminates } == [false, true])
        // Rounding may leave the sum of probabilities below the largest uniform number.
        let short = try FiniteMDP(outcomes: [[[.init(0.5, 0, 1), .init(0.5 - 1e-10, 0, 2), .init(0, 0, 3)]]])
        #expect(short.outcome(0, 0, at: 1 - 0x1p-53).reward == 2)
    }

    @Test func rewardsByTheSuccessorAreOutcomes() throws {
        let mdp = try FiniteMDP(
            transitions: [[[0.5, 0.5]], [[0, 1]]], successorRewards: [[[1, 5]], [[0, 0]]], terminal: [1])
        #expect(Array(mdp.outcomes(0, 0)) == [.init(0.5, 0, 1), .init(0.5, 1, 5, terminates: true)])
        #expect(throws: Fault.self) { try FiniteMDP(transitions: [[[1]]], successorRewards: [[[1, 2]]]) }
        #expect(throws: Fault.self) { try FiniteMDP(transitions: [[[1]]], successorRewards: [[[.infinity]]]) }
    }

    @Test func outcomesAreSavedWhole() throws {
        let environment = try FiniteMDPEnvironment(try Self.outcomes(), horizon: 9)
        let text = try #require(environment.constructor).arguments.description
        let rebuilt = try EnvironmentCatalogue.standard.make(EnvironmentConstructor("mdp", JSON(parsing: text)))
        #expect((rebuilt as? FiniteMDPEnvironment)?.mdp == environment.mdp && rebuilt.spec.episodeLimit == 9)
    }

    /// Labs saved before outcomes have dense tables.
    @Test func denseTablesAreStillRead() throws {
        let text = #"{"transitions":[[[0.5,0.5]],[[0,1]]],"rewards":[[2],[0]],"start":[1,0],"terminal":[1],"horizon":null}"#
        let rebuilt = try EnvironmentCatalogue.standard.make(EnvironmentConstructor("mdp", JSON(parsing: text)))
        let mdp = try FiniteMDP(transitions: [[[0.5, 0.5]], [[0, 1]]], rewards: [[2], [0]], terminal: [1])
        #expect((rebuilt as? FiniteMDPEnvironment)?.mdp == mdp)
    }

    @Test func wrongOutcomesAreFaults() throws {
        func id(_ list: [FiniteMDP.Outcome], start: [Double]? = nil) -> String? {
            do { _ = try FiniteMDP(outcomes: [[list]], start: start) } catch { return (error as? Fault)?.id }
            return nil
        }
        #expect(id([]) == "mdp.probabilities")
        #expect(id([.init(0.5, 0, 0)]) == "mdp.probabilities")
        #expect(id([.init(1, 1, 0)]) == "mdp.state" && id([.init(1, -1, 0)]) == "mdp.state")
        #expect(id([.init(1, 0, .nan)]) == "mdp.rewards")
        #expect(id([.init(1, 0, 0)], start: [0.5]) == "mdp.probabilities")
        #expect(id([.init(1, 0, 0)]) == nil)
        #expect(throws: Fault.self) { try FiniteMDP(outcomes: [[[.init(1, 0, 0)]], []]) }
    }

    /// k sweeps give what k steps earn at best, here beside the search over all sequences of a small MDP.
    @Test func sweepsAreSteps() throws {
        let mdp = try Self.random(states: 3, actions: 2, seed: 5)
        func best(_ s: Int, _ steps: Int) -> Double {
            if steps == 0 { return 0 }
            return (0..<2).map { a in
                mdp.outcomes(s, a).reduce(mdp.reward(s, a)) { sum, o in
                    sum + (o.terminates ? 0 : 0.9 * o.probability * best(o.next, steps - 1))
                }
            }.max() ?? 0
        }
        for steps in 1...5 {
            let found = try mdp.valueIteration(discount: 0.9, sweeps: steps)
            #expect(found.sweeps == steps)
            for s in 0..<3 { #expect((found.evaluation.values[s] - best(s, steps)).magnitude < 1e-14) }
        }
    }

    @Test(arguments: [0.0, 0.5, 0.95, 0.999]) func iterationsAgree(discount: Double) throws {
        let mdp = try Self.random(states: 15, actions: 4, seed: 11)
        let exact = try mdp.optimal(discount: discount)
        let found = try mdp.valueIteration(discount: discount, tolerance: 1e-13)
        // The last change bounds the error: γ / (1 − γ) times it, and rounding beside it.
        let bound = discount / (1 - discount) * found.change + 1e-12 / (1 - discount)
        for (x, y) in zip(exact.evaluation.values, found.evaluation.values) { #expect((x - y).magnitude <= bound) }
        #expect(found.policy == exact.policy)
    }

    @Test func whatNeverEndsHasNoUndiscountedValue() throws {
        let endless = try FiniteMDP(transitions: [[[1]]], rewards: [[1]])
        #expect(throws: Fault.self) { try endless.valueIteration(discount: 1) }
        #expect(try endless.valueIteration(discount: 1, sweeps: 7).evaluation.values == [7])
        #expect(try endless.optimal(discount: 0.5).evaluation.values == [2])
        // Worth nothing for ever: the sweeps settle at once, and yet no end is reached.
        let idle = try FiniteMDP(transitions: [[[1]]], rewards: [[0]])
        #expect(throws: Fault.self) { try idle.optimal(discount: 1) }
        // An end that costs, beside a free way round and round: it is never taken.
        let tempted = try FiniteMDP(outcomes: [[[.init(1, 0, 0)], [.init(1, 0, -1, terminates: true)]]])
        #expect(throws: Fault.self) { try tempted.optimal(discount: 1) }
        #expect(throws: Fault.self) { try endless.valueIteration(discount: 0.5, tolerance: 0) }
        #expect(throws: Fault.self) { try endless.valueIteration(discount: 0.5, sweeps: 0) }
        #expect(throws: Fault.self) { try endless.valueIteration(discount: -0.1) }
    }

    @Test func longSolvesCanBeInterrupted() throws {
        let mdp = try Self.random(states: 15, actions: 4, seed: 11)
        let token = CancellationToken()
        token.cancel()
        #expect(throws: Interrupted.self) { try mdp.valueIteration(discount: 0.9, cancellation: token) }
        #expect(throws: Interrupted.self) { try mdp.evaluate(policy: Self.uniform(mdp), discount: 0.9, cancellation: token) }
    }
}
