import CMuJoCo
import Glibc

/// The view of a model and what of its world is shown, found once in its reference position.
struct PhysicsFrame {
    let view: PhysicsView
    /// The middle of what is shown, on the picture.
    private(set) var centre: SIMD2<Double>
    private(set) var width: Double
    private(set) var height: Double
    /// The body that the picture follows, and where it was when `centre` was found.
    let tracked: (body: Int, place: SIMD3<Double>)?

    /// Brings `ghost` into its reference position.
    init(_ ghost: Physics) throws {
        try ghost.perform(MPO_RESET_DATA)
        try ghost.perform(MPO_FORWARD)
        let (types, bodies) = (try ghost.integers("jnt_type"), try ghost.integers("jnt_bodyid"))
        let axes = try ghost.field("xaxis")
        let limited = mpo_physics_field(ghost.handle, "jnt_limited")
        let joints = min(types.count, bodies.count, axes.rows)
        func isLimited(_ joint: Int) -> Bool {
            guard limited.kind == MPO_BYTES, let bytes = limited.elements, joint < limited.rows else { return false }
            return bytes.load(fromByteOffset: joint, as: UInt8.self) != 0
        }
        let view = PhysicsView(
            types: (0..<joints).map { Int(types[$0]) },
            axes: (0..<joints).map { SIMD3(axes[$0, 0], axes[$0, 1], axes[$0, 2]) })
        self.view = view

        let (solids, planes) = try ghost.geoms()
        let geoms = solids + (try ghost.targetSites())
        // A root that flies, or one with limbs that slides without limits, goes anywhere.
        let hasLimbs = (0..<joints).contains { types[$0] == 3 }
        let roams = joints > 0 && (types[0] == 0 || (types[0] == 2 && !isLimited(0) && hasLimbs))
        var low = SIMD2<Double>(repeating: .infinity)
        var high = SIMD2<Double>(repeating: -.infinity)
        func add(_ geom: PhysicsGeom) {
            for direction in [view.right, view.up] {
                for sign in [-1.0, 1] {
                    let p = view.place(geom.support(direction * sign))
                    low = pointwiseMin(low, p)
                    high = pointwiseMax(high, p)
                }
            }
        }
        if roams {
            let body = Int(bodies[0])
            let root = try ghost.integers("body_rootid")
            let own = geoms.filter { $0.body < root.count && root[$0.body] == root[min(body, root.count - 1)] && $0.role != .ground }
            for geom in own.isEmpty ? geoms : own { add(geom) }
            // What flies also turns over.
            if types[0] == 0 {
                let middle = (low + high) / 2
                let radius = own.map { (view.place($0.centre) - middle).length + $0.radius }.max() ?? 0
                low = pointwiseMin(low, middle - 0.75 * radius)
                high = pointwiseMax(high, middle + 0.75 * radius)
            }
            let place = try ghost.field("xpos").vector(body)
            tracked = (body, SIMD3(place.x, place.y, place.z))
        } else {
            for geom in geoms { add(geom) }
            // A range of ten metres on a table of one is none.
            let size = (high - low).max()
            var middle = (0.0, 0.0, 0.0)
            var extent = 0.0
            withUnsafeMutableBytes(of: &middle) { bytes in
                mpo_physics_framing(ghost.handle, bytes.baseAddress?.assumingMemoryBound(to: Double.self), &extent)
            }
            let farthest = max(3 * (size.isFinite ? size : 1), extent)
            for ball in try Self.reach(ghost, geoms, joints: joints, farthest: farthest, isLimited) {
                low = pointwiseMin(low, view.place(ball.centre) - ball.radius)
                high = pointwiseMax(high, view.place(ball.centre) + ball.radius)
            }
            tracked = nil
        }
        if !(low.x < high.x && low.y < high.y) || !(high - low).sum().isFinite { (low, high) = (SIMD2(-1, -1), SIMD2(1, 1)) }
        centre = (low + high) / 2
        (width, height) = (high.x - low.x, high.y - low.y)
        if roams, view.elevation > -45 {
            // Room to rise and to see where it goes, above the floor.
            let floors = planes.filter { dot($0.axes.z, view.up) > 0.9 }.map { view.place($0.centre).y }
            for floor in floors where floor < low.y && floor > low.y - height { low.y = floor }
            height = 1.4 * (high.y - low.y)
            width = max(width * 1.3, 2.2 * height)
            height = max(height, width / 2.2)
            centre.y = low.y + 0.46 * height
        } else if roams {
            height *= 1.6
            width = max(width * 1.3, 2.2 * height)
            height = max(height, width / 2.2)
        } else {
            (width, height) = (width * 1.05, height * 1.05)
            width = max(width, height * 0.8)
            height = max(height, width * 0.3)
        }
    }

