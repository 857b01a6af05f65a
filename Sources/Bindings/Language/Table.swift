import Runtime
import Support
import Syntax

/// A table: named columns of one length, a row for each record. A value: changing makes another one.
///
/// Rows are only ever added to the shared store, so a table that grows row by row shares what it
/// has with its earlier states.
public final class Table: HostObject {
    private final class Store {
        let names: [String]
        var columns: [[Value]]
        var rows: Int

        init(names: [String], columns: [[Value]]) {
            self.names = names
            self.columns = columns
            rows = columns.first?.count ?? 0
        }
    }

    private let store: Store
    public let rowCount: Int

    /// Columns by name; shorter ones are filled up with `nothing`, of a name that occurs twice the first stays.
    public init(_ columns: [(name: String, values: [Value])]) {
        let rows = columns.map(\.values.count).max() ?? 0
        var names: [String] = [], filled: [[Value]] = []
        for column in columns where !names.contains(column.name) {
            names.append(column.name)
            filled.append(column.values + Array(repeating: .nothing, count: rows - column.values.count))
        }
        store = Store(names: names, columns: filled)
        rowCount = rows
    }

    private init(store: Store, rowCount: Int) {
        self.store = store
        self.rowCount = rowCount
    }

    /// A table of rows whose fields may differ; what a row lacks is `nothing`.
    public static func ofRows(_ rows: [[(name: String, value: Value)]]) -> Table {
        rows.reduce(Table([])) { $0.appending($1) }
    }

    /// The table with one more row. Cheap where this is the newest state of the table and has the row's columns.
    public func appending(_ row: [(name: String, value: Value)]) -> Table {
        let known = names
        let new = row.map(\.name).filter { !known.contains($0) }
        guard new.isEmpty, store.rows == rowCount else {
            var columns = known.enumerated().map { (name: $1, values: column(at: $0)) }
            for name in new where !columns.contains(where: { $0.name == name }) {
                columns.append((name, Array(repeating: .nothing, count: rowCount)))
            }
            for index in columns.indices {
                columns[index].values.append(row.first { $0.name == columns[index].name }?.value ?? .nothing)
            }
            return Table(columns)
        }
        for (index, name) in known.enumerated() {
            store.columns[index].append(row.first { $0.name == name }?.value ?? .nothing)
        }
        store.rows += 1
        return Table(store: store, rowCount: rowCount + 1)
    }

    public var names: [String] { store.names }

    public func column(_ name: String) -> [Value]? { names.firstIndex(of: name).map(column(at:)) }

    func column(at index: Int) -> [Value] {
        let column = store.columns[index]
        return column.count == rowCount ? column : Array(column.prefix(rowCount))
    }

    func value(row: Int, column: Int) -> Value { store.columns[column][row] }

    /// A row as a record; `index` is in `0..<rowCount`.
    public func row(_ index: Int) -> Value {
        .record(names.enumerated().map { ($1, value(row: index, column: $0)) })
    }

    /// The rows of these indices, in their order.
    func rows(_ indices: some Collection<Int>) -> Table {
        Table(names.enumerated().map { position, name in (name, indices.map { value(row: $0, column: position) }) })
    }

    // MARK: As a value of the language

    public override class var typeName: String { "table" }
    public override var hasIdentity: Bool { false }

    public override var summary: String {
        "table · \(Digits.count(rowCount, "row")) · \(Digits.count(names.count, "column"))"
    }

    public override func display(_ style: DisplayStyle) -> String {
        rowCount == 0 ? summary : summary + "\n" + text(width: style.width)
    }

    public override func json() -> JSON {
        .array((0..<rowCount).map { row(($0)).json })
    }

    public override var memberNames: [String] { names + ["count", "columns"].filter { !names.contains($0) } }

    public override func member(_ name: String) -> Value? {
        if let column = column(name) { return .list(column) }
        switch name {
        case "count": return .integer(rowCount)
        case "columns": return .list(names.map { .string($0) })
        default: return nil
        }
    }

    /// `t[3]` a row, `t["name"]` a column, `t[1..<3]` and `t[[0, 2]]` tables, `t[3, "name"]` one value.
    public override func element(_ indices: [SubscriptValue]) throws -> Value {
        guard indices.count <= 2, let first = indices.first else {
            throw Fault("subscript.count", "a table has two dimensions, got \(indices.count) indices")
        }
        if indices.count == 2 {
            guard let part = try element([first]).asTableOrRow else {
                throw Fault("subscript.type", "the first index of a table with two is a row")
            }
            guard case .value(let name) = indices[1], let text = name.asText else {
                throw Fault("subscript.type", "the second index of a table is a column's name, as in t[0, \"\(names.first ?? "x")\"]")
            }
            switch part {
            case .row(let record):
                guard let value = record[Names.normalise(text)] else { throw unknownColumn(text) }
                return value
            case .table(let table): return .list(try table.knownColumn(text))
            }
        }
        switch first {
        case .number(let number): return row(try rowIndex(number))
        case .range(let range):
            guard range.lower >= 0, range.upper <= rowCount else {
                throw Fault("subscript.range", "rows \(Value.range(range).text) are outside of the table, which has \(Digits.count(rowCount, "row"))")
            }
            return .object(rows(range.lower..<range.upper))
        case .all: return .object(self)
        case .value(.string(let box)): return .list(try knownColumn(box.text))
        case .value(.list(let box)):
            return .object(
                rows(
                    try box.elements.map { element in
                        guard let number = element.asNumber else {
                            throw Fault("subscript.type", "rows are chosen by numbers, got \(element.described)")
                        }
                        return try rowIndex(number)
                    }))
        case .value(let value):
            throw Fault("subscript.type", "a table is indexed by a row's number or a column's name, got \(value.described)")
        }
    }

    private func rowIndex(_ number: Double) throws -> Int {
        guard let whole = Int(exactly: number) else {
            throw Fault("subscript.whole", "a row's index is a whole number, got \(NumberText.plain(number))")
        }
        let index = whole < 0 ? whole + rowCount : whole
        guard index >= 0, index < rowCount else {
            throw Fault("subscript.range", "row \(whole) is outside of the table, which has \(Digits.count(rowCount, "row"))")
        }
        return index
    }

    func knownColumn(_ name: String) throws -> [Value] {
        guard let column = column(Names.normalise(name)) else { throw unknownColumn(name) }
        return column
    }

    private func unknownColumn(_ name: String) -> Fault {
        let near = Names.suggestion(for: name, among: names).map { "did you mean `\($0)`?" }
        return Fault("table.column", "the table has no column `\(name)`", hint: near ?? "it has \(names.joined(separator: ", "))")
    }

    public override func makeIterator() -> (() throws -> Value?)? {
        var next = 0
        return {
            guard next < self.rowCount else { return nil }
            defer { next += 1 }
            return self.row(next)
        }
    }

    public override func isEqual(to other: HostObject) -> Bool {
        guard let other = other as? Table, names == other.names, rowCount == other.rowCount else { return false }
        return names.indices.allSatisfy { index in
            zip(column(at: index), other.column(at: index)).allSatisfy { (try? $0.isEqual(to: $1)) == true }
        }
    }
}

private enum TablePart {
    case row(RecordBox)
    case table(Table)
}

extension Value {
    fileprivate var asTableOrRow: TablePart? {
        switch self {
        case .record(let record): .row(record)
        case .object(let object): (object as? Table).map { .table($0) }
        default: nil
        }
    }
}
