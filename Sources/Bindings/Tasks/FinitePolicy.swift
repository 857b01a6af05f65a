import PolicyOptimisation
import Runtime
import Support

/// A policy of finitely many states and actions as a table, from all that a script may write for one.
enum FinitePolicy {
    /// Probabilities, states × actions, from a policy object, an action for each state, or the table itself.
    static func table(_ policy: Value, states: Int, actions: Int) throws -> [[Double]] {
        if case .object(let object as PolicyObject) = policy {
            return try table(object.policy, states: states, actions: actions)
        }
        let given: NumberRows
        do { given = try NumberRows.convert(policy) } catch is Mismatch {
            throw Fault(
                "mdp.policy", "a policy of a finite MDP is a policy object or a list, got \(policy.described)",
                hint: "a list of an action for each state, or of a list of probabilities for each state")
        }
        guard given.isFlat, let row = given.rows.first else { return given.rows }
        // Of one state, more than one number can only be its probabilities.
        if states == 1, actions > 1, row.count == actions { return [row] }
        guard row.count == states else {
            throw Fault("mdp.policy", "an action for each of \(states) states was wanted, \(row.count) were given")
        }
        return try row.enumerated().map { s, number in
            guard let action = Int(exactly: number), (0..<actions).contains(action) else {
                throw Fault(
                    "mdp.policy",
                    "an action in 0..<\(actions) was wanted for state \(s), \(NumberText.plain(number)) was given")
            }
            return (0..<actions).map { $0 == action ? 1 : 0 }
        }
    }

    /// A table for each step where the value is a list of tables or policies, else the one for all steps.
    static func stages(_ policy: Value, states: Int, actions: Int) throws -> [[[Double]]] {
        if case .list(let box) = policy, let first = box.elements.first, isTable(first) {
            try MemoryBudget.require(
                elements: [box.elements.count, states, actions], stride: 8, for: "a policy with a table for each step")
            return try box.elements.map { try table($0, states: states, actions: actions) }
        }
        return [try table(policy, states: states, actions: actions)]
    }

    /// A policy object, a list of lists, a matrix: what stands for all states at once.
    private static func isTable(_ value: Value) -> Bool {
        switch value {
        case .object(let object as any TensorLike): object.tensor.rank == 2
        case .object(let object): object is PolicyObject
        case .list(let box):
            switch box.elements.first {
            case .list: true
            case .object(let object as any TensorLike)?: object.tensor.rank == 1
            default: false
            }
        default: false
        }
    }

    private static func table(_ policy: Policy, states: Int, actions: Int) throws -> [[Double]] {
        guard case .categorical(let head) = policy.form, head.actions == actions, policy.observationSize == states else {
            throw Fault(
                "mdp.policy",
                "a policy over \(states) states and \(actions) actions was wanted, got \(policy.description)",
                hint: "make it for this environment: tabular(env) or categorical(env)")
        }
        let actor = try PolicyActor(policy)
        var observation = Array(repeating: 0.0, count: states)
        return try (0..<states).map { s in
            observation[s] = 1
            defer { observation[s] = 0 }
            guard case .categorical(let probabilities) = try actor.distribution(policy.parameters, observation: observation)
            else { return [] }
            let sum = probabilities.reduce(0, +)
            return probabilities.map { $0 / sum }
        }
    }
}
