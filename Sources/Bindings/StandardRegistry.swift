import Runtime

/// Every native of the program, topic by topic; `help` lists the modules in this order.
public func makeStandardRegistry() -> NativeRegistry {
    let registry = NativeRegistry()
    registry.add(ListNatives.all + HigherOrderNatives.all)
    registry.add(StringNatives.all)
    registry.add(RecordNatives.all)
    registry.add(TableNatives.all)
    registry.add(OutputNatives.all)
    registry.add(EnvironmentNatives.all)
    return registry
}
