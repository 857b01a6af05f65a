import Networks
import Support
import Tensors

// O observation size, D action size.

/// Smallest, largest and mean of a column of numbers, and its standard deviation.
public struct ColumnRange: Hashable, Sendable {
    public private(set) var low = Double.infinity
    public private(set) var high = -Double.infinity
    private var sum = 0.0
    private var squares = 0.0
    public private(set) var count = 0

    public init() {}

    public var mean: Double { count == 0 ? .nan : sum / Double(count) }
    public var std: Double { count == 0 ? .nan : max(0, squares / Double(count) - mean * mean).squareRoot() }

    mutating func add(_ number: Double) {
        low = min(low, number)
        high = max(high, number)
        sum += number
        squares += number * number
        count += 1
    }
}

/// What a replay holds, in numbers.
public struct ReplaySummary: Sendable {
    public var rewards = ColumnRange()
    /// A range for each of O numbers of an observation, of D numbers of an action.
    public var observations: [ColumnRange]
    public var actions: [ColumnRange]
    public var terminated = 0
    public var truncated = 0
    /// Transitions with a number that is not finite.
    public var notFinite = 0
}

extension Replay {
    /// The ranges of everything that it holds.
    public func summary() -> ReplaySummary {
        var result = ReplaySummary(
            observations: [ColumnRange](repeating: ColumnRange(), count: observationSize),
            actions: [ColumnRange](repeating: ColumnRange(), count: actionSize))
        for slot in 0..<count {
            let row = values(slot)
            if !(0..<stride).allSatisfy({ row[$0].isFinite }) {
                result.notFinite += 1
                continue
            }
            for i in 0..<observationSize { result.observations[i].add(Double(row[i])) }
            for i in 0..<actionSize { result.actions[i].add(Double(row[actionOffset + i])) }
            result.rewards.add(Double(row[rewardOffset]))
            let flag = flags(slot).pointee
            if flag & Flags.terminated != 0 { result.terminated += 1 }
            if flag & Flags.truncated != 0 { result.truncated += 1 }
        }
        return result
    }

    /// The slot of the transition of an age: 0 is the oldest that is kept.
    public func slot(ofAge age: Int) -> Int {
        let oldest = count < capacity ? 0 : cursor
        return (oldest + age) % capacity
    }

    /// At most `most` slots, evenly spread over the ages from the oldest to the newest.
    public func evenSlots(_ most: Int) -> [Int] {
        let rows = count
        guard rows > most, most > 1 else { return (0..<rows).map(slot(ofAge:)) }
        return (0..<most).map { slot(ofAge: $0 * (rows - 1) / (most - 1)) }
    }

    /// log b(a|s), as the behaviour policy had it, beside log π(a|s) of a policy now, for the transitions in `slots`.
    ///
    /// The mean of log b − log π over b's own actions estimates KL(b‖π): how far off-policy these transitions are.
    public func logProbabilities(
        of form: PolicyForm, _ architecture: NetworkArchitecture, _ parameters: Storage, slots: [Int]
    ) throws -> (behaviour: [Double], policy: [Double]) {
        let batch = try gather(slots, gamma: 1)
        guard architecture.inputs == observationSize, form.actionSize == actionSize else {
            throw Fault("replay.shape", "the policy and the replay speak of other observations or actions")
        }
        let outputs = Storage(count: batch.count * form.outputs)
        let plan = try NetworkPlan(architecture, workers: .callingThread)
        try plan.forward(parameters: parameters, input: .rows(batch.states), rows: batch.count, outputs: outputs)
        let behaviour = (0..<batch.count).map { Double(batch.logProbabilities.pointer[$0]) }
        return (behaviour, form.logProbabilities(outputs: outputs, actions: batch.actions, rows: batch.count))
    }
}

extension PolicyForm {
    /// log π(a|s) of one action a row, [rows, D], under the outputs [rows, K]; −∞ for an index that there is no action of.
    func logProbabilities(outputs: Storage, actions: Storage, rows: Int) -> [Double] {
        let scratch: DoubleBuffer
        defer { withExtendedLifetime((outputs, actions)) {} }
        switch self {
        case .gaussian(let head):
            scratch = DoubleBuffer(GaussianScratch.count(head))
            let parts = GaussianScratch(scratch.pointer, head)
            let decoder = head.decoder
            return (0..<rows).map { row in
                decoder.decode(outputs.pointer + row * head.outputs, mean: parts.mean, factor: parts.factor)
                let density = decoder.logDensity(
                    actions.pointer + row * head.actionSize, mean: parts.mean, factor: parts.factor,
                    logDeterminant: decoder.triangle.logDeterminant(parts.factor), scratch: parts.u)
                return density - decoder.normaliser
            }
        case .categorical(let head):
            scratch = DoubleBuffer(head.actions)
            return (0..<rows).map { row in
                head.logProbabilities(outputs.pointer + row * head.actions, scratch.pointer)
                guard let index = Int(exactly: actions.pointer[row]), (0..<head.actions).contains(index) else {
                    return -.infinity
                }
                return scratch.pointer[index]
            }
        }
    }
}
