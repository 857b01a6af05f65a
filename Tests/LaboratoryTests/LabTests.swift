import Environments
import Laboratory
import Networks
import PolicyOptimisation
import Support
import Tensors
import Testing

@Suite struct LabTests {
    @Test func policyAndCriticAreTheVerySame() throws {
        let lab = try Fixture.pendulum()
        let policy = lab.policy
        let critic = lab.critic
        let before = (policy.parameters, critic.parameters)
        try Fixture.turn(lab)
        #expect(lab.policy === policy && lab.critic === critic)
        #expect(policy.parameters !== before.0 && critic.parameters !== before.1)
    }

    @Test func countersAndHistory() throws {
        let lab = try Fixture.pendulum()
        try lab.collect(episodes: 2)
        try lab.collect(steps: 10)
        try lab.qstep(steps: 4)
        let e = try lab.estep()
        try lab.mstep(e, steps: 3)
        #expect(lab.environmentSteps == 130 && lab.episodes == 3 && lab.runningEpisode?.steps == 10)
        #expect(lab.criticSteps == 4 && lab.policySteps == 3 && lab.expectationSteps == 1)
        #expect(lab.history.map(\.kind) == [.collect, .collect, .qstep, .estep, .mstep])
        #expect(lab.history[0]["episodes"] == 2 && lab.history[0]["return"] != nil)
        #expect(lab.history[1]["return"] == nil && lab.history[1]["steps"] == 10)
        #expect(lab.history[3]["eta"] == e.eta && lab.eta == e.eta && lab.measured(.kl) == e.kl)
        #expect(lab.history[4]["kl_mean"] == lab.measured(.klMean))
    }

    /// collect by episodes, by steps and in any pieces plays the same steps.
    @Test func piecesOfACollectAreTheSameSteps() throws {
        let whole = try Fixture.pendulum(replay: 1000)
        try whole.collect(episodes: 3)
        let pieces = try Fixture.pendulum(replay: 1000)
        for steps in [1, 59, 60, 33, 27] { try pieces.collect(steps: steps) }
        let mixed = try Fixture.pendulum(replay: 1000)
        try mixed.collect(steps: 70)
        try mixed.collect(episodes: 2)  // the running one and the third
        for lab in [pieces, mixed] {
            #expect(lab.environmentSteps == 180 && lab.episodes == 3 && lab.runningEpisode == nil)
            #expect(lab.lastReturn == whole.lastReturn)
            for slot in 0..<180 {
                let (a, b) = (try whole.replay.transition(slot), try lab.replay.transition(slot))
                #expect(a.observation == b.observation && a.action == b.action && a.reward == b.reward)
                #expect(a.truncated == b.truncated && a.truncated == (slot % 60 == 59) && !a.terminated)
            }
        }
    }

    @Test func lookingChangesNothing() throws {
        let lab = try Fixture.pendulum()
        try Fixture.turn(lab)
        let digest = try lab.digest()
        let first = try lab.evaluate(episodes: 3)
        #expect(first.lengths == [60, 60, 60] && Set(first.returns).count == 3)
        #expect(try lab.evaluate(episodes: 3) == first)
        #expect(try lab.evaluate(episodes: 2).returns == Array(first.returns.prefix(2)))
        let e = try lab.estep(commit: false)
        let m = try lab.mstep(e, steps: 4, commit: false)
        #expect(!m.isCommitted)
        _ = try lab.distribution(at: [1, 0, 0])
        _ = try lab.meanAction(at: [1, 0, 0])
        _ = try lab.copy()
        #expect(try lab.digest() == digest)
        // And the run goes on as if nobody had looked.
        let other = try Fixture.pendulum()
        try Fixture.turn(other)
        try Fixture.turn(lab)
        try Fixture.turn(other)
        #expect(try lab.digest() == other.digest())
    }

    @Test func committingLaterIsTheSameStep() throws {
        let lab = try Fixture.pendulum()
        try Fixture.turn(lab)
        let copy = try lab.copy()
        let e = try lab.estep()
        let m = try lab.mstep(e, steps: 4, commit: false)
        #expect(try lab.commit(m).isCommitted)
        try copy.mstep(copy.estep(), steps: 4)
        #expect(try lab.digest() == copy.digest())
        let stale = #expect(throws: Fault.self) { try lab.commit(m) }
        #expect(stale?.id == "mstep.stale")
        try lab.undo()
        try lab.commit(m)  // after an undo its start is there again
        #expect(try lab.digest() == copy.digest())
    }

