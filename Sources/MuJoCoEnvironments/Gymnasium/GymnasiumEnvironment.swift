import CMuJoCo
import Environments
import Support
import Tensors

/// One of Gymnasium's MuJoCo tasks, in version 4 or 5.
///
/// Observations are those of gymnasium 1.4.0 to the bit on MuJoCo 3.17.0, rewards within 1e-12, over hundreds of steps
/// from the same state (warm start included).
public final class GymnasiumEnvironment: Environment {
    let task: GymnasiumTask
    let version: GymnasiumTask.Version
    package let body: GymnasiumBody
    public let spec: EnvironmentSpec

    /// The names that `make` knows.
    public static let names: [String] = GymnasiumTask.all.flatMap { task in
        GymnasiumTask.Version.allCases.map { "\(task.name)-v\($0.rawValue)" }
    }.filter { $0 != "Pusher-v4" }

    /// A task by its name, as `Reacher-v4`; nil where it is none of these.
    public static func make(_ id: String) throws -> GymnasiumEnvironment? {
        if id == "Pusher-v4" {
            throw Fault(
                "gym.refused", "Pusher-v4 does not exist for MuJoCo 3: its object's density had to change",
                hint: "Pusher-v5 is the task that runs here")
        }
        for task in GymnasiumTask.all {
            for version in GymnasiumTask.Version.allCases where id == "\(task.name)-v\(version.rawValue)" {
                let file = version == .v4 ? task.model : task.model5
                let path = try MuJoCoFolder.model("gymnasium/\(file).xml", for: "gym(\"\(id)\")")
                return try GymnasiumEnvironment(task, version, Physics(file: path, name: id))
            }
        }
        return nil
    }

    private init(_ task: GymnasiumTask, _ version: GymnasiumTask.Version, _ physics: Physics) throws {
        self.task = task
        self.version = version
        body = try GymnasiumBody(physics, frameSkip: task.frameSkip)
        try body.start()
        try physics.perform(MPO_FORWARD)
        let range = try physics.field("actuator_ctrlrange")
        spec = EnvironmentSpec(
            name: physics.name, observationSize: task.observe(body, version).count,
            actions: .box(  // Gymnasium keeps the bounds in float32
                low: (0..<range.rows).map { Double(Float(range[$0, 0])) },
                high: (0..<range.rows).map { Double(Float(range[$0, 1])) }),
            episodeLimit: task.episodeLimit)
    }

    private init(copying other: GymnasiumEnvironment) throws {
        task = other.task
        version = other.version
        spec = other.spec
        body = try GymnasiumBody(other.body.physics.copy(), frameSkip: other.task.frameSkip)
    }

    public func copy() throws -> any Environment { try GymnasiumEnvironment(copying: self) }

    public var constructor: EnvironmentConstructor? { EnvironmentConstructor("gym", ["id": .string(spec.name)]) }

    public func reset(stream: inout RandomStream) throws {
        try body.start()
        task.reset(body, &stream)
        try body.physics.perform(MPO_FORWARD)
    }

    public func step(action: [Double], stream: inout RandomStream) throws -> StepOutcome {
        try spec.actions.check(action)  // MuJoCo takes a control that is not finite as 0 without a word
        let before = task.before(body)
        try body.simulate(action, externalForces: task.externalForces)
        let outcome = task.outcome(.init(body: body, version: version, before: before, action: action))
        return StepOutcome(reward: outcome.reward, terminated: outcome.terminated)
    }

    public func observation() -> [Double] { task.observe(body, version) }

    public func snapshot() -> EnvironmentSnapshot {
        EnvironmentSnapshot(numbers: body.physics.state() + task.carried.flatMap { body[keyPath: $0].numbers })
    }

    public func restore(_ snapshot: EnvironmentSnapshot) throws {
        let fields = task.carried.map { body[keyPath: $0] }
        let stateSize = body.physics.stateSize
        let numbers = try snapshot.numbers(stateSize + fields.reduce(0) { $0 + $1.count }, for: spec.name)
        numbers.withUnsafeBufferPointer { numbers in
            body.physics.setState(UnsafeBufferPointer(rebasing: numbers[..<stateSize]))
            var place = stateSize
            for field in fields {
                field.set(numbers[place..<place + field.count])
                place += field.count
            }
        }
    }
}
