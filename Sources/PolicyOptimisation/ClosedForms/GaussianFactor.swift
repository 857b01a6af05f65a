import Glibc
import Support

// D action dimensions.

/// A Gaussian's covariance as its Cholesky factor: Σ = L Lᵀ, L lower triangular with a positive diagonal.
///
/// Never inverted: what needs Σ⁻¹ is solved by substitution. A diagonal L is kept as its D numbers.
public struct GaussianFactor: Sendable, Equatable {
    public let dimension: Int
    public let isDiagonal: Bool
    /// L_ii.
    public let diagonal: [Double]
    /// L row after row, D × D; empty if diagonal.
    let entries: [Double]

    /// Standard deviations of independent dimensions.
    public init(diagonal: [Double], name: String = "chol") throws {
        try Self.check(diagonal, name)
        dimension = diagonal.count
        isDiagonal = true
        self.diagonal = diagonal
        entries = []
    }

    /// The factor's rows [D][D]; the upper triangle has to be 0.
    public init(_ rows: [[Double]], name: String = "chol") throws {
        let n = rows.count
        guard n > 0 else {
            throw Fault("gaussian.shape", "\(name) must be a D × D lower-triangular matrix, but it is empty")
        }
        var flat: [Double] = []
        var diagonal: [Double] = []
        var isDiagonal = true
        flat.reserveCapacity(n * n)
        for (i, row) in rows.enumerated() {
            guard row.count == n else {
                throw Fault(
                    "gaussian.shape",
                    "\(name) must be square, but it has \(n) rows and row \(i) has \(row.count) numbers")
            }
            for (j, v) in row.enumerated() {
                guard v.isFinite else {
                    throw Fault("gaussian.not-finite", "\(name)[\(i), \(j)] is \(v); a finite number was wanted")
                }
                if j > i, v != 0 {
                    throw Fault(
                        "gaussian.triangular",
                        "\(name) must be lower triangular, but \(name)[\(i), \(j)] above the diagonal is \(v)",
                        hint: "give the Cholesky factor L of the covariance L Lᵀ, not the covariance")
                }
                if j < i, v != 0 { isDiagonal = false }
            }
            diagonal.append(row[i])
            flat += row
        }
        try Self.check(diagonal, name)
        dimension = n
        self.isDiagonal = isDiagonal
        self.diagonal = diagonal
        entries = isDiagonal ? [] : flat
    }

    private static func check(_ diagonal: [Double], _ name: String) throws {
        guard !diagonal.isEmpty else {
            throw Fault("gaussian.shape", "\(name) must have at least one dimension, but it is empty")
        }
        for (i, v) in diagonal.enumerated() where !(v > 0 && v.isFinite) {
            throw Fault(
                "gaussian.diagonal", "\(name)[\(i), \(i)] is \(SettingValue.number(v).text); a Cholesky factor's diagonal is finite and above 0",
                hint: "a covariance that is not positive definite has no such factor")
        }
    }

    /// The covariance's factor from the covariance itself; a Fault if it is not positive definite.
    public init(covariance: [[Double]], name: String = "covariance") throws {
        let n = covariance.count
        guard n > 0, covariance.allSatisfy({ $0.count == n }) else {
            throw Fault("gaussian.shape", "\(name) must be a square matrix, row by row")
        }
        var l = [[Double]](repeating: [Double](repeating: 0, count: n), count: n)
        for i in 0..<n {
            for j in 0...i {
                var v = covariance[i][j]
                for k in 0..<j { v -= l[i][k] * l[j][k] }
                if i == j {
                    guard v > 0 else {
                        throw Fault(
                            "gaussian.diagonal", "\(name) is not positive definite: its pivot \(i) is \(v)")
                    }
                    l[i][i] = v.squareRoot()
                } else {
                    l[i][j] = v / l[j][j]
                }
            }
        }
        try self.init(l, name: name)
    }

    public func entry(_ i: Int, _ j: Int) -> Double {
        isDiagonal ? (i == j ? diagonal[i] : 0) : entries[i * dimension + j]
    }

    /// L, row by row.
    public var rows: [[Double]] {
        (0..<dimension).map { i in (0..<dimension).map { j in j > i ? 0 : entry(i, j) } }
    }

    /// L Lᵀ.
    public var covariance: [[Double]] {
        (0..<dimension).map { i in
            (0..<dimension).map { j in (0...min(i, j)).reduce(0) { $0 + entry(i, $1) * entry(j, $1) } }
        }
    }

    /// L⁻¹ b by forward substitution.
    public func solve(_ b: [Double]) -> [Double] {
        if isDiagonal { return zip(b, diagonal).map { $0 / $1 } }
        var x = b
        for i in 0..<dimension {
            var v = x[i]
            for k in 0..<i { v -= entries[i * dimension + k] * x[k] }
            x[i] = v / diagonal[i]
        }
        return x
    }

    /// L z.
    public func times(_ z: [Double]) -> [Double] {
        (0..<dimension).map { i in (0...i).reduce(0) { $0 + entry(i, $1) * z[$1] } }
    }
}
