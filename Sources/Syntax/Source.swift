/// A text that was given to the language: a file, a cell of the prompt, a `-e` argument.
///
/// Offsets are UTF-8 bytes. Lines and columns count from 1, columns in characters, as editors show them.
public final class Source: Sendable {
    /// What error messages call it: a path, `[3]` for a cell, `-e`, `standard input`.
    public let name: String
    public let text: [UInt8]

    public init(name: String, text: [UInt8]) {
        self.name = name
        self.text = text
    }

    public convenience init(name: String, _ text: String) {
        self.init(name: name, text: Array(text.utf8))
    }
}

/// A part of a source: bytes `lower..<upper`.
public struct Span: Sendable {
    public let source: Source
    public let lower: Int
    public let upper: Int

    public init(_ source: Source, _ lower: Int, _ upper: Int) {
        self.source = source
        self.lower = lower
        self.upper = upper
    }

    /// From the start of this span to the end of `other`.
    public func to(_ other: Span) -> Span { Span(source, lower, other.upper) }

    public var text: String { String(decoding: source.text[lower..<upper], as: UTF8.self) }
}
