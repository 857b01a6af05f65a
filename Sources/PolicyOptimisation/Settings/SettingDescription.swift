import Support

/// A setting's value, as it passes between a script and the settings.
public enum SettingValue: Hashable, Sendable {
    case number(Double)
    case text(String)
    case flag(Bool)
    /// The setting is off.
    case nothing

    public var text: String {
        switch self {
        case .number(let number):
            number == number.rounded() && abs(number) < 1e15 ? "\(Int(number))" : "\(number)"
        case .text(let text): "\"\(text)\""
        case .flag(let flag): flag ? "true" : "false"
        case .nothing: "nothing"
        }
    }
}

/// Which values a setting takes.
public indirect enum SettingRange: Sendable {
    case count(atLeast: Int, atMost: Int)
    /// Numbers from `low` to `high`; an open end is not a value itself.
    case number(low: Double, high: Double, openLow: Bool, openHigh: Bool)
    case choice([String])
    case flag
    /// The inner range, or nothing.
    case optional(SettingRange)

    public static let positive = SettingRange.number(low: 0, high: .infinity, openLow: true, openHigh: true)
    public static let atLeastZero = SettingRange.number(low: 0, high: .infinity, openLow: false, openHigh: true)
    public static func count(_ atLeast: Int) -> SettingRange { .count(atLeast: atLeast, atMost: 1_000_000_000) }

    /// `a whole number from 1 to 1 000 000 000`, `a number above 0`, `"exact" or "gradient"`.
    public var text: String {
        switch self {
        case .count(let low, let high): return "a whole number from \(low) to \(high.grouped)"
        case .number(let low, let high, let openLow, let openHigh):
            switch (low, high) {
            case (-.infinity, .infinity): return "a number"
            case (_, .infinity): return openLow ? "a number above \(Self.short(low))" : "a number of at least \(Self.short(low))"
            default:
                return "a number in \(openLow ? "(" : "[")\(Self.short(low)), \(Self.short(high))\(openHigh ? ")" : "]")"
            }
        case .choice(let words): return words.map { "\"\($0)\"" }.joined(separator: " or ")
        case .flag: return "true or false"
        case .optional(let inner): return inner.text + ", or nothing"
        }
    }

    private static func short(_ number: Double) -> String {
        SettingValue.number(number).text
    }

    func accepts(_ value: SettingValue) -> Bool {
        switch (self, value) {
        case (.count(let low, let high), .number(let number)):
            return number == number.rounded() && number >= Double(low) && number <= Double(high)
        case (.number(let low, let high, let openLow, let openHigh), .number(let number)):
            return (openLow ? number > low : number >= low) && (openHigh ? number < high : number <= high)
        case (.choice(let words), .text(let word)): return words.contains(word)
        case (.flag, .flag): return true
        case (.optional, .nothing): return true
        case (.optional(let inner), _): return inner.accepts(value)
        default: return false
        }
    }
}

/// A setting as a user meets it: its name, what it means, what it may be, and what it is called elsewhere.
public struct SettingDescription: Sendable {
    public enum Scope: Sendable {
        /// Of a lab; may change at any time.
        case lab
        /// Of a policy; fixed when the policy is made.
        case policy
    }

    public let name: String
    public let documentation: String
    public let range: SettingRange
    /// The words of the slide deck for it, or nil where it has none.
    public let deckWording: String?
    public let scope: Scope
    let read: @Sendable (MPOSettings) -> SettingValue
    let write: @Sendable (inout MPOSettings, SettingValue) -> Void

    public var defaultValue: SettingValue { read(MPOSettings()) }
}

extension SettingDescription {
    init(
        _ name: String, _ path: any WritableKeyPath<MPOSettings, Double> & Sendable, _ range: SettingRange,
        _ documentation: String, deck: String? = nil, scope: Scope = .lab
    ) {
        self.init(
            name: name, documentation: documentation, range: range, deckWording: deck, scope: scope,
            read: { .number($0[keyPath: path]) },
            write: { if case .number(let number) = $1 { $0[keyPath: path] = number } })
    }

    init(
        _ name: String, _ path: any WritableKeyPath<MPOSettings, Double?> & Sendable, _ range: SettingRange,
        _ documentation: String, deck: String? = nil
    ) {
        self.init(
            name: name, documentation: documentation, range: .optional(range), deckWording: deck, scope: .lab,
            read: { $0[keyPath: path].map(SettingValue.number) ?? .nothing },
            write: { if case .number(let number) = $1 { $0[keyPath: path] = number } else { $0[keyPath: path] = nil } })
    }

    init(
        _ name: String, count path: any WritableKeyPath<MPOSettings, Int> & Sendable, _ least: Int,
        _ documentation: String, deck: String? = nil
    ) {
        self.init(
            name: name, documentation: documentation, range: .count(least), deckWording: deck, scope: .lab,
            read: { .number(Double($0[keyPath: path])) },
            write: { if case .number(let number) = $1 { $0[keyPath: path] = Int(exactly: number) ?? least } })
    }

    init(
        _ name: String, optionalCount path: any WritableKeyPath<MPOSettings, Int?> & Sendable, _ least: Int,
        _ documentation: String, deck: String? = nil
    ) {
        self.init(
            name: name, documentation: documentation, range: .optional(.count(least)), deckWording: deck, scope: .lab,
            read: { $0[keyPath: path].map { .number(Double($0)) } ?? .nothing },
            write: {
                if case .number(let number) = $1 {
                    $0[keyPath: path] = Int(exactly: number)
                } else {
                    $0[keyPath: path] = nil
                }
            })
    }

    init(
        _ name: String, flag path: any WritableKeyPath<MPOSettings, Bool> & Sendable, _ documentation: String,
        deck: String? = nil
    ) {
        self.init(
            name: name, documentation: documentation, range: .flag, deckWording: deck, scope: .lab,
            read: { .flag($0[keyPath: path]) },
            write: { if case .flag(let flag) = $1 { $0[keyPath: path] = flag } })
    }

    init<Choice: RawRepresentable & CaseIterable & SendableMetatype>(
        _ name: String, choice path: any WritableKeyPath<MPOSettings, Choice> & Sendable, _ documentation: String,
        deck: String? = nil
    ) where Choice.RawValue == String {
        self.init(
            name: name, documentation: documentation, range: .choice(Choice.allCases.map(\.rawValue)),
            deckWording: deck, scope: .lab,
            read: { .text($0[keyPath: path].rawValue) },
            write: {
                if case .text(let word) = $1, let choice = Choice(rawValue: word) { $0[keyPath: path] = choice }
            })
    }
}
