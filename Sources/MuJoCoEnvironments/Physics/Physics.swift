import CMuJoCo
import Support

/// A MuJoCo model with its data: what moves, and the calls that move it.
///
/// Has identity; used by one thread at a time, several by any number of threads. Lengths are metres, angles radians, times
/// seconds. A failure of MuJoCo's and a state that became unstable are faults, never a crash and never a silent reset.
public final class Physics {
    let handle: OpaquePointer
    /// What the faults call it.
    let name: String

    /// A model as its file has it.
    package convenience init(file: String, name: String) throws {
        try self.init(name: name) { mpo_physics_load(file, nil, 0, $0) }
    }

    /// A model from MJCF text; what it includes is in `files` by the name that the text uses.
    package convenience init(xml: String, files: [(name: String, text: String)] = [], name: String) throws {
        try MuJoCoFolder.open(for: name)
        let main = "\(name).xml"
        try self.init(name: name) { error in
            withFiles([(main, xml)] + files) { mpo_physics_load(main, $0.baseAddress, $0.count, error) }
        }
    }

    /// A model from MJCF text that stands in for `file`: what it includes lies beside that file.
    convenience init(xml: String, inPlaceOf file: String, name: String) throws {
        try self.init(name: name) { error in
            withFiles([(file, xml)]) { mpo_physics_load(file, $0.baseAddress, $0.count, error) }
        }
    }

    private init(name: String, _ make: (UnsafeMutablePointer<CChar>) -> OpaquePointer?) throws {
        var made: OpaquePointer?
        try physicsCall("mujoco.model", "the model of \(name) cannot be made") {
            made = make($0)
            return made != nil
        }
        guard let made else { throw Fault("mujoco.model", "the model of \(name) cannot be made") }
        handle = made
        self.name = name
    }

    deinit { mpo_physics_free(handle) }

    /// Another one with a model and data of its own, in the same state.
    package func copy() throws -> Physics {
        try Physics(name: name) { mpo_physics_copy(handle, $0) }
    }

    // MARK: Steps

    /// Does one of MuJoCo's calls, `times` times.
    package func perform(_ call: mpo_physics_call, times: Int = 1) throws {
        try physicsCall(
            "mujoco.unstable", hint: "the actions drove the simulation out of its bounds; reset it",
            "\(name): the physics failed at \(Self.seconds(time)) s"
        ) { mpo_physics_do(handle, call, Int32(times), $0) }
    }

    private static func seconds(_ time: Double) -> String {
        let milliseconds = (time * 1000).rounded()
        return milliseconds.magnitude < 1e15 ? "\(milliseconds / 1000)" : "\(time)"
    }

    var time: Double {
        get { mpo_physics_time(handle) }
        set { mpo_physics_set_time(handle, newValue) }
    }

    // MARK: State

    /// Everything that later steps depend on: time, positions, velocities, activations, warm start, controls.
    package func state() -> [Double] {
        let count = Int(mpo_physics_state_size(handle))
        return [Double](unsafeUninitializedCapacity: count) { buffer, filled in
            if let base = buffer.baseAddress { mpo_physics_get_state(handle, base) }
            filled = count
        }
    }

    package var stateSize: Int { Int(mpo_physics_state_size(handle)) }

    /// Takes `stateSize` numbers of an earlier `state()`.
    package func setState(_ numbers: UnsafeBufferPointer<Double>) {
        guard numbers.count == stateSize, let base = numbers.baseAddress else { return }
        mpo_physics_set_state(handle, base)
    }
}

private func withFiles<Result>(
    _ files: [(name: String, text: String)], _ body: (UnsafeBufferPointer<mpo_model_file>) -> Result
) -> Result {
    func add(_ rest: ArraySlice<(name: String, text: String)>, _ made: [mpo_model_file]) -> Result {
        guard let (name, text) = rest.first else { return made.withUnsafeBufferPointer(body) }
        return name.withCString { name in
            text.withCString { bytes in
                add(rest.dropFirst(), made + [mpo_model_file(name: name, bytes: bytes, count: text.utf8.count)])
            }
        }
    }
    return add(files[...], [])
}