    @Test func aLateCommitKeepsTheCritic() throws {
        let lab = try Fixture.pendulum()
        try Fixture.turn(lab)
        let m = try lab.mstep(lab.estep(), commit: false)
        try lab.qstep(steps: 2)
        let critic = lab.critic.parameters
        try lab.commit(m)
        #expect(lab.critic.parameters === critic && lab.criticSteps == 5 && lab.policySteps == 3)
    }

    @Test func copiesGoTheSameWayApart() throws {
        let lab = try Fixture.pendulum()
        try Fixture.turn(lab)
        let copy = try lab.copy()
        let digest = try lab.digest()
        #expect(try copy.digest() == digest)
        try Fixture.turn(copy)
        #expect(try lab.digest() == digest && copy.digest() != digest)
        try Fixture.turn(lab)
        #expect(try copy.digest() == lab.digest())
    }

    @Test func threadsDoNotMatter() throws {
        let labs = try [1, 2].map { threads in
            try Fixture.pendulum(threads: threads) { settings in settings.batch = 200 }
        }
        for lab in labs { for _ in 0..<3 { try Fixture.turn(lab) } }
        #expect(try labs[0].digest() == labs[1].digest())
    }

    @Test func seedsMatter() throws {
        let one = try Fixture.pendulum()
        let other = try Fixture.pendulum()
        try other.reseed(4)
        try one.collect(steps: 5)
        try other.collect(steps: 5)
        #expect(try one.replay.transition(0).observation != other.replay.transition(0).observation)
    }

    /// The tabular bandit finds its best arm: every part of the chain works with finite actions.
    @Test func theBanditFindsItsBestArm() throws {
        let lab = try Fixture.bandit()
        try lab.updateSettings { settings in
            settings.criticLearningRate = 0.05
            settings.policyLearningRate = 0.05
            settings.klTotal = .bounded(0.1)
            settings.trustRegion = .joint
        }
        for _ in 0..<60 {
            try lab.collect(episodes: 10)
            try lab.qstep(steps: 5)
            try lab.mstep(lab.estep(), steps: 2)
        }
        guard case .categorical(let probabilities) = try lab.distribution(at: [1]) else {
            Issue.record("a categorical distribution was wanted")
            return
        }
        #expect(probabilities[1] > 0.5 && lab.episodes == 600)
        #expect(try lab.meanAction(at: [1]) == [1])
    }

    @Test func shapesThatDoNotFitAreTold() throws {
        let stream = RandomStream(seed: 0, purpose: .initialisation)
        let policy = try Policy.gaussian(observationSize: 3, box: .unit(1), hidden: [4], stream: stream)
        let wide = try Policy.gaussian(observationSize: 4, box: .unit(1), hidden: [4], stream: stream)
        let finite = try Policy.categorical(observationSize: 3, actions: 2, hidden: [4], stream: stream)
        let critic = try QNetwork(.stateAction(observationSize: 3, actionSize: 1), hidden: [4], stream: stream)
        func id(_ environment: any Environment, _ policy: Policy, _ critic: QNetwork) -> String? {
            do { _ = try Lab(environment: environment, policy: policy, critic: critic) } catch {
                return (error as? Fault)?.id
            }
            return nil
        }
        #expect(id(try Pendulum(), policy, critic) == nil)
        #expect(id(try Pendulum(), wide, critic) == "lab.policy-shape")
        #expect(id(try Pendulum(), finite, critic) == "lab.actions")
        #expect(id(try Bandit(means: [1, 2]), policy, critic) == "lab.policy-shape")
        #expect(id(try LinearQuadratic(), policy, critic) == "lab.policy-shape")
    }

    @Test func emptyReplaysAndWrongCountsAreTold() throws {
        let lab = try Fixture.pendulum()
        let digest = try lab.digest()
        #expect(throws: Fault.self) { try lab.qstep() }
        #expect(throws: Fault.self) { try lab.estep() }
        for count in [0, -3] {
            #expect(throws: Fault.self) { try lab.collect(episodes: count) }
            #expect(throws: Fault.self) { try lab.collect(steps: count) }
            #expect(throws: Fault.self) { try lab.evaluate(episodes: count) }
            #expect(throws: Fault.self) { try lab.qstep(steps: count) }
        }
        #expect(throws: Fault.self) { try lab.set("gamma", to: .number(2)) }
        #expect(throws: Fault.self) { try lab.constrain(.kl, .bounded(0)) }
        #expect(try lab.digest() == digest && lab.undoableSteps == 0)
    }
}
