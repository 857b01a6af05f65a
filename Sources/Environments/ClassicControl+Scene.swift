import Glibc

// What Gymnasium's classic control tasks look like, after its own pictures.

extension CartPole {
    /// The cart on its track, between the places where the episode ends, and its pole.
    public func scene() -> Scene {
        let state = snapshot().numbers
        let (x, angle) = (state[0], state[2])
        let (bottom, top) = (0.06, 0.3)
        let hinge = Scene.Point(x, top - 0.04)
        let cart = [(-0.2, bottom), (0.2, bottom), (0.2, top), (-0.2, top)].map { Scene.Point(x + $0.0, $0.1) }
        let ends = [-Self.largestPosition, Self.largestPosition].map { end in
            Scene.Shape.line(.ground, [Scene.Point(end, 0), Scene.Point(end, 0.15)])
        }
        return Scene(
            .drawing(
                Scene.Drawing(
                    [.line(.ground, [Scene.Point(-3, 0), Scene.Point(3, 0)])] + ends + [
                        .polygon(.body, cart),
                        .line(
                            .body, [hinge, Scene.Point(hinge.x + sin(angle), hinge.y + cos(angle))],
                            width: 0.09),
                    ], x: -2.7...2.7, y: -0.1...1.5, xLabel: "position")),
            caption: "position \(Scene.text(x)), angle from upright \(Scene.text(angle))")
    }

    public var stepSeconds: Double? { Self.timeStep }
}

extension Acrobot {
    /// Both links of length 1, and the height that the tip is to pass.
    public func scene() -> Scene {
        let state = snapshot().numbers
        let (first, both) = (state[0], state[0] + state[1])
        let elbow = Scene.Point(sin(first), -cos(first))
        let tip = Scene.Point(elbow.x + sin(both), elbow.y - cos(both))
        return Scene(
            .drawing(
                Scene.Drawing(
                    [
                        .line(.target, [Scene.Point(-2.2, 1), Scene.Point(2.2, 1)]),
                        .line(.body, [Scene.Point(0, 0), elbow], width: 0.16), .line(.body, [elbow, tip], width: 0.16),
                    ], x: -2.2...2.2, y: -2.2...2.2)),
            caption: "height of the tip \(Scene.text(tip.y)), to pass 1")
    }

    public var stepSeconds: Double? { Self.timeStep }
}

/// The valley that both mountain cars drive in, sin 3x as Gymnasium draws it.
private func valley(position: Double, speed: Double, goal: Double, from lowest: Double, to highest: Double) -> Scene {
    func height(_ x: Double) -> Double { sin(3 * x) * 0.45 + 0.55 }
    let hill = (0...60).map { k in
        let x = lowest + (highest - lowest) * Double(k) / 60
        return Scene.Point(x, height(x))
    }
    // The car stands on the slope.
    let slope = atan(1.35 * cos(3 * position))
    let car = Scene.Point(position - 0.05 * sin(slope), height(position) + 0.05 * cos(slope))
    return Scene(
        .drawing(
            Scene.Drawing(
                [
                    .line(.ground, hill), .disc(.target, Scene.Point(goal, height(goal) + 0.06), radius: 0.04),
                    .disc(.body, car, radius: 0.05),
                ], x: lowest - 0.05...highest + 0.05, y: 0.02...1.14, xLabel: "position")),
        caption: "position \(Scene.text(position)), speed \(Scene.text(speed * 1000)) thousandths a step")
}

extension MountainCar {
    public func scene() -> Scene {
        let state = snapshot().numbers
        return valley(position: state[0], speed: state[1], goal: Self.goal, from: Self.lowest, to: Self.highest)
    }

    /// Gymnasium shows 30 of its pictures a second.
    public var stepSeconds: Double? { 1.0 / 30 }
}

extension MountainCarContinuous {
    public func scene() -> Scene {
        let state = snapshot().numbers
        return valley(position: state[0], speed: state[1], goal: Self.goal, from: Self.lowest, to: Self.highest)
    }

    public var stepSeconds: Double? { 1.0 / 30 }
}
