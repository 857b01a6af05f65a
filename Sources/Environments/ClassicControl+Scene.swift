import Glibc

extension CartPole {
    /// The cart on its rail with the pole, twice its half length long; the rail ends where the task does.
    public func scene() -> Scene {
        let state = snapshot().numbers
        let (x, angle) = (state[0], state[2])
        let hinge = Scene.Point(x, 0.15)
        let tip = Scene.Point(x + 2 * Self.halfLength * sin(angle), 0.15 + 2 * Self.halfLength * cos(angle))
        let rail = Self.largestPosition
        return Scene(
            .drawing(
                Scene.Drawing(
                    [
                        .line(.ground, [Scene.Point(-rail, 0), Scene.Point(rail, 0)]),
                        .line(.body, [Scene.Point(x - 0.25, 0.08), Scene.Point(x + 0.25, 0.08)], width: 0.16),
                        .line(.object, [hinge, tip], width: 0.06),
                    ], x: -2.6...2.6, y: -0.2...1.4)),
            caption: "cart at \(Scene.text(x)), pole \(Scene.text(angle * 180 / Double.pi))° from upright")
    }

    public var stepSeconds: Double? { Self.timeStep }
}

extension Scene {
    /// The valley of both mountain cars, height 0.45 sin 3x + 0.55, with the car and the flag.
    static func valley(position: Double, speed: Double, goal: Double) -> Scene {
        func at(_ x: Double, above: Double = 0) -> Point { Point(x, 0.45 * sin(3 * x) + 0.55 + above) }
        let ground = (0...60).map { at(MountainCar.lowest + (MountainCar.highest - MountainCar.lowest) * Double($0) / 60) }
        return Scene(
            .drawing(
                Drawing(
                    [
                        .line(.ground, ground), .line(.target, [at(goal), at(goal, above: 0.15)]),
                        .disc(.body, at(position, above: 0.05), radius: 0.05),
                    ], x: -1.3...0.7, y: 0...1.25)),
            caption: "position \(text(position)), speed \(text(speed * 1000)) thousandths a step")
    }
}

extension MountainCar {
    public func scene() -> Scene {
        let state = snapshot().numbers
        return Scene.valley(position: state[0], speed: state[1], goal: Self.goal)
    }
}

extension MountainCarContinuous {
    public func scene() -> Scene {
        let state = snapshot().numbers
        return Scene.valley(position: state[0], speed: state[1], goal: Self.goal)
    }
}

extension Acrobot {
    /// The two links below their joint, and the height that the tip must pass.
    public func scene() -> Scene {
        let state = snapshot().numbers
        let elbow = Scene.Point(sin(state[0]), -cos(state[0]))
        let both = state[0] + state[1]
        let tip = Scene.Point(elbow.x + sin(both), elbow.y - cos(both))
        return Scene(
            .drawing(
                Scene.Drawing(
                    [
                        .line(.target, [Scene.Point(-2.2, 1), Scene.Point(2.2, 1)]),
                        .disc(.ground, Scene.Point(0, 0), radius: 0.08),
                        .line(.body, [Scene.Point(0, 0), elbow, tip], width: 0.14),
                    ], x: -2.2...2.2, y: -2.2...2.2)),
            caption: "tip at height \(Scene.text(tip.y)) of 1")
    }

    public var stepSeconds: Double? { Self.timeStep }
}
