import Tensors
import Testing

@Suite(.serialized) struct StorageMemoryTests {
    /// Other suites run beside this one and allocate too, so the size here is one that nobody else uses.
    @Test func droppedBlocksAreUsedAgain() {
        let count = 3_145_733
        var addresses = Set<UnsafeMutablePointer<Float>>()
        for _ in 0..<20 { addresses.insert(Storage(count: count).pointer) }
        #expect(addresses.count == 1)
    }

    @Test func blocksInUseAreNeverShared() {
        let storages = (0..<64).map { Storage(copying: Storage([Float](repeating: Float($0), count: 2_000 + $0 % 3))) }
        for (index, storage) in storages.enumerated() {
            #expect(storage.span.allSatisfy { $0 == Float(index) })
        }
    }

    @Test(arguments: [0, 1, 15, 16, 1_023, 1_024, 1_025, 99_999, 20_000_000])
    func everySizeIsAlignedAndWritable(count: Int) {
        let storage = Storage(zeros: count)
        #expect(Int(bitPattern: storage.pointer) % 64 == 0)
        #expect(storage.count == count)
        if count > 0 { #expect(storage.pointer[count - 1] == 0) }
    }
}
