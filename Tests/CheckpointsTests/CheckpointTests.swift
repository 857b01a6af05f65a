import Checkpoints
import Glibc
import Support
import Tensors
import Testing

@Suite struct CheckpointTests {
    static func sample() throws -> Checkpoint {
        var checkpoint = Checkpoint(kind: "sample", description: ["steps": 7, "name": "ηtest", "nan": .number(.nan)])
        try checkpoint.add("bytes", [UInt8](0..<5))
        try checkpoint.add("weights", shape: [2, 3], Storage([0.5, -1, 2, .infinity, 0, .nan] as [Float]))
        try checkpoint.add("doubles", shape: [1, 2], [Double.pi, -0.0])
        try checkpoint.add("counts", [Int64.min, 0, .max])
        try checkpoint.add("seeds", [UInt64.max])
        try checkpoint.add("empty", shape: [0, 4], [Float]())
        return checkpoint
    }

    @Test func readsWhatItWrote() throws {
        let path = "/tmp/mpo-checkpoint-\(getpid()).safetensors"
        defer { unlink(path) }
        try Self.sample().write(to: path)
        let loaded = try LoadedCheckpoint(path: path)
        #expect(try WholeFile.read(path) == Self.sample().encoded())
        #expect(loaded.kind == "sample")
        #expect(loaded.description["steps"]?.int == 7)
        #expect(loaded.description["name"]?.text == "ηtest" && loaded.description["nan"]?.double?.isNaN == true)
        #expect(loaded.names == ["bytes", "counts", "doubles", "empty", "seeds", "weights"])
        let weights = try loaded.floats("weights", shape: [2, 3])
        #expect(weights[0...4] == [0.5, -1, 2, .infinity, 0] && weights[5].isNaN)
        let storage = try loaded.storage("weights", shape: [2, 3])
        #expect((0..<5).map { storage.pointer[$0] } == [0.5, -1, 2, .infinity, 0])
        #expect(try loaded.doubles("doubles").map(\.bitPattern) == [Double.pi, -0.0].map(\.bitPattern))
        #expect(try loaded.int64s("counts") == [.min, 0, .max])
        #expect(try loaded.uint64s("seeds") == [.max])
        #expect(try loaded.uint8s("bytes") == [0, 1, 2, 3, 4])
        #expect(try loaded.storage("empty", shape: [0, 4]).count == 0)
    }

    @Test func wrongRequestsAreFaults() throws {
        let loaded = try LoadedCheckpoint(bytes: Self.sample().encoded())
        func id(_ body: () throws -> Any) -> String? {
            do { _ = try body() } catch { return (error as? Fault)?.id }
            return nil
        }
        #expect(id { try loaded.storage("nothing") } == "checkpoint.missing")
        #expect(id { try loaded.storage("doubles") } == "checkpoint.type")
        #expect(id { try loaded.storage("weights", shape: [3, 2]) } == "checkpoint.shape")
        var checkpoint = Checkpoint(kind: "x")
        #expect(id { try checkpoint.add("a", shape: [3], [1.0, 2.0]) } == "checkpoint.shape")
        #expect(id { try checkpoint.add("a", shape: [-1], [1.0, 2.0]) } == "memory.size")
        #expect(id { try checkpoint.add("a", [1.0]) } == nil)
        #expect(id { try checkpoint.add("a", [1.0]) } == "checkpoint.name")
    }

    /// Data/python.safetensors was made by scripts/reference-safetensors.py with Python's package.
    @Test func readsAFileOfPythons() throws {
        let folder = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        let loaded = try LoadedCheckpoint(path: folder + "/Data/python.safetensors")
        #expect(loaded.kind == nil)
        #expect(loaded.metadata == ["made by": "python", "π": "η\n"])
        #expect(try loaded.floats("matrix", shape: [2, 3]) == [0, 0.25, 0.5, 0.75, 1, 1.25])
        #expect(try loaded.doubles("doubles").map(\.bitPattern) == [Double.pi, -0.0, Double.leastNonzeroMagnitude].map(\.bitPattern))
        #expect(try loaded.int64s("counts", shape: [2, 1]) == [.min, .max])
        #expect(try loaded.uint8s("flags") == [0, 255, 7])
        #expect(try loaded.type("half") == .float16)
        #expect(try loaded.floats("empty", shape: [0, 4]) == [])
        #expect(try loaded.floats("scalar", shape: []) == [2.5])
    }
}
