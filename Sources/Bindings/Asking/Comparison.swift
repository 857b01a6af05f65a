import Plots
import Runtime
import Support

/// Two labs, E-steps or M-steps side by side: what differs, with a table and a figure. A value.
final class ComparisonObject: HostObject {
    /// A quantity of both, with how each stands beside its bound.
    struct Row: Equatable {
        var quantity: String
        var first: Double?
        var second: Double?
        var firstStatus = ""
        var secondStatus = ""

        var difference: Double? {
            guard let first, let second else { return nil }
            return second - first
        }
    }

    /// What is special about the kind of things that are compared.
    struct Content {
        /// `labs`, `E-steps`, `M-steps`.
        var kind: String
        var names: (String, String)
        /// How the two belong together.
        var relation: String
        var isPaired: Bool
        /// Settings in which they differ, as text.
        var settings: [(name: String, first: String, second: String)] = []
        var rows: [Row]
        /// More members.
        var members: [(name: String, value: Value)] = []
        var figure: (_ state: Int?, _ at: ObservationArgument?, _ dims: [Int]?, _ context: NativeContext) throws -> Figure
        var plain: (() throws -> Figure)?
    }

    let content: Content

    init(_ content: Content) { self.content = content }

    override class var typeName: String { "comparison" }
    override var hasIdentity: Bool { false }

    override var summary: String {
        "comparison of two \(content.kind) · \(content.names.0) and \(content.names.1) · \(content.isPaired ? "paired" : "not paired")"
    }

    override func display(_ style: DisplayStyle) -> String {
        var lines = ["comparison of two \(content.kind)"]
        lines += Self.wrapped(content.relation, style.width - 2).map { "  " + $0 }
        let head = ["", content.names.0, content.names.1, "difference"]
        let settings = content.settings.map { [$0.name, $0.first, $0.second, ""] }
        let measured = content.rows.map { row in
            [
                row.quantity, Self.cell(row.first, row.firstStatus), Self.cell(row.second, row.secondStatus),
                row.difference.map { Self.signed($0) } ?? "",
            ]
        }
        let all = [head] + settings + measured
        let widths = (0..<4).map { column in all.map { displayWidth($0[column]) }.max() ?? 0 }
        func line(_ cells: [String]) -> String {
            ("  " + cells.enumerated().map { padded($1, to: widths[$0]) }.joined(separator: "  ")).trimmedEnd
        }
        lines.append(line(head))
        lines += settings.map(line)
        if settings.isEmpty, content.kind == "labs" { lines.append("  settings: all alike") }
        lines += measured.map(line)
        return lines.map { clipped($0, to: max(20, style.width)) }.joined(separator: "\n")
    }

    private static func cell(_ value: Double?, _ status: String) -> String {
        guard let value else { return "·" }
        return Digits.short(value) + (status.isEmpty ? "" : " " + status)
    }

    private static func signed(_ value: Double) -> String {
        let text = Digits.short(value, significant: 3)
        return value > 0 && text != "0" ? "+" + text : text
    }

    private static func wrapped(_ text: String, _ width: Int) -> [String] {
        var lines = [""]
        for word in text.split(separator: " ") {
            if lines[lines.count - 1].isEmpty { lines[lines.count - 1] = String(word) }
            else if displayWidth(lines[lines.count - 1]) + 1 + displayWidth(String(word)) <= max(20, width) {
                lines[lines.count - 1] += " " + word
            } else { lines.append(String(word)) }
        }
        return lines
    }

    /// A row for each quantity.
    var table: Table {
        func value(_ number: Double?) -> Value { number.map { .number($0) } ?? .nothing }
        func status(_ text: String) -> Value { text.isEmpty ? .nothing : .string(text) }
        return Table([
            ("quantity", content.rows.map { .string($0.quantity) }), ("first", content.rows.map { value($0.first) }),
            ("first_status", content.rows.map { status($0.firstStatus) }), ("second", content.rows.map { value($0.second) }),
            ("second_status", content.rows.map { status($0.secondStatus) }),
            ("difference", content.rows.map { value($0.difference) }),
        ])
    }

    private var settings: Table {
        Table([
            ("setting", content.settings.map { .string($0.name) }), ("first", content.settings.map { .string($0.first) }),
            ("second", content.settings.map { .string($0.second) }),
        ])
    }

    func figure(state: Int?, at: ObservationArgument?, dims: [Int]?, _ context: NativeContext) throws -> Figure {
        try content.figure(state, at, dims, context)
    }

    override func json() -> JSON {
        .object([
            .init("kind", .string(content.kind)), .init("paired", .bool(content.isPaired)),
            .init("relation", .string(content.relation)), .init("settings", settings.json()), .init("rows", table.json()),
        ])
    }

    override func isEqual(to other: HostObject) -> Bool {
        guard let other = other as? ComparisonObject else { return false }
        return content.kind == other.content.kind && content.names == other.content.names && content.rows == other.content.rows
            && content.relation == other.content.relation
    }

    override var memberNames: [String] {
        ["kind", "paired", "relation", "names", "settings", "table"] + (content.plain == nil ? [] : ["figure"]) + content.members.map(\.name)
    }

    override func member(_ name: String) throws -> Value? {
        switch name {
        case "kind": return .string(content.kind)
        case "paired": return .boolean(content.isPaired)
        case "relation": return .string(content.relation)
        case "names": return .list([.string(content.names.0), .string(content.names.1)])
        case "settings": return .object(settings)
        case "table": return .object(table)
        case "figure": return try content.plain.map { .object(FigureObject(try $0())) }
        default: return content.members.first { $0.name == name }?.value
        }
    }
}
