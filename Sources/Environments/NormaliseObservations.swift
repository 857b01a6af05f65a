import Support
import Tensors

/// A task whose observations are brought to mean 0 and deviation 1 by running statistics.
///
/// x ↦ clip((x − mean) / √(variance + ε), ±clip), with the moments of every observation seen so far, the present one
/// included. The statistics outlive episodes and are part of the snapshot. Frozen, they are constants of the task and part
/// of its constructor.
public final class NormaliseObservations: EnvironmentWrapper {
    public let inner: any Environment
    public let spec: EnvironmentSpec
    /// Observations lie in ±clip.
    public let clip: Double
    /// ε, what keeps a constant observation from a division by 0.
    public let epsilon: Double
    public let isFrozen: Bool
    public private(set) var moments: RunningMoments

    public convenience init(_ inner: any Environment, clip: Double = 10, epsilon: Double = 1e-8) throws {
        try self.init(inner, clip: clip, epsilon: epsilon, frozen: nil)
    }

    private init(_ inner: any Environment, clip: Double, epsilon: Double, frozen: RunningMoments?) throws {
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
        isFrozen = frozen != nil
        moments = frozen ?? RunningMoments(size: inner.spec.observationSize)
        spec = inner.spec.wrapped("normalise_observations()" + (isFrozen ? ".freeze()" : ""))
    }

    convenience init(_ inner: any Environment, arguments: JSON) throws {
        var frozen: RunningMoments?
        if arguments["count"] != nil {
            let size = inner.spec.observationSize
            var moments = RunningMoments(size: size)
            moments.count = try arguments.argument("count", default: 0.0)
            moments.mean = try arguments.list("mean")
            moments.squares = try arguments.list("squares")
            guard moments.count > 0, moments.mean.count == size, moments.squares.count == size else {
                throw arguments.wrong("mean", "statistics of \(size) numbers")
            }
            frozen = moments
        }
        try self.init(
            inner, clip: arguments.argument("clip", default: 10.0),
            epsilon: arguments.argument("epsilon", default: 1e-8), frozen: frozen)
    }

    public static let constructorName = "normalise_observations"
    public var arguments: [JSON.Member] {
        let plain = [JSON.Member("clip", .number(clip)), JSON.Member("epsilon", .number(epsilon))]
        if !isFrozen { return plain }
        return plain + [
            JSON.Member("count", .number(moments.count)), JSON.Member("mean", .numbers(moments.mean)),
            JSON.Member("squares", .numbers(moments.squares)),
        ]
    }
    public func around(_ inner: any Environment) throws -> any EnvironmentWrapper {
        try NormaliseObservations(inner, clip: clip, epsilon: epsilon, frozen: isFrozen ? moments : nil)
    }

    /// Count, means, sums of squares: 1 + 2 O numbers; none where they are frozen.
    public var memory: [Double] {
        get { isFrozen ? [] : [moments.count] + moments.mean + moments.squares }
        set {
            let size = moments.mean.count
            guard !isFrozen, newValue.count == 1 + 2 * size else { return }
            moments.count = newValue[0]
            moments.mean = Array(newValue[1..<1 + size])
            moments.squares = Array(newValue[(1 + size)...])
        }
    }

    public var outlivesEpisodes: Bool { !isFrozen || inner.outlivesEpisodes }

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

    /// Before the first episode, where nothing was seen yet, the inner task's observation, cut.
    public func observation() throws -> [Double] {
        let seen = try inner.observation()
        guard seen.count == moments.mean.count else { return seen }
        let variance = moments.variance
        return seen.indices.map { i in
            if !seen[i].isFinite { return seen[i] }  // the cut would hide it from the episode, which tells of it
            let scaled =
                moments.count > 0 ? (seen[i] - moments.mean[i]) / (variance[i] + epsilon).squareRoot() : seen[i]
            return min(max(scaled, -clip), clip)
        }
    }

    /// A copy of a chain of wrappers whose statistics are held as they are now; nil where nothing in it normalises.
    public static func frozen(_ environment: any Environment) throws -> (any Environment)? {
        guard let wrapper = environment as? any EnvironmentWrapper else { return nil }
        let inner = try frozen(wrapper.inner)
        if let normaliser = wrapper as? NormaliseObservations {
            guard normaliser.moments.count > 0 else {
                throw Fault(
                    "wrapper.freeze", "\(normaliser.spec.name) has seen no observation yet, so there is nothing to freeze",
                    hint: "play an episode first")
            }
            return try NormaliseObservations(
                inner ?? normaliser.inner.copy(), clip: normaliser.clip, epsilon: normaliser.epsilon,
                frozen: normaliser.moments)
        }
        guard let inner else { return nil }
        let other = try wrapper.around(inner)
        other.memory = wrapper.memory
        return other
    }
}
