import Environments
import Glibc
import Support
import Tensors

extension SuiteBody {
    /// A function that draws joint positions: within its limits where a joint has some, else over the whole circle or
    /// all orientations. Where a free joint stands and the velocities stay as they are.
    ///
    /// A free joint's quaternion is a normalised draw from the unit cube, as in the original: its elements are all
    /// positive, so it is far from uniform. Source: dm_control 1.0.50, suite/utils/randomizers.py.
    func jointRandomiser() throws -> (inout RandomStream) -> Void {
        let joints = try joints()
        return { stream in
            for joint in joints {
                switch (joint.kind, joint.range) {
                case (.slide, nil): break
                case (.slide, let range?), (.hinge, let range?): joint.position[0] = stream.uniform(range.low, range.high)
                case (.hinge, nil): joint.position[0] = stream.uniform(-Double.pi, Double.pi)
                case (.ball, nil): joint.position.set(stream.orientation())
                case (.ball, let range?): joint.position.set(stream.orientation(within: range.high))
                case (.free, _):
                    let quaternion = normalised((0..<4).map { _ in stream.uniform() })
                    for i in 0..<4 { joint.position[3 + i] = quaternion[i] }
                }
            }
        }
    }

    /// Draws start states until nothing touches.
    func drawUntilFree(attempts: Int = 1000, _ draw: () throws -> Void) throws {
        for _ in 0..<attempts {
            try draw()
            try settle()
            if !hasContacts { return }
        }
        throw Fault(
            "suite.start", "\(physics.name): none of \(attempts) drawn start states was free of contacts",
            hint: "the model file may not be the task's own: scripts/mpo --fetch fetches it")
    }
}

extension RandomStream {
    /// A quaternion, all orientations being equally likely.
    mutating func orientation() -> [Double] { normalised((0..<4).map { _ in normal() }) }

    /// A rotation about a random axis by an angle of at most `limit`, uniform in the angle.
    mutating func orientation(within limit: Double) -> [Double] {
        let axis = normalised((0..<3).map { _ in normal() })
        let half = uniform() * limit / 2
        return [cos(half)] + axis.map { $0 * sin(half) }
    }
}
