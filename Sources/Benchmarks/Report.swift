import Support

/// Three significant digits, with a unit's prefix: `93.1 G`, `1.25 M`, `812`.
private func scaled(_ value: Double) -> String {
    var value = value
    var prefix = ""
    for next in ["k", "M", "G"] where value >= 10_000 {
        value /= 1_000
        prefix = next
    }
    let digits = value >= 100 ? 0 : value >= 10 ? 1 : 2
    return decimal(value, digits) + (prefix.isEmpty ? "" : " \(prefix)")
}

func decimal(_ value: Double, _ digits: Int) -> String {
    guard value.isFinite, abs(value) < 1e15 else { return "\(value)" }
    var scale = 1.0
    for _ in 0..<digits { scale *= 10 }
    let whole = Int((abs(value) * scale).rounded())
    let text = String(whole)
    let padded = String(repeating: "0", count: max(0, digits + 1 - text.count)) + text
    let sign = value < 0 && whole > 0 ? "-" : ""
    return digits == 0 ? sign + padded : sign + padded.dropLast(digits) + "." + padded.suffix(digits)
}

private func padded(_ text: String, _ width: Int, left: Bool = false) -> String {
    let space = String(repeating: " ", count: max(0, width - text.count))
    return left ? space + text : text + space
}

let tableHeader =
    padded("name", 44) + padded("threads", 9, left: true) + padded("rate", 12, left: true) + "  "
    + padded("unit", 12) + "share (of the product's ceiling; of CPython's rate)"

func tableRow(_ row: Measurement, threads: Int) -> String {
    padded(row.name, 44) + padded("\(threads)", 9, left: true) + padded(scaled(row.rate), 12, left: true) + "  "
        + padded(row.unit, 12) + (row.share.map { decimal($0, 2) } ?? "")
}

func jsonRow(_ row: Measurement, threads: Int) -> String {
    let share = row.share.map { "\($0)" } ?? "null"
    return
        "{\"name\": \"\(row.name)\", \"threads\": \(threads), \"rate\": \(row.rate), \"unit\": \"\(row.unit)\", "
        + "\"share\": \(share)}"
}
