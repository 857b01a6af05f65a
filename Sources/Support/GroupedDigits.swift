extension BinaryInteger {
    /// The digits in groups of three, `10 702`; the minus sign is U+2212 as everywhere in the output.
    public var grouped: String {
        var digits = String(magnitude)
        var place = digits.count - 3
        while place > 0 {
            digits.insert(" ", at: digits.index(digits.startIndex, offsetBy: place))
            place -= 3
        }
        return self < 0 ? "−" + digits : digits
    }
}
