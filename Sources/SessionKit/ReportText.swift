import Bindings
import Runtime

/// The line of a reported row: `iteration 12 · return −312 · eta 0.413`.
///
/// Rows of the same names in a row keep their columns: a field is as wide as the widest so far.
struct ReportText {
    private var names: [String] = []
    private var widths: [Int] = []

    mutating func line(_ row: [(name: String, value: Value)]) -> String {
        if row.map(\.name) != names {
            names = row.map(\.name)
            widths = row.map { _ in 0 }
        }
        var fields: [String] = []
        for (index, (name, value)) in row.enumerated() {
            let text: String
            let isNumber: Bool
            switch value {
            case .number(let number):
                let isWhole = number == number.rounded() && number.magnitude < 1e9
                text = isWhole ? number < 0 ? "−" + Int(-number).grouped : Int(number).grouped : Digits.short(number)
                isNumber = true
            default:
                text = value.asText ?? value.summary
                isNumber = false
            }
            widths[index] = max(widths[index], text.count)
            let pad = String(repeating: " ", count: widths[index] - text.count)
            fields.append(isNumber ? "\(name) \(pad)\(text)" : "\(name) \(text)\(pad)")
        }
        var line = fields.joined(separator: " · ")
        while line.last == " " { line.removeLast() }
        return line
    }
}
