import Runtime

/// Every native of the program, topic by topic; `help` lists the modules in this order.
public func makeStandardRegistry() -> NativeRegistry {
    let registry = NativeRegistry()
    registry.add(EnvironmentNatives.all)
    return registry
}
