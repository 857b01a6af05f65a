import Checkpoints
import Support
import Tensors
import Testing

@Suite struct DamagedCheckpointTests {
    static func fault(_ bytes: [UInt8]) -> Fault? {
        do { _ = try LoadedCheckpoint(bytes: bytes, path: "f") } catch { return error as? Fault }
        return nil
    }

    /// A file with this header and `data` bytes after it.
    static func file(_ header: String, data: Int) -> [UInt8] {
        let json = Array(header.utf8)
        return withUnsafeBytes(of: UInt64(json.count).littleEndian) { Array($0) } + json
            + Array(repeating: 0, count: data)
    }

    @Test(arguments: [
        ("{}", 0, nil), ("{}   ", 0, nil), ("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8, nil),
        ("{}", 1, "'f' is damaged: it has 1 byte after its last tensor"),
        ("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 5, "'f' is truncated at byte 67: 3 bytes are missing"),
        ("{\"a\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]}}", 8, "'f' is damaged: tensor 'a': F32 of shape [3] does not fit its 8 bytes"),
        ("{\"a\":{\"dtype\":\"F99\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8, "'f' is damaged: tensor 'a' has the unknown dtype 'F99'"),
        ("{\"a\":{\"shape\":[2],\"data_offsets\":[0,8]}}", 8, "'f' is damaged: tensor 'a' has no dtype"),
        ("{\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0,8]}}", 8, "'f' is damaged: tensor 'a' has no shape of whole numbers"),
        ("{\"a\":{\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]}}", 8, "'f' is damaged: tensor 'a' has no shape of whole numbers"),
        ("{\"a\":{\"dtype\":\"F32\",\"shape\":[2.5],\"data_offsets\":[0,8]}}", 8, "'f' is damaged: tensor 'a' has no shape of whole numbers"),
        ("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]}}", 8, "'f' is damaged: tensor 'a' has no data_offsets"),
        ("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0]}}", 8, "'f' is damaged: tensor 'a' has no data_offsets"),
        ("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}", 8, "'f' is damaged: tensor 'a' leaves a gap before it"),
        (
            "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[4,12]}}",
            12, "'f' is damaged: tensor 'b' overlaps the one before it"
        ),
        ("{\"a\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904,4],\"data_offsets\":[0,0]}}", 0, "'f' is damaged: tensor 'a': F32 of shape [4611686018427387904, 4] does not fit its 0 bytes"),
        ("{\"a\":1}", 0, "'f' is damaged: tensor 'a' has no dtype"),
        ("{\"a\":", 0, "'f' is damaged: its header is no JSON: JSON ends at byte 5 where a value was wanted"),
        ("{\"__metadata__\":{\"a\":1}}", 0, "'f' is damaged: metadata 'a' is no text"),
        ("{\"__metadata__\":[]}", 0, "'f' is damaged: its metadata is no JSON object"),
        ("{\"__metadata__\":{\"mpo.format\":\"3\"}}", 0, "'f' was made by a newer version (format 3, this one reads up to 2)"),
        ("{\"__metadata__\":{\"mpo.format\":\"x\"}}", 0, "'f' is damaged: its format version is 'x'"),
        ("{\"__metadata__\":{\"mpo.format\":\"1\"}}", 0, "'f' is damaged: its checksum is missing"),
    ] as [(String, Int, String?)])
    func headersAreChecked(header: String, data: Int, message: String?) {
        #expect(Self.fault(Self.file(header, data: data))?.message == message)
    }

    @Test func foreignFilesAreTold() {
        #expect(Self.fault([])?.message == "'f' is not a safetensors file: it is empty")
        #expect(Self.fault([1, 2, 3])?.message == "'f' is not a safetensors file: it has only 3 bytes")
        for text in ["#!/bin/sh\necho hello\n", "PK\u{3}\u{4}0000000000000000", "{\"a\": 1, \"b\": 2, \"c\": 3}"] {
            #expect(
                Self.fault(Array(text.utf8))?.message == "'f' is not a safetensors file: it does not begin with a header")
        }
    }

    @Test func everyTruncationIsToldWithItsByte() throws {
        let whole = try CheckpointTests.sample().encoded()
        for count in 8..<whole.count {
            let fault = try #require(Self.fault(Array(whole[..<count])))
            #expect(fault.id == "checkpoint.truncated", "\(count)")
            #expect(fault.message.contains("truncated at byte \(count)"))
        }
    }

    /// Every single flipped bit is found: by the header's checks or by the checksum.
    @Test func everyFlippedBitIsFound() throws {
        let whole = try CheckpointTests.sample().encoded()
        for index in whole.indices {
            for bit in 0..<8 {
                var bytes = whole
                bytes[index] ^= 1 << bit
                #expect(Self.fault(bytes) != nil, "byte \(index) bit \(bit)")
            }
        }
    }

    /// Mutations of a sound file, and of one without a checksum, never crash; what is read has the told size.
    @Test func mutatedFilesNeverCrash() throws {
        let ours = try CheckpointTests.sample().encoded()
        let plain = Self.file(
            "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"b\":{\"dtype\":\"F64\",\"shape\":[1,1],\"data_offsets\":[8,16]}}",
            data: 16)
        let digits = Array("0123456789-,[]{}\":.eE".utf8)
        var stream = RandomStream(seed: 11, purpose: .script)
        var sound = 0
        for round in 0..<20_000 {
            var bytes = round % 2 == 0 ? ours : plain
            for _ in 0...stream.index(below: 4) {
                let index = stream.index(below: bytes.count)
                switch stream.index(below: 5) {
                case 0: bytes[index] = UInt8(truncatingIfNeeded: stream.nextUInt32())
                case 1: bytes[index] = digits[stream.index(below: digits.count)]
                case 2: bytes.remove(at: index)
                case 3: bytes.insert(digits[stream.index(below: digits.count)], at: index)
                default: bytes[index] ^= 1 << UInt8(stream.index(below: 8))
                }
            }
            guard let loaded = try? LoadedCheckpoint(bytes: bytes) else { continue }
            sound += 1
            for name in loaded.names {
                let count = try loaded.shape(name).reduce(1, *)
                if let values = try? loaded.floats(name) { #expect(values.count == count) }
                if let values = try? loaded.doubles(name) { #expect(values.count == count) }
            }
        }
        #expect(sound > 100)  // the files without a checksum whose data alone was changed
    }
}
