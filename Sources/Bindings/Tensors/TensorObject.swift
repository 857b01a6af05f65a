import Runtime
import Support
import Syntax
import Tensors

/// A tensor in the language: a value with arithmetic, comparison, indexing and display.
final class TensorObject: HostObject, TensorLike {
    let tensor: Tensor

    init(_ tensor: Tensor) { self.tensor = tensor }

    override class var typeName: String { "tensor" }
    override var hasIdentity: Bool { false }

    override var summary: String {
        let text = tensor.description
        if tensor.rank == 0 { return "tensor \(text)" }
        if tensor.rank == 1, tensor.count <= 8 {
            let numbers = text.split(separator: "\n").last?.split(separator: " ").joined(separator: ", ") ?? ""
            return "tensor [\(tensor.count == 0 ? "" : numbers)]"
        }
        return "tensor of shape \(tensor.shape)"
    }

    override func display(_ style: DisplayStyle) -> String { tensor.description }

    override func json() -> JSON { tensor.nested { .number($0.shortest) } combine: { .array($0) } }

    override var memberNames: [String] { ["shape", "rank", "count", "T", "values", "list"] }

    override func member(_ name: String) throws -> Value? {
        switch name {
        case "shape": .list(tensor.shape.dimensions.map { .integer($0) })
        case "rank": .integer(tensor.rank)
        case "count": .integer(tensor.count)
        case "T": try tensor.transposed().asValue
        case "values": .list(tensor.values.map { .number($0.shortest) })
        case "list": tensor.nestedList
        default: nil
        }
    }

    override func isEqual(to other: HostObject) -> Bool {
        (other as? any TensorLike).map { tensor.equals($0.tensor) } ?? false
    }

    override func negated() throws -> Value? { try (-tensor).asValue }

    override func binary(_ operation: BinaryOperator, _ other: Value, isLeft: Bool) throws -> Value? {
        try TensorOperators.binary(operation, tensor, other, isLeft: isLeft)
    }

    /// The tensors along the first axis.
    override func makeIterator() throws -> (() throws -> Value?)? {
        guard tensor.rank > 0 else { return nil }
        var next = 0
        return { [tensor] in
            guard next < tensor.shape[0] else { return nil }
            defer { next += 1 }
            return try tensor.slice([.at(next)]).asValue
        }
    }

    override func element(_ indices: [SubscriptValue]) throws -> Value {
        try TensorSubscript(indices, of: tensor.shape).read(tensor).asValue
    }

    override func setElement(_ indices: [SubscriptValue], to value: Value) throws -> HostObject {
        TensorObject(try TensorSubscript(indices, of: tensor.shape).write(Tensor.of(value, for: "an element"), into: tensor))
    }
}

/// Operators between a tensor and anything that calculates with it.
enum TensorOperators {
    static func binary(
        _ operation: BinaryOperator, _ tensor: Tensor, _ other: Value, isLeft: Bool
    ) throws -> Value? {
        switch other {
        case .number, .list, .range: break
        case .object(_ as any TensorLike): break
        default: return nil
        }
        let second = try Tensor.convert(other)
        let (a, b) = isLeft ? (tensor, second) : (second, tensor)
        switch operation {
        case .add: return try (a + b).asValue
        case .subtract: return try (a - b).asValue
        case .multiply: return try (a * b).asValue
        case .divide: return try (a / b).asValue
        case .remainder: return try (a % b).asValue
        case .power: return try Tensor.power(a, b).asValue
        case .matrix: return try Tensor.matmul(a, b).asValue
        case .less: return truth(try Tensor.less(a, b))
        case .lessOrEqual: return truth(try Tensor.lessOrEqual(a, b))
        case .greater: return truth(try Tensor.greater(a, b))
        case .greaterOrEqual: return truth(try Tensor.greaterOrEqual(a, b))
        case .equal: return .boolean(try isEqual(a, b))
        case .notEqual: return .boolean(try !isEqual(a, b))
        }
    }

    /// Between two single numbers a comparison is true or false, else it is a tensor of ones and zeros.
    private static func truth(_ mask: Tensor) -> Value {
        mask.rank == 0 ? .boolean(mask.storage.pointer[0] != 0) : mask.asValue
    }

    /// Whole tensors, shape and all; a number beside more than one is a question that has two answers.
    private static func isEqual(_ a: Tensor, _ b: Tensor) throws -> Bool {
        if (a.rank == 0) != (b.rank == 0) {
            throw Fault(
                "tensor.equality", "`==` compares whole tensors, here of the shapes \(a.shape) and \(b.shape)",
                hint: "`equal(a, b)` compares element by element")
        }
        return a.equals(b)
    }
}
