import Support

extension FiniteMDP {
    /// The tables as a constructor's arguments: a row [s, a, probability, s', reward, terminates] for each outcome.
    var arguments: JSON {
        var rows: [JSON] = []
        for s in 0..<stateCount {
            for a in 0..<actionCount {
                for o in outcomes(s, a) {
                    rows.append(
                        .numbers([Double(s), Double(a), o.probability, Double(o.next), o.reward, o.terminates ? 1 : 0]))
                }
            }
        }
        return [
            "states": .integer(stateCount), "actions": .integer(actionCount), "outcomes": .array(rows),
            "start": .numbers(start), "terminal": .numbers(terminal.sorted().map(Double.init)),
        ]
    }

    /// From what `arguments` wrote, or from dense tables: `transitions` and `rewards` by state and action.
    init(arguments: JSON) throws {
        let terminal = try arguments.list("terminal").map { number in
            guard let index = Int(exactly: number) else { throw arguments.wrong("terminal", "whole numbers") }
            return index
        }
        let start = try arguments.list("start")
        guard arguments["outcomes"] == nil else {
            try self.init(
                outcomes: Self.outcomes(arguments), start: start, terminal: Set(terminal))
            return
        }
        guard let tables = arguments["transitions"]?.elements else {
            throw arguments.wrong("transitions", "a list of states")
        }
        let transitions = try tables.map { state in
            try JSON.object([JSON.Member("transitions", state)]).matrix("transitions")
        }
        try self.init(
            transitions: transitions, rewards: arguments.matrix("rewards"), start: start, terminal: Set(terminal))
    }

    private static func outcomes(_ arguments: JSON) throws -> [[[Outcome]]] {
        guard let states = arguments["states"]?.int, let actions = arguments["actions"]?.int, states > 0, actions > 0
        else { throw arguments.wrong("states", "numbers of states and actions above 0") }
        try MemoryBudget.require(elements: [states, actions], stride: 48, for: "an MDP's tables")
        var table: [[[Outcome]]] = Array(repeating: Array(repeating: [], count: actions), count: states)
        for row in try arguments.matrix("outcomes") {
            guard row.count == 6, let s = Int(exactly: row[0]), let a = Int(exactly: row[1]),
                let next = Int(exactly: row[3]), (0..<states).contains(s), (0..<actions).contains(a)
            else { throw arguments.wrong("outcomes", "rows [state, action, probability, next, reward, terminates]") }
            table[s][a].append(Outcome(row[2], next, row[4], terminates: row[5] != 0))
        }
        return table
    }
}
