/// What a task's current state looks like, as plain data.
///
/// A task says what is there, in its own coordinates; how that is drawn, as text or SVG, is not its business.
public struct Scene: Equatable, Sendable {
    public enum Content: Equatable, Sendable {
        case drawing(Drawing)
        case board(Board)
        case bars([Bar])
        /// Where nothing can be drawn: parts of the state, each with its value in words.
        case words([Word])
    }

    public var content: Content
    /// A sentence below it.
    public var caption: String

    public init(_ content: Content, caption: String = "") {
        self.content = content
        self.caption = caption
    }

    public struct Bar: Equatable, Sendable {
        public var label: String
        public var value: Double

        public init(_ label: String, _ value: Double) {
            self.label = label
            self.value = value
        }
    }

    public struct Word: Equatable, Sendable {
        public var name: String
        public var value: String

        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }
}

extension Scene {
    /// Shapes on a plane, x to the right and y up, with one scale for both.
    public struct Drawing: Equatable, Sendable {
        /// Later ones lie on top.
        public var shapes: [Shape]
        /// What is shown.
        public var x: ClosedRange<Double>
        public var y: ClosedRange<Double>
        /// The names of the axes; an axis without one is not shown.
        public var xLabel: String?
        public var yLabel: String?

        public init(
            _ shapes: [Shape], x: ClosedRange<Double>, y: ClosedRange<Double>, xLabel: String? = nil, yLabel: String? = nil
        ) {
            self.shapes = shapes
            self.x = x
            self.y = y
            self.xLabel = xLabel
            self.yLabel = yLabel
        }
    }

    public struct Point: Equatable, Sendable {
        public var x: Double
        public var y: Double

        public init(_ x: Double, _ y: Double) {
            self.x = x
            self.y = y
        }
    }

    /// What a shape or a cell is to the task.
    public enum Role: String, Equatable, Sendable, CaseIterable {
        /// What stands still: the floor, a rail, a wall.
        case ground
        /// What the actions move.
        case body
        /// What the body is to move.
        case object
        /// Where something is to go.
        case target
        /// What must not be entered.
        case danger
    }

    public struct Shape: Equatable, Sendable {
        public enum Form: Equatable, Sendable {
            /// Points joined by strokes of a width, with round ends; 0 is as thin as can be drawn.
            case line([Point], width: Double)
            case disc(Point, radius: Double)
            case polygon([Point])
        }

        public var role: Role
        public var form: Form

        public init(_ role: Role, _ form: Form) {
            self.role = role
            self.form = form
        }

        public static func line(_ role: Role, _ points: [Point], width: Double = 0) -> Shape {
            Shape(role, .line(points, width: width))
        }

        public static func disc(_ role: Role, _ centre: Point, radius: Double) -> Shape {
            Shape(role, .disc(centre, radius: radius))
        }

        public static func polygon(_ role: Role, _ points: [Point]) -> Shape { Shape(role, .polygon(points)) }
    }

    /// A grid of cells, the first row on top.
    public struct Board: Equatable, Sendable {
        public var rows: [[Cell]]
        /// Where the body is.
        public var agent: Place?
        /// Walls at the right of these cells.
        public var walls: [Place]

        public init(rows: [[Cell]], agent: Place? = nil, walls: [Place] = []) {
            self.rows = rows
            self.agent = agent
            self.walls = walls
        }
    }

    public struct Cell: Equatable, Sendable {
        /// One or two characters; may be empty.
        public var label: String
        public var role: Role?

        public init(_ label: String = "", _ role: Role? = nil) {
            self.label = label
            self.role = role
        }
    }

    public struct Place: Hashable, Sendable {
        public var row: Int
        public var column: Int

        public init(row: Int, column: Int) {
            self.row = row
            self.column = column
        }
    }
}

extension Environment {
    /// The numbers of the observation as bars, for tasks that do not say how they look.
    public func scene() throws -> Scene {
        Scene(.bars(try observation().enumerated().map { Scene.Bar("observation[\($0.offset)]", $0.element) }))
    }
}
