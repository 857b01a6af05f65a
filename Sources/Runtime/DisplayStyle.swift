/// What the place that shows a value can show.
public struct DisplayStyle: Sendable, Equatable {
    /// Which characters a figure may be drawn with.
    public enum Canvas: String, Sendable { case braille, block, ascii }

    /// Columns.
    public var width: Int
    /// Rows of the terminal, where there is one.
    public var height: Int?
    public var colour: Bool
    /// Whether characters beyond ASCII may be used.
    public var unicode: Bool
    public var canvas: Canvas

    public init(
        width: Int = 80, height: Int? = nil, colour: Bool = false, unicode: Bool = true, canvas: Canvas = .braille
    ) {
        self.width = width
        self.height = height
        self.colour = colour
        self.unicode = unicode
        self.canvas = canvas
    }

    /// 80 columns, no colour: what a pipe gets.
    public static let plain = DisplayStyle()
}
