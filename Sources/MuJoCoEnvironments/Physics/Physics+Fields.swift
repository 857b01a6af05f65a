import CMuJoCo
import Support

/// A field of the model or its data, as MuJoCo's own memory: `rows` × `columns` numbers.
///
/// Reads and writes are MuJoCo's very numbers, so it must not outlive its `Physics`. An index out of range reads 0 and
/// writes nothing, so that a model file of another shape than a task expects cannot bring the process down.
package struct Field {
    let pointer: UnsafeMutablePointer<Double>
    package let rows: Int
    package let columns: Int
    package var count: Int { rows * columns }

    package subscript(_ index: Int) -> Double {
        get { index >= 0 && index < count ? pointer[index] : 0 }
        nonmutating set { if index >= 0 && index < count { pointer[index] = newValue } }
    }

    package subscript(_ row: Int, _ column: Int) -> Double {
        get { self[row * columns + column] }
        nonmutating set { self[row * columns + column] = newValue }
    }

    /// The three numbers of a row, as a position's.
    @inline(__always)
    func vector(_ row: Int) -> (x: Double, y: Double, z: Double) { (self[row, 0], self[row, 1], self[row, 2]) }

    /// One row as a field of its own, empty where there is no such row.
    func row(_ row: Int) -> Field { self[range: row * columns, columns] }

    /// `count` numbers from the place `start` on as a field of their own, empty where they are not all there.
    subscript(range start: Int, count: Int) -> Field {
        guard start >= 0, count >= 0, start <= self.count - count else { return Field(pointer: pointer, rows: 0, columns: 1) }
        return Field(pointer: pointer + start, rows: 1, columns: count)
    }

    var numbers: UnsafeBufferPointer<Double> { UnsafeBufferPointer(start: pointer, count: count) }
    package var array: [Double] { Array(numbers) }

    /// Takes as many numbers as there are places, from the first on.
    package func set(_ numbers: some Sequence<Double>) {
        for (index, number) in numbers.enumerated() { self[index] = number }
    }
}

extension Physics {
    /// A field of real numbers by MuJoCo's own name for it: `qpos`, `xpos`, `geom_size`, `actuator_ctrlrange`.
    package func field(_ name: String) throws -> Field {
        let field = mpo_physics_field(handle, name)
        guard field.kind == MPO_DOUBLES else { throw missing("a field of numbers", name) }
        return view(field)
    }

    /// A field in single precision, as the pictures' are: `geom_rgba`.
    func floats(_ name: String) throws -> UnsafeBufferPointer<Float> {
        let field = mpo_physics_field(handle, name)
        guard field.kind == MPO_FLOATS else { throw missing("a field of single precision", name) }
        let count = Int(max(0, field.rows * field.columns))
        return UnsafeBufferPointer(
            start: field.elements?.bindMemory(to: Float.self, capacity: max(1, count)), count: field.elements == nil ? 0 : count)
    }

    /// A setting of the simulation: `timestep`.
    func option(_ name: String) throws -> Field {
        let field = mpo_physics_option(handle, name)
        guard field.kind == MPO_DOUBLES else { throw missing("an option", name) }
        return view(field)
    }

    private func view(_ field: mpo_field) -> Field {
        let count = Int(max(0, field.rows * field.columns))
        guard let elements = field.elements, count > 0 else {
            return Field(pointer: Self.nowhere, rows: 0, columns: Int(field.columns))
        }
        return Field(
            pointer: elements.bindMemory(to: Double.self, capacity: count), rows: Int(field.rows),
            columns: Int(field.columns))
    }

    /// Where an empty field points to; never read.
    private nonisolated(unsafe) static let nowhere = UnsafeMutablePointer<Double>.allocate(capacity: 1)

    /// A field of whole numbers: `jnt_qposadr`.
    func integers(_ name: String) throws -> UnsafeMutableBufferPointer<Int32> {
        try integers(mpo_physics_field(handle, name), name)
    }

    /// A field of truths: `jnt_limited`.
    func truths(_ name: String) throws -> [Bool] {
        let field = mpo_physics_field(handle, name)
        guard field.kind == MPO_BYTES else { throw missing("a field of truths", name) }
        let count = Int(max(0, field.rows * field.columns))
        guard let elements = field.elements, count > 0 else { return [] }
        return UnsafeBufferPointer(start: elements.bindMemory(to: UInt8.self, capacity: count), count: count).map { $0 != 0 }
    }

    /// A setting of the simulation that is a whole number: `disableflags`.
    func integerOption(_ name: String) throws -> UnsafeMutableBufferPointer<Int32> {
        try integers(mpo_physics_option(handle, name), name)
    }

    private func integers(_ field: mpo_field, _ name: String) throws -> UnsafeMutableBufferPointer<Int32> {
        guard field.kind == MPO_INTS else { throw missing("a field of whole numbers", name) }
        let count = Int(max(0, field.rows * field.columns))
        return UnsafeMutableBufferPointer(
            start: field.elements?.bindMemory(to: Int32.self, capacity: max(1, count)), count: field.elements == nil ? 0 : count)
    }

    /// What a model's parts are called, as MuJoCo's mju_str2Type has them.
    package enum Part: String { case body, joint, geom, site, sensor, actuator, tendon, camera }

    /// The index of a named part.
    package func index(_ part: Part, _ name: String) throws -> Int {
        let id = mpo_physics_id(handle, part.rawValue, name)
        guard id >= 0 else { throw missing(part.rawValue, name) }
        return Int(id)
    }

    /// The name of a part, empty where it has none.
    func name(_ part: Part, _ index: Int) -> String {
        mpo_physics_name(handle, part.rawValue, Int32(clamping: index)).map { String(cString: $0) } ?? ""
    }

    /// A size of the model: `nq`, `nv`, `nu`.
    func size(_ name: String) -> Int { Int(max(0, mpo_physics_size(handle, name))) }

    private func missing(_ what: String, _ name: String) -> Fault {
        Fault("mujoco.part", "the model of \(self.name) has no \(what) '\(name)'", hint: "scripts/mpo --fetch fetches the model files")
    }
}
