import Runtime
import Support

/// A page about something, with the numbers on it as members.
final class InspectionObject: HostObject {
    enum Part {
        /// Names and values in columns.
        case rows([[String]])
        /// A table under a heading, at most so many rows of it.
        case table(String, Table, rows: Int)
        case prose(String)
    }

    private let title: String
    private let parts: [Part]
    private let fields: [(name: String, value: Value)]

    init(_ title: String, _ parts: [Part], _ fields: [(name: String, value: Value)]) {
        self.title = title
        self.parts = parts
        self.fields = fields
    }

    override class var typeName: String { "inspection" }
    override var hasIdentity: Bool { false }
    override var summary: String { title }

    override func display(_ style: DisplayStyle) -> String {
        let width = min(max(style.width, 40), 100)
        var page = PageText(width: width)
        page.prose(title, hanging: 2)
        for part in parts {
            switch part {
            case .rows(let rows): page.rows(rows)
            case .table(let heading, let table, let rows):
                page.prose(heading, indent: 2)
                if table.rowCount > 0 { page.block(table.text(width: width - 3, limit: rows), indent: 3) }
            case .prose(let text): page.prose(text, indent: 2)
            }
        }
        return page.text
    }

    override func json() -> JSON { .object(fields.map { JSON.Member($0.name, $0.value.json) }) }
    override var memberNames: [String] { fields.map(\.name) }
    override func member(_ name: String) -> Value? { fields.first { $0.name == name }?.value }
    override func isEqual(to other: HostObject) -> Bool {
        (other as? InspectionObject).map { $0.json().description == json().description } ?? false
    }
}

extension InspectionObject {
    /// A number with four significant digits, for a table that is looked at.
    static func cell(_ number: Double) -> Value { .number(number.shortened) }
    static func cells(_ numbers: some Sequence<Double>) -> [Value] { numbers.map(cell) }

    /// One number alone, or a list of them.
    static func action(_ numbers: [Double]) -> Value {
        numbers.count == 1 ? cell(numbers[0]) : .list(numbers.map(\.shortened))
    }

    /// A row of quantiles of a column of numbers.
    static let quantileNames = ["least", "q10", "median", "q90", "most", "mean"]
    static func quantiles(_ numbers: [Double]) -> [Double] {
        [0, 0.1, 0.5, 0.9, 1].map { numbers.quantile($0) } + [numbers.average]
    }

    /// Rows of quantiles as a table; `names` are the column "of".
    static func quantileTable(_ rows: [(name: String, numbers: [Double])]) -> Table {
        let values = rows.map { quantiles($0.numbers) }
        return Table(
            [("of", rows.map { .string($0.name) })]
                + quantileNames.enumerated().map { index, name in (name, cells(values.map { $0[index] })) })
    }
}

/// An observation in a call: its numbers, or a state's number in a finite task.
struct ObservationArgument: ValueConvertible {
    enum Content {
        case index(Int)
        case numbers([Double])
    }
    let content: Content

    static var wants: String? { "an observation: a list of numbers, or a state's number in a finite task" }

    static func convert(_ value: Value) throws -> ObservationArgument {
        if case .number(let number) = value {
            guard let index = Int(exactly: number) else { throw Mismatch() }
            return ObservationArgument(content: .index(index))
        }
        return ObservationArgument(content: .numbers(try NumberList.convert(value).numbers))
    }

    var asValue: Value {
        switch content {
        case .index(let index): .integer(index)
        case .numbers(let numbers): .list(numbers)
        }
    }

    /// The observation's numbers; `hasStates` says that one is a state as a one-hot vector, which a number may name.
    func numbers(_ size: Int, hasStates: Bool, of owner: String) throws -> [Double] {
        switch content {
        case .numbers(let numbers):
            guard numbers.count == size else {
                throw Fault(
                    "inspect.observation",
                    "an observation of \(owner) has \(Digits.count(size, "number")), \(numbers.count == 0 ? "none" : "\(numbers.count)") were given",
                    hint: hasStates ? "a state's number from 0 to \(size - 1) will do, too" : nil)
            }
            if let place = numbers.firstIndex(where: { !$0.isFinite }) {
                throw Fault("inspect.observation", "the observation's number \(place) is \(NumberText.plain(numbers[place])); finite numbers were wanted")
            }
            return numbers
        case .index(let index):
            guard hasStates else {
                throw Fault(
                    "inspect.observation", "an observation of \(owner) is a list of \(Digits.count(size, "number")), the number \(index) was given",
                    hint: "only the states of a finite task have numbers, as in inspect(lab, 3)")
            }
            guard index >= 0, index < size else {
                throw Fault("inspect.state", "\(owner) has the states 0 to \(size - 1), \(index) was given")
            }
            return (0..<size).map { $0 == index ? 1 : 0 }
        }
    }
}

/// Actions in a call: one action or a list of them, an index each where they are finitely many.
struct ActionsArgument: ValueConvertible {
    let rows: NumberRows
    /// A single number stands for an index or for an action of one number.
    let isNumber: Bool

    static var wants: String? { "an action, or a list of actions" }

    static func convert(_ value: Value) throws -> ActionsArgument {
        if case .number(let number) = value { return ActionsArgument(rows: NumberRows(rows: [[number]], isFlat: true), isNumber: true) }
        do {
            return ActionsArgument(rows: try NumberRows.convert(value), isNumber: false)
        } catch is Mismatch {
            throw Mismatch()
        }
    }

    var asValue: Value { rows.asValue }

    /// Actions of D numbers each. With D = 1 a plain list holds so many actions.
    func actions(_ size: Int) throws -> [[Double]] {
        let rows = size == 1 && self.rows.isFlat ? self.rows.rows.flatMap { $0.map { [$0] } } : self.rows.rows
        guard !rows.isEmpty else { throw Fault("inspect.action", "at least one action was wanted, the list is empty") }
        for row in rows {
            guard row.count == size else {
                throw Fault("inspect.action", "an action has \(Digits.count(size, "number")) here, \(row.count) were given")
            }
            guard row.allSatisfy(\.isFinite) else {
                throw Fault("inspect.action", "an action of finite numbers was wanted, \(Value.list(row).text) was given")
            }
        }
        return rows
    }

    /// Indices of finitely many actions.
    func indices(_ count: Int) throws -> [Int] {
        try rows.rows.flatMap { $0 }.map { number in
            guard let index = Int(exactly: number), (0..<count).contains(index) else {
                throw Fault("inspect.action", "the actions are 0 to \(count - 1), \(NumberText.plain(number)) was given")
            }
            return index
        }
    }
}
