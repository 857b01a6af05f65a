import Glibc
import Support
import Tensors
import Testing

@Suite struct TensorUnaryTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let function: @Sendable (Tensor) throws -> Tensor
        let exact: @Sendable (Double) -> Double
        var positive = false
        var testDescription: String { name }
    }

    static let cases: [Case] = [
        Case(name: "negate", function: { try -$0 }, exact: { -$0 }),
        Case(name: "exp", function: { try $0.exp() }, exact: { exp($0) }),
        Case(name: "expm1", function: { try $0.expm1() }, exact: { expm1($0) }),
        Case(name: "log", function: { try $0.log() }, exact: { log($0) }, positive: true),
        Case(name: "log1p", function: { try $0.log1p() }, exact: { log1p($0) }, positive: true),
        Case(name: "sqrt", function: { try $0.sqrt() }, exact: { $0.squareRoot() }, positive: true),
        Case(name: "square", function: { try $0.square() }, exact: { $0 * $0 }),
        Case(name: "reciprocal", function: { try $0.reciprocal() }, exact: { 1 / $0 }, positive: true),
        Case(name: "abs", function: { try $0.abs() }, exact: { abs($0) }),
        Case(name: "sign", function: { try $0.sign() }, exact: { $0 > 0 ? 1 : $0 < 0 ? -1 : 0 }),
        Case(name: "tanh", function: { try $0.tanh() }, exact: { tanh($0) }),
        Case(name: "sigmoid", function: { try $0.sigmoid() }, exact: { 1 / (1 + exp(-$0)) }),
        Case(name: "softplus", function: { try $0.softplus() }, exact: { log1p(exp($0)) }),
        Case(name: "relu", function: { try $0.relu() }, exact: { max($0, 0) }),
        Case(name: "elu", function: { try $0.elu() }, exact: { $0 > 0 ? $0 : expm1($0) }),
        Case(name: "sin", function: { try $0.sin() }, exact: { sin($0) }),
        Case(name: "cos", function: { try $0.cos() }, exact: { cos($0) }),
        Case(name: "tan", function: { try $0.tan() }, exact: { tan($0) }),
        Case(name: "atan", function: { try $0.atan() }, exact: { atan($0) }),
        Case(name: "floor", function: { try $0.floor() }, exact: { $0.rounded(.down) }),
        Case(name: "ceil", function: { try $0.ceil() }, exact: { $0.rounded(.up) }),
        Case(name: "round", function: { try $0.round() }, exact: { $0.rounded(.toNearestOrAwayFromZero) }),
        Case(
            name: "clip", function: { try $0.clip(-0.7, 0.9) },
            exact: { min(max($0, Double(Float(-0.7))), Double(Float(0.9))) }),
    ]

    /// The kernels promise 2 ulp at most (vector_math.h); libm's sinf and its like 1; ELU near 0 twice that.
    @Test(arguments: cases) func valuesAreThoseOfTheFunction(test: Case) throws {
        var sampler = Sampler(1)
        for (low, high) in [(-1.0, 1.0), (-20, 20), (-1e-4, 1e-4)] as [(Float, Float)] {
            let x = try sampler.uniform([1, 1003], test.positive ? 1e-6 : low, high)
            let y = try test.function(x)
            for (input, value) in zip(x.values, y.values) {
                let exact = test.exact(Double(input))
                let allowed = 4 * Double(Float(exact).ulp)
                #expect(abs(Double(value) - exact) <= allowed, "\(test.name)(\(input)) = \(value), not \(exact)")
            }
        }
    }

    @Test(arguments: cases) func specialValuesBehave(test: Case) throws {
        let x = Tensor([.nan, .infinity, -.infinity, 0, -0.0])
        let y = try test.function(x).values
        for (input, value) in zip(x.values, y) {
            let exact = Float(test.name == "clip" && input.isNaN ? .nan : test.exact(Double(input)))
            if test.name == "softplus", input == .infinity { continue }  // log1p(exp ∞) is checked below
            if test.name == "sign" && input.isNaN { continue }
            if test.name == "relu" && input.isNaN { continue }
            #expect(value == exact || value.isNaN && exact.isNaN, "\(test.name)(\(input)) = \(value), not \(exact)")
        }
        #expect(try Tensor([.nan]).relu().values[0].isNaN)
        #expect(try Tensor([.infinity]).softplus().values == [.infinity])
    }

    @Test(arguments: cases) func gradientsAgreeWithDifferences(test: Case) throws {
        var sampler = Sampler(2)
        for _ in 0..<6 {
            let shape = try sampler.shape(rank: 3)
            // floor and its like are flat between integers: 0.05 + 0.1 k is at least 0.05 from them.
            let x = try sampler.apart(shape)
            try expectGradients(test.name, [test.positive ? try x.abs() + 0.5 : x]) { try test.function($0[0]) }
        }
    }

    @Test func clipRefusesAnEmptyRange() {
        #expect(throws: Fault.self) { try Tensor([1]).clip(2, 1) }
        #expect(throws: Fault.self) { try Tensor([1]).clip(.nan, 1) }
    }
}
