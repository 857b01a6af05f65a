import Support
import Tensors

/// A task: what an action does to a state, and what it earns.
///
/// An environment has identity and one current state. It is `Double` throughout; the replay rounds to float32. It
/// knows no time limit of its own: `spec.episodeLimit` is applied once, by `Episode`, as a truncation. All randomness
/// comes from the stream that it is handed, so that the same stream and action give the same step. An error of the
/// task (a physics that broke down, an error in a function of the language) is thrown; the state is then undefined
/// until the next `reset` or `restore`.
public protocol Environment: AnyObject {
    /// What the task looks like from outside; never changes.
    var spec: EnvironmentSpec { get }

    /// How to build this task again, or nil where it cannot be written down (a function of a script).
    var constructor: EnvironmentConstructor? { get }

    /// Draws a start state: what follows depends on it, on the streams and on the actions alone, unless the task
    /// says that something `outlivesEpisodes`.
    func reset(stream: inout RandomStream) throws

    /// Does one step. `action` has been checked against `spec.actions`: its size, finite numbers, a whole index.
    func step(action: [Double], stream: inout RandomStream) throws -> StepOutcome

    /// The current state as the policy sees it, `spec.observationSize` numbers.
    func observation() throws -> [Double]

    /// The current state, complete: after `restore` every later step is the same, bit for bit.
    func snapshot() throws -> EnvironmentSnapshot

    /// Takes the state of an earlier `snapshot` of this task or of a copy of it.
    func restore(_ snapshot: EnvironmentSnapshot) throws

    /// Another environment of the same task in the same state.
    func copy() throws -> any Environment

    /// Whether the snapshot holds something that a `reset` keeps, as running statistics: a lab then remembers the
    /// snapshot between episodes, too, and plays episodes one after another.
    var outlivesEpisodes: Bool { get }

    /// Whether a copy may be stepped on another thread while this one is used; false for a task that runs functions
    /// of the language.
    var canRunConcurrently: Bool { get }

    /// What the current state looks like; without one of its own, the observation as bars.
    func scene() throws -> Scene

    /// The seconds that a step stands for, where the task is about time.
    var stepSeconds: Double? { get }
}

extension Environment {
    public var outlivesEpisodes: Bool { false }
    public var canRunConcurrently: Bool { true }
    public var stepSeconds: Double? { nil }
}

/// What a step earns, and whether the task ended by itself (a time limit is no termination).
public struct StepOutcome: Equatable, Sendable {
    public var reward: Double
    public var terminated: Bool

    public init(reward: Double, terminated: Bool) {
        self.reward = reward
        self.terminated = terminated
    }
}

/// What a task looks like from outside.
public struct EnvironmentSpec: Equatable, Sendable {
    public var name: String
    /// O, the numbers that the policy sees.
    public var observationSize: Int
    public var actions: ActionSpace
    /// After so many steps an episode is truncated; nil: never.
    public var episodeLimit: Int?

    public init(name: String, observationSize: Int, actions: ActionSpace, episodeLimit: Int?) {
        self.name = name
        self.observationSize = observationSize
        self.actions = actions
        self.episodeLimit = episodeLimit
    }
}

/// The actions that a task takes.
public enum ActionSpace: Equatable, Sendable {
    /// D numbers, each between its bounds; a bound may be infinite.
    case box(low: [Double], high: [Double])
    /// One of `count` actions, given as its index.
    case finite(count: Int)

    /// The numbers in an action: D, or 1 for an index.
    public var size: Int {
        switch self {
        case .box(let low, _): low.count
        case .finite: 1
        }
    }

    /// Says what is wrong with an action, if anything: its size, a number that is not finite, an index out of range.
    public func check(_ action: [Double]) throws {
        guard action.count == size else {
            throw Fault(
                "environment.action-size",
                "an action of \(size) number\(size == 1 ? "" : "s") was wanted, \(action.count) were given")
        }
        if let index = action.firstIndex(where: { !$0.isFinite }) {
            throw Fault("environment.action-not-finite", "the action's element \(index) is \(action[index].isNaN ? "NaN" : "\(action[index])")")
        }
        if case .finite(let count) = self {
            guard let index = action.first.flatMap(Int.init(exactly:)), (0..<count).contains(index) else {
                let given = action.first ?? .nan
                throw Fault(
                    "environment.action-index",
                    "an action in 0..<\(count) was wanted, \(Int(exactly: given).map { "\($0)" } ?? "\(given)") was given")
            }
        }
    }
}

/// The complete state of an environment, as numbers and, where those do not suffice, a JSON value.
public struct EnvironmentSnapshot: Equatable, Sendable {
    public var numbers: [Double]
    public var record: JSON

    public init(numbers: [Double], record: JSON = .null) {
        self.numbers = numbers
        self.record = record
    }

    /// The numbers, if there are as many as the task `name` needs.
    public func numbers(_ count: Int, for name: String) throws -> [Double] {
        guard numbers.count == count else {
            throw Fault(
                "environment.snapshot",
                "a state of \(name) has \(count) numbers, this snapshot has \(numbers.count)")
        }
        return numbers
    }
}
