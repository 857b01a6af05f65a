import Plots
import Testing

@Suite struct PixelImageTests {
    /// A decoder of its own for what deflate writes: stored blocks and fixed codes, bit by bit. Source: RFC 1951.
    struct Inflater {
        struct Failed: Error {}
        let bytes: [UInt8]
        var place = 0

        mutating func bit() throws -> Int {
            guard place / 8 < bytes.count else { throw Failed() }
            defer { place += 1 }
            return Int(bytes[place / 8] >> UInt8(place % 8)) & 1
        }

        /// A number of so many bits, the lowest first.
        mutating func number(_ bits: Int) throws -> Int {
            var value = 0
            for k in 0..<bits { value |= try bit() << k }
            return value
        }

        mutating func symbol() throws -> Int {
            var code = 0
            for length in 1...9 {
                code = try code << 1 | bit()
                if length == 7, code <= 0b0010111 { return 256 + code }
                if length == 8, (0b00110000...0b10111111).contains(code) { return code - 0b00110000 }
                if length == 8, (0b11000000...0b11000111).contains(code) { return 280 + code - 0b11000000 }
                if length == 9, (0b110010000...0b111111111).contains(code) { return 144 + code - 0b110010000 }
            }
            throw Failed()
        }

        mutating func inflate() throws -> [UInt8] {
            let lengths = [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258]
            let lengthBits = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0]
            let distances = [
                1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145,
                8193, 12289, 16385, 24577,
            ]
            guard try bit() == 1, try number(2) == 1 else { throw Failed() }
            var result: [UInt8] = []
            while true {
                let symbol = try symbol()
                if symbol < 256 { result.append(UInt8(symbol)); continue }
                if symbol == 256 { return result }
                guard symbol <= 285 else { throw Failed() }
                let length = lengths[symbol - 257] + (try number(lengthBits[symbol - 257]))
                var code = 0
                for _ in 0..<5 { code = try code << 1 | bit() }
                guard code < 30 else { throw Failed() }
                let distance = distances[code] + (try number(code < 4 ? 0 : code / 2 - 1))
                guard distance <= result.count else { throw Failed() }
                for _ in 0..<length { result.append(result[result.count - distance]) }
            }
        }
    }

    /// Zeros, ramps, noise, long repeats across the window, single bytes: what comes out is what went in.
    @Test func whatIsDeflatedComesBack() throws {
        var dice = Dice(7)
        var cases: [[UInt8]] = [[], [0], [255, 255], [UInt8](repeating: 9, count: 100_000), (0..<70_000).map { UInt8($0 % 251) }]
        for count in [3, 259, 40_000] { cases.append((0..<count).map { _ in UInt8(dice.index(256)) }) }
        cases.append((0..<90_000).map { _ in UInt8(dice.index(3)) })
        for bytes in cases {
            let packed = Deflate.deflate(bytes)
            var inflater = Inflater(bytes: packed)
            #expect(try inflater.inflate() == bytes, "\(bytes.count) bytes")
        }
        #expect(Deflate.deflate(cases[3]).count < 1000)
    }

    /// The values that the standards' own texts give for these words.
    @Test func checksums() {
        #expect(Checksums.crc32(Array("123456789".utf8)) == 0xCBF4_3926)
        #expect(Checksums.crc32(Array("IEND".utf8)) == 0xAE42_6082)
        #expect(Checksums.adler32(Array("Wikipedia".utf8)) == 0x11E6_0398)
    }

    /// Chunks with their lengths and sums; the pixels come back through the filters.
    @Test func aFileHoldsItsPixels() throws {
        var dice = Dice(3)
        let (width, height) = (37, 21)
        let pixels = (0..<3 * width * height).map { k in k % 5 == 0 ? UInt8(dice.index(256)) : UInt8(truncatingIfNeeded: k / 7) }
        let file = PixelImage(width: width, height: height, rgb: pixels).png()
        #expect(Array(file.prefix(8)) == [137, 80, 78, 71, 13, 10, 26, 10])
        var chunks: [(type: String, data: [UInt8])] = []
        var place = 8
        func number(_ at: Int) -> Int { file[at..<at + 4].reduce(0) { $0 << 8 | Int($1) } }
        while place + 12 <= file.count {
            let length = number(place)
            let body = Array(file[place + 4..<place + 8 + length])
            #expect(number(place + 8 + length) == Int(Checksums.crc32(body)))
            chunks.append((String(decoding: body.prefix(4), as: UTF8.self), Array(body.dropFirst(4))))
            place += 12 + length
        }
        #expect(place == file.count && chunks.map(\.type) == ["IHDR", "IDAT", "IEND"])
        #expect(chunks[0].data == [0, 0, 0, 37, 0, 0, 0, 21, 8, 2, 0, 0, 0])
        var inflater = Inflater(bytes: Array(chunks[1].data.dropFirst(2).dropLast(4)))
        let rows = try inflater.inflate()
        #expect(Array(chunks[1].data.suffix(4)) == withUnsafeBytes(of: Checksums.adler32(rows).bigEndian) { Array($0) })
        #expect((Int(chunks[1].data[0]) * 256 + Int(chunks[1].data[1])) % 31 == 0)
        var back = [UInt8](repeating: 0, count: pixels.count)
        let stride = 3 * width
        for y in 0..<height {
            let filter = rows[y * (stride + 1)]
            for i in 0..<stride {
                let value = rows[y * (stride + 1) + 1 + i]
                let left = i >= 3 ? back[y * stride + i - 3] : 0
                let above = y > 0 ? back[(y - 1) * stride + i] : 0
                back[y * stride + i] = value &+ (filter == 1 ? left : filter == 2 ? above : 0)
            }
        }
        #expect(back == pixels)
    }
}
