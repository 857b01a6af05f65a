import Support
import Tensors

/// A ring of transitions in float32: what the lab has seen, the oldest overwritten first.
///
/// O observation size, D action size. A row holds the observation, the policy's unclipped action (or an action's
/// index), the reward, the next observation and the behaviour policy's log-probability; and apart from these
/// whether the step terminated the episode, truncated it, or was the last one for another reason. Memory grows in
/// chunks up to the capacity. Not for use from several threads at once.
public final class Replay {
    public let capacity: Int
    public let observationSize: Int
    public let actionSize: Int

    /// Transitions ever appended; row k of them lies in slot k mod capacity.
    public internal(set) var appended = 0
    var chunks: [Chunk] = []
    var journal: ReplayJournal?

    /// What a row's flag byte holds.
    struct Flags {
        static let terminated: UInt8 = 1
        static let truncated: UInt8 = 2
        /// The episode went no further, though it neither terminated nor was truncated.
        static let border: UInt8 = 4
        static let last: UInt8 = terminated | truncated | border
    }

    /// Some rows of the ring.
    final class Chunk: @unchecked Sendable {  // unchecked: belongs to one replay, or to one journal
        let values: UnsafeMutablePointer<Float>
        let flags: UnsafeMutablePointer<UInt8>
        init(rows: Int, stride: Int) {
            values = .allocate(capacity: max(1, rows * stride))
            flags = .allocate(capacity: max(1, rows))
            values.initialize(repeating: 0, count: max(1, rows * stride))
            flags.initialize(repeating: 0, count: max(1, rows))
        }
        deinit {
            values.deallocate()
            flags.deallocate()
        }
    }

    static let chunkRows = 4096

    public init(capacity: Int, observationSize: Int, actionSize: Int) throws {
        guard capacity >= 1 else {
            throw Fault("replay.capacity", "a replay needs room for at least one transition, \(capacity) was given")
        }
        guard observationSize >= 1, actionSize >= 1 else {
            throw Fault(
                "replay.shape",
                "a replay needs observations and actions of at least one number, "
                    + "\(observationSize) and \(actionSize) were given")
        }
        let stride = try MemoryBudget.product([2, observationSize], for: "a row of the replay") + actionSize + 2
        let bytes = try MemoryBudget.product([capacity, stride, 4], for: "a replay of \(capacity.grouped) transitions")
        // It grows lazily, so what is free now does not matter; what can never fit is refused at once.
        if bytes > MemoryBudget.total {
            try MemoryBudget.require(bytes: bytes, for: "a replay of \(capacity.grouped) transitions")
        }
        self.capacity = capacity
        self.observationSize = observationSize
        self.actionSize = actionSize
    }

    /// Transitions that it holds now.
    public var count: Int { min(appended, capacity) }
    /// The slot that the next transition goes to.
    public var cursor: Int { appended % capacity }

    var layout: ReplayLayout { ReplayLayout(observationSize: observationSize, actionSize: actionSize) }
    /// Numbers in a row, and where its parts begin.
    var stride: Int { layout.stride }
    var actionOffset: Int { layout.actionOffset }
    var nextOffset: Int { layout.nextOffset }
    var rewardOffset: Int { layout.rewardOffset }

    func values(_ slot: Int) -> UnsafeMutablePointer<Float> {
        chunks[slot / Self.chunkRows].values + slot % Self.chunkRows * stride
    }
    func flags(_ slot: Int) -> UnsafeMutablePointer<UInt8> {
        chunks[slot / Self.chunkRows].flags + slot % Self.chunkRows
    }

    /// Allocates the chunks up to `slot`.
    func reserve(_ slot: Int) throws {
        while slot >= chunks.count * Self.chunkRows {
            let rows = min(Self.chunkRows, capacity - chunks.count * Self.chunkRows)
            try MemoryBudget.require(
                bytes: rows * stride * 4, for: "\(rows.grouped) more transitions in the replay")
            chunks.append(Chunk(rows: rows, stride: stride))
        }
    }

    /// Says that the last transition was its episode's last, so that no n-step return crosses to the next one.
    public func endEpisode() {
        guard appended > 0 else { return }
        let slot = (appended - 1) % capacity
        guard flags(slot).pointee & Flags.last == 0 else { return }
        journal?.noteFlags(self, slot: slot)
        flags(slot).pointee |= Flags.border
    }
}

/// One transition as it lies in the replay, for looking at.
public struct Transition: Sendable {
    public let observation: [Float]
    public let action: [Float]
    public let reward: Float
    public let nextObservation: [Float]
    public let logProbability: Float
    public let terminated: Bool
    public let truncated: Bool
}

extension Replay {
    /// The transition in a slot of 0..<count.
    public func transition(_ slot: Int) throws -> Transition {
        guard slot >= 0, slot < count else {
            throw Fault("replay.index", "a slot in 0..<\(count) was wanted, \(slot) was given")
        }
        let row = values(slot)
        let flag = flags(slot).pointee
        func part(_ offset: Int, _ size: Int) -> [Float] {
            Array(UnsafeBufferPointer(start: row + offset, count: size))
        }
        return Transition(
            observation: part(0, observationSize), action: part(actionOffset, actionSize),
            reward: row[rewardOffset], nextObservation: part(nextOffset, observationSize),
            logProbability: row[rewardOffset + 1], terminated: flag & Flags.terminated != 0,
            truncated: flag & Flags.truncated != 0)
    }
}
