import Glibc
import Runtime
import Support

/// Strings: taking apart, putting together, numbers as text.
enum StringNatives {
    static let all: [NativeFunction] = conversions + pieces + searches

    private static let conversions: [NativeFunction] = [
        NativeFunction(
            "string", in: "strings", "A value as text, as `print` shows it.", parameters: Parameter<Value>("x", "any value"),
            examples: [Example("string(0.5)", "0.5"), Example("count(string([1, 2]))", "6")]
        ) { _, x in x.text },
        NativeFunction(
            "number", in: "strings", "The number that a string spells.",
            parameters: Parameter<Value>("text", "the string; a number stays as it is"),
            examples: [Example("number(\"1e-3\")", "0.001"), Example("number(\" 42 \") + 1", "43")]
        ) { _, value in
            switch value {
            case .number(let number): return number
            case .boolean(let boolean): return boolean ? 1 : 0
            case .string(let box):
                var digits = trimmed(box.text)
                if digits.first == "−" { digits = "-" + digits.dropFirst() }
                let isPlain = digits.utf8.allSatisfy { "0123456789+-.eE".utf8.contains($0) }
                if isPlain, let number = Double(digits) { return number }
                switch digits {
                case "infinity", "Infinity": return .infinity
                case "-infinity", "-Infinity": return -.infinity
                case "nan", "NaN": return .nan
                default: throw Fault("number.text", "number wants a string that spells a number, got \(value.described)")
                }
            default: throw Fault("number.text", "number wants a string that spells a number, got \(value.described)")
            }
        },
        NativeFunction(
            "short", in: "strings", "A number as text in few digits, as summaries write it.",
            parameters: Parameter<Double?>("x", "the number; nothing gives a dash"),
            Parameter<Count>("digits", "significant digits", default: Count(4)),
            examples: [Example("short(pi)", "3.142"), Example("short(-1214.3)", "−1 214"), Example("short(nothing)", "–")]
        ) { _, x, digits in
            guard (1...17).contains(digits.number) else {
                throw Fault("short.digits", "short wants from 1 to 17 digits, got \(digits.number)")
            }
            return x.map { Digits.short($0, significant: digits.number) } ?? "–"
        },
        NativeFunction(
            "format", in: "strings", "A number as text with so many decimals.",
            parameters: Parameter<Double>("x", "the number"),
            Parameter<Count?>("decimals", "digits after the point", default: nil, shown: "as many as it has"),
            Parameter<Count>("width", "at least so many columns, blanks on the left", default: Count(0)),
            examples: [Example("format(pi, 2)", "3.14"), Example("format(2, 3)", "2.000"), Example("\"[\" + format(7, width: 4) + \"]\"", "[   7]")]
        ) { _, x, decimals, width in
            if let decimals, decimals.number > 300 {
                throw Fault("format.decimals", "format wants at most 300 decimals, got \(decimals.number)")
            }
            guard width.number <= 10_000 else { throw Fault("format.width", "format wants a width of at most 10 000, got \(width.number)") }
            let text = decimals.map { fixed(x, $0.number) } ?? NumberText.plain(x)
            return paddedLeft(text, to: width.number)
        },
    ]

