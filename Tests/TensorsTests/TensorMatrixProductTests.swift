import Support
import Tensors
import Testing

@Suite struct TensorMatrixProductTests {
    @Test(arguments: [
        ([3], [3]), ([2, 3], [3]), ([3], [3, 2]), ([2, 3], [3, 4]), ([2, 2, 3], [3, 4]), ([3, 4], [2, 4, 2]),
        ([2, 2, 3], [2, 3, 2]), ([2, 1, 2, 3], [1, 3, 3, 2]), ([2, 3, 2, 2], [3, 2, 2]), ([2, 3], [2, 3, 1]),
        ([1, 1], [1, 1]), ([0, 3], [3, 2]), ([2, 0], [0, 3]), ([2, 0, 3], [3, 1]), ([1030, 5], [5, 7]),
    ] as [([Int], [Int])])
    func productsFollowTheIndices(first: [Int], second: [Int]) throws {
        var sampler = Sampler(30)
        let a = try sampler.uniform(Shape(first))
        let b = try sampler.uniform(Shape(second))
        let out = try Tensor.matmul(a, b)
        let (m, k) = first.count == 1 ? (1, first[0]) : (first[first.count - 2], first[first.count - 1])
        let n = second.count == 1 ? 1 : second[second.count - 1]
        let batch = try Shape(first.dropLast(2)).broadcast(with: Shape(second.dropLast(2)), for: "test")
        var expected = batch.dimensions
        if first.count > 1 { expected.append(m) }
        if second.count > 1 { expected.append(n) }
        #expect(out.shape.dimensions == expected)

        let x = try a.reshaped(Shape(Array(first.dropLast(2)) + [m, k])).broadcast(to: Shape(batch.dimensions + [m, k])).values
        let y = try b.reshaped(Shape(Array(second.dropLast(2)) + [k, n])).broadcast(to: Shape(batch.dimensions + [k, n])).values
        let values = out.values
        for p in 0..<batch.count {
            for i in 0..<m {
                for j in 0..<n {
                    let exact = (0..<k).reduce(0.0) {
                        $0 + Double(x[(p * m + i) * k + $1]) * Double(y[(p * k + $1) * n + j])
                    }
                    // Sums of k products below 4: k rounding errors of 6e-8 each.
                    #expect(abs(Double(values[(p * m + i) * n + j]) - exact) <= 5e-7 * Double(k + 1))
                }
            }
        }
        if out.count > 0, out.count < 100 {
            try expectGradients("matmul", [a, b]) { try Tensor.matmul($0[0], $0[1]) }
            try expectGradients("matmul", [b]) { try Tensor.matmul(a, $0[0]) }
        }
    }

    @Test(arguments: [([2, 3], [2, 3]), ([3], [2]), ([2, 3], [2]), ([], [3]), ([3], []), ([2, 2, 3], [3, 3, 2])] as [([Int], [Int])])
    func shapesThatDoNotFit(first: [Int], second: [Int]) throws {
        let a = try Tensor.ones(Shape(first))
        let b = try Tensor.ones(Shape(second))
        #expect {
            try Tensor.matmul(a, b)
        } throws: { error in
            guard let fault = error as? Fault else { return false }
            return fault.id == "shape.mismatch" && fault.message.hasPrefix("matmul")
        }
    }
}
