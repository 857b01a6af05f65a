import Glibc
import Tensors

// Something that is to be brought to a place. Source: dm_control 1.0.50, suite/ball_in_cup.py, finger.py, point_mass.py,
// reacher.py.

extension SuiteTask {
    static let ballInCup = [
        SuiteTask("ball_in_cup", "catch", controlStep: 0.02, timeLimit: 20) { body in
            let (x, z) = try (body.position("ball_x"), body.position("ball_z"))
            let target = try body.row("site_xpos", .site, "target")
            let ball = try body.row("xpos", .body, "ball")
            let targetSize = try body.row("site_size", .site, "target")
            let ballSize = try body.row("geom_size", .geom, "ball")
            return Rules(
                reset: { stream in
                    try body.drawUntilFree {
                        x[0] = stream.uniform(-0.2, 0.2)
                        z[0] = stream.uniform(0.2, 0.5)
                    }
                },
                observe: { body.qpos.array + body.qvel.numbers },
                reward: { [0, 2].allSatisfy { abs(target[$0] - ball[$0]) < targetSize[$0] - ballSize[0] } ? 1 : 0 })
        }
    ]

    static let finger = [
        SuiteTask("finger", "spin", controlStep: 0.02, timeLimit: 20, redrawn: ["dof_damping"], carried: ["sensordata"]) {
            body in
            let parts = try FingerParts(body)
            let damping = try body.velocity("hinge", in: body.field("dof_damping"))
            return Rules(
                reset: { stream in
                    damping[0] = 0.03
                    try parts.drawStart(&stream)
                },
                observe: { parts.observation },
                reward: { parts.hingeVelocity[0] <= -15 ? 1 : 0 })
        },
        fingerTurn("turn_easy", size: 0.07), fingerTurn("turn_hard", size: 0.03),
    ]

    private static func fingerTurn(_ name: String, size: Double) -> SuiteTask {
        SuiteTask(
            "finger", name, controlStep: 0.02, timeLimit: 20, redrawn: ["site_pos", "site_size"], carried: ["sensordata"]
        ) { body in
            let parts = try FingerParts(body)
            let hinge = try body.row("xanchor", .joint, "hinge")
            let cap = try body.row("geom_size", .geom, "cap1")
            let place = try body.row("site_pos", .site, "target")
            let targetSize = try body.row("site_size", .site, "target")
            let target = try body.sensor("target")
            func position() -> [Double] { difference(target, parts.spinner, axes: [0, 2]) }
            func distance() -> Double {  // to the target's surface, negative inside
                length(zip(position(), parts.tipPosition).map { $0 - $1 }) - targetSize[0]
            }
            return Rules(
                reset: { stream in
                    let angle = stream.uniform(-Double.pi, Double.pi)
                    let radius = cap[0] + cap[1] + cap[2]
                    place[0] = hinge[0] + radius * sin(angle)
                    place[2] = hinge[2] + radius * cos(angle)
                    targetSize[0] = size
                    try parts.drawStart(&stream)
                },
                observe: { parts.observation + position() + [distance()] },
                reward: { distance() <= 0 ? 1 : 0 })
        }
    }

    static let pointMass = [pointMass("easy", drawsGains: false), pointMass("hard", drawsGains: true)]

    /// With drawn gains each control pulls along a direction of its own.
    private static func pointMass(_ name: String, drawsGains: Bool) -> SuiteTask {
        SuiteTask("point_mass", name, timeLimit: 20, redrawn: drawsGains ? ["wrap_prm"] : []) { body in
            let mass = try body.row("geom_xpos", .geom, "pointmass")
            let target = try body.row("geom_xpos", .geom, "target")
            let size = try body.row("geom_size", .geom, "target")
            let gains = try body.field("wrap_prm")  // of the two tendons' two joints
            let randomise = try body.jointRandomiser()
            return Rules(
                reset: { stream in
                    randomise(&stream)
                    guard drawsGains else { return }
                    let first = normalised([stream.normal(), stream.normal()])
                    var second: [Double]
                    repeat {  // until the two are not nearly parallel; 7 of 10 draws do
                        second = normalised([stream.normal(), stream.normal()])
                    } while abs(first[0] * second[0] + first[1] * second[1]) > 0.9
                    gains.set(first + second)
                },
                observe: { body.qpos.array + body.qvel.numbers },
                reward: {
                    let near = tolerance(length(difference(target, mass)), 0, size[0], margin: size[0])
                    return near * ((smallness(ofControl: body.control) + 4) / 5)
                })
        }
    }

    static let reacher = [reacher("easy", size: 0.05), reacher("hard", size: 0.015)]

    private static func reacher(_ name: String, size: Double) -> SuiteTask {
        SuiteTask("reacher", name, timeLimit: 20, redrawn: ["geom_size", "geom_pos"]) { body in
            let (target, finger) = try (body.row("geom_xpos", .geom, "target"), body.row("geom_xpos", .geom, "finger"))
            let place = try body.row("geom_pos", .geom, "target")
            let targetSize = try body.row("geom_size", .geom, "target")
            let fingerSize = try body.row("geom_size", .geom, "finger")
            let randomise = try body.jointRandomiser()
            func gap() -> [Double] { difference(target, finger, axes: [0, 1]) }
            return Rules(
                reset: { stream in
                    targetSize[0] = size
                    randomise(&stream)
                    let angle = stream.uniform(0, 2 * Double.pi)
                    let radius = stream.uniform(0.05, 0.2)
                    place[0] = radius * sin(angle)
                    place[1] = radius * cos(angle)
                },
                observe: { body.qpos.array + gap() + body.qvel.numbers },
                reward: { tolerance(length(gap()), 0, targetSize[0] + fingerSize[0]) })
        }
    }
}

/// What the finger's tasks share; all that is observed comes from sensors.
private struct FingerParts {
    let body: SuiteBody
    let angles: [Field]
    let velocities: [Field]
    let touch: [Field]
    let tip: Field
    let spinner: Field
    let hingeVelocity: Field
    private let randomise: (inout RandomStream) -> Void

    init(_ body: SuiteBody) throws {
        self.body = body
        angles = try ["proximal", "distal"].map { try body.sensor($0) }
        velocities = try ["proximal_velocity", "distal_velocity", "hinge_velocity"].map { try body.sensor($0) }
        touch = try ["touchtop", "touchbottom"].map { try body.sensor($0) }
        tip = try body.sensor("tip")
        spinner = try body.sensor("spinner")
        hingeVelocity = try body.sensor("hinge_velocity")
        randomise = try body.jointRandomiser()
    }

    func drawStart(_ stream: inout RandomStream) throws { try body.drawUntilFree { randomise(&stream) } }

    /// In the plane of x and z, from the hinge.
    var tipPosition: [Double] { difference(tip, spinner, axes: [0, 2]) }

    var observation: [Double] {
        angles.map { $0[0] } + tipPosition + velocities.map { $0[0] } + touch.map { log1p($0[0]) }
    }
}
