extension LinearQuadratic {
    /// Two state numbers as a point on their plane, any other number of them as bars.
    public func scene() -> Scene {
        let state = observation()
        guard state.count == 2, state.allSatisfy(\.isFinite) else {
            return Scene(.bars(state.enumerated().map { Scene.Bar("x[\($0.offset)]", $0.element) }))
        }
        // The double integrator's numbers are a position and its speed.
        let isMass = a[0, 0] == 1 && a[1, 0] == 0 && a[1, 1] == 1 && b.columns == 1 && b[0, 0] == 0
        // Doubled until the point fits, so that the frame holds still while the point moves.
        var reach = 1.0
        let largest = max(state[0].magnitude, state[1].magnitude)
        while reach < largest * 1.1, reach < 1e300 { reach *= 2 }
        let range = -reach...reach
        return Scene(
            .drawing(
                Scene.Drawing(
                    [
                        .line(.ground, [Scene.Point(-reach, 0), Scene.Point(reach, 0)]),
                        .line(.ground, [Scene.Point(0, -reach), Scene.Point(0, reach)]),
                        .disc(.body, Scene.Point(state[0], state[1]), radius: reach / 14),
                    ], x: range, y: range, xLabel: isMass ? "position" : "x[0]", yLabel: isMass ? "speed" : "x[1]")),
            caption: "\(isMass ? "position" : "x[0]") \(Scene.text(state[0])), \(isMass ? "speed" : "x[1]") \(Scene.text(state[1]))")
    }
}
