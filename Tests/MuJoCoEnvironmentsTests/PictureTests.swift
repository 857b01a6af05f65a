import Environments
import MuJoCoEnvironments
import Support
import Tensors
import Testing

/// What physics tasks look like: projected, and rendered.
@Suite(.enabled(if: MuJoCoFolder.isAvailable, "MuJoCo's files were not fetched"))
struct PictureTests {
    static func task(_ name: String) throws -> GymnasiumEnvironment {
        let task = try #require(try GymnasiumEnvironment.make(name))
        var stream = RandomStream(seed: 4, purpose: .environmentReset)
        try task.reset(stream: &stream)
        return task
    }

    static func drawing(_ task: any Environment) throws -> Scene.Drawing {
        guard case .drawing(let drawing) = try task.scene().content else { throw Fault("test", "no drawing") }
        return drawing
    }

    static func points(_ shape: Scene.Shape) -> [Scene.Point] {
        switch shape.form {
        case .line(let points, _), .polygon(let points): points
        case .disc(let centre, _): [centre]
        }
    }

    /// From above: both links where the angles say, the target where its slides are.
    @Test func reacherIsSeenFromAbove() throws {
        let task = try Self.task("Reacher-v4")
        let state = task.observation()
        let (a, b) = ((x: state[0], y: state[2]), (x: state[0] * state[1] - state[2] * state[3], y: state[2] * state[1] + state[0] * state[3]))
        let drawing = try Self.drawing(task)
        #expect(drawing.xLabel == "x" && drawing.yLabel == "y")
        let body = drawing.shapes.filter { $0.role == .body }
        let lines = body.filter { if case .line = $0.form { true } else { false } }.map(Self.points)
        try #require(lines.count == 2)
        // A capsule's end may come first or last.
        let elbow = Scene.Point(0.1 * a.x, 0.1 * a.y)
        let tip = Scene.Point(elbow.x + 0.1 * b.x, elbow.y + 0.1 * b.y)
        func near(_ p: Scene.Point, _ q: Scene.Point) -> Bool { (p.x - q.x).magnitude + (p.y - q.y).magnitude < 1e-6 }
        #expect(lines.contains { line in line.contains { near($0, Scene.Point(0, 0)) } && line.contains { near($0, elbow) } })
        #expect(lines.contains { line in line.contains { near($0, elbow) } && line.contains { near($0, tip) } })
        let target = try #require(drawing.shapes.first { $0.role == .target })
        #expect(near(try #require(Self.points(target).first), Scene.Point(state[4], state[5])))
        #expect(drawing.x.lowerBound <= -0.3 && drawing.x.upperBound >= 0.3 && drawing.x.upperBound < 0.6)
    }

    /// From the side, with the floor; the picture goes where the torso goes and the floor stays.
    @Test(arguments: ["HalfCheetah-v4", "Hopper-v4", "Walker2d-v5"]) func runnersAreFollowed(name: String) throws {
        let task = try Self.task(name)
        let before = try Self.drawing(task)
        var snapshot = task.snapshot()
        // The integration state begins with the time, then qpos, whose first number is the torso's place.
        snapshot.numbers[1] += 5
        try task.restore(snapshot)
        let after = try Self.drawing(task)
        #expect((after.x.lowerBound - before.x.lowerBound - 5).magnitude < 1e-9 && after.y == before.y)
        let floor = try #require(after.shapes.first { $0.role == .ground })
        #expect(Self.points(floor).allSatisfy { $0.y.magnitude < 1e-9 })
        #expect(after.y.contains(0) && after.xLabel == "x" && after.yLabel == "z")
        let all = after.shapes.filter { $0.role == .body }.flatMap(Self.points)
        #expect(all.allSatisfy { after.x.contains($0.x) && after.y.contains($0.y) })
        #expect(try #require(all.map(\.y).max()) > 0.5)
    }

    /// Looking changes nothing: neither the state nor the stale derived numbers that rewards are paid on.
    @Test(arguments: ["Reacher-v4", "Humanoid-v4", "Ant-v5"]) func lookingChangesNothing(name: String) throws {
        let (seen, other) = (try Self.task(name), try Self.task(name))
        var streams = (RandomStream(seed: 0, purpose: .environmentStep), RandomStream(seed: 0, purpose: .environmentStep))
        for step in 0..<20 {
            let action = (0..<seen.spec.actions.size).map { 0.3 * Double(($0 + step) % 3 - 1) }
            let a = try seen.step(action: action, stream: &streams.0)
            _ = try seen.scene()
            let b = try other.step(action: action, stream: &streams.1)
            #expect(a == b && seen.observation() == other.observation() && seen.snapshot() == other.snapshot())
        }
    }

