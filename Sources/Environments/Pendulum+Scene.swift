import Glibc

extension Pendulum {
    /// The arm of length 1; counter-clockwise angles are positive, as in Gymnasium's picture.
    public func scene() -> Scene {
        let state = snapshot().numbers
        let (angle, speed) = (state[0], state[1])
        let tip = Scene.Point(-sin(angle), cos(angle))
        return Scene(
            .drawing(
                Scene.Drawing(
                    [
                        .line(.ground, [Scene.Point(-0.2, 0), Scene.Point(0.2, 0)]),
                        .line(.body, [Scene.Point(0, 0), tip], width: 0.12),
                    ], x: -1.2...1.2, y: -1.2...1.2)),
            caption: "angle from upright \(Scene.text(remainder(angle, 2 * Double.pi))), speed \(Scene.text(speed))")
    }

    public var stepSeconds: Double? { Self.timeStep }
}

extension Scene {
    /// A number with two decimals, for captions.
    static func text(_ number: Double) -> String {
        guard number.magnitude < 1e9 else { return "\(number)" }
        let hundredths = Int((number.magnitude * 100).rounded())
        let digits = String(hundredths % 100)
        return (number < 0 && hundredths > 0 ? "−" : "") + "\(hundredths / 100)." + (digits.count < 2 ? "0" : "") + digits
    }
}
