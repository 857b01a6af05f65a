import Support
import Tensors

/// Transitions drawn from a replay, a value. S states, D action dimensions, O observation size.
public struct Batch: Sendable {
    public let count: Int
    public let observationSize: Int
    public let actionSize: Int
    /// [S, O].
    public let states: Storage
    /// [S, D], unclipped, or [S, 1] indices.
    public let actions: Storage
    /// [S], the discounted sum of the n rewards.
    public let rewards: Storage
    /// [S, O], the observation after n steps.
    public let nextStates: Storage
    /// [S], γⁿ, or 0 where the task terminated: what the next state's value is multiplied by.
    public let discounts: Storage
    /// [S], of the behaviour policy.
    public let logProbabilities: Storage
    /// The replay's slots that they came from.
    public let slots: [Int]
}

extension Replay {
    /// Draws `count` slots uniformly, with replacement.
    public func sampleSlots(_ count: Int, stream: inout RandomStream) throws -> [Int] {
        let rows = self.count
        guard rows > 0 else {
            throw Fault(
                "replay.empty", "the replay is empty, there is nothing to learn from",
                hint: "collect(lab, episodes: 10) fills it")
        }
        return (0..<count).map { _ in stream.index(below: rows) }
    }

    /// Draws a batch of `count` transitions with n-step rewards.
    public func sample(_ count: Int, nStep: Int = 1, gamma: Double, stream: inout RandomStream) throws -> Batch {
        try requireBatch(count)
        return try gather(sampleSlots(count, stream: &stream), nStep: nStep, gamma: gamma)
    }

    func requireBatch(_ count: Int) throws {
        guard count >= 1 else { throw Fault("replay.batch", "a batch of at least 1 was wanted, \(count) was given") }
        try MemoryBudget.require(elements: [count, stride], stride: 4, for: "a batch of \(count.grouped) transitions")
    }

    /// The transitions in `slots`.
    ///
    /// An n-step return stops before n at the end of its episode (bootstrapping unless the task terminated) and
    /// at the newest transition. Source: Sutton, Barto 2018, section 7.1.
    public func gather(_ slots: [Int], nStep: Int = 1, gamma: Double) throws -> Batch {
        let rows = slots.count
        if let wrong = slots.first(where: { $0 < 0 || $0 >= count }) {
            throw Fault("replay.index", "a slot in 0..<\(count) was wanted, \(wrong) was given")
        }
        let states = Storage(count: rows * observationSize)
        let actions = Storage(count: rows * actionSize)
        let nextStates = Storage(count: rows * observationSize)
        let rewards = Storage(count: rows)
        let discounts = Storage(count: rows)
        let logProbabilities = Storage(count: rows)
        let newest = (appended - 1) % capacity
        for (index, slot) in slots.enumerated() {
            let row = values(slot)
            (states.pointer + index * observationSize).update(from: row, count: observationSize)
            (actions.pointer + index * actionSize).update(from: row + actionOffset, count: actionSize)
            logProbabilities.pointer[index] = row[rewardOffset + 1]
            var reward = Double(row[rewardOffset])
            var discount = gamma
            var at = slot
            var steps = 1
            while steps < nStep, at != newest, flags(at).pointee & Flags.last == 0 {
                at = at + 1 == capacity ? 0 : at + 1
                reward += discount * Double(values(at)[rewardOffset])
                discount *= gamma
                steps += 1
            }
            rewards.pointer[index] = Float(reward)
            discounts.pointer[index] = flags(at).pointee & Flags.terminated != 0 ? 0 : Float(discount)
            (nextStates.pointer + index * observationSize)
                .update(from: values(at) + nextOffset, count: observationSize)
        }
        return Batch(
            count: rows, observationSize: observationSize, actionSize: actionSize, states: states, actions: actions,
            rewards: rewards, nextStates: nextStates, discounts: discounts, logProbabilities: logProbabilities,
            slots: slots)
    }

    /// The observations in `slots`, [S, O].
    func gatherStates(_ slots: [Int]) -> Storage {
        let states = Storage(count: slots.count * observationSize)
        for (index, slot) in slots.enumerated() {
            (states.pointer + index * observationSize).update(from: values(slot), count: observationSize)
        }
        return states
    }
}
