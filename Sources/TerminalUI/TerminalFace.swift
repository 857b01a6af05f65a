import Glibc
import Runtime
import SessionKit

/// A session's output on the terminal: text in colours where they are wanted, and one line that shows how far work has come.
///
/// The same face serves pipes: it then shows neither.
public final class TerminalFace: TextFace {
    private let showsProgress: Bool
    private var lastProgress = 0.0
    private var isProgressShown = false
    /// The lines of the picture that the next one takes the place of, and the terminal's size when it was drawn.
    private var drawn: (lines: Int, size: (columns: Int, rows: Int))?

    /// As wide as the terminal is at the moment.
    public override var style: DisplayStyle {
        var style = super.style
        if Terminal.isOutput { (style.width, style.height) = Terminal.size }
        return style
    }

    /// - Parameter isPrompt: errors then go to the terminal that the prompt is on, in order with the output.
    public init(isPrompt: Bool) {
        let isTerminal = Terminal.isOutput
        let unicode = !isTerminal || (TextLocale.environmentIsUTF8 && !Terminal.isLinuxConsole)
        let style = DisplayStyle(
            width: isTerminal ? Terminal.size.columns : 80, colour: Terminal.showsColour(descriptor: 1),
            unicode: unicode, canvas: Terminal.isDumb && isTerminal || !unicode ? .ascii : .braille)
        showsProgress = isTerminal && !Terminal.isDumb
        super.init(
            style: style, colourErrors: Terminal.showsColour(descriptor: isPrompt ? 1 : 2),
            output: { Terminal.write($0) }, errors: { Terminal.write($0, to: isPrompt ? 1 : 2) })
    }

    public override func progress(_ progress: (fraction: Double?, text: String)?) {
        guard showsProgress else { return }
        guard let progress else {
            if isProgressShown { Terminal.write("\r\u{1B}[K") }
            isProgressShown = false
            lastProgress = 0
            return
        }
        let now = Terminal.seconds()
        // Ten times a second, and only for what takes longer than that.
        if lastProgress == 0 { lastProgress = now }
        guard now - lastProgress >= 0.1 else { return }
        lastProgress = now
        isProgressShown = true
        Terminal.write("\r" + Self.line(progress.fraction, progress.text, width: Terminal.size.columns) + "\u{1B}[K")
    }

    public override var canAnimate: Bool { showsProgress }

    /// Draws over the last picture. The cursor rests below and stays visible: whatever happens, nothing has to be put back.
    public override func animate(_ picture: String?) {
        guard let picture else {
            drawn = nil
            return
        }
        let size = Terminal.size
        let lines = picture.split(separator: "\n", omittingEmptySubsequences: false)
        var text = ""
        // A terminal that changed its size has moved the lines; then the picture begins anew below.
        if let drawn, drawn.size == size { text = "\r\u{1B}[\(drawn.lines)A" }
        for line in lines { text += "\u{1B}[2K" + line + "\n" }
        text += "\u{1B}[J"
        drawn = (lines.count, size)
        Terminal.write(text)
    }

    /// `████████      40 % text`, cut to the width.
    static func line(_ fraction: Double?, _ text: String, width: Int) -> String {
        var line = ""
        if let fraction, fraction.isFinite {
            let share = min(max(fraction, 0), 1)
            let cells = 20
            let full = Int((share * Double(cells)).rounded(.down))
            let percent = String(Int((share * 100).rounded(.down)))
            line = String(repeating: "█", count: full) + String(repeating: "░", count: cells - full)
                + String(repeating: " ", count: 4 - percent.count) + percent + " % "
        }
        line += text.split(whereSeparator: \.isNewline).first ?? ""
        return String(line.prefix(max(10, width - 1)))
    }
}
