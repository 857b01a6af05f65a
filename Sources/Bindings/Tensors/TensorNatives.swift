import Runtime
import Support
import Tensors

/// Making tensors, their shapes, and linear algebra.
enum TensorNatives {
    static let all: [NativeFunction] = making + shaping + algebra

    private static let making: [NativeFunction] = [
        NativeFunction(
            "tensor", in: "tensors", "A tensor of float32 numbers from nested lists.",
            parameters: Parameter<Tensor>("values", "a number, a list, lists of lists, or a range"),
            text: """
                Tensors calculate element by element and broadcast: sizes are matched from the last axis and must be
                equal or 1. `t[0, :]`, `t[1..<3, 0]`, `t[-1]` and `t[[2, 0]]` take parts; `@` is the matrix product. `==`
                compares whole tensors, `<` and its like give a tensor of ones and zeros. A result that is one number is
                a number. Members: shape, rank, count, T (transposed), values, list.
                """,
            examples: [
                Example("tensor([[1, 2], [3, 4]])", "tensor [2, 2]\n  1  2\n  3  4"),
                Example("t = tensor([[1, 2, 3], [4, 5, 6]]); t[0, :]", "tensor [3]\n  1  2  3"),
                Example("tensor([1, 2]) + tensor([[10], [20]])", "tensor [2, 2]\n  11  12\n  21  22"),
                Example("tensor([1, 2, 3])[-1]", "3"),
                Example("tensor([1, 2]) == tensor([1, 2])", "true"),
            ]
        ) { _, values in TensorObject(values) },
        NativeFunction(
            "zeros", in: "tensors", "A tensor of zeros.", parameters: Parameter<ShapeArgument>("shape", "its shape"),
            examples: [Example("zeros([2, 2])", "tensor [2, 2]\n  0  0\n  0  0")]
        ) { _, shape in TensorObject(try Tensor.zeros(shape.shape)) },
        NativeFunction(
            "ones", in: "tensors", "A tensor of ones.", parameters: Parameter<ShapeArgument>("shape", "its shape"),
            examples: [Example("ones(3)", "tensor [3]\n  1  1  1")]
        ) { _, shape in TensorObject(try Tensor.ones(shape.shape)) },
        NativeFunction(
            "full", in: "tensors", "A tensor with one value everywhere.",
            parameters: Parameter<ShapeArgument>("shape", "its shape"), Parameter<Float>("value", "the value"),
            examples: [Example("full(2, 0.5)", "tensor [2]\n  0.5  0.5")]
        ) { _, shape, value in TensorObject(try Tensor.full(shape.shape, value)) },
        NativeFunction(
            "eye", in: "tensors", "The identity matrix.", parameters: Parameter<Int>("size", "rows and columns"),
            examples: [Example("eye(2)", "tensor [2, 2]\n  1  0\n  0  1")]
        ) { _, size in TensorObject(try Tensor.eye(size)) },
        NativeFunction(
            "arange", in: "tensors", "Numbers from a start up to, not including, an end, a step apart.",
            parameters: Parameter<Double>("start", "the first number"), Parameter<Double>("end", "the end, left out"),
            Parameter<Double>("step", "the distance", default: 1),
            examples: [Example("arange(0, 1, 0.25).values", "[0, 0.25, 0.5, 0.75]")]
        ) { _, start, end, step in TensorObject(try Tensor.arange(start, end, step: step)) },
        NativeFunction(
            "linspace", in: "tensors", "Evenly spaced numbers, both ends included.",
            parameters: Parameter<Double>("first", "the first number"), Parameter<Double>("last", "the last number"),
            Parameter<Int>("count", "how many"),
            examples: [Example("linspace(0, 1, 5).values", "[0, 0.25, 0.5, 0.75, 1]")]
        ) { _, first, last, count in TensorObject(try Tensor.linspace(first, last, count: count)) },
        NativeFunction(
            "detach", in: "tensors", "The same numbers as a constant: no gradient flows through.",
            parameters: Parameter<Tensor>("x", "a tensor"),
            examples: [Example("grad(x -> x * detach(x), 3)", "3")]
        ) { _, x in x.detached },
    ]

