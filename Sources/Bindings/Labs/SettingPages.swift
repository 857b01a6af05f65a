import PolicyOptimisation

/// A setting of a lab or policy as `help` shows it.
public struct SettingPage: Sendable {
    public let name: String
    public let documentation: String
    public let defaultText: String
    /// What it may be: `a number above 0`.
    public let rangeText: String
    /// What the paper's slide deck calls it.
    public let deckWording: String?
    /// Fixed when the policy is made.
    public let isOfPolicy: Bool

    /// Every setting, in the order of the settings' own table.
    public static let all: [SettingPage] = MPOSettings.descriptions.map { setting in
        SettingPage(
            name: setting.name, documentation: setting.documentation, defaultText: setting.defaultValue.text,
            rangeText: setting.range.text, deckWording: setting.deckWording, isOfPolicy: setting.scope == .policy)
    }
}
