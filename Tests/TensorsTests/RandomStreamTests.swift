import Glibc
import Tensors
import Testing

@Suite struct RandomStreamTests {
    /// `kat_vectors` of Random123 1.14.0 (Salmon et al. 2011), the lines `philox4x32 10`.
    @Test(arguments: [
        (
            [0, 0, 0, 0], [0, 0],
            [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]
        ),
        (
            [0xffff_ffff, 0xffff_ffff, 0xffff_ffff, 0xffff_ffff], [0xffff_ffff, 0xffff_ffff],
            [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]
        ),
        (
            [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344], [0xa409_3822, 0x299f_31d0],
            [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]
        ),
    ] as [([UInt32], [UInt32], [UInt32])])
    func philoxMatchesTheKnownAnswers(counter: [UInt32], key: [UInt32], expected: [UInt32]) {
        let out = RandomStream.philox(
            counter: (counter[0], counter[1], counter[2], counter[3]), key: (key[0], key[1]))
        #expect([out.0, out.1, out.2, out.3] == expected)
    }

    @Test func wordsComeBlockByBlock() {
        var stream = RandomStream(seed: 0, purpose: .script)
        let counter: (UInt32, UInt32, UInt32, UInt32) = (0, 0, 0, UInt32(RandomPurpose.script.rawValue) << 16)
        let first = RandomStream.philox(counter: counter, key: (0, 0))
        let second = RandomStream.philox(counter: (1, 0, 0, counter.3), key: (0, 0))
        let words = (0..<8).map { _ in stream.nextUInt32() }
        #expect(
            words == [first.0, first.1, first.2, first.3, second.0, second.1, second.2, second.3])
    }

    @Test func everyPartOfTheKeyMatters() {
        let streams = [
            RandomStream(seed: 0, purpose: .script), RandomStream(seed: 1, purpose: .script),
            RandomStream(seed: 1 << 32, purpose: .script), RandomStream(seed: 0, purpose: .exploration),
            RandomStream(seed: 0, purpose: .script, step: 1),
            RandomStream(seed: 0, purpose: .script, step: 1 << 40),
            RandomStream(seed: 0, purpose: .script, row: 1),
        ]
        let words = streams.map { stream in
            var stream = stream
            return stream.nextUInt64()
        }
        #expect(Set(words).count == streams.count)
    }

    /// Moments and bins of 200 000 draws; bounds are 5 standard errors of each statistic.
    @Test func uniformIsUniform() {
        var stream = RandomStream(seed: 7, purpose: .script)
        let n = 200_000
        var sum = 0.0
        var bins = [Int](repeating: 0, count: 20)
        for _ in 0..<n {
            let u = stream.uniform()
            #expect(u >= 0 && u < 1)
            sum += u
            bins[Int(u * 20)] += 1
        }
        #expect(abs(sum / Double(n) - 0.5) < 5 * (1 / 12.0 / Double(n)).squareRoot())
        let expected = Double(n) / 20
        let chi2 = bins.reduce(0.0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected }
        #expect(chi2 < 19 + 5 * (2 * 19.0).squareRoot())
    }

    private static func checkMoments(_ values: [Double]) {
        let n = Double(values.count)
        func moment(_ k: Int) -> Double {
            values.reduce(0.0) { sum, x in
                var power = 1.0
                for _ in 0..<k { power *= x }
                return sum + power
            } / n
        }
        // Variances of the sample moments of N(0, 1): E[x²ᵏ] − E[xᵏ]² = 1, 2, 15, 96.
        for (k, mean, variance) in [(1, 0.0, 1.0), (2, 1, 2), (3, 0, 15), (4, 3, 96)] {
            #expect(abs(moment(k) - mean) < 5 * (variance / n).squareRoot(), "moment \(k)")
        }
        // P(|x| < 1) = 0.682689…, P(|x| > 3) = 0.0026998
        let inside = Double(values.count { abs($0) < 1 }) / n
        #expect(abs(inside - 0.682689492) < 5 * (0.6827 * 0.3173 / n).squareRoot())
        let outside = Double(values.count { abs($0) > 3 }) / n
        #expect(abs(outside - 0.002699796) < 5 * (0.0027 / n).squareRoot())
        let lag = zip(values, values.dropFirst()).reduce(0.0) { $0 + $1.0 * $1.1 } / n
        #expect(abs(lag) < 5 / n.squareRoot(), "lag-one correlation")
    }

    @Test func normalHasTheMomentsOfANormal() {
        var stream = RandomStream(seed: 3, purpose: .exploration, step: 9)
        Self.checkMoments((0..<200_000).map { _ in stream.normal() })
    }

    @Test(arguments: [0, 1, 2, 3, 4, 5, 63, 64, 65, 200_000])
    func fillNormalIsNormalAndStaysInItsBounds(count: Int) {
        var stream = RandomStream(seed: 4, purpose: .estepActions, step: 2, row: 5)
        let memory = UnsafeMutablePointer<Float>.allocate(capacity: count + 1)
        defer { memory.deallocate() }
        memory[count] = 42
        stream.fillNormal(memory, count: count)
        #expect(memory[count] == 42)
        let values = (0..<count).map { Double(memory[$0]) }
        #expect(values.allSatisfy { $0.isFinite })
        if count > 1000 { Self.checkMoments(values) }
        var again = RandomStream(seed: 4, purpose: .estepActions, step: 2, row: 5)
        let second = UnsafeMutablePointer<Float>.allocate(capacity: count + 1)
        defer { second.deallocate() }
        again.fillNormal(second, count: count)
        #expect(values == (0..<count).map { Double(second[$0]) })
    }

    /// The vectorised transform against the same words in Double: the float32 angle and logarithm are good to a few ulp,
    /// times a radius below 6.8.
    @Test func fillNormalIsBoxAndMullersTransformOfThePhiloxWords() {
        let key: (UInt32, UInt32) = (77, 5)
        var stream = RandomStream(seed: 77 | 5 << 32, purpose: .estepActions, step: 3, row: 9)
        let memory = UnsafeMutablePointer<Float>.allocate(capacity: 128)
        defer { memory.deallocate() }
        stream.fillNormal(memory, count: 100)
        for i in 0..<100 {
            let (chunk, lane) = (i / 64, i % 64)
            let block = RandomStream.philox(
                counter: (UInt32(chunk * 16 + lane % 16), 9, 3, UInt32(RandomPurpose.estepActions.rawValue) << 16),
                key: key)
            let (v, w) = lane < 32 ? (block.0, block.1) : (block.2, block.3)
            let radius = (-2 * log((Double(v) + 0.5) * 0x1p-32)).squareRoot()
            let angle = 2 * Double.pi * Double(w) * 0x1p-32
            let exact = radius * (lane % 32 < 16 ? cos(angle) : sin(angle))
            #expect(abs(Double(memory[i]) - exact) < 3e-6, "number \(i)")
        }
        // The next draw comes from the block after the two chunks.
        let next = RandomStream.philox(
            counter: (32, 9, 3, UInt32(RandomPurpose.estepActions.rawValue) << 16), key: key)
        #expect(stream.nextUInt32() == next.0)
    }

    @Test func fillUniformStaysInRange() {
        var stream = RandomStream(seed: 4, purpose: .script)
        let memory = UnsafeMutablePointer<Float>.allocate(capacity: 10_000)
        defer { memory.deallocate() }
        stream.fillUniform(memory, count: 10_000, low: -2, high: 3)
        let values = (0..<10_000).map { memory[$0] }
        #expect(values.allSatisfy { $0 >= -2 && $0 < 3 })
        #expect(abs(values.reduce(0, +) / 10_000 - 0.5) < 5 * Float(25 / 12.0 / 10_000).squareRoot())
    }

    @Test(arguments: [-5, 0, 1, 2, 3, 7, 1000, Int.max])
    func indexStaysBelowItsBound(bound: Int) {
        var stream = RandomStream(seed: 11, purpose: .replaySampling)
        for _ in 0..<1000 {
            let index = stream.index(below: bound)
            #expect(index >= 0 && index < max(1, bound))
        }
    }

    @Test func everyIndexIsAsLikely() {
        var stream = RandomStream(seed: 12, purpose: .replaySampling)
        var counts = [Int](repeating: 0, count: 7)
        for _ in 0..<70_000 { counts[stream.index(below: 7)] += 1 }
        let chi2 = counts.reduce(0.0) { $0 + (Double($1) - 10_000) * (Double($1) - 10_000) / 10_000 }
        #expect(chi2 < 6 + 5 * 12.0.squareRoot())
    }

    @Test func everyOrderOfThreeIsAsLikely() {
        var stream = RandomStream(seed: 13, purpose: .script)
        var counts: [[Int]: Int] = [:]
        for _ in 0..<60_000 { counts[stream.permutation(3), default: 0] += 1 }
        #expect(counts.count == 6)
        let chi2 = counts.values.reduce(0.0) {
            $0 + (Double($1) - 10_000) * (Double($1) - 10_000) / 10_000
        }
        #expect(chi2 < 5 + 5 * 10.0.squareRoot())
        #expect(stream.permutation(100).sorted() == Array(0..<100))
        #expect(stream.permutation(0).isEmpty && stream.permutation(-3).isEmpty)
    }
}
