import CMuJoCo
import Environments
import Glibc

/// A task that is a MuJoCo model.
public protocol PhysicsEnvironment: Environment {
    var physics: Physics { get }
}

extension PhysicsEnvironment {
    public func scene() throws -> Scene { try physics.scene() }
}

extension GymnasiumEnvironment: PhysicsEnvironment {
    public var physics: Physics { body.physics }
    public var stepSeconds: Double? { body.dt }
}

extension SuiteEnvironment: PhysicsEnvironment {
    public var physics: Physics { body.physics }
    public var stepSeconds: Double? { body.timestep * Double(body.substeps) }
}

extension Physics {
    /// What the model looks like at this moment, projected onto the plane that it moves in.
    ///
    /// The picture follows a body that is free to go anywhere; otherwise all that can be reached is shown. Made on a copy
    /// that is brought up to date first: here derived positions are those of the last substep's start, or older.
    public func scene() throws -> Scene {
        let ghost = try copy()
        let frame = try PhysicsFrame(ghost)
        let numbers = state()
        numbers.withUnsafeBufferPointer { ghost.setState($0) }
        try ghost.perform(MPO_FORWARD)
        return try frame.scene(of: ghost)
    }
}

extension PhysicsFrame {
    /// The picture of a model whose derived quantities are up to date.
    func scene(of ghost: Physics) throws -> Scene {
        let ranges = try ranges(of: ghost)
        let place = try tracked.map { try ghost.field("xpos").vector($0.body) }
        let (bodies, planes) = try ghost.geoms()
        let seen = (bodies + (try ghost.targetSites())).sorted { a, b in
            // What stands still lies behind; then the far before the near.
            if (a.role == .ground) != (b.role == .ground) { return a.role == .ground }
            return view.depth(a.centre) > view.depth(b.centre) + 1e-9
        }
        let drawing = Scene.Drawing(
            planes.flatMap { lines(of: $0, ranges, around: place.map { SIMD2($0.x, $0.y) }) } + seen.map { $0.shape(view) }, x: ranges.x, y: ranges.y,
            xLabel: view.isPlanar ? (view.elevation == 0 && view.azimuth == 180 ? "y" : "x") : nil,
            yLabel: view.isPlanar ? (view.elevation == 0 ? "z" : "y") : nil)
        return Scene(.drawing(drawing))
    }

    /// A plane seen from its edge is a line; a floor seen from above is a grid of points.
    private func lines(
        of plane: PhysicsGeom, _ ranges: (x: ClosedRange<Double>, y: ClosedRange<Double>), around tracked: SIMD2<Double>?
    ) -> [Scene.Shape] {
        let normal = plane.axes.z
        if dot(normal, view.forward).magnitude < 1e-3 {
            let along = cross(normal, view.forward)
            let direction = view.place(along)
            // Half the plane's size along the line; 0 is endless.
            let own = [(plane.axes.x, plane.size.x), (plane.axes.y, plane.size.y)].map { axis, size in
                size > 0 ? size * dot(axis, along).magnitude : .infinity
            }.max() ?? .infinity
            let place = view.place(plane.centre)
            let middle = SIMD2((ranges.x.lowerBound + ranges.x.upperBound) / 2, (ranges.y.lowerBound + ranges.y.upperBound) / 2)
            let shift = ((middle - place) * direction).sum()
            let long = width + height
            let (from, to) = (max(shift - long, -own), min(shift + long, own))
            guard from < to else { return [] }
            let ends = [from, to].map { place + direction * $0 }
            return [.line(.ground, ends.map { Scene.Point($0.x, $0.y) })]
        }
        guard !view.isPlanar, normal.z > 0.99, view.elevation < -1 else { return [] }
        return grid(at: plane.centre.z, ranges, around: tracked)
    }

    /// Points on the floor under the tracked body or the picture's middle, half a metre or a power of two of it apart.
    private func grid(
        at z: Double, _ ranges: (x: ClosedRange<Double>, y: ClosedRange<Double>), around tracked: SIMD2<Double>?
    ) -> [Scene.Shape] {
        var gap = 0.5
        while width / gap > 20, gap < 1e6 { gap *= 2 }
        while width / gap < 6, gap > 1e-6 { gap /= 2 }
        guard view.forward.z.magnitude > 1e-6 else { return [] }
        let middle = SIMD2((ranges.x.lowerBound + ranges.x.upperBound) / 2, (ranges.y.lowerBound + ranges.y.upperBound) / 2)
        let eye = view.right * middle.x + view.up * middle.y
        let seen = eye + view.forward * ((z - eye.z) / view.forward.z)
        let floor = tracked ?? SIMD2(seen.x, seen.y)
        guard (floor.x + floor.y).isFinite, floor.x.magnitude + floor.y.magnitude < 1e9 else { return [] }
        let corner = (x: (floor.x / gap).rounded() * gap, y: (floor.y / gap).rounded() * gap)
        let reach = (width * 0.4 / gap).rounded(.up) * gap
        return stride(from: -reach, through: reach, by: gap).flatMap { dx in
            stride(from: -reach, through: reach, by: gap).map { dy in
                let place = view.place(SIMD3(corner.x + dx, corner.y + dy, z))
                return Scene.Shape.disc(.ground, Scene.Point(place.x, place.y), radius: 0)
            }
        }
    }
}
