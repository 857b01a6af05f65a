/// What was there before each committed step, so that steps can be taken back and done again.
///
/// A record holds the complete (copy-on-write) state before a step and the patches that take its change of the replay
/// back. Steps of one statement share its number; all but the last `stepLimit` of them are merged into one
/// record, and whole statements are forgotten, oldest first, when the records weigh more than `byteLimit`.
package struct UndoLog<State, Patch> {
    package struct Record {
        package var label: String
        package let statement: Int
        /// The committed steps that it takes back; more than 1 only where steps were merged.
        package var steps: Int
        package let before: State
        /// In the order in which they were made; taken back from the last to the first.
        package var patches: [Patch]
        package var bytes: Int

        package init(label: String, statement: Int, before: State, patches: [Patch], bytes: Int) {
            self.label = label
            self.statement = statement
            steps = 1
            self.before = before
            self.patches = patches
            self.bytes = bytes
        }
    }

    /// A record taken back, with what is needed to do it again.
    package struct Undone {
        package let record: Record
        package let after: State
        /// From the last to the first.
        package let inverses: [Patch]
    }

    package let stepLimit: Int
    package var byteLimit: Int
    package private(set) var records: [Record] = []
    package private(set) var undone: [Undone] = []
    /// Whether older steps were forgotten.
    package private(set) var hasForgotten = false
    package private(set) var bytes = 0
    /// The statement whose first steps were forgotten, if any.
    package private(set) var cutStatement: Int?

    package init(stepLimit: Int = 50, byteLimit: Int) {
        self.stepLimit = stepLimit
        self.byteLimit = byteLimit
    }

    /// Adds a step that is about to be committed; what was undone before can no longer be redone.
    package mutating func add(_ record: Record) {
        undone.removeAll()
        records.append(record)
        bytes += record.bytes
        mergeOldSteps(of: record.statement)
        forget()
    }

    package mutating func dropUndone() { undone.removeAll() }

    /// The record to take back next.
    package var last: Record? { records.last }

    package mutating func takeBack(after: State, inverses: [Patch]) {
        guard let record = records.popLast() else { return }
        bytes -= record.bytes
        undone.append(Undone(record: record, after: after, inverses: inverses))
    }

    /// The record to do again next; `patches` are what its inverses left behind.
    package mutating func doAgain(patches: [Patch]) {
        guard var record = undone.popLast()?.record else { return }
        record.patches = patches
        records.append(record)
        bytes += record.bytes
    }

    private mutating func mergeOldSteps(of statement: Int) {
        var first = records.count
        while first > 0, records[first - 1].statement == statement { first -= 1 }
        if records.count - first <= stepLimit + 1 { return }
        // The statement's first record takes in its second: its own state before stays the one to go back to.
        let second = records.remove(at: first + 1)
        records[first].patches += second.patches  // in place: a long statement merges thousands
        records[first].steps += second.steps
        // Only the patches of the second are kept; its state is dropped.
        let kept = second.patches.isEmpty ? 0 : second.bytes
        records[first].bytes += kept
        bytes -= second.bytes - kept
    }

    private mutating func forget() {
        // Whole statements first; of the last statement its oldest steps, if it alone is too heavy.
        while bytes > byteLimit, records.count > 1, let oldest = records.first {
            let isWhole = oldest.statement != records.last?.statement
            let count = isWhole ? records.prefix { $0.statement == oldest.statement }.count : 1
            for record in records.prefix(count) { bytes -= record.bytes }
            records.removeFirst(count)
            hasForgotten = true
            if !isWhole { cutStatement = oldest.statement }
        }
    }

    package mutating func removeAll() {
        records.removeAll()
        undone.removeAll()
        bytes = 0
        hasForgotten = false
        cutStatement = nil
    }
}
