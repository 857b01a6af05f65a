import Support

/// The box of actions that a task takes, and its map from the units in which policies act.
///
/// D action dimensions. A dimension with two finite bounds is scaled: the policy's [−1, 1] maps linearly onto
/// [low, high]. One with an infinite bound is taken as it is. Samples are clipped on their way to the environment
/// and to the critic alike; the replay keeps the unclipped sample, and log π never sees the clip.
public struct ActionBox: Hashable, Sendable {
    public let low: [Double]
    public let high: [Double]

    /// D, the number of action dimensions.
    public var size: Int { low.count }

    public init(low: [Double], high: [Double]) throws {
        guard !low.isEmpty, low.count == high.count else {
            throw Fault(
                "actions.box",
                "an action box needs as many lower as upper bounds and at least one, "
                    + "\(low.count) and \(high.count) were given")
        }
        for d in low.indices where !(low[d] < high[d]) {
            throw Fault(
                "actions.box", "action dimension \(d): the lower bound must lie below the upper one, "
                    + "[\(low[d]), \(high[d])] was given")
        }
        self.low = low
        self.high = high
    }

    /// The box [−1, 1] in `size` dimensions.
    public static func unit(_ size: Int) throws -> ActionBox {
        guard size >= 1, size <= 1 << 20 else {
            throw Fault("actions.box", "an action box needs at least one dimension, \(size) were given")
        }
        return try ActionBox(
            low: [Double](repeating: -1, count: size), high: [Double](repeating: 1, count: size))
    }

    /// Whether [−1, 1] is mapped onto this dimension's bounds.
    public func isScaled(_ dimension: Int) -> Bool { low[dimension].isFinite && high[dimension].isFinite }

    /// The bounds in the policy's units: ±1, or the box's own where a bound is infinite.
    public var normalisedLow: [Double] { low.indices.map { isScaled($0) ? -1 : low[$0] } }
    public var normalisedHigh: [Double] { high.indices.map { isScaled($0) ? 1 : high[$0] } }

    /// A policy's action, clipped and in the environment's units.
    public func environmentAction(_ action: [Double]) -> [Double] {
        zip(low.indices, action).map { d, a in
            guard isScaled(d) else { return min(max(a, low[d]), high[d]) }
            let unit = min(max(a, -1), 1)
            let value = low[d] + 0.5 * (unit + 1) * (high[d] - low[d])
            return min(max(value, low[d]), high[d])
        }
    }

    /// An action in the environment's units, in the policy's.
    public func normalised(_ action: [Double]) -> [Double] {
        zip(low.indices, action).map { d, a in
            isScaled(d) ? 2 * (a - low[d]) / (high[d] - low[d]) - 1 : a
        }
    }
}
