import Tensors

/// One of Gymnasium's MuJoCo tasks: what sets it apart from the others, as pure functions of the body.
struct GymnasiumTask: Sendable {
    /// Its name without the version.
    let name: String
    /// The model file, v4's and v5's where they differ.
    let model: String
    let model5: String
    let frameSkip: Int
    let episodeLimit: Int
    /// Whether the external forces cfrc_ext are computed after each step.
    let externalForces: Bool
    /// Fields that observations or the next reward read and that no state holds: a snapshot carries them.
    let carried: [KeyPath<GymnasiumBody, Field> & Sendable]
    /// Puts noise on the start state.
    let reset: @Sendable (_ body: GymnasiumBody, _ stream: inout RandomStream) -> Void
    let observe: @Sendable (_ body: GymnasiumBody, _ version: Version) -> [Double]
    /// What the reward needs to know of the state before the step.
    let before: @Sendable (_ body: GymnasiumBody) -> Double
    let outcome: @Sendable (_ step: Step) -> (reward: Double, terminated: Bool)

    enum Version: Int, CaseIterable { case v4 = 4, v5 = 5 }

    /// A step that was done, for the reward.
    struct Step {
        let body: GymnasiumBody
        let version: Version
        let before: Double
        let action: [Double]
    }

    init(
        _ name: String, model: String, model5: String? = nil, frameSkip: Int, episodeLimit: Int = 1000,
        externalForces: Bool = false, carried: [KeyPath<GymnasiumBody, Field> & Sendable] = [],
        reset: @escaping @Sendable (GymnasiumBody, inout RandomStream) -> Void,
        observe: @escaping @Sendable (GymnasiumBody, Version) -> [Double], before: @escaping @Sendable (GymnasiumBody) -> Double = { _ in 0 },
        outcome: @escaping @Sendable (Step) -> (reward: Double, terminated: Bool)
    ) {
        self.name = name
        self.model = model
        self.model5 = model5 ?? model
        self.frameSkip = frameSkip
        self.episodeLimit = episodeLimit
        self.externalForces = externalForces
        self.carried = carried
        self.reset = reset
        self.observe = observe
        self.before = before
        self.outcome = outcome
    }

    static let all = [
        halfCheetah, hopper, walker, swimmer, ant, humanoid, humanoidStandup, invertedPendulum, invertedDoublePendulum,
        reacher, pusher,
    ]
}

extension GymnasiumBody {
    /// Adds uniform noise in ±scale to the positions and to the velocities.
    func addUniformNoise(_ scale: Double, velocities: Double? = nil, _ stream: inout RandomStream) {
        for i in 0..<qpos.count { qpos[i] += stream.uniform(-scale, scale) }
        for i in 0..<qvel.count { qvel[i] += stream.uniform(-(velocities ?? scale), velocities ?? scale) }
    }

    /// Adds uniform noise in ±scale to the positions and normal noise of that deviation to the velocities.
    func addMixedNoise(_ scale: Double, _ stream: inout RandomStream) {
        for i in 0..<qpos.count { qpos[i] += stream.uniform(-scale, scale) }
        for i in 0..<qvel.count { qvel[i] += scale * stream.normal() }
    }
}
