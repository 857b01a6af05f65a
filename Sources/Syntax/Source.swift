/// A text that was given to the language: a file, a cell of the prompt, a `-e` argument.
///
/// Offsets are UTF-8 bytes. Lines and columns count from 1, columns in characters, as editors show them.
public final class Source: Sendable {
    /// What error messages call it: a path, `[3]` for a cell, `-e`, `standard input`.
    public let name: String
    public let text: [UInt8]
    /// The offset at which each line starts.
    let lineStarts: [Int]

    public init(name: String, text: [UInt8]) {
        self.name = name
        self.text = text
        var starts = [0]
        for (offset, byte) in text.enumerated() where byte == 0x0A { starts.append(offset + 1) }
        lineStarts = starts
    }

    public convenience init(name: String, _ text: String) {
        self.init(name: name, text: Array(text.utf8))
    }

    public var lineCount: Int { lineStarts.count }

    /// The line (from 1) that holds the byte at `offset`.
    public func line(of offset: Int) -> Int {
        var low = 0, high = lineStarts.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if lineStarts[middle] <= offset { low = middle } else { high = middle }
        }
        return low + 1
    }

    /// Line and column (both from 1, the column in characters) of the byte at `offset`.
    public func position(of offset: Int) -> (line: Int, column: Int) {
        let end = min(max(offset, 0), text.count)
        let line = line(of: end)
        let start = lineStarts[line - 1]
        return (line, String(decoding: text[start..<end], as: UTF8.self).count + 1)
    }

    /// The bytes of a line (from 1) without its line end.
    public func range(ofLine line: Int) -> Range<Int> {
        guard line >= 1, line <= lineStarts.count else { return text.count..<text.count }
        let start = lineStarts[line - 1]
        var end = line < lineStarts.count ? lineStarts[line] - 1 : text.count
        if end > start, text[end - 1] == 0x0D { end -= 1 }
        return start..<end
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
