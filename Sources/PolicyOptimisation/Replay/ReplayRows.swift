import Support
import Tensors

/// Where a transition's numbers lie in a row of float32: observation [O], action [D], next observation [O], reward,
/// the behaviour policy's log-probability.
struct ReplayLayout: Equatable, Sendable {
    let observationSize: Int
    let actionSize: Int

    var stride: Int { 2 * observationSize + actionSize + 2 }
    var actionOffset: Int { observationSize }
    var nextOffset: Int { observationSize + actionSize }
    var rewardOffset: Int { 2 * observationSize + actionSize }
}

/// Transitions on their way into a replay, already as its rows of float32: what an actor has done and nobody has
/// committed. A number that single precision cannot hold is refused here, so that an append never stops half way.
public final class ReplayRows {
    public private(set) var count = 0
    let layout: ReplayLayout
    private var storage = Storage(count: 0)
    private var flagBytes: [UInt8] = []

    public init(observationSize: Int, actionSize: Int) {
        layout = ReplayLayout(observationSize: observationSize, actionSize: actionSize)
    }

    /// Forgets all rows and keeps their memory.
    public func removeAll() {
        count = 0
        flagBytes.removeAll(keepingCapacity: true)
    }

    /// Forgets all rows and gives their memory back.
    public func release() {
        count = 0
        flagBytes = []
        storage = Storage(count: 0)
    }

    /// Adds one transition.
    ///
    /// - Parameters:
    ///   - action: D numbers in the policy's units, unclipped; or one index of finitely many actions.
    ///   - logProbability: of the behaviour policy, at the unclipped action.
    public func append(
        observation: [Double], action: [Double], reward: Double, nextObservation: [Double], terminated: Bool,
        truncated: Bool, logProbability: Double
    ) throws {
        let layout = layout
        guard observation.count == layout.observationSize, nextObservation.count == layout.observationSize,
            action.count == layout.actionSize
        else {
            throw Fault(
                "replay.shape",
                "a transition with observations of \(layout.observationSize) and an action of \(layout.actionSize) "
                    + "numbers was wanted, \(observation.count), \(nextObservation.count) and \(action.count) were given")
        }
        let stride = layout.stride
        if storage.count < (count + 1) * stride { try grow() }
        let row = storage.pointer + count * stride
        try Self.write(observation, row, "the observation")
        try Self.write(action, row + layout.actionOffset, "the action")
        try Self.write(nextObservation, row + layout.nextOffset, "the next observation")
        row[layout.rewardOffset] = Float(reward)
        guard row[layout.rewardOffset].isFinite else { throw Self.tooLarge(reward, "the reward") }
        row[layout.rewardOffset + 1] = Float(logProbability)
        flagBytes.append((terminated ? Replay.Flags.terminated : 0) | (truncated ? Replay.Flags.truncated : 0))
        count += 1
    }

    private static func write(_ numbers: [Double], _ row: UnsafeMutablePointer<Float>, _ what: String) throws {
        for index in 0..<numbers.count {
            let number = Float(numbers[index])
            guard number.isFinite else { throw tooLarge(numbers[index], what, at: index) }
            row[index] = number
        }
    }

    private static func tooLarge(_ number: Double, _ what: String, at index: Int? = nil) -> Fault {
        let place = index.map { " at index \($0)" } ?? ""
        return Fault(
            "replay.not-finite", "\(what) of a transition holds \(number)\(place)",
            hint: "the replay keeps finite single-precision numbers: scale the task's numbers down")
    }

    private func grow() throws {
        let rows = max(64, 2 * count)
        try MemoryBudget.require(bytes: rows * layout.stride * 4, for: "\(rows.grouped) steps that wait to be committed")
        let larger = Storage(count: rows * layout.stride)
        larger.pointer.update(from: storage.pointer, count: count * layout.stride)
        storage = larger
    }

    func values(_ row: Int) -> UnsafePointer<Float> { UnsafePointer(storage.pointer + row * layout.stride) }
    func flags(_ row: Int) -> UInt8 { flagBytes[row] }
}

extension Replay {
    /// Appends rows of an actor in their order: all of them, or none where there is no memory for them.
    public func append(_ rows: ReplayRows, _ range: Range<Int>) throws {
        guard rows.layout == layout, range.lowerBound >= 0, range.upperBound <= rows.count else {
            throw Fault(
                "replay.shape",
                "rows \(range) of \(rows.count) do not fit a replay of observations of \(observationSize) and "
                    + "actions of \(actionSize) numbers")
        }
        if range.isEmpty { return }
        try reserve(min(appended + range.count, capacity) - 1)
        for row in range {
            let slot = cursor
            journal?.noteOverwrite(self, slot: slot)
            values(slot).update(from: rows.values(row), count: stride)
            flags(slot).pointee = rows.flags(row)
            appended += 1
        }
    }

    /// Appends one transition; see `ReplayRows.append`.
    public func append(
        observation: [Double], action: [Double], reward: Double, nextObservation: [Double], terminated: Bool,
        truncated: Bool, logProbability: Double
    ) throws {
        let rows = ReplayRows(observationSize: observationSize, actionSize: actionSize)
        try rows.append(
            observation: observation, action: action, reward: reward, nextObservation: nextObservation,
            terminated: terminated, truncated: truncated, logProbability: logProbability)
        try append(rows, 0..<1)
    }
}
