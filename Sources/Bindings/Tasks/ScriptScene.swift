import Environments
import Runtime
import Support

/// What the `draw` of a task that a script wrote gave, as a scene.
///
/// A record with `shapes`, one with a `board`, or anything else, which is told in words.
struct ScriptScene {
    let scene: Scene

    init(_ value: Value) throws {
        if case .record(let record) = value, record["shapes"] != nil {
            scene = try Self.drawing(record)
        } else if case .record(let record) = value, record["board"] != nil {
            scene = try Self.board(record)
        } else {
            scene = Self.words(value)
        }
    }

    /// A value in words: the fields of a record one by one.
    static func words(_ value: Value) -> Scene {
        func text(_ value: Value) -> String { value.asNumber.map { Digits.short($0) } ?? value.text }
        if case .record(let record) = value {
            return Scene(.words(zip(record.names, record.values).map { Scene.Word($0, text($1)) }))
        }
        if let text = value.asText { return Scene(.words(text.split(separator: "\n").map { Scene.Word("", String($0)) })) }
        return Scene(.words([Scene.Word("state", text(value))]))
    }

    // MARK: Shapes

    private static func drawing(_ record: RecordBox) throws -> Scene {
        try check(record, ["shapes", "x", "y", "caption"], "a drawing")
        let shapes = try read([Value].self, record["shapes"], "`shapes`", "a list of shapes").map(shape)
        let points = shapes.flatMap { shape -> [Scene.Point] in
            switch shape.form {
            case .line(let points, _), .polygon(let points): points
            case .disc(let centre, let radius):
                [Scene.Point(centre.x - radius, centre.y - radius), Scene.Point(centre.x + radius, centre.y + radius)]
            }
        }
        return Scene(
            .drawing(
                Scene.Drawing(
                    shapes, x: try range(record["x"], "`x`", points.map(\.x)), y: try range(record["y"], "`y`", points.map(\.y)),
                    xLabel: "", yLabel: "")), caption: try caption(record))
    }

    /// The range that is given, or else what the numbers take.
    private static func range(_ value: Value?, _ name: String, _ numbers: [Double]) throws -> ClosedRange<Double> {
        guard let value else {
            guard let low = numbers.min(), let high = numbers.max(), low < high else { return -1...1 }
            return low...high
        }
        let wanted = "[low, high] with low below high"
        let ends = try read([Double].self, value, name, wanted)
        guard ends.count == 2, ends[0] < ends[1], (ends[1] - ends[0]).isFinite else { throw wrong(name, wanted, value) }
        return ends[0]...ends[1]
    }

    private static func shape(_ value: Value) throws -> Scene.Shape {
        guard case .record(let record) = value else { throw wrong("a shape", "a record such as {disc: [0, 0], radius: 1}", value) }
        try check(record, ["disc", "radius", "line", "width", "polygon", "role"], "a shape")
        let role = try record["role"].map { given in
            guard let role = given.asText.flatMap(Scene.Role.init(rawValue:)) else {
                throw wrong("`role`", "one of \(Scene.Role.allCases.map(\.rawValue).joined(separator: ", "))", given)
            }
            return role
        }
        func number(_ name: String, or value: Double) throws -> Double {
            guard let given = record[name] else { return value }
            guard let number = given.asNumber, number >= 0, number.isFinite else {
                throw wrong("`\(name)`", "a number of 0 or more", given)
            }
            return number
        }
        if let centre = record["disc"] {
            return .disc(role ?? .body, try point(centre, "`disc`"), radius: try number("radius", or: 0))
        }
        if let line = record["line"] {
            return .line(role ?? .body, try points(line, "`line`", least: 1), width: try number("width", or: 0))
        }
        if let polygon = record["polygon"] { return .polygon(role ?? .body, try points(polygon, "`polygon`", least: 3)) }
        throw wrong("a shape", "one of `disc`, `line` and `polygon`", value)
    }

    private static func points(_ value: Value, _ name: String, least: Int) throws -> [Scene.Point] {
        let wanted = "a list of at least \(least) points [x, y]"
        let points = try read([Value].self, value, name, wanted).map { try point($0, name) }
        guard points.count >= least else { throw wrong(name, wanted, value) }
        return points
    }

    private static func point(_ value: Value, _ name: String) throws -> Scene.Point {
        let numbers = try read([Double].self, value, name, "a point [x, y]")
        guard numbers.count == 2, numbers.allSatisfy(\.isFinite) else { throw wrong(name, "a point [x, y]", value) }
        return Scene.Point(numbers[0], numbers[1])
    }

    // MARK: Boards

    private static func board(_ record: RecordBox) throws -> Scene {
        try check(record, ["board", "agent", "caption"], "a board")
        let rows = try read([String].self, record["board"], "`board`", "a list of strings, one for each row")
        let cells = rows.map { row in row.map { $0 == "." || $0 == " " ? Scene.Cell() : Scene.Cell(String($0)) } }
        let agent = try record["agent"].map { given in
            let place = try read([Int].self, given, "`agent`", "[row, column]")
            guard place.count == 2 else { throw wrong("`agent`", "[row, column]", given) }
            return Scene.Place(row: place[0], column: place[1])
        }
        return Scene(.board(Scene.Board(rows: cells, agent: agent)), caption: try caption(record))
    }

    // MARK: Reading

    private static func caption(_ record: RecordBox) throws -> String { record["caption"]?.text ?? "" }

    private static func check(_ record: RecordBox, _ names: [String], _ what: String) throws {
        guard let unknown = record.names.first(where: { !names.contains($0) }) else { return }
        throw Fault(
            "task.drawing", "gave \(what) with the unknown field `\(unknown)`", hint: "there is \(names.joined(separator: ", "))")
    }

    private static func read<T: ValueConvertible>(
        _ type: T.Type, _ value: Value?, _ name: String, _ wanted: String
    ) throws -> T {
        let value = value ?? .nothing
        do { return try T.convert(value) } catch is Mismatch { throw wrong(name, wanted, value) }
    }

    private static func wrong(_ name: String, _ wanted: String, _ value: Value) -> Fault {
        Fault("task.drawing", "gave a picture in which \(name) is \(value.described), where \(wanted) is wanted")
    }
}
