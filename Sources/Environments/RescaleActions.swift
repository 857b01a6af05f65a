import Support
import Tensors

/// A task whose action box is [low, high], mapped linearly to the inner task's box, which must be finite.
///
/// a ↦ (1 − t) l + t h with t = (a − low) / (high − low) and the inner bounds l, h: exact at both ends. Actions beyond
/// the box are mapped beyond the inner box, and cut there as the task cuts them.
public final class RescaleActions: EnvironmentWrapper {
    public let inner: any Environment
    public let spec: EnvironmentSpec
    public let low: [Double]
    public let high: [Double]
    private let innerLow: [Double]
    private let innerHigh: [Double]

    public init(_ inner: any Environment, low: [Double], high: [Double]) throws {
        (innerLow, innerHigh) = try inner.spec.box(for: "rescale_actions")
        guard (innerLow + innerHigh).allSatisfy(\.isFinite) else {
            throw Fault(
                "wrapper.bounds", "rescale_actions wants finite action bounds; \(inner.spec.name) has none",
                hint: "clip_actions(env, low: -1, high: 1) gives it some")
        }
        guard low.count == innerLow.count, high.count == innerLow.count else {
            throw Fault(
                "wrapper.bounds",
                "rescale_actions: \(innerLow.count) bounds were wanted, low has \(low.count) and high \(high.count)")
        }
        guard (low + high).allSatisfy(\.isFinite), zip(low, high).allSatisfy({ $0 < $1 }) else {
            throw Fault(
                "wrapper.bounds",
                "rescale_actions: finite bounds with low < high were wanted, low is \(shown(low)) and high \(shown(high))")
        }
        self.inner = inner
        self.low = low
        self.high = high
        var spec = inner.spec.wrapped("rescale_actions(\(shown(low)), \(shown(high)))")
        spec.actions = .box(low: low, high: high)
        self.spec = spec
    }

    convenience init(_ inner: any Environment, arguments: JSON) throws {
        try self.init(inner, low: arguments.list("low"), high: arguments.list("high"))
    }

    public static let constructorName = "rescale_actions"
    public var arguments: [JSON.Member] {
        [JSON.Member("low", .numbers(low)), JSON.Member("high", .numbers(high))]
    }
    public func around(_ inner: any Environment) throws -> any EnvironmentWrapper {
        try RescaleActions(inner, low: low, high: high)
    }

    public func step(action: [Double], stream: inout RandomStream) throws -> StepOutcome {
        var mapped = action
        for i in mapped.indices where i < low.count {
            let t = (action[i] - low[i]) / (high[i] - low[i])
            mapped[i] = (1 - t) * innerLow[i] + t * innerHigh[i]
        }
        try inner.spec.actions.check(mapped)
        return try inner.step(action: mapped, stream: &stream)
    }
}
