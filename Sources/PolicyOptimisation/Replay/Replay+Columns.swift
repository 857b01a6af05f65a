import Support
import Tensors

/// A replay as plain columns, to be saved and taken up again.
public struct ReplayColumns: Sendable {
    public var capacity: Int
    public var appended: Int
    public var observationSize: Int
    public var actionSize: Int
    /// [rows, O], in slot order.
    public var observations: Storage
    /// [rows, D].
    public var actions: Storage
    /// [rows].
    public var rewards: Storage
    /// [rows, O].
    public var nextObservations: Storage
    /// [rows].
    public var logProbabilities: Storage
    /// A byte a row: 1 terminated, 2 truncated, 4 last of its episode for another reason.
    public var flags: [UInt8]

    public init(
        capacity: Int, appended: Int, observationSize: Int, actionSize: Int, observations: Storage, actions: Storage,
        rewards: Storage, nextObservations: Storage, logProbabilities: Storage, flags: [UInt8]
    ) {
        self.capacity = capacity
        self.appended = appended
        self.observationSize = observationSize
        self.actionSize = actionSize
        self.observations = observations
        self.actions = actions
        self.rewards = rewards
        self.nextObservations = nextObservations
        self.logProbabilities = logProbabilities
        self.flags = flags
    }
}

extension Replay {
    /// Everything that it holds, copied.
    public func columns() throws -> ReplayColumns {
        let rows = count
        try MemoryBudget.require(bytes: rows * stride * 4, for: "a copy of the replay's \(rows.grouped) transitions")
        let result = ReplayColumns(
            capacity: capacity, appended: appended, observationSize: observationSize, actionSize: actionSize,
            observations: Storage(count: rows * observationSize), actions: Storage(count: rows * actionSize),
            rewards: Storage(count: rows), nextObservations: Storage(count: rows * observationSize),
            logProbabilities: Storage(count: rows), flags: (0..<rows).map { flags($0).pointee })
        for slot in 0..<rows {
            let row = values(slot)
            (result.observations.pointer + slot * observationSize).update(from: row, count: observationSize)
            (result.actions.pointer + slot * actionSize).update(from: row + actionOffset, count: actionSize)
            (result.nextObservations.pointer + slot * observationSize)
                .update(from: row + nextOffset, count: observationSize)
            result.rewards.pointer[slot] = row[rewardOffset]
            result.logProbabilities.pointer[slot] = row[rewardOffset + 1]
        }
        return result
    }

    /// A replay from saved columns; refuses columns that do not fit together.
    public convenience init(_ columns: ReplayColumns) throws {
        try self.init(
            capacity: columns.capacity, observationSize: columns.observationSize, actionSize: columns.actionSize)
        let rows = min(columns.capacity, max(0, columns.appended))
        guard columns.appended >= 0, columns.flags.count == rows, columns.rewards.count == rows,
            columns.logProbabilities.count == rows, columns.observations.count == rows * observationSize,
            columns.nextObservations.count == rows * observationSize, columns.actions.count == rows * actionSize,
            columns.flags.allSatisfy({ $0 & ~Flags.last == 0 })
        else {
            throw Fault(
                "replay.columns",
                "the columns of a replay do not fit together: \(rows.grouped) transitions were wanted, "
                    + "\(columns.rewards.count.grouped) rewards and \(columns.flags.count.grouped) flags were given")
        }
        for slot in 0..<rows {
            try reserve(slot)
            let row = values(slot)
            row.update(from: columns.observations.pointer + slot * observationSize, count: observationSize)
            (row + actionOffset).update(from: columns.actions.pointer + slot * actionSize, count: actionSize)
            (row + nextOffset)
                .update(from: columns.nextObservations.pointer + slot * observationSize, count: observationSize)
            row[rewardOffset] = columns.rewards.pointer[slot]
            row[rewardOffset + 1] = columns.logProbabilities.pointer[slot]
            flags(slot).pointee = columns.flags[slot]
        }
        appended = columns.appended
    }

    /// Another replay with the same transitions.
    public func copy() throws -> Replay {
        let other = try Replay(capacity: capacity, observationSize: observationSize, actionSize: actionSize)
        if count > 0 { try other.reserve(count - 1) }
        for (index, chunk) in other.chunks.enumerated() {
            let rows = min(Self.chunkRows, count - index * Self.chunkRows)
            chunk.values.update(from: chunks[index].values, count: rows * stride)
            chunk.flags.update(from: chunks[index].flags, count: rows)
        }
        other.appended = appended
        return other
    }

    /// Another replay of another capacity with the newest transitions of this one.
    public func resized(to capacity: Int) throws -> Replay {
        let other = try Replay(capacity: capacity, observationSize: observationSize, actionSize: actionSize)
        let kept = min(count, capacity)
        for index in 0..<kept {
            let slot = (appended - kept + index) % self.capacity
            try other.reserve(index)
            other.values(index).update(from: values(slot), count: stride)
            other.flags(index).pointee = flags(slot).pointee
        }
        other.appended = kept
        return other
    }

    /// Adds everything that it holds to a digest.
    public func digest(into digest: inout Digest64) {
        for number in [capacity, appended, observationSize, actionSize] { digest.combine(number) }
        var left = count
        for chunk in chunks where left > 0 {
            let rows = min(Self.chunkRows, left)
            digest.combine(UnsafeBufferPointer(start: UnsafePointer(chunk.values), count: rows * stride))
            digest.combine(UnsafeRawBufferPointer(start: chunk.flags, count: rows))
            left -= rows
        }
    }
}
