import Support
import Tensors

/// A task whose observations are brought to mean 0 and deviation 1 by running statistics.
///
/// x ↦ clip((x − mean) / √(variance + ε), ±clip), with the moments of every observation seen so far, the present one
/// included, as Gymnasium's NormalizeObservation takes them. The statistics outlive episodes and are part of the
/// snapshot. Frozen, they stay as they are.
public final class NormaliseObservations: EnvironmentWrapper {
    public let inner: any Environment
    public let spec: EnvironmentSpec
    /// Observations lie in ±clip.
    public let clip: Double
    /// ε, what keeps a constant observation from a division by 0.
    public let epsilon: Double
    public let isFrozen: Bool
    public private(set) var moments: RunningMoments

    public init(_ inner: any Environment, clip: Double = 10, epsilon: Double = 1e-8, isFrozen: Bool = false) throws {
        guard clip > 0 else {
            throw Fault("environment.argument", "normalise_observations: a clip above 0 was wanted, \(clip) was given")
        }
        guard epsilon > 0, epsilon.isFinite else {
            throw Fault(
                "environment.argument", "normalise_observations: an epsilon above 0 was wanted, \(epsilon) was given")
        }
        self.inner = inner
        self.clip = clip
        self.epsilon = epsilon
        self.isFrozen = isFrozen
        moments = RunningMoments(size: inner.spec.observationSize)
        spec = inner.spec.wrapped("normalise_observations(\(isFrozen ? "frozen: true" : ""))")
    }

    convenience init(_ inner: any Environment, arguments: JSON) throws {
        try self.init(
            inner, clip: arguments.argument("clip", default: 10), epsilon: arguments.argument("epsilon", default: 1e-8),
            isFrozen: arguments["frozen"]?.bool ?? false)
    }

    public static let constructorName = "normalise_observations"
    public var arguments: [JSON.Member] {
        [
            JSON.Member("clip", .number(clip)), JSON.Member("epsilon", .number(epsilon)),
            JSON.Member("frozen", .bool(isFrozen)),
        ]
    }
    public func around(_ inner: any Environment) throws -> any EnvironmentWrapper {
        try NormaliseObservations(inner, clip: clip, epsilon: epsilon, isFrozen: isFrozen)
    }

    /// Weight, means, variances: 1 + 2 O numbers.
    public var memory: [Double] {
        get { [moments.weight] + moments.mean + moments.variance }
        set {
            let size = moments.mean.count
            guard newValue.count == 1 + 2 * size else { return }
            moments.weight = newValue[0]
            moments.mean = Array(newValue[1..<1 + size])
            moments.variance = Array(newValue[(1 + size)...])
        }
    }

    public var outlivesEpisodes: Bool { true }

    public func reset(stream: inout RandomStream) throws {
        try inner.reset(stream: &stream)
        try learn()
    }

    public func step(action: [Double], stream: inout RandomStream) throws -> StepOutcome {
        let outcome = try inner.step(action: action, stream: &stream)
        try learn()
        return outcome
    }

    private func learn() throws {
        if isFrozen { return }
        let seen = try inner.observation()
        // What is not finite is told by the episode, and must not spoil the statistics.
        if seen.allSatisfy(\.isFinite) { moments.add(seen) }
    }

    public func observation() throws -> [Double] {
        let seen = try inner.observation()
        guard seen.count == moments.mean.count else { return seen }
        return seen.indices.map { i in
            let scaled = (seen[i] - moments.mean[i]) / (moments.variance[i] + epsilon).squareRoot()
            return scaled.isNaN ? scaled : min(max(scaled, -clip), clip)
        }
    }

    /// The same task, wrappers and statistics and all, with the statistics held from now on.
    ///
    /// A copy; nil where nothing in the chain normalises.
    public static func frozen(_ environment: any Environment) throws -> (any Environment)? {
        guard let wrapper = environment as? any EnvironmentWrapper else { return nil }
        let inner = try frozen(wrapper.inner)
        let other: any EnvironmentWrapper
        if let normaliser = wrapper as? NormaliseObservations {
            other = try NormaliseObservations(
                inner ?? wrapper.inner.copy(), clip: normaliser.clip, epsilon: normaliser.epsilon, isFrozen: true)
        } else if let inner {
            other = try wrapper.around(inner)
        } else {
            return nil
        }
        other.memory = wrapper.memory
        return other
    }
}
