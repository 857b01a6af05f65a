import Glibc
import Runtime

/// How figures of a run are written in summaries: few digits, thousands apart, a true minus sign.
package enum Digits {
    /// `significant` digits, as `%g` writes them: `0.4132`, `−1 214`, `3e-12`.
    package static func short(_ number: Double, significant: Int = 4) -> String {
        if number.isNaN { return "nan" }
        if number.isInfinite { return number < 0 ? "−∞" : "∞" }
        let magnitude = number.magnitude
        var text: String
        if magnitude >= 1000, magnitude < 1e9 {
            text = NumberText.grouped(Int(magnitude.rounded()))
        } else {
            var buffer = [CChar](repeating: 0, count: 64)
            withVaList([Int32(significant), magnitude]) { _ = vsnprintf(&buffer, 64, "%.*g", $0) }
            text = buffer.withUnsafeBufferPointer { bytes in
                String(decoding: bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            }
            if let double = Double(text) { text = NumberText.plain(double) }
        }
        return number < 0 && text != "0" ? "−" + text : text
    }

    /// A number with so many decimals: `0.0500`.
    package static func fixed(_ number: Double, _ decimals: Int) -> String {
        guard number.isFinite else { return short(number) }
        var buffer = [CChar](repeating: 0, count: 400)
        withVaList([Int32(decimals), number.magnitude]) { _ = vsnprintf(&buffer, 400, "%.*f", $0) }
        let text = buffer.withUnsafeBufferPointer { bytes in
            String(decoding: bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
        return number < 0 && text.contains(where: { ("1"..."9").contains($0) }) ? "−" + text : text
    }

    static func count(_ number: Int, _ one: String, _ many: String? = nil) -> String {
        "\(NumberText.grouped(number)) \(number == 1 ? one : many ?? one + "s")"
    }
}
