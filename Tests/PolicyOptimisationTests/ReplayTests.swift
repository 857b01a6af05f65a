import PolicyOptimisation
import Support
import Tensors
import Testing

@Suite struct ReplayTests {
    /// A replay of one-number observations; transition k has reward k and leads from k to k + ½.
    private func replay(capacity: Int, ends: [Int: Int] = [:], rows: Int) throws -> Replay {
        let replay = try Replay(capacity: capacity, observationSize: 1, actionSize: 1)
        for k in 0..<rows { try append(k, ends[k] ?? 0, to: replay) }
        return replay
    }

    private func append(_ k: Int, _ end: Int = 0, to replay: Replay) throws {
        try replay.append(
            observation: [Double(k)], action: [0.1], reward: Double(k), nextObservation: [Double(k) + 0.5],
            terminated: end == 1, truncated: end == 2, logProbability: -0.5)
        if end == 3 { replay.endEpisode() }
    }

    struct Border: Sendable {
        let slot: Int
        let n: Int
        let reward: Double
        let discount: Double
        let next: Double
    }

    /// By hand with γ = ½.
    @Test(arguments: [
        Border(slot: 2, n: 1, reward: 2, discount: 0.5, next: 2.5),
        Border(slot: 2, n: 3, reward: 4.5, discount: 0.125, next: 4.5),  // 2 + 3/2 + 4/4
        Border(slot: 5, n: 3, reward: 8, discount: 0, next: 6.5),  // row 6 terminates
        Border(slot: 9, n: 5, reward: 14, discount: 0.25, next: 10.5),  // row 10 is truncated: it bootstraps
        Border(slot: 12, n: 5, reward: 18.5, discount: 0.25, next: 13.5),  // row 13 ended otherwise
        Border(slot: 14, n: 9, reward: 21.5, discount: 0.25, next: 15.5),  // row 15 is the newest
    ])
    func returnsStopAtBorders(border: Border) throws {
        let replay = try replay(capacity: 20, ends: [6: 1, 10: 2, 13: 3], rows: 16)
        let batch = try replay.gather([border.slot], nStep: border.n, gamma: 0.5)
        #expect(Double(batch.rewards.pointer[0]) == border.reward)
        #expect(Double(batch.discounts.pointer[0]) == border.discount)
        #expect(Double(batch.nextStates.pointer[0]) == border.next)
        #expect(batch.states.pointer[0] == Float(border.slot))
    }

    @Test func returnsCrossTheRingsEndButNotTheCursor() throws {
        let replay = try replay(capacity: 4, rows: 6)  // slots hold 4, 5, 2, 3
        let batch = try replay.gather([3, 1], nStep: 3, gamma: 1)
        #expect(batch.rewards.span.map { $0 } == [3 + 4 + 5, 5])
    }

    @Test func everyRowIsDrawnEquallyOften() throws {
        let replay = try replay(capacity: 8, rows: 8)
        var stream = RandomStream(seed: 3, purpose: .replaySampling)
        var counts = [Int](repeating: 0, count: 8)
        for slot in try replay.sampleSlots(8000, stream: &stream) { counts[slot] += 1 }
        // 1000 ± 5 standard deviations of a binomial count
        #expect(counts.allSatisfy { abs($0 - 1000) < 5 * 30 })
    }

    @Test func anEmptyReplayIsAFault() throws {
        let replay = try Replay(capacity: 3, observationSize: 1, actionSize: 1)
        var stream = RandomStream(seed: 3, purpose: .replaySampling)
        let fault = #expect(throws: Fault.self) { try replay.sample(2, gamma: 1, stream: &stream) }
        #expect(fault?.id == "replay.empty")
    }

