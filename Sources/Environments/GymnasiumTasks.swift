import Support

/// Gymnasium's tasks that need no physics engine, by their IDs.
public enum GymnasiumTasks {
    private struct Entry: Sendable {
        let id: String
        /// Gymnasium's `max_episode_steps`.
        let limit: Int?
        let options: [String]
        let make: @Sendable (GymnasiumCall) throws -> any Environment

        init(
            _ id: String, limit: Int?, options: [String], make: @escaping @Sendable (GymnasiumCall) throws -> any Environment
        ) {
            self.id = id
            self.limit = limit
            self.options = options
            self.make = make
        }

        /// A task that is a finite MDP.
        init(
            finite id: String, limit: Int?, options: [String],
            task: @escaping @Sendable (GymnasiumCall) throws -> (FiniteMDP, FiniteMDPEnvironment.Look)
        ) {
            self.init(id, limit: limit, options: options) { call in
                let (mdp, look) = try task(call)
                return FiniteMDPEnvironment(
                    mdp, name: call.id, horizon: call.episodeLimit, maker: call.constructor, look: look)
            }
        }
    }

    private static let entries: [Entry] = [
        Entry("CartPole-v0", limit: 200, options: CartPole.options) { try CartPole($0) },
        Entry("CartPole-v1", limit: 500, options: CartPole.options) { try CartPole($0) },
        Entry("MountainCar-v0", limit: 200, options: MountainCar.options) { try MountainCar($0) },
        Entry("MountainCarContinuous-v0", limit: 999, options: MountainCarContinuous.options) {
            try MountainCarContinuous($0)
        },
        Entry("Acrobot-v1", limit: 500, options: Acrobot.options) { Acrobot($0) },
        Entry("Pendulum-v1", limit: 200, options: Pendulum.options) { try Pendulum($0) },
        Entry(finite: "FrozenLake-v1", limit: 100, options: FrozenLake.options) { try FrozenLake.task($0, map: "4x4") },
        Entry(finite: "FrozenLake8x8-v1", limit: 200, options: FrozenLake.options) { try FrozenLake.task($0, map: "8x8") },
        Entry(finite: "CliffWalking-v1", limit: nil, options: CliffWalking.options) {
            try CliffWalking.task($0, isSlippery: false)
        },
        Entry(finite: "CliffWalkingSlippery-v1", limit: nil, options: CliffWalking.options) {
            try CliffWalking.task($0, isSlippery: true)
        },
        Entry(finite: "Taxi-v3", limit: 200, options: []) { try Taxi.task($0) },
        Entry(finite: "Taxi-v4", limit: 200, options: Taxi.options) { try Taxi.task($0) },
    ]

    /// The IDs that `make` knows.
    public static let names = entries.map(\.id)

    /// What `options` may hold for this ID, as in `gymnasium.make`; nothing for an unknown one.
    public static func options(of id: String) -> [String] {
        entries.first { $0.id == id }.map { $0.options + [limitOption] } ?? []
    }

    private static let limitOption = "max_episode_steps"

    /// The task of that ID. `options` is a JSON object with keyword arguments of `gymnasium.make`.
    public static func make(_ id: String, options: JSON = .object([])) throws -> any Environment {
        guard let entry = entries.first(where: { $0.id == id }) else {
            throw Fault(
                "gym.unknown", "there is no Gymnasium task \"\(id)\" here", hint: "known are \(names.joined(separator: ", "))")
        }
        let known = Self.options(of: id)
        if let other = options.members?.first(where: { !known.contains($0.key) }) {
            throw Fault(
                "gym.option", "\(id) has no option `\(other.key)`", hint: "it has \(known.joined(separator: ", "))")
        }
        var limit = entry.limit
        if let given = options[limitOption] {
            guard let steps = given.int, steps >= 1 else {
                throw Fault("gym.option", "\(id): `\(limitOption)` wants a whole number of at least 1, got \(given)")
            }
            limit = steps
        }
        return try entry.make(GymnasiumCall(id: id, options: options, episodeLimit: limit))
    }

    /// The task of a constructor's arguments: the ID as `id`, beside the options.
    public static func make(arguments: JSON) throws -> any Environment {
        guard let id = arguments["id"]?.text else { throw arguments.wrong("id", "a task's ID") }
        return try make(id, options: .object((arguments.members ?? []).filter { $0.key != "id" }))
    }
}
