import Glibc
import Tensors

// Poles that are to stand on end. Source: dm_control 1.0.50, suite/acrobot.py, cartpole.py, pendulum.py.

extension SuiteTask {
    static let acrobot = [acrobot("swingup", margin: 1), acrobot("swingup_sparse", margin: 0)]

    private static func acrobot(_ name: String, margin: Double) -> SuiteTask {
        SuiteTask("acrobot", name, timeLimit: 10) { body in
            let arms = try ["upper_arm", "lower_arm"].map { try body.row("xmat", .body, $0) }
            let joints = try ["shoulder", "elbow"].map { try body.position($0) }
            let tip = try body.row("site_xpos", .site, "tip")
            let target = try body.row("site_xpos", .site, "target")
            let size = try body.row("site_size", .site, "target")
            return Rules(
                reset: { stream in for joint in joints { joint[0] = stream.uniform(-Double.pi, Double.pi) } },
                observe: { arms.map(\.xz) + arms.map(\.zz) + body.qvel.numbers },
                reward: { tolerance(length(difference(target, tip)), 0, size[0], margin: margin) })
        }
    }

    static let pendulum = [
        SuiteTask("pendulum", "swingup", timeLimit: 20) { body in
            let pole = try body.row("xmat", .body, "pole")
            let (angle, speed) = try (body.position("hinge"), body.velocity("hinge"))
            let upright = cos(8 * Double.pi / 180)
            return Rules(
                reset: { angle[0] = $0.uniform(-Double.pi, Double.pi) },
                observe: { [pole.zz, pole.xz, speed[0]] },
                reward: { tolerance(pole.zz, upright, 1) })
        }
    ]

    static let cartpole = [
        cartpole("balance"), cartpole("balance_sparse", isSparse: true), cartpole("swingup", isSwingup: true),
        cartpole("swingup_sparse", isSwingup: true, isSparse: true),
        cartpole("two_poles", model: .cartpole(poles: 2), isSwingup: true),
        cartpole("three_poles", model: .cartpole(poles: 3), isSwingup: true),
    ]

    /// Any number of poles; those after the first are in the model that is given.
    static func cartpole(
        _ name: String, model: SuiteModel? = nil, isSwingup: Bool = false, isSparse: Bool = false
    ) -> SuiteTask {
        SuiteTask("cartpole", name, model: model, timeLimit: 10) { body in
            let (qpos, qvel) = (body.qpos, body.qvel)
            let cart = try body.position("slider")
            let xmat = try body.field("xmat")
            let poles = (2..<max(2, xmat.rows)).map { xmat.row($0) }  // after the world and the cart
            return Rules(
                reset: { stream in
                    if isSwingup {
                        qpos[0] = 0.01 * stream.normal()
                        qpos[1] = Double.pi + 0.01 * stream.normal()
                        for i in 2..<max(2, qpos.count) { qpos[i] = 0.1 * stream.normal() }
                    } else {
                        qpos[0] = stream.uniform(-0.1, 0.1)
                        for i in 1..<max(1, qpos.count) { qpos[i] = stream.uniform(-0.034, 0.034) }
                    }
                    for i in 0..<qvel.count { qvel[i] = 0.01 * stream.normal() }
                },
                observe: { [cart[0]] + poles.flatMap { [$0.zz, $0.xz] } + qvel.numbers },
                reward: {
                    if isSparse {
                        let isUpright = poles.allSatisfy { tolerance($0.zz, 0.995, 1) == 1 }
                        return tolerance(cart[0], -0.25, 0.25) * (isUpright ? 1 : 0)
                    }
                    let upright = mean(poles.map(\.zz)) { ($0 + 1) / 2 }
                    let centred = (1 + tolerance(cart[0], margin: 2)) / 2
                    let smallControl = (4 + smallness(ofControl: body.control)) / 5
                    let slowest = qvel.numbers.dropFirst().map { tolerance($0, margin: 5) }.min() ?? 1
                    return upright * smallControl * ((1 + slowest) / 2) * centred
                })
        }
    }
}
