import Environments
import Support
import Tensors
import Testing

@Suite struct SceneTests {
    static func drawing(_ task: any Environment) throws -> Scene.Drawing {
        guard case .drawing(let drawing) = try task.scene().content else { throw Fault("test", "no drawing") }
        return drawing
    }

    static func board(_ task: any Environment) throws -> Scene.Board {
        guard case .board(let board) = try task.scene().content else { throw Fault("test", "no board") }
        return board
    }

    /// The free end of the last line that is part of the body.
    static func tip(_ task: any Environment) throws -> Scene.Point {
        let lines = try drawing(task).shapes.compactMap { shape -> Scene.Point? in
            if case .line(let points, _) = shape.form, shape.role == .body { points.last } else { nil }
        }
        return try #require(lines.last)
    }

    static func near(_ point: Scene.Point, _ x: Double, _ y: Double) -> Bool {
        (point.x - x).magnitude < 1e-12 && (point.y - y).magnitude < 1e-12
    }

    /// Upright is up; a positive angle leans to the left, as in Gymnasium's picture of it.
    @Test(arguments: [(0, 0, 1), (Double.pi / 2, -1, 0), (-Double.pi / 2, 1, 0), (Double.pi, 0, -1)])
    func aPendulum(angle: Double, x: Double, y: Double) throws {
        let task = try Pendulum()
        try task.restore(EnvironmentSnapshot(numbers: [angle, 0]))
        #expect(try Self.near(Self.tip(task), x, y))
    }

    /// A cart's positive angle leans to the right; an acrobot at rest hangs.
    @Test func cartPoleAndAcrobot() throws {
        let cart = try GymnasiumTasks.make("CartPole-v1")
        try cart.restore(EnvironmentSnapshot(numbers: [1.5, 0, 0.1, 0]))
        let pole = try Self.tip(cart)
        #expect(pole.x > 1.5 && pole.x < 1.7)
        let acrobot = try GymnasiumTasks.make("Acrobot-v1")
        try acrobot.restore(EnvironmentSnapshot(numbers: [0, 0, 0, 0]))
        #expect(try Self.near(Self.tip(acrobot), 0, -2))
        try acrobot.restore(EnvironmentSnapshot(numbers: [Double.pi / 2, -Double.pi / 2, 0, 0]))
        #expect(try Self.near(Self.tip(acrobot), 1, -1))
    }

    @Test func aLinearTaskIsAPointOnItsPlane() throws {
        let task = try LinearQuadratic()
        let cases: [(state: [Double], reach: Double)] = [([0.5, -0.3], 1), ([3, 0], 4), ([0, 1e6], 0x1p21)]
        for (state, reach) in cases {
            try task.restore(EnvironmentSnapshot(numbers: state))
            let drawing = try Self.drawing(task)
            guard case .disc(let place, _) = try #require(drawing.shapes.last).form else { Issue.record("no disc"); return }
            #expect(Self.near(place, state[0], state[1]) && drawing.x == -reach...reach && drawing.y == drawing.x)
        }
        let other = try LinearQuadratic(a: [[1]], b: [[1]], q: [[1]], r: [[1]])
        #expect(try other.scene().content == .bars([Scene.Bar("x[0]", 0)]))
    }

    @Test func bandits() throws {
        let arms = try Bandit(means: [1, -2])
        #expect(arms.scene().content == .bars([Scene.Bar("arm 0", 1), Scene.Bar("arm 1", -2)]))
    }

    @Test func aLake() throws {
        let lake = try GymnasiumTasks.make("FrozenLake-v1", options: ["is_slippery": .bool(false)])
        var stream = RandomStream(seed: 0, purpose: .environmentStep)
        try lake.reset(stream: &stream)
        for action in [1.0, 1, 2] { _ = try lake.step(action: [action], stream: &stream) }
        let board = try Self.board(lake)
        #expect(board.agent == Scene.Place(row: 2, column: 1))
        #expect(board.rows.map { $0.map { $0.label.isEmpty ? "." : $0.label }.joined() } == ["S...", ".H.H", "...H", "H..G"])
        #expect(board.rows[1][1].role == .danger && board.rows[3][3].role == .target && board.rows[0][0].role == nil)
    }

