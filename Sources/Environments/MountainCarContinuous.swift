import CKernels
import Glibc
import Support
import Tensors

/// The car in the valley with a force in [−1, 1]: Gymnasium's MountainCarContinuous-v0.
///
/// v ← clip(v + 0.0015 F − 0.0025 cos 3x, ±0.07), F the action cut to [−1, 1], x ← clip(x + v, [−1.2, 0.6]), v ← 0 at
/// the left wall. The reward is −0.1 a² of the action a as given, and 100 more at the end: x ≥ 0.45 with
/// v ≥ `goal_velocity`. Start: x uniform in [−0.6, −0.4), v = 0. Observation (x, v).
///
/// Gymnasium keeps this state in float32 from the first step on, and numpy's rules give a step its precision: double for
/// a float64 action within the bounds, single for one beyond them, as the cut leaves a plain number of Python, which
/// takes the state's precision. The same is done here.
/// Source: gymnasium 1.4.0, classic_control/continuous_mountain_car.py; numpy's NEP 50.
public final class MountainCarContinuous: Environment {
    let call: GymnasiumCall
    public let spec: EnvironmentSpec
    let goalSpeed: Double
    private var position = -0.5
    private var speed = 0.0
    /// The state has been rounded to float32; it has not before the first step.
    private var isSingle = false

    static let options = ["goal_velocity"]
    static let lowest = -1.2
    static let highest = 0.6
    static let largestSpeed = 0.07
    static let goal = 0.45

    init(_ call: GymnasiumCall) throws {
        self.call = call
        spec = call.spec(observationSize: 2, actions: .box(low: [-1], high: [1]))
        goalSpeed = try call.number("goal_velocity", default: 0)
    }

    public var constructor: EnvironmentConstructor? { call.constructor }

    public func reset(stream: inout RandomStream) throws {
        position = stream.uniform(-0.6, -0.4)
        speed = 0
        isSingle = false
    }

    public func step(action: [Double], stream: inout RandomStream) throws -> StepOutcome {
        let action = action.first ?? 0
        let force = min(max(action, -1), 1)
        let kept: Precision = isSingle ? .single : .double
        let triple = isSingle ? (3 * position).single : 3 * position
        let change = force * 0.0015 - 0.0025 * cos(triple)
        var speed = Number(self.speed, kept) + Number(change, action == force ? .double : .plain)
        speed.clip(-Self.largestSpeed, Self.largestSpeed)
        var position = Number(self.position, kept) + speed
        position.clip(Self.lowest, Self.highest)
        if position == Self.lowest, speed < 0 { speed = Number(0, .plain) }
        let terminated = position >= Self.goal && speed >= goalSpeed
        self.position = position.value.single
        self.speed = speed.value.single
        isSingle = true
        return StepOutcome(reward: (terminated ? 100 : 0) - mpo_pow(action, 2) * 0.1, terminated: terminated)
    }

    public func observation() -> [Double] { [position.single, speed.single] }

    public func snapshot() -> EnvironmentSnapshot {
        EnvironmentSnapshot(numbers: [position, speed, isSingle ? 1 : 0])
    }

    public func restore(_ snapshot: EnvironmentSnapshot) throws {
        let numbers = try snapshot.numbers(3, for: call.id)
        position = numbers[0]
        speed = numbers[1]
        isSingle = numbers[2] != 0
    }

    public func copy() throws -> any Environment {
        let other = try MountainCarContinuous(call)
        try other.restore(snapshot())
        return other
    }
}

/// What numpy knows a number as: a plain number of Python takes the precision of what it meets.
private enum Precision {
    case plain, single, double
}

private struct Number {
    var value: Double
    var precision: Precision

    init(_ value: Double, _ precision: Precision) {
        self.value = value
        self.precision = precision
    }

    static func + (a: Number, b: Number) -> Number {
        if a.precision == .double || b.precision == .double { return Number(a.value + b.value, .double) }
        if a.precision == .plain, b.precision == .plain { return Number(a.value + b.value, .plain) }
        return Number(Double(Float(a.value) + Float(b.value)), .single)
    }

    /// A plain number as this one meets it.
    private func met(_ plain: Double) -> Double { precision == .single ? plain.single : plain }

    static func == (a: Number, b: Double) -> Bool { a.value == a.met(b) }
    static func < (a: Number, b: Double) -> Bool { a.value < a.met(b) }
    static func >= (a: Number, b: Double) -> Bool { a.value >= a.met(b) }

    mutating func clip(_ low: Double, _ high: Double) {
        if value > met(high) { self = Number(high, .plain) }
        if self < low { self = Number(low, .plain) }
    }
}
