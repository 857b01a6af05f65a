import Networks
import Support
import Testing

@Suite struct LearningRateScheduleTests {
    @Test(arguments: [
        (LearningRateSchedule.constant, 0, 1.0), (.constant, 1_000_000, 1),
        (.linear(end: 0.2, steps: 10), 0, 1), (.linear(end: 0.2, steps: 10), 5, 0.6),
        (.linear(end: 0.2, steps: 10), 10, 0.2), (.linear(end: 0.2, steps: 10), 99, 0.2),
        (.cosine(end: 0, steps: 8), 0, 1), (.cosine(end: 0, steps: 8), 4, 0.5), (.cosine(end: 0, steps: 8), 2, 0.853553390593274),
        (.cosine(end: 0.1, steps: 8), 8, 0.1), (.exponential(rate: 0.5, steps: 10), 20, 0.25),
        (.warmUp(steps: 4, then: .constant), 0, 0.25), (.warmUp(steps: 4, then: .constant), 3, 1),
        (.warmUp(steps: 4, then: .linear(end: 0, steps: 10)), 9, 0.5),
    ])
    func factors(schedule: LearningRateSchedule, step: Int, factor: Double) {
        #expect(abs(schedule.factor(step: step) - factor) < 1e-14)  // a few roundings in Double
    }

    @Test(arguments: [
        LearningRateSchedule.linear(end: -1, steps: 5), .cosine(end: 0, steps: 0), .exponential(rate: .infinity, steps: 3),
        .warmUp(steps: 0, then: .constant), .warmUp(steps: 2, then: .linear(end: 1, steps: -1)),
    ])
    func refusesWhatMakesNoSense(schedule: LearningRateSchedule) {
        #expect(throws: Fault.self) { try schedule.validate() }
    }
}
