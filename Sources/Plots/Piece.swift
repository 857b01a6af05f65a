/// A shape of a picture: part of a pendulum, a track, a target.
public struct Piece: Sendable, Equatable {
    /// What it stands for, which decides how it looks.
    public enum Kind: String, Sendable, CaseIterable {
        /// What stands still: drawn lightly.
        case ground
        /// What moves by itself.
        case body
        /// What is moved.
        case object
        /// Where something is to go: drawn as a ring.
        case target
        /// What must not be touched.
        case danger
    }

    public enum Form: Sendable, Equatable {
        /// Points joined by strokes of a width, with round ends; 0 is as thin as can be drawn.
        case line(xs: [Double], ys: [Double], width: Double)
        case disc(x: Double, y: Double, radius: Double)
        case polygon(xs: [Double], ys: [Double])
    }

    public var kind: Kind
    public var form: Form

    public init(_ kind: Kind, _ form: Form) {
        self.kind = kind
        self.form = form
    }

    /// Its corners, ends or middle.
    var points: [(Double, Double)] {
        switch form {
        case .line(let xs, let ys, _), .polygon(let xs, let ys): Array(zip(xs, ys))
        case .disc(let x, let y, _): [(x, y)]
        }
    }

    /// How far it reaches beyond those.
    var margin: Double {
        switch form {
        case .line(_, _, let width): width / 2
        case .disc(_, _, let radius): radius
        case .polygon: 0
        }
    }

    var isFinite: Bool { margin.isFinite && points.allSatisfy { $0.0.isFinite && $0.1.isFinite } }
}

/// A grid of cells with a body somewhere on it, the first row on top.
public struct Board: Sendable, Equatable {
    public struct Cell: Sendable, Equatable {
        /// One or two characters.
        public var label: String
        public var kind: Piece.Kind?

        public init(_ label: String = "", kind: Piece.Kind? = nil) {
            self.label = label
            self.kind = kind
        }
    }

    public struct Place: Sendable, Equatable {
        public var row: Int
        public var column: Int

        public init(row: Int, column: Int) {
            self.row = row
            self.column = column
        }
    }

    public var rows: [[Cell]]
    public var agent: Place?
    /// Walls at the right of these cells.
    public var walls: [Place]

    public init(rows: [[Cell]], agent: Place? = nil, walls: [Place] = []) {
        self.rows = rows
        self.agent = agent
        self.walls = walls
    }

    /// More rows and columns than this are not drawn.
    static let most = 200

    var columnCount: Int { min(rows.map(\.count).max() ?? 0, Self.most) }
    var rowCount: Int { min(rows.count, Self.most) }

    subscript(row: Int, column: Int) -> Cell? {
        rows.indices.contains(row) && rows[row].indices.contains(column) ? rows[row][column] : nil
    }
}

/// A name with what is to be said of it.
public struct Words: Sendable, Equatable {
    public var name: String
    public var text: String

    public init(_ name: String, _ text: String) {
        self.name = name
        self.text = text
    }
}
