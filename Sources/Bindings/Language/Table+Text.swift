import Runtime
import Support

extension Table {
    /// Aligned columns, cut to `width`: columns that do not fit are named below, long tables lose their middle.
    func text(width: Int, limit: Int = 30) -> String {
        let shown: [Int?] =
            rowCount <= limit
            ? Array(0..<rowCount) : Array(0..<(limit / 2)) + [nil] + Array((rowCount - limit / 2)..<rowCount)
        var columns: [[String]] = []
        var used = 0, left: [String] = []
        for (index, name) in names.enumerated() {
            let values = shown.map { row in row.map { value(row: $0, column: index) } }
            let cells = values.map { $0.map(Table.cell) ?? "…" }
            let isNumeric = values.allSatisfy { value in
                switch value {
                case .none, .number, .nothing, .boolean: true
                default: false
                }
            }
            let title = clipped(name, to: 24)
            let size = ([title] + cells).map { displayWidth($0) }.max() ?? 0
            let gap = columns.isEmpty ? 1 : 2
            if !left.isEmpty || (used + gap + size > width && !columns.isEmpty) {
                left.append(name)
                continue
            }
            used += gap + size
            let blank = String(repeating: " ", count: gap)
            columns.append(
                ([title] + cells).map { blank + (isNumeric ? paddedLeft($0, to: size) : padded($0, to: size)) })
        }
        var lines = (0...shown.count).map { row in columns.map { $0[row] }.joined() }
        if !left.isEmpty { lines.append(clipped(" not shown: " + left.joined(separator: ", "), to: max(width, 20))) }
        return lines.map { line in
            var line = Substring(line)
            while line.last == " " { line = line.dropLast() }
            return String(line)
        }.joined(separator: "\n")
    }

    /// A value as it stands in a table: numbers with five significant digits.
    static func cell(_ value: Value) -> String {
        switch value {
        case .nothing: "·"
        case .number(let number): number.isFinite && number == number.rounded() && abs(number) < 1e5 ? NumberText.plain(number) : Digits.short(number, significant: 5)
        case .string(let box): clipped(box.text.split(whereSeparator: \.isNewline).joined(separator: " "), to: 32)
        default: clipped(value.text, to: 32)
        }
    }

    /// Comma-separated values (RFC 4180): a line of names, then a line for each row; numbers in full.
    public var csv: String {
        func field(_ text: String) -> String {
            text.contains { $0 == "," || $0 == "\"" || $0.isNewline }
                ? "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\"" : text
        }
        var lines = [names.map(field).joined(separator: ",")]
        for row in 0..<rowCount {
            lines.append(
                names.indices.map { column in
                    let value = value(row: row, column: column)
                    return value.isNothing ? "" : field(value.text)
                }.joined(separator: ","))
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// The table that a CSV text holds: the first line names the columns; what spells a number is one.
    static func parse(csv text: String) throws -> Table {
        var rows: [[String]] = [], row: [String] = [], field = "", isQuoted = false, wasQuoted = false
        var bytes = Array(text)[...]
        while let character = bytes.popFirst() {
            if isQuoted {
                if character == "\"" {
                    if bytes.first == "\"" { field.append("\""); bytes.removeFirst() } else { isQuoted = false }
                } else {
                    field.append(character)
                }
            } else if character == "\"", field.isEmpty, !wasQuoted {
                isQuoted = true
                wasQuoted = true
            } else if character == "," {
                row.append(field)
                (field, wasQuoted) = ("", false)
            } else if character.isNewline {
                rows.append(row + [field])
                (row, field, wasQuoted) = ([], "", false)
            } else {
                field.append(character)
            }
        }
        if isQuoted { throw Fault("csv.quote", "a quoted field of the CSV text is not closed") }
        if !row.isEmpty || !field.isEmpty { rows.append(row + [field]) }
        guard let names = rows.first, !text.isEmpty else { throw Fault("csv.empty", "the CSV text is empty: a line of column names is missing") }
        for (index, row) in rows.enumerated() where row.count != names.count {
            throw Fault("csv.columns", "line \(index + 1) of the CSV text has \(Digits.count(row.count, "field")), the first line names \(Digits.count(names.count, "column"))")
        }
        return Table(
            names.enumerated().map { position, name in
                (name, rows.dropFirst().map { value(spelledBy: $0[position]) })
            })
    }

    private static func value(spelledBy text: String) -> Value {
        switch text {
        case "": return .nothing
        case "true": return true
        case "false": return false
        case "nan": return .number(.nan)
        case "infinity": return .number(.infinity)
        case "-infinity": return .number(-.infinity)
        default:
            let isPlain = text.utf8.allSatisfy { "0123456789+-.eE".utf8.contains($0) }
            if isPlain, let number = Double(text) { return .number(number) }
            return .string(text)
        }
    }
}
