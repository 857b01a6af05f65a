import Support

/// What it takes to undo a stretch of appends: the rows that were overwritten, and the cursor before.
public struct ReplayJournal: Sendable {
    public fileprivate(set) var appendedBefore: Int
    public fileprivate(set) var appendedAfter: Int
    /// Old rows from slot appendedBefore mod capacity on, as many as were overwritten.
    fileprivate var values: [Float] = []
    fileprivate var flags: [UInt8] = []
    /// Flag bytes that changed on rows which were already there.
    fileprivate var changedFlags: [(slot: Int, old: UInt8)] = []

    /// Bytes that it keeps.
    public var byteCount: Int { values.count * 4 + flags.count + changedFlags.count * 16 }
    public var isEmpty: Bool { appendedBefore == appendedAfter && changedFlags.isEmpty }

    fileprivate init(appended: Int) {
        appendedBefore = appended
        appendedAfter = appended
    }

    mutating func noteOverwrite(_ replay: Replay, slot: Int) {
        // A row that was appended under this same journal needs no keeping.
        let overwritesOld = replay.appended >= replay.capacity && flags.count < replay.capacity
        guard overwritesOld, replay.appended - replay.capacity < appendedBefore else { return }
        if flags.isEmpty { firstOverwriting = replay.appended }
        values.append(contentsOf: UnsafeBufferPointer(start: replay.values(slot), count: replay.stride))
        flags.append(replay.flags(slot).pointee)
    }

    /// The append that overwrote the first kept row.
    fileprivate var firstOverwriting = 0

    mutating func noteFlags(_ replay: Replay, slot: Int) {
        guard replay.appended == appendedBefore else { return }  // the row is older than the journal
        changedFlags.append((slot, replay.flags(slot).pointee))
    }
}

/// What an undo took away, so that it can be done again.
public struct ReplayRedo: Sendable {
    fileprivate let appendedBefore: Int
    fileprivate let appendedAfter: Int
    /// The newest appended rows, at most the capacity.
    fileprivate let first: Int
    fileprivate let values: [Float]
    fileprivate let flags: [UInt8]
    fileprivate let changedFlags: [(slot: Int, new: UInt8)]

    public var byteCount: Int { values.count * 4 + flags.count + changedFlags.count * 16 }
}

extension Replay {
    /// From now on every overwritten row is kept, until `endJournal`.
    public func beginJournal() { journal = ReplayJournal(appended: appended) }

    /// What was overwritten since `beginJournal`.
    public func endJournal() -> ReplayJournal {
        var finished = journal ?? ReplayJournal(appended: appended)
        finished.appendedAfter = appended
        journal = nil
        return finished
    }

    /// Takes a stretch of appends back, exactly. The newest stretch must go first.
    public func undo(_ journal: ReplayJournal) throws -> ReplayRedo {
        guard appended == journal.appendedAfter else {
            throw Fault(
                "replay.journal",
                "this journal ends at transition \(journal.appendedAfter), the replay is at \(appended)")
        }
        let first = max(journal.appendedBefore, appended - capacity)
        var kept: [Float] = []
        var keptFlags: [UInt8] = []
        kept.reserveCapacity((appended - first) * stride)
        for row in first..<appended {
            kept.append(contentsOf: UnsafeBufferPointer(start: values(row % capacity), count: stride))
            keptFlags.append(flags(row % capacity).pointee)
        }
        for (index, flag) in journal.flags.enumerated() {
            let slot = (journal.firstOverwriting + index) % capacity
            write(journal.values, row: index, to: slot)
            flags(slot).pointee = flag
        }
        let changed = journal.changedFlags.map { ($0.slot, flags($0.slot).pointee) }
        for change in journal.changedFlags { flags(change.slot).pointee = change.old }
        appended = journal.appendedBefore
        return ReplayRedo(
            appendedBefore: journal.appendedBefore, appendedAfter: journal.appendedAfter, first: first,
            values: kept, flags: keptFlags, changedFlags: changed)
    }

    /// Does again what `undo` took away; the journal that was undone undoes it once more.
    public func redo(_ redo: ReplayRedo) throws {
        guard appended == redo.appendedBefore else {
            throw Fault(
                "replay.journal",
                "this step begins at transition \(redo.appendedBefore), the replay is at \(appended)")
        }
        for change in redo.changedFlags { flags(change.slot).pointee = change.new }
        for (index, flag) in redo.flags.enumerated() {
            let slot = (redo.first + index) % capacity
            try reserve(slot)
            write(redo.values, row: index, to: slot)
            flags(slot).pointee = flag
        }
        appended = redo.appendedAfter
    }

    private func write(_ source: [Float], row: Int, to slot: Int) {
        let destination = values(slot)
        let count = stride
        source.withUnsafeBufferPointer { source in
            guard let base = source.baseAddress, (row + 1) * count <= source.count else { return }
            destination.update(from: base + row * count, count: count)
        }
    }
}
