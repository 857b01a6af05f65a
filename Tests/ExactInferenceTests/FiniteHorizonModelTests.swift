import Environments
import ExactInference
import Support
import Testing

@Suite struct FiniteHorizonModelTests {
    static func fault(_ body: () throws -> Void) -> Fault? {
        do { try body() } catch { return error as? Fault }
        return nil
    }

    @Test func equalOutcomesAreOne() throws {
        let mdp = try FiniteMDP(
            outcomes: [[[.init(0.25, 0, 1), .init(0.5, 0, 1), .init(0.25, 0, 2), .init(0, 0, 9)]]])
        let model = try FiniteHorizonModel(mdp, horizon: 1)
        #expect(Array(model.outcomes(0, 0)) == [.init(0.75, 0, 1), .init(0.25, 0, 2)])
        #expect(!model.isDeterministic)
    }

    @Test func longestEpisodes() throws {
        // 0 → 1 → 2 (end), 0 → 2: two steps at most.
        let chain = try FiniteMDP(
            transitions: [[[0, 1, 0], [0, 0, 1]], [[0, 0, 1], [0, 0, 1]], [[0, 0, 1], [0, 0, 1]]],
            rewards: [[0, 0], [0, 0], [0, 0]], start: [1, 0, 0], terminal: [2])
        #expect(chain.longestEpisode() == 2)
        // A way back from 1 to 0.
        let round = try FiniteMDP(
            transitions: [[[0, 1, 0]], [[0.1, 0, 0.9]], [[0, 0, 1]]], rewards: [[0], [0], [0]], start: [1, 0, 0], terminal: [2])
        #expect(round.longestEpisode() == nil)
        // Not reached from the start: it does not count.
        let apart = try FiniteMDP(
            transitions: [[[0, 0, 1]], [[0, 1, 0]], [[0, 0, 1]]], rewards: [[0], [0], [0]], start: [1, 0, 0], terminal: [2])
        #expect(apart.longestEpisode() == 1)
        let long = 20_000
        let steps = try FiniteMDP(
            outcomes: (0...long).map { [[.init(1, min($0 + 1, long), 0)]] }, start: [1] + Array(repeating: 0, count: long),
            terminal: [long])
        #expect(steps.longestEpisode() == long)
    }

    @Test func faultsSayWhatWasWanted() throws {
        let mdp = try FiniteMDP(outcomes: [[[.init(1, 0, 1)], [.init(1, 0, 0)]]])
        let model = try FiniteHorizonModel(mdp, horizon: 2)
        let policy = try StagePolicy([[[0.5, 0.5]]], states: 1, actions: 2)
        #expect(Self.fault { _ = try FiniteHorizonModel(mdp, horizon: 0) }?.message == "a horizon of 1 step or more was wanted, 0 was given")
        #expect(Self.fault { _ = try FiniteHorizonModel(mdp, horizon: 1 << 60) }?.id == "memory.too-large")
        #expect(Self.fault { _ = try FiniteHorizonModel(mdp, horizon: 1 << 40) }?.id == "inference.too-large")
        #expect(Self.fault { _ = try FiniteHorizonModel(Bandit(means: [1, 2], noise: 0.5)) }?.id == "inference.noise")
        #expect(Self.fault { _ = try InferenceProblem(model, policy: policy, alpha: 0) }?.message == "an alpha above 0 was wanted, 0 was given")
        #expect(Self.fault { _ = try InferenceProblem(model, policy: policy, alpha: .nan) }?.id == "inference.alpha")
        #expect(Self.fault { _ = try InferenceProblem(model, policy: policy, alpha: 1e-305) }?.id == "inference.alpha")
        #expect(Self.fault { _ = try ExactEStep(InferenceProblem(model, policy: policy, alpha: 1), over: .policies, epsilon: -1) }?.id == "inference.epsilon")
        #expect(Self.fault { _ = try ExactEStep(InferenceProblem(model, policy: policy, alpha: 1), over: .policies, epsilon: .nan) }?.id == "inference.epsilon")
        #expect(Self.fault { _ = try StagePolicy([[[0.5, 0.4]]], states: 1, actions: 2) }?.id == "inference.policy")
        #expect(Self.fault { _ = try StagePolicy([[[0.5, .nan]]], states: 1, actions: 2) }?.id == "inference.policy")
        let three = try StagePolicy(Array(repeating: [[0.5, 0.5]], count: 3), states: 1, actions: 2)
        #expect(
            Self.fault { _ = try InferenceProblem(model, policy: three, alpha: 1) }?.message
                == "a policy with a table for each of 2 steps, or one for all, was wanted; 3 tables were given")
    }

    @Test func longSumsStop() throws {
        let mdp = try FiniteMDP(outcomes: [[[.init(1, 0, 1)], [.init(1, 0, 0)]]])
        let problem = try InferenceProblem(
            FiniteHorizonModel(mdp, horizon: 1000), policy: StagePolicy([[[0.5, 0.5]]], states: 1, actions: 2), alpha: 1)
        let token = CancellationToken()
        token.cancel()
        #expect(throws: Interrupted.self) { _ = try problem.evidence(token) }
        #expect(throws: Interrupted.self) { _ = try ExactEStep(problem, over: .policies, epsilon: 0.1, cancellation: token) }
        #expect(throws: Interrupted.self) { _ = try problem.tilted(temperature: 1).likely(3, token) }
    }

    /// Uniform actions of reward 1 and 0 for T steps: log((1 + e)/2) a step.
    @Test func longHorizonsAreExact() throws {
        let mdp = try FiniteMDP(outcomes: [[[.init(1, 0, 1)], [.init(1, 0, 0)]]])
        let problem = try InferenceProblem(
            FiniteHorizonModel(mdp, horizon: 5000), policy: StagePolicy([[[0.5, 0.5]]], states: 1, actions: 2), alpha: 1)
        #expect(close(try problem.evidence(), 5000 * 0.6201145069582775, 1e-12))
    }
}
