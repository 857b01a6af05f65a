import PolicyOptimisation
import Support
import Tensors
import Testing

@Suite struct DeterminismTests {
    private func run(threads: Int, steps: Int, finite: Bool, states: MPOSettings.StateChoice) throws -> [String] {
        var lab = try TestLab(observation: 5, action: 3, hidden: [40, 40], finite: finite, threads: threads) {
            $0.batch = 200
            $0.actions = 20
            $0.policyPeriod = 3
            $0.criticPeriod = 2
            $0.states = states
        }
        var digests: [String] = []
        for _ in 0..<steps {
            lab.state = try lab.learner.qstep(lab.state, replay: lab.replay, settings: lab.settings, seed: 4).state
            let (e, next) = try lab.learner.estep(lab.state, replay: lab.replay, settings: lab.settings, seed: 4)
            lab.state = try lab.learner.mstep(next, e, settings: lab.settings).state
            digests.append(digest(lab.state))
        }
        return digests
    }

    @Test(arguments: [false, true], MPOSettings.StateChoice.allCases)
    func threadsDoNotMatter(finite: Bool, states: MPOSettings.StateChoice) throws {
        let one = try run(threads: 1, steps: 5, finite: finite, states: states)
        #expect(try run(threads: 2, steps: 5, finite: finite, states: states) == one)
        #expect(try run(threads: 3, steps: 5, finite: finite, states: states) == one)
        #expect(Set(one).count == 5)
    }

    /// The same for every critic and target.
    @Test(arguments: [false, true], ["retrace", "twin", "atoms"]) func criticsOfEveryKind(finite: Bool, kind: String) throws {
        let support = kind == "atoms" ? try ValueSupport(low: -20, high: 5, atoms: 21) : nil
        let runs = try [1, 2, 3].map { threads in
            var lab = try TestLab(
                observation: 5, action: 3, hidden: [40, 40], finite: finite, twin: kind == "twin", support: support,
                threads: threads
            ) {
                $0.batch = 200
                $0.target = kind == "retrace" ? .retrace : .td
                $0.criticPeriod = 2
            }
            var digests: [String] = []
            for _ in 0..<4 {
                lab.state = try lab.learner.qstep(lab.state, replay: lab.replay, settings: lab.settings, seed: 4).state
                let (e, next) = try lab.learner.estep(lab.state, replay: lab.replay, settings: lab.settings, seed: 4)
                lab.state = try lab.learner.mstep(next, e, settings: lab.settings).state
                digests.append(digest(lab.state))
            }
            return digests
        }
        #expect(runs[1] == runs[0] && runs[2] == runs[0])
        #expect(Set(runs[0]).count == 4)
    }

    @Test func aSavedStateGoesOnBitForBit() throws {
        var lab = try TestLab { $0.dualSolver = .gradient; $0.states = .next }
        lab.state = try lab.learner.qstep(lab.state, replay: lab.replay, settings: lab.settings, seed: 2, steps: 3).state
        let restored = try LearnerState(lab.state.archive)
        func on(_ state: LearnerState) throws -> String {
            let (e, next) = try lab.learner.estep(state, replay: lab.replay, settings: lab.settings, seed: 2)
            return try digest(lab.learner.mstep(next, e, settings: lab.settings, steps: 2).state)
        }
        #expect(try on(restored) == on(lab.state))
        var damaged = lab.state.archive
        damaged.tensors["critic.first"] = nil
        #expect(throws: Fault.self) { try LearnerState(damaged) }
        damaged = lab.state.archive
        damaged.numbers["counters"] = [1, 2, 3, -4, 0]
        #expect(throws: Fault.self) { try LearnerState(damaged) }
    }

    @Test func lookingChangesNothing() throws {
        let lab = try TestLab()
        let before = digest(lab.state)
        let first = try lab.estep()
        _ = try lab.learner.mstep(lab.state, first, settings: lab.settings, steps: 3)
        let second = try lab.estep()
        #expect(digest(lab.state) == before)
        #expect(first.weights.span.elementsEqual(second.weights.span))
    }
}
