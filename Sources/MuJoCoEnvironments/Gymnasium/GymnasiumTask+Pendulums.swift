import Glibc

// InvertedPendulum and InvertedDoublePendulum: a cart that is to keep one or two poles upright.
// Source: gymnasium 1.4.0, envs/mujoco.

extension GymnasiumTask {
    static let invertedPendulum = GymnasiumTask(
        "InvertedPendulum", model: "inverted_pendulum", frameSkip: 2,
        reset: { $0.addUniformNoise(0.01, &$1) },
        observe: { body, _ in Array(body.qpos.numbers) + body.qvel.numbers }
    ) { step in
        let body = step.body
        let isFinite = body.qpos.numbers.allSatisfy(\.isFinite) && body.qvel.numbers.allSatisfy(\.isFinite)
        let terminated = !isFinite || body.qpos[1].magnitude > 0.2
        return (step.version == .v4 || !terminated ? 1 : 0, terminated)
    }

    static let invertedDoublePendulum = GymnasiumTask(
        "InvertedDoublePendulum", model: "inverted_double_pendulum", frameSkip: 5,
        carried: [\.sitePosition, \.constraintForce],
        reset: { $0.addMixedNoise(0.1, &$1) },
        observe: { body, version in
            let angles = body.qpos.numbers.dropFirst()
            let forces = body.constraintForce.numbers.prefix(version == .v4 ? .max : 1)
            return [body.qpos[0]] + angles.map { sin($0) } + angles.map { cos($0) } + body.qvel.numbers.map { clip($0, 10) }
                + forces.map { clip($0, 10) }
        }
    ) { step in
        let body = step.body
        let tip = body.sitePosition.vector(0)
        let (v1, v2) = (body.qvel[1], body.qvel[2])
        let distance = 0.01 * (tip.x * tip.x) + (tip.z - 2) * (tip.z - 2)
        let velocity = 1e-3 * (v1 * v1) + 5e-3 * (v2 * v2)
        let terminated = tip.z <= 1
        return ((step.version == .v4 || !terminated ? 10 : 0) - distance - velocity, terminated)
    }
}
