import Networks
import PolicyOptimisation
import Support
import Tensors
import Testing

@Suite struct DistributionalTests {
    /// Against the sum over hat functions in numpy and rlax's categorical_l2_project, and the mean it must keep.
    @Test func recordedProjections() throws {
        let lines = try referenceLines("projection.txt")
        for line in lines {
            let told = try numbers(line)
            let atoms = Int(told[0])
            let support = try ValueSupport(low: told[1], high: told[2], atoms: atoms)
            let p = Array(told[5..<5 + atoms])
            let found = try support.projected(p, reward: told[3], discount: told[4])
            for (a, b) in zip(found, told[(5 + atoms)...]) { #expect(agrees(a, b)) }
            let moved = support.values.map { told[3] + told[4] * $0 }
            if moved.allSatisfy({ $0 >= told[1] && $0 <= told[2] }) {
                let mean = zip(p, moved).reduce(0) { $0 + $1.0 * $1.1 }
                let kept = zip(found, support.values).reduce(0) { $0 + $1.0 * $1.1 }
                #expect(agrees(kept, mean, within: 1e-9 * max(1, abs(told[1]), abs(told[2]))))
            }
        }
        #expect(lines.count == 60)
    }

    @Test(arguments: [
        (1.0, 0.0, 51, "v_min must be below v_max, 1 and 0 were given"),
        (2.0, 2.0, 51, "v_min must be below v_max, 2 and 2 were given"),
        (-.infinity, 2.0, 51, "v_min must be below v_max, -inf and 2 were given"),
        (0.0, .nan, 51, "v_min must be below v_max, 0 and nan were given"),
        (0.0, 1.0, 1, "a distributional critic has 2 to 10 000 atoms, 1 was given"),
        (0.0, 1.0, 0, "a distributional critic has 2 to 10 000 atoms, 0 were given"),
        (0.0, 1.0, .max, "a distributional critic has 2 to 10 000 atoms, 9 223 372 036 854 775 807 were given"),
        (1e6, 1e6 + 1, 51, "51 atoms from 1000000 to 1000001 cannot be told apart in single precision"),
        (-1e300, 1e300, 51, "51 atoms from -1e+300 to 1e+300 cannot be told apart in single precision"),
    ])
    func refusals(low: Double, high: Double, atoms: Int, message: String) {
        let fault = #expect(throws: Fault.self) { try ValueSupport(low: low, high: high, atoms: atoms) }
        #expect(fault?.message == message)
    }

    @Test func whatDoesNotGoTogether() throws {
        let support = try ValueSupport(low: 0, high: 1)
        let stream = RandomStream(seed: 1, purpose: .initialisation)
        let form = CriticForm.stateAction(observationSize: 3, actionSize: 1)
        let twins = #expect(throws: Fault.self) {
            try QNetwork(form, hidden: [4], twin: true, support: support, stream: stream)
        }
        #expect(twins?.id == "critic.twins")
        let plain = try QNetwork(form, hidden: [4], stream: stream)
        #expect(throws: Fault.self) { try QNetwork(form, network: plain.network, support: support) }
        #expect(throws: Fault.self) { try QNetwork(form, network: plain.network, twin: plain.network) }
        let lab = try TestLab(support: support) { $0.target = .retrace }
        let fault = #expect(throws: Fault.self) {
            try lab.learner.qstep(lab.state, replay: lab.replay, settings: lab.settings, seed: 1)
        }
        #expect(fault?.id == "settings.target")
        #expect(throws: Fault.self) { try support.projected([1], reward: 0, discount: 1) }
    }

    /// p of a plan's logits, in Double.
    private func softmax(_ logits: UnsafePointer<Float>, _ count: Int) -> [Double] {
        let largest = (0..<count).map { Double(logits[$0]) }.max() ?? 0
        let terms = (0..<count).map { exponentialOf(Double(logits[$0]) - largest) }
        let sum = terms.reduce(0, +)
        return terms.map { $0 / sum }
    }

    /// The target is the mixture of the next actions' projected distributions, weighted by 1/N or by the policy.
    @Test(arguments: [false, true], [1, 3]) func targetsAreMixtures(finite: Bool, nStep: Int) throws {
        let support = try ValueSupport(low: -4, high: 3, atoms: 9)
        let lab = try TestLab(finite: finite, support: support) { $0.nStep = nStep; $0.gamma = 0.95 }
        var stream = RandomStream(seed: 4, purpose: .script)
        let batch = try lab.replay.sample(48, nStep: nStep, gamma: 0.95, stream: &stream)
        #expect(batch.discounts.span.contains(0))
        let (found, samples) = try lab.learner.criticTargets(lab.state, batch, lengths: [], lab.settings, seed: 1, key: 7)
        let count = finite ? 2 : 10
        let plan = try NetworkPlan(lab.learner.model.criticArchitecture)
        let logits = Storage(count: 48 * count * 9)
        if finite {
            try plan.forward(parameters: lab.state.targetCritic, input: .rows(batch.nextStates), rows: 48, outputs: logits)
        } else {
            let clipped = Storage(samples.actions.span.map { min(max($0, -1), 1) })
            try plan.forward(
                parameters: lab.state.targetCritic,
                input: .statesAndActions(states: batch.nextStates, actions: clipped, actionsPerState: count),
                rows: 48 * count, outputs: logits)
        }
        guard let distributions = found.distributions else {
            Issue.record("the targets have no distributions")
            return
        }
        var (below, above) = (0.0, 0.0)
        for row in 0..<48 {
            var wanted = [Double](repeating: 0, count: 9)
            let weights = finite
                ? softmax(samples.referenceOutputs.pointer + row * 2, 2) : [Double](repeating: 0.1, count: 10)
            let (reward, discount) = (Double(batch.rewards.pointer[row]), Double(batch.discounts.pointer[row]))
            for j in 0..<count {
                let p = softmax(logits.pointer + (row * count + j) * 9, 9)
                let mean = zip(p, support.values).reduce(0) { $0 + $1.0 * $1.1 }
                #expect(abs(Double(samples.q.pointer[row * count + j]) - mean) < 1e-5)
                for (i, m) in try support.projected(p, reward: reward, discount: discount).enumerated() {
                    wanted[i] += weights[j] * m
                }
                for k in 0..<9 {
                    if reward + discount * support.value(k) < -4.0001 { below += weights[j] * p[k] / 48 }
                    if reward + discount * support.value(k) > 3.0001 { above += weights[j] * p[k] / 48 }
                }
            }
            for k in 0..<9 { #expect(abs(Double(distributions.pointer[row * 9 + k]) - wanted[k]) < 2e-6) }
            let y = zip(wanted, support.values).reduce(0) { $0 + $1.0 * $1.1 }
            #expect(abs(Double(found.y.pointer[row]) - y) < 1e-5)
        }
        #expect(abs((found.clippedLow ?? -1) - below) < 1e-5 && below > 0.01)
        #expect(abs((found.clippedHigh ?? -1) - above) < 1e-5)
    }

    /// The cross entropy's gradient against difference quotients; 1 % of the largest derivative is what single
    /// precision leaves at this step.
    @Test(arguments: [false, true]) func gradient(finite: Bool) throws {
        let lab = try TestLab(hidden: [8], finite: finite, support: ValueSupport(low: -5, high: 5, atoms: 11))
        let made = try lab.learner.qstep(lab.state, replay: lab.replay, settings: lab.settings, seed: 3)
        let first = made.statistics.crossEntropy ?? 0
        #expect(first > 1 && first < 4)
        let holds = try gradientAgrees(
            lab, moment: made.state.criticOptimiser.first, parameters: lab.state.critic,
            Array(stride(from: 0, to: lab.state.critic.count, by: 7)), step: 1e-2, tolerance: 1e-2,
            perturbed: {
                var state = lab.state
                state.critic = $0
                return state
            }, loss: { $0.crossEntropy ?? .nan })
        #expect(holds)
        #expect((made.statistics.gradientNorm) > 0)
    }

    /// Tables on a finite task, rewards exact or noisy: the distribution's mean is the exact Q, as the projection
    /// keeps means within the support; 3 % of the largest |Q|.
    @Test(arguments: [0.0, 0.5], [1, 3]) func itFindsTheExactQ(noise: Double, nStep: Int) throws {
        let task = FiniteTask(noise: noise)
        let half = [[0.5, 0.5], [0.5, 0.5], [0.5, 0.5]]
        let exact = task.exact(half)
        let support = try ValueSupport(low: -8, high: 16, atoms: 51)
        let policy = try Policy.tabular(states: 3, actions: 2)
        let critic = try QNetwork.tabular(states: 3, actions: 2, support: support)
        let learner = try MPOLearner(LearnerModel(policy: policy, critic: critic))
        let replay = try task.replay(half)
        var settings = MPOSettings()
        settings.gamma = task.gamma
        settings.nStep = nStep
        settings.criticPeriod = 5
        settings.batch = 256
        var state = LearnerState(policy: policy.parameters, critic: critic.parameters, settings: settings)
        var last: QStepStatistics?
        for rate in [0.1, 0.03, 0.005] {
            settings.learningRate = rate
            let made = try learner.qstep(state, replay: replay, settings: settings, seed: 1, steps: 400)
            (state, last) = (made.state, made.statistics)
        }
        let logits = Storage(count: 6 * 51)
        try NetworkPlan(critic.network.architecture).forward(
            parameters: state.critic, input: .rows(Storage([1, 0, 0, 0, 1, 0, 0, 0, 1])), rows: 3, outputs: logits)
        let largest = exact.joined().map(abs).max() ?? 1
        for i in 0..<6 {
            let found = zip(softmax(logits.pointer + i * 51, 51), support.values).reduce(0) { $0 + $1.0 * $1.1 }
            #expect(abs(found - exact[i / 2][i % 2]) < 0.03 * largest)
        }
        #expect((last?.clippedLow ?? 1) < 0.01 && (last?.clippedHigh ?? 1) < 0.01)
    }
}
