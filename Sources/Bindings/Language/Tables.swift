import Runtime
import Support
import Syntax

/// Tables: making them, choosing rows and columns, summing up, writing.
enum TableNatives {
    static let all: [NativeFunction] = makers + choosers + files

    private static let sample = "t = table(x: [1, 2, 3], y: [30, 20, 10]); "

    private static let makers: [NativeFunction] = [
        NativeFunction(
            "table", in: "tables", "A table of columns by name, or of a list of records.",
            parameters: Parameter<[Value]?>("rows", "records, a row each", default: nil),
            Parameter<LabelledRest>("columns", "lists of one length, by column name"),
            text: "`t.x` is a column, `t[0]` a row, `t[0, \"x\"]` one value, `t[0..<2]` a table of some rows.",
            examples: [
                Example("table(x: [1, 2], y: [0.5, 3]).y", "[0.5, 3]"), Example("table([{x: 1}, {x: 2}])[1].x", "2"),
                Example("table(x: [1, 2], name: [\"a\", \"b\"])", "table · 2 rows · 2 columns\n x  name\n 1  a\n 2  b"),
            ]
        ) { _, rows, columns in
            if let rows, columns.fields.isEmpty { return try ofRecords(rows) }
            guard rows == nil else { throw Fault("table.arguments", "table wants a list of records or columns by name, not both") }
            let lists = try columns.fields.map { field -> (name: String, values: [Value]) in
                guard let elements = try? Elements.convert(field.value) else {
                    throw Fault("table.column", "table: the column `\(field.name)` must be a list, got \(field.value.described)")
                }
                return (field.name, elements.values)
            }
            for list in lists where list.values.count != lists[0].values.count {
                throw Fault(
                    "table.length",
                    "table wants columns of one length: `\(lists[0].name)` has \(Digits.count(lists[0].values.count, "element")), `\(list.name)` \(list.values.count)")
            }
            return Table(lists)
        },
        NativeFunction(
            "concat", in: "tables", "One table of the rows of several.",
            parameters: Parameter<Table>("first", "the first table"), Parameter<Rest<Table>>("others", "further tables"),
            examples: [Example("concat(table(x: [1]), table(x: [2])).x", "[1, 2]")]
        ) { _, first, others in
            others.values.reduce(first) { sum, next in
                (0..<next.rowCount).reduce(sum) { table, row in
                    table.appending(next.names.enumerated().map { ($1, next.value(row: row, column: $0)) })
                }
            }
        },
        NativeFunction(
            "append", in: "tables", "A table with one more row.",
            parameters: Parameter<Table>("t", "the table"), Parameter<RecordBox>("row", "the new row"),
            examples: [Example("append(table(x: [1]), {x: 5}).x", "[1, 5]")]
        ) { _, t, row in t.appending(zip(row.names, row.values).map { ($0, $1) }) },
        NativeFunction(
            "with", in: "tables", "A table with further or changed columns.",
            parameters: Parameter<Table>("t", "the table"),
            Parameter<LabelledRest>("columns", "lists, or functions of a row, by column name"),
            examples: [Example(sample + "with(t, z: row -> row.x + row.y).z", "[31, 22, 13]")]
        ) { context, t, columns in
            var all = t.names.enumerated().map { (name: $1, values: t.column(at: $0)) }
            for field in columns.fields {
                let values: [Value]
                if case .function(let function) = field.value {
                    values = try (0..<t.rowCount).map { try context.call(function, t.row($0)) }
                } else if let elements = try? Elements.convert(field.value), elements.values.count == t.rowCount {
                    values = elements.values
                } else {
                    throw Fault("table.column", "with: `\(field.name)` must be a list of \(t.rowCount) elements or a function of a row, got \(field.value.described)")
                }
                if let index = all.firstIndex(where: { $0.name == field.name }) { all[index].values = values } else { all.append((field.name, values)) }
            }
            return Table(all)
        },
    ]

