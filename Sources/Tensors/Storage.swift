import Support

/// A fixed block of float32 memory, aligned to 64 bytes.
///
/// Memory comes from `StorageMemory`, which uses dropped blocks again. The pointer never moves, so hot loops hoist it once. A storage that a `Tensor` shares is never
/// written to again; only code that made a storage and has not yet handed it out writes to it.
public final class Storage: @unchecked Sendable {  // unchecked: shared storages are read only, see above
    public let pointer: UnsafeMutablePointer<Float>
    public let count: Int

    /// Uninitialised memory for `count` numbers.
    public init(count: Int) {
        pointer = StorageMemory.take(bytes: count * MemoryLayout<Float>.stride)
            .bindMemory(to: Float.self, capacity: max(1, count))
        self.count = count
    }

    public convenience init(zeros count: Int) {
        self.init(count: count)
        pointer.initialize(repeating: 0, count: count)
    }

    public convenience init(copying other: Storage) {
        self.init(count: other.count)
        pointer.update(from: other.pointer, count: count)
    }

    public convenience init(_ values: some Collection<Float>) {
        self.init(count: values.count)
        _ = UnsafeMutableBufferPointer(start: pointer, count: count).initialize(from: values)
    }

    deinit { StorageMemory.give(pointer, bytes: count * MemoryLayout<Float>.stride) }

    public var span: UnsafeBufferPointer<Float> { UnsafeBufferPointer(start: pointer, count: count) }
}
