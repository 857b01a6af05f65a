import PolicyOptimisation

/// How a measured KL stands beside what holds it, in the words that every display uses.
enum BoundText {
    /// `≤ 0.05`, `penalty 1.5`, `free`.
    static func hold(_ constraint: Constraint) -> String {
        switch constraint {
        case .bounded(let bound): "≤ \(Digits.short(bound))"
        case .penalised(let weight): "penalty \(Digits.short(weight))"
        case .free: "no bound"
        }
    }

    /// `KL(q‖π) ≤ 0.1`.
    static func text(_ quantity: ConstrainedQuantity, _ constraint: Constraint) -> String {
        "\(quantity.title) \(hold(constraint))"
    }

    /// Rows of cells with aligned columns, indented by two.
    static func aligned(_ rows: [[String]]) -> String {
        let columns = rows.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in rows.map { $0.count > column ? $0[column].count : 0 }.max() ?? 0 }
        return rows.map { row in
            let cells = row.enumerated().map { $1.padded(widths[$0]) }
            var line = "  " + cells.joined(separator: "    ")
            while line.hasSuffix(" ") { line.removeLast() }
            return line
        }.joined(separator: "\n")
    }
}
