import Glibc
import Runtime
import Support
import Tensors

/// Sums, means and extremes of numbers, lists and tensors.
enum ReductionNatives {
    static let all: [NativeFunction] = [
        native(
            "sum", "The sum of all elements, or along axes.",
            [Example("sum([1, 2, 3])", "6"), Example("sum(tensor([[1, 2], [3, 4]]), axis: 0).values", "[4, 6]")],
            numbers: { $0.reduce(0, +) }, tensor: { try $0.sum($1, keepingAxes: $2) }),
        native(
            "mean", "The mean of all elements, or along axes.",
            [Example("mean([1, 2, 3])", "2"), Example("mean([[1, 2], [3, 4]], axis: 1)", "[1.5, 3.5]")],
            numbers: mean, tensor: { try $0.mean($1, keepingAxes: $2) }),
        native(
            "std", "The standard deviation: the root of the mean squared distance from the mean.",
            text: "Divided by n, not by n - 1: what the numbers spread, not an estimate for others.",
            [Example("std([1, 3])", "1")],
            numbers: { variance($0).squareRoot() }, tensor: { try $0.standardDeviation($1, keepingAxes: $2) }),
        native(
            "variance", "The mean squared distance from the mean.", text: "Divided by n, not by n - 1.",
            [Example("variance([1, 3])", "1")],
            numbers: variance, tensor: { try $0.variance($1, keepingAxes: $2) }),
        native(
            "logsumexp", "log Σ exp(x), without overflow.",
            [Example("round(logsumexp([1000, 1000]), 6)", "1000.693147"), Example("logsumexp(-infinity)", "-infinity")],
            numbers: logsumexp,
            tensor: { x, axes, keeping in
                guard let axes else {
                    let all = try x.logsumexpOfAll()
                    return keeping ? try all.reshaped([Int](repeating: 1, count: x.rank)) : all
                }
                guard axes.count == 1 else {
                    throw Fault("shape.axis", "logsumexp of a tensor goes along one axis or all, got \(axes.count)")
                }
                return try x.logsumexp(axis: axes[0], keepingAxis: keeping)
            }),
        extreme("max", "largest", Example("max([3, 1, 2])", "3"), Example("max(3, 5)", "5"), { x in
            x.reduce(-.infinity) { $0.isNaN || $1 <= $0 ? $0 : $1 }
        }, Tensor.maximum, { try $0.max($1, keepingAxes: $2) }),
        extreme("min", "smallest", Example("min([3, 1, 2])", "1"), Example("min(3, 5)", "3"), { x in
            x.reduce(.infinity) { $0.isNaN || $1 >= $0 ? $0 : $1 }
        }, Tensor.minimum, { try $0.min($1, keepingAxes: $2) }),
        arg("argmax", "largest", Example("argmax([3, 7, 5])", "1"), 1),
        arg("argmin", "smallest", Example("argmin([3, 7, 5])", "0"), -1),
        NativeFunction(
            "softmax", in: "math", "exp(x) / Σ exp(x): positive weights that sum to 1.",
            parameters: Parameter<Value>("x", "a list or a tensor"),
            Parameter<Int>("axis", "the axis along which they sum to 1", default: -1),
            examples: [
                Example("softmax([0, 0])", "[0.5, 0.5]"), Example("sum(softmax(tensor([1, 2, 3])))", "1"),
            ]
        ) { _, x, axis -> Value in
            try alongAxis("softmax", x, axis, { row in
                let powers = row.map { exp($0 - largest(row)) }
                let sum = powers.reduce(0, +)
                return powers.map { $0 / sum }
            }, { try $0.softmax(axis: axis) })
        },
        NativeFunction(
            "log_softmax", in: "math", "x - log Σ exp(x): the logarithms of softmax, without underflow.",
            parameters: Parameter<Value>("x", "a list or a tensor"),
            Parameter<Int>("axis", "the axis along which the weights sum to 1", default: -1),
            examples: [Example("log_softmax([0, 0])[0] == -log(2)", "true")]
        ) { _, x, axis -> Value in
            try alongAxis("log_softmax", x, axis, { row in
                let total = logsumexp(row)
                return row.map { $0 - total }
            }, { try $0.logSoftmax(axis: axis) })
        },
    ]

