import CMuJoCo
import Glibc
import Support

/// A picture of a model as its renderer makes it: rows from the top, red, green and blue of each pixel.
public struct RenderedPicture: Equatable, Sendable {
    public let width: Int
    public let height: Int
    public let rgb: [UInt8]
}

extension Physics {
    /// Whether pictures can be made here.
    public static var canRender: Bool { MuJoCoFolder.isAvailable && mpo_renderer_is_available() }

    public static let smallestPicture = 16
    public static let largestPicture = 4096

    /// The model as MuJoCo draws it.
    ///
    /// - Parameter camera: one of the model's by its name; nil takes the model's `track`, or else a free camera that
    ///   shows what `scene` shows.
    public func render(width: Int, height: Int, camera: String? = nil) throws -> RenderedPicture {
        for (name, size) in [("width", width), ("height", height)]
        where !(Self.smallestPicture...Self.largestPicture).contains(size) {
            throw Fault(
                "frame.size",
                "a \(name) of \(Self.smallestPicture) to \(Self.largestPicture) pixels was wanted, \(size) was given")
        }
        let ghost = try copy()
        let frame = try PhysicsFrame(ghost)
        state().withUnsafeBufferPointer { ghost.setState($0) }
        try ghost.perform(MPO_FORWARD)
        var view = try freeCamera(frame, ghost, proportion: Double(height) / Double(width))
        view.id = try cameraIndex(camera)
        var rgb = [UInt8](repeating: 0, count: 3 * width * height)
        var result = MPO_RENDER_FAILED
        let words = withUnsafeTemporaryAllocation(of: CChar.self, capacity: MPO_MUJOCO_MESSAGE) { message -> String in
            guard let text = message.baseAddress else { return "" }
            text[0] = 0
            rgb.withUnsafeMutableBufferPointer { pixels in
                result = mpo_physics_render(ghost.handle, &view, Int32(width), Int32(height), pixels.baseAddress, text)
            }
            return String(cString: text).split(separator: "\n").joined(separator: " ")
        }
        switch result {
        case MPO_RENDERED: return RenderedPicture(width: width, height: height, rgb: rgb)
        case MPO_NO_RENDERER:
            throw Fault(
                "frame.no-renderer", "no picture of \(name) can be made: \(words)",
                hint: "on Debian: apt-get install libosmesa6 (or libegl1 and libegl-mesa0); show(env) and plot(env) need neither")
        default: throw Fault("frame.failed", "no picture of \(name) can be made: \(words)")
        }
    }

    private func cameraIndex(_ wanted: String?) throws -> Int32 {
        guard let wanted else { return mpo_physics_id(handle, "camera", "track") }
        let id = mpo_physics_id(handle, "camera", wanted)
        if id >= 0 { return id }
        if wanted == "free" { return -1 }
        let names = (0..<size("ncam")).map { name(.camera, $0) }.filter { !$0.isEmpty }
        throw Fault(
            "frame.camera", "the model of \(name) has no camera '\(wanted)'",
            hint: "there is \((["free"] + names).joined(separator: ", "))")
    }

    /// The free camera that takes in what the scene shows, from the same side.
    private func freeCamera(_ frame: PhysicsFrame, _ ghost: Physics, proportion: Double) throws -> mpo_camera {
        let ranges = try frame.ranges(of: ghost)
        let (width, height) = (ranges.x.upperBound - ranges.x.lowerBound, ranges.y.upperBound - ranges.y.lowerBound)
        // MuJoCo's field of view is 45° from top to bottom.
        let half = max(height, width * proportion) / 2
        let middle =
            frame.view.right * (ranges.x.lowerBound + width / 2) + frame.view.up * (ranges.y.lowerBound + height / 2)
        // On the line of sight, at the depth of what is looked at.
        let geoms = try ghost.geoms().bodies.filter { $0.role != .ground }
        let depths = geoms.map { frame.view.depth($0.centre) }
        let point = middle + frame.view.forward * (depths.isEmpty ? 0 : depths.reduce(0, +) / Double(depths.count))
        // A floor at the height of one's eyes is not seen.
        let elevation = frame.view.elevation == 0 ? -12 : frame.view.elevation
        return mpo_camera(
            id: -1, look_at: (point.x, point.y, point.z), distance: half / tan(22.5 * .pi / 180) * 1.05,
            azimuth: frame.view.azimuth, elevation: elevation)
    }
}
