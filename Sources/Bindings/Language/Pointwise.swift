import Runtime
import Support
import Tensors

/// Functions that take a number, a list or a tensor and give the same kind back.
///
/// Numbers and lists are calculated in double, tensors in float32 with their gradient.
enum Pointwise {
    /// Lists nested deeper are refused, so that no input overflows the stack.
    private static let deepest = 64

    static func apply(
        _ name: String, _ value: Value, number: (Double) -> Double, tensor: (Tensor) throws -> Tensor
    ) throws -> Value {
        func go(_ value: Value, _ depth: Int) throws -> Value {
            switch value {
            case .number(let x): return .number(number(x))
            case .object(let object as any TensorLike): return try tensor(object.tensor).asValue
            case .list(let box):
                try check(name, depth)
                return .list(try box.elements.map { try go($0, depth + 1) })
            case .range(let range): return .list(try NestedNumbers.numbers(of: range).map { .number(number($0)) })
            default: throw mismatch(name, value)
            }
        }
        if case .number(let x) = value { return .number(number(x)) }
        return try go(value, 0)
    }

    static func apply(
        _ name: String, _ first: Value, _ second: Value, number: (Double, Double) -> Double,
        tensor: (Tensor, Tensor) throws -> Tensor
    ) throws -> Value {
        func go(_ a: Value, _ b: Value, _ depth: Int) throws -> Value {
            switch (a, b) {
            case (.number(let x), .number(let y)): return .number(number(x, y))
            case (.object(_ as any TensorLike), _), (_, .object(_ as any TensorLike)):
                return try tensor(Tensor.of(a, for: name), Tensor.of(b, for: name)).asValue
            case (.range(let range), _): return try go(NestedNumbers.numbers(of: range).asValue, b, depth)
            case (_, .range(let range)): return try go(a, NestedNumbers.numbers(of: range).asValue, depth)
            case (.list(let xs), .list(let ys)):
                try check(name, depth)
                guard xs.elements.count == ys.elements.count else {
                    throw Fault(
                        "list.length",
                        "\(name) wants lists of one length, got \(xs.elements.count) and \(ys.elements.count) elements")
                }
                return .list(try zip(xs.elements, ys.elements).map { try go($0, $1, depth + 1) })
            case (.list(let xs), _):
                try check(name, depth)
                return .list(try xs.elements.map { try go($0, b, depth + 1) })
            case (_, .list(let ys)):
                try check(name, depth)
                return .list(try ys.elements.map { try go(a, $0, depth + 1) })
            case (.number, _): throw mismatch(name, b)
            default: throw mismatch(name, a)
            }
        }
        return try go(first, second, 0)
    }

    private static func check(_ name: String, _ depth: Int) throws {
        if depth >= deepest { throw Fault("list.nesting", "\(name): lists nested more than \(deepest) deep") }
    }

    static func mismatch(_ name: String, _ value: Value) -> Fault {
        Fault("argument.type", "\(name) wants a number, a list of numbers or a tensor, got \(value.described)")
    }

    /// A native of one argument.
    static func native(
        _ name: String, _ summary: String, text: String = "", _ examples: [Example],
        number: @escaping (Double) -> Double, tensor: @escaping (Tensor) throws -> Tensor
    ) -> NativeFunction {
        NativeFunction(
            name, in: "math", summary, parameter: Parameter<Value>("x", "a number, a list or a tensor"), text: text,
            examples: examples, onNumber: number
        ) { x in try apply(name, x, number: number, tensor: tensor) }
    }

    /// A native of two arguments, which broadcast where they are tensors.
    static func native(
        _ name: String, _ summary: String, text: String = "", _ names: (String, String), _ examples: [Example],
        number: @escaping (Double, Double) -> Double, tensor: @escaping (Tensor, Tensor) throws -> Tensor
    ) -> NativeFunction {
        NativeFunction(
            name, in: "math", summary, parameters: Parameter<Value>(names.0, "a number, a list or a tensor"),
            Parameter<Value>(names.1, "a number, a list or a tensor"), text: text, examples: examples
        ) { _, a, b in try apply(name, a, b, number: number, tensor: tensor) }
    }
}