    /// Capacity, rows before, rows in the journal: with and without overwriting, once and more than once round.
    @Test(arguments: [
        (5, 0, 3), (5, 2, 2), (5, 4, 4), (5, 9, 3), (5, 5, 5), (5, 7, 13), (3, 1, 0), (9000, 8990, 30), (1, 1, 4),
    ])
    func undoAndRedoAreExact(capacity: Int, before: Int, more: Int) throws {
        let ends = [before - 1: 0, before + 1: 3, before + 2: 1]
        let replay = try replay(capacity: capacity, rows: before)
        let start = digest(replay)
        replay.beginJournal()
        replay.endEpisode()  // marks a row that is older than the journal
        for k in before..<before + more { try append(k, ends[k] ?? 0, to: replay) }
        let journal = replay.endJournal()
        let end = digest(replay)
        for _ in 0..<2 {
            let redo = try replay.undo(journal)
            #expect(digest(replay) == start)
            try replay.redo(redo)
            #expect(digest(replay) == end)
        }
        _ = try replay.undo(journal)
        if more > 0 { #expect(throws: Fault.self) { try replay.undo(journal) } }
    }

    @Test func journalsKeepOnlyWhatWasOverwritten() throws {
        let replay = try replay(capacity: 100, rows: 50)
        replay.beginJournal()
        for k in 50..<90 { try append(k, to: replay) }
        #expect(replay.endJournal().byteCount == 0)
    }

    @Test(arguments: [0, 3, 7, 19])
    func columnsAndCopiesHoldEverything(rows: Int) throws {
        let replay = try replay(capacity: 7, ends: [2: 1, 5: 2, 6: 3, 12: 3], rows: rows)
        #expect(try digest(Replay(replay.columns())) == digest(replay))
        #expect(try digest(replay.copy()) == digest(replay))
        var columns = try replay.columns()
        columns.flags.append(0)
        #expect(throws: Fault.self) { try Replay(columns) }
    }

    @Test func resizingKeepsTheNewest() throws {
        let smaller = try replay(capacity: 7, rows: 10).resized(to: 4)
        #expect(try (0..<4).map { try smaller.transition($0).reward } == [6, 7, 8, 9])
    }

    @Test func impossibleSizesAndBadRowsAreFaults() throws {
        #expect(throws: Fault.self) { try Replay(capacity: 10_000_000_000, observationSize: 1000, actionSize: 1) }
        #expect(throws: Fault.self) { try Replay(capacity: .max, observationSize: .max, actionSize: 1) }
        #expect(throws: Fault.self) { try Replay(capacity: 0, observationSize: 1, actionSize: 1) }
        let replay = try Replay(capacity: 3, observationSize: 1, actionSize: 1)
        for reward in [Double.nan, .infinity, 1e300] {
            #expect(throws: Fault.self) {
                try replay.append(
                    observation: [0], action: [0], reward: reward, nextObservation: [0], terminated: false,
                    truncated: false, logProbability: 0)
            }
        }
        #expect(replay.count == 0)
    }

    /// Rows that waited are appended as single transitions are, with the same journal.
    @Test(arguments: [(5, 3, 4), (5, 5, 5), (5, 7, 13), (9000, 8990, 130)])
    func rowsThatWaited(capacity: Int, before: Int, more: Int) throws {
        let one = try replay(capacity: capacity, rows: before)
        let many = try replay(capacity: capacity, rows: before)
        let start = digest(many)
        let rows = ReplayRows(observationSize: 1, actionSize: 1)
        for k in before - 2..<before + more + 1 {
            try rows.append(
                observation: [Double(k)], action: [0.1], reward: Double(k), nextObservation: [Double(k) + 0.5],
                terminated: k % 3 == 0, truncated: k % 3 == 1, logProbability: -0.5)
        }
        for k in before..<before + more { try append(k, k % 3 == 0 ? 1 : k % 3 == 1 ? 2 : 0, to: one) }
        many.beginJournal()
        try many.append(rows, 2..<more)
        try many.append(rows, more..<more + 2)
        let journal = many.endJournal()
        #expect(digest(many) == digest(one))
        _ = try many.undo(journal)
        #expect(digest(many) == start)
    }

    @Test func rowsThatDoNotFitAreFaults() throws {
        let rows = ReplayRows(observationSize: 2, actionSize: 1)
        func append(_ observation: [Double], action: [Double] = [0], next: [Double] = [0, 0]) throws {
            try rows.append(
                observation: observation, action: action, reward: 0, nextObservation: next, terminated: false,
                truncated: false, logProbability: 0)
        }
        try append([1, 2])
        #expect(throws: Fault.self) { try append([1]) }
        #expect(throws: Fault.self) { try append([1, 2], action: []) }
        let fault = #expect(throws: Fault.self) { try append([1, 2], next: [0, -1e39]) }
        #expect(fault?.message == "the next observation of a transition holds -1e+39 at index 1")
        #expect(rows.count == 1)
        let replay = try Replay(capacity: 3, observationSize: 2, actionSize: 1)
        #expect(throws: Fault.self) { try replay.append(rows, 0..<2) }
        #expect(throws: Fault.self) { try Replay(capacity: 3, observationSize: 1, actionSize: 1).append(rows, 0..<1) }
        try replay.append(rows, 0..<1)
        rows.release()
        #expect(rows.count == 0 && replay.count == 1)
    }
}
