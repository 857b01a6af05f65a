/// A rectangle of terminal cells; every row comes out equally wide.
struct CellGrid {
    struct Cell {
        /// nil: the right half of a wide character.
        var glyph: Character? = " "
        /// Colours of the 256-colour palette, −1 for the terminal's own.
        var foreground = -1
        var background = -1
    }

    let width: Int
    let height: Int
    private var cells: [Cell]

    init(width: Int, height: Int) {
        self.width = max(0, width)
        self.height = max(0, height)
        cells = Array(repeating: Cell(), count: self.width * self.height)
    }

    func contains(_ x: Int, _ y: Int) -> Bool { x >= 0 && x < width && y >= 0 && y < height }

    /// Reads and writes outside the rectangle do nothing.
    subscript(x: Int, y: Int) -> Cell {
        get { contains(x, y) ? cells[y * width + x] : Cell() }
        set { if contains(x, y) { cells[y * width + x] = newValue } }
    }

    func isBlank(_ x: Int, _ y: Int) -> Bool { contains(x, y) && self[x, y].glyph == " " && self[x, y].background < 0 }

    /// Writes from column `x` on; what does not fit is left out. Keeps the background.
    mutating func put(_ text: String, _ x: Int, _ y: Int, colour: Int = -1) {
        var column = x
        for character in text {
            let columns = TextWidth.columns(character)
            guard columns > 0 else { continue }
            guard contains(column, y), contains(column + columns - 1, y) else {
                column += columns
                continue
            }
            self[column, y] = Cell(glyph: character, foreground: colour, background: self[column, y].background)
            if columns == 2 { self[column + 1, y].glyph = nil }
            column += columns
        }
    }

    func row(_ y: Int, colour: Bool) -> String {
        var text = ""
        var foreground = -1
        var background = -1
        for x in 0..<width {
            let cell = self[x, y]
            guard let glyph = cell.glyph else { continue }
            if colour {
                // A space's own colour cannot be seen.
                let wanted = glyph == " " ? foreground : cell.foreground
                if wanted != foreground || cell.background != background {
                    if wanted < 0 && foreground >= 0 || cell.background < 0 && background >= 0 {
                        text += "\u{1B}[0m"
                        foreground = -1
                        background = -1
                    }
                    if wanted >= 0, wanted != foreground { text += "\u{1B}[38;5;\(wanted)m" }
                    if cell.background >= 0, cell.background != background {
                        text += "\u{1B}[48;5;\(cell.background)m"
                    }
                    foreground = wanted
                    background = cell.background
                }
            }
            text.append(glyph)
        }
        if foreground >= 0 || background >= 0 { text += "\u{1B}[0m" }
        return text
    }

    func text(colour: Bool) -> String { (0..<height).map { row($0, colour: colour) }.joined(separator: "\n") }
}
