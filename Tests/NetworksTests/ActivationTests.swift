#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif
import CKernels
import Testing

/// The vectorised functions against the C library's in Double.
@Suite struct ActivationTests {
    static let points: [Float] =
        stride(from: -100.0, through: 100.0, by: 0.0117).map(Float.init)
        + stride(from: -1e-2, through: 1e-2, by: 1.3e-6).map(Float.init)
        + [0, -0.0, 1e-30, -1e-30, .leastNonzeroMagnitude, 3e38, -3e38, .infinity, -.infinity]

    static let functions: [(String, mpo_activation, @Sendable (Double) -> Double)] = [
        ("identity", mpo_identity, { $0 }), ("tanh", mpo_tanh, { tanh($0) }), ("relu", mpo_relu, { max($0, 0) }),
        ("elu", mpo_elu, { $0 > 0 ? $0 : expm1($0) }),
    ]

    @Test(arguments: functions)
    func withinTwoUnitsInTheLastPlace(
        name: String, activation: mpo_activation, exact: @Sendable (Double) -> Double
    ) {
        for count in [1, 7, Self.points.count] {  // with and without a vector's remainder
            var y = Array(Self.points.suffix(count))
            let x = y
            mpo_bias_activation(&y, nil, 1, Int64(count), activation)
            for i in 0..<count {
                let wanted = exact(Double(x[i]))
                if wanted.isInfinite {
                    #expect(Double(y[i]) == wanted)
                } else {
                    let ulp = Double(Float(wanted).ulp)
                    if abs(Double(y[i]) - wanted) > 2 * ulp { Issue.record("\(name)(\(x[i])) = \(y[i]), not \(wanted)") }
                }
            }
        }
    }

    @Test(arguments: functions)
    func keepsNaN(name: String, activation: mpo_activation, exact: @Sendable (Double) -> Double) {
        var y = [Float](repeating: .nan, count: 37)
        mpo_bias_activation(&y, nil, 1, 37, activation)
        #expect(y.allSatisfy { $0.isNaN })
    }
}
