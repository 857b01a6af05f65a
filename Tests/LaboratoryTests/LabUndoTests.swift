import Environments
import Laboratory
import PolicyOptimisation
import Support
import Testing

/// Undo, redo and repeating, held to the digest over the whole lab.
@Suite struct LabUndoTests {
    /// Every kind of step, by name.
    static let steps: [(name: String, run: @Sendable (Lab) throws -> Void)] = [
        ("collect whole episodes", { try $0.collect(episodes: 2) }),
        ("collect part of an episode", { try $0.collect(steps: 17) }),
        ("collect more than the replay holds", { try $0.collect(steps: 400) }),
        ("qstep", { try $0.qstep(steps: 3) }),
        ("qstep over a refresh", { try $0.qstep(steps: 12) }),
        ("estep", { try $0.estep() }),
        ("estep and mstep", { try $0.mstep($0.estep(), steps: 3) }),
        ("mstep over a refresh", { try $0.mstep($0.estep(), steps: 9) }),
        ("constrain", { try $0.constrain(.kl, .bounded(0.3)) }),
        ("penalise", { try $0.constrain(.klMean, .penalised(2)) }),
        ("settings", { try $0.set("lambda_cov", to: .number(3)) }),
        ("a smaller replay", { try $0.set("replay", to: .number(70)) }),
        ("a larger replay", { try $0.set("replay", to: .number(5000)) }),
        ("seed", { try $0.reseed(99) }),
    ]

    /// A lab with a full replay, in the middle of an episode.
    static func lab() throws -> Lab {
        let lab = try Fixture.pendulum()
        for _ in 0..<5 { try Fixture.turn(lab) }
        #expect(lab.replay.count == 150 && lab.replay.appended == 200 && lab.runningEpisode?.steps == 20)
        return lab
    }

    @Test(arguments: steps.indices) func undoAndTheSameStepAgain(index: Int) throws {
        let (name, run) = Self.steps[index]
        let lab = try Self.lab()
        let before = try lab.digest()
        let undoable = lab.undoableSteps
        try run(lab)
        let after = try lab.digest()
        #expect(after != before, "\(name)")
        while lab.undoableSteps > undoable { #expect(try lab.undo().steps > 0, "\(name)") }
        #expect(try lab.digest() == before, "\(name): undone")
        while lab.redoableSteps > 0 { #expect(try lab.redo().steps > 0) }
        #expect(try lab.digest() == after, "\(name): redone")
        while lab.undoableSteps > undoable { try lab.undo() }
        #expect(try lab.digest() == before, "\(name): undone again")
        try run(lab)
        #expect(try lab.digest() == after, "\(name): again")
        // And what follows is the same too.
        let copy = try lab.copy()
        try Fixture.turn(lab)
        try Fixture.turn(copy)
        #expect(try lab.digest() == copy.digest(), "\(name): after")
    }

    @Test func everythingGoesBackToTheBeginningAndForthAgain() throws {
        let lab = try Fixture.pendulum()
        var digests = [try lab.digest()]
        for turn in 0..<6 {
            lab.beginEntry("turn \(turn)")
            try Fixture.turn(lab)
            lab.endEntry()
            digests.append(try lab.digest())
        }
        for turn in stride(from: 5, through: 0, by: -1) {
            let change = try lab.undo()
            #expect(change.statement == "turn \(turn)" && change.steps == 4)
            #expect(try lab.digest() == digests[turn], "turn \(turn)")
        }
        #expect(lab.history.isEmpty && lab.replay.count == 0)
        let end = try lab.undo()
        #expect(end.steps == 0 && end.isAtEnd && !end.hasForgotten)
        for turn in 0..<6 {
            #expect(try lab.redo().steps == 4)
            #expect(try lab.digest() == digests[turn + 1], "turn \(turn)")
        }
        #expect(try lab.redo().steps == 0)
    }

    @Test func singleStepsOfAStatement() throws {
        let lab = try Fixture.pendulum()
        try lab.collect(episodes: 1)
        var digests = [try lab.digest()]
        lab.beginEntry("repeat 6")
        for _ in 0..<6 {
            try lab.qstep()
            digests.append(try lab.digest())
        }
        lab.endEntry()
        #expect(try lab.undo(steps: 2).steps == 2)
        #expect(try lab.digest() == digests[4])
        #expect(try lab.redo(steps: 1).steps == 1)
        #expect(try lab.digest() == digests[5])
        #expect(try lab.undo().steps == 5)
        #expect(try lab.digest() == digests[0])
        #expect(try lab.redo().steps == 6)
        #expect(try lab.digest() == digests[6])
    }

    /// Inside a statement the last 50 steps are kept one by one; the statement as a whole still goes back.
    @Test func aLongStatementKeepsFiftySteps() throws {
        let lab = try Fixture.pendulum()
        try lab.collect(episodes: 1)
        let start = try lab.digest()
        lab.beginEntry("train")
        for _ in 0..<9 {
            try lab.collect(steps: 30)
            for _ in 0..<7 { try lab.qstep() }
        }
        lab.endEntry()
        let end = try lab.digest()
        #expect(try lab.undo(steps: 50).steps == 50)
        let fault = #expect(throws: Fault.self) { try lab.undo(steps: 1) }
        #expect(fault?.id == "undo.merged")
        #expect(try lab.undo().steps == 22)
        #expect(try lab.digest() == start)
        #expect(try lab.redo().steps == 72)
        #expect(try lab.digest() == end)
    }

    @Test func aSessionTakesBackTheLastStatementInEveryLab() throws {
        let statements = StatementLog()
        let first = try Fixture.pendulum(statements: statements)
        let second = try Fixture.pendulum(seed: 8, statements: statements)
        statements.begin("both")
        try first.collect(steps: 10)
        try second.collect(steps: 10)
        statements.end()
        let both = (try first.digest(), try second.digest())
        statements.begin("second only")
        try second.collect(steps: 10)
        statements.end()
        let later = try second.digest()
        #expect(try statements.undo().map(\.change.statement) == ["second only"])
        #expect(try first.digest() == both.0 && second.digest() == both.1)
        #expect(try statements.undo().count == 2)
        #expect(first.environmentSteps == 0 && second.environmentSteps == 0)
        #expect(try statements.undo().isEmpty)
        #expect(try statements.redo().count == 2)
        #expect(try statements.redo().count == 1)
        #expect(try second.digest() == later && first.digest() == both.0)
        #expect(try statements.redo().isEmpty)
        // A new step in one lab ends what could be done again in any.
        _ = try statements.undo()
        try first.collect(steps: 1)
        #expect(try statements.redo().isEmpty)
    }

    @Test func parametersChangedFromOutsideComeBackToo() throws {
        let lab = try Fixture.pendulum()
        try lab.collect(episodes: 1)
        let other = try Fixture.pendulum(seed: 77)
        try lab.policy.network.replaceParameters(other.policy.parameters)
        let before = try lab.digest()
        try lab.mstep(lab.estep())
        #expect(try lab.undo(steps: 2).steps == 2)
        #expect(try lab.digest() == before && lab.policy.parameters === other.policy.parameters)
    }

    @Test func wrongCountsAreFaults() throws {
        let lab = try Fixture.pendulum()
        #expect(throws: Fault.self) { try lab.undo(steps: 0) }
        #expect(throws: Fault.self) { try lab.redo(steps: -1) }
    }
}
