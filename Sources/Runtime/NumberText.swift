/// Numbers as people write them.
public enum NumberText {
    /// The shortest text that reads back as the same number: `1`, `0.1`, `1e-10`, `infinity`, `nan`.
    public static func plain(_ number: Double) -> String {
        if number.isNaN { return "nan" }
        if number.isInfinite { return number < 0 ? "-infinity" : "infinity" }
        if number == 0 { return "0" }
        var text = number.description
        if text.hasSuffix(".0") { text.removeLast(2) }
        if let exponent = text.firstIndex(of: "e") {
            var mantissa = String(text[..<exponent])
            var power = String(text[text.index(after: exponent)...])
            if mantissa.hasSuffix(".0") { mantissa.removeLast(2) }
            if power.hasPrefix("+") { power.removeFirst() }
            let sign = power.hasPrefix("-") ? "-" : ""
            let digits = power.drop { $0 == "-" || $0 == "0" }
            text = "\(mantissa)e\(sign)\(digits.isEmpty ? "0" : digits)"
        }
        return text
    }

    /// A count with its thousands apart, for summaries: `10 702`.
    public static func grouped(_ count: Int) -> String {
        let digits = Array(String(count.magnitude))
        var text = count < 0 ? "-" : ""
        for (index, digit) in digits.enumerated() {
            if index > 0 && (digits.count - index) % 3 == 0 { text += " " }
            text.append(digit)
        }
        return text
    }
}