    private struct Ball {
        var centre: SIMD3<Double>
        var radius: Double
    }

    /// Balls around all places where a model with a fixed base can get: a hinge swings what hangs on it around itself,
    /// a slide shifts it by its range.
    private static func reach(
        _ ghost: Physics, _ geoms: [PhysicsGeom], joints: Int, farthest: Double, _ isLimited: (Int) -> Bool
    ) throws -> [Ball] {
        let (types, bodies) = (try ghost.integers("jnt_type"), try ghost.integers("jnt_bodyid"))
        let (anchors, axes, range) = (try ghost.field("xanchor"), try ghost.field("xaxis"), try ghost.field("jnt_range"))
        let (address, start) = (try ghost.integers("jnt_qposadr"), try ghost.field("qpos0"))
        let parent = try ghost.integers("body_parentid")
        var balls = [[Ball]](repeating: [], count: parent.count)
        for geom in geoms where geom.role != .ground && balls.indices.contains(geom.body) {
            balls[geom.body].append(Ball(centre: geom.centre, radius: geom.radius))
        }
        // Children before parents; of a body's joints the last first.
        for body in (1..<max(1, parent.count)).reversed() {
            for joint in (0..<min(joints, types.count, bodies.count)).reversed() where Int(bodies[joint]) == body {
                if types[joint] == 3 {
                    let p = anchors.vector(joint)
                    let anchor = SIMD3(p.x, p.y, p.z)
                    let radius = balls[body].map { ($0.centre - anchor).length + $0.radius }.max() ?? 0
                    balls[body] = [Ball(centre: anchor, radius: radius)]
                } else if types[joint] == 2 {
                    let a = axes.vector(joint)
                    let axis = SIMD3(a.x, a.y, a.z)
                    let zero = start[Int(address[joint])]
                    // Without limits, as far as it is from the other end of what hangs on a string.
                    let given = isLimited(joint) ? [range[joint, 0] - zero, range[joint, 1] - zero] : [-0.1 * farthest, 0.1 * farthest]
                    let ends = given.filter { $0.magnitude <= farthest }
                    balls[body] += balls[body].flatMap { ball in
                        ends.map { Ball(centre: ball.centre + axis * $0, radius: ball.radius) }
                    }
                }
            }
            let above = Int(parent[body])
            if above > 0, above < balls.count {
                balls[above] += balls[body]
                balls[body] = []
            }
        }
        return balls.flatMap { $0 }
    }

    /// The ranges that are shown of a model, which follow the tracked body.
    func ranges(of ghost: Physics) throws -> (x: ClosedRange<Double>, y: ClosedRange<Double>) {
        var middle = centre
        if let tracked {
            let place = try ghost.field("xpos").vector(tracked.body)
            var moved = SIMD3(place.x, place.y, place.z) - tracked.place
            // The height is followed only as far as the body would leave the picture.
            let room = height * 0.3
            moved.z = view.elevation > -45 ? moved.z - min(max(moved.z, -room), room) : 0
            let shift = view.place(moved)
            if (shift.x + shift.y).isFinite { middle += shift }
        }
        return (middle.x - width / 2...middle.x + width / 2, middle.y - height / 2...middle.y + height / 2)
    }
}
