extension FiniteMDPEnvironment {
    /// As the task says how a state looks, or else the states in a row, with T for terminal ones.
    public func scene() -> Scene {
        if let look { return look(state) }
        let cells = (0..<mdp.stateCount).map { state in
            mdp.terminal.contains(state) ? Scene.Cell("T", .target) : Scene.Cell()
        }
        return Scene.grid(cells, columns: 20, state: state)
    }
}

extension Scene {
    /// A cell for each state, row by row, with the agent on its own.
    static func grid(_ cells: [Cell], columns: Int, state: Int) -> Scene {
        let rows = stride(from: 0, to: cells.count, by: columns).map { Array(cells[$0..<min($0 + columns, cells.count)]) }
        return Scene(
            .board(Board(rows: rows, agent: Place(row: state / columns, column: state % columns))),
            caption: "state \(state) of \(cells.count)")
    }
}

extension FrozenLake {
    /// The map: S the start, H a hole, G the goal.
    static func look(_ map: [String]) -> FiniteMDPEnvironment.Look {
        let columns = map.first?.count ?? 1
        let cells = map.joined().map { letter in
            letter == "H" ? Scene.Cell("H", .danger) : letter == "G" ? Scene.Cell("G", .target)
                : letter == "S" ? Scene.Cell("S") : Scene.Cell()
        }
        return { Scene.grid(cells, columns: columns, state: $0) }
    }
}

extension CliffWalking {
    /// The cells: S the start, x the cliff, G the goal.
    static let look: FiniteMDPEnvironment.Look = { state in
        let cells = (0..<rows * columns).map { cell in
            cell == goal ? Scene.Cell("G", .target) : cell > startState ? Scene.Cell("x", .danger)
                : cell == startState ? Scene.Cell("S") : Scene.Cell()
        }
        return Scene.grid(cells, columns: columns, state: state)
    }
}

extension Taxi {
    /// The cells with their walls and stands; the agent is the taxi.
    static let look: FiniteMDPEnvironment.Look = { index in
        let state = State(index)
        var cells = Array(repeating: Array(repeating: Scene.Cell(), count: 5), count: 5)
        for (stand, (row, column)) in stands.enumerated() {
            cells[row][column] = Scene.Cell(
                String(names[stand].prefix(1)),
                stand == state.destination ? .target : stand == state.passenger ? .object : nil)
        }
        let walls = (0..<5).flatMap { row in
            (0..<4).filter { State.hasWall(row, eastOf: $0) }.map { Scene.Place(row: row, column: $0) }
        }
        let place = Scene.Place(row: state.row, column: state.column)
        let passenger = state.passenger < 4 ? "at \(names[state.passenger])" : "in the taxi"
        return Scene(
            .board(Scene.Board(rows: cells, agent: place, walls: walls)),
            caption: "passenger \(passenger), to \(names[state.destination]) · state \(index) of 500")
    }

    private static let names = ["Red", "Green", "Yellow", "Blue"]
}
