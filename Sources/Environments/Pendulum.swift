import Glibc
import Support
import Tensors

/// The pendulum swing-up: Gymnasium's Pendulum-v1.
///
/// State (θ, θ̇), θ = 0 upright; torque u in [−2, 2], clipped; m = l = 1, dt = 0.05:
/// θ̇ ← clip(θ̇ + (3g/2 · sin θ + 3u) dt, ±8), θ ← θ + θ̇ dt; the reward is −(θ² + 0.1 θ̇² + 0.001 u²) of the state
/// before the step, θ taken in [−π, π). Start: θ uniform in [−π, π], θ̇ in [−1, 1]. Never terminates; 200 steps.
/// Observation (cos θ, sin θ, θ̇), rounded to float32 as Gymnasium does; everything else in Double, which is
/// what Gymnasium computes for a float64 action (a float32 action makes it round the torque's terms).
/// Source: gymnasium 1.4.0, classic_control/pendulum.py.
public final class Pendulum: Environment {
    public let gravity: Double
    public let spec: EnvironmentSpec
    /// What Gymnasium's name for the task was asked for, if it was.
    private let call: GymnasiumCall?
    private var angle = 0.0
    private var speed = 0.0

    static let options = ["g"]

    static let maximumSpeed = 8.0
    static let maximumTorque = 2.0
    static let timeStep = 0.05
    static let actions = ActionSpace.box(low: [-maximumTorque], high: [maximumTorque])

    public init(gravity: Double = 10) throws {
        guard gravity.isFinite else {
            throw Fault("environment.argument", "pendulum: a finite gravity was wanted, \(gravity) was given")
        }
        self.gravity = gravity
        call = nil
        spec = EnvironmentSpec(name: "pendulum", observationSize: 3, actions: Self.actions, episodeLimit: 200)
    }

    init(_ call: GymnasiumCall) throws {
        gravity = try call.number("g", default: 10)
        self.call = call
        spec = call.spec(observationSize: 3, actions: Self.actions)
    }

    convenience init(arguments: JSON) throws { try self.init(gravity: arguments.argument("g", default: 10)) }

    public var constructor: EnvironmentConstructor? {
        call?.constructor ?? EnvironmentConstructor("pendulum", ["g": .number(gravity)])
    }

    public func reset(stream: inout RandomStream) throws {
        angle = stream.uniform(-Double.pi, Double.pi)
        speed = stream.uniform(-1, 1)
    }

    public func step(action: [Double], stream: inout RandomStream) throws -> StepOutcome {
        let torque = min(max(action.first ?? 0, -Self.maximumTorque), Self.maximumTorque)
        let cost = Self.normalised(angle).squared + 0.1 * speed.squared + 0.001 * torque.squared
        let acceleration = 3 * gravity / 2 * sin(angle) + 3 * torque
        speed = min(max(speed + acceleration * Self.timeStep, -Self.maximumSpeed), Self.maximumSpeed)
        angle += speed * Self.timeStep
        return StepOutcome(reward: -cost, terminated: false)
    }

    public func observation() -> [Double] {
        [cos(angle).single, sin(angle).single, speed.single]
    }

    public func snapshot() -> EnvironmentSnapshot { EnvironmentSnapshot(numbers: [angle, speed]) }

    public func restore(_ snapshot: EnvironmentSnapshot) throws {
        let numbers = try snapshot.numbers(2, for: "pendulum")
        angle = numbers[0]
        speed = numbers[1]
    }

    public func copy() throws -> any Environment {
        let other = try call.map { try Pendulum($0) } ?? Pendulum(gravity: gravity)
        other.angle = angle
        other.speed = speed
        return other
    }

    /// The angle in [−π, π), with Python's remainder: ((x + π) mod 2π) − π.
    private static func normalised(_ angle: Double) -> Double {
        var rest = fmod(angle + Double.pi, 2 * Double.pi)
        if rest < 0 { rest += 2 * Double.pi }
        return rest - Double.pi
    }
}
