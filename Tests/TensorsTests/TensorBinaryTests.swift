import Glibc
import Support
import Tensors
import Testing

@Suite struct TensorBinaryTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let function: @Sendable (Tensor, Tensor) throws -> Tensor
        let exact: @Sendable (Double, Double) -> Double
        var positiveBase = false
        var comparison = false
        var testDescription: String { name }
    }

    static let cases: [Case] = [
        Case(name: "+", function: { try $0 + $1 }, exact: { $0 + $1 }),
        Case(name: "-", function: { try $0 - $1 }, exact: { $0 - $1 }),
        Case(name: "*", function: { try $0 * $1 }, exact: { $0 * $1 }),
        Case(name: "/", function: { try $0 / $1 }, exact: { $0 / $1 }),
        Case(name: "^", function: { try Tensor.power($0, $1) }, exact: { pow($0, $1) }, positiveBase: true),
        Case(name: "maximum", function: { try Tensor.maximum($0, $1) }, exact: { max($0, $1) }),
        Case(name: "minimum", function: { try Tensor.minimum($0, $1) }, exact: { min($0, $1) }),
        Case(name: "<", function: { try Tensor.less($0, $1) }, exact: { $0 < $1 ? 1 : 0 }, comparison: true),
        Case(name: "<=", function: { try Tensor.lessOrEqual($0, $1) }, exact: { $0 <= $1 ? 1 : 0 }, comparison: true),
        Case(name: ">", function: { try Tensor.greater($0, $1) }, exact: { $0 > $1 ? 1 : 0 }, comparison: true),
        Case(
            name: ">=", function: { try Tensor.greaterOrEqual($0, $1) }, exact: { $0 >= $1 ? 1 : 0 },
            comparison: true),
        Case(name: "==", function: { try Tensor.equal($0, $1) }, exact: { $0 == $1 ? 1 : 0 }, comparison: true),
        Case(name: "!=", function: { try Tensor.notEqual($0, $1) }, exact: { $0 != $1 ? 1 : 0 }, comparison: true),
    ]

    /// The element of a broadcast input that belongs to an output's place, by indices.
    static func element(_ x: Tensor, at place: Int, of out: Shape) -> Float {
        var rest = place
        var index = 0
        var step = 1
        for back in 1..<(out.rank + 1) {
            let size = out[out.rank - back]
            let here = rest % size
            rest /= size
            if back <= x.rank {
                let own = x.shape[x.rank - back]
                index += (own == 1 ? 0 : here) * step
                step *= own
            }
        }
        return x.values[index]
    }

    /// Shapes for one operation: random pairs that broadcast, and some that only loops of their own reach.
    static func pairs(_ sampler: inout Sampler) throws -> [(Shape, Shape)] {
        var pairs: [(Shape, Shape)] = [
            ([], []), ([3], []), ([], [3]), ([2, 3], [3]), ([3], [2, 3]), ([2, 3], [2, 1]), ([2, 1], [1, 3]),
            ([2, 1, 3], [1, 4, 1]), ([2, 3, 1, 2], [3, 4, 1]), ([1, 1], [1]), ([4, 1, 2], [4, 3, 2]),
        ]
        for _ in 0..<10 {
            let first = try sampler.shape(rank: 4)
            let second = try sampler.broadcastable(with: first)
            pairs.append(sampler.stream.index(below: 2) == 0 ? (first, second) : (second, first))
        }
        return pairs
    }

    @Test(arguments: cases) func valuesFollowTheIndices(test: Case) throws {
        var sampler = Sampler(3)
        for (first, second) in try Self.pairs(&sampler) {
            var a = try sampler.uniform(first)
            var b = try sampler.uniform(second)
            if test.positiveBase { a = try a.abs() }
            if test.comparison { (a, b) = (try a.round(), try b.round()) }
            let out = try test.function(a, b)
            #expect(out.shape == (try first.broadcast(with: second, for: "test")))
            for (place, value) in out.values.enumerated() {
                let x = Double(Self.element(a, at: place, of: out.shape))
                let y = Double(Self.element(b, at: place, of: out.shape))
                let exact = Float(test.exact(x, y))
                #expect(abs(value - exact) <= exact.ulp, "\(x) \(test.name) \(y) = \(value)")
            }
        }
    }

    @Test(arguments: cases.filter { !$0.comparison }) func gradientsAgreeWithDifferences(test: Case) throws {
        var sampler = Sampler(4)
        for (first, second) in try Self.pairs(&sampler) {
            // Numbers 0.1 apart, the second's moved by 0.05: no ties, no kinks; divisors and bases away from 0.
            var a = try sampler.apart(first)
            var b = try sampler.apart(second) + 0.05
            if test.name == "/" { b = try b.abs() + 0.8 }
            if test.positiveBase {
                a = try a.abs() * 0.3 + 0.6
                b = try b * 0.7 + 0.013
            }
            try expectGradients("\(test.name) on \(first) and \(second)", [a, b]) { try test.function($0[0], $0[1]) }
        }
    }

    @Test func oneTrackedInputIsEnough() throws {
        var sampler = Sampler(5)
        let a = try sampler.uniform([2, 3], 1, 2)
        let b = try sampler.uniform([3], 1, 2)
        for test in Self.cases where !test.comparison {
            try expectGradients("\(test.name), first", [a]) { try test.function($0[0], b) }
            try expectGradients("\(test.name), second", [b]) { try test.function(a, $0[0]) }
        }
    }

    @Test(arguments: [-3, -1, 0, 0.5, 1, 2, 3, 2.5] as [Float])
    func powersWithAConstantExponent(exponent: Float) throws {
        var sampler = Sampler(6)
        let x = try sampler.uniform([3, 2], 0.7, 2)
        let y = try Tensor.power(x, Tensor(exponent))
        for (input, value) in zip(x.values, y.values) {
            let exact = Float(pow(Double(input), Double(exponent)))
            #expect(abs(value - exact) <= 2 * exact.ulp)
        }
        try expectGradients("^ \(exponent)", [x]) { try Tensor.power($0[0], Tensor(exponent)) }
    }

    @Test func theRemainderHasTheDivisorsSign() throws {
        let a = Tensor([7, -7, 7, -7, 6])
        let b = Tensor([3, 3, -3, -3, 3])
        #expect(try (a % b).values == [1, 2, -2, -1, 0])
        var sampler = Sampler(7)
        let x = try sampler.uniform([6], 1.2, 1.8)
        try expectGradients("%", [x, Tensor([5, 5, -0.41])[.range(0..<1)]]) { try $0[0] % $0[1] }
    }

    @Test func tiesShareTheGradient() throws {
        let x = Tensor([1, 2]).asVariable()
        let y = Tensor([1, 1]).asVariable()
        for (function, first, second) in [
            (Tensor.maximum, [0.5, 1], [0.5, 0]), (Tensor.minimum, [0.5, 0], [0.5, 1]),
        ] as [((Tensor, Tensor) throws -> Tensor, [Float], [Float])] {
            let found = try gradients(of: function(x, y).sum(), withRespectTo: [x, y])
            #expect(found[0].values == first && found[1].values == second)
        }
    }

    @Test func whereTakesFromBoth() throws {
        var sampler = Sampler(8)
        let condition = Tensor([1, 0, 1])
        let a = try sampler.uniform([2, 1])
        let b = try sampler.uniform([3])
        let out = try Tensor.select(condition, a, b)
        let (x, y) = (a.values, b.values)
        #expect(out.values == [x[0], y[1], x[0], x[1], y[1], x[1]])
        try expectGradients("where", [a, b]) { try Tensor.select(condition, $0[0], $0[1]) }
    }

    @Test func shapesThatDoNotFitAreNamed() {
        let a = Tensor([1, 2, 3])
        let b = Tensor([1, 2])
        #expect {
            try a * b
        } throws: { error in
            (error as? Fault)?.message == "*: the shapes [3] and [2] do not fit together"
        }
    }
}
