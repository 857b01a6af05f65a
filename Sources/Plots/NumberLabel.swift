import Glibc

/// Numbers as short labels; written by hand because C's printf follows the locale's decimal sign.
package enum NumberLabel {
    /// So many decimals.
    package static func fixed(_ value: Double, _ decimals: Int) -> String {
        guard value.isFinite else { return value.isNaN ? "nan" : value < 0 ? "-inf" : "inf" }
        let places = min(max(decimals, 0), 15)
        let scaled = (abs(value) * pow(10, Double(places))).rounded()
        guard scaled < 0x1p62, let whole = Int(exactly: scaled) else { return scientific(value, 3) }
        var digits = String(whole)
        if places > 0 {
            digits = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
            digits.insert(".", at: digits.index(digits.endIndex, offsetBy: -places))
        }
        return (value < 0 && whole != 0 ? "-" : "") + digits
    }

    /// `1.5e-6`, with so many decimals of the mantissa.
    package static func scientific(_ value: Double, _ decimals: Int) -> String {
        guard value.isFinite, value != 0 else { return value == 0 ? "0" : fixed(value, 0) }
        var exponent = Int(log10(abs(value)).rounded(.down))
        let places = min(max(decimals, 0), 15)
        func mantissa() -> Double {
            // Two factors: 10^−exponent alone overflows for the smallest numbers.
            let half = exponent / 2
            return abs(value) * pow(10, Double(-half)) * pow(10, Double(half - exponent))
        }
        if mantissa() < 1 { exponent -= 1 }
        if (mantissa() * pow(10, Double(places))).rounded() >= pow(10, Double(places + 1)) { exponent += 1 }
        return (value < 0 ? "-" : "") + fixed(mantissa(), places) + "e\(exponent)"
    }

    /// Up to so many significant digits, without trailing zeros.
    package static func short(_ value: Double, significant: Int = 4) -> String {
        guard value.isFinite, value != 0 else { return fixed(value, 0) }
        let exponent = Int(log10(abs(value)).rounded(.down))
        if exponent < -4 || exponent >= 7 { return trimmed(scientific(value, significant - 1)) }
        return trimmed(fixed(value, max(0, significant - 1 - exponent)))
    }

    /// `1.500e3` → `1.5e3`, `2.0` → `2`.
    package static func trimmed(_ text: String) -> String {
        let parts = text.split(separator: "e", maxSplits: 1)
        guard var mantissa = parts.first.map(String.init), mantissa.contains(".") else { return text }
        while mantissa.hasSuffix("0") { mantissa.removeLast() }
        if mantissa.hasSuffix(".") { mantissa.removeLast() }
        return parts.count > 1 ? "\(mantissa)e\(parts[1])" : mantissa
    }
}
