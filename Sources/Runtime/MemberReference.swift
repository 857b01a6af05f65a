/// An argument as it was written: of `explain(e.eta)` the member `eta` of `e`, with its value.
///
/// A native with a parameter of this type learns where a number came from. The compiler sees to it where such a native
/// is called by its name and the argument is written as a member; everywhere else only `value` is known.
public struct MemberReference: ValueConvertible {
    /// What the member was read from; nil where the argument was not written as a member.
    public var base: Value?
    public var name: String?
    public var value: Value

    public init(base: Value? = nil, name: String? = nil, value: Value) {
        self.base = base
        self.name = name
        self.value = value
    }

    public static var wants: String? { nil }
    public static var isReference: Bool { true }
    public static func convert(_ value: Value) throws -> MemberReference {
        if case .object(let object as WrittenMember) = value { return object.reference }
        return MemberReference(value: value)
    }
    public var asValue: Value { value }
}

/// A member reference on its way from a call to the native; no program ever holds one.
final class WrittenMember: HostObject {
    let reference: MemberReference

    init(_ reference: MemberReference) { self.reference = reference }

    override class var typeName: String { "member" }
    override var summary: String { reference.value.summary }

    /// The objects that it is made of.
    var parts: [HostObject] { [reference.base, reference.value].compactMap { $0?.asObject } }
}
