import Support
import Testing

@Suite struct GroupedDigitsTests {
    @Test(arguments: [
        (0, "0"), (7, "7"), (999, "999"), (1_000, "1 000"), (10_702, "10 702"), (1_234_567, "1 234 567"),
        (-41_401, "−41 401"), (Int.min, "−9 223 372 036 854 775 808"),
    ])
    func groupsOfThree(number: Int, text: String) { #expect(number.grouped == text) }
}