    private static let pieces: [NativeFunction] = [
        NativeFunction(
            "split", in: "strings", "The parts of a string between separators.",
            parameters: Parameter<String>("text", "the string"),
            Parameter<String?>("separator", "what stands between the parts", default: nil, shown: "blanks"),
            examples: [Example("split(\"a,b,,c\", \",\")", "[\"a\", \"b\", \"\", \"c\"]"), Example("split(\"  to  be \")", "[\"to\", \"be\"]")]
        ) { _, text, separator in
            guard let separator else { return text.split(whereSeparator: \.isWhitespace).map(String.init) }
            guard !separator.isEmpty else {
                throw Fault("split.separator", "split wants a separator that is not empty", hint: "`characters(text)` gives the single characters")
            }
            return parts(of: text, between: separator)
        },
        NativeFunction(
            "join", in: "strings", "One string of many, with a separator between them.",
            parameters: Parameter<[Value]>("xs", "strings, or values to be shown as `print` does"),
            Parameter<String>("separator", "what to put between them", default: ""),
            examples: [Example("join([\"a\", \"b\"], \", \")", "a, b"), Example("join([1, 2, 3], \"-\")", "1-2-3")]
        ) { _, xs, separator in xs.map(\.text).joined(separator: separator) },
        NativeFunction(
            "characters", in: "strings", "The characters of a string as a list.", parameters: Parameter<String>("text", "the string"),
            examples: [Example("characters(\"mpo\")", "[\"m\", \"p\", \"o\"]")]
        ) { _, text in text.map { String($0) } },
        NativeFunction(
            "lines", in: "strings", "The lines of a string as a list.", parameters: Parameter<String>("text", "the string"),
            examples: [Example("lines(\"a\\nb\")", "[\"a\", \"b\"]")]
        ) { _, text in
            var lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map(String.init)
            if lines.last == "" { lines.removeLast() }
            return lines
        },
        NativeFunction(
            "upper", in: "strings", "A string in capital letters.", parameters: Parameter<String>("text", "the string"),
            examples: [Example("upper(\"kl\")", "KL")]
        ) { _, text in text.uppercased() },
        NativeFunction(
            "lower", in: "strings", "A string in small letters.", parameters: Parameter<String>("text", "the string"),
            examples: [Example("lower(\"MPO\")", "mpo")]
        ) { _, text in text.lowercased() },
        NativeFunction(
            "trim", in: "strings", "A string without blanks at its ends.", parameters: Parameter<String>("text", "the string"),
            examples: [Example("trim(\"  x \") + \"|\"", "x|")]
        ) { _, text in trimmed(text) },
        NativeFunction(
            "pad", in: "strings", "A string with blanks up to a width; negative widths put them on the left.",
            parameters: Parameter<Value>("x", "a string or any value"), Parameter<Int>("width", "columns"),
            examples: [Example("pad(\"ab\", 4) + \"|\"", "ab  |"), Example("pad(7, -3)", "  7")]
        ) { _, x, width in
            guard width.magnitude <= 10_000 else { throw Fault("pad.width", "pad wants a width of at most 10 000, got \(width)") }
            return width < 0 ? paddedLeft(x.text, to: -width) : padded(x.text, to: width)
        },
        NativeFunction(
            "replace", in: "strings", "A string with every occurrence of a part replaced.",
            parameters: Parameter<String>("text", "the string"), Parameter<String>("old", "what to replace"),
            Parameter<String>("new", "what to put there"),
            examples: [Example("replace(\"a-b-c\", \"-\", \"+\")", "a+b+c")]
        ) { _, text, old, new in
            guard !old.isEmpty else { throw Fault("replace.old", "replace wants a part that is not empty") }
            return parts(of: text, between: old).joined(separator: new)
        },
    ]

    private static let searches: [NativeFunction] = [
        NativeFunction(
            "contains", in: "strings", "Whether a string has another one in it.",
            parameters: Parameter<String>("text", "the string"), Parameter<String>("part", "what to look for"),
            examples: [Example("contains(\"E-step\", \"step\")", "true")]
        ) { _, text, part in part.isEmpty || parts(of: text, between: part).count > 1 },
        NativeFunction(
            "starts_with", in: "strings", "Whether a string begins with another one.",
            parameters: Parameter<String>("text", "the string"), Parameter<String>("start", "the beginning"),
            examples: [Example("starts_with(\"estep\", \"e\")", "true")]
        ) { _, text, start in text.hasPrefix(start) },
        NativeFunction(
            "ends_with", in: "strings", "Whether a string ends with another one.",
            parameters: Parameter<String>("text", "the string"), Parameter<String>("end", "the ending"),
            examples: [Example("ends_with(\"estep\", \"step\")", "true")]
        ) { _, text, end in text.hasSuffix(end) },
    ]

    static func trimmed(_ text: String) -> String {
        var rest = text[...]
        while rest.first?.isWhitespace == true { rest.removeFirst() }
        while rest.last?.isWhitespace == true { rest.removeLast() }
        return String(rest)
    }

    /// The pieces of `text` between occurrences of a non-empty `separator`, in linear time for usual texts.
    static func parts(of text: String, between separator: String) -> [String] {
        let bytes = Array(text.utf8), wanted = Array(separator.utf8)
        guard bytes.count >= wanted.count else { return [text] }
        var parts: [String] = []
        var start = 0, position = 0
        while position + wanted.count <= bytes.count {
            if bytes[position] == wanted[0], bytes[position..<(position + wanted.count)].elementsEqual(wanted) {
                parts.append(String(decoding: bytes[start..<position], as: UTF8.self))
                position += wanted.count
                start = position
            } else {
                position += 1
            }
        }
        parts.append(String(decoding: bytes[start...], as: UTF8.self))
        return parts
    }

    /// `%.*f`, with an ASCII minus so that it reads back as a number.
    static func fixed(_ number: Double, _ decimals: Int) -> String {
        guard number.isFinite else { return NumberText.plain(number) }
        var buffer = [CChar](repeating: 0, count: 700)
        let written = withVaList([Int32(decimals), number]) { vsnprintf(&buffer, 700, "%.*f", $0) }
        let bytes = buffer.prefix(max(0, min(Int(written), 699))).map { UInt8(bitPattern: $0) }
        let text = String(decoding: bytes, as: UTF8.self)
        // −0.00 reads as if it were a result; it is 0.00.
        return text.first == "-" && !text.utf8.contains { $0 >= 0x31 && $0 <= 0x39 } ? String(text.dropFirst()) : text
    }
}
