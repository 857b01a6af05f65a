/// Colours, in the terminal's 256-colour palette and as hex for SVG, in the same order.
enum Palette {
    static let series = [(39, "#0072b2"), (208, "#e69f00"), (35, "#009e73"), (169, "#cc79a7"), (141, "#7b5fb3"), (80, "#56b4e9")]
    static let violation = (196, "#d62728")
    static let mark = (220, "#000000")
    static let quiet = (244, "#777777")

    static func series(_ index: Int) -> (Int, String) { series[index % series.count] }

    /// For what lies on a heatmap: told apart from all of its colours and from each other.
    static func onMap(_ index: Int) -> (Int, String) {
        let all = [(231, "#ffffff"), (203, "#ff5f4f"), (16, "#000000"), (219, "#ffafff")]
        return all[index % all.count]
    }

    /// Whether dark letters are to be read on an entry of the 6 × 6 × 6 cube.
    static func isLight(_ entry: Int) -> Bool {
        let cube = min(max(entry - 16, 0), 215)
        return 3 * (cube / 36) + 6 * (cube / 6 % 6) + cube % 6 > 26
    }

    static func kind(_ kind: Piece.Kind) -> (Int, String) {
        switch kind {
        case .ground: quiet
        case .body: series(0)
        case .object: series(1)
        case .target: series(2)
        case .danger: violation
        }
    }

    /// Dark violet to yellow, even to the eye and readable without red or green (after matplotlib's viridis).
    private static let anchors: [(Double, Double, Double)] = [
        (68, 1, 84), (72, 40, 120), (62, 74, 137), (49, 104, 142), (38, 130, 142), (31, 158, 137), (53, 183, 121),
        (109, 205, 89), (180, 222, 44), (253, 231, 37),
    ]

    /// The colour of a fraction between 0 and 1, as red, green and blue from 0 to 255.
    private static func ramp(_ fraction: Double) -> (Double, Double, Double) {
        let place = min(max(fraction.isFinite ? fraction : 0, 0), 1) * Double(anchors.count - 1)
        let k = min(anchors.count - 2, Int(place))
        let t = place - Double(k)
        let (a, b) = (anchors[k], anchors[k + 1])
        return (a.0 + t * (b.0 - a.0), a.1 + t * (b.1 - a.1), a.2 + t * (b.2 - a.2))
    }

    static func hex(_ fraction: Double) -> String {
        let (r, g, b) = ramp(fraction)
        return "#" + [r, g, b].map { value in
            let text = String(Int(value.rounded()), radix: 16)
            return text.count < 2 ? "0" + text : text
        }.joined()
    }

    /// The nearest entry of the 6 × 6 × 6 cube.
    static func indexed(_ fraction: Double) -> Int {
        let levels = [0.0, 95, 135, 175, 215, 255]
        func nearest(_ value: Double) -> Int {
            levels.indices.min { abs(levels[$0] - value) < abs(levels[$1] - value) } ?? 0
        }
        let (r, g, b) = ramp(fraction)
        return 16 + 36 * nearest(r) + 6 * nearest(g) + nearest(b)
    }
}
