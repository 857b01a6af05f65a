import CKernels
import Support
import Synchronization
import Tensors
import Testing

@Suite struct GemmTests {
    static let shapes: [(Int, Int, Int)] = [
        (1, 1, 1), (1, 1, 1_000), (3, 1, 17), (1, 200, 200), (2, 3, 4), (5, 17, 9), (13, 31, 7), (14, 32, 64),
        (15, 33, 300), (28, 64, 256), (29, 16, 257), (64, 200, 23), (100, 449, 40), (7, 900, 600), (130, 70, 512),
        (0, 3, 4), (3, 0, 4), (3, 4, 0),
    ]

    /// Every element against the product in Double, with A and B plain and transposed, with and without `add`.
    @Test(arguments: shapes)
    func agreesWithDouble(m: Int, n: Int, k: Int) {
        var draws = stream(UInt64(m * 1_000_003 + n * 1_009 + k))
        let a = randomFloats(m * k, &draws)
        let b = randomFloats(k * n, &draws)
        let start = randomFloats(m * n, &draws)
        for turned in 0..<8 {
            let (aRow, aColumn) = turned & 1 == 0 ? (k, 1) : (1, m)
            let (bRow, bColumn) = turned & 2 == 0 ? (n, 1) : (1, k)
            let add = turned & 4 != 0
            var c = start
            mpo_gemm(
                a, Int64(aRow), Int64(aColumn), b, Int64(bRow), Int64(bColumn), &c, Int64(n), Int64(m), Int64(n),
                Int64(k), add)
            for i in 0..<m {
                for j in 0..<n {
                    var sum = add ? Double(start[i * n + j]) : 0
                    for p in 0..<k { sum += Double(a[i * aRow + p * aColumn]) * Double(b[p * bRow + j * bColumn]) }
                    // k products below 1, each sum rounded once to single precision.
                    let tolerance = Double(k + 1) * Double(k + 1).squareRoot() * 0x1p-24
                    if abs(Double(c[i * n + j]) - sum) > tolerance {
                        Issue.record("(\(i), \(j)) of form \(turned): \(c[i * n + j]), wanted \(sum)")
                        return
                    }
                }
            }
        }
    }

    /// The packed layer has the bits of bias, plus product, then activation.
    @Test(arguments: [(1, 5, 3), (14, 32, 20), (17, 33, 70), (128, 200, 200), (61, 27, 100)])
    func packedLayerEqualsItsParts(m: Int, n: Int, k: Int) {
        var draws = stream(8)
        let x = randomFloats(m * k, &draws)
        let w = randomFloats(k * n, &draws)
        let bias = randomFloats(n, &draws)
        var packed = [Float](repeating: .nan, count: Int(mpo_packed_size(Int64(k), Int64(n))))
        mpo_pack(w, Int64(n), 1, Int64(k), Int64(n), &packed)
        for activation in [mpo_identity, mpo_tanh, mpo_relu, mpo_elu] {
            var parts = Array((0..<m).map { _ in bias }.joined())
            mpo_gemm(x, Int64(k), 1, w, Int64(n), 1, &parts, Int64(n), Int64(m), Int64(n), Int64(k), true)
            mpo_bias_activation(&parts, nil, Int64(m), Int64(n), activation)
            var whole = [Float](repeating: .nan, count: m * n)
            mpo_packed_layer(x, packed, bias, &whole, Int64(m), Int64(n), Int64(k), activation)
            #expect(whole.elementsEqual(parts), "activation \(activation.rawValue)")
        }
    }

    /// Rows computed alone have the bits that they have among others.
    @Test func blocksOfRowsChangeNothing() {
        let (m, n, k) = (61, 45, 300)
        var draws = stream(9)
        let a = randomFloats(m * k, &draws)
        let b = randomFloats(k * n, &draws)
        var whole = [Float](repeating: 0, count: m * n)
        mpo_gemm(a, Int64(k), 1, b, Int64(n), 1, &whole, Int64(n), Int64(m), Int64(n), Int64(k), false)
        for rows in [1, 2, 7, 20] {
            var pieces = [Float](repeating: 0, count: m * n)
            a.withUnsafeBufferPointer { a in
                pieces.withUnsafeMutableBufferPointer { c in
                    guard let a = a.baseAddress, let c = c.baseAddress else { return }
                    for start in stride(from: 0, to: m, by: rows) {
                        mpo_gemm(
                            a + start * k, Int64(k), 1, b, Int64(n), 1, c + start * n, Int64(n),
                            Int64(min(rows, m - start)), Int64(n), Int64(k), false)
                    }
                }
            }
            #expect(pieces == whole)
        }
    }

    @Test func concurrentCallsGetTheSameBits() {
        var draws = stream(10)
        let a = randomFloats(200 * 100, &draws)
        let b = randomFloats(100 * 100, &draws)
        func product(_ m: Int) -> [Float] {
            var c = [Float](repeating: 0, count: m * 100)
            mpo_gemm(a, 100, 1, b, 100, 1, &c, 100, Int64(m), 100, 100, false)
            return c
        }
        let expected = product(200)
        let wrong = Atomic<Int>(0)
        Workers(count: 8).forEach(2_000) { index, _ in
            let m = 20 + index % 180
            if !expected.starts(with: product(m)) { wrong.add(1, ordering: .relaxed) }
        }
        #expect(wrong.load(ordering: .relaxed) == 0)
    }
}
