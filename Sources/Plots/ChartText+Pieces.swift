import Glibc

// Shapes as dots. A dot is lit where its middle lies in the shape; around what moves a gap is left, so that parts that
// lie on each other are told apart in one colour, too.

extension ChartText {
    /// The kinds of shapes that there are.
    var pieceKinds: [Piece.Kind] {
        Piece.Kind.allCases.filter { kind in
            content.figure.layers.contains { if case .piece(let piece) = $0 { piece.kind == kind } else { false } }
        }
    }

    static func letter(_ kind: Piece.Kind) -> Character {
        switch kind {
        case .ground: "."
        case .body: "#"
        case .object: "%"
        case .target: "o"
        case .danger: "X"
        }
    }

    /// Draws a shape over what is there.
    func draw(_ piece: Piece, on dots: inout DotCanvas) {
        guard piece.isFinite else { return }
        // Everything in widths of a cell: a dot is `dot.x` wide and `dot.y` high, y grows downwards.
        let dot = (x: 1 / Double(dots.dotsAcross), y: 2 / Double(dots.dotsDown))
        let size = (x: Double(dots.width - 1) * dot.x, y: Double(dots.height - 1) * dot.y)
        let points: [(Double, Double)] = piece.points.compactMap { point in
            guard let px = content.x.place(point.0), let py = content.y.place(point.1) else { return nil }
            return (px * size.x, (1 - py) * size.y)
        }
        let unit = content.x.isLogarithmic ? 0 : size.x / (content.x.high - content.x.low)
        let margin = piece.margin * unit
        guard let first = points.first, points.count == piece.points.count, margin.isFinite else { return }
        let colour = Palette.kind(piece.kind).0
        let letter = Self.letter(piece.kind)
        let fine = max(dot.x, dot.y)
        /// How far a place is outside of the shape; negative inside.
        let outside: (Double, Double) -> Double
        switch piece.form {
        case .line: outside = { Self.distance($0, $1, toLine: points, isClosed: false) - margin }
        case .disc: outside = { hypot($0 - first.0, $1 - first.1) - max(margin, 0.6 * fine) }
        case .polygon: outside = { Self.distance($0, $1, toPolygon: points) }
        }
        let isRing = piece.kind == .target && margin > 1.2 * fine
        let gap = piece.kind == .ground || dots.kind == .ascii ? 0 : fine
        // Beyond this no dot changes.
        let reach = margin + gap + fine
        let low = (x: points.map(\.0).min() ?? 0, y: points.map(\.1).min() ?? 0)
        let high = (x: points.map(\.0).max() ?? 0, y: points.map(\.1).max() ?? 0)
        let across = range(low.x - reach, high.x + reach, dot.x, dots.width)
        for y in range(low.y - reach, high.y + reach, dot.y, dots.height) {
            for x in across {
                let distance = outside(Double(x) * dot.x, Double(y) * dot.y)
                if isRing ? abs(distance) <= 0.5 * fine : distance <= 0 {
                    // What stands still is drawn lightly: every other dot.
                    if piece.kind == .ground, dots.kind != .ascii, (x + y) % 2 != 0 { continue }
                    dots.set(x, y, colour: colour, letter: letter)
                } else if distance <= gap {
                    dots.clear(x, y)
                }
            }
        }
        // Thin shapes are lines of dots without gaps.
        if case .disc = piece.form { return }
        var corners = points
        if case .polygon = piece.form { corners.append(first) }
        for (a, b) in zip(corners, corners.dropFirst()) {
            dots.line(a.0 / dot.x, a.1 / dot.y, b.0 / dot.x, b.1 / dot.y, colour: colour, letter: letter)
        }
    }

    /// The dots whose middles lie between two places.
    private func range(_ low: Double, _ high: Double, _ dot: Double, _ count: Int) -> Range<Int> {
        guard low.isFinite, high.isFinite, low <= high else { return 0..<0 }
        let first = min(max((low / dot).rounded(.up), 0), Double(count))
        let last = min(max((high / dot).rounded(.down) + 1, first), Double(count))
        return Int(first)..<Int(last)
    }

    private static func distance(
        _ x: Double, _ y: Double, toLine points: [(Double, Double)], isClosed: Bool
    ) -> Double {
        guard var a = isClosed ? points.last : points.first else { return .infinity }
        var least = hypot(x - a.0, y - a.1)
        for b in points.dropFirst(isClosed ? 0 : 1) {
            let (dx, dy) = (b.0 - a.0, b.1 - a.1)
            let square = dx * dx + dy * dy
            let t = square > 0 ? min(max(((x - a.0) * dx + (y - a.1) * dy) / square, 0), 1) : 0
            least = min(least, hypot(x - a.0 - t * dx, y - a.1 - t * dy))
            a = b
        }
        return least
    }

    /// Negative inside, by the number of edges that a ray to the right crosses.
    private static func distance(_ x: Double, _ y: Double, toPolygon points: [(Double, Double)]) -> Double {
        var isInside = false
        guard var a = points.last else { return .infinity }
        for b in points {
            if (a.1 > y) != (b.1 > y), x < a.0 + (y - a.1) / (b.1 - a.1) * (b.0 - a.0) { isInside.toggle() }
            a = b
        }
        let distance = distance(x, y, toLine: points, isClosed: true)
        return isInside ? -distance : distance
    }
}
