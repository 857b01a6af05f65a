import Glibc
import Support
import Tensors

// A body on four legs that is to walk, to run or to fetch a ball, with all that it sees seen from its own torso.
// Source: dm_control 1.0.50, suite/quadruped.py.

extension SuiteTask {
    static let quadruped = [quadruped("walk", speed: 0.5), quadruped("run", speed: 5), fetch]

    /// The floor is as large as the way of an episode at full speed.
    private static func quadruped(_ name: String, speed: Double) -> SuiteTask {
        let timeLimit = 20.0
        return SuiteTask(
            "quadruped", name, model: .quadruped(floor: timeLimit * speed), controlStep: 0.02, timeLimit: timeLimit,
            carried: ["sensordata"]
        ) { body in
            let legs = try Quadruped(body)
            return Rules(
                reset: { try legs.raiseUntilFree($0.orientation()) },
                observe: { legs.observation },
                reward: {
                    let move = tolerance(
                        legs.velocity[0], speed, .infinity, margin: speed, sigmoid: .linear, valueAtMargin: 0.5)
                    return legs.upright * move
                })
        }
    }

    /// A ball that flies in is to be brought to a target in the middle of four walls.
    private static let fetch = SuiteTask(
        "quadruped", "fetch", model: .quadruped(floor: nil), controlStep: 0.02, timeLimit: 20, carried: ["sensordata"]
    ) { body in
        let legs = try Quadruped(body)
        let (ballPlace, ballSpeed) = try (body.position("ball_root"), body.velocity("ball_root"))
        let speed = try body.velocity("root")
        let ball = try body.row("xpos", .body, "ball")
        let (target, workspace) = try (body.row("site_xpos", .site, "target"), body.row("site_xpos", .site, "workspace"))
        let arena = try body.row("geom_size", .geom, "floor")[0]
        let targetSize = try body.row("site_size", .site, "target")[0]
        let reach = try body.row("site_size", .site, "workspace")[0] + body.row("geom_size", .geom, "ball")[0]
        let nearness = { (a: Field, b: Field, radius: Double) in
            let gap = squares((0..<2).map { a[$0] - b[$0] }).squareRoot()
            return tolerance(gap, 0, radius, margin: arena * 2.squareRoot(), sigmoid: .linear, valueAtMargin: 0)
        }
        return Rules(
            reset: { stream in
                let azimuth = stream.uniform(0, 2 * Double.pi)
                let spawn = 0.9 * arena
                try legs.raiseUntilFree(
                    [cos(azimuth / 2), 0, 0, sin(azimuth / 2)],
                    x: stream.uniform(-spawn, spawn), y: stream.uniform(-spawn, spawn))
                ballPlace.set([stream.uniform(-spawn, spawn), stream.uniform(-spawn, spawn), 2])
                ballSpeed.set([5 * stream.normal(), 5 * stream.normal()])
            },
            observe: {
                let place = legs.seen((0..<3).map { ball[$0] - legs.place[$0] })
                let move = legs.seen((0..<3).map { ballSpeed[$0] - speed[$0] })
                let spin = legs.seen((3..<6).map { ballSpeed[$0] })
                return legs.observation + place + move + spin + legs.seen((0..<3).map { target[$0] - legs.place[$0] })
            },
            reward: {
                legs.upright * (nearness(workspace, ball, reach) * (0.5 + 0.5 * nearness(target, ball, targetSize)))
            })
    }
}

/// What the quadruped's tasks have in common.
private struct Quadruped {
    let body: SuiteBody
    /// The torso's place and axes.
    let place: Field, axes: Field
    let velocity: Field
    private let root: Field, activations: Field
    private let inertial: [Field], forces: [Field]
    private let hinges: [SuiteBody.Joint]

    init(_ body: SuiteBody) throws {
        self.body = body
        place = try body.row("xpos", .body, "torso")
        axes = try body.row("xmat", .body, "torso")
        velocity = try body.sensor("velocimeter")
        root = try body.position("root")
        activations = try body.field("act")
        inertial = try ["imu_accel", "imu_gyro"].map { try body.sensor($0) }
        let toes = ["front_left", "front_right", "back_right", "back_left"]
        forces = try ["force", "torque"].flatMap { kind in try toes.map { try body.sensor("\(kind)_toe_\($0)") } }
        hinges = try body.joints().filter { $0.kind == .hinge }
    }

    /// Joints, their speeds, activations, the torso's velocity and upright, inertial sensors, forces and torques at the toes.
    var observation: [Double] {
        var seen = hinges.map { $0.position[0] }
        seen += hinges.map { body.qvel[$0.dof] }
        seen += activations.numbers
        seen += velocity.numbers
        seen.append(axes.zz)
        seen += inertial.flatMap { $0.numbers }
        seen += forces.flatMap { $0.numbers.map { asinh($0) } }
        return seen
    }

    /// 1 on its feet, 0 on its back.
    var upright: Double { tolerance(axes.zz, 1, .infinity, margin: 2, sigmoid: .linear, valueAtMargin: 0) }

    /// A vector of the world as the torso sees it.
    func seen(_ vector: [Double]) -> [Double] {
        (0..<3).map { vector[0] * axes[$0] + vector[1] * axes[3 + $0] + vector[2] * axes[6 + $0] }
    }

    /// Puts the body at a place, turned so, at the lowest height where nothing touches, by centimetres from 0.
    func raiseUntilFree(_ orientation: [Double], x: Double = 0, y: Double = 0) throws {
        var z = 0.0
        while z < 100 {
            try body.start()
            root.set([x, y, z] + orientation)
            try body.settle()
            if !body.hasContacts { return }
            z += 0.01  // summed up as in the original: an upright body clears the floor at 0.52 m by a rounding
        }
        throw Fault(
            "suite.start", "\(body.physics.name): the body touches something at any height up to 100 m",
            hint: "the model file may not be the task's own: scripts/mpo --fetch fetches it")
    }
}
