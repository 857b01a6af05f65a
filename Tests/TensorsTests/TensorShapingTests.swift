import Support
import Tensors
import Testing

/// Reshaping, permuting, slicing, gathering and joining, each against indices worked out one by one.
@Suite struct TensorShapingTests {
    static func places(_ shape: Shape) -> [[Int]] {
        var places: [[Int]] = [[]]
        for size in shape.dimensions { places = places.flatMap { place in (0..<size).map { place + [$0] } } }
        return places
    }

    static func at(_ x: Tensor, _ place: [Int]) -> Float {
        x.values[zip(place, x.shape.dimensions).reduce(0) { $0 * $1.1 + $1.0 }]
    }

    @Test(arguments: [
        ([3, 4], [1, 0]), ([2, 3, 4], [2, 0, 1]), ([2, 3, 4], [0, 2, 1]), ([2, 3, 4], [1, 0, 2]),
        ([2, 3, 4], [2, 1, 0]), ([2, 1, 3, 2], [3, 1, 0, 2]), ([33, 47], [1, 0]), ([2, 33, 17], [0, 2, 1]), ([5], [0]),
        ([0, 3], [1, 0]), ([], []),
    ] as [([Int], [Int])])
    func permuting(sizes: [Int], order: [Int]) throws {
        var sampler = Sampler(20)
        let x = try sampler.uniform(Shape(sizes))
        let y = try x.permuted(order)
        #expect(y.shape.dimensions == order.map { sizes[$0] })
        for place in Self.places(x.shape) { #expect(Self.at(y, order.map { place[$0] }) == Self.at(x, place)) }
        if x.count > 0, x.count < 100 { try expectGradients("permute", [x]) { try $0[0].permuted(order) } }
    }

    @Test func permutingWrongly() throws {
        let x = try Tensor.ones([2, 3])
        #expect(throws: Fault.self) { try x.permuted([0]) }
        #expect(throws: Fault.self) { try x.permuted([0, 0]) }
        #expect(throws: Fault.self) { try x.permuted([0, 2]) }
        #expect(try x.transposed().shape == [3, 2])
        #expect(try x.permuted([-1, 0]).shape == [3, 2])
    }

    @Test func reshaping() throws {
        var sampler = Sampler(21)
        let x = try sampler.uniform([2, 6])
        #expect(try x.reshaped([3, -1]).shape == [3, 4])
        #expect(try x.reshaped([3, 4] as Shape).values == x.values)
        #expect(throws: Fault.self) { try x.reshaped([5, -1]) }
        #expect(throws: Fault.self) { try x.reshaped([-1, -1]) }
        #expect(throws: Fault.self) { try x.reshaped([0, -1]) }
        #expect(throws: Fault.self) { try x.reshaped([5, 2] as Shape) }
        try expectGradients("reshape", [x]) { try $0[0].reshaped([4, 3] as Shape).softmax() }
        #expect(try x.expanded(at: 1).shape == [2, 1, 6])
        #expect(try x.expanded(at: -1).shape == [2, 6, 1])
        #expect(throws: Fault.self) { try x.expanded(at: 4) }
    }

    @Test func broadcasting() throws {
        var sampler = Sampler(22)
        for (from, to) in [([], [2, 3]), ([3], [2, 3]), ([2, 1], [2, 3]), ([2, 1, 3], [2, 4, 3]), ([1], [0])] as [(Shape, Shape)] {
            let x = try sampler.uniform(from)
            let y = try x.broadcast(to: to)
            #expect(y.shape == to)
            for place in Self.places(to) {
                let own = zip(place.suffix(from.rank), from.dimensions).map { $1 == 1 ? 0 : $0 }
                #expect(Self.at(y, place) == Self.at(x, own))
            }
            if to.count > 0 { try expectGradients("broadcast", [x]) { try $0[0].broadcast(to: to) } }
        }
        #expect(throws: Fault.self) { try Tensor([1, 2]).broadcast(to: [3]) }
        #expect(throws: Fault.self) { try Tensor.ones([2, 2]).broadcast(to: [2]) }
    }

    @Test(arguments: [
        [.at(1)], [.at(-1), .all], [.all, .at(2)], [.range(1..<2)], [.all, .range(1..<3), .at(-4)],
        [.range(0..<2), .range(0..<3), .range(0..<4)], [.range(1..<1)], [.at(0), .at(1), .at(2)], [], [.all, .all, .range(1..<4)],
    ] as [[TensorIndex]])
    func slicing(indices: [TensorIndex]) throws {
        var sampler = Sampler(23)
        let x = try sampler.uniform([2, 3, 4])
        let y = try x.slice(indices)
        var expected: [Float] = []
        for place in Self.places(x.shape) {
            let isTaken = indices.enumerated().allSatisfy { axis, index in
                switch index {
                case .all: true
                case .at(let i): place[axis] == (i < 0 ? i + x.shape[axis] : i)
                case .range(let range): range.contains(place[axis])
                }
            }
            if isTaken { expected.append(Self.at(x, place)) }
        }
        #expect(y.values == expected)
        try expectGradients("slice", [x]) { try $0[0].slice(indices) }

        let value = try sampler.uniform(y.shape)
        let z = try x.replacing(indices, with: value)
        #expect(try z.slice(indices).equals(value))
        #expect(try z.sum().item() - value.sum().item() - (x.sum().item() - y.sum().item()) < 1e-5)
        try expectGradients("replacing", [x, value]) { try $0[0].replacing(indices, with: $0[1]) }
    }

    @Test func slicingOutside() throws {
        let x = try Tensor.ones([2, 3])
        for indices in [[.at(2)], [.at(-3)], [.range(0..<3)], [.range(-1..<1)], [.all, .at(3)], [.all, .all, .all]] as [[TensorIndex]] {
            #expect(throws: Fault.self) { try x.slice(indices) }
            #expect(throws: Fault.self) { try x.replacing(indices, with: Tensor(0)) }
        }
        #expect(throws: Fault.self) { try x.replacing([.at(0)], with: Tensor([1, 2])) }
    }

    @Test func gathering() throws {
        var sampler = Sampler(24)
        let x = try sampler.uniform([3, 2, 2])
        for (rows, axis) in [([2, 0, 0], 0), ([1], 1), ([0, -1, 1], 2), ([], 0)] {
            let y = try x.gather(rows, axis: axis)
            for place in Self.places(y.shape) {
                var own = place
                own[axis] = rows[place[axis]] < 0 ? rows[place[axis]] + x.shape[axis] : rows[place[axis]]
                #expect(Self.at(y, place) == Self.at(x, own))
            }
            try expectGradients("gather", [x]) { try $0[0].gather(rows, axis: axis) }
        }
        #expect(throws: Fault.self) { try x.gather([3]) }
        #expect(throws: Fault.self) { try x.gather([0], axis: 3) }
    }

    @Test func joining() throws {
        var sampler = Sampler(25)
        for axis in 0..<3 {
            let parts = try [1, 3, 2].map { size in
                var sizes = [2, 2, 3]
                sizes[axis] = size
                return try sampler.uniform(Shape(sizes))
            }
            let joined = try Tensor.concat(parts, axis: axis)
            var start = 0
            for part in parts {
                var indices = [TensorIndex](repeating: .all, count: 3)
                indices[axis] = .range(start..<(start + part.shape[axis]))
                #expect(try joined.slice(indices).equals(part))
                start += part.shape[axis]
            }
            try expectGradients("concat", parts) { try Tensor.concat($0, axis: axis) }
            try expectGradients("concat, one constant", [parts[0]]) { try Tensor.concat([parts[1], $0[0]], axis: axis) }
        }
        let rows = try (0..<3).map { _ in try sampler.uniform([2, 2]) }
        for axis in [0, 1, 2, -1] {
            let stacked = try Tensor.stack(rows, axis: axis)
            let place = axis < 0 ? axis + 3 : axis
            #expect(stacked.shape[place] == 3)
            for (i, row) in rows.enumerated() {
                var indices = [TensorIndex](repeating: .all, count: 3)
                indices[place] = .at(i)
                #expect(try stacked.slice(indices).equals(row))
            }
            try expectGradients("stack", rows) { try Tensor.stack($0, axis: axis) }
        }
        #expect(throws: Fault.self) { try Tensor.concat([]) }
        #expect(throws: Fault.self) { try Tensor.stack([]) }
        #expect(throws: Fault.self) { try Tensor.concat([Tensor.ones([2, 2]), Tensor.ones([2, 3])]) }
        #expect(throws: Fault.self) { try Tensor.concat([Tensor(1), Tensor(2)]) }
        #expect(throws: Fault.self) { try Tensor.stack([Tensor([1]), Tensor([1, 2])]) }
    }
}
