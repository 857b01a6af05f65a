import Glibc
import Support
import Tensors
import Testing

@Suite struct TensorReductionTests {
    static let shapes: [Shape] = [
        [], [1], [5], [40], [3, 4], [1, 4], [4, 1], [2, 3, 4], [2, 1, 3, 2], [300, 3], [3, 300], [2, 150, 2],
    ]

    /// The values along `axes` for each place of the result, by indices.
    static func groups(_ x: Tensor, _ axes: [Int]) -> [[Double]] {
        let shape = x.shape
        let kept = (0..<shape.rank).filter { !axes.contains($0) }
        let places = kept.reduce(1) { $0 * shape[$1] }
        var groups = [[Double]](repeating: [], count: places)
        for (place, value) in x.values.enumerated() {
            var rest = place
            var indices = [Int](repeating: 0, count: shape.rank)
            for axis in stride(from: shape.rank - 1, through: 0, by: -1) {
                indices[axis] = rest % shape[axis]
                rest /= shape[axis]
            }
            groups[kept.reduce(0) { $0 * shape[$1] + indices[$1] }].append(Double(value))
        }
        return groups
    }

    static func axisSets(_ rank: Int) -> [[Int]] {
        (0..<(1 << rank)).map { bits in (0..<rank).filter { bits >> $0 & 1 == 1 } }
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let function: @Sendable (Tensor, [Int]?, Bool) throws -> Tensor
        let exact: @Sendable ([Double]) -> Double
        var testDescription: String { name }
    }

    static func variance(_ xs: [Double]) -> Double {
        let mean = xs.reduce(0, +) / Double(xs.count)
        return xs.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(xs.count)
    }

    static let cases: [Case] = [
        Case(name: "sum", function: { try $0.sum($1, keepingAxes: $2) }, exact: { $0.reduce(0, +) }),
        Case(
            name: "mean", function: { try $0.mean($1, keepingAxes: $2) },
            exact: { $0.reduce(0, +) / Double($0.count) }),
        Case(name: "max", function: { try $0.max($1, keepingAxes: $2) }, exact: { $0.max() ?? .nan }),
        Case(name: "min", function: { try $0.min($1, keepingAxes: $2) }, exact: { $0.min() ?? .nan }),
        Case(name: "variance", function: { try $0.variance($1, keepingAxes: $2) }, exact: variance),
        Case(
            name: "std", function: { try $0.standardDeviation($1, keepingAxes: $2) },
            exact: { variance($0).squareRoot() }),
    ]

