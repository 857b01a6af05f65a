import Support

/// A walk over a frozen lake to the goal, past the holes, on ice that may carry one sideways: Gymnasium's FrozenLake.
///
/// A map of S (start), F (frozen), H (hole), G (goal), rows from the top; state = row · columns + column; actions 0 left,
/// 1 down, 2 right, 3 up. On slippery ice the move is the intended one with probability `success_rate` and either
/// sideways one with half the rest. Holes and goals are terminal. Reward 1 for the goal, else 0.
/// Source: gymnasium 1.4.0, toy_text/frozen_lake.py.
public enum FrozenLake {
    static let options = ["map_name", "desc", "is_slippery", "success_rate", "reward_schedule"]

    static let maps = [
        "4x4": ["SFFF", "FHFH", "FFFH", "HFFG"],
        "8x8": [
            "SFFFFFFF", "FFFFFFFF", "FFFHFFFF", "FFFFFHFF", "FFFHFFFF", "FHHFFFHF", "FHFFHFHF", "FFFHFFFG",
        ],
    ]

    /// `rewards` are those of reaching the goal, a hole, and anything else.
    public static func mdp(
        map: [String], isSlippery: Bool = true, successRate: Double = 1.0 / 3.0,
        rewards: (goal: Double, hole: Double, frozen: Double) = (1, 0, 0)
    ) throws -> FiniteMDP {
        let cells = map.map(Array.init)
        let columns = cells.first?.count ?? 0
        guard columns > 0, cells.allSatisfy({ $0.count == columns }) else {
            throw Fault("gym.map", "FrozenLake: a map of rows of one length was wanted, \(map) was given")
        }
        guard cells.allSatisfy({ $0.allSatisfy { "SFHG".contains($0) } }), cells.contains(where: { $0.contains("S") }) else {
            throw Fault(
                "gym.map", "FrozenLake: a map of the letters S (start, at least one), F, H and G was wanted, \(map) was given")
        }
        let states = cells.count * columns
        try MemoryBudget.require(elements: [states], stride: 4 * 3 * 64, for: "a lake of \(states) cells")
        let letters = cells.flatMap { $0 }
        let moves = [(0, -1), (1, 0), (0, 1), (-1, 0)]
        func outcome(_ state: Int, _ move: Int, _ probability: Double) -> FiniteMDP.Outcome {
            let row = min(max(state / columns + moves[move].0, 0), cells.count - 1)
            let column = min(max(state % columns + moves[move].1, 0), columns - 1)
            let next = row * columns + column
            let reward = letters[next] == "G" ? rewards.goal : letters[next] == "H" ? rewards.hole : rewards.frozen
            return FiniteMDP.Outcome(probability, next, reward)
        }
        let outcomes = (0..<states).map { s in
            (0..<4).map { a in
                guard isSlippery else { return [outcome(s, a, 1)] }
                return [(a + 3) % 4, a, (a + 1) % 4].map { move in
                    outcome(s, move, move == a ? successRate : (1 - successRate) / 2)
                }
            }
        }
        let starts = Double(letters.count { $0 == "S" })
        return try FiniteMDP(
            outcomes: outcomes, start: letters.map { $0 == "S" ? 1 / starts : 0 },
            terminal: Set(letters.indices.filter { "GH".contains(letters[$0]) }))
    }

    static func task(_ call: GymnasiumCall, map name: String) throws -> (FiniteMDP, FiniteMDPEnvironment.Look) {
        let schedule = try call.options["reward_schedule"].map { given in
            guard let numbers = given.doubles, numbers.count == 3, numbers.allSatisfy(\.isFinite) else {
                throw call.wrong("reward_schedule", "three numbers, for the goal, a hole and the rest")
            }
            return (goal: numbers[0], hole: numbers[1], frozen: numbers[2])
        }
        let map = try map(call, default: name)
        let mdp = try mdp(
            map: map, isSlippery: call.flag("is_slippery", default: true),
            successRate: call.number("success_rate", default: 1.0 / 3.0, in: 0...1), rewards: schedule ?? (1, 0, 0))
        return (mdp, look(map))
    }

    /// The map that `desc` draws, or else the one of `map_name`.
    private static func map(_ call: GymnasiumCall, default name: String) throws -> [String] {
        if let drawn = call.options["desc"], !drawn.isNull {
            guard let rows = drawn.elements?.map(\.text), !rows.contains(nil) else {
                throw call.wrong("desc", "a list of the map's rows, as in [\"SF\", \"HG\"]")
            }
            return rows.compactMap { $0 }
        }
        guard let given = call.options["map_name"] else { return maps[name] ?? [] }
        guard let map = given.text.flatMap({ maps[$0] }) else { throw call.wrong("map_name", "\"4x4\" or \"8x8\"") }
        return map
    }
}
