import Laboratory
import Testing

@Suite struct UndoLogTests {
    /// A value with one number, taken back and done again by hand.
    struct Machine {
        var value = 0
        var log: UndoLog<Int, String>

        init(stepLimit: Int = 50, byteLimit: Int = 1_000_000) {
            log = UndoLog(stepLimit: stepLimit, byteLimit: byteLimit)
        }

        mutating func step(statement: Int, bytes: Int = 10, patches: [String] = []) {
            log.add(.init(label: "s\(value)", statement: statement, before: value, patches: patches, bytes: bytes))
            value += 1
        }

        mutating func undo() -> Int {
            guard let record = log.last else { return 0 }
            let now = value
            value = record.before
            log.takeBack(after: now, inverses: record.patches.reversed())
            return record.steps
        }

        mutating func redo() {
            guard let undone = log.undone.last else { return }
            value = undone.after
            log.doAgain(patches: undone.inverses.reversed())
        }
    }

    @Test func backAndForth() {
        var machine = Machine()
        for statement in 0..<5 { machine.step(statement: statement) }
        #expect(machine.value == 5)
        for expected in stride(from: 4, through: 0, by: -1) {
            #expect(machine.undo() == 1 && machine.value == expected)
        }
        #expect(machine.undo() == 0)
        for expected in 1...5 {
            machine.redo()
            #expect(machine.value == expected)
        }
        machine.redo()
        #expect(machine.value == 5 && machine.log.bytes == 50)
    }

    @Test func aNewStepDropsWhatWasUndone() {
        var machine = Machine()
        for statement in 0..<3 { machine.step(statement: statement) }
        _ = machine.undo()
        machine.step(statement: 9)
        #expect(machine.log.undone.isEmpty && machine.log.records.map(\.statement) == [0, 1, 9])
    }

    @Test func aStatementKeepsItsLastStepsAndItsStart() {
        var machine = Machine(stepLimit: 4)
        machine.step(statement: 1)
        for index in 0..<20 { machine.step(statement: 2, patches: ["p\(index)"]) }
        #expect(machine.log.records.count == 6)
        var steps: [Int] = []
        for _ in 0..<5 { steps.append(machine.undo()) }
        #expect(steps == [1, 1, 1, 1, 16] && machine.value == 1)
        #expect(machine.undo() == 1 && machine.value == 0)
        for _ in 0..<6 { machine.redo() }
        #expect(machine.value == 21)
        #expect(machine.log.records[1].patches == (0..<16).map { "p\($0)" })
        #expect(machine.log.records[1].steps == 16)
    }

    @Test func heavyStatementsAreForgottenOldestFirst() {
        var machine = Machine(byteLimit: 100)
        for statement in 0..<20 {
            machine.step(statement: statement)
            machine.step(statement: statement)
        }
        #expect(machine.log.hasForgotten && machine.log.bytes <= 100)
        #expect(machine.log.records.map(\.statement) == [15, 15, 16, 16, 17, 17, 18, 18, 19, 19])
        #expect(machine.log.cutStatement == nil)
    }

    @Test func aStatementHeavierThanTheBudgetKeepsItsLastSteps() {
        var machine = Machine(byteLimit: 100)
        for _ in 0..<20 { machine.step(statement: 7, bytes: 30) }
        #expect(machine.log.records.count == 3 && machine.log.bytes == 90)
        #expect(machine.log.cutStatement == 7)
        machine.step(statement: 8, bytes: 1000)
        #expect(machine.log.records.map(\.statement) == [8])  // the newest step is always kept
    }
}
