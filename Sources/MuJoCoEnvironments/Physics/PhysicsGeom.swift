import Environments
import Glibc

/// A geom of a model as it lies in the world.
struct PhysicsGeom {
    /// MuJoCo's mjtGeom.
    enum Kind: Int { case plane = 0, heightField, sphere, capsule, ellipsoid, cylinder, box, mesh }

    let kind: Kind
    let body: Int
    let role: Scene.Role
    let centre: SIMD3<Double>
    /// Its own axes in the world.
    let axes: (x: SIMD3<Double>, y: SIMD3<Double>, z: SIMD3<Double>)
    let size: SIMD3<Double>
    /// Of the ball around it.
    let radius: Double

    /// The point that lies farthest in a direction.
    func support(_ direction: SIMD3<Double>) -> SIMD3<Double> {
        let d = SIMD3(dot(direction, axes.x), dot(direction, axes.y), dot(direction, axes.z))
        var p = SIMD3<Double>()
        switch kind {
        case .sphere: p = d * (size.x / max(d.length, 1e-300))
        case .capsule:
            p = d * (size.x / max(d.length, 1e-300))
            p.z += d.z < 0 ? -size.y : size.y
        case .ellipsoid:
            let scaled = d * size
            p = scaled * size / max(scaled.length, 1e-300)
        case .cylinder:
            let flat = max((d.x * d.x + d.y * d.y).squareRoot(), 1e-300)
            p = SIMD3(d.x / flat * size.x, d.y / flat * size.x, d.z < 0 ? -size.y : size.y)
        case .box, .mesh, .heightField, .plane:
            p = SIMD3(d.x < 0 ? -size.x : size.x, d.y < 0 ? -size.y : size.y, d.z < 0 ? -size.z : size.z)
        }
        return centre + axes.x * p.x + axes.y * p.y + axes.z * p.z
    }

    /// Its outline as it is seen.
    func shape(_ view: PhysicsView) -> Scene.Shape {
        func point(_ p: SIMD3<Double>) -> Scene.Point {
            let place = view.place(p)
            return Scene.Point(place.x, place.y)
        }
        switch kind {
        case .sphere: return .disc(role, point(centre), radius: size.x)
        case .capsule:
            return .line(role, [point(centre - axes.z * size.y), point(centre + axes.z * size.y)], width: 2 * size.x)
        default:
            let corners = (0..<32).map { k in
                let angle = Double(k) / 32 * 2 * Double.pi
                return point(support(view.right * cos(angle) + view.up * sin(angle)))
            }
            // A box has few corners; each is met from many directions.
            var distinct: [Scene.Point] = []
            for corner in corners where distinct.last.map({ $0.isNear(corner, radius) }) != true { distinct.append(corner) }
            if let first = distinct.first, distinct.count > 1, distinct.last?.isNear(first, radius) == true { distinct.removeLast() }
            return .polygon(role, distinct)
        }
    }
}

extension Scene.Point {
    fileprivate func isNear(_ other: Scene.Point, _ size: Double) -> Bool {
        (x - other.x).magnitude + (y - other.y).magnitude <= 1e-9 * size
    }
}

extension Physics {
    /// What is seen: geoms that are not transparent and of the groups that MuJoCo shows, planes apart.
    func geoms() throws -> (bodies: [PhysicsGeom], planes: [PhysicsGeom]) {
        let (position, frame, size) = (try field("geom_xpos"), try field("geom_xmat"), try field("geom_size"))
        let (bound, box) = (try field("geom_rbound"), try field("geom_aabb"))
        let (type, group, body) = (try integers("geom_type"), try integers("geom_group"), try integers("geom_bodyid"))
        let (weld, colour) = (try integers("body_weldid"), try floats("geom_rgba"))
        let count = min(position.rows, type.count, group.count, body.count, colour.count / 4)
        var bodies: [PhysicsGeom] = []
        var planes: [PhysicsGeom] = []
        for i in 0..<count {
            guard let kind = PhysicsGeom.Kind(rawValue: Int(type[i])), group[i] < 3, colour[4 * i + 3] > 0 else { continue }
            let axes = (
                x: SIMD3(frame[i, 0], frame[i, 3], frame[i, 6]), y: SIMD3(frame[i, 1], frame[i, 4], frame[i, 7]),
                z: SIMD3(frame[i, 2], frame[i, 5], frame[i, 8])
            )
            var centre = SIMD3(position[i, 0], position[i, 1], position[i, 2])
            var half = SIMD3(size[i, 0], size[i, 1], size[i, 2])
            if kind == .mesh || kind == .heightField {
                centre += axes.x * box[i, 0] + axes.y * box[i, 1] + axes.z * box[i, 2]
                half = SIMD3(box[i, 3], box[i, 4], box[i, 5])
            }
            let owner = Int(body[i])
            let isFixed = owner < weld.count ? weld[owner] == 0 : owner == 0
            let geom = PhysicsGeom(
                kind: kind, body: owner, role: role(name(.geom, i) + " " + name(.body, owner), isFixed: isFixed),
                centre: centre, axes: axes, size: half, radius: bound[i])
            if kind == .plane { planes.append(geom) } else { bodies.append(geom) }
        }
        return (bodies, planes)
    }

    /// Sites that are called targets, as balls.
    func targetSites() throws -> [PhysicsGeom] {
        let (position, size) = (try field("site_xpos"), try field("site_size"))
        let group = try integers("site_group")
        return (0..<min(position.rows, group.count)).compactMap { i in
            guard group[i] < 3, role(name(.site, i), isFixed: false) == .target else { return nil }
            let none = SIMD3<Double>()
            return PhysicsGeom(
                kind: .sphere, body: 0, role: .target, centre: SIMD3(position[i, 0], position[i, 1], position[i, 2]),
                axes: (none, none, none), size: SIMD3(size[i, 0], 0, 0), radius: size[i, 0])
        }
    }

    /// What a thing is to the task, by what the model calls it.
    private func role(_ name: String, isFixed: Bool) -> Scene.Role {
        let name = name.lowercased()
        if name.contains("target") || name.contains("goal") { return .target }
        if name.contains("object") { return .object }
        return isFixed ? .ground : .body
    }
}
