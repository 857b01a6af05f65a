import PolicyOptimisation
import Support
import Tensors
import Testing

/// The action penalty with a temperature of its own, and limits of η.
@Suite struct PenaltyTests {
    private func estep(_ change: (inout MPOSettings) -> Void) throws -> EStep {
        try TestLab(action: 2) {
            $0.batch = 40
            $0.actions = 30
            change(&$0)
        }.estep()
    }

    private func softmax(_ numbers: [Double]) -> [Double] {
        let top = numbers.max() ?? 0
        let tilted = numbers.map { exponentialOf($0 - top) }
        return tilted.map { $0 / tilted.reduce(0, +) }
    }

    @Test(arguments: MPOSettings.DualSolver.allCases)
    func weightsAreTheMeanOfBothAndSumToOne(solver: MPOSettings.DualSolver) throws {
        let e = try estep { $0.epsilonPenalty = 0.01; $0.dualSolver = solver }
        let penalty = try #require(e.penalty)
        var outside = 0
        for s in 0..<e.stateCount {
            let rows = try e.rows(ofState: s)
            let costs = rows.map { row in
                row.action.reduce(0) { $0 + max(0, abs($1) - 1) * max(0, abs($1) - 1) }.squareRoot()
            }
            let byQ = softmax(rows.map { $0.q / e.eta })
            let byCost = softmax(costs.map { -$0 / penalty.eta })
            for j in rows.indices {
                // single precision of weights up to 1
                #expect(abs(rows[j].weight - 0.5 * (byQ[j] + byCost[j])) < 1e-6)
                #expect(abs(Double(penalty.costs.pointer[s * e.actionCount + j]) - costs[j]) < 1e-6)
                if costs[j] > 0 { outside += 1 }
            }
            #expect(abs(rows.reduce(0) { $0 + $1.weight } - 1) < 1e-5)
            #expect(e.essPerState[s] <= 30.001)
        }
        #expect(outside > 10)
        #expect(penalty.cost > 0)
    }

    @Test func eachPartMeetsItsOwnBound() throws {
        let e = try estep { $0.epsilonPenalty = 0.01; $0.epsilon = 0.2 }
        #expect(abs((e.penalty?.kl ?? 0) - 0.01) < 1e-9)
        #expect(abs(e.kl - 0.2) < 1e-9)
        // solved again under another bound the penalty's part stays
        let again = try e.solved(epsilon: 0.05)
        #expect(abs(again.kl - 0.05) < 1e-9)
        for s in 0..<e.stateCount {
            #expect(abs(try again.rows(ofState: s).reduce(0) { $0 + $1.weight } - 1) < 1e-5)
        }
    }

    @Test func insideTheBoxItIsUniform() throws {
        let lab = try TestLab(action: 2) { $0.epsilonPenalty = 0.01 }
        let head = try GaussianHead(box: .unit(2), initSigma: 0.05)
        let policy = try Policy(.gaussian(head), network: lab.policy.network)
        let critic = try QNetwork(.stateAction(observationSize: 3, actionSize: 2), hidden: [16, 16], stream: RandomStream(seed: 1, purpose: .initialisation))
        let learner = try MPOLearner(LearnerModel(policy: policy, critic: critic))
        let e = try learner.estep(lab.state, replay: lab.replay, settings: lab.settings, seed: 1).estep
        #expect(e.penalty?.optimum.outcome == .allEqual)
        let weights = try #require(e.penalty?.weights)
        withExtendedLifetime(weights) { for w in weights.span { #expect(w == 0.1) } }
    }

    @Test func warmStartsAreSaved() throws {
        for solver in MPOSettings.DualSolver.allCases {
            let lab = try TestLab(action: 2) { $0.epsilonPenalty = 0.01; $0.dualSolver = solver }
            let next = try lab.learner.estep(lab.state, replay: lab.replay, settings: lab.settings, seed: 1).state
            #expect((next.penaltyEta != nil) == (solver == .exact))
            #expect((next.penaltyDescent != nil) == (solver == .gradient))
            #expect(digest(try LearnerState(next.archive)) == digest(next))
        }
    }

    @Test func twoWaysAtOnceAreRefused() throws {
        var settings = MPOSettings()
        settings.epsilonPenalty = 0.001
        settings.actionPenalty = 1
        let both = #expect(throws: Fault.self) { try settings.validate() }
        #expect(both?.message == "action_penalty and epsilon_penalty are two ways to the same end, and both are set")
        settings.actionPenalty = 0
        try settings.validate()
        settings.qForm = .parametric
        let form = #expect(throws: Fault.self) { try settings.validate() }
        #expect(form?.message == "epsilon_penalty weighs samples, but q_form is \"parametric\"")
    }

    @Test func etaStaysAboveItsFloor() throws {
        let free = try estep { $0.epsilon = 0.3 }
        let floored = try estep { $0.epsilon = 0.3; $0.etaMin = 2 * free.eta }
        #expect(floored.eta == 2 * free.eta)
        #expect(floored.optimum.outcome == .floor)
        #expect(floored.kl < 0.3 && floored.status == .slack)
        #expect(floored.note == "η is at its floor eta_min; the dual's minimum lies below it, so the KL stays below its bound")
        let unmoved = try estep { $0.epsilon = 0.3; $0.etaMin = 0.5 * free.eta }
        #expect(unmoved.eta == free.eta)
        // where the bound cannot be reached q would be greedy
        #expect(try estep { $0.epsilon = 10; $0.etaMin = 0.01 }.eta == 0.01)
    }

    @Test func theGradientSolverKeepsToTheFloor() throws {
        var lab = try TestLab { $0.dualSolver = .gradient; $0.epsilon = 5; $0.etaStartsAt(0.05); $0.etaMin = 0.04; $0.etaRate = 0.1 }
        for _ in 0..<30 {
            lab.state = try lab.learner.estep(lab.state, replay: lab.replay, settings: lab.settings, seed: 1).state
        }
        #expect(abs((lab.state.descent?.eta ?? 0) - 0.04) < 1e-9)
    }
}

extension MPOSettings {
    fileprivate mutating func etaStartsAt(_ eta: Double) { self.eta = eta }
}
