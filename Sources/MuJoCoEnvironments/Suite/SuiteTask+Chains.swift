import Support
import Tensors

// Chains of any length, whose model is built link by link: swimmer and LQR.
// Source: dm_control 1.0.50, suite/swimmer.py and suite/lqr.py.

extension SuiteTask {
    static let swimmer = [swimmer(links: 6), swimmer(links: 15)]

    /// A swimmer or LQR system by the size in its name, as `swimmer9` or `lqr_4_2`; nil where the name is none of these.
    static func chain(_ domain: String, _ name: String, seed: Int?) throws -> SuiteTask? {
        func size(_ text: Substring, _ range: ClosedRange<Int>, _ what: String) throws -> Int? {
            guard let number = Int(text), "\(number)" == text else { return nil }
            guard range.contains(number) else {
                throw Fault(
                    "suite.size", "\(name): \(range.lowerBound) to \(range.upperBound) \(what) were wanted, \(number) were given")
            }
            return number
        }
        if domain == "swimmer", name.hasPrefix("swimmer") {
            return try size(name.dropFirst(7), 3...100, "links").map { swimmer(links: $0) }
        }
        let parts = name.split(separator: "_", omittingEmptySubsequences: false)
        guard domain == "lqr", parts.count == 3, parts[0] == "lqr", let bodies = try size(parts[1], 1...100, "bodies"),
            let motors = try size(parts[2], 1...bodies, "motors")
        else { return nil }
        return lqr(bodies: bodies, motors: motors, seed: seed ?? 0)
    }

    /// How a domain of chains names its other sizes.
    static func otherSizes(_ domain: String) -> [String] {
        switch domain {
        case "swimmer": ["and swimmer3 to swimmer100"]
        case "lqr": ["and other sizes, as lqr_5_3 with 5 bodies, 3 of them driven"]
        default: []
        }
    }

    /// A planar swimmer whose nose is to reach a target; the target's place is seen from the head.
    static func swimmer(links: Int) -> SuiteTask {
        SuiteTask(
            "swimmer", "swimmer\(links)", model: .swimmer(links: links), controlStep: 0.03, timeLimit: 30, redrawn: ["geom_pos"]
        ) { body in
            let (target, nose) = try (body.row("geom_xpos", .geom, "target"), body.row("geom_xpos", .geom, "nose"))
            let place = try body.row("geom_pos", .geom, "target")
            let head = try body.row("xmat", .body, "head")
            let size = try body.row("geom_size", .geom, "target")[0]
            let sensors = try body.field("sensordata")
            let randomise = try body.jointRandomiser()
            let noseToTarget = {
                let gap = (0..<3).map { target[$0] - nose[$0] }
                return (0..<2).map { gap[0] * head[$0] + gap[1] * head[3 + $0] + gap[2] * head[6 + $0] }
            }
            // After 12 numbers of other sensors a velocimeter and a gyro for each link: in the plane vx, vy and ωz.
            let velocities = stride(from: 12, to: sensors.count - 5, by: 6).flatMap { [$0, $0 + 1, $0 + 5] }
            return Rules(
                reset: { stream in
                    randomise(&stream)
                    let reach = stream.uniform() < 0.2 ? 0.3 : 2
                    for i in 0..<2 { place[i] = stream.uniform(-reach, reach) }
                },
                observe: { body.qpos.numbers.dropFirst(3) + noseToTarget() + velocities.map { sensors[$0] } },
                reward: {
                    tolerance(squares(noseToTarget()).squareRoot(), 0, size, margin: 5 * size, sigmoid: .longTail)
                })
        }
    }

    static let lqr = [lqr(bodies: 2, motors: 1), lqr(bodies: 6, motors: 2)]

    /// Bodies that slide side by side on springs, the first `motors` of them driven: a linear system with quadratic cost.
    ///
    /// The springs' stiffnesses, uniform in [15, 25] N/m, are drawn from `seed`: one system for good, as in the original,
    /// where they are drawn when the task is made. Controls have no bounds. Episodes have no limit, and end where the
    /// state's norm falls below 1e-6.
    static func lqr(bodies: Int, motors: Int, seed: Int = 0) -> SuiteTask {
        var stream = RandomStream(seed: UInt64(bitPattern: Int64(seed)), purpose: .environmentReset)
        let stiffnesses = (0..<bodies).map { _ in stream.uniform(15, 25) }
        return SuiteTask(
            "lqr", "lqr_\(bodies)_\(motors)", model: .lqr(stiffnesses: stiffnesses, motors: motors), timeLimit: nil,
            redrawn: ["jnt_stiffness"], seed: seed
        ) { body in
            let (qpos, qvel) = (body.qpos, body.qvel)
            return Rules(
                reset: { stream in
                    let unit = normalised((0..<qpos.count).map { _ in stream.normal() })
                    qpos.set(unit.map { $0 * 2.squareRoot() })
                },
                observe: { Array(qpos.numbers) + qvel.numbers },
                reward: { 1 - (0.5 * squares(qpos.numbers) + 0.5 * squares(body.control.numbers) * 0.1) },
                isTerminal: { (squares(qpos.numbers) + squares(qvel.numbers)).squareRoot() < 1e-6 })
        }
    }
}
