import Glibc
import Tensors

// A planar arm with a hand of two fingers, and what it is to bring or to stack.
// Source: dm_control 1.0.50, suite/manipulator.py and suite/stacker.py.

extension SuiteTask {
    static let manipulator = [
        manipulator("bring_ball", object: "ball"), manipulator("bring_peg", object: "peg"),
        manipulator("insert_ball", object: "ball", receptacle: "cup"),
        manipulator("insert_peg", object: "peg", receptacle: "slot"),
    ]

    private static func manipulator(_ name: String, object: String, receptacle: String? = nil) -> SuiteTask {
        SuiteTask(
            "manipulator", name, model: .manipulator(props: [object, "target_\(object)"] + (receptacle.map { [$0] } ?? [])),
            controlStep: 0.01, timeLimit: 10, redrawn: ["body_pos", "body_quat"], carried: ["sensordata"]
        ) { body in
            let arm = try SuiteArm(body)
            let joints = ["x", "z", "y"].map { "\(object)_\($0)" }
            let places = try joints.map { try body.position($0) }
            let speeds = try joints.map { try body.velocity($0) }
            let grasp = try (place: body.row("site_xpos", .site, "grasp"), turn: body.row("site_xmat", .site, "grasp"))
            let pose = try SuitePose(body, object)
            let target = try SuitePose(body, "target_\(object)")
            let moved = ["target_\(object)"] + (receptacle.map { [$0] } ?? [])
            let stands = try moved.map { try (body.row("body_pos", .body, $0), body.row("body_quat", .body, $0)) }
            let widest = receptacle == nil ? Double.pi : Double.pi / 3

            return try Rules(
                reset: { stream in
                    try body.drawUntilFree {
                        arm.randomise(&stream)
                        let (x, z) = (stream.uniform(-0.4, 0.4), stream.uniform(0.1, 0.4))
                        let angle = stream.uniform(-widest, widest)
                        for (place, turn) in stands {
                            (place[0], place[2]) = (x, z)
                            (turn[0], turn[2]) = (cos(angle / 2), sin(angle / 2))
                        }
                        let start = stream.uniform()
                        if start < 0.1 {  // in the hand
                            try body.settle()
                            let direction = atan2(grasp.turn[6], grasp.turn[0])
                            (places[0][0], places[1][0]) = (grasp.place[0], grasp.place[2])
                            places[2][0] = Double.pi - direction
                        } else if start < 0.2 {  // at the target
                            (places[0][0], places[1][0], places[2][0]) = (x, z, angle)
                        } else {
                            places[0][0] = stream.uniform(-0.5, 0.5)
                            places[1][0] = stream.uniform(0, 0.7)
                            places[2][0] = stream.uniform(0, 2 * Double.pi)
                            speeds[0][0] = stream.uniform(-5, 5)  // stays where a later draw is another kind of start
                        }
                    }
                },
                observe: { arm.observation + pose.numbers + speeds.map { $0[0] } + target.numbers },
                reward: object == "peg" ? pegReward(body) : ballReward(body))
        }
    }

    private static func nearness(_ body: SuiteBody, _ a: String, _ b: String) throws -> () -> Double {
        let distance = try body.siteDistance(a, b)
        return { tolerance(distance(), 0, 0.01, margin: 0.02) }
    }

    private static func ballReward(_ body: SuiteBody) throws -> () -> Double { try nearness(body, "ball", "target_ball") }

    /// The peg at its target, or a third of it for a good hold.
    private static func pegReward(_ body: SuiteBody) throws -> () -> Double {
        let (grasp, pinch) = try (nearness(body, "peg_grasp", "grasp"), nearness(body, "peg_pinch", "pinch"))
        let (peg, tip) = try (nearness(body, "peg", "target_peg"), nearness(body, "target_peg_tip", "peg_tip"))
        return { max((peg() + tip()) / 2, (grasp() + pinch()) / 2 / 3) }
    }

    static let stacker = [stacker(boxes: 2), stacker(boxes: 4)]

