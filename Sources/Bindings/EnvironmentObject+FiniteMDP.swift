import Environments
import Runtime
import Support

/// What a finite MDP opens of its tables.
extension EnvironmentObject {
    var finite: FiniteMDPEnvironment? { environment as? FiniteMDPEnvironment }

    static let finiteMembers = ["states", "actions", "state", "transitions", "rewards", "start", "terminal"]

    /// A member that only finite MDPs have.
    func finiteMember(_ name: String) throws -> Value? {
        guard let task = finite else { return nil }
        let mdp = task.mdp
        switch name {
        case "states": return .integer(mdp.stateCount)
        case "actions": return .integer(mdp.actionCount)
        case "state": return .integer(task.state)
        case "transitions":
            // Kept: an expression such as env.transitions[s][a] asks for it again and again.
            if transitions == nil { transitions = try Self.transitions(mdp) }
            return transitions
        case "rewards": return mdp.rewards.asValue
        case "start": return mdp.start.asValue
        case "terminal": return mdp.terminal.sorted().asValue
        default: return nil
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
