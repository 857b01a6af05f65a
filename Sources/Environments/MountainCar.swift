import Glibc
import Support
import Tensors

/// A car in a valley, too weak to drive straight up, pushed left (0), not (1) or right (2): Gymnasium's MountainCar-v0.
///
/// v ← clip(v + (a − 1) 0.001 − 0.0025 cos 3x, ±0.07), x ← clip(x + v, [−1.2, 0.6]), v ← 0 at the left wall. The reward
/// is −1 a step, the last one included; the end is x ≥ 0.5 with v ≥ `goal_velocity`. Start: x uniform in [−0.6, −0.4),
/// v = 0. Observation (x, v), rounded to float32. Source: gymnasium 1.4.0, classic_control/mountain_car.py.
public final class MountainCar: Environment {
    let call: GymnasiumCall
    public let spec: EnvironmentSpec
    let goalSpeed: Double
    private var position = -0.5
    private var speed = 0.0

    static let options = ["goal_velocity"]
    static let lowest = -1.2
    static let highest = 0.6
    static let largestSpeed = 0.07
    static let goal = 0.5

    init(_ call: GymnasiumCall) throws {
        self.call = call
        spec = call.spec(observationSize: 2, actions: .finite(count: 3))
        goalSpeed = try call.number("goal_velocity", default: 0)
    }

    public var constructor: EnvironmentConstructor? { call.constructor }

    public func reset(stream: inout RandomStream) throws {
        position = stream.uniform(-0.6, -0.4)
        speed = 0
    }

    public func step(action: [Double], stream: inout RandomStream) throws -> StepOutcome {
        speed += ((action.first ?? 1) - 1) * 0.001 + cos(3 * position) * -0.0025
        speed = min(max(speed, -Self.largestSpeed), Self.largestSpeed)
        position = min(max(position + speed, Self.lowest), Self.highest)
        if position == Self.lowest, speed < 0 { speed = 0 }
        return StepOutcome(reward: -1, terminated: position >= Self.goal && speed >= goalSpeed)
    }

    public func observation() -> [Double] { [position.single, speed.single] }
    public func snapshot() -> EnvironmentSnapshot { EnvironmentSnapshot(numbers: [position, speed]) }

    public func restore(_ snapshot: EnvironmentSnapshot) throws {
        let numbers = try snapshot.numbers(2, for: call.id)
        position = numbers[0]
        speed = numbers[1]
    }

    public func copy() throws -> any Environment {
        let other = try MountainCar(call)
        other.position = position
        other.speed = speed
        return other
    }
}