    @Test func aCliff() throws {
        let cliff = try GymnasiumTasks.make("CliffWalking-v1")
        try cliff.restore(EnvironmentSnapshot(numbers: [36]))
        let board = try Self.board(cliff)
        #expect(board.agent == Scene.Place(row: 3, column: 0) && board.rows.count == 4)
        #expect(board.rows[3].map(\.label).joined() == "SxxxxxxxxxxG" && board.rows[3][1].role == .danger)
    }

    /// Row 3, column 1, the passenger at yellow, to blue: ((3·5 + 1)·5 + 2)·4 + 3. Walls as in Gymnasium's map.
    @Test func aTaxi() throws {
        let taxi = try GymnasiumTasks.make("Taxi-v3")
        try taxi.restore(EnvironmentSnapshot(numbers: [331]))
        let scene = try taxi.scene()
        let board = try Self.board(taxi)
        #expect(board.agent == Scene.Place(row: 3, column: 1))
        #expect(board.rows[4][0] == Scene.Cell("Y", .object) && board.rows[4][3] == Scene.Cell("B", .target))
        #expect(scene.caption == "passenger at Yellow, to Blue · state 331 of 500")
        let map = ["R: | : :G", " : | : : ", " : : : : ", " | : | : ", "Y| : |B: "]
        let walls = map.enumerated().flatMap { row, line in
            line.enumerated().filter { $0.element == "|" }.map { Scene.Place(row: row, column: $0.offset / 2) }
        }
        #expect(board.walls == walls)
    }

    @Test func tablesAreARowOfStates() throws {
        let rewards: [[Double]] = [[0], [0]]
        let mdp = try FiniteMDP(transitions: [[[0, 1]], [[0, 1]]], rewards: rewards, start: [1, 0], terminal: [1])
        let task = try FiniteMDPEnvironment(mdp)
        let board = try Self.board(task)
        #expect(board.rows == [[Scene.Cell(), Scene.Cell("T", .target)]] && board.agent == Scene.Place(row: 0, column: 0))
    }

    /// A wrapper shows what is inside, and a step of four frames takes four times as long.
    @Test func wrappersShowTheirTask() throws {
        let inner = try Pendulum()
        let skipping = try SkipFrames(inner, frames: 4)
        #expect(try skipping.scene() == inner.scene())
        #expect(inner.stepSeconds == 0.05 && skipping.stepSeconds == 0.2)
        #expect(try TimeLimit(inner, steps: 3).stepSeconds == 0.05)
    }

    /// A task that does not say how it looks shows what is observed.
    @Test func anythingElseIsBars() throws {
        final class Plain: Environment {
            let spec = EnvironmentSpec(name: "plain", observationSize: 2, actions: .finite(count: 2), episodeLimit: nil)
            var constructor: EnvironmentConstructor? { nil }
            func reset(stream: inout RandomStream) throws {}
            func step(action: [Double], stream: inout RandomStream) throws -> StepOutcome { StepOutcome(reward: 0, terminated: true) }
            func observation() throws -> [Double] { [3, 4] }
            func snapshot() throws -> EnvironmentSnapshot { EnvironmentSnapshot(numbers: []) }
            func restore(_ snapshot: EnvironmentSnapshot) throws {}
            func copy() throws -> any Environment { Plain() }
        }
        let wanted: [Scene.Bar] = [Scene.Bar("observation[0]", 3), Scene.Bar("observation[1]", 4)]
        #expect(try Plain().scene().content == .bars(wanted) && Plain().stepSeconds == nil)
    }
}
