/// Dots finer than characters: 2 × 4 a cell in Braille, 2 × 2 in quadrants, 1 × 3 or letters in ASCII.
struct DotCanvas {
    let kind: PlotStyle.Canvas
    let columns: Int
    let rows: Int
    /// In ASCII, several series are told apart by letters, one dot a cell.
    let hasLetters: Bool
    private var bits: [UInt8]
    private var colours: [Int]
    private var letters: [Character]

    init(_ kind: PlotStyle.Canvas, columns: Int, rows: Int, hasLetters: Bool) {
        self.kind = kind
        self.columns = columns
        self.rows = rows
        self.hasLetters = hasLetters && kind == .ascii
        bits = Array(repeating: 0, count: columns * rows)
        colours = Array(repeating: -1, count: columns * rows)
        letters = Array(repeating: " ", count: columns * rows)
    }

    var dotsAcross: Int { kind == .ascii ? 1 : 2 }
    var dotsDown: Int {
        switch kind {
        case .braille: 4
        case .block: 2
        case .ascii: hasLetters ? 1 : 3
        }
    }
    var width: Int { columns * dotsAcross }
    var height: Int { rows * dotsDown }

    /// Dot (0, 0) is at the top left.
    mutating func set(_ x: Int, _ y: Int, colour: Int, letter: Character) {
        guard x >= 0, x < width, y >= 0, y < height else { return }
        let cell = y / dotsDown * columns + x / dotsAcross
        bits[cell] |= bit(x % dotsAcross, y % dotsDown)
        colours[cell] = colour
        letters[cell] = letter
    }

    /// Takes a dot away.
    mutating func clear(_ x: Int, _ y: Int) {
        guard x >= 0, x < width, y >= 0, y < height else { return }
        bits[y / dotsDown * columns + x / dotsAcross] &= ~bit(x % dotsAcross, y % dotsDown)
    }

    private func bit(_ dx: Int, _ dy: Int) -> UInt8 {
        switch kind {
        case .braille: [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]][dx][dy]
        case .block: 1 << UInt8(dy * 2 + dx)
        case .ascii: 1 << UInt8(dy)
        }
    }

    /// A straight line between places in dots; the ends may lie outside.
    mutating func line(
        _ x0: Double, _ y0: Double, _ x1: Double, _ y1: Double, colour: Int, letter: Character
    ) {
        guard let (a, b) = clip(x0, y0, x1, y1) else { return }
        let steps = max(1, max(abs(b.0 - a.0), abs(b.1 - a.1)).rounded(.up))
        for k in 0...Int(steps) {
            let t = Double(k) / steps
            let x = (a.0 + t * (b.0 - a.0)).rounded()
            let y = (a.1 + t * (b.1 - a.1)).rounded()
            set(Int(x), Int(y), colour: colour, letter: letter)
        }
    }

    mutating func dot(_ x: Double, _ y: Double, colour: Int, letter: Character) {
        let (px, py) = (x.rounded(), y.rounded())
        guard px >= 0, py >= 0, px < Double(width), py < Double(height) else { return }
        set(Int(px), Int(py), colour: colour, letter: letter)
    }

    /// Liang and Barsky: the part of the line inside the canvas.
    private func clip(
        _ x0: Double, _ y0: Double, _ x1: Double, _ y1: Double
    ) -> ((Double, Double), (Double, Double))? {
        let (dx, dy) = (x1 - x0, y1 - y0)
        guard dx.isFinite, dy.isFinite else { return nil }
        var (start, end) = (0.0, 1.0)
        let edges = [
            (-dx, x0 + 0.49), (dx, Double(width) - 0.51 - x0), (-dy, y0 + 0.49), (dy, Double(height) - 0.51 - y0),
        ]
        for (p, q) in edges {
            if p == 0 {
                if q < 0 { return nil }
            } else if p < 0 {
                start = max(start, q / p)
            } else {
                end = min(end, q / p)
            }
        }
        guard start <= end else { return nil }
        return ((x0 + start * dx, y0 + start * dy), (x0 + end * dx, y0 + end * dy))
    }

    /// What a cell shows, or nil where it has no dot.
    func glyph(_ column: Int, _ row: Int) -> (Character, colour: Int)? {
        let cell = row * columns + column
        let pattern = Int(bits[cell])
        guard pattern != 0 else { return nil }
        let character: Character
        switch kind {
        case .braille: character = Unicode.Scalar(UInt32(0x2800 + pattern)).map { Character($0) } ?? " "
        case .block: character = Self.quadrants[pattern]
        case .ascii: character = hasLetters ? letters[cell] : Self.thirds[pattern]
        }
        return (character, colours[cell])
    }

    private static let quadrants = Array(" ▘▝▀▖▌▞▛▗▚▐▜▄▙▟█")
    private static let thirds = Array(" '-'.:.|")
}
