import Support

// The boards of Gymnasium's toy-text tasks.

extension Scene.Board {
    /// A board of a map's letters, the body in one of its cells, counted row by row.
    init(map: [String], at state: Int, role: (Character) -> Scene.Role?) {
        let columns = max(1, map.first?.count ?? 1)
        self.init(
            rows: map.map { $0.map { letter in letter == " " ? Scene.Cell() : Scene.Cell(String(letter), role(letter)) } },
            agent: Scene.Place(row: state / columns, column: state % columns))
    }
}

extension FrozenLake {
    static func scene(_ call: GymnasiumCall, map name: String, state: Int) throws -> Scene {
        // F is plain ice.
        let map = try map(call, default: name).map { String($0.map { $0 == "F" ? " " : $0 }) }
        return Scene(
            .board(
                Scene.Board(map: map, at: state) { letter in
                    letter == "H" ? .danger : letter == "G" ? .target : nil
                }), caption: "S start, H hole, G goal")
    }
}

extension CliffWalking {
    static func scene(state: Int) -> Scene {
        let free = String(repeating: " ", count: columns)
        let map = [free, free, free, "S" + String(repeating: "C", count: columns - 2) + "G"]
        return Scene(
            .board(
                Scene.Board(map: map, at: state) { letter in
                    letter == "C" ? .danger : letter == "G" ? .target : nil
                }), caption: "S start, C cliff, G goal")
    }
}

extension Taxi {
    private static let names = ["R", "G", "Y", "B"]

    static func scene(state index: Int) -> Scene {
        let state = State(index)
        var rows = [[Scene.Cell]](repeating: [Scene.Cell](repeating: Scene.Cell(), count: 5), count: 5)
        for (stand, (row, column)) in stands.enumerated() {
            let role: Scene.Role? = stand == state.destination ? .target : stand == state.passenger ? .object : nil
            rows[row][column] = Scene.Cell(names[stand], role)
        }
        let walls = (0..<5).flatMap { row in
            (0..<4).filter { State.hasWall(row, eastOf: $0) }.map { Scene.Place(row: row, column: $0) }
        }
        let passenger = state.passenger < 4 ? "waits at \(names[state.passenger])" : "is in the taxi"
        return Scene(
            .board(Scene.Board(rows: rows, agent: Scene.Place(row: state.row, column: state.column), walls: walls)),
            caption: "the passenger \(passenger), to go to \(names[state.destination])")
    }
}
