/// An image of pixels, three bytes each, the top row first; written as PNG.
public struct PixelImage: Sendable, Equatable {
    public let width: Int
    public let height: Int
    /// Red, green and blue; missing bytes are 0.
    public let rgb: [UInt8]

    public init(width: Int, height: Int, rgb: [UInt8]) {
        self.width = max(1, width)
        self.height = max(1, height)
        let count = 3 * self.width * self.height
        self.rgb = rgb.count == count ? rgb : Array((rgb + [UInt8](repeating: 0, count: max(0, count - rgb.count))).prefix(count))
    }

    /// The image as a PNG file: 8 bits a channel, one IDAT chunk. Source: the PNG specification, W3C 2003.
    public func png() -> [UInt8] {
        var file: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
        // 8 bits, colour type 2 (red, green, blue), deflate, adaptive filters, no interlacing.
        Self.append("IHDR", Self.bytes(width) + Self.bytes(height) + [8, 2, 0, 0, 0], to: &file)
        Self.append("IDAT", Deflate.zlib(filteredRows()), to: &file)
        Self.append("IEND", [], to: &file)
        return file
    }

    /// Each row after the number of its filter: 0 none, 1 less the pixel to the left, 2 less the pixel above; the one that
    /// leaves the smallest differences.
    private func filteredRows() -> [UInt8] {
        let stride = 3 * width
        var result: [UInt8] = []
        result.reserveCapacity((stride + 1) * height)
        rgb.withUnsafeBufferPointer { pixels in
            for y in 0..<height {
                let start = y * stride
                func filtered(_ filter: UInt8, _ i: Int) -> UInt8 {
                    let value = pixels[start + i]
                    switch filter {
                    case 1: return i < 3 ? value : value &- pixels[start + i - 3]
                    case 2: return y == 0 ? value : value &- pixels[start + i - stride]
                    default: return value
                    }
                }
                var best: (filter: UInt8, sum: Int) = (0, .max)
                for filter in [UInt8(0), 1, 2] {
                    var sum = 0
                    for i in 0..<stride { sum += Int(Int8(bitPattern: filtered(filter, i)).magnitude) }
                    if sum < best.sum { best = (filter, sum) }
                }
                result.append(best.filter)
                for i in 0..<stride { result.append(filtered(best.filter, i)) }
            }
        }
        return result
    }

    private static func append(_ type: String, _ data: [UInt8], to file: inout [UInt8]) {
        file += bytes(data.count)
        let body = Array(type.utf8) + data
        file += body
        file += bytes(Int(Checksums.crc32(body)))
    }

    /// Four bytes, the highest first.
    private static func bytes(_ number: Int) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
    }
}

/// The checksums of PNG and zlib.
package enum Checksums {
    private static let table: [UInt32] = (0..<256).map { n in
        var c = UInt32(n)
        for _ in 0..<8 { c = c & 1 == 1 ? 0xEDB8_8320 ^ (c >> 1) : c >> 1 }
        return c
    }

    package static func crc32(_ bytes: [UInt8]) -> UInt32 {
        var c: UInt32 = 0xFFFF_FFFF
        table.withUnsafeBufferPointer { table in
            for byte in bytes { c = table[Int((c ^ UInt32(byte)) & 0xFF)] ^ (c >> 8) }
        }
        return c ^ 0xFFFF_FFFF
    }

    package static func adler32(_ bytes: [UInt8]) -> UInt32 {
        var (a, b): (UInt32, UInt32) = (1, 0)
        for byte in bytes {
            a = (a + UInt32(byte)) % 65521
            b = (b + a) % 65521
        }
        return b << 16 | a
    }
}
