import Support
import Tensors

/// A task whose rewards are multiplied by `factor`.
public final class ScaleRewards: EnvironmentWrapper {
    public let inner: any Environment
    public let spec: EnvironmentSpec
    public let factor: Double

    public init(_ inner: any Environment, by factor: Double) throws {
        guard factor.isFinite, factor != 0 else {
            throw Fault(
                "environment.argument", "scale_rewards: a finite factor other than 0 was wanted, \(factor) was given")
        }
        self.inner = inner
        self.factor = factor
        spec = inner.spec.wrapped("scale_rewards(\(shown(factor)))")
    }

    convenience init(_ inner: any Environment, arguments: JSON) throws {
        try self.init(inner, by: arguments.argument("by", default: 0))
    }

    public static let constructorName = "scale_rewards"
    public var arguments: [JSON.Member] { [JSON.Member("by", .number(factor))] }
    public func around(_ inner: any Environment) throws -> any EnvironmentWrapper { try ScaleRewards(inner, by: factor) }

    public func step(action: [Double], stream: inout RandomStream) throws -> StepOutcome {
        var outcome = try inner.step(action: action, stream: &stream)
        outcome.reward *= factor
        return outcome
    }
}
