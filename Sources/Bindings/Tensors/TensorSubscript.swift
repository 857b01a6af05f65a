import Runtime
import Support
import Tensors

/// The indices of `t[0, :]`, `t[1..<3, 0]`, `t[[2, 0]]`, checked against a shape.
struct TensorSubscript {
    /// What is taken along every axis; axes with a list of places are taken whole here.
    private var slices: [TensorIndex] = []
    /// Lists of places, with the axis that each belongs to after slicing.
    private var lists: [(places: [Int], axis: Int)] = []

    init(_ indices: [SubscriptValue], of shape: Shape) throws {
        var axisAfter = 0
        for (axis, index) in indices.enumerated() {
            guard axis < shape.rank else {
                throw Fault(
                    "index.rank", "\(indices.count) indices were given for a tensor of the shape \(shape)")
            }
            switch index {
            case .all: slices.append(.all)
            case .number(let number):
                slices.append(.at(try Self.whole(number)))
                axisAfter -= 1
            case .range(let range): slices.append(.range(try Self.places(range, axis, shape)))
            case .value(let value):
                lists.append((try Self.list(value).map(Self.whole), axisAfter))
                slices.append(.all)
            }
            axisAfter += 1
        }
    }

    func read(_ tensor: Tensor) throws -> Tensor {
        var result = try tensor.slice(slices)
        for list in lists { result = try result.gather(list.places, axis: list.axis) }
        return result
    }

    func write(_ value: Tensor, into tensor: Tensor) throws -> Tensor {
        guard lists.isEmpty else {
            throw Fault("index.list", "elements are set by numbers and ranges, not by a list of places")
        }
        return try tensor.replacing(slices, with: value)
    }

    private static func list(_ value: Value) throws -> [Double] {
        switch value {
        case .object(let object as any TensorLike) where object.tensor.rank == 1:
            return object.tensor.values.map(Double.init)
        case .list:
            let array = try NestedNumbers(value)
            if array.shape.count == 1, !array.holdsTensors { return array.numbers }
        default: break
        }
        throw Fault("index.list", "an index is a number, a range or a list of numbers, got \(value.described)")
    }

    private static func whole(_ number: Double) throws -> Int {
        guard let index = Int(exactly: number) else {
            throw Fault("subscript.whole", "an index is a whole number, got \(NumberText.plain(number))")
        }
        return index
    }

    /// Both ends count from the end where they are negative.
    private static func places(_ range: RangeValue, _ axis: Int, _ shape: Shape) throws -> Range<Int> {
        let size = shape[axis]
        func fromStart(_ place: Int) -> Int { place < 0 ? place &+ size : place }
        let lower = fromStart(range.lower)
        let upper = range.isClosed ? fromStart(range.upper &- 1) &+ 1 : fromStart(range.upper)
        guard lower >= 0, upper <= size, lower <= upper else {
            throw Fault(
                "index.range", "the range \(Value.range(range).quoted) leaves axis \(axis) of the shape \(shape)",
                hint: "its places are 0..<\(size)")
        }
        return lower..<upper
    }
}
