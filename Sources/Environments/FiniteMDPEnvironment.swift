import Support
import Tensors

/// A finite MDP as a task: the observation is the state as a one-hot vector of S numbers.
public final class FiniteMDPEnvironment: Environment {
    public let mdp: FiniteMDP
    public let spec: EnvironmentSpec
    /// The current state's index; before the first reset a state that an episode may start in.
    public private(set) var state: Int
    /// How the task was made where that was not from tables.
    private let maker: EnvironmentConstructor?
    /// How a state looks, where that is more than its number.
    typealias Look = @Sendable (_ state: Int) -> Scene
    let look: Look?

    public var horizon: Int? { spec.episodeLimit }

    public convenience init(_ mdp: FiniteMDP, horizon: Int? = nil) throws {
        if let horizon, horizon < 1 {
            throw Fault("environment.argument", "mdp: a horizon of 1 or more was wanted, \(horizon) was given")
        }
        self.init(mdp, name: "mdp", horizon: horizon, maker: nil, look: nil)
    }

    /// A task with a name and a constructor of its own; `horizon` is 1 or more.
    init(_ mdp: FiniteMDP, name: String, horizon: Int?, maker: EnvironmentConstructor?, look: Look?) {
        self.mdp = mdp
        spec = EnvironmentSpec(
            name: name, observationSize: mdp.stateCount, actions: .finite(count: mdp.actionCount),
            episodeLimit: horizon)
        self.maker = maker
        self.look = look
        state = mdp.startState(at: 0)
    }

    convenience init(arguments: JSON) throws {
        try self.init(FiniteMDP(arguments: arguments), horizon: arguments["horizon"]?.int)
    }

    public var constructor: EnvironmentConstructor? {
        maker
            ?? EnvironmentConstructor(
                "mdp", .object((mdp.arguments.members ?? []) + [.init("horizon", horizon.map(JSON.integer) ?? .null)]))
    }

    public func reset(stream: inout RandomStream) throws { state = mdp.startState(at: stream.uniform()) }

    public func step(action: [Double], stream: inout RandomStream) throws -> StepOutcome {
        guard let index = action.first.flatMap(Int.init(exactly:)), (0..<mdp.actionCount).contains(index) else {
            throw Fault("environment.action-index", "\(spec.name): an action in 0..<\(mdp.actionCount) was wanted")
        }
        let outcome = mdp.outcome(state, index, at: stream.uniform())
        state = outcome.next
        return StepOutcome(reward: outcome.reward, terminated: outcome.terminates)
    }

    public func observation() -> [Double] {
        var seen = Array(repeating: 0.0, count: mdp.stateCount)
        seen[state] = 1
        return seen
    }

    public func snapshot() -> EnvironmentSnapshot { EnvironmentSnapshot(numbers: [Double(state)]) }

    public func restore(_ snapshot: EnvironmentSnapshot) throws {
        let number = try snapshot.numbers(1, for: spec.name)[0]
        guard let index = Int(exactly: number), (0..<mdp.stateCount).contains(index) else {
            throw Fault(
                "environment.snapshot",
                "\(spec.name): a state in 0..<\(mdp.stateCount) was wanted, \(number) was given")
        }
        state = index
    }

    public func copy() throws -> any Environment {
        let other = FiniteMDPEnvironment(mdp, name: spec.name, horizon: horizon, maker: maker, look: look)
        other.state = state
        return other
    }
}
