import Glibc

/// One way of writing all numbers of a column, so that their points stand below each other.
///
/// Integers are written without a point, other numbers with as many decimals as five significant digits of the
/// largest need, very large or small ones in scientific form.
struct NumberColumn {
    private enum Form {
        case fixed(Int)
        case scientific
    }

    private let form: Form

    init(_ values: some Sequence<Float>) {
        var largest: Float = 0
        var smallest = Float.infinity
        var areIntegers = true
        for value in values where value.isFinite {
            let magnitude = abs(value)
            largest = max(largest, magnitude)
            if magnitude > 0 { smallest = min(smallest, magnitude) }
            if value != value.rounded() { areIntegers = false }
        }
        if areIntegers && largest < 1e7 {
            form = .fixed(0)
        } else if largest >= 1e7 || largest < 1e-3 || smallest < largest * 1e-6 && smallest < 1e-4 {
            form = .scientific
        } else {
            let decimals = max(0, min(7, 4 - Int(log10(Double(largest)).rounded(.down))))
            // Decimals that are 0 in every number say nothing.
            var kept = decimals
            while kept > 1, values.allSatisfy({ Self.fixed($0, decimals).suffix(decimals - kept + 1).allSatisfy { $0 == "0" } || !$0.isFinite }) {
                kept -= 1
            }
            form = .fixed(kept)
        }
    }

    func text(_ value: Float) -> String {
        if value.isNaN { return "nan" }
        if value.isInfinite { return value < 0 ? "-inf" : "inf" }
        switch form {
        case .fixed(let decimals): return Self.fixed(value, decimals)
        case .scientific: return value == 0 ? "0" : Self.format("%.4e", Double(value))
        }
    }

    private static func fixed(_ value: Float, _ decimals: Int) -> String {
        let text = format("%.\(decimals)f", Double(value))
        return text.first == "-" && text.allSatisfy({ "-0.".contains($0) }) ? String(text.dropFirst()) : text
    }

    private static func format(_ format: String, _ value: Double) -> String {
        withVaList([value]) { arguments in
            var buffer = [CChar](repeating: 0, count: 64)
            let length = vsnprintf(&buffer, buffer.count, format, arguments)
            return String(decoding: buffer.prefix(max(0, min(Int(length), 63))).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
    }
}
