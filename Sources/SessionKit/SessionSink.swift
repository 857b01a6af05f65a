import Runtime
import Support
import Syntax

/// What the interpreter writes to: hands everything to the face, and remembers it for the transcript and for `_`.
final class SessionSink: OutputSink {
    let face: any SessionFace
    let isQuiet: Bool
    var style: DisplayStyle { face.style }
    /// The text that the running statement has shown so far, for the transcript.
    var shown: [String] = []
    /// The last value that a statement of this cell gave.
    var lastValue: Value?
    /// Whether the running statement gave one.
    var lastValueInStatement = false
    private var reports = ReportText()
    private var showsProgress = false
    private var isAnimating = false
    /// Called with every reported row: `--out` writes them to a file.
    var onReport: (([(name: String, value: Value)]) -> Void)?

    init(face: any SessionFace, isQuiet: Bool) {
        self.face = face
        self.isQuiet = isQuiet
    }

    func show(_ value: Value, isSilenced: Bool) {
        lastValue = value
        lastValueInStatement = true
        if isSilenced || isQuiet { return }
        endProgress()
        let text = value.display(style)
        // A saved script holds no escape codes.
        var plain = style
        plain.colour = false
        remember(style.colour ? value.display(plain) : text)
        face.show(value, text: text)
    }

    func print(_ line: String) {
        endProgress()
        remember(style.colour ? Self.plain(line) : line)
        face.print(line)
    }

    func report(_ row: [(name: String, value: Value)]) { report(row, line: reports.line(row)) }

    func report(_ row: [(name: String, value: Value)], line: String) {
        endProgress()
        onReport?(row)
        remember(line)
        face.report(row, text: line)
    }

    func note(_ text: String, at span: Span?) {
        endProgress()
        if let span {
            let place = span.source.position(of: span.lower)
            face.note("\(span.source.name):\(place.line):\(place.column): \(text)")
        } else {
            face.note(text)
        }
    }

    func progress(_ progress: (fraction: Double?, text: String)?) {
        showsProgress = progress != nil
        face.progress(progress)
    }

    var canAnimate: Bool { face.canAnimate }

    /// A transcript has no use for pictures that follow each other.
    func animate(_ picture: String?) {
        if showsProgress { progress(nil) }
        isAnimating = picture != nil
        face.animate(picture)
    }

    func endProgress() {
        if showsProgress { progress(nil) }
        if isAnimating { animate(nil) }
    }

    /// The text without escape sequences for colours.
    private static func plain(_ text: String) -> String {
        guard text.contains("\u{1B}") else { return text }
        var result = "", isEscape = false
        for character in text {
            if character == "\u{1B}" { isEscape = true } else if !isEscape { result.append(character) }
            if isEscape, character.isLetter { isEscape = false }
        }
        return result
    }

    /// A transcript keeps the start of what a statement shows; a training run may print without end.
    private func remember(_ text: String) {
        if shown.count < 400 { shown.append(text) } else if shown.count == 400 { shown.append("…") }
    }
}
