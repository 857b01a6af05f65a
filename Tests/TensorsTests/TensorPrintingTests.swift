import Tensors
import Testing

@Suite struct TensorPrintingTests {
    @Test(arguments: [
        (Tensor(2.5), "2.5"), (Tensor(3), "3"), (Tensor(.nan), "nan"),
        (Tensor([1, 2, -3]), "tensor [3]\n   1   2  -3"),
        (Tensor([0.5, -1.25, 100]), "tensor [3]\n    0.50   -1.25  100.00"),
        (Tensor([.infinity, 1]), "tensor [2]\n  inf    1"),
        (Tensor([1e-9, 1]), "tensor [2]\n  1.0000e-09  1.0000e+00"),
        (Tensor([0.1, 0]), "tensor [2]\n  0.1  0.0"),
    ])
    func small(tensor: Tensor, text: String) { #expect(tensor.description == text) }

    @Test func matricesAndMore() throws {
        #expect(try Tensor.eye(2).description == "tensor [2, 2]\n  1  0\n  0  1")
        #expect(try Tensor.zeros([0, 2]).description == "tensor [0, 2]  (empty)")
        #expect(
            try Tensor.arange(0, 4).reshaped([2, 1, 2] as Shape).description
                == "tensor [2, 1, 2]\n [0, :, :]\n  0  1\n [1, :, :]\n  2  3")
    }

    @Test func largeOnesAreAbbreviated() throws {
        let text = try Tensor.arange(0, 10_000).reshaped([100, 100] as Shape).description
        let lines = text.split(separator: "\n")
        #expect(lines[0] == "tensor [100, 100] · mean 4999.5, from 0 to 9999")
        #expect(lines.count == 10)
        #expect(lines[1] == "     0     1     2     3     4  …    95    96    97    98    99")
        #expect(lines[5] == "     …")
        let deep = try Tensor.zeros([50, 1, 1]).description
        #expect(deep.contains("[49, :, :]") && !deep.contains("[25, :, :]"))
    }
}
