import Runtime

/// Every native of the program, topic by topic; `help` lists the modules in this order.
public func makeStandardRegistry() -> NativeRegistry {
    let registry = NativeRegistry()
    registry.add(MathNatives.constants)
    registry.add(MathNatives.all)
    registry.add(ReductionNatives.all)
    registry.add(ListNatives.all + HigherOrderNatives.all)
    registry.add(StringNatives.all)
    registry.add(RecordNatives.all)
    registry.add(TableNatives.all)
    registry.add(OutputNatives.all)
    registry.add(RandomNatives.all)
    registry.add(RandomSourceNatives.all)
    // After the lists: of natives with one name the first that takes the first argument is called.
    registry.add(TensorNatives.all)
    registry.add(NetworkNatives.constants)
    registry.add(NetworkNatives.all)
    registry.add(OptimiserNatives.all)
    registry.add(EnvironmentNatives.all)
    registry.add(GymNatives.all)
    registry.add(SuiteNatives.all)
    registry.add(FiniteMDPNatives.all)
    registry.add(TaskNatives.all)
    registry.add(WrapperNatives.all)
    registry.add(PolicyNatives.all)
    registry.add(LabNatives.all)
    registry.add(SceneNatives.all)
    registry.add(SavingNatives.all)
    registry.add(DualNatives.all)
    registry.add(PlotNatives.all)
    registry.add(LessonNatives.all)
    registry.add(LessonWritingNatives.all)
    return registry
}
