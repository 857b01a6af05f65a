extension Figure {
    /// The figure as rows of text, all of one display width; no newline at the end.
    public func text(_ style: PlotStyle = PlotStyle()) -> String {
        for layer in layers {
            switch layer {
            case .bars(let bars): return BarsText(figure: self, bars: bars, style: style).render()
            case .board(let board): return BoardText(figure: self, board: board, style: style).render()
            case .words(let words): return WordsText(figure: self, words: words, style: style).render()
            case .panels: return PanelsText(figure: self, panels: panels, style: style).render()
            default: break
            }
        }
        return ChartText(self, style).render()
    }

    public func text(width: Int, height: Int? = nil, canvas: PlotStyle.Canvas = .braille, colour: Bool = false) -> String {
        text(PlotStyle(width: width, height: height, canvas: canvas, colour: colour))
    }

    /// A bar of a fraction between 0 and 1, padded to `width` columns, for the cells of a table.
    public static func bar(_ fraction: Double, width: Int, canvas: PlotStyle.Canvas = .block) -> String {
        BarsText.bar(fraction, width: width, isASCII: canvas == .ascii)
    }
}
