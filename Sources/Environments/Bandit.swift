import Support
import Tensors

/// A k-armed bandit: an episode is one pull; the reward is the arm's mean plus normal noise.
///
/// The observation is the constant 1, so that every kind of policy can be used.
public final class Bandit: Environment {
    public let means: [Double]
    /// The standard deviation of the reward.
    public let noise: Double

    public init(means: [Double], noise: Double = 0) throws {
        guard !means.isEmpty, means.allSatisfy(\.isFinite) else {
            throw Fault(
                "environment.argument", "bandit: a list of at least one finite mean was wanted, \(means) was given")
        }
        guard noise >= 0, noise.isFinite else {
            throw Fault("environment.argument", "bandit: a noise of 0 or more was wanted, \(noise) was given")
        }
        self.means = means
        self.noise = noise
    }

    convenience init(arguments: JSON) throws {
        try self.init(means: arguments.list("means"), noise: arguments.argument("noise", default: 0))
    }

    public var spec: EnvironmentSpec {
        EnvironmentSpec(
            name: "bandit", observationSize: 1, actions: .finite(count: means.count), episodeLimit: nil)
    }

    public var constructor: EnvironmentConstructor? {
        EnvironmentConstructor("bandit", ["means": .numbers(means), "noise": .number(noise)])
    }

    public func reset(stream: inout RandomStream) throws {}

    public func step(action: [Double], stream: inout RandomStream) throws -> StepOutcome {
        guard let arm = action.first.flatMap(Int.init(exactly:)), means.indices.contains(arm) else {
            throw Fault("environment.action-index", "bandit: an arm in 0..<\(means.count) was wanted")
        }
        let reward = noise > 0 ? means[arm] + noise * stream.normal() : means[arm]
        return StepOutcome(reward: reward, terminated: true)
    }

    public func observation() -> [Double] { [1] }
    public func snapshot() -> EnvironmentSnapshot { EnvironmentSnapshot(numbers: []) }
    public func restore(_ snapshot: EnvironmentSnapshot) throws { _ = try snapshot.numbers(0, for: "bandit") }
    public func copy() throws -> any Environment { try Bandit(means: means, noise: noise) }
}

/// A bandit with D continuous arms: one step, reward −½ Σ cᵢ (aᵢ − pᵢ)² plus normal noise, actions in [−1, 1].
///
/// With a state-free Gaussian policy every part of an MPO step on it has a closed form.
public final class QuadraticBandit: Environment {
    /// p, the best action.
    public let peak: [Double]
    /// c, the curvature of each dimension.
    public let curvature: [Double]
    /// The standard deviation of the reward.
    public let noise: Double

    public init(peak: [Double], curvature: [Double]? = nil, noise: Double = 0) throws {
        let curvature = curvature ?? peak.map { _ in 1 }
        guard !peak.isEmpty, peak.allSatisfy(\.isFinite) else {
            throw Fault(
                "environment.argument",
                "quadratic_bandit: a peak of at least one finite number was wanted, \(peak) was given")
        }
        guard curvature.count == peak.count, curvature.allSatisfy(\.isFinite) else {
            throw Fault(
                "environment.argument",
                "quadratic_bandit: \(peak.count) finite curvatures were wanted, \(curvature) was given")
        }
        guard noise >= 0, noise.isFinite else {
            throw Fault(
                "environment.argument", "quadratic_bandit: a noise of 0 or more was wanted, \(noise) was given")
        }
        self.peak = peak
        self.curvature = curvature
        self.noise = noise
    }

    convenience init(arguments: JSON) throws {
        try self.init(
            peak: arguments.list("peak"),
            curvature: arguments["curvature"] == nil ? nil : arguments.list("curvature"),
            noise: arguments.argument("noise", default: 0))
    }

    public var spec: EnvironmentSpec {
        EnvironmentSpec(
            name: "quadratic bandit", observationSize: 1,
            actions: .box(low: peak.map { _ in -1 }, high: peak.map { _ in 1 }), episodeLimit: nil)
    }

    public var constructor: EnvironmentConstructor? {
        EnvironmentConstructor(
            "quadratic_bandit",
            ["peak": .numbers(peak), "curvature": .numbers(curvature), "noise": .number(noise)])
    }

    public func reset(stream: inout RandomStream) throws {}

    public func step(action: [Double], stream: inout RandomStream) throws -> StepOutcome {
        var reward = 0.0
        for ((a, p), c) in zip(zip(action, peak), curvature) { reward -= 0.5 * c * (a - p) * (a - p) }
        if noise > 0 { reward += noise * stream.normal() }
        return StepOutcome(reward: reward, terminated: true)
    }

    public func observation() -> [Double] { [1] }
    public func snapshot() -> EnvironmentSnapshot { EnvironmentSnapshot(numbers: []) }
    public func restore(_ snapshot: EnvironmentSnapshot) throws {
        _ = try snapshot.numbers(0, for: "quadratic_bandit")
    }
    public func copy() throws -> any Environment {
        try QuadraticBandit(peak: peak, curvature: curvature, noise: noise)
    }
}
