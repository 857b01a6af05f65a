/// A tensor as text: its shape, and its values in aligned columns, with … for the middle of a large one.
extension Tensor: CustomStringConvertible {
    /// Rows and columns beyond these are left out.
    private static let (edgeRows, edgeColumns) = (4, 5)

    public var description: String {
        if rank == 0 { return NumberColumn(storage.span).text(storage.pointer[0]) }
        let header = "tensor \(shape)"
        if count == 0 { return header + "  (empty)" }
        let rows = rank == 1 ? 1 : shape[rank - 2]
        let columns = shape[rank - 1]
        let matrices = count / (rows * columns)
        let shownMatrices = Tensor.places(matrices, edge: matrices > 4 ? 1 : 2)
        let shownRows = Tensor.places(rows, edge: Tensor.edgeRows)
        let shownColumns = Tensor.places(columns, edge: Tensor.edgeColumns)

        var shown: [Float] = []
        for case let matrix? in shownMatrices {
            for case let row? in shownRows {
                for case let column? in shownColumns {
                    shown.append(storage.pointer[(matrix * rows + row) * columns + column])
                }
            }
        }
        let style = NumberColumn(shown)
        let width = shown.reduce(1) { Swift.max($0, style.text($1).utf8.count) }

        var lines = [isAbbreviated(rows, columns, matrices) ? header + " · " + summary : header]
        for matrix in shownMatrices {
            guard let matrix else {
                lines.append("  …")
                continue
            }
            if rank > 2 { lines.append(" " + label(matrix)) }
            for row in shownRows {
                guard let row else {
                    lines.append("  " + String(repeating: " ", count: Swift.max(0, width - 1)) + "…")
                    continue
                }
                let cells = shownColumns.map { column in
                    let text = column.map { style.text(storage.pointer[(matrix * rows + row) * columns + $0]) } ?? "…"
                    let padding = column == nil ? 0 : width - text.utf8.count
                    return String(repeating: " ", count: Swift.max(0, padding)) + text
                }
                lines.append("  " + cells.joined(separator: "  "))
            }
        }
        return lines.joined(separator: "\n")
    }

    private func isAbbreviated(_ rows: Int, _ columns: Int, _ matrices: Int) -> Bool {
        rows > 2 * Tensor.edgeRows || columns > 2 * Tensor.edgeColumns || matrices > 4
    }

    /// What the abbreviated values are like.
    private var summary: String {
        guard let mean = try? detached.mean().item(), let low = try? detached.min().item(),
            let high = try? detached.max().item()
        else { return "" }
        let style = NumberColumn([mean])
        let bounds = NumberColumn([low, high])
        return "mean \(style.text(mean)), from \(bounds.text(low)) to \(bounds.text(high))"
    }

    /// The leading indices of a matrix, as they are written to take it.
    private func label(_ matrix: Int) -> String {
        var rest = matrix
        var indices: [String] = []
        for axis in stride(from: rank - 3, through: 0, by: -1) {
            indices.insert(String(rest % shape[axis]), at: 0)
            rest /= shape[axis]
        }
        return "[" + (indices + [":", ":"]).joined(separator: ", ") + "]"
    }

    /// The first and last `edge` places of an axis, nil for what is left out.
    private static func places(_ size: Int, edge: Int) -> [Int?] {
        if size <= 2 * edge { return (0..<size).map { $0 } }
        return (0..<edge).map { $0 } + [nil] + ((size - edge)..<size).map { $0 }
    }
}
