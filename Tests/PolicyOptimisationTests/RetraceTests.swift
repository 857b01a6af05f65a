import Networks
import PolicyOptimisation
import Support
import Tensors
import Testing

@Suite struct RetraceTests {
    /// A table learner whose reference policy and target critic are these.
    private func learner(q: [[Double]], logits: [[Double]], _ settings: MPOSettings) throws -> (MPOLearner, LearnerState) {
        let (states, actions) = (q.count, q[0].count)
        let policy = try Policy.tabular(states: states, actions: actions)
        let critic = try QNetwork.tabular(states: states, actions: actions)
        let learner = try MPOLearner(LearnerModel(policy: policy, critic: critic))
        return (
            learner,
            LearnerState(policy: tableParameters(logits), critic: tableParameters(q), settings: settings)
        )
    }

    private func settings(gamma: Double, lambda: Double) -> MPOSettings {
        var settings = MPOSettings()
        settings.target = .retrace
        settings.gamma = gamma
        settings.retraceLambda = lambda
        return settings
    }

    private struct Step {
        var state: Int, action: Int, reward: Double, next: Int
        var terminated = false, truncated = false
        var log: Double
    }

    /// The targets of sequences, each a list of steps.
    private func targets(
        q: [[Double]], logits: [[Double]], _ settings: MPOSettings, _ sequences: [[Step]]
    ) throws -> CriticTargets {
        let (learner, state) = try learner(q: q, logits: logits, settings)
        let steps = sequences.joined()
        let replay = try Replay(capacity: steps.count, observationSize: q.count, actionSize: 1)
        for step in steps {
            try replay.append(
                observation: q.indices.map { $0 == step.state ? 1 : 0 }, action: [Double(step.action)],
                reward: step.reward, nextObservation: q.indices.map { $0 == step.next ? 1 : 0 },
                terminated: step.terminated, truncated: step.truncated, logProbability: step.log)
        }
        return try learner.criticTargets(
            state, replay.gather(Array(0..<steps.count), gamma: settings.gamma), lengths: sequences.map(\.count),
            settings, seed: 1, key: 0
        ).targets
    }

