import Support

/// What the critic would be drawn to for one transition, and what that is made of.
public struct TargetLine: Hashable, Sendable {
    /// The replay's slot.
    public let slot: Int
    /// The discounted sum of the rewards that the target takes before it bootstraps.
    public let reward: Double
    /// What the next value is multiplied by; 0 where the task terminated.
    public let discount: Double
    /// Q'(s, a).
    public let q: Double
    /// E_π Q'(s', ·).
    public let next: Double
    /// Retrace: c = λ min(1, π_i(a|s)/b(a|s)).
    public let trace: Double?
    /// y; with a distributional critic the mean of its target.
    public let target: Double

    /// δ = r + γ E_π Q'(s', ·) − Q'(s, a).
    public var delta: Double { reward + discount * next - q }
}

extension MPOLearner {
    /// The targets of transitions in `slots`, by the settings' rule; nothing changes.
    ///
    /// With Retrace the slots are one sequence, each the successor of the one before. Sampled actions are those that a
    /// Q-step with this batch would draw next.
    public func targets(
        _ state: LearnerState, replay: Replay, slots: [Int], settings: MPOSettings, seed: UInt64
    ) throws -> [TargetLine] {
        try check(state, settings)
        try requireShapes(replay)
        try replay.requireBatch(slots.count)
        let isTraced = settings.target == .retrace
        let batch = try replay.gather(slots, nStep: isTraced ? 1 : settings.nStep, gamma: settings.gamma)
        let key = state.counters.criticSteps
        let next = try nextValues(state, batch, settings, seed: seed, key: key)
        let y = try criticTargets(state, batch, lengths: [slots.count], settings, seed: seed, key: key).targets.y
        let taken = try takenValues(state, batch)
        let traces = isTraced ? try traceCoefficients(state, batch, lambda: settings.retraceLambda) : nil
        return slots.indices.map { row in
            TargetLine(
                slot: slots[row], reward: Double(batch.rewards.pointer[row]),
                discount: Double(batch.discounts.pointer[row]), q: taken(row), next: next.expectation(row),
                trace: traces.map { $0.pointer[row] }, target: Double(y.pointer[row]))
        }
    }
}

extension Replay {
    /// The slots of at most `length` transitions from the one of this age on (0 is the oldest, -1 the newest): as many as
    /// follow one another in its episode.
    public func sequence(from age: Int, length: Int) throws -> [Int] {
        let first = age < 0 ? age + count : age
        guard first >= 0, first < count else {
            throw Fault(
                "replay.index",
                count == 0 ? "the replay is empty" : "a transition in 0..<\(count.grouped) was wanted, \(age) was given",
                hint: count == 0 ? "collect(lab, episodes: 10) fills it" : "0 is the oldest, -1 the newest")
        }
        guard length >= 1 else {
            throw Fault("replay.sequence", "a sequence of at least 1 transition was wanted, \(length) was given")
        }
        var slots: [Int] = []
        for place in first..<min(count, first + min(length, count)) {
            let slot = ((appended > capacity ? cursor : 0) + place) % capacity
            slots.append(slot)
            if flags(slot).pointee & Flags.last != 0 { break }
        }
        return slots
    }
}
