import Runtime
import Support
import Tensors

/// A host object that calculates as a tensor does: a tensor, a parameter.
protocol TensorLike: HostObject {
    var tensor: Tensor { get }
}

extension Tensor: ValueConvertible {
    public static var wants: String? { "a tensor" }

    /// Takes tensors, numbers, ranges and lists nested to any depth, whose rows must be of one length.
    public static func convert(_ value: Value) throws -> Tensor {
        switch value {
        case .number(let number): return Tensor(Float(number))
        case .object(let object as any TensorLike): return object.tensor
        case .range(let range):
            return try Tensor.arange(Double(range.lower), Double(range.lower) + Double(range.count))
        case .list:
            let array = try NestedNumbers(value)
            if array.holdsTensors { return try stacked(value) }
            return try Tensor(shape: Shape(array.shape)) { pointer in
                for (index, number) in array.numbers.enumerated() { pointer[index] = Float(number) }
            }
        default: throw Mismatch(wanted: "a tensor, a list or a number")
        }
    }

    /// The tensor that a value is, for use in bodies and hooks, where no one makes a sentence of a `Mismatch`.
    static func of(_ value: Value, for what: String) throws -> Tensor {
        do { return try convert(value) } catch is Mismatch {
            throw Fault("argument.type", "\(what) wants a tensor, a list or a number, got \(value.described)")
        }
    }

    /// A list with tensors in it, stacked from the inside out, so that gradients flow through.
    private static func stacked(_ value: Value) throws -> Tensor {
        guard case .list(let box) = value, NestedNumbers.holdsTensor(value) else { return try of(value, for: "tensor") }
        return try Tensor.stack(box.elements.map(stacked))
    }

    /// The tensor in the language: one number without a gradient is a number.
    public var asValue: Value {
        if rank == 0, !isTracked { return .number(storage.pointer[0].shortest) }
        return .object(TensorObject(self))
    }

    /// The elements as nested lists.
    var nestedList: Value { nested { .number($0.shortest) } combine: { .list($0) } }

    func nested<Result>(_ leaf: (Float) -> Result, combine: ([Result]) -> Result) -> Result {
        var place = 0
        func level(_ axis: Int) -> Result {
            if axis == rank {
                defer { place += 1 }
                return leaf(storage.pointer[place])
            }
            return combine((0..<shape[axis]).map { _ in level(axis + 1) })
        }
        return level(0)
    }
}

extension Float {
    /// The double with the fewest digits that rounds to this number: 0.1, not 0.10000000149.
    ///
    /// It rounds back to this very float, so nothing is lost on the way to the language and back.
    var shortest: Double {
        let exact = Double(self)
        return exact.rounded() == exact ? exact : Double(description) ?? exact
    }
}

/// The numbers of nested lists with the shape that they have.
struct NestedNumbers {
    private(set) var numbers: [Double] = []
    private(set) var shape: [Int] = []
    /// Whether a tensor lies somewhere inside; then numbers and shape say nothing.
    private(set) var holdsTensors = false

    init(_ value: Value) throws {
        var inner = value
        while case .list(let box) = inner {
            guard shape.count < Shape.maximumRank else {
                throw Fault("tensor.nesting", "lists may be nested \(Shape.maximumRank) deep at most to make a tensor")
            }
            shape.append(box.elements.count)
            guard let first = box.elements.first else { break }
            inner = first
        }
        if case .range(let range) = inner { shape.append(range.count) }
        try read(value, 0)
    }

    private mutating func read(_ value: Value, _ axis: Int) throws {
        if holdsTensors { return }
        switch value {
        case .number(let number):
            guard axis == shape.count else { throw ragged(value, axis) }
            numbers.append(number)
        case .list(let box):
            guard axis < shape.count, box.elements.count == shape[axis] else { throw ragged(value, axis) }
            for element in box.elements { try read(element, axis + 1) }
        case .range(let range):
            guard axis == shape.count - 1, range.count == shape[axis] else { throw ragged(value, axis) }
            numbers += try Self.numbers(of: range)
        case .object(_ as any TensorLike): holdsTensors = true
        default:
            throw Fault("tensor.element", "the elements of a tensor are numbers, got \(value.described)")
        }
    }

    private func ragged(_ value: Value, _ axis: Int) -> Fault {
        let wanted = axis < shape.count ? "a list of \(shape[axis])" : "a number"
        return Fault(
            "tensor.ragged", "the rows of a tensor have one length: \(wanted) was wanted, got \(value.described)")
    }

    /// Looks no deeper than a tensor can be.
    static func holdsTensor(_ value: Value) -> Bool { holdsTensor(value, depth: 0) }

    private static func holdsTensor(_ value: Value, depth: Int) -> Bool {
        switch value {
        case .object(_ as any TensorLike): true
        case .list(let box):
            depth < Shape.maximumRank && box.elements.contains { holdsTensor($0, depth: depth + 1) }
        default: false
        }
    }

    /// A range as a list, refused if it is longer than lists are.
    static func numbers(of range: RangeValue) throws -> [Double] {
        guard range.count <= 10_000_000 else {
            throw Fault(
                "range.length", "the range \(Value.range(range).quoted) has \(NumberText.grouped(range.count)) numbers",
                hint: "10 million are the most that a range may have as a list")
        }
        return (0..<range.count).map { Double(range.lower + $0) }
    }
}

/// Sizes of axes, as an argument: `3`, `[2, 3]`.
struct ShapeArgument: ValueConvertible {
    var shape: Shape

    static var wants: String? { "a shape, such as 3 or [2, 3]" }

    static func convert(_ value: Value) throws -> ShapeArgument {
        if case .number = value { return ShapeArgument(shape: try Shape([try Int.convert(value)])) }
        return ShapeArgument(shape: try Shape(try [Int].convert(value)))
    }

    var asValue: Value { .list(shape.dimensions.map { .integer($0) }) }
}

/// The axes of a reduction, as an argument: `0`, `[0, 1]`, or nothing for all.
struct AxesArgument: ValueConvertible {
    var axes: [Int]?

    static var wants: String? { "an axis, a list of axes, or nothing for all" }

    static func convert(_ value: Value) throws -> AxesArgument {
        switch value {
        case .nothing: AxesArgument(axes: nil)
        case .number: AxesArgument(axes: [try Int.convert(value)])
        default: AxesArgument(axes: try [Int].convert(value))
        }
    }

    var asValue: Value { axes.map { .list($0.map { .integer($0) }) } ?? .nothing }
}
