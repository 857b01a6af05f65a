/// How many columns of a terminal text takes, and the cutting and padding of text to columns.
package enum TextWidth {
    /// 0 for marks and controls, 2 for East Asian wide characters and emoji, else 1.
    static func columns(_ character: Character) -> Int {
        guard let first = character.unicodeScalars.first else { return 0 }
        if first.properties.generalCategory == .control { return 0 }
        let properties = first.properties
        switch properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return 0
        default: break
        }
        if properties.isEmojiPresentation { return 2 }
        if character.unicodeScalars.contains(where: { $0.value == 0xFE0F }), properties.isEmoji { return 2 }
        let wide: [ClosedRange<UInt32>] = [
            0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA000...0xA4CF,
            0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6,
            0x17000...0x18D08, 0x1B000...0x1B2FB, 0x20000...0x3FFFD,
        ]
        return wide.contains { $0.contains(first.value) } ? 2 : 1
    }

    package static func columns(_ text: String) -> Int { text.reduce(0) { $0 + columns($1) } }

    /// One line that a terminal shows as written: controls become spaces; what takes no column is dropped.
    static func clean(_ text: String) -> String {
        var result = ""
        for character in text {
            guard let first = character.unicodeScalars.first else { continue }
            if first.properties.generalCategory == .control || character.isNewline {
                result.append(" ")
            } else if columns(character) > 0 {
                result.append(character)
            }
        }
        return result
    }

    /// At most so many columns; what is cut ends in `…` (`~` in ASCII).
    package static func cut(_ text: String, to width: Int, ellipsis: Character = "…") -> String {
        if columns(text) <= width { return text }
        var result = ""
        var used = 0
        for character in text {
            let w = columns(character)
            if used + w > width - 1 { break }
            result.append(character)
            used += w
        }
        return width > 0 ? result + String(ellipsis) : ""
    }

    /// Words over as many lines as needed, none wider than `width`.
    package static func wrap(_ text: String, to width: Int, ellipsis: Character = "…") -> [String] {
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ") {
            let piece = cut(String(word), to: width, ellipsis: ellipsis)
            if line.isEmpty {
                line = piece
            } else if columns(line) + 1 + columns(piece) <= width {
                line += " " + piece
            } else {
                lines.append(line)
                line = piece
            }
        }
        if !line.isEmpty { lines.append(line) }
        return lines
    }

    /// Characters beyond ASCII replaced by what comes closest: the ASCII canvas holds nothing else.
    static func ascii(_ text: String) -> String {
        var result = ""
        for character in text {
            if character.isASCII { result.append(character) } else { result += replacements[character] ?? "?" }
        }
        return result
    }

    private static let replacements: [Character: String] = [
        "η": "eta", "ε": "epsilon", "μ": "mu", "Σ": "Sigma", "λ": "lambda", "π": "pi", "α": "alpha", "γ": "gamma",
        "σ": "sigma", "θ": "theta", "τ": "tau", "β": "beta", "δ": "delta", "Δ": "Delta", "ρ": "rho", "φ": "phi",
        "−": "-", "–": "-", "—": "-", "×": "x", "·": "*", "≤": "<=", "≥": ">=", "≈": "~", "…": "...", "‖": "||",
        "→": "->", "±": "+-", "∞": "infinity", "²": "^2", "½": "1/2", "″": "''", "′": "'", "‘": "'", "’": "'",
        "“": "\"", "”": "\"", "√": "sqrt", "∂": "d", "∇": "grad", "∈": "in", "°": "deg", "∝": "~", "╌": "-", "┊": ":", "●": "@",
    ]
}
