import Support
import Tensors

/// A running episode: the place where the time limit is applied and where what a task returns is checked.
public struct Episode: Equatable, Sendable {
    /// The observation that the next action answers.
    public private(set) var observation: [Double]
    /// The steps done so far.
    public private(set) var steps = 0
    /// The sum of the rewards so far.
    public private(set) var totalReward = 0.0
    /// The episode ended by itself or by its limit.
    public private(set) var isOver = false

    /// A step of an episode, with what the policy sees next.
    public struct Step: Equatable, Sendable {
        public var reward: Double
        /// The task ended: nothing is earned after it.
        public var terminated: Bool
        /// The time limit ended the episode, the task itself goes on: values bootstrap through it.
        public var truncated: Bool
        public var nextObservation: [Double]
    }

    /// Resets `environment` and starts an episode in it.
    public init(in environment: any Environment, stream: inout RandomStream) throws {
        try environment.reset(stream: &stream)
        observation = try Self.checked(environment.observation(), environment.spec)
    }

    /// An episode as it was saved.
    public init(observation: [Double], steps: Int, totalReward: Double, isOver: Bool) {
        self.observation = observation
        self.steps = steps
        self.totalReward = totalReward
        self.isOver = isOver
    }

    /// Does one step. `limit` replaces the task's own episode limit.
    public mutating func step(
        _ environment: any Environment, action: [Double], limit: Int? = nil, stream: inout RandomStream
    ) throws -> Step {
        try step(environment, environment.spec, action: action, limit: limit, stream: &stream)
    }

    /// Does one step of a task whose `spec` is at hand: where many follow each other it is asked for once.
    public mutating func step(
        _ environment: any Environment, _ spec: EnvironmentSpec, action: [Double], limit: Int? = nil,
        stream: inout RandomStream
    ) throws -> Step {
        if isOver {
            throw Fault("environment.episode-over", "\(spec.name): the episode is over", hint: "reset it first")
        }
        try spec.actions.check(action)
        let outcome = try environment.step(action: action, stream: &stream)
        guard outcome.reward.isFinite else {
            throw Fault(
                "environment.reward-not-finite",
                "\(spec.name): the reward of step \(steps + 1) of the episode is \(outcome.reward)")
        }
        observation = try Self.checked(environment.observation(), spec)
        steps += 1
        totalReward += outcome.reward
        let limit = limit ?? spec.episodeLimit
        let truncated = !outcome.terminated && limit.map { steps >= $0 } ?? false
        isOver = outcome.terminated || truncated
        return Step(
            reward: outcome.reward, terminated: outcome.terminated, truncated: truncated,
            nextObservation: observation)
    }

    private static func checked(_ observation: [Double], _ spec: EnvironmentSpec) throws -> [Double] {
        guard observation.count == spec.observationSize else {
            throw Fault(
                "environment.observation-size",
                "\(spec.name): an observation of \(spec.observationSize) numbers was wanted, "
                    + "\(observation.count) were given")
        }
        if let index = observation.firstIndex(where: { !$0.isFinite }) {
            throw Fault(
                "environment.observation-not-finite",
                "\(spec.name): the observation's element \(index) is \(observation[index])")
        }
        return observation
    }
}
