// HalfCheetah, Hopper, Walker2d, Swimmer, Ant: a body that is to move along x.
// Source: gymnasium 1.4.0, envs/mujoco.

extension GymnasiumTask {
    static let halfCheetah = GymnasiumTask(
        "HalfCheetah", model: "half_cheetah", frameSkip: 5,
        reset: { $0.addMixedNoise(0.1, &$1) },
        observe: { body, _ in Array(body.qpos.numbers.dropFirst()) + body.qvel.numbers },
        before: { $0.qpos[0] }
    ) { step in
        let speed = (step.body.qpos[0] - step.before) / step.body.dt
        return (speed - 0.1 * squares(step.action), false)
    }

    static let hopper = GymnasiumTask(
        "Hopper", model: "hopper", frameSkip: 4,
        reset: { $0.addUniformNoise(5e-3, &$1) },
        observe: { body, _ in Array(body.qpos.numbers.dropFirst()) + body.qvel.numbers.map { clip($0, 10) } },
        before: { $0.qpos[0] }
    ) { step in
        let body = step.body
        let z = body.qpos[1]
        let angle = body.qpos[2]
        let others = Array(body.qpos.numbers.dropFirst(2)) + body.qvel.numbers
        let isHealthy =
            others.allSatisfy { -100 < $0 && $0 < 100 } && 0.7 < z && z < .infinity && -0.2 < angle && angle < 0.2
        return running(step, isHealthy: isHealthy)
    }

    static let walker = GymnasiumTask(
        "Walker2d", model: "walker2d", model5: "walker2d_v5", frameSkip: 4,
        reset: { $0.addUniformNoise(5e-3, &$1) },
        observe: { body, _ in Array(body.qpos.numbers.dropFirst()) + body.qvel.numbers.map { clip($0, 10) } },
        before: { $0.qpos[0] }
    ) { step in
        let z = step.body.qpos[1]
        let angle = step.body.qpos[2]
        return running(step, isHealthy: 0.8 < z && z < 2 && -1 < angle && angle < 1)
    }

    /// Speed, a bonus of 1 while healthy and a small price of the action; v4 pays the bonus on the terminal step, too.
    private static func running(_ step: Step, isHealthy: Bool) -> (reward: Double, terminated: Bool) {
        let speed = (step.body.qpos[0] - step.before) / step.body.dt
        let bonus = isHealthy || step.version == .v4 ? 1.0 : 0
        return (speed + bonus - 1e-3 * squares(step.action), !isHealthy)
    }

    static let swimmer = GymnasiumTask(
        "Swimmer", model: "swimmer", frameSkip: 4,
        reset: { $0.addUniformNoise(0.1, &$1) },
        observe: { body, _ in Array(body.qpos.numbers.dropFirst(2)) + body.qvel.numbers },
        before: { $0.qpos[0] }
    ) { step in
        let speed = (step.body.qpos[0] - step.before) / step.body.dt
        return (speed - 1e-4 * squares(step.action), false)
    }

    // The torso is body 1; its xpos is that of the last substep's start, before and after the step alike.
    static let ant = GymnasiumTask(
        "Ant", model: "ant", frameSkip: 5, externalForces: true, carried: [\.xpos, \.contactForce],
        reset: { $0.addMixedNoise(0.1, &$1) },
        observe: { body, version in
            let own = Array(body.qpos.numbers.dropFirst(2)) + body.qvel.numbers
            return version == .v4 ? own : own + body.contactForce.numbers.dropFirst(6).map { clip($0, 1) }
        },
        before: { $0.xpos[1, 0] }
    ) { step in
        let body = step.body
        let z = body.qpos[2]
        let isHealthy =
            body.qpos.numbers.allSatisfy(\.isFinite) && body.qvel.numbers.allSatisfy(\.isFinite) && 0.2 <= z && z <= 1
        let speed = (body.xpos[1, 0] - step.before) / body.dt
        let price = 0.5 * squares(step.action)
        if step.version == .v4 { return (speed + 1 - price, !isHealthy) }
        let contact = 5e-4 * pairwiseSum(body.contactForce.numbers) { clip($0, 1) * clip($0, 1) }
        return (speed + (isHealthy ? 1 : 0) - (price + contact), !isHealthy)
    }
}
