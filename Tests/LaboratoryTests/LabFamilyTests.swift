import Laboratory
import PolicyOptimisation
import Support
import Testing

/// The forms of q, M-step and penalty in a lab: undone, copied and saved with all the rest.
@Suite struct LabFamilyTests {
    enum Form: String, CaseIterable { case parametric, penalty, prior, softReference }

    private func lab(_ form: Form) throws -> Lab {
        try Fixture.pendulum {
            switch form {
            case .parametric:
                $0.qForm = .parametric
                $0.qSteps = 2
            case .penalty: $0.epsilonPenalty = 0.001
            case .prior:
                $0.priorSigma = 0.5
                $0.priorMean = .reference
            case .softReference: $0.policyTau = 0.1
            }
        }
    }

    @Test(arguments: Form.allCases)
    func undoTakesItBackAndRedoDoesItAgain(form: Form) throws {
        let lab = try lab(form)
        try Fixture.turn(lab)
        let before = try lab.digest()
        try lab.mstep(lab.estep(), steps: 2)
        let after = try lab.digest()
        #expect(before != after)
        try lab.undo(steps: 2)
        #expect(try lab.digest() == before)
        try lab.redo(steps: 2)
        #expect(try lab.digest() == after)
    }

    @Test(arguments: Form.allCases)
    func copiesAndFilesGoOnInTheSameWay(form: Form) throws {
        let lab = try lab(form)
        try Fixture.turn(lab)
        let copy = try lab.copy()
        try Fixture.withFile { path in
            try lab.save(to: path)
            let loaded = try Lab.load(from: path)
            #expect(try loaded.digest() == lab.digest())
            for each in [lab, copy, loaded] { try Fixture.turn(each) }
            #expect(try copy.digest() == lab.digest())
            #expect(try loaded.digest() == lab.digest())
        }
    }

    @Test func aNewStartOfEtaStartsTheMultiplierAgain() throws {
        let lab = try lab(.parametric)
        try Fixture.turn(lab)
        try lab.set("eta_start", to: .number(0.3))
        #expect(abs((lab.learnerState.variational?.multiplier.eta ?? 0) - 0.3) < 1e-6)
        #expect(lab.learnerState.variational?.optimiser.steps == 2)
    }

    @Test func closedFormsAreCommittedAndCounted() throws {
        let lab = try Fixture.bandit()
        try lab.collect(steps: 60)
        try lab.qstep(steps: 20)
        let e = try lab.estep()
        let proposed = try lab.mstep(e, exact: true, commit: false)
        #expect(lab.policySteps == 0)
        try lab.commit(proposed)
        #expect(lab.policySteps == 1)
        #expect(lab.history.last?["steps"] == 0)
        #expect(throws: Fault.self) { try lab.commit(proposed) }
    }

    @Test func theRowsTellWhatTheFormMeasures() throws {
        let penalty = try lab(.penalty)
        try Fixture.turn(penalty)
        #expect(penalty.history.contains { $0["kl_penalty"] != nil && $0["eta_penalty"] != nil })
        let prior = try lab(.prior)
        try Fixture.turn(prior)
        #expect((prior.history.last?["log_prior"] ?? 0) < 0)
        let parametric = try lab(.parametric)
        try Fixture.turn(parametric)
        #expect(parametric.history.contains { $0.kind == .estep && $0["kl_before"] == 0 })
    }
}
