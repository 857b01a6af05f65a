import Support

/// A task with another time limit, or none: its episodes are truncated after `steps` steps.
///
/// It takes the place of the task's own limit, whether that is shorter or longer. A truncated episode has not
/// terminated: values bootstrap through its end.
public final class TimeLimit: EnvironmentWrapper {
    public let inner: any Environment
    public let spec: EnvironmentSpec
    public let steps: Int?

    public init(_ inner: any Environment, steps: Int?) throws {
        if let steps, steps < 1 {
            throw Fault("environment.argument", "time_limit: 1 step or more was wanted, \(steps) was given")
        }
        self.inner = inner
        self.steps = steps
        var spec = inner.spec.wrapped("time_limit(\(steps.map(String.init) ?? "nothing"))")
        spec.episodeLimit = steps
        self.spec = spec
    }

    convenience init(_ inner: any Environment, arguments: JSON) throws {
        let none = arguments["steps"]?.isNull ?? true
        try self.init(inner, steps: none ? nil : arguments.argument("steps", default: 0))
    }

    public static let constructorName = "time_limit"
    public var arguments: [JSON.Member] { [JSON.Member("steps", steps.map(JSON.integer) ?? .null)] }
    public func around(_ inner: any Environment) throws -> any EnvironmentWrapper { try TimeLimit(inner, steps: steps) }
}
