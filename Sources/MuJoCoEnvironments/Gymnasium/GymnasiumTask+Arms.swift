import Glibc
import Tensors

// Reacher and Pusher: an arm whose tip is to reach a target, or to push an object to one.
// Source: gymnasium 1.4.0, envs/mujoco.

extension GymnasiumTask {
    // Bodies 1, 2: the links; 3: fingertip; 4: target. v4's reward takes the positions before the step.
    static let reacher = GymnasiumTask(
        "Reacher", model: "reacher", frameSkip: 2, episodeLimit: 50, carried: [\.xpos],
        reset: { body, stream in
            for i in 0..<body.qpos.count { body.qpos[i] += stream.uniform(-0.1, 0.1) }
            var goal = (0.2, 0.2)
            while norm(goal.0, goal.1, 0) >= 0.2 { goal = (stream.uniform(-0.2, 0.2), stream.uniform(-0.2, 0.2)) }
            (body.qpos[2], body.qpos[3]) = goal
            for i in 0..<2 { body.qvel[i] += stream.uniform(-0.005, 0.005) }
        },
        observe: { body, version in
            let (a, b) = (body.qpos[0], body.qpos[1])
            let gap = body.difference(3, 4)
            let own = [cos(a), cos(b), sin(a), sin(b), body.qpos[2], body.qpos[3], body.qvel[0], body.qvel[1], gap.x, gap.y]
            return version == .v4 ? own + [gap.z] : own
        },
        before: { $0.distance(3, 4) }
    ) { step in
        let distance = step.version == .v4 ? step.before : step.body.distance(3, 4)
        return (-distance - squares(step.action), false)
    }

    // Only v5 runs on MuJoCo 3.
    static let pusher = GymnasiumTask(
        "Pusher", model: "pusher", model5: "pusher_v5", frameSkip: 5, episodeLimit: 100, carried: [\.xpos],
        reset: { body, stream in
            var object = (0.0, 0.0)
            while norm(object.0, object.1, 0) <= 0.17 { object = (stream.uniform(-0.3, 0), stream.uniform(-0.2, 0.2)) }
            let n = body.qpos.count
            body.qpos[n - 4] = object.0
            body.qpos[n - 3] = object.1
            body.qpos[n - 2] = 0
            body.qpos[n - 1] = 0
            for i in 0..<body.qvel.count - 4 { body.qvel[i] += stream.uniform(-0.005, 0.005) }
        },
        observe: { body, _ in
            let parts = PusherParts(body)
            var numbers = Array(body.qpos.numbers.prefix(7)) + body.qvel.numbers.prefix(7)
            for part in [parts.tip, parts.object, parts.goal] {
                let place = body.xpos.vector(part)
                numbers += [place.x, place.y, place.z]
            }
            return numbers
        }
    ) { step in
        let parts = PusherParts(step.body)
        let near = -step.body.distance(parts.object, parts.tip) * 0.5
        let far = -step.body.distance(parts.object, parts.goal)
        return (far + -squares(step.action) * 0.1 + near, false)
    }
}

/// The bodies that the Pusher's observation and reward speak of; in its model the last three in this order.
private struct PusherParts {
    let tip: Int, object: Int, goal: Int

    init(_ body: GymnasiumBody) {
        tip = body.xpos.rows - 3
        object = body.xpos.rows - 2
        goal = body.xpos.rows - 1
    }
}

private func norm(_ x: Double, _ y: Double, _ z: Double) -> Double { (x * x + y * y + z * z).squareRoot() }

extension GymnasiumBody {
    func difference(_ a: Int, _ b: Int) -> (x: Double, y: Double, z: Double) {
        let (p, q) = (xpos.vector(a), xpos.vector(b))
        return (p.x - q.x, p.y - q.y, p.z - q.z)
    }

    func distance(_ a: Int, _ b: Int) -> Double {
        let gap = difference(a, b)
        return norm(gap.x, gap.y, gap.z)
    }
}
