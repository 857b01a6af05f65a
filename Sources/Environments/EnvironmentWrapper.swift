import Support
import Tensors

/// A task around another one: it changes what goes in or comes out and leaves the rest as it is.
///
/// A wrapper says what is its own; building again, snapshots and copies follow here for all of them. Its `spec.name`
/// is the chain as one writes it, `pendulum.time_limit(100).skip_frames(4)`.
public protocol EnvironmentWrapper: Environment {
    /// The task inside, owned by the wrapper.
    var inner: any Environment { get }
    /// What builds the wrapper again; its arguments hold the inner task's constructor as "environment".
    static var constructorName: String { get }
    /// Its own arguments.
    var arguments: [JSON.Member] { get }
    /// The same wrapper around another task, with nothing remembered yet.
    func around(_ inner: any Environment) throws -> any EnvironmentWrapper
    /// The numbers that it remembers itself, always as many; they go into snapshots after the inner task's.
    var memory: [Double] { get set }
}

extension EnvironmentWrapper {
    public var arguments: [JSON.Member] { [] }

    public var memory: [Double] {
        get { [] }
        set {}
    }

    public var constructor: EnvironmentConstructor? {
        inner.constructor.map {
            EnvironmentConstructor(Self.constructorName, .object([JSON.Member("environment", $0.json)] + arguments))
        }
    }

    public func reset(stream: inout RandomStream) throws { try inner.reset(stream: &stream) }

    public func step(action: [Double], stream: inout RandomStream) throws -> StepOutcome {
        try inner.step(action: action, stream: &stream)
    }

    public func observation() throws -> [Double] { try inner.observation() }

    public func snapshot() throws -> EnvironmentSnapshot {
        var snapshot = try inner.snapshot()
        snapshot.numbers += memory
        return snapshot
    }

    public func restore(_ snapshot: EnvironmentSnapshot) throws {
        let own = memory.count
        guard snapshot.numbers.count >= own else {
            throw Fault(
                "environment.snapshot",
                "a state of \(spec.name) has at least \(own) numbers, this snapshot has \(snapshot.numbers.count)")
        }
        try inner.restore(
            EnvironmentSnapshot(numbers: Array(snapshot.numbers.dropLast(own)), record: snapshot.record))
        memory = Array(snapshot.numbers.suffix(own))
    }

    public func copy() throws -> any Environment {
        let other = try around(inner.copy())
        other.memory = memory
        return other
    }

    public var outlivesEpisodes: Bool { inner.outlivesEpisodes }
    public var canRunConcurrently: Bool { inner.canRunConcurrently }
    public func scene() throws -> Scene { try inner.scene() }
    public var stepSeconds: Double? { inner.stepSeconds }
}

extension EnvironmentSpec {
    /// The spec of a task that is wrapped: the wrapper's call is added to the name.
    func wrapped(_ call: String) -> EnvironmentSpec {
        var spec = self
        spec.name += "." + call
        return spec
    }

    /// The action box, for wrappers that work on continuous actions.
    func box(for wrapper: String) throws -> (low: [Double], high: [Double]) {
        guard case .box(let low, let high) = actions else {
            throw Fault(
                "wrapper.actions", "\(wrapper) wants continuous actions; \(name) has finitely many")
        }
        return (low, high)
    }
}

extension EnvironmentConstructor {
    /// As it stands in a wrapper's arguments and in saved files.
    public var json: JSON { ["name": .string(name), "arguments": arguments] }
}

/// A number as a wrapper's call shows it: without ".0".
func shown(_ number: Double) -> String {
    let text = number.description
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
}

/// Numbers as a wrapper's call shows them: one where they are all the same.
func shown(_ numbers: [Double]) -> String {
    if let first = numbers.first, numbers.allSatisfy({ $0 == first }) { return shown(first) }
    return "[" + numbers.map { shown($0) }.joined(separator: ", ") + "]"
}