    /// Boxes, one of which is to lie at the target, which is a place in a stack of them, with the hand away from it.
    private static func stacker(boxes: Int) -> SuiteTask {
        SuiteTask(
            "stacker", "stack_\(boxes)", model: .stacker(boxes: boxes), controlStep: 0.01, timeLimit: 10,
            redrawn: ["body_pos"], carried: ["sensordata"]
        ) { body in
            let arm = try SuiteArm(body)
            let names = (0..<boxes).map { "box\($0)" }
            let places = try names.map { name in try ["x", "z", "y"].map { try body.position("\(name)_\($0)") } }
            let speeds = try names.flatMap { name in try ["x", "y", "z"].map { try body.velocity("\(name)_\($0)") } }
            let poses = try names.map { try SuitePose(body, $0) }
            let distances = try names.map { try body.siteDistance($0, "target") }
            let handDistance = try body.siteDistance("grasp", "target")
            let target = try body.row("xpos", .body, "target")
            let stand = try body.row("body_pos", .body, "target")
            let size = try body.row("geom_size", .geom, "target")[0]
            return Rules(
                reset: { stream in
                    try body.drawUntilFree {
                        arm.randomise(&stream)
                        stand[2] = size * Double(2 * stream.index(below: boxes) + 1)
                        stand[0] = stream.uniform(-0.37, 0.37)
                        for place in places {
                            place[0][0] = stream.uniform(0.1, 0.3)
                            place[1][0] = stream.uniform(0, 0.7)
                            place[2][0] = stream.uniform(0, 2 * Double.pi)
                        }
                    }
                },
                observe: {
                    arm.observation + poses.flatMap(\.numbers) + speeds.map { $0[0] } + [target[0], target[2]]
                },
                reward: {
                    let nearest = distances.map { $0() }.min() ?? .infinity
                    return tolerance(nearest, margin: 2 * size) * tolerance(handDistance(), 0.1, .infinity, margin: 0.01)
                })
        }
    }
}

/// The arm that manipulator and stacker have in common.
private struct SuiteArm {
    private let angles: [Field], speeds: [Field], touch: [Field]
    private let ranges: [(low: Double, high: Double)]
    private let hand: SuitePose
    private static let joints = [
        "arm_root", "arm_shoulder", "arm_elbow", "arm_wrist", "finger", "fingertip", "thumb", "thumbtip",
    ]
    private static let finger = 4
    private static let thumb = 6

    init(_ body: SuiteBody) throws {
        angles = try Self.joints.map { try body.position($0) }
        speeds = try Self.joints.map { try body.velocity($0) }
        touch = try ["palm", "finger", "thumb", "fingertip", "thumbtip"].map { try body.sensor("\($0)_touch") }
        ranges = try Self.joints.map { try body.range($0) ?? (-Double.pi, Double.pi) }
        hand = try SuitePose(body, "hand")
    }

    /// Draws all its angles; the fingers stand alike.
    func randomise(_ stream: inout RandomStream) {
        for (angle, range) in zip(angles, ranges) { angle[0] = stream.uniform(range.low, range.high) }
        angles[Self.finger][0] = angles[Self.thumb][0]
    }

    var observation: [Double] {
        angles.flatMap { [sin($0[0]), cos($0[0])] } + speeds.map { $0[0] } + touch.map { log1p($0[0]) } + hand.numbers
    }
}

/// A body's place and turn in the plane of x and z: x, z and its quaternion's w and y.
private struct SuitePose {
    private let place: Field, turn: Field

    init(_ body: SuiteBody, _ name: String) throws {
        place = try body.row("xpos", .body, name)
        turn = try body.row("xquat", .body, name)
    }

    var numbers: [Double] { [place[0], place[2], turn[0], turn[2]] }
}

extension SuiteBody {
    /// A function that gives the distance between two sites.
    fileprivate func siteDistance(_ a: String, _ b: String) throws -> () -> Double {
        let (a, b) = try (row("site_xpos", .site, a), row("site_xpos", .site, b))
        return { squares((0..<3).map { a[$0] - b[$0] }).squareRoot() }
    }

    /// A joint's limits, nil where it has none.
    fileprivate func range(_ joint: String) throws -> (low: Double, high: Double)? {
        let all = try joints()
        let index = try physics.index(.joint, joint)
        return index < all.count ? all[index].range : nil
    }
}
