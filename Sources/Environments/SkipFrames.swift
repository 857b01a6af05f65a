import Support
import Tensors

/// A task in which every action is held for `frames` steps and earns the sum of their rewards.
///
/// It stops in their midst where the task terminates, and where the task's own time limit is reached: an episode has the
/// steps of the inner task that it would have without the wrapper, ⌈limit / frames⌉ of its own.
public final class SkipFrames: EnvironmentWrapper {
    public let inner: any Environment
    public let spec: EnvironmentSpec
    public let frames: Int
    private let innerLimit: Double
    /// The inner task's steps in this episode.
    private var done = 0.0

    public init(_ inner: any Environment, frames: Int) throws {
        guard (1...10_000).contains(frames) else {
            throw Fault("environment.argument", "skip_frames: 1 to 10 000 frames were wanted, \(frames) was given")
        }
        self.inner = inner
        self.frames = frames
        var spec = inner.spec.wrapped("skip_frames(\(frames))")
        innerLimit = inner.spec.episodeLimit.map(Double.init) ?? .infinity
        spec.episodeLimit = inner.spec.episodeLimit.map { $0 / frames + ($0 % frames == 0 ? 0 : 1) }
        self.spec = spec
    }

    convenience init(_ inner: any Environment, arguments: JSON) throws {
        try self.init(inner, frames: arguments.argument("frames", default: 0))
    }

    public static let constructorName = "skip_frames"
    public var arguments: [JSON.Member] { [JSON.Member("frames", .integer(frames))] }
    public func around(_ inner: any Environment) throws -> any EnvironmentWrapper { try SkipFrames(inner, frames: frames) }

    public var memory: [Double] {
        get { [done] }
        set { done = newValue.first ?? 0 }
    }

    public var stepSeconds: Double? { inner.stepSeconds.map { $0 * Double(frames) } }

    public func reset(stream: inout RandomStream) throws {
        try inner.reset(stream: &stream)
        done = 0
    }

    public func step(action: [Double], stream: inout RandomStream) throws -> StepOutcome {
        var sum = StepOutcome(reward: 0, terminated: false)
        for _ in 0..<frames {
            let outcome = try inner.step(action: action, stream: &stream)
            done += 1
            sum.reward += outcome.reward
            sum.terminated = outcome.terminated
            if outcome.terminated || done == innerLimit { break }
        }
        return sum
    }
}
