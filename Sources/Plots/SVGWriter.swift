/// Builds an SVG document: escaped text, numbers with two decimals, no fonts or files from elsewhere.
struct SVGWriter {
    private var body: [String] = []
    let width: Double
    var height: Double

    init(width: Double, height: Double) {
        self.width = width
        self.height = height
    }

    enum Anchor: String { case start, middle, end }

    static func escape(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            default:
                // XML 1.0 has no place for other controls, not even escaped.
                let isControl = scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
                let isForbidden = isControl || scalar.value == 0xFFFE || scalar.value == 0xFFFF
                result.unicodeScalars.append(isForbidden ? " " : scalar)
            }
        }
        return result
    }

    static func number(_ value: Double) -> String { NumberLabel.trimmed(NumberLabel.fixed(value, 2)) }

    mutating func text(
        _ x: Double, _ y: Double, _ text: String, anchor: Anchor = .start, size: Double = 12, colour: String = "#222222",
        rotated: Bool = false
    ) {
        let n = Self.number
        let turn = rotated ? " transform=\"rotate(-90 \(n(x)) \(n(y)))\"" : ""
        body.append(
            "<text x=\"\(n(x))\" y=\"\(n(y))\" text-anchor=\"\(anchor.rawValue)\" font-size=\"\(n(size))\" fill=\"\(colour)\"\(turn)>\(Self.escape(text))</text>"
        )
    }

    mutating func line(
        _ x0: Double, _ y0: Double, _ x1: Double, _ y1: Double, colour: String, width: Double = 1, dashes: String? = nil
    ) {
        let n = Self.number
        let dash = dashes.map { " stroke-dasharray=\"\($0)\"" } ?? ""
        body.append(
            "<line x1=\"\(n(x0))\" y1=\"\(n(y0))\" x2=\"\(n(x1))\" y2=\"\(n(y1))\" stroke=\"\(colour)\" stroke-width=\"\(n(width))\"\(dash)/>"
        )
    }

    mutating func rectangle(
        _ x: Double, _ y: Double, _ width: Double, _ height: Double, fill: String, stroke: String = "none"
    ) {
        let n = Self.number
        body.append(
            "<rect x=\"\(n(x))\" y=\"\(n(y))\" width=\"\(n(max(0, width)))\" height=\"\(n(max(0, height)))\" fill=\"\(fill)\" stroke=\"\(stroke)\"/>"
        )
    }

    mutating func circle(
        _ x: Double, _ y: Double, _ radius: Double, fill: String, stroke: String? = nil, width: Double = 1
    ) {
        let n = Self.number
        let edge = stroke.map { " stroke=\"\($0)\" stroke-width=\"\(n(width))\"" } ?? ""
        body.append("<circle cx=\"\(n(x))\" cy=\"\(n(y))\" r=\"\(n(radius))\" fill=\"\(fill)\"\(edge)/>")
    }

    /// A line of a width with round ends and corners.
    mutating func stroke(_ points: [(Double, Double)], colour: String, width: Double) {
        body.append(
            "<polyline points=\"\(Self.list(points))\" fill=\"none\" stroke=\"\(colour)\" stroke-width=\"\(Self.number(width))\" stroke-linecap=\"round\" stroke-linejoin=\"round\"/>"
        )
    }

    mutating func polygon(_ points: [(Double, Double)], fill: String, stroke: String) {
        body.append("<polygon points=\"\(Self.list(points))\" fill=\"\(fill)\" stroke=\"\(stroke)\"/>")
    }

    private static func list(_ points: [(Double, Double)]) -> String {
        points.map { "\(number($0.0)),\(number($0.1))" }.joined(separator: " ")
    }

    mutating func polyline(_ points: [(Double, Double)], colour: String, isArea: Bool = false) {
        guard points.count > 1 else {
            if let p = points.first { circle(p.0, p.1, 2.5, fill: colour) }
            return
        }
        let list = Self.list(points)
        body.append(
            isArea
                ? "<polygon points=\"\(list)\" fill=\"\(colour)\" fill-opacity=\"0.2\" stroke=\"none\"/>"
                : "<polyline points=\"\(list)\" fill=\"none\" stroke=\"\(colour)\" stroke-width=\"1.5\" stroke-linejoin=\"round\"/>"
        )
    }

    /// What follows is drawn only inside this rectangle.
    mutating func clip(_ x: Double, _ y: Double, _ width: Double, _ height: Double) {
        let n = Self.number
        // A nested <svg> clips by itself and needs no identifier that could meet another figure's on one page.
        body.append(
            "<svg x=\"\(n(x))\" y=\"\(n(y))\" width=\"\(n(width))\" height=\"\(n(height))\" viewBox=\"\(n(x)) \(n(y)) \(n(width)) \(n(height))\" overflow=\"hidden\">"
        )
    }

    mutating func endClip() { body.append("</svg>") }

    /// Another document as a part of this one.
    mutating func embed(_ other: SVGWriter, _ x: Double, _ y: Double) {
        let n = Self.number
        body.append("<svg x=\"\(n(x))\" y=\"\(n(y))\" width=\"\(n(other.width))\" height=\"\(n(other.height))\">")
        body += other.body
        body.append("</svg>")
    }

    func document() -> String {
        let (w, h) = (Self.number(width), Self.number(height))
        return """
            <svg xmlns="http://www.w3.org/2000/svg" width="\(w)" height="\(h)" viewBox="0 0 \(w) \(h)" font-family="sans-serif">
            <rect width="\(w)" height="\(h)" fill="#ffffff"/>
            \(body.joined(separator: "\n"))
            </svg>

            """
    }
}
