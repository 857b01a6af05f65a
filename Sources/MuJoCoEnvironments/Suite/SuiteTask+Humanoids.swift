import Tensors

// Humanoids of 21 and of 56 motors. Source: dm_control 1.0.50, suite/humanoid.py and humanoid_CMU.py.

extension SuiteTask {
    static let humanoid = [
        humanoid("stand", speed: 0), humanoid("walk", speed: 1), humanoid("run", speed: 10),
        humanoid("run_pure_state", speed: 10, observesState: true),
    ]

    static let humanoidCMU = [
        humanoidCMU("stand", speed: 0), humanoidCMU("walk", speed: 1), humanoidCMU("run", speed: 10),
    ]

    private static func humanoid(_ name: String, speed: Double, observesState: Bool = false) -> SuiteTask {
        SuiteTask("humanoid", name, controlStep: 0.025, timeLimit: 25) { body in
            try humanoidRules(
                body, trunk: "torso", limbs: ["left_hand", "left_foot", "right_hand", "right_foot"], upright: \.zz,
                speed: speed, observesState: observesState)
        }
    }

    /// Its thorax stands upright along its own y axis.
    private static func humanoidCMU(_ name: String, speed: Double) -> SuiteTask {
        SuiteTask("humanoid_CMU", name, controlStep: 0.02, timeLimit: 20) { body in
            try humanoidRules(
                body, trunk: "thorax", limbs: ["lhand", "lfoot", "rhand", "rfoot"], upright: \.zy, speed: speed,
                observesState: false)
        }
    }

    private static func humanoidRules(
        _ body: SuiteBody, trunk: String, limbs: [String], upright: KeyPath<Field, Double>, speed: Double,
        observesState: Bool
    ) throws -> Rules {
        let (frame, place) = try (body.row("xmat", .body, trunk), body.row("xpos", .body, trunk))
        let head = try body.row("xpos", .body, "head")
        let limbs = try limbs.map { try body.row("xpos", .body, $0) }
        let velocity = try body.sensor("\(trunk)_subtreelinvel")
        let randomise = try body.jointRandomiser()
        return Rules(
            reset: { stream in try body.drawUntilFree { randomise(&stream) } },
            observe: {
                if observesState { return body.qpos.array + body.qvel.numbers }
                var numbers = Array(body.qpos.numbers.dropFirst(7))
                numbers.append(head[2])
                for limb in limbs { numbers += turned(difference(limb, place), into: frame) }
                numbers += [frame.zx, frame.zy, frame.zz]
                numbers += velocity.numbers
                numbers += body.qvel.numbers
                return numbers
            },
            reward: {
                let standing = tolerance(head[2], 1.4, .infinity, margin: 0.35)
                let upright = tolerance(
                    frame[keyPath: upright], 0.9, .infinity, margin: 1.9, sigmoid: .linear, valueAtMargin: 0)
                let stand = standing * upright
                let smallControl = (4 + smallness(ofControl: body.control)) / 5
                if speed == 0 {
                    let stillness = (tolerance(velocity[0], margin: 2) + tolerance(velocity[1], margin: 2)) / 2
                    return smallControl * stand * stillness
                }
                let move = tolerance(
                    length([velocity[0], velocity[1]]), speed, .infinity, margin: speed, sigmoid: .linear,
                    valueAtMargin: 0)
                return smallControl * stand * ((5 * move + 1) / 6)
            })
    }
}
