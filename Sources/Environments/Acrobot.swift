import Glibc
import Support
import Tensors

/// Two links that hang from a joint and must be swung up by a torque at their elbow: Gymnasium's Acrobot-v1.
///
/// State (θ₁, θ₂, θ̇₁, θ̇₂), θ₁ = 0 hanging, θ₂ relative to the first link; torque a − 1 for the action a in 0..2; dt = 0.2,
/// one step of Runge and Kutta's fourth-order method, angles wrapped to [−π, π], speeds cut to ±4π and ±9π. The end is
/// −cos θ₁ − cos(θ₁ + θ₂) > 1; the reward is −1 a step and 0 for the last. Start: all four uniform in [−0.1, 0.1),
/// rounded to float32. Observation (cos θ₁, sin θ₁, cos θ₂, sin θ₂, θ̇₁, θ̇₂), rounded to float32; right after a
/// reset numpy takes the sines in float32, which may differ in the last place.
/// Source: gymnasium 1.4.0, classic_control/acrobot.py, the equations of "the book".
public final class Acrobot: Environment {
    let call: GymnasiumCall
    public let spec: EnvironmentSpec
    /// θ₁, θ₂, θ̇₁, θ̇₂
    private var state = SIMD4<Double>()

    static let options: [String] = []
    static let timeStep = 0.2
    static let gravity = 9.8
    static let largestSpeed = (4 * Double.pi, 9 * Double.pi)

    init(_ call: GymnasiumCall) {
        self.call = call
        spec = call.spec(observationSize: 6, actions: .finite(count: 3))
    }

    public var constructor: EnvironmentConstructor? { call.constructor }

    public func reset(stream: inout RandomStream) throws {
        for i in 0..<4 { state[i] = stream.uniform(-0.1, 0.1).single }
    }

    public func step(action: [Double], stream: inout RandomStream) throws -> StepOutcome {
        let torque = (action.first ?? 1) - 1
        let half = Self.timeStep / 2
        let k1 = Self.derivative(state, torque)
        let k2 = Self.derivative(state + half * k1, torque)
        let k3 = Self.derivative(state + half * k2, torque)
        let k4 = Self.derivative(state + Self.timeStep * k3, torque)
        let next = state + Self.timeStep / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        state = SIMD4(
            Self.wrapped(next[0]), Self.wrapped(next[1]),
            min(max(next[2], -Self.largestSpeed.0), Self.largestSpeed.0),
            min(max(next[3], -Self.largestSpeed.1), Self.largestSpeed.1))
        let terminated = -cos(state[0]) - cos(state[1] + state[0]) > 1
        return StepOutcome(reward: terminated ? 0 : -1, terminated: terminated)
    }

    /// (θ̇₁, θ̇₂, θ̈₁, θ̈₂) for links of mass 1, length 1, centre of mass at 0.5 and moment of inertia 1.
    private static func derivative(_ s: SIMD4<Double>, _ torque: Double) -> SIMD4<Double> {
        let (angle, elbow, speed, bending) = (s[0], s[1], s[2], s[3])
        let sine = sin(elbow)
        let cosine = cos(elbow)
        let d1 = 0.25 + (1.25 + cosine) + 1 + 1
        let d2 = 0.25 + 0.5 * cosine + 1
        let phi2 = 0.5 * gravity * cos(angle + elbow - Double.pi / 2)
        let phi1 =
            -0.5 * bending.squared * sine - bending * speed * sine + 1.5 * gravity * cos(angle - Double.pi / 2) + phi2
        let bent = (torque + d2 / d1 * phi1 - 0.5 * speed.squared * sine - phi2) / (1.25 - d2.squared / d1)
        return SIMD4(speed, bending, -(d2 * bent + phi1) / d1, bent)
    }

    /// The angle in [−π, π]. `restore` sees to it that there are few turns to take off.
    private static func wrapped(_ angle: Double) -> Double {
        var angle = angle
        while angle > Double.pi { angle -= 2 * Double.pi }
        while angle < -Double.pi { angle += 2 * Double.pi }
        return angle
    }

    public func observation() -> [Double] {
        let angles = [cos(state[0]), sin(state[0]), cos(state[1]), sin(state[1])]
        return (angles + [state[2], state[3]]).map(\.single)
    }

    public func snapshot() -> EnvironmentSnapshot { EnvironmentSnapshot(numbers: (0..<4).map { state[$0] }) }

    public func restore(_ snapshot: EnvironmentSnapshot) throws {
        let numbers = try snapshot.numbers(4, for: call.id)
        let bounds = [Double.pi, Double.pi, Self.largestSpeed.0, Self.largestSpeed.1]
        guard zip(numbers, bounds).allSatisfy({ $0.magnitude <= $1 }) else {
            throw Fault("environment.snapshot", "\(call.id): a state within its bounds was wanted, \(numbers) was given")
        }
        state = SIMD4(numbers)
    }

    public func copy() throws -> any Environment {
        let other = Acrobot(call)
        other.state = state
        return other
    }
}
