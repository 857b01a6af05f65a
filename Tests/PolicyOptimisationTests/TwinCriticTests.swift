import Networks
import PolicyOptimisation
import Support
import Tensors
import Testing

@Suite struct TwinCriticTests {
    /// Q of both target networks at an E-step's states and actions.
    private func both(_ lab: TestLab, _ states: Storage, _ actions: Storage, _ count: Int, finite: Bool) throws -> [[Float]] {
        let plan = try NetworkPlan(lab.learner.model.criticArchitecture)
        let rows = states.count / 3
        return try [lab.state.targetCritics.first, lab.state.targetCritics.second].compactMap { $0 }.map { critic in
            let q = Storage(count: rows * count)
            if finite {
                try plan.forward(parameters: critic, input: .rows(states), rows: rows, outputs: q)
            } else {
                let clipped = Storage(actions.span.map { min(max($0, -1), 1) })
                try plan.forward(
                    parameters: critic,
                    input: .statesAndActions(states: states, actions: clipped, actionsPerState: count),
                    rows: rows * count, outputs: q)
            }
            return Array(q.span)
        }
    }

    /// E-step and target alike take the smaller Q for every state and action.
    @Test(arguments: [false, true]) func theSmallerCounts(finite: Bool) throws {
        let lab = try TestLab(finite: finite, twin: true) { $0.states = .next }
        let count = finite ? 2 : 10
        let e = try lab.estep()
        let q = try both(lab, e.states, e.actions, count, finite: finite)
        #expect(q.count == 2 && q[0] != q[1])
        #expect(e.q.span.elementsEqual(zip(q[0], q[1]).map { min($0, $1) }))
        let made = try lab.learner.qstep(lab.state, replay: lab.replay, settings: lab.settings, seed: 1)
        guard let samples = made.state.targetSamples else {
            Issue.record("the target's samples are missing")
            return
        }
        let next = try both(lab, samples.states, samples.actions, count, finite: finite)
        #expect(samples.q.span.elementsEqual(zip(next[0], next[1]).map { min($0, $1) }))
    }

    /// Twins that start alike are one critic, to the bit.
    @Test(arguments: [MPOSettings.TargetRule.td, .retrace]) func equalTwinsAreOne(target: MPOSettings.TargetRule) throws {
        let single = try TestLab { $0.target = target; $0.criticPeriod = 2 }
        var twins = try TestLab(twin: true) { $0.target = target; $0.criticPeriod = 2 }
        #expect(twins.state.critic.span.elementsEqual(single.state.critic.span))
        twins.state.twin = TwinState(twins.state.critic)
        let one = try single.learner.qstep(single.state, replay: single.replay, settings: single.settings, seed: 1, steps: 5)
        let two = try twins.learner.qstep(twins.state, replay: twins.replay, settings: twins.settings, seed: 1, steps: 5)
        #expect(two.state.critic.span.elementsEqual(one.state.critic.span))
        #expect(two.state.twin?.critic.span.elementsEqual(one.state.critic.span) == true)
        #expect(two.state.twin?.target.span.elementsEqual(one.state.targetCritic.span) == true)
        #expect(two.statistics.twinGap == 0 && one.statistics.twinGap == nil)
        #expect(two.statistics.tdErrorAfter == one.statistics.tdErrorAfter)
    }

    /// Each network's gradient against difference quotients of ½ mean (Q − y)²; the statistics' error is the mean of both.
    @Test(arguments: [false, true]) func gradients(second: Bool) throws {
        let lab = try TestLab(hidden: [8], twin: true)
        let made = try lab.learner.qstep(lab.state, replay: lab.replay, settings: lab.settings, seed: 3)
        guard let twin = lab.state.twin, let after = made.state.twin else {
            Issue.record("the twin is missing")
            return
        }
        let holds = try gradientAgrees(
            lab, moment: second ? after.optimiser.first : made.state.criticOptimiser.first,
            parameters: second ? twin.critic : lab.state.critic,
            Array(stride(from: 0, to: twin.critic.count, by: 5)), step: 1e-2, tolerance: 1e-2,
            perturbed: {
                var state = lab.state
                if second { state.twin?.critic = $0 } else { state.critic = $0 }
                return state
            }, loss: { $0.tdErrorBefore * $0.tdErrorBefore })
        #expect(holds)
        #expect((made.statistics.twinGap ?? 0) > 0)
    }

    @Test func bothTargetsFollow() throws {
        let lab = try TestLab(twin: true) { $0.tau = 0.25 }
        let made = try lab.learner.qstep(lab.state, replay: lab.replay, settings: lab.settings, seed: 1)
        guard let old = lab.state.twin, let new = made.state.twin else {
            Issue.record("the twin is missing")
            return
        }
        for i in stride(from: 0, to: old.critic.count, by: 37) {
            let (before, after) = (old.target.pointer[i], new.critic.pointer[i])
            #expect(abs(new.target.pointer[i] - (before + 0.25 * (after - before))) <= 1e-7)
        }
        var copied = lab.settings
        copied.tau = nil
        copied.criticPeriod = 1
        let refreshed = try lab.learner.qstep(made.state, replay: lab.replay, settings: copied, seed: 1).state
        #expect(refreshed.twin?.target === refreshed.twin?.critic)
    }

    @Test func archivesAndFaults() throws {
        let lab = try TestLab(twin: true)
        let made = try lab.learner.qstep(lab.state, replay: lab.replay, settings: lab.settings, seed: 1, steps: 3).state
        let restored = try LearnerState(made.archive)
        #expect(digest(restored) == digest(made))
        var damaged = made.archive
        damaged.tensors["target_twin"] = nil
        #expect(throws: Fault.self) { try LearnerState(damaged) }
        damaged = made.archive
        damaged.numbers["twin_steps"] = [-1]
        #expect(throws: Fault.self) { try LearnerState(damaged) }
        let single = try TestLab()
        #expect(throws: Fault.self) {
            try lab.learner.qstep(single.state, replay: lab.replay, settings: lab.settings, seed: 1)
        }
        // A NaN of the second network is told, too.
        var broken = lab.state
        broken.twin?.target = Storage([Float](repeating: .nan, count: broken.critic.count))
        let fault = #expect(throws: Fault.self) {
            try lab.learner.estep(broken, replay: lab.replay, settings: lab.settings, seed: 1)
        }
        #expect(fault?.id == "estep.not-finite")
    }
}
