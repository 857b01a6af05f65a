import PolicyOptimisation
import Support
import Tensors
import Testing

@Suite struct EStepTests {
    @Test(arguments: [false, true])
    func weightsSumToOneAndTheBoundIsMet(finite: Bool) throws {
        var lab = try TestLab(finite: finite) { $0.epsilon = 0.07 }
        if finite { lab.settings.epsilon = 0.001 }  // a fresh critic's few actions differ little, but enough for this
        let e = try lab.estep()
        #expect(e.actionCount == (finite ? 2 : 10))
        for s in 0..<e.stateCount {
            let weights = (0..<e.actionCount).map { Double(e.weights.pointer[s * e.actionCount + $0]) }
            #expect(abs(weights.reduce(0, +) - 1) < 1e-6)
            #expect(weights.allSatisfy { $0 >= 0 })
            #expect(e.klPerState[s] >= 0)
            #expect(e.essPerState[s] >= 1 - 1e-9 && e.essPerState[s] <= Double(e.actionCount) + 1e-9)
        }
        #expect(e.status == .active)
        #expect(abs(e.kl - lab.settings.epsilon!) < 1e-9)
        #expect(abs(e.klPerState.reduce(0, +) / Double(e.stateCount) - e.kl) < 1e-12)
    }

    /// w ∝ π exp(Q/η), by hand from the E-step's own Q, η and prior.
    @Test(arguments: [false, true])
    func weightsAreTheTiltedPolicy(finite: Bool) throws {
        let e = try TestLab(finite: finite) { $0.epsilon = 0.002 }.estep()
        for s in 0..<e.stateCount {
            let rows = try e.rows(ofState: s)
            let best = rows.map(\.q).max() ?? 0
            let tilted = rows.map { $0.prior * exponentialOf(($0.q - best) / e.eta) }
            let sum = tilted.reduce(0, +)
            for (row, value) in zip(rows, tilted) { #expect(abs(row.weight - value / sum) < 1e-6) }
        }
    }

    @Test func logProbabilitiesAreTheReferencePolicys() throws {
        let lab = try TestLab(action: 3)
        let e = try lab.estep()
        for s in 0..<4 {
            let observation = (0..<3).map { Double(e.states.pointer[s * 3 + $0]) }
            guard
                case .gaussian(let mean, let l) = try lab.learner.actor.distribution(
                    e.reference, observation: observation)
            else { return }
            for row in try e.rows(ofState: s) {
                // single-precision actions: 1e-5 of |z| up to 5
                #expect(abs(row.logProbability - logNormal(row.action, mean, l)) < 2e-5)
            }
        }
    }

    @Test func otherBoundsReuseStatesAndActions() throws {
        let e = try TestLab().estep()
        let wider = try e.solved(epsilon: 0.5)
        #expect(wider.q === e.q && wider.actions === e.actions && wider.states === e.states)
        #expect(abs(wider.kl - 0.5) < 1e-9)
        #expect(wider.eta < e.eta)
        let soft = try e.solved(.penalised(e.eta))
        #expect(abs(soft.kl - e.kl) < 1e-9)
        #expect(soft.status == .unbounded)
        let greedy = try e.solved(.free)
        #expect(greedy.essPerState.allSatisfy { $0 == 1 })
        #expect(greedy.note != nil)
    }

    @Test func slackIsTold() throws {
        let e = try TestLab { $0.epsilon = 10 }.estep()
        #expect(e.eta == 0)
        #expect(e.status == .slack)
        #expect(e.note != nil)
    }

    @Test func onlyTheWarmStartAndTheCountChange() throws {
        let lab = try TestLab()
        let (e, next) = try lab.learner.estep(lab.state, replay: lab.replay, settings: lab.settings, seed: 1)
        #expect(next.eta == e.eta)
        #expect(next.counters.expectationSteps == 1)
        var same = next
        same.eta = lab.state.eta
        same.counters = lab.state.counters
        #expect(digest(same) == digest(lab.state))
    }

    @Test func theGradientSolverMovesAStepAtATime() throws {
        let lab = try TestLab { $0.dualSolver = .gradient }
        let (e, next) = try lab.learner.estep(lab.state, replay: lab.replay, settings: lab.settings, seed: 1)
        #expect(abs(e.eta - 1) < 1e-9)  // the temperature before its step
        // Adam's first step moves x by its rate; dη/dx is sigmoid(x) < 1
        #expect(next.eta != e.eta && abs(next.eta - e.eta) <= 0.01)
        let again = try LearnerState(next.archive)
        #expect(digest(again) == digest(next))
    }

    @Test func aCriticThatDivergedIsNamed() throws {
        var lab = try TestLab()
        lab.state.targetCritic = Storage([Float](repeating: .nan, count: lab.state.critic.count))
        let fault = #expect(throws: Fault.self) { try lab.estep() }
        #expect(fault?.message == "the target critic's Q of state 0, action 0 is nan")
    }

    @Test func nextStatesReuseTheTDTarget() throws {
        var lab = try TestLab { $0.states = .next }
        lab.state = try lab.learner.qstep(lab.state, replay: lab.replay, settings: lab.settings, seed: 1).state
        let e = try lab.estep()
        #expect(e.q === lab.state.targetSamples?.q)
        #expect(e.states === lab.state.targetSamples?.states)
        let again = try LearnerState(lab.state.archive)
        #expect(digest(again) == digest(lab.state))
    }

    @Test func thePenaltyCountsWhatLiesOutsideTheBox() throws {
        let plain = try TestLab().estep()
        let penalised = try TestLab { $0.actionPenalty = 2 }.estep()
        var outside = 0
        for i in 0..<plain.q.count {
            var squares: Float = 0
            for d in 0..<2 {
                let excess = max(0, abs(plain.actions.pointer[2 * i + d]) - 1)
                squares += excess * excess
            }
            if squares > 0 { outside += 1 }
            // 1e-5: single precision of values near 1
            #expect(abs(plain.q.pointer[i] - 2 * squares.squareRoot() - penalised.q.pointer[i]) < 1e-5)
        }
        #expect(outside > 0)
    }
}
