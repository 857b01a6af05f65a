import Glibc

/// From where a model is looked at: onto the plane that all of it moves in, else from the side and a little from above.
///
/// Azimuth and elevation are MuJoCo's, in degrees: 90 and 0 look along y, 90 and −90 from above.
struct PhysicsView: Equatable {
    let azimuth: Double
    let elevation: Double
    /// All joints turn about and slide across the line of sight.
    let isPlanar: Bool
    let right: SIMD3<Double>
    let up: SIMD3<Double>
    let forward: SIMD3<Double>

    init(azimuth: Double, elevation: Double, isPlanar: Bool) {
        self.azimuth = azimuth
        self.elevation = elevation
        self.isPlanar = isPlanar
        let (a, e) = (azimuth * .pi / 180, elevation * .pi / 180)
        forward = SIMD3(cos(e) * cos(a), cos(e) * sin(a), sin(e))
        up = SIMD3(-sin(e) * cos(a), -sin(e) * sin(a), cos(e))
        right = SIMD3(sin(a), -cos(a), 0)
    }

    /// The view for joints with these axes in the world: `types` as MuJoCo's jnt_type (0 free, 1 ball, 2 slide, 3 hinge).
    init(types: [Int], axes: [SIMD3<Double>]) {
        let joints = Array(zip(types, axes))
        if types.contains(0) || types.contains(1) {
            self.init(azimuth: 110, elevation: -15, isPlanar: false)
            return
        }
        let hinges = joints.filter { $0.0 == 3 }.map(\.1)
        let slides = joints.filter { $0.0 == 2 }.map(\.1)
        let side = SIMD3<Double>(0, 1, 0)
        var normal = side
        if let hinge = hinges.first {
            normal = hinge
        } else if let first = slides.first, let other = slides.first(where: { cross($0, first).length > 0.1 }) {
            normal = cross(first, other)
        }
        let isPlanar =
            hinges.allSatisfy { cross($0, normal).length < 1e-3 }
            && slides.allSatisfy { dot($0, normal).magnitude < 1e-3 }
        // An arm on a table is seen best from above.
        guard isPlanar else { self.init(azimuth: 90, elevation: -50, isPlanar: false); return }
        let sizes = SIMD3(normal.x.magnitude, normal.y.magnitude, normal.z.magnitude)
        if sizes.z >= max(sizes.x, sizes.y) {
            self.init(azimuth: 90, elevation: -90, isPlanar: true)
        } else if sizes.x > sizes.y {
            self.init(azimuth: 180, elevation: 0, isPlanar: true)
        } else {
            self.init(azimuth: 90, elevation: 0, isPlanar: true)
        }
    }

    /// A point on the picture, x to the right and y up.
    func place(_ p: SIMD3<Double>) -> SIMD2<Double> { SIMD2(dot(p, right), dot(p, up)) }

    func depth(_ p: SIMD3<Double>) -> Double { dot(p, forward) }
}

func dot(_ a: SIMD3<Double>, _ b: SIMD3<Double>) -> Double { (a * b).sum() }

func cross(_ a: SIMD3<Double>, _ b: SIMD3<Double>) -> SIMD3<Double> {
    SIMD3(a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x)
}

extension SIMD3<Double> {
    var length: Double { (self * self).sum().squareRoot() }
}

extension SIMD2<Double> {
    var length: Double { (self * self).sum().squareRoot() }
}
