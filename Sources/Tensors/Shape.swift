import CKernels
import Support

/// The sizes of a tensor's axes, first axis outermost.
///
/// A shape that exists is valid: no size is negative and the product of the sizes fits `Int`. Rank 0 is a scalar.
public struct Shape: Hashable, Sendable {
    public let dimensions: [Int]
    /// The number of elements: the product of the sizes, 1 for a scalar.
    public let count: Int

    /// More axes than anyone uses; a bound keeps kernels free of allocation.
    public static let maximumRank = Int(MPO_MAX_RANK)

    public static let scalar = Shape(unchecked: [], count: 1)

    public init(_ dimensions: [Int]) throws {
        if let negative = dimensions.first(where: { $0 < 0 }) {
            throw Fault(
                "shape.negative",
                "a shape wants sizes of 0 or more, [\(dimensions.map(String.init).joined(separator: ", "))]"
                    + " holds \(negative)")
        }
        guard dimensions.count <= Self.maximumRank else {
            throw Fault(
                "shape.rank", "a tensor has at most \(Self.maximumRank) axes, \(dimensions.count) were given")
        }
        count = try MemoryBudget.product(dimensions, for: "a tensor")
        self.dimensions = dimensions
    }

    /// For sizes that come from a valid shape.
    init(unchecked dimensions: [Int], count: Int) {
        self.dimensions = dimensions
        self.count = count
    }

    public var rank: Int { dimensions.count }

    public subscript(axis: Int) -> Int { dimensions[axis] }

    /// The axis counted from the front for one that may be counted from the end.
    public func axis(_ axis: Int, for operation: String) throws -> Int {
        let found = axis < 0 ? axis + rank : axis
        guard found >= 0, found < rank else {
            let range = rank == 0 ? "a scalar has none" : "it has 0 to \(rank - 1), or −\(rank) to −1"
            throw Fault(
                "shape.axis", "\(operation): there is no axis \(axis) in the shape \(self)", hint: range)
        }
        return found
    }

    /// The axes in ascending order, all of them for nil; a repeated axis is a fault.
    public func axes(_ axes: [Int]?, for operation: String) throws -> [Int] {
        guard let axes else { return Array(0..<rank) }
        let found = try axes.map { try axis($0, for: operation) }.sorted()
        for (first, second) in zip(found, found.dropFirst()) where first == second {
            throw Fault("shape.axis", "\(operation): axis \(first) is named twice")
        }
        return found
    }

    /// This shape without the given axes, or with size 1 in their place.
    func removing(_ axes: [Int], keeping: Bool) throws -> Shape {
        var kept: [Int] = []
        for (axis, size) in dimensions.enumerated() {
            if !axes.contains(axis) { kept.append(size) } else if keeping { kept.append(1) }
        }
        return try Shape(kept)
    }

    /// Element distances between neighbours along each axis in contiguous memory.
    var strides: [Int] {
        var strides = [Int](repeating: 1, count: rank)
        var step = 1
        for axis in stride(from: rank - 1, through: 0, by: -1) {
            strides[axis] = step
            step &*= dimensions[axis]
        }
        return strides
    }
}

extension Shape: CustomStringConvertible {
    public var description: String { "[" + dimensions.map(String.init).joined(separator: ", ") + "]" }
}

extension Shape: ExpressibleByArrayLiteral {
    /// A shape written down in Swift source.
    ///
    /// Sizes that are no shape stop the program, as a wrong literal does; sizes that are computed go through `init(_:)`.
    public init(arrayLiteral dimensions: Int...) {
        guard let shape = try? Shape(dimensions) else {
            preconditionFailure("\(dimensions) is no shape")
        }
        self = shape
    }
}
