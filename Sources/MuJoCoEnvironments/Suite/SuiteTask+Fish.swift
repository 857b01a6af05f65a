import Tensors

// A fish with a tail and two fins. Source: dm_control 1.0.50, suite/fish.py.

extension SuiteTask {
    static let fish = [
        SuiteTask("fish", "upright", controlStep: 0.04, timeLimit: 40) { body in
            let parts = try FishParts(body)
            return Rules(
                reset: { parts.drawPose(&$0) },
                observe: { parts.joints.map { $0[0] } + [parts.torso.zz] + body.qvel.numbers },
                reward: { tolerance(parts.torso.zz, 1, 1, margin: 1) })
        },
        SuiteTask("fish", "swim", controlStep: 0.04, timeLimit: 40, redrawn: ["geom_pos"]) { body in
            let parts = try FishParts(body)
            let (target, mouth) = try (body.row("geom_xpos", .geom, "target"), body.row("geom_xpos", .geom, "mouth"))
            let frame = try body.row("geom_xmat", .geom, "mouth")
            let place = try body.row("geom_pos", .geom, "target")
            let (size, mouthSize) = try (body.row("geom_size", .geom, "target"), body.row("geom_size", .geom, "mouth"))
            func gap() -> [Double] { turned(difference(target, mouth), into: frame) }
            return Rules(
                reset: { stream in
                    parts.drawPose(&stream)
                    place[0] = stream.uniform(-0.4, 0.4)
                    place[1] = stream.uniform(-0.4, 0.4)
                    place[2] = stream.uniform(0.1, 0.3)
                },
                observe: { parts.joints.map { $0[0] } + [parts.torso.zz] + gap() + body.qvel.numbers },
                reward: {
                    let radii = mouthSize[0] + size[0]
                    let inTarget = tolerance(length(gap()), 0, radii, margin: 2 * radii)
                    return (7 * inTarget + 0.5 * (parts.torso.zz + 1)) / 8
                })
        },
    ]
}

private struct FishParts {
    let torso: Field
    let root: Field
    /// In the order of the observation, which is the model's, too.
    let joints: [Field]

    init(_ body: SuiteBody) throws {
        torso = try body.row("xmat", .body, "torso")
        root = try body.position("root")
        joints = try [
            "tail1", "tail_twist", "tail2", "finright_roll", "finright_pitch", "finleft_roll", "finleft_pitch",
        ].map { try body.position($0) }
    }

    func drawPose(_ stream: inout RandomStream) {
        let quaternion = stream.orientation()
        for i in 0..<4 { root[3 + i] = quaternion[i] }
        for joint in joints { joint[0] = stream.uniform(-0.2, 0.2) }
    }
}