    // MARK: In double, for numbers and lists

    private static func mean(_ numbers: [Double]) -> Double { numbers.reduce(0, +) / Double(numbers.count) }

    private static func variance(_ numbers: [Double]) -> Double {
        let centre = mean(numbers)
        return mean(numbers.map { ($0 - centre) * ($0 - centre) })
    }

    private static func logsumexp(_ numbers: [Double]) -> Double {
        let shift = largest(numbers)
        guard shift.isFinite else { return shift }
        return shift + log(numbers.reduce(0) { $0 + exp($1 - shift) })
    }

    private static func largest(_ numbers: [Double]) -> Double {
        numbers.reduce(-.infinity) { $0.isNaN || $1 <= $0 ? $0 : $1 }
    }

    /// `function` of the numbers along `axes` of a nested list, as a nested list again.
    private static func reduce(
        _ name: String, _ array: NestedNumbers, _ axes: [Int]?, keeping: Bool, _ function: ([Double]) -> Double
    ) throws -> Value {
        let shape = try Shape(array.shape)
        let axes = try shape.axes(axes, for: name)
        if axes.count == shape.rank, !keeping { return .number(function(array.numbers)) }
        let kept = (0..<shape.rank).filter { !axes.contains($0) }
        var groups = [[Double]](repeating: [], count: kept.reduce(1) { $0 * shape[$1] })
        var indices = [Int](repeating: 0, count: shape.rank)
        for number in array.numbers {
            groups[kept.reduce(0) { $0 * shape[$1] + indices[$1] }].append(number)
            var axis = shape.rank - 1
            while axis >= 0 {
                indices[axis] += 1
                if indices[axis] < shape[axis] { break }
                indices[axis] = 0
                axis -= 1
            }
        }
        var sizes: [Int] = []
        for axis in 0..<shape.rank {
            if !axes.contains(axis) { sizes.append(shape[axis]) } else if keeping { sizes.append(1) }
        }
        return nest(groups.map(function), sizes)
    }

    /// Numbers in row-major order as nested lists.
    static func nest(_ numbers: [Double], _ sizes: [Int]) -> Value {
        var place = 0
        func level(_ axis: Int) -> Value {
            if axis == sizes.count {
                defer { place += 1 }
                return place < numbers.count ? .number(numbers[place]) : .nothing
            }
            return .list((0..<sizes[axis]).map { _ in level(axis + 1) })
        }
        return level(0)
    }

    private static func native(
        _ name: String, _ summary: String, text: String = "", _ examples: [Example],
        numbers: @escaping ([Double]) -> Double, tensor: @escaping (Tensor, [Int]?, Bool) throws -> Tensor
    ) -> NativeFunction {
        NativeFunction(
            name, in: "math", summary, parameters: Parameter<Value>("x", "a number, a list or a tensor"),
            Parameter<AxesArgument>("axis", "the axis or axes to go along, all without it", default: AxesArgument()),
            Parameter<Bool>("keep", "whether the axes stay, with size 1", default: false), text: text,
            examples: examples
        ) { _, x, axes, keep -> Value in
            if case .object(let object as any TensorLike) = x { return try tensor(object.tensor, axes.axes, keep).asValue }
            let array = try numbersOf(name, x)
            if array.holdsTensors { return try tensor(Tensor.of(x, for: name), axes.axes, keep).asValue }
            return try reduce(name, array, axes.axes, keeping: keep, numbers)
        }
    }

    private static func numbersOf(_ name: String, _ value: Value) throws -> NestedNumbers {
        switch value {
        case .number, .list, .range: return try NestedNumbers(value)
        default: throw Pointwise.mismatch(name, value)
        }
    }

