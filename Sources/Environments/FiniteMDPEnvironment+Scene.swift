extension FiniteMDPEnvironment {
    /// The task's own board, or else the states in a row, with T for terminal ones.
    public func scene() throws -> Scene {
        if let picture { return try picture(state) }
        let columns = 20
        let cells = (0..<mdp.stateCount).map { state in
            mdp.terminal.contains(state) ? Scene.Cell("T", .target) : Scene.Cell()
        }
        let rows = stride(from: 0, to: cells.count, by: columns).map { Array(cells[$0..<min($0 + columns, cells.count)]) }
        return Scene(
            .board(Scene.Board(rows: rows, agent: Scene.Place(row: state / columns, column: state % columns))),
            caption: "state \(state) of \(mdp.stateCount)")
    }
}
