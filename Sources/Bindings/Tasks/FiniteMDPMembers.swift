import Environments
import Runtime
import Support

/// The tables of a finite MDP as members of its environment.
enum FiniteMDPMembers {
    static let tables = ["states", "actions", "transitions", "rewards", "start", "terminal"]

    /// The MDP that a task is, if it is one; a time limit leaves its tables as they are, other wrappers need not.
    static func mdp(of environment: any Environment) -> FiniteMDP? {
        switch environment {
        case let task as FiniteMDPEnvironment: task.mdp
        case let limited as TimeLimit: mdp(of: limited.inner)
        default: nil
        }
    }

    static func value(_ name: String, of mdp: FiniteMDP) throws -> Value? {
        switch name {
        case "states": .integer(mdp.stateCount)
        case "actions": .integer(mdp.actionCount)
        case "transitions": try transitions(mdp)
        case "rewards": mdp.rewards.asValue
        case "start": mdp.start.asValue
        case "terminal": mdp.terminal.sorted().asValue
        default: nil
        }
    }

    /// Lists of states × actions × states.
    private static func transitions(_ mdp: FiniteMDP) throws -> Value {
        try MemoryBudget.require(
            elements: [mdp.stateCount, mdp.actionCount, mdp.stateCount], stride: MemoryLayout<Value>.stride,
            for: "the transitions of every state")
        let zeros = Array(repeating: 0.0, count: mdp.stateCount)
        return .list(
            (0..<mdp.stateCount).map { s in
                .list(
                    (0..<mdp.actionCount).map { a in
                        var row = zeros
                        for outcome in mdp.outcomes(s, a) { row[outcome.next] += outcome.probability }
                        return .list(row)
                    })
            })
    }
}
