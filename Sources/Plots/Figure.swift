/// A figure as a value: what is shown, not how it is drawn.
///
/// `text(_:)` and `svg(width:height:)` draw the same content.
public struct Figure: Sendable, Equatable {
    public var title: String
    /// Sentences below the figure.
    public var caption: String
    public var x: Axis
    public var y: Axis
    /// Drawn in this order, later ones on top.
    public var layers: [Layer]
    /// A unit of x is as long as one of y, so that a circle is round; the frame then takes the shape of the ranges.
    public var hasEqualScale: Bool

    public init(
        title: String = "", caption: String = "", x: Axis = Axis(), y: Axis = Axis(), layers: [Layer] = [],
        hasEqualScale: Bool = false
    ) {
        self.title = title
        self.caption = caption
        self.x = x
        self.y = y
        self.layers = layers
        self.hasEqualScale = hasEqualScale
    }
}

public struct Axis: Sendable, Equatable {
    public enum Scale: String, Sendable { case linear, logarithmic }

    public var label: String
    public var scale: Scale
    /// What is shown; nil shows all of the data.
    public var range: ClosedRange<Double>?
    /// Small values on top, as rows of a matrix are counted.
    public var isReversed: Bool
    /// Ticks at whole numbers only; nil: where all of the data are whole.
    public var isWhole: Bool?
    /// Without ticks and their labels.
    public var isHidden: Bool

    public init(
        _ label: String = "", scale: Scale = .linear, range: ClosedRange<Double>? = nil, isReversed: Bool = false,
        isWhole: Bool? = nil, isHidden: Bool = false
    ) {
        self.label = label
        self.scale = scale
        self.range = range
        self.isReversed = isReversed
        self.isWhole = isWhole
        self.isHidden = isHidden
    }
}

public enum Layer: Sendable, Equatable {
    /// Points joined by straight lines; a point that is not finite breaks the line.
    case line(Series)
    case points(Series)
    /// The area between two curves, such as quartiles over seeds.
    case band(Band)
    case histogram(Histogram)
    case heatmap(Heatmap)
    /// A straight line across the figure: a bound.
    case rule(Rule)
    /// A single point with a label.
    case mark(Mark)
    /// Horizontal bars with labels; a figure that has them shows nothing else but vertical rules.
    case bars(Bars)
    /// A shape in the axes' units.
    case piece(Piece)
    /// A grid of cells; a figure that has one shows nothing else.
    case board(Board)
    /// Names with what is to be said of them; a figure that has them shows nothing else.
    case words([Words])
    /// Words at a place, without a point.
    case note(Note)
    /// Whole figures under one title, side by side where there is room; a figure that has them shows nothing else.
    case panels([Figure])
}

public struct Series: Sendable, Equatable {
    public var name: String
    public var xs: [Double]
    public var ys: [Double]

    /// Points beyond the shorter of both lists are left out.
    public init(_ name: String = "", xs: [Double], ys: [Double]) {
        self.name = name
        self.xs = xs
        self.ys = ys
    }

    /// Over 0, 1, 2, …
    public init(_ name: String = "", ys: [Double]) {
        self.init(name, xs: ys.indices.map { Double($0) }, ys: ys)
    }

    var count: Int { min(xs.count, ys.count) }
}

public struct Band: Sendable, Equatable {
    public var name: String
    public var xs: [Double]
    public var low: [Double]
    public var high: [Double]

    public init(_ name: String = "", xs: [Double], low: [Double], high: [Double]) {
        self.name = name
        self.xs = xs
        self.low = low
        self.high = high
    }

    var count: Int { min(xs.count, low.count, high.count) }
}

public struct Rule: Sendable, Equatable {
    public enum Direction: String, Sendable { case horizontal, vertical }
    /// On which side of the rule a point violates it.
    public enum Bound: String, Sendable { case none, upper, lower }

    public var direction: Direction
    public var value: Double
    public var label: String
    public var bound: Bound
    /// A point violates the bound where it lies beyond it by more than this fraction of it.
    public var tolerance: Double
    /// The part of the other axis that the rule is about; nil is all of it.
    public var span: ClosedRange<Double>?

    public init(
        _ direction: Direction = .horizontal, at value: Double, label: String = "", bound: Bound = .none,
        tolerance: Double = 0, span: ClosedRange<Double>? = nil
    ) {
        self.direction = direction
        self.value = value
        self.label = label
        self.bound = bound
        self.tolerance = tolerance
        self.span = span
    }

    func concerns(x: Double, y: Double) -> Bool { span?.contains(direction == .horizontal ? x : y) ?? true }

    func isViolated(x: Double, y: Double) -> Bool {
        guard concerns(x: x, y: y) else { return false }
        let position = direction == .horizontal ? y : x
        let slack = tolerance * value.magnitude
        return switch bound {
        case .none: false
        case .upper: position > value + slack
        case .lower: position < value - slack
        }
    }
}

public struct Mark: Sendable, Equatable {
    public var x: Double
    public var y: Double
    public var label: String

    public init(x: Double, y: Double, label: String = "") {
        self.x = x
        self.y = y
        self.label = label
    }
}

public struct Note: Sendable, Equatable {
    public var x: Double
    public var y: Double
    public var text: String

    public init(x: Double, y: Double, _ text: String) {
        self.x = x
        self.y = y
        self.text = text
    }
}

public struct Bars: Sendable, Equatable {
    public var labels: [String]
    public var values: [Double]
    /// A second value for each bar, drawn as a tick on it: π beside q.
    public var references: [Double]
    public var referenceName: String

    public init(labels: [String], values: [Double], references: [Double] = [], referenceName: String = "") {
        self.labels = labels
        self.values = values
        self.references = references
        self.referenceName = referenceName
    }
}

public struct Heatmap: Sendable, Equatable {
    /// `rows[i][j]`, at the middle of cell (j, i) of the grid that spans the axes.
    public var rows: [[Double]]
    public var x: ClosedRange<Double>
    public var y: ClosedRange<Double>
    public var valueLabel: String

    /// Without ranges the axes count columns and rows.
    public init(
        rows: [[Double]], x: ClosedRange<Double>? = nil, y: ClosedRange<Double>? = nil, valueLabel: String = ""
    ) {
        self.rows = rows
        let columns = max(1, rows.map(\.count).max() ?? 1)
        self.x = x ?? -0.5...(Double(columns) - 0.5)
        self.y = y ?? -0.5...(Double(max(1, rows.count)) - 0.5)
        self.valueLabel = valueLabel
    }

    var columnCount: Int { rows.map(\.count).max() ?? 0 }
    var finiteValues: [Double] { rows.joined().filter(\.isFinite) }
}
