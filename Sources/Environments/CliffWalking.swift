import Support

/// A walk along a cliff from the lower left to the lower right of 4 × 12 cells: Gymnasium's CliffWalking-v1.
///
/// State = row · 12 + column, rows from the top; actions 0 up, 1 right, 2 down, 3 left. A step earns −1; one over the
/// cliff, the cells between start and goal, earns −100 and leads back to the start. The goal is terminal. With
/// `is_slippery` the move is the intended one or either sideways one, with probability 1/3 each. No time limit.
/// Source: gymnasium 1.4.0, toy_text/cliffwalking.py; Sutton and Barto 2018, example 6.6.
public enum CliffWalking {
    static let options = ["is_slippery"]
    static let rows = 4
    static let columns = 12
    static let startState = 36
    static let goal = 47

    public static func mdp(isSlippery: Bool = false) throws -> FiniteMDP {
        let moves = [(-1, 0), (0, 1), (1, 0), (0, -1)]
        func outcome(_ state: Int, _ move: Int, _ probability: Double) -> FiniteMDP.Outcome {
            let row = min(max(state / columns + moves[move].0, 0), rows - 1)
            let column = min(max(state % columns + moves[move].1, 0), columns - 1)
            let next = row * columns + column
            let falls = next > startState && next < goal
            return FiniteMDP.Outcome(probability, falls ? startState : next, falls ? -100 : -1)
        }
        let states = rows * columns
        return try FiniteMDP(
            outcomes: (0..<states).map { s in
                (0..<4).map { a in
                    guard isSlippery else { return [outcome(s, a, 1)] }
                    return [(a + 3) % 4, a, (a + 1) % 4].map { outcome(s, $0, 1.0 / 3.0) }
                }
            },
            start: (0..<states).map { $0 == startState ? 1 : 0 }, terminal: [goal])
    }

    static func task(_ call: GymnasiumCall, isSlippery: Bool) throws -> (FiniteMDP, FiniteMDPEnvironment.Look) {
        (try mdp(isSlippery: call.flag("is_slippery", default: isSlippery)), look)
    }
}