    /// Sums are taken in Double and rounded once; variance rounds the mean and each square, hence 1e-6.
    @Test(arguments: cases) func valuesOverEverySetOfAxes(test: Case) throws {
        var sampler = Sampler(10)
        for shape in Self.shapes {
            let x = try sampler.uniform(shape)
            for axes in Self.axisSets(shape.rank) {
                let expected = Self.groups(x, axes).map(test.exact)
                let out = try test.function(x, axes, false)
                let kept = try test.function(x, axes.map { $0 - shape.rank }, true)
                #expect(kept.rank == shape.rank && kept.values == out.values)
                for axis in 0..<shape.rank { #expect(kept.shape[axis] == (axes.contains(axis) ? 1 : shape[axis])) }
                #expect(out.count == expected.count)
                for (value, exact) in zip(out.values, expected) {
                    #expect(abs(Double(value) - exact) <= 1e-6 * (1 + abs(exact)), "\(test.name) of \(shape) over \(axes)")
                }
            }
            let all = try test.function(x, nil, false)
            #expect(all.rank == 0)
        }
    }

    @Test(arguments: cases) func gradientsAgreeWithDifferences(test: Case) throws {
        var sampler = Sampler(11)
        for shape in [[], [4], [3, 2], [2, 3, 2]] as [Shape] {
            for axes in Self.axisSets(shape.rank) {
                if test.name == "std", Self.groups(try Tensor.zeros(shape), axes).contains(where: { $0.count < 2 }) {
                    continue  // one number has no spread: the gradient is 0 by definition, see below
                }
                let x = try sampler.apart(shape)
                try expectGradients("\(test.name) over \(axes)", [x]) { try test.function($0[0], axes, false) }
                try expectGradients("\(test.name) over \(axes)", [x]) { try test.function($0[0], axes, true) }
            }
        }
    }

    @Test func stdOfEqualNumbersHasNoGradient() throws {
        let x = Tensor([2, 2, 2]).asVariable()
        let found = try gradients(of: x.standardDeviation(), withRespectTo: [x])
        #expect(found[0].values == [0, 0, 0])
    }

    @Test func theEstimatedVarianceDividesByOneLess() throws {
        #expect(try Tensor([1, 2, 3, 4]).variance(correction: 1).item() == Float(5.0 / 3))
        #expect(try Tensor([1, 2, 3]).standardDeviation(correction: 1).item() == 1)
    }

    @Test func equalExtremesShareTheGradient() throws {
        let x = Tensor([3, 1, 3]).asVariable()
        #expect(try gradients(of: x.max(), withRespectTo: [x])[0].values == [0.5, 0, 0.5])
    }

    @Test func aNaNIsNotLost() throws {
        for place in 0..<40 {
            var values = (0..<40).map { Float($0) }
            values[place] = .nan
            let x = try Tensor(values, shape: [40])
            #expect(try x.max().item().isNaN && x.min().item().isNaN)
            #expect(try x.reshaped([20, 2]).max([0]).values[place % 2].isNaN)
            #expect(try x.argmax() == place)
        }
    }

    @Test func reducingNothing() throws {
        let empty = try Tensor.zeros([0, 3])
        #expect(try empty.sum().item() == 0)
        #expect(try empty.sum([0]).values == [0, 0, 0])
        #expect(try empty.mean().item().isNaN)
        #expect(try empty.sum([1]).count == 0)
        #expect(throws: Fault.self) { try empty.max() }
        #expect(throws: Fault.self) { try empty.argmax() }
        #expect(throws: Fault.self) { try empty.argmax(axis: 0) }
        #expect(try empty.argmax(axis: 1).shape == [0])
        #expect(throws: Fault.self) { try Tensor.zeros([0, 1 << 40, 1 << 40]).sum([0]) }
    }

    @Test func axesAreChecked() throws {
        let x = try Tensor.ones([2, 3])
        #expect(throws: Fault.self) { try x.sum([2]) }
        #expect(throws: Fault.self) { try x.sum([-3]) }
        #expect(throws: Fault.self) { try x.sum([0, -2]) }
        #expect(throws: Fault.self) { try Tensor(1).sum([0]) }
    }

    @Test func argmaxTakesTheFirst() throws {
        let x = try Tensor([1, 5, 5, 7, 0, 7], shape: [2, 3])
        #expect(try x.argmax() == 3)
        #expect(try x.argmax(axis: 1).values == [1, 0])
        #expect(try x.argmax(axis: 0).values == [1, 0, 1])
    }

    // MARK: Log-sum-exp and softmax

    /// exp and the sum round a few units of 6e-8 each; log_softmax subtracts two numbers of the inputs' size.
    @Test func softmaxFamilyAgreesWithDouble() throws {
        var sampler = Sampler(12)
        for (shape, axis) in [([7], 0), ([3, 5], 1), ([3, 5], 0), ([2, 3, 4], 1), ([2, 300], -1), ([4, 1], 1)] as [(Shape, Int)] {
            for scale in [1, 30] as [Float] {
                let x = try sampler.uniform(shape, -scale, scale)
                let own = axis < 0 ? axis + shape.rank : axis
                let groups = Self.groups(x, [own])
                let lse = try x.logsumexp(axis: axis)
                let exact = groups.map { group in
                    let top = group.max() ?? 0
                    return top + log(group.reduce(0) { $0 + exp($1 - top) })
                }
                for (value, expected) in zip(lse.values, exact) {
                    #expect(abs(Double(value) - expected) <= 2e-7 * (1 + abs(expected)))
                }
                let softmax = Self.groups(try x.softmax(axis: axis), [own])
                let logSoftmax = Self.groups(try x.logSoftmax(axis: axis), [own])
                for row in groups.indices {
                    for i in groups[row].indices {
                        let expected = groups[row][i] - exact[row]
                        #expect(abs(softmax[row][i] - exp(expected)) <= 5e-6 * exp(expected) + 1e-37)
                        #expect(abs(logSoftmax[row][i] - expected) <= 5e-6 * (1 + abs(expected)))
                    }
                    #expect(abs(softmax[row].reduce(0, +) - 1) <= 1e-6)
                }
            }
        }
    }

    @Test func softmaxFamilyGradients() throws {
        var sampler = Sampler(13)
        for (shape, axis) in [([4], 0), ([3, 4], 1), ([3, 4], 0), ([2, 3, 2], 1)] as [(Shape, Int)] {
            let x = try sampler.uniform(shape)
            try expectGradients("logsumexp", [x]) { try $0[0].logsumexp(axis: axis) }
            try expectGradients("logsumexp", [x]) { try $0[0].logsumexp(axis: axis, keepingAxis: true) }
            try expectGradients("logsumexp of all", [x]) { try $0[0].logsumexpOfAll() }
            try expectGradients("softmax", [x]) { try $0[0].softmax(axis: axis) }
            try expectGradients("log_softmax", [x]) { try $0[0].logSoftmax(axis: axis) }
        }
    }

    @Test func extremeLogits() throws {
        #expect(try Tensor([1e30, 1e30]).logsumexp().item() == 1e30)
        #expect(try Tensor([-.infinity, -.infinity]).logsumexp().item() == -.infinity)
        #expect(try Tensor([.infinity, 0]).logsumexp().item() == .infinity)
        #expect(try Tensor([.nan, 0]).logsumexp().item().isNaN)
        #expect(try Tensor([-.infinity, 0]).softmax().values == [0, 1])
        #expect(try Tensor.zeros([3, 0]).logsumexp().values == [-.infinity, -.infinity, -.infinity])
        #expect(try Tensor.zeros([3, 0]).softmax().count == 0)
        #expect(throws: Fault.self) { try Tensor(1).softmax() }
    }
}
