import Glibc
import Tensors

// Bodies that move in a plane. Source: dm_control 1.0.50, suite/cheetah.py, hopper.py, walker.py.

extension SuiteTask {
    static let cheetah = [
        SuiteTask("cheetah", "run", timeLimit: 10) { body in
            let joints = try body.joints()
            let velocity = try body.sensor("torso_subtreelinvel")
            return Rules(
                reset: { stream in
                    for joint in joints {
                        if let range = joint.range { joint.position[0] = stream.uniform(range.low, range.high) }
                    }
                    try body.simulate(200)  // it falls to the floor before the episode begins
                    body.physics.time = 0
                },
                observe: { Array(body.qpos.numbers.dropFirst()) + body.qvel.numbers },
                reward: { tolerance(velocity[0], 10, .infinity, margin: 10, sigmoid: .linear, valueAtMargin: 0) })
        }
    ]

    static let hopper = [hopper("stand", isHopping: false), hopper("hop", isHopping: true)]

    private static func hopper(_ name: String, isHopping: Bool) -> SuiteTask {
        SuiteTask("hopper", name, controlStep: 0.02, timeLimit: 20, carried: ["sensordata"]) { body in
            let (torso, foot) = try (body.row("xipos", .body, "torso"), body.row("xipos", .body, "foot"))
            let velocity = try body.sensor("torso_subtreelinvel")
            let touch = try ["touch_toe", "touch_heel"].map { try body.sensor($0) }
            let randomise = try body.jointRandomiser()
            return Rules(
                reset: { randomise(&$0) },
                observe: { Array(body.qpos.numbers.dropFirst()) + body.qvel.numbers + touch.map { log1p($0[0]) } },
                reward: {
                    let standing = tolerance(torso[2] - foot[2], 0.6, 2)
                    if !isHopping { return standing * ((smallness(ofControl: body.control) + 4) / 5) }
                    return standing
                        * tolerance(velocity[0], 2, .infinity, margin: 1, sigmoid: .linear, valueAtMargin: 0.5)
                })
        }
    }

    static let walker = [walker("stand", speed: 0), walker("walk", speed: 1), walker("run", speed: 8)]

    private static func walker(_ name: String, speed: Double) -> SuiteTask {
        SuiteTask("walker", name, controlStep: 0.025, timeLimit: 25) { body in
            let xmat = try body.field("xmat")
            let parts = (1..<max(1, xmat.rows)).map { xmat.row($0) }
            let torso = try body.row("xmat", .body, "torso")
            let place = try body.row("xpos", .body, "torso")
            let velocity = try body.sensor("torso_subtreelinvel")
            let randomise = try body.jointRandomiser()
            return Rules(
                reset: { randomise(&$0) },
                observe: { parts.flatMap { [$0.xx, $0.xz] } + [place[2]] + body.qvel.numbers },
                reward: {
                    let standing = tolerance(place[2], 1.2, .infinity, margin: 0.6)
                    let upright = (1 + torso.zz) / 2
                    let stand = (3 * standing + upright) / 4
                    if speed == 0 { return stand }
                    let move = tolerance(
                        velocity[0], speed, .infinity, margin: speed / 2, sigmoid: .linear, valueAtMargin: 0.5)
                    return stand * (5 * move + 1) / 6
                })
        }
    }
}