    /// By the definition's double sum in numpy, and rlax's word on it; single precision: 1e-6 of the largest number.
    @Test func recordedTargets() throws {
        var cases = 0
        var (q, logits, sequences, wanted): ([[Double]], [[Double]], [[Step]], [Double]) = ([], [], [], [])
        var (settings, actions) = (MPOSettings(), 1)
        var steps: [Step] = []
        func finish() throws {
            guard !sequences.isEmpty else { return }
            let found = try targets(q: q, logits: logits, settings, sequences).y
            let scale = (q.joined().map(abs) + wanted.map(abs)).max() ?? 1
            for (a, b) in zip(found.span, wanted) { #expect(abs(Double(a) - b) <= 1e-6 * max(1, scale)) }
            #expect(found.count == wanted.count)
            (sequences, wanted) = ([], [])
            cases += 1
        }
        func rows(_ line: [Substring]) throws -> [[Double]] {
            let all = try numbers(line.dropFirst())
            return stride(from: 0, to: all.count, by: actions).map { Array(all[$0..<$0 + actions]) }
        }
        for line in try referenceLines("retrace.txt") {
            switch line[0] {
            case "case":
                try finish()
                let told = try numbers(line.dropFirst(2))
                actions = Int(told[1])
                settings = self.settings(gamma: told[2], lambda: told[3])
            case "q": q = try rows(line)
            case "logits": logits = try rows(line)
            case "step":
                let told = try numbers(line[1...4] + line[6...6])
                steps.append(
                    Step(
                        state: Int(told[0]), action: Int(told[1]), reward: told[2], next: Int(told[3]),
                        terminated: line[5] == "terminated", truncated: line[5] == "truncated", log: told[4]))
            default:
                wanted += try numbers(line.dropFirst())
                sequences.append(steps)
                steps = []
            }
        }
        try finish()
        #expect(cases == 60)
    }

    /// π = (3/4, 1/4) everywhere, γ = 1/2, λ = 4/5, by hand. The last step bootstraps, or not where it terminated.
    @Test(arguments: [(false, 2.5, 2.625), (true, 2.2916666666666667, 2.0)])
    func byHand(terminated: Bool, first: Double, second: Double) throws {
        let log3 = 1.0986122886681098
        let found = try targets(
            q: [[1, 2], [3, 4]], logits: [[log3, 0], [log3, 0]], settings(gamma: 0.5, lambda: 0.8),
            [[
                Step(state: 0, action: 1, reward: 1, next: 1, log: -0.5),
                Step(state: 1, action: 0, reward: 2, next: 0, terminated: terminated, truncated: !terminated, log: logarithm(0.9)),
            ]])
        #expect(abs(Double(found.y.pointer[0]) - first) < 1e-6 && abs(Double(found.y.pointer[1]) - second) < 1e-6)
        #expect(abs((found.meanTrace ?? 0) - 0.8 * 0.75 / 0.9) < 1e-7)
        #expect(found.meanSequence == 2)
    }

    /// λ = 0 gives TD(0)'s targets to the bit.
    @Test(arguments: [false, true]) func withoutATraceItIsTD(finite: Bool) throws {
        let lab = try TestLab(finite: finite) { $0.target = .retrace; $0.retraceLambda = 0 }
        var stream = RandomStream(seed: 4, purpose: .script)
        let drawn = try lab.replay.sampleSequences(64, length: 8, gamma: 0.99, stream: &stream)
        let traced = try lab.learner.criticTargets(
            lab.state, drawn.batch, lengths: drawn.lengths, lab.settings, seed: 1, key: 7)
        var settings = lab.settings
        settings.target = .td
        let plain = try lab.learner.criticTargets(lab.state, drawn.batch, lengths: [], settings, seed: 1, key: 7)
        #expect(traced.targets.y.span.elementsEqual(plain.targets.y.span))
        #expect(traced.targets.meanTrace == 0)
        #expect(plain.targets.meanTrace == nil)
    }

    /// A policy that always does what was done, traces whole: the n-step return to the sequence's end.
    @Test func onPolicyItIsTheWholeReturn() throws {
        let q = [[1.0, -2.0], [0.5, 3.0], [2.0, 0.25]]
        let logits = [[60.0, 0.0], [0.0, 60.0], [60.0, 0.0]]
        let rewards = [0.5, -1, 2, 0.25, 1]
        let path = [0, 1, 2, 1, 0, 2]
        for terminated in [false, true] {
            let steps = rewards.indices.map { t in
                Step(
                    state: path[t], action: path[t] == 1 ? 1 : 0, reward: rewards[t], next: path[t + 1],
                    terminated: terminated && t == 4, log: 0)
            }
            let found = try targets(q: q, logits: logits, settings(gamma: 0.9, lambda: 1), [steps])
            var wanted = terminated ? 0 : q[2][0]
            for t in rewards.indices.reversed() {
                wanted = rewards[t] + 0.9 * wanted
                #expect(abs(Double(found.y.pointer[t]) - wanted) < 1e-6 * max(1, abs(wanted)))
            }
            #expect(abs((found.meanTrace ?? 0) - 1) < 1e-12)
        }
    }

    /// Gaussian policies: densities at the unclipped action, Q' at the clipped one, the mean over sampled actions;
    /// recomputed with dense arithmetic in Double.
    @Test(arguments: [GaussianHead.Covariance.full, .diagonal]) func continuous(covariance: GaussianHead.Covariance) throws {
        let lab = try TestLab(covariance: covariance) { $0.target = .retrace; $0.retraceLambda = 0.9 }
        guard case .gaussian(let head) = lab.learner.model.policyForm else { return }
        var stream = RandomStream(seed: 4, purpose: .script)
        let drawn = try lab.replay.sampleSequences(64, length: 8, gamma: 0.99, stream: &stream)
        let (found, samples) = try lab.learner.criticTargets(
            lab.state, drawn.batch, lengths: drawn.lengths, lab.settings, seed: 1, key: 7)
        let batch = drawn.batch
        #expect(batch.actions.span.contains { abs($0) > 1 })

        let plan = try NetworkPlan(lab.learner.model.criticArchitecture)
        let taken = Storage(count: 64)
        let clipped = Storage(batch.actions.span.map { min(max($0, -1), 1) })
        try plan.forward(
            parameters: lab.state.targetCritic,
            input: .statesAndActions(states: batch.states, actions: clipped, actionsPerState: 1), rows: 64, outputs: taken)
        let outputs = Storage(count: 64 * head.outputs)
        try NetworkPlan(lab.learner.model.policyArchitecture).forward(
            parameters: lab.state.reference, input: .rows(batch.states), rows: 64, outputs: outputs)
        let (mean, cholesky) = try head.decode(outputs: outputs, rows: 64)
        func numbers(_ storage: Storage, _ row: Int, _ count: Int) -> [Double] {
            (0..<count).map { Double(storage.pointer[row * count + $0]) }
        }
        var wanted = [Double](repeating: 0, count: 64)
        var end = 0
        for length in drawn.lengths {
            let start = end
            end += length
            for t in start..<end {
                var y = Double(taken.pointer[t])
                var weight = 1.0
                for j in t..<end {
                    if j > t {
                        let flat = numbers(cholesky, j, 4)
                        let log = logNormal(numbers(batch.actions, j, 2), numbers(mean, j, 2), [Array(flat[0..<2]), Array(flat[2..<4])])
                        weight *= 0.99 * 0.9 * min(1, exponentialOf(log + 1))  // every b in this replay is exp(-1)
                    }
                    let value = numbers(samples.q, j, 10).reduce(0, +) / 10
                    y += weight * (Double(batch.rewards.pointer[j]) + Double(batch.discounts.pointer[j]) * value - Double(taken.pointer[j]))
                }
                wanted[t] = y
            }
        }
        for t in 0..<64 { #expect(abs(Double(found.y.pointer[t]) - wanted[t]) < 1e-5 * max(1, abs(wanted[t]))) }
        #expect(drawn.lengths.max() == 8)
    }

    /// Off-policy: what one policy did, and the exact values of another; 2 % of the largest |Q| as for TD(0).
    @Test(arguments: [1.0, 0.7]) func itFindsTheExactQOffPolicy(lambda: Double) throws {
        let task = FiniteTask()
        let logits = [[1.0, 0.0], [-1.0, 0.5], [0.3, 0.0]]
        let policy = logits.map { row in
            let sum = row.reduce(0) { $0 + exponentialOf($1) }
            return row.map { exponentialOf($0) / sum }
        }
        let exact = task.exact(policy)
        var settings = settings(gamma: task.gamma, lambda: lambda)
        settings.criticPeriod = 5
        settings.batch = 512
        let (learner, start) = try learner(q: [[0, 0], [0, 0], [0, 0]], logits: logits, settings)
        let replay = try task.replay([[0.2, 0.8], [0.6, 0.4], [0.5, 0.5]])
        var state = start
        var trace: Double?
        for rate in [0.05, 0.01, 0.001] {
            settings.learningRate = rate
            let made = try learner.qstep(state, replay: replay, settings: settings, seed: 1, steps: 500)
            (state, trace) = (made.state, made.statistics.meanTrace)
        }
        let largest = exact.joined().map(abs).max() ?? 1
        for s in 0..<3 {
            for a in 0..<2 {
                // Weights and biases of a one-layer network add up.
                let found = Double(state.critic.pointer[s * 2 + a]) + Double(state.critic.pointer[6 + a])
                #expect(abs(found - exact[s][a]) < 0.02 * largest)
            }
        }
        #expect((trace ?? 0) > 0.5 * lambda && (trace ?? 1) < 0.98 * lambda)
    }
}

@Suite struct ReplaySequenceTests {
    /// Episodes of several lengths in a ring that has wrapped: sequences follow the ring and stop at ends, and every
    /// transition is drawn equally often (5 standard deviations and the bias of each batch's last, cut sequence).
    @Test(arguments: [1, 4, 9]) func everyTransitionIsEquallyLikely(length: Int) throws {
        let replay = try Replay(capacity: 40, observationSize: 1, actionSize: 1)
        var number = 0
        for episode in [5, 12, 1, 3, 1, 9, 2, 8, 3, 7] {  // 51 transitions; the last episode goes on
            for step in 1...episode {
                try replay.append(
                    observation: [Double(number)], action: [0], reward: 0, nextObservation: [Double(number + 1)],
                    terminated: step == episode && episode % 2 == 1 && number < 44, truncated: step == episode && episode % 2 == 0,
                    logProbability: 0)
                number += 1
            }
        }
        let ends: Set<Int> = [4, 16, 17, 20, 21, 30, 32, 40, 43, 50]
        var counts = [Int](repeating: 0, count: 51)
        let batches = 400
        for k in 0..<batches {
            var stream = RandomStream(seed: 2, purpose: .script, step: UInt64(k))
            let drawn = try replay.sampleSequences(256, length: length, gamma: 0.9, stream: &stream)
            #expect(drawn.batch.count == 256 && drawn.lengths.reduce(0, +) == 256)
            #expect(drawn.lengths.allSatisfy { (1...length).contains($0) })
            var row = 0
            for part in drawn.lengths {
                for step in 0..<part {
                    let seen = Int(drawn.batch.states.pointer[row + step])
                    counts[seen] += 1
                    if step > 0 {
                        let before = Int(drawn.batch.states.pointer[row + step - 1])
                        #expect(seen == before + 1 && !ends.contains(before))
                    }
                }
                row += part
            }
        }
        #expect(counts[..<11].allSatisfy { $0 == 0 })
        let mean = Double(batches * 256) / 40
        for count in counts[11...] { #expect(abs(Double(count) - mean) < 5 * (Double(length) * mean).squareRoot() + 0.02 * mean) }
    }

    @Test func refusals() throws {
        let replay = try Replay(capacity: 4, observationSize: 1, actionSize: 1)
        var stream = RandomStream(seed: 1, purpose: .script)
        #expect(throws: Fault.self) { try replay.sampleSequences(4, length: 2, gamma: 0.9, stream: &stream) }
        try replay.append(
            observation: [0], action: [0], reward: 0, nextObservation: [0], terminated: false, truncated: false,
            logProbability: 0)
        #expect(throws: Fault.self) { try replay.sampleSequences(4, length: 0, gamma: 0.9, stream: &stream) }
        #expect(throws: Fault.self) { try replay.sampleSequences(0, length: 1, gamma: 0.9, stream: &stream) }
        #expect(try replay.sampleSequences(4, length: .max, gamma: 0.9, stream: &stream).lengths == [1, 1, 1, 1])
    }
}
