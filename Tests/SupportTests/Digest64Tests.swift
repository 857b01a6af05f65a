import Support
import Testing

@Suite struct Digest64Tests {
    /// Recorded with the xxhash package of PyPI (xxh64_hexdigest).
    static let known: [(bytes: [UInt8], seed: UInt64, text: String)] = [
        ([], 0, "ef46db3751d8e999"), ([], 2_654_435_761, "ac75fda2929b17ef"),
        (Array("a".utf8), 0, "d24ec4f1a98c6e5b"), (Array("abc".utf8), 2_654_435_761, "1318df30094a85fd"),
        (Array(0..<31), 0, "c346d2b59b4d8ee1"), (Array(0..<32), 0, "cbf59c5116ff32b4"),
        (Array(0..<32), 2_654_435_761, "7181354774e0d600"), (Array(0..<100), 0, "6ac1e58032166597"),
        (
            (0..<1280).map { UInt8($0 % 256) } + Array("xyz".utf8), 2_654_435_761, "6f0d8cd52e8b4bcb"
        ),
    ]

    @Test(arguments: known.indices) func equalsThePublishedAlgorithm(index: Int) {
        let (bytes, seed, text) = Self.known[index]
        var digest = Digest64(seed: seed)
        digest.combine(bytes)
        #expect(digest.text == text)
    }

    @Test func piecesDoNotMatter() {
        let bytes = (0..<1283).map { UInt8($0 % 251) }
        var whole = Digest64()
        whole.combine(bytes)
        for size in [1, 3, 31, 32, 33, 200] {
            var pieces = Digest64()
            var start = 0
            while start < bytes.count {
                let end = min(start + size, bytes.count)
                pieces.combine(Array(bytes[start..<end]))
                start = end
            }
            #expect(pieces.value == whole.value)
        }
    }
}
