import Support
import Tensors

/// A finite MDP as a task: the observation is the state as a one-hot vector of S numbers.
public final class FiniteMDPEnvironment: Environment {
    public let mdp: FiniteMDP
    public let horizon: Int?
    /// The current state's index.
    public private(set) var state = 0

    public init(_ mdp: FiniteMDP, horizon: Int? = nil) throws {
        if let horizon, horizon < 1 {
            throw Fault("environment.argument", "mdp: a horizon of 1 or more was wanted, \(horizon) was given")
        }
        self.mdp = mdp
        self.horizon = horizon
    }

    convenience init(arguments: JSON) throws {
        guard let tables = arguments["transitions"]?.elements else {
            throw arguments.wrong("transitions", "a list of states")
        }
        let transitions = try tables.map { state in
            try JSON.object([JSON.Member("transitions", state)]).matrix("transitions")
        }
        let terminal = try arguments.list("terminal").map { number in
            guard let index = Int(exactly: number) else { throw arguments.wrong("terminal", "whole numbers") }
            return index
        }
        let mdp = try FiniteMDP(
            transitions: transitions, rewards: arguments.matrix("rewards"), start: arguments.list("start"),
            terminal: Set(terminal))
        try self.init(mdp, horizon: arguments["horizon"]?.int)
    }

    public var spec: EnvironmentSpec {
        EnvironmentSpec(
            name: "mdp", observationSize: mdp.stateCount, actions: .finite(count: mdp.actionCount),
            episodeLimit: horizon)
    }

    public var constructor: EnvironmentConstructor? {
        EnvironmentConstructor(
            "mdp",
            [
                "transitions": .array(mdp.transitions.map(json)), "rewards": json(mdp.rewards),
                "start": .numbers(mdp.start), "terminal": .numbers(mdp.terminal.sorted().map(Double.init)),
                "horizon": horizon.map(JSON.integer) ?? .null,
            ])
    }

    public func reset(stream: inout RandomStream) throws { state = Self.draw(mdp.start, &stream) }

    public func step(action: [Double], stream: inout RandomStream) throws -> StepOutcome {
        guard let index = action.first.flatMap(Int.init(exactly:)), (0..<mdp.actionCount).contains(index) else {
            throw Fault("environment.action-index", "mdp: an action in 0..<\(mdp.actionCount) was wanted")
        }
        let reward = mdp.rewards[state][index]
        state = Self.draw(mdp.transitions[state][index], &stream)
        return StepOutcome(reward: reward, terminated: mdp.terminal.contains(state))
    }

    /// An index by its probability; the last possible one where rounding leaves the sum short of 1.
    private static func draw(_ probabilities: [Double], _ stream: inout RandomStream) -> Int {
        var rest = stream.uniform()
        var last = 0
        for (index, p) in probabilities.enumerated() where p > 0 {
            last = index
            rest -= p
            if rest < 0 { break }
        }
        return last
    }

    public func observation() -> [Double] { (0..<mdp.stateCount).map { $0 == state ? 1 : 0 } }
    public func snapshot() -> EnvironmentSnapshot { EnvironmentSnapshot(numbers: [Double(state)]) }

    public func restore(_ snapshot: EnvironmentSnapshot) throws {
        let number = try snapshot.numbers(1, for: "mdp")[0]
        guard let index = Int(exactly: number), (0..<mdp.stateCount).contains(index) else {
            throw Fault(
                "environment.snapshot", "mdp: a state in 0..<\(mdp.stateCount) was wanted, \(number) was given")
        }
        state = index
    }

    public func copy() throws -> any Environment {
        let other = try FiniteMDPEnvironment(mdp, horizon: horizon)
        other.state = state
        return other
    }
}
