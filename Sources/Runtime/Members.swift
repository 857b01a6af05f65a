import Support

/// `x.name`.
enum Members {
    /// The member, or nil where the value has none of that name.
    static func find(_ value: Value, _ name: String) throws -> Value? {
        switch value {
        case .record(let box): return box[name]
        case .object(let object): return try object.member(name)
        default: return nil
        }
    }

    static func read(_ value: Value, _ name: String, _ scope: ModuleScope) throws -> Value {
        if let member = try find(value, name) { return member }
        if case .function? = scope.value(name) {
            throw Fault(
                "member.unknown", Faults.noMember(name, of: value).message,
                hint: "`\(name)` is a function: write `.\(name)()`")
        }
        throw Faults.noMember(name, of: value)
    }

    static func names(_ value: Value) -> [String] {
        switch value {
        case .record(let box): box.names
        case .object(let object): object.memberNames
        default: []
        }
    }
}