    private static let shaping: [NativeFunction] = [
        NativeFunction(
            "reshape", in: "tensors", "The same numbers in the same order under another shape.",
            parameters: Parameter<Tensor>("x", "a tensor"),
            Parameter<[Int]>("shape", "the new sizes; one may be -1 and is worked out"),
            examples: [Example("reshape(tensor([1, 2, 3, 4]), [2, -1])", "tensor [2, 2]\n  1  2\n  3  4")]
        ) { _, x, shape in try x.reshaped(shape) },
        NativeFunction(
            "transpose", in: "tensors", "The axes in another order; without one, the last two exchanged.",
            parameters: Parameter<Tensor>("x", "a tensor"),
            Parameter<[Int]?>("order", "axis i of the result is axis order[i] of x", default: nil),
            examples: [Example("transpose(tensor([[1, 2], [3, 4]]))", "tensor [2, 2]\n  1  3\n  2  4")]
        ) { _, x, order in try order.map { try x.permuted($0) } ?? x.transposed() },
        NativeFunction(
            "broadcast", in: "tensors", "Repeats along new leading axes and along axes of size 1.",
            parameters: Parameter<Tensor>("x", "a tensor"), Parameter<ShapeArgument>("shape", "the new shape"),
            examples: [Example("broadcast(tensor([1, 2]), [2, 2])", "tensor [2, 2]\n  1  2\n  1  2")]
        ) { _, x, shape in try x.broadcast(to: shape.shape) },
        NativeFunction(
            "expand", in: "tensors", "A new axis of size 1.", parameters: Parameter<Tensor>("x", "a tensor"),
            Parameter<Int>("axis", "where it comes; -1 is last"),
            examples: [Example("expand(tensor([1, 2]), -1).shape", "[2, 1]")]
        ) { _, x, axis in try x.expanded(at: axis) },
        NativeFunction(
            "flatten", in: "tensors", "All elements along one axis.", parameters: Parameter<Tensor>("x", "a tensor"),
            examples: [Example("flatten(eye(2)).values", "[1, 0, 0, 1]")]
        ) { _, x in try x.reshaped([x.count]) },
        NativeFunction(
            "gather", in: "tensors", "The rows with the given numbers, in that order.",
            parameters: Parameter<Tensor>("x", "a tensor"), Parameter<[Int]>("rows", "their numbers; one may come twice"),
            Parameter<Int>("axis", "the axis that is meant by rows", default: 0),
            examples: [Example("gather(tensor([10, 20, 30]), [2, 0]).values", "[30, 10]")]
        ) { _, x, rows, axis in try x.gather(rows, axis: axis) },
        NativeFunction(
            "concat", in: "tensors", "Joins tensors along an axis that they have.",
            parameters: Parameter<Tensor>("first", "a tensor"), Parameter<Rest<Tensor>>("others", "more tensors"),
            Parameter<Int>("axis", "the axis that grows", default: 0),
            examples: [
                Example("concat(tensor([1]), tensor([2, 3])).values", "[1, 2, 3]"),
                Example("concat(ones([2, 1]), zeros([2, 1]), axis: 1)", "tensor [2, 2]\n  1  0\n  1  0"),
            ]
        ) { _, first, others, axis in try Tensor.concat([first] + others.values, axis: axis) },
        NativeFunction(
            "stack", in: "tensors", "Joins tensors of one shape along a new axis.",
            parameters: Parameter<Rest<Value>>("parts", "tensors, lists or numbers, or one list of them"),
            Parameter<Int>("axis", "where the new axis comes", default: 0),
            examples: [Example("stack(tensor([1, 2]), tensor([3, 4]), axis: 1)", "tensor [2, 2]\n  1  3\n  2  4")]
        ) { _, rest, axis -> Tensor in
            var parts = rest.values
            if parts.count == 1, case .list(let box) = parts[0] { parts = box.elements }
            return try Tensor.stack(parts.map { try Tensor.of($0, for: "stack") }, axis: axis)
        },
    ]

    private static let algebra: [NativeFunction] = [
        NativeFunction(
            "matmul", in: "tensors", "The matrix product, also written `a @ b`.",
            parameters: Parameter<Tensor>("a", "a vector, a matrix or a batch of them"), Parameter<Tensor>("b", "the same"),
            examples: [
                Example("matmul([[1, 2], [3, 4]], [1, 1]).values", "[3, 7]"), Example("tensor([1, 2]) @ tensor([3, 4])", "11"),
            ]
        ) { _, a, b in try Tensor.matmul(a, b) },
        NativeFunction(
            "outer", in: "tensors", "The products of all elements of one vector with all of another.",
            parameters: Parameter<Tensor>("a", "a vector"), Parameter<Tensor>("b", "a vector"),
            examples: [Example("outer([1, 2], [1, 10])", "tensor [2, 2]\n   1  10\n   2  20")]
        ) { _, a, b -> Tensor in
            guard a.rank == 1, b.rank == 1 else {
                throw Fault("shape.mismatch", "outer wants two vectors, the shapes \(a.shape) and \(b.shape) were given")
            }
            return try a.expanded(at: 1) * b
        },
        NativeFunction(
            "norm", in: "tensors", "The Euclidean norm: the root of the sum of squares.",
            parameters: Parameter<Tensor>("x", "a tensor or a list"),
            examples: [Example("norm([3, 4])", "5")]
        ) { _, x in try x.square().sum().sqrt() },
        NativeFunction(
            "lower_triangular", in: "tensors", "Lower triangular matrices from their entries, row by row.",
            parameters: Parameter<Tensor>("entries", "a tensor whose last axis holds n(n+1)/2 numbers"),
            text: "The form in which a Gaussian policy with full covariance gives its Cholesky factor.",
            examples: [Example("lower_triangular([1, 2, 3])", "tensor [2, 2]\n  1  0\n  2  3")]
        ) { _, entries -> Tensor in
            let m = entries.shape.dimensions.last ?? 0
            let n = Int((Double(8 * m + 1).squareRoot() - 1) / 2)
            guard entries.rank > 0, n > 0, n * (n + 1) / 2 == m else {
                throw Fault(
                    "shape.triangle", "lower_triangular wants n(n+1)/2 entries on the last axis, got the shape \(entries.shape)",
                    hint: "1, 3, 6, 10, …")
            }
            // The entry of every place of the matrix; a zero behind the entries for those above the diagonal.
            var places: [Int] = []
            for row in 0..<n { for column in 0..<n { places.append(column <= row ? row * (row + 1) / 2 + column : m) } }
            let sizes = Array(entries.shape.dimensions.dropLast())
            let padded = try Tensor.concat([entries, Tensor.zeros(Shape(sizes + [1]))], axis: -1)
            return try padded.gather(places, axis: -1).reshaped(Shape(sizes + [n, n]))
        },
    ]
}
