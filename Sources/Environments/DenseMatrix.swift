import Support

/// A small dense matrix of doubles, row by row, for the exact solutions of small tasks.
package struct DenseMatrix: Equatable, Sendable {
    package let rows: Int
    package let columns: Int
    package var elements: [Double]

    package init(rows: Int, columns: Int, elements: [Double]) {
        precondition(elements.count == rows * columns)
        self.rows = rows
        self.columns = columns
        self.elements = elements
    }

    package init(zeros rows: Int, _ columns: Int) {
        self.init(rows: rows, columns: columns, elements: Array(repeating: 0, count: rows * columns))
    }

    package init(identity n: Int) {
        self.init(zeros: n, n)
        for i in 0..<n { self[i, i] = 1 }
    }

    /// A matrix from its rows, which all must have `columns` finite numbers; `what` names it in the fault.
    package init(_ matrix: [[Double]], rows: Int, columns: Int, _ what: String) throws {
        guard matrix.count == rows, matrix.allSatisfy({ $0.count == columns }) else {
            let given = "\(matrix.count) × \(matrix.first?.count ?? 0)"
            let ragged = Set(matrix.map(\.count)).count > 1
            throw Fault(
                "environment.matrix-shape",
                "\(what): a \(rows) × \(columns) matrix was wanted, "
                    + (ragged ? "one with rows of unequal length was given" : "\(given) was given"))
        }
        let elements = matrix.flatMap { $0 }
        guard elements.allSatisfy(\.isFinite) else {
            throw Fault("environment.matrix-not-finite", "\(what): finite numbers were wanted")
        }
        self.init(rows: rows, columns: columns, elements: elements)
    }

    package subscript(row: Int, column: Int) -> Double {
        get { elements[row * columns + column] }
        set { elements[row * columns + column] = newValue }
    }

    package var listOfRows: [[Double]] {
        (0..<rows).map { Array(elements[$0 * columns..<($0 + 1) * columns]) }
    }

    package var transposed: DenseMatrix {
        var result = DenseMatrix(zeros: columns, rows)
        for i in 0..<rows { for j in 0..<columns { result[j, i] = self[i, j] } }
        return result
    }

    package var trace: Double { (0..<min(rows, columns)).reduce(0) { $0 + self[$1, $1] } }

    package static func * (a: DenseMatrix, b: DenseMatrix) -> DenseMatrix {
        precondition(a.columns == b.rows)
        var result = DenseMatrix(zeros: a.rows, b.columns)
        for i in 0..<a.rows {
            for k in 0..<a.columns {
                let x = a[i, k]
                for j in 0..<b.columns { result[i, j] += x * b[k, j] }
            }
        }
        return result
    }

    package static func * (a: Double, b: DenseMatrix) -> DenseMatrix {
        DenseMatrix(rows: b.rows, columns: b.columns, elements: b.elements.map { a * $0 })
    }

    package static func + (a: DenseMatrix, b: DenseMatrix) -> DenseMatrix {
        DenseMatrix(rows: a.rows, columns: a.columns, elements: zip(a.elements, b.elements).map(+))
    }

    package static func - (a: DenseMatrix, b: DenseMatrix) -> DenseMatrix {
        DenseMatrix(rows: a.rows, columns: a.columns, elements: zip(a.elements, b.elements).map(-))
    }

    package static func * (a: DenseMatrix, x: [Double]) -> [Double] {
        (0..<a.rows).map { i in
            var sum = 0.0
            for j in 0..<a.columns { sum += a[i, j] * x[j] }
            return sum
        }
    }

    /// X of A X = B by Gaussian elimination with partial pivoting, or nil if A is singular.
    package func solve(_ right: DenseMatrix, cancellation: CancellationToken? = nil) throws -> DenseMatrix? {
        precondition(rows == columns && right.rows == rows)
        var a = self
        var b = right
        let scale = elements.lazy.map(\.magnitude).max() ?? 0
        for k in 0..<rows {
            try cancellation?.check()
            var pivot = k
            for i in k..<rows where a[i, k].magnitude > a[pivot, k].magnitude { pivot = i }
            // Also refuses NaN: a comparison with it is false.
            guard a[pivot, k].magnitude > scale * 1e-14 else { return nil }
            if pivot != k {
                for j in 0..<columns { a.elements.swapAt(k * columns + j, pivot * columns + j) }
                for j in 0..<b.columns { b.elements.swapAt(k * b.columns + j, pivot * b.columns + j) }
            }
            for i in k + 1..<max(rows, k + 1) {
                let factor = a[i, k] / a[k, k]
                if factor == 0 { continue }
                for j in k..<columns { a[i, j] -= factor * a[k, j] }
                for j in 0..<b.columns { b[i, j] -= factor * b[k, j] }
            }
        }
        for k in stride(from: rows - 1, through: 0, by: -1) {
            for j in 0..<b.columns {
                var sum = b[k, j]
                for i in k + 1..<max(rows, k + 1) { sum -= a[k, i] * b[i, j] }
                b[k, j] = sum / a[k, k]
            }
        }
        return b
    }
}
