import Syntax

/// The hint for a misspelt name, in the words that all errors use.
public enum DidYouMean {
    /// The closest name, if one is close enough to be what was meant.
    public static func closest(_ name: String, among names: some Sequence<String>) -> String? {
        Names.suggestion(for: name, among: names)
    }

    /// ``did you mean `estep`?``
    public static func hint(_ name: String, among names: some Sequence<String>) -> String? {
        closest(name, among: names).map { "did you mean `\($0)`?" }
    }
}
