/// Compression for PNG: LZ77 with the fixed Huffman codes, in one block. Source: RFC 1950 and 1951.
package enum Deflate {
    /// The bytes as a zlib stream.
    package static func zlib(_ bytes: [UInt8]) -> [UInt8] {
        // Deflate with a window of 32 KiB; the header's check bits make it a multiple of 31.
        var stream: [UInt8] = [0x78, 0x01]
        stream += deflate(bytes)
        let sum = Checksums.adler32(bytes)
        stream += [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: sum >> $0) }
        return stream
    }

    private static let window = 32768
    private static let longest = 258
    /// Earlier places that are tried for each match.
    private static let tries = 24

    package static func deflate(_ bytes: [UInt8]) -> [UInt8] {
        var output = BitWriter()
        output.write(1, 1)  // the last block
        output.write(1, 2)  // with fixed codes
        let count = bytes.count
        var heads = [Int32](repeating: -1, count: 1 << 15)
        var previous = [Int32](repeating: -1, count: window)
        bytes.withUnsafeBufferPointer { bytes in
            func hash(_ i: Int) -> Int {
                let three = UInt32(bytes[i]) | UInt32(bytes[i + 1]) << 8 | UInt32(bytes[i + 2]) << 16
                return Int((three &* 0x9E37_79B1) >> 17)
            }
            func remember(_ i: Int) {
                guard i + 2 < count else { return }
                let key = hash(i)
                previous[i % window] = heads[key]
                heads[key] = Int32(truncatingIfNeeded: i)
            }
            var i = 0
            while i < count {
                var (length, distance) = (0, 0)
                if i + 2 < count {
                    let most = min(longest, count - i)
                    var candidate = Int(heads[hash(i)])
                    var left = tries
                    while candidate >= 0, i - candidate <= window - 1, left > 0, length < most {
                        var n = 0
                        while n < most, bytes[candidate + n] == bytes[i + n] { n += 1 }
                        if n > length { (length, distance) = (n, i - candidate) }
                        let next = Int(previous[candidate % window])
                        // A place that was overwritten points forward.
                        if next >= candidate { break }
                        candidate = next
                        left -= 1
                    }
                }
                if length >= 3 {
                    output.match(length, distance)
                    for k in i..<i + length { remember(k) }
                    i += length
                } else {
                    output.literal(Int(bytes[i]))
                    remember(i)
                    i += 1
                }
            }
        }
        output.literal(256)
        return output.finish()
    }

    private struct BitWriter {
        private var bytes: [UInt8] = []
        private var pending: UInt64 = 0
        private var count = 0

        /// The lowest `bits` bits of a number, the lowest first.
        mutating func write(_ value: Int, _ bits: Int) {
            pending |= UInt64(value) << UInt64(count)
            count += bits
            while count >= 8 {
                bytes.append(UInt8(truncatingIfNeeded: pending))
                pending >>= 8
                count -= 8
            }
        }

        /// A Huffman code, whose highest bit comes first.
        private mutating func code(_ value: Int, _ bits: Int) {
            var reversed = 0
            for k in 0..<bits where value >> k & 1 == 1 { reversed |= 1 << (bits - 1 - k) }
            write(reversed, bits)
        }

        mutating func literal(_ symbol: Int) {
            switch symbol {
            case ..<144: code(0x30 + symbol, 8)
            case ..<256: code(0x190 + symbol - 144, 9)
            case ..<280: code(symbol - 256, 7)
            default: code(0xC0 + symbol - 280, 8)
            }
        }

        mutating func match(_ length: Int, _ distance: Int) {
            let l = Deflate.lengths.lastIndex { $0.base <= length } ?? 0
            literal(257 + l)
            write(length - Deflate.lengths[l].base, Deflate.lengths[l].bits)
            let d = Deflate.distances.lastIndex { $0.base <= distance } ?? 0
            code(d, 5)
            write(distance - Deflate.distances[d].base, Deflate.distances[d].bits)
        }

        mutating func finish() -> [UInt8] {
            if count > 0 { bytes.append(UInt8(truncatingIfNeeded: pending)) }
            return bytes
        }
    }

    /// For each length symbol from 257 on, the first length and the extra bits.
    private static let lengths: [(base: Int, bits: Int)] = {
        var result: [(base: Int, bits: Int)] = []
        var base = 3
        for symbol in 0..<28 {
            let bits = symbol < 8 ? 0 : symbol / 4 - 1
            result.append((base, bits))
            base += 1 << bits
        }
        return result + [(258, 0)]
    }()

    private static let distances: [(base: Int, bits: Int)] = {
        var result: [(base: Int, bits: Int)] = []
        var base = 1
        for symbol in 0..<30 {
            let bits = symbol < 4 ? 0 : symbol / 2 - 1
            result.append((base, bits))
            base += 1 << bits
        }
        return result
    }()
}
