import Support
import Syntax

/// One index of `x[i, j]`.
public enum SubscriptValue {
    case number(Double)
    case range(RangeValue)
    /// `:`, the whole of this dimension.
    case all
    /// Any other value: a name in `table["return"]`, a list of rows.
    case value(Value)
}

/// A value that the host brings: a tensor, a network, a lab, a figure.
///
/// Subclasses override what makes sense for them; everything else answers with a clear error.
/// Hooks throw `Fault`; the interpreter adds the place. A hook that returns nil says "not me".
open class HostObject {
    public init() {}

    // MARK: What it is

    /// What error messages call it, without an article: `tensor`, `lab`.
    open class var typeName: String { "object" }
    open var typeName: String { type(of: self).typeName }

    /// True where `b = a` makes both names the same thing (networks, labs); false for values (tensors).
    open var hasIdentity: Bool { true }

    /// One line of at most about 80 characters.
    open var summary: String { typeName }

    /// What the prompt shows; may have several lines, without a newline at the end.
    open func display(_ style: DisplayStyle) -> String { summary }

    /// The value as one JSON value.
    open func json() -> JSON { .string(summary) }

    // MARK: Members

    /// For completion and "did you mean".
    open var memberNames: [String] { [] }

    /// `x.name`, or nil where there is no such member.
    open func member(_ name: String) throws -> Value? { nil }

    /// `x.name = value`; returns what the variable holds afterwards: `self` where the object has identity.
    open func setMember(_ name: String, to value: Value, _ context: NativeContext) throws -> HostObject {
        if try member(name) != nil {
            throw Fault("member.read-only", "`\(name)` of \(article(typeName)) cannot be set")
        }
        throw Faults.noMember(name, of: .object(self))
    }

    // MARK: Subscripts

    /// `x[i, j]`.
    open func element(_ indices: [SubscriptValue]) throws -> Value {
        throw Fault("subscript.type", "\(article(typeName)) has no elements to index")
    }

    /// `x[i, j] = value`; returns what the variable holds afterwards: `self` where the object has identity.
    open func setElement(_ indices: [SubscriptValue], to value: Value) throws -> HostObject {
        throw Fault("subscript.type", "the elements of \(article(typeName)) cannot be set")
    }

    // MARK: Operators

    /// `self op other`, or `other op self` where `isLeft` is false; nil where this object has no such operator.
    open func binary(_ operation: BinaryOperator, _ other: Value, isLeft: Bool) throws -> Value? { nil }

    /// `-x`.
    open func negated() throws -> Value? { nil }

    /// `==`: identity, unless a value type says otherwise. Never asked for another kind of value.
    open func isEqual(to other: HostObject) -> Bool { self === other }

    // MARK: Calls and loops

    open var isCallable: Bool { false }

    /// `x(arguments)`.
    open func call(_ arguments: CallArguments, _ context: NativeContext) throws -> Value {
        throw Fault("call.type", "\(article(typeName)) cannot be called")
    }

    /// `for element in x`: a function that gives the elements in turn and nil at the end; nil where
    /// there is nothing to loop over.
    open func makeIterator() throws -> (() throws -> Value?)? { nil }

    // MARK: Statements

    /// `constrain x.quantity <= bound`.
    open func constrain(_ quantity: String, _ bound: Value, _ context: NativeContext) throws {
        throw Fault("constrain.type", "\(article(typeName)) has nothing to constrain")
    }

    /// `penalize x.quantity by weight`.
    open func penalize(_ quantity: String, _ weight: Value, _ context: NativeContext) throws {
        throw Fault("penalize.type", "\(article(typeName)) has nothing to penalize")
    }

    /// `free x.quantity`.
    open func free(_ quantity: String, _ context: NativeContext) throws {
        throw Fault("free.type", "\(article(typeName)) has nothing to free")
    }
}

/// The arguments of a call as written, in order.
public struct CallArguments {
    public struct Argument {
        public var label: String?
        public var value: Value
        /// A block after the closing parenthesis: it goes to the last parameter.
        public var isTrailing: Bool

        public init(label: String? = nil, _ value: Value, isTrailing: Bool = false) {
            self.label = label
            self.value = value
            self.isTrailing = isTrailing
        }
    }

    public var arguments: [Argument]

    public init(_ arguments: [Argument]) { self.arguments = arguments }
    public init(_ values: [Value]) { arguments = values.map { Argument($0) } }

    public var count: Int { arguments.count }
    public var values: [Value] { arguments.map(\.value) }
}

/// `a lab`, `an E-step`: the name with its article.
package func article(_ name: String) -> String {
    guard let first = name.unicodeScalars.first else { return name }
    // A letter that is read by its name, as in an M-step.
    let isSpelled = name.dropFirst().first == "-" && "FHLMNRSX".unicodeScalars.contains(first)
    return (isSpelled || "aeiouAEIO".unicodeScalars.contains(first) ? "an " : "a ") + name
}
