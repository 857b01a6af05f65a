import Support

/// A taxi that fetches a passenger and brings them to their destination, on 5 × 5 cells: Gymnasium's Taxi.
///
/// State = ((row · 5 + column) · 5 + passenger) · 4 + destination; the passenger waits at stand 0 red, 1 green, 2 yellow
/// or 3 blue, or is 4, in the taxi. Actions 0 south, 1 north, 2 east, 3 west, 4 pick up, 5 drop off. A step earns −1, a
/// pick-up or drop-off that is not allowed −10, the delivery 20, which ends the episode. Start: every cell, stand and
/// other stand as destination alike. With `is_rainy` a move that no wall forbids goes astray: the intended way with
/// probability `rainy_probability`, to either side with half the rest.
///
/// Taxi-v3 and Taxi-v4 differ in the rain alone, which v4 mended: here v3 has none. Gymnasium's fickle passenger is
/// left out: it remembers more than the state. Source: gymnasium 1.4.0, toy_text/taxi.py; Dietterich 2000.
public enum Taxi {
    static let options = ["is_rainy", "rainy_probability"]

    static let stands = [(0, 0), (0, 4), (4, 0), (4, 3)]
    private static let moves = [(1, 0), (-1, 0), (0, 1), (0, -1)]
    /// The moves to the left and the right of each.
    private static let sides = [(2, 3), (3, 2), (1, 0), (0, 1)]

    struct State: Equatable {
        var row: Int
        var column: Int
        var passenger: Int
        var destination: Int

        var index: Int { ((row * 5 + column) * 5 + passenger) * 4 + destination }

        init(_ index: Int) {
            (row, column) = (index / 100, index / 20 % 5)
            (passenger, destination) = (index / 4 % 5, index % 4)
        }

        /// The stand that the taxi is at.
        var stand: Int? { Taxi.stands.firstIndex { $0 == (row, column) } }

        /// The state after one of the moves, or nil where a wall or the edge is in the way.
        func moved(_ move: Int) -> State? {
            let (down, right) = Taxi.moves[move]
            var next = self
            next.row += down
            next.column += right
            guard (0..<5).contains(next.row), (0..<5).contains(next.column) else { return nil }
            if right != 0, State.hasWall(row, eastOf: min(column, next.column)) { return nil }
            return next
        }

        static func hasWall(_ row: Int, eastOf column: Int) -> Bool {
            switch column {
            case 0, 2: row >= 3
            case 1: row <= 1
            default: false
            }
        }
    }

    /// `rain` is the probability of the intended move; nil: it does not rain.
    public static func mdp(rain: Double? = nil) throws -> FiniteMDP {
        let states = (0..<500).map(State.init)
        let delivered = states.filter { $0.passenger == $0.destination && $0.stand == $0.destination }
        let starts = states.map { $0.passenger < 4 && $0.passenger != $0.destination }
        let first = 1 / Double(starts.count { $0 })
        return try FiniteMDP(
            outcomes: states.map { state in (0..<6).map { outcomes(state, $0, rain) } },
            start: starts.map { $0 ? first : 0 }, terminal: Set(delivered.map(\.index)))
    }

    private static func outcomes(_ state: State, _ action: Int, _ rain: Double?) -> [FiniteMDP.Outcome] {
        var next = state
        switch action {
        case 4:
            guard state.passenger < 4, state.stand == state.passenger else { break }
            next.passenger = 4
            return [.init(1, next.index, -1)]
        case 5:
            guard state.passenger == 4, let stand = state.stand else { break }
            next.passenger = stand
            return [.init(1, next.index, stand == state.destination ? 20 : -1)]
        default:
            let ahead = state.moved(action)
            guard let rain else { return [.init(1, (ahead ?? state).index, -1)] }
            // A move into a wall stays, without drifting.
            let left = ahead == nil ? nil : state.moved(sides[action].0)
            let right = ahead == nil ? nil : state.moved(sides[action].1)
            return [
                .init(rain, (ahead ?? state).index, -1), .init((1 - rain) / 2, (left ?? state).index, -1),
                .init((1 - rain) / 2, (right ?? state).index, -1),
            ]
        }
        return [.init(1, state.index, -10)]
    }

    static func task(_ call: GymnasiumCall) throws -> (FiniteMDP, FiniteMDPEnvironment.Look) {
        let rain = try call.number("rainy_probability", default: 0.8, in: 0...1)
        return (try mdp(rain: call.flag("is_rainy", default: false) ? rain : nil), look)
    }
}
