import Support
import Tensors

/// Transitions of a replay, some of which follow one another: sequences, one after the other. A value.
public struct SequenceBatch: Sendable {
    /// All transitions, with one reward each.
    public let batch: Batch
    /// The transitions of each sequence, in order; they sum to `batch.count`.
    public let lengths: [Int]
}

extension Replay {
    /// Draws sequences of at most `length` transitions, `count` transitions in all.
    ///
    /// A sequence goes on while transitions follow one another: it stops at the end of an episode and at the newest
    /// transition. Every window of `length` places that holds part of an episode is equally likely, those that reach
    /// back before its start included; so every transition is as likely as any other, as in `sample`, and an
    /// episode's first ones are not missed. The last sequence is cut short where the batch is full.
    public func sampleSequences(
        _ count: Int, length: Int, gamma: Double, stream: inout RandomStream
    ) throws -> SequenceBatch {
        try requireBatch(count)
        guard length >= 1 else {
            throw Fault("replay.sequence", "sequences of at least 1 transition were wanted, \(length) was given")
        }
        let rows = self.count
        guard rows > 0 else {
            throw Fault(
                "replay.empty", "the replay is empty, there is nothing to learn from",
                hint: "collect(lab, episodes: 10) fills it")
        }
        let window = min(length, rows, count)
        let newest = (appended - 1) % capacity
        let oldest = appended > capacity ? cursor : 0
        var slots: [Int] = []
        slots.reserveCapacity(count)
        var lengths: [Int] = []
        while slots.count < count {
            // A window is named by its first transition and by the places before that which it leaves empty: none,
            // unless the transition is its episode's first.
            var at = stream.index(below: rows)
            let empty = stream.index(below: window)
            if empty > 0, at != oldest, flags(at == 0 ? capacity - 1 : at - 1).pointee & Flags.last == 0 { continue }
            let most = min(window - empty, count - slots.count)
            var steps = 1
            slots.append(at)
            while steps < most, at != newest, flags(at).pointee & Flags.last == 0 {
                at = at + 1 == capacity ? 0 : at + 1
                slots.append(at)
                steps += 1
            }
            lengths.append(steps)
        }
        return SequenceBatch(batch: try gather(slots, gamma: gamma), lengths: lengths)
    }
}