    private static let choosers: [NativeFunction] = [
        NativeFunction(
            "filter", in: "tables", "The rows for which a test is true.",
            parameters: Parameter<Table>("t", "the table"), Parameter<FunctionValue>("test", "called with each row"),
            examples: [Example(sample + "t.filter { row -> row.y < 25 }.x", "[2, 3]")]
        ) { context, t, test in
            t.rows(try (0..<t.rowCount).filter { try context.test(test, t.row($0), in: "filter") })
        },
        NativeFunction(
            "sort", in: "tables", "The rows ordered by a column or by a function of the row.",
            parameters: Parameter<Table>("t", "the table"), Parameter<Value>("by", "a column's name, or a function of a row"),
            Parameter<Bool>("descending", "largest first", default: false),
            examples: [Example(sample + "sort(t, by: \"y\").x", "[3, 2, 1]")]
        ) { context, t, by, descending in
            let keys: [Value]
            switch by {
            case .string(let box): keys = try t.knownColumn(box.text)
            case .function(let function): keys = try (0..<t.rowCount).map { try context.call(function, t.row($0)) }
            default: throw Fault("argument.type", "sort: `by` wants a column's name or a function, got \(by.described)")
            }
            return t.rows(SortKey.order(try keys.map { try SortKey($0, of: "the column") }, isDescending: descending))
        },
        NativeFunction(
            "select", in: "tables", "A table of some columns, in the given order.",
            parameters: Parameter<Table>("t", "the table"), Parameter<Rest<String>>("names", "the columns"),
            examples: [Example(sample + "select(t, \"y\").columns", "[\"y\"]")]
        ) { _, t, names in
            Table(try names.values.map { (Names.normalise($0), try t.knownColumn($0)) })
        },
        NativeFunction(
            "head", in: "tables", "The first rows.", parameters: Parameter<Table>("t", "the table"),
            Parameter<Count>("n", "how many", default: Count(5)), examples: [Example(sample + "head(t, 2).x", "[1, 2]")]
        ) { _, t, n in t.rows(0..<min(n.number, t.rowCount)) },
        NativeFunction(
            "tail", in: "tables", "The last rows.", parameters: Parameter<Table>("t", "the table"),
            Parameter<Count>("n", "how many", default: Count(5)), examples: [Example(sample + "tail(t, 2).x", "[2, 3]")]
        ) { _, t, n in t.rows(max(0, t.rowCount - n.number)..<t.rowCount) },
        NativeFunction(
            "describe", in: "tables", "Count, mean, standard deviation, smallest, middle and largest value of every numeric column.",
            parameters: Parameter<Table>("t", "the table"),
            text: "`nothing` and NaN are left out. The deviation is the sample's, over n - 1.",
            examples: [Example(sample + "describe(t)[0].mean", "2")]
        ) { _, t in describe(t) },
    ]

    private static let files: [NativeFunction] = [
        NativeFunction(
            "csv", in: "tables", "A table as comma-separated values.", parameters: Parameter<Table>("t", "the table"),
            examples: [Example("csv(table(x: [1, 2]))", "x\n1\n2\n")]
        ) { _, t in t.csv },
        NativeFunction(
            "write_csv", in: "tables", "Writes a table to a file as comma-separated values.",
            parameters: Parameter<Table>("t", "the table"), Parameter<String>("path", "the file's name"),
            text: "The file is written whole or not at all."
        ) { context, t, path in try WholeFile.write(t.csv, to: try context.service(RunFiles.self).toWrite(path)) },
        NativeFunction(
            "read_csv", in: "tables", "Reads a table from a file of comma-separated values.",
            parameters: Parameter<String>("path", "the file's name"),
            text: "The first line names the columns; what spells a number becomes one, an empty field `nothing`."
        ) { context, path in
            try Table.parse(csv: try WholeFile.readText(try context.service(RunFiles.self).toRead(path)))
        },
    ]

    private static func ofRecords(_ rows: [Value]) throws -> Table {
        Table.ofRows(
            try rows.enumerated().map { index, row in
                guard case .record(let record) = row else {
                    throw Fault("table.row", "table wants records as rows, got \(row.described) at index \(index)")
                }
                return zip(record.names, record.values).map { ($0, $1) }
            })
    }

    private static func describe(_ t: Table) -> Table {
        var rows: [[(name: String, value: Value)]] = []
        for (index, name) in t.names.enumerated() {
            let numbers = t.column(at: index).compactMap(\.asNumber).filter { !$0.isNaN }.sorted()
            guard !numbers.isEmpty else { continue }
            let n = Double(numbers.count), mean = numbers.reduce(0, +) / n
            let squares = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
            let middle = (numbers[numbers.count / 2] + numbers[(numbers.count - 1) / 2]) / 2
            rows.append([
                ("column", .string(name)), ("count", .number(n)), ("mean", .number(mean)),
                ("std", numbers.count > 1 ? .number((squares / (n - 1)).squareRoot()) : .nothing),
                ("min", .number(numbers[0])), ("median", .number(middle)), ("max", .number(numbers[numbers.count - 1])),
            ])
        }
        return Table.ofRows(rows)
    }
}
