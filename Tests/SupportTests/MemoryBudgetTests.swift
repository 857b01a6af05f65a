import Support
import Testing

@Suite struct MemoryBudgetTests {
    @Test func theMachineHasMemory() {
        #expect(MemoryBudget.total > 1 << 26)
        #expect(MemoryBudget.available > 0)
        #expect(MemoryBudget.available <= MemoryBudget.total)
    }

    @Test func whatFitsPassesAndWhatCannotIsRefused() throws {
        try MemoryBudget.require(bytes: 0, for: "nothing")
        try MemoryBudget.require(bytes: 1 << 20, for: "a mebibyte")
        for bytes in [MemoryBudget.total, .max, 10 << 40] {
            let fault = #expect(throws: Fault.self) { try MemoryBudget.require(bytes: bytes, for: "a tensor") }
            #expect(fault?.id == "memory.too-large")
        }
        let negative = #expect(throws: Fault.self) { try MemoryBudget.require(bytes: -1, for: "a tensor") }
        #expect(negative?.id == "memory.size")
    }

    @Test func productsNeverTrap() throws {
        #expect(try MemoryBudget.product([3, 4, 5], for: "t") == 60)
        #expect(try MemoryBudget.product([], for: "t") == 1)
        #expect(try MemoryBudget.product([.max, .max, 0], for: "t") == 0)
        #expect(try MemoryBudget.require(elements: [2, 3], stride: 4, for: "t") == 6)
        #expect(throws: Fault.self) { try MemoryBudget.product([.max, 2], for: "t") }
        #expect(throws: Fault.self) { try MemoryBudget.product([-1, 2], for: "t") }
        let fault = #expect(throws: Fault.self) {
            try MemoryBudget.require(elements: [1_000_000_000, 1_000_000_000], stride: 16, for: "a tensor")
        }
        #expect(fault?.message == "a tensor of 1000000000000000000 × 16 is more than any memory holds")
    }

    @Test(arguments: [
        (0, "0 bytes"), (1, "1 byte"), (1023, "1023 bytes"), (1024, "1 KiB"), (1536, "1.5 KiB"), (10 << 40, "10 TiB"),
        (1 << 20, "1 MiB"), (Int.max, "8 EiB"), ((1 << 20) - 1, "1 MiB"),
    ])
    func sizesForPeople(bytes: Int, text: String) {
        #expect(MemoryBudget.text(bytes) == text)
    }
}
