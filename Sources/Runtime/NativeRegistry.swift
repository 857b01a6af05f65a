/// Everything that the host brings to the language, by name.
///
/// `@unchecked Sendable`: filled by one thread, then only read.
public final class NativeRegistry: @unchecked Sendable {
    public private(set) var functions: [String: NativeGroup] = [:]
    public private(set) var constants: [String: NativeConstant] = [:]
    /// Modules in the order in which they were first named.
    public private(set) var modules: [String] = []
    private var order: [String] = []

    public init() {}

    /// Adds natives; one of a known name becomes an overload, chosen by the kind of the first argument.
    public func add(_ natives: [NativeFunction]) {
        for native in natives {
            note(native.name, native.module)
            if let group = functions[native.name] {
                group.add(native)
            } else {
                functions[native.name] = NativeGroup(native)
            }
        }
    }

    public func add(_ natives: NativeFunction...) { add(natives) }

    public func add(_ constants: [NativeConstant]) {
        for constant in constants {
            note(constant.name, constant.module)
            self.constants[constant.name] = constant
        }
    }

    private func note(_ name: String, _ module: String) {
        if functions[name] == nil && constants[name] == nil { order.append(name) }
        if !modules.contains(module) { modules.append(module) }
    }

    /// All names in the order in which they were added.
    public var names: [String] { order }

    /// The function or constant of that name.
    public func value(_ name: String) -> Value? {
        if let group = functions[name] { return .function(FunctionValue(group)) }
        return constants[name]?.value
    }
}
