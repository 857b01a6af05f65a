import Networks
import PolicyOptimisation
import Support
import Tensors
import Testing

@Suite struct QStepTests {
    /// Three states, two actions, exact P and r; state 2 is left with probability 0.3 for termination.
    /// TD(0) on tables against the fixed point found by iteration in Double; 2 % of the largest |Q| as asked.
    @Test(arguments: [1, 2])
    func policyEvaluationFindsTheExactQ(nStep: Int) throws {
        let gamma = 0.9
        let reward = [[1.0, 0.0], [0.5, -1.0], [2.0, 0.3]]
        let next = [[1, 2], [2, 0], [0, 1]]  // where an action leads
        let policy = [0.5, 0.5]  // a fresh table: uniform
        var exact = [[0.0, 0.0], [0.0, 0.0], [0.0, 0.0]]
        for _ in 0..<2000 {
            for s in 0..<3 {
                for a in 0..<2 {
                    let go = s == 2 ? 0.7 : 1.0
                    let value = (0..<2).reduce(0.0) { $0 + policy[$1] * exact[next[s][a]][$1] }
                    exact[s][a] = reward[s][a] + gamma * go * value
                }
            }
        }
        let table = try Policy.tabular(states: 3, actions: 2)
        let critic = try QNetwork.tabular(states: 3, actions: 2)
        let learner = try MPOLearner(LearnerModel(policy: table, critic: critic))
        let replay = try Replay(capacity: 30_000, observationSize: 3, actionSize: 1)
        var stream = RandomStream(seed: 5, purpose: .exploration)
        var s = 0
        for k in 0..<30_000 {
            let a = stream.index(below: 2)
            let ends = s == 2 && stream.uniform() < 0.3
            let to = next[s][a]
            // every 50th step is a time limit: it must bootstrap
            try replay.append(
                observation: (0..<3).map { $0 == s ? 1 : 0 }, action: [Double(a)], reward: reward[s][a],
                nextObservation: (0..<3).map { $0 == to ? 1 : 0 }, terminated: ends, truncated: !ends && k % 50 == 0,
                logProbability: -0.7)
            s = ends || k % 50 == 0 ? stream.index(below: 3) : to
        }
        var settings = MPOSettings()
        settings.gamma = gamma
        settings.nStep = nStep
        settings.criticPeriod = 5
        settings.batch = 512
        var state = LearnerState(policy: table.parameters, critic: critic.parameters, settings: settings)
        for rate in [0.05, 0.01, 0.001] {
            settings.learningRate = rate
            state = try learner.qstep(state, replay: replay, settings: settings, seed: 1, steps: 500).state
        }
        let plan = try NetworkPlan(critic.network.architecture)
        let q = Storage(count: 6)
        try plan.forward(
            parameters: state.critic, input: .rows(Storage([1, 0, 0, 0, 1, 0, 0, 0, 1])), rows: 3, outputs: q)
        let largest = exact.joined().map(abs).max() ?? 1
        for i in 0..<6 { #expect(abs(Double(q.pointer[i]) - exact[i / 2][i % 2]) < 0.02 * largest) }
    }

    /// One step's TD error and target of a continuous critic, recomputed by hand from the target's own samples.
    @Test func theTargetIsTheExpectationOverSampledActions() throws {
        let lab = try TestLab { $0.states = .next; $0.nStep = 2 }
        let made = try lab.learner.qstep(lab.state, replay: lab.replay, settings: lab.settings, seed: 9)
        var stream = RandomStream(seed: 9, purpose: .replaySampling, step: 0)
        let batch = try lab.replay.sample(32, nStep: 2, gamma: 0.99, stream: &stream)
        guard let samples = made.state.targetSamples else {
            Issue.record("the target's samples are missing")
            return
        }
        var mean = 0.0
        for s in 0..<32 {
            var value = 0.0
            for j in 0..<10 { value += Double(samples.q.pointer[s * 10 + j]) / 10 }
            mean += (Double(batch.rewards.pointer[s]) + Double(batch.discounts.pointer[s]) * value) / 32
        }
        // 1e-6 of values near 1: single-precision targets
        #expect(abs(made.statistics.meanTarget - mean) < 1e-6 * (1 + abs(mean)))
    }

    @Test func theErrorFallsOnOneBatch() throws {
        var lab = try TestLab(rows: 40) { $0.batch = 512; $0.criticPeriod = 1_000_000; $0.learningRate = 5e-3 }
        let made = try lab.learner.qstep(lab.state, replay: lab.replay, settings: lab.settings, seed: 1, steps: 300)
        #expect(made.statistics.tdErrorAfter < 0.7 * made.statistics.tdErrorBefore)
        #expect(made.state.counters.criticSteps == 300)
        #expect(made.state.counters.targetAge == 300)
        #expect(made.state.targetCritic === lab.state.targetCritic)
        #expect(made.state.policy === lab.state.policy)
        lab.settings.criticPeriod = 100
        let refreshed = try lab.learner.qstep(made.state, replay: lab.replay, settings: lab.settings, seed: 1)
        #expect(refreshed.state.targetCritic === refreshed.state.critic)
        #expect(refreshed.statistics.refreshes == 1)
    }

    @Test func softTargetsFollow() throws {
        let lab = try TestLab { $0.tau = 0.25 }
        let made = try lab.learner.qstep(lab.state, replay: lab.replay, settings: lab.settings, seed: 1)
        for i in stride(from: 0, to: lab.state.critic.count, by: 37) {
            let (old, new) = (lab.state.critic.pointer[i], made.state.critic.pointer[i])
            #expect(abs(made.state.targetCritic.pointer[i] - (old + 0.25 * (new - old))) <= 1e-7)
        }
    }

    @Test func faultsCommitNothing() throws {
        var lab = try TestLab { $0.learningRate = 1e38 }
        #expect(throws: Fault.self) {
            try lab.learner.qstep(lab.state, replay: lab.replay, settings: lab.settings, seed: 1, steps: 5)
        }
        #expect(throws: Fault.self) {
            try lab.learner.qstep(lab.state, replay: lab.replay, settings: MPOSettings(), seed: 1, steps: 0)
        }
        lab.state.targetCritic = Storage([Float](repeating: .infinity, count: lab.state.critic.count))
        let fault = #expect(throws: Fault.self) {
            try lab.learner.qstep(lab.state, replay: lab.replay, settings: MPOSettings(), seed: 1)
        }
        #expect(fault?.id == "qstep.not-finite")
    }

    @Test func interruptsStopBetweenSteps() throws {
        let lab = try TestLab()
        let token = CancellationToken()
        token.cancel()
        #expect(throws: Interrupted.self) {
            try lab.learner.qstep(
                lab.state, replay: lab.replay, settings: lab.settings, seed: 1, steps: 10, cancellation: token)
        }
    }
}
