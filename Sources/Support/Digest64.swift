/// A running 64-bit checksum, XXH64: it tells damage and difference, it is no protection against forgery.
///
/// Feeding the same bytes in other pieces gives the same digest.
/// Source: the xxHash specification, version 0.1.1, section "XXH64 Algorithm Description".
public struct Digest64: Sendable {
    private static let prime1: UInt64 = 0x9E37_79B1_85EB_CA87
    private static let prime2: UInt64 = 0xC2B2_AE3D_27D4_EB4F
    private static let prime3: UInt64 = 0x1656_67B1_9E37_79F9
    private static let prime4: UInt64 = 0x85EB_CA77_C2B2_AE63
    private static let prime5: UInt64 = 0x27D4_EB2F_1656_67C5

    private var lanes: SIMD4<UInt64>
    private let seed: UInt64
    private var length: UInt64 = 0
    private var pending: [UInt8] = []

    public init(seed: UInt64 = 0) {
        self.seed = seed
        lanes = [seed &+ Self.prime1 &+ Self.prime2, seed &+ Self.prime2, seed, seed &- Self.prime1]
    }

    public mutating func combine(_ bytes: UnsafeRawBufferPointer) {
        length &+= UInt64(bytes.count)
        var rest = bytes[...]
        if !pending.isEmpty {
            let missing = min(32 - pending.count, rest.count)
            pending.append(contentsOf: rest.prefix(missing))
            rest = rest.dropFirst(missing)
            if pending.count < 32 { return }
            pending.withUnsafeBytes { stripes($0) }
            pending.removeAll(keepingCapacity: true)
        }
        let whole = rest.count & ~31
        stripes(UnsafeRawBufferPointer(rebasing: rest.prefix(whole)))
        pending.append(contentsOf: rest.dropFirst(whole))
    }

    public mutating func combine(_ bytes: [UInt8]) { bytes.withUnsafeBytes { combine($0) } }
    public mutating func combine(_ values: [Double]) { values.withUnsafeBytes { combine($0) } }
    public mutating func combine(_ values: UnsafeBufferPointer<Float>) {
        combine(UnsafeRawBufferPointer(values))
    }
    public mutating func combine(_ value: UInt64) { withUnsafeBytes(of: value.littleEndian) { combine($0) } }
    public mutating func combine(_ value: Int) { combine(UInt64(bitPattern: Int64(value))) }
    public mutating func combine(_ value: Double) { combine(value.bitPattern) }

    /// A text and its length, so that "ab" + "c" differs from "a" + "bc".
    public mutating func combine(_ text: String) {
        let bytes = Array(text.utf8)
        combine(bytes.count)
        combine(bytes)
    }

    private mutating func stripes(_ bytes: UnsafeRawBufferPointer) {
        var lanes = lanes
        var offset = 0
        while offset + 32 <= bytes.count {
            for lane in 0..<4 {
                let word = UInt64(
                    littleEndian: bytes.loadUnaligned(fromByteOffset: offset + 8 * lane, as: UInt64.self))
                lanes[lane] = Self.round(lanes[lane], word)
            }
            offset += 32
        }
        self.lanes = lanes
    }

    @inline(__always) private static func rotated(_ x: UInt64, _ by: UInt64) -> UInt64 {
        x &<< by | x &>> (64 &- by)
    }

    @inline(__always) private static func round(_ lane: UInt64, _ word: UInt64) -> UInt64 {
        rotated(lane &+ word &* prime2, 31) &* prime1
    }

    /// The digest of everything combined so far.
    public var value: UInt64 {
        var h: UInt64
        if length >= 32 {
            h = Self.rotated(lanes[0], 1) &+ Self.rotated(lanes[1], 7)
            h = h &+ Self.rotated(lanes[2], 12) &+ Self.rotated(lanes[3], 18)
            for lane in 0..<4 {
                h = (h ^ Self.round(0, lanes[lane])) &* Self.prime1 &+ Self.prime4
            }
        } else {
            h = seed &+ Self.prime5
        }
        h = h &+ length
        pending.withUnsafeBytes { tail in
            var offset = 0
            while offset + 8 <= tail.count {
                let word = UInt64(littleEndian: tail.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
                h = Self.rotated(h ^ Self.round(0, word), 27) &* Self.prime1 &+ Self.prime4
                offset += 8
            }
            if offset + 4 <= tail.count {
                let word = UInt32(littleEndian: tail.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
                h = Self.rotated(h ^ UInt64(word) &* Self.prime1, 23) &* Self.prime2 &+ Self.prime3
                offset += 4
            }
            while offset < tail.count {
                h = Self.rotated(h ^ UInt64(tail[offset]) &* Self.prime5, 11) &* Self.prime1
                offset += 1
            }
        }
        h = (h ^ h >> 33) &* Self.prime2
        h = (h ^ h >> 29) &* Self.prime3
        return h ^ h >> 32
    }

    /// The digest as 16 hexadecimal digits.
    public var text: String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
