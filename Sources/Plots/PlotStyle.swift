/// How a figure becomes text: how large, with which characters, with or without colour.
public struct PlotStyle: Sendable, Equatable {
    /// Which characters may be used, from finest to plainest.
    public enum Canvas: String, Sendable, CaseIterable {
        /// 2 × 4 dots a character.
        case braille
        /// 2 × 2 quadrants a character.
        case block
        /// Printable ASCII only, frames included.
        case ascii
    }

    /// Columns of every row.
    public var width: Int
    /// Rows of the plotting area; nil chooses by the width.
    public var height: Int?
    public var canvas: Canvas
    /// Whether ANSI colours (the 256-colour palette) may be used.
    public var colour: Bool

    public init(width: Int = 80, height: Int? = nil, canvas: Canvas = .braille, colour: Bool = false) {
        self.width = width
        self.height = height
        self.canvas = canvas
        self.colour = colour
    }

    static let narrowest = 24
    static let widest = 1000

    var columns: Int { min(max(width, Self.narrowest), Self.widest) }
    var rows: Int { min(max(height ?? min(20, max(9, columns / 5)), 3), 300) }
    var isASCII: Bool { canvas == .ascii }
}
