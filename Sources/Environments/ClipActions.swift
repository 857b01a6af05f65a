import Support
import Tensors

/// A task whose actions are cut to a box before it sees them: to its own, or to a narrower one.
public final class ClipActions: EnvironmentWrapper {
    public let inner: any Environment
    public let spec: EnvironmentSpec
    public let low: [Double]
    public let high: [Double]

    /// Bounds that are not given are the task's own; those beyond the task's own are taken as those.
    public init(_ inner: any Environment, low: [Double]? = nil, high: [Double]? = nil) throws {
        let box = try inner.spec.box(for: "clip_actions")
        let (low, high) = (low ?? box.low, high ?? box.high)
        guard low.count == box.low.count, high.count == box.low.count else {
            throw Fault(
                "wrapper.bounds",
                "clip_actions: \(box.low.count) bounds were wanted, low has \(low.count) and high \(high.count)")
        }
        self.inner = inner
        self.low = zip(low, box.low).map { max($0, $1) }
        self.high = zip(high, box.high).map { min($0, $1) }
        guard zip(self.low, self.high).allSatisfy({ $0 < $1 }) else {
            throw Fault(
                "wrapper.bounds",
                "clip_actions: low < high within the box of \(inner.spec.name) was wanted, "
                    + "low is \(shown(low)) and high \(shown(high))")
        }
        var spec = inner.spec.wrapped("clip_actions(\(shown(self.low)), \(shown(self.high)))")
        spec.actions = .box(low: self.low, high: self.high)
        self.spec = spec
    }

    convenience init(_ inner: any Environment, arguments: JSON) throws {
        try self.init(inner, low: arguments.list("low"), high: arguments.list("high"))
    }

    public static let constructorName = "clip_actions"
    public var arguments: [JSON.Member] {
        [JSON.Member("low", .numbers(low)), JSON.Member("high", .numbers(high))]
    }
    public func around(_ inner: any Environment) throws -> any EnvironmentWrapper {
        try ClipActions(inner, low: low, high: high)
    }

    public func step(action: [Double], stream: inout RandomStream) throws -> StepOutcome {
        let cut = zip(action, zip(low, high)).map { a, bounds in min(max(a, bounds.0), bounds.1) }
        return try inner.step(action: cut, stream: &stream)
    }
}
