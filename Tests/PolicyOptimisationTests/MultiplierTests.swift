import PolicyOptimisation
import Testing

@Suite struct MultiplierTests {
    @Test(arguments: [1e-6, 0.1, 1, 10, 1000])
    func startsWhereItIsTold(lambda: Double) {
        #expect(abs(Multiplier(lambda: lambda).mean - lambda) < 1e-9 * max(1, lambda))
        #expect(Multiplier(lambda: lambda, count: 3).values.count == 3)
    }

    @Test func isSavedWhole() {
        let multiplier = Multiplier(lambda: 2, count: 4)
        #expect(Multiplier(numbers: multiplier.numbers) == multiplier)
        #expect(Multiplier(numbers: []) == nil)
        #expect(Multiplier(numbers: [1, 2]) == nil)
    }
}
