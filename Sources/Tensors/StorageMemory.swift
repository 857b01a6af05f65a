import Support
import Synchronization

/// The memory behind `Storage`: blocks that were given back are used again.
///
/// A learner makes and drops the same few sizes at every step; with this no steady step asks the
/// system for tensor-sized memory, and `systemAllocations` shows it. Blocks are grouped by size in
/// steps of an eighth of a power of two; at most `limit` bytes are kept, and where that is not enough the sizes that
/// nobody has used for longest go first.
public enum StorageMemory {
    /// Smaller blocks go to the C library, which is quick enough with them.
    static let smallestKept = 4_096
    static let largestKept = 64 << 20
    static let limit = min(256 << 20, MemoryBudget.total / 16)

    private struct Free {
        var sizes: [Int: Blocks] = [:]
        var bytes = 0
        /// Counts takes and gives.
        var clock: UInt64 = 0

        struct Blocks {
            var blocks: [UnsafeMutableRawPointer] = []
            var lastUse: UInt64 = 0
        }

        mutating func take(_ size: Int) -> UnsafeMutableRawPointer? {
            clock += 1
            sizes[size]?.lastUse = clock
            guard let block = sizes[size]?.blocks.popLast() else { return nil }
            bytes -= size
            return block
        }

        mutating func give(_ block: UnsafeMutableRawPointer, _ size: Int) {
            clock += 1
            sizes[size, default: Blocks()].blocks.append(block)
            sizes[size]?.lastUse = clock
            bytes += size
            while bytes > limit, let oldest = sizes.min(by: { $0.value.lastUse < $1.value.lastUse }) {
                for block in oldest.value.blocks { block.deallocate() }
                bytes -= oldest.key * oldest.value.blocks.count
                sizes[oldest.key] = nil
            }
        }
    }

    // Blocks in here belong to nobody, so their pointers may be handed to any thread.
    nonisolated(unsafe) private static var free = Free()
    private static let lock = Mutex<Void>(())
    private static let asked = Atomic<Int>(0)

    /// How often tensor-sized memory (4 KiB or more) was asked of the system so far.
    public static var systemAllocations: Int { asked.load(ordering: .relaxed) }

    static func roundedUp(_ bytes: Int) -> Int {
        if bytes < smallestKept { return (max(64, bytes) + 63) & ~63 }
        let step = 1 << (Int.bitWidth - 1 - bytes.leadingZeroBitCount - 3)
        return (bytes + step - 1) & ~(step - 1)
    }

    static func take(bytes: Int) -> UnsafeMutableRawPointer {
        let size = roundedUp(bytes)
        if size >= smallestKept {
            if size <= largestKept {
                let found: UInt = lock.withLock { _ in
                    free.take(size).map { UInt(bitPattern: $0) } ?? 0
                }
                if let block = UnsafeMutableRawPointer(bitPattern: found) { return block }
            }
            asked.add(1, ordering: .relaxed)
        }
        return .allocate(byteCount: size, alignment: 64)
    }

    static func give(_ block: UnsafeMutableRawPointer, bytes: Int) {
        let size = roundedUp(bytes)
        if size >= smallestKept, size <= largestKept {
            let address = UInt(bitPattern: block)
            lock.withLock { _ in
                if let block = UnsafeMutableRawPointer(bitPattern: address) { free.give(block, size) }
            }
            return
        }
        block.deallocate()
    }
}
