import Glibc
import Support
import Tensors

/// A pole on a cart that is pushed left (0) or right (1) and must not fall: Gymnasium's CartPole.
///
/// State (x, ẋ, θ, θ̇), θ = 0 upright; force F = ±10, cart 1, pole 0.1 with half length 0.5, dt = 0.02, explicit Euler.
/// Ends where |x| > 2.4 or |θ| > 12°. The reward is 1 a step, the last one included; with `sutton_barto_reward` 0
/// and −1 for the last. Start: all four uniform in [−0.05, 0.05). Observation: the state, rounded to float32.
/// Source: gymnasium 1.4.0, classic_control/cartpole.py.
public final class CartPole: Environment {
    let call: GymnasiumCall
    public let spec: EnvironmentSpec
    let hasPenalty: Bool
    /// x, ẋ, θ, θ̇
    private var state = SIMD4<Double>()

    static let options = ["sutton_barto_reward"]
    static let gravity = 9.8
    static let poleMass = 0.1
    static let totalMass = poleMass + 1.0
    static let halfLength = 0.5
    static let poleMoment = poleMass * halfLength
    static let force = 10.0
    static let timeStep = 0.02
    static let largestAngle = 12 * 2 * Double.pi / 360
    static let largestPosition = 2.4

    init(_ call: GymnasiumCall) throws {
        self.call = call
        spec = call.spec(observationSize: 4, actions: .finite(count: 2))
        hasPenalty = try call.flag("sutton_barto_reward", default: false)
    }

    public var constructor: EnvironmentConstructor? { call.constructor }

    public func reset(stream: inout RandomStream) throws {
        for i in 0..<4 { state[i] = stream.uniform(-0.05, 0.05) }
    }

    public func step(action: [Double], stream: inout RandomStream) throws -> StepOutcome {
        let (x, speed, angle, turning) = (state[0], state[1], state[2], state[3])
        let force = action.first == 1 ? Self.force : -Self.force
        let (cosine, sine) = (cos(angle), sin(angle))
        let push = (force + Self.poleMoment * (turning * turning) * sine) / Self.totalMass
        let angular =
            (Self.gravity * sine - cosine * push)
            / (Self.halfLength * (4.0 / 3.0 - Self.poleMass * (cosine * cosine) / Self.totalMass))
        let linear = push - Self.poleMoment * angular * cosine / Self.totalMass
        state = SIMD4(
            x + Self.timeStep * speed, speed + Self.timeStep * linear, angle + Self.timeStep * turning,
            turning + Self.timeStep * angular)
        let terminated = state[0].magnitude > Self.largestPosition || state[2].magnitude > Self.largestAngle
        let reward = hasPenalty ? (terminated ? -1.0 : 0.0) : 1.0
        return StepOutcome(reward: reward, terminated: terminated)
    }

    public func observation() -> [Double] { (0..<4).map { state[$0].single } }
    public func snapshot() -> EnvironmentSnapshot { EnvironmentSnapshot(numbers: (0..<4).map { state[$0] }) }

    public func restore(_ snapshot: EnvironmentSnapshot) throws {
        state = SIMD4(try snapshot.numbers(4, for: call.id))
    }

    public func copy() throws -> any Environment {
        let other = try CartPole(call)
        other.state = state
        return other
    }
}