    /// Every task has a picture whose body lies within it.
    @Test(arguments: GymnasiumEnvironment.names) func everyTaskHasAPicture(name: String) throws {
        let drawing = try Self.drawing(try Self.task(name))
        let all = drawing.shapes.filter { $0.role != .ground }.flatMap(Self.points)
        #expect(!all.isEmpty && all.allSatisfy { drawing.x.contains($0.x) && drawing.y.contains($0.y) })
        // Neither lost in the picture nor beyond it.
        let width = (all.map(\.x).max() ?? 0) - (all.map(\.x).min() ?? 0)
        let height = (all.map(\.y).max() ?? 0) - (all.map(\.y).min() ?? 0)
        let share = max(
            width / (drawing.x.upperBound - drawing.x.lowerBound), height / (drawing.y.upperBound - drawing.y.lowerBound))
        #expect(share > 0.2, "\(name): \(share)")
    }

    // MARK: Rendering

    static let rendererIsMissing: Comment = "no OSMesa and no EGL: apt-get install libosmesa6"

    struct Colour { var r: Double, g: Double, b: Double }

    /// The mean colour of a part of a picture.
    static func mean(_ picture: RenderedPicture, x: Range<Int>, y: Range<Int>) -> Colour {
        var sum = (0, 0, 0)
        for row in y {
            for column in x {
                let place = 3 * (row * picture.width + column)
                sum = (sum.0 + Int(picture.rgb[place]), sum.1 + Int(picture.rgb[place + 1]), sum.2 + Int(picture.rgb[place + 2]))
            }
        }
        let count = Double(x.count * y.count)
        return Colour(r: Double(sum.0) / count, g: Double(sum.1) / count, b: Double(sum.2) / count)
    }

    /// Right side up and lit: the sky is above and even, the chequered floor below.
    @Test(.enabled(if: Physics.canRender, rendererIsMissing), arguments: ["HalfCheetah-v4", "Humanoid-v4"])
    func theSkyIsAbove(name: String) throws {
        let picture = try Self.task(name).physics.render(width: 160, height: 120)
        #expect(picture.width == 160 && picture.height == 120 && picture.rgb.count == 3 * 160 * 120)
        func spread(_ y: Int) -> Int {
            let row = (0..<160).map { Int(picture.rgb[3 * (y * 160 + $0) + 1]) }
            return (row.max() ?? 0) - (row.min() ?? 0)
        }
        #expect(spread(4) < 60, "the top row")
        #expect(spread(112) > 90, "a row of the floor")
        let top = Self.mean(picture, x: 0..<160, y: 0..<10)
        #expect(top.r + top.g + top.b > 90, "the sky is lit")
    }

    /// From above: the red walls all around, the blue arm to the right of the middle.
    @Test(.enabled(if: Physics.canRender, rendererIsMissing)) func reacherRendered() throws {
        let task = try #require(try GymnasiumEnvironment.make("Reacher-v4"))
        let picture = try task.physics.render(width: 120, height: 120)
        var red: [(x: Int, y: Int)] = []
        var blue: [(x: Int, y: Int)] = []
        for y in 0..<120 {
            for x in 0..<120 {
                let place = 3 * (y * 120 + x)
                let (r, g, b) = (Int(picture.rgb[place]), Int(picture.rgb[place + 1]), Int(picture.rgb[place + 2]))
                if r > g + 25, r > b + 10 { red.append((x, y)) }
                if b > r + 30 { blue.append((x, y)) }
            }
        }
        #expect(red.contains { $0.x < 20 } && red.contains { $0.x > 100 } && red.contains { $0.y < 20 } && red.contains { $0.y > 100 })
        #expect(blue.count > 30 && blue.allSatisfy { $0.x >= 55 && (50...70).contains($0.y) })
    }

    @Test(.enabled(if: Physics.canRender, rendererIsMissing)) func thePictureIsTheSameAgain() throws {
        let task = try Self.task("HalfCheetah-v4")
        let state = task.snapshot()
        let first = try task.physics.render(width: 64, height: 48)
        #expect(try task.physics.render(width: 64, height: 48) == first && task.snapshot() == state)
        #expect(try task.physics.render(width: 64, height: 48, camera: "free") != first)
    }

    /// What cannot be is said before anything is drawn, whether there is a renderer or not.
    @Test func wrongSizesAndCameras() throws {
        let physics = try Self.task("HalfCheetah-v4").physics
        func message(_ width: Int, _ height: Int, _ camera: String?) -> String {
            do { _ = try physics.render(width: width, height: height, camera: camera) } catch let fault as Fault {
                return fault.message + (fault.hint.map { " / " + $0 } ?? "")
            } catch { return "\(error)" }
            return "drawn"
        }
        #expect(message(8, 60, nil) == "a width of 16 to 4096 pixels was wanted, 8 was given")
        #expect(message(64, 100_000, nil) == "a height of 16 to 4096 pixels was wanted, 100000 was given")
        #expect(message(64, 64, "nose") == "the model of HalfCheetah-v4 has no camera 'nose' / there is free, track")
    }
}
