// Humanoid and HumanoidStandup: a body of 17 motors that is to walk, or to get up.
// Source: gymnasium 1.4.0, envs/mujoco.

extension GymnasiumTask {
    static let humanoid = GymnasiumTask(
        "Humanoid", model: "humanoid", frameSkip: 5, externalForces: true,
        carried: [\.xipos, \.cinert, \.cvel, \.actuatorForce, \.contactForce],
        reset: { $0.addUniformNoise(0.01, &$1) }, observe: humanoidObservation, before: { $0.massCentreX }
    ) { step in
        let body = step.body
        let z = body.qpos[2]
        let isHealthy = 1 < z && z < 2
        let speed = (body.massCentreX - step.before) / body.dt
        let price = 0.1 * squares(body.control.numbers)
        if step.version == .v4 { return (1.25 * speed + 5 - price, !isHealthy) }
        let contact = min(5e-7 * squares(body.contactForce.numbers), 10)
        return (1.25 * speed + (isHealthy ? 5 : 0) - (price + contact), !isHealthy)
    }

    // The height is divided by the timestep, not by the step's dt, as the original does.
    static let humanoidStandup = GymnasiumTask(
        "HumanoidStandup", model: "humanoidstandup", frameSkip: 5, externalForces: true,
        carried: [\.cinert, \.cvel, \.actuatorForce, \.contactForce],
        reset: { $0.addUniformNoise(0.01, &$1) }, observe: humanoidObservation
    ) { step in
        let body = step.body
        let rise = body.qpos[2] / body.timestep
        let price = 0.1 * squares(body.control.numbers)
        let impact = min(0.5e-6 * squares(body.contactForce.numbers), 10)
        return (rise - price - impact + 1, false)
    }

    /// v5 leaves out what is always 0 in v4: the world body's entries and the root joint's actuator forces.
    @Sendable private static func humanoidObservation(_ body: GymnasiumBody, _ version: Version) -> [Double] {
        let skipped = version == .v5
        var numbers = Array(body.qpos.numbers.dropFirst(2))
        numbers.reserveCapacity(400)
        numbers += body.qvel.numbers
        numbers += body.cinert.numbers.dropFirst(skipped ? 10 : 0)
        numbers += body.cvel.numbers.dropFirst(skipped ? 6 : 0)
        numbers += body.actuatorForce.numbers.dropFirst(skipped ? 6 : 0)
        numbers += body.contactForce.numbers.dropFirst(skipped ? 6 : 0)
        return numbers
    }
}