    /// `max` and `min`: of one collection, or of several things element by element.
    private static func extreme(
        _ name: String, _ word: String, _ examples: Example..., numbers: @escaping ([Double]) -> Double,
        pair: @escaping (Tensor, Tensor) throws -> Tensor, tensor: @escaping (Tensor, [Int]?, Bool) throws -> Tensor
    ) -> NativeFunction {
        NativeFunction(
            name, in: "math", "The \(word) element of one list or tensor; of several arguments, the \(word) place by place.",
            parameters: Parameter<Rest<Value>>("x", "numbers, lists or tensors"),
            Parameter<AxesArgument>("axis", "the axis or axes to go along, all without it", default: AxesArgument()),
            Parameter<Bool>("keep", "whether the axes stay, with size 1", default: false),
            examples: examples
        ) { _, rest, axes, keep -> Value in
            guard let first = rest.values.first else {
                throw Fault("argument.missing", "\(name) wants at least one argument")
            }
            if rest.values.count > 1 {
                return try rest.values.dropFirst().reduce(first) {
                    try Pointwise.apply(name, $0, $1, number: { numbers([$0, $1]) }, tensor: pair)
                }
            }
            if case .object(let object as any TensorLike) = first { return try tensor(object.tensor, axes.axes, keep).asValue }
            let array = try numbersOf(name, first)
            if array.holdsTensors { return try tensor(Tensor.of(first, for: name), axes.axes, keep).asValue }
            guard !array.numbers.isEmpty else { throw Fault("reduce.empty", "\(name) of an empty list") }
            return try reduce(name, array, axes.axes, keeping: keep, numbers)
        }
    }

    private static func extreme(
        _ name: String, _ word: String, _ first: Example, _ second: Example, _ numbers: @escaping ([Double]) -> Double,
        _ pair: @escaping (Tensor, Tensor) throws -> Tensor, _ tensor: @escaping (Tensor, [Int]?, Bool) throws -> Tensor
    ) -> NativeFunction {
        extreme(name, word, first, second, numbers: numbers, pair: pair, tensor: tensor)
    }

    private static func arg(_ name: String, _ word: String, _ example: Example, _ direction: Double) -> NativeFunction {
        NativeFunction(
            name, in: "math", "The index of the \(word) element, the first of equals.",
            parameters: Parameter<Value>("x", "a list or a tensor"),
            Parameter<Int?>("axis", "the axis to go along; without it, the index in row-major order", default: nil),
            examples: [example]
        ) { _, x, axis -> Value in
            if case .list(let box) = x, axis == nil, !NestedNumbers.holdsTensor(x) {
                let numbers = try NestedNumbers(.list(box)).numbers
                guard var best = numbers.first else { throw Fault("reduce.empty", "\(name) of an empty list") }
                var place = 0
                for (index, number) in numbers.enumerated()
                where !best.isNaN && (number.isNaN || number * direction > best * direction) {
                    (best, place) = (number, index)
                }
                return .integer(place)
            }
            let tensor = try Tensor.of(x, for: name).detached
            let signed = direction > 0 ? tensor : try -tensor
            guard let axis else { return .integer(try signed.argmax()) }
            return try signed.argmax(axis: axis).asValue
        }
    }

    /// softmax and log_softmax: `row` is given the numbers along the axis and gives as many back.
    private static func alongAxis(
        _ name: String, _ x: Value, _ axis: Int, _ row: ([Double]) -> [Double],
        _ tensor: (Tensor) throws -> Tensor
    ) throws -> Value {
        if case .list(let box) = x {
            let array = try NestedNumbers(.list(box))
            if !array.holdsTensors {
                let shape = try Shape(array.shape)
                let own = try shape.axis(axis, for: name)
                let inner = array.shape[(own + 1)...].reduce(1, *)
                let n = array.shape[own]
                var result = array.numbers
                for start in result.indices where start / inner % n == 0 {
                    let places = (0..<n).map { start + $0 * inner }
                    for (place, number) in zip(places, row(places.map { array.numbers[$0] })) { result[place] = number }
                }
                return nest(result, array.shape)
            }
        }
        return try tensor(Tensor.of(x, for: name)).asValue
    }
}
