import Glibc

/// Arithmetic with a Gaussian's Cholesky factor L, Σ = L Lᵀ, in Double on plain memory.
///
/// D action dimensions. A full factor is packed by rows, L_ij at i(i+1)/2 + j for j ≤ i; a diagonal one is D
/// standard deviations. Symmetric matrices are packed in the same way (diagonal ones as D variances).
struct TriangularFactor {
    typealias In = UnsafePointer<Double>
    typealias Out = UnsafeMutablePointer<Double>

    let size: Int
    let isDiagonal: Bool

    /// Numbers in a factor: D(D+1)/2, or D.
    var count: Int { isDiagonal ? size : size * (size + 1) / 2 }

    @inline(__always) static func at(_ i: Int, _ j: Int) -> Int { i * (i + 1) / 2 + j }

    /// L_dd.
    @inline(__always) func diagonal(_ l: In, _ d: Int) -> Double { isDiagonal ? l[d] : l[d * (d + 3) / 2] }

    /// x ← L⁻¹ x.
    func solve(_ l: In, _ x: Out) {
        if isDiagonal {
            for d in 0..<size { x[d] /= l[d] }
            return
        }
        for i in 0..<size {
            let row = l + Self.at(i, 0)
            var value = x[i]
            for j in 0..<i { value -= row[j] * x[j] }
            x[i] = value / row[i]
        }
    }

    /// x ← L⁻ᵀ x.
    func solveTransposed(_ l: In, _ x: Out) {
        if isDiagonal {
            for d in 0..<size { x[d] /= l[d] }
            return
        }
        for i in stride(from: size - 1, through: 0, by: -1) {
            var value = x[i]
            for k in i + 1..<max(size, i + 1) { value -= l[Self.at(k, i)] * x[k] }
            x[i] = value / l[Self.at(i, i)]
        }
    }

    /// y ← mean + L z.
    func apply(_ l: In, _ z: In, mean: In, _ y: Out) {
        if isDiagonal {
            for d in 0..<size { y[d] = mean[d] + l[d] * z[d] }
            return
        }
        for i in 0..<size {
            let row = l + Self.at(i, 0)
            var value = mean[i]
            for j in 0...i { value += row[j] * z[j] }
            y[i] = value
        }
    }

    /// ln |L| = ½ ln |Σ|.
    func logDeterminant(_ l: In) -> Double {
        var sum = 0.0
        for d in 0..<size { sum += log(diagonal(l, d)) }
        return sum
    }

    /// a ← L Lᵀ, packed.
    func square(_ l: In, _ a: Out) {
        if isDiagonal {
            for d in 0..<size { a[d] = l[d] * l[d] }
            return
        }
        for i in 0..<size {
            for j in 0...i {
                var sum = 0.0
                for k in 0...j { sum += l[Self.at(i, k)] * l[Self.at(j, k)] }
                a[Self.at(i, j)] = sum
            }
        }
    }

    /// a ← a + w x yᵀ made symmetric: w (x yᵀ + y xᵀ)/2, packed.
    func addOuter(_ w: Double, _ x: In, _ y: In, _ a: Out) {
        if isDiagonal {
            for d in 0..<size { a[d] += w * x[d] * y[d] }
            return
        }
        for i in 0..<size {
            for j in 0...i { a[Self.at(i, j)] += 0.5 * w * (x[i] * y[j] + y[i] * x[j]) }
        }
    }

    /// b ← L⁻¹ A L⁻ᵀ, a full D × D matrix by rows (D variances if diagonal); `column` has room for D numbers.
    func whiten(_ l: In, _ a: In, _ b: Out, column: Out) {
        if isDiagonal {
            for d in 0..<size { b[d] = a[d] / (l[d] * l[d]) }
            return
        }
        for i in 0..<size { for j in 0...i { b[i * size + j] = a[Self.at(i, j)]; b[j * size + i] = a[Self.at(i, j)] } }
        for _ in 0..<2 {  // every row is solved: B ← (L⁻¹ B)ᵀ by rows, twice, as A is symmetric
            for r in 0..<size { solve(l, b + r * size) }
            for i in 0..<size {
                for j in 0..<i {
                    let kept = b[i * size + j]
                    b[i * size + j] = b[j * size + i]
                    b[j * size + i] = kept
                }
            }
        }
    }

    /// tr(Σ⁻¹ A) from `whiten`'s result.
    func trace(_ b: In) -> Double {
        var sum = 0.0
        for d in 0..<size { sum += isDiagonal ? b[d] : b[d * size + d] }
        return sum
    }

    /// g ← g − scale · tril(L⁻ᵀ B), packed: the gradient of ½ scale · tr(Σ⁻¹ A) by L, with B from `whiten`.
    ///
    /// B is used up.
    func addTraceGradient(_ l: In, _ b: Out, _ g: Out, column: Out) {
        if isDiagonal {
            for d in 0..<size { g[d] -= b[d] / l[d] }
            return
        }
        for j in 0..<size {
            for i in 0..<size { column[i] = b[i * size + j] }
            solveTransposed(l, column)
            for i in j..<size { g[Self.at(i, j)] -= column[i] }
        }
    }

    /// ½(tr(Σ⁻¹Σ₀) − D + ln |Σ|/|Σ₀|) with Σ = L Lᵀ: the covariance's part of KL(N₀‖N); exactly 0 for equal factors.
    ///
    /// Through M = L⁻¹L₀: Σ_i [½(M_ii² − 1) − ln M_ii] + ½ Σ_{i>j} M_ij², which loses nothing to cancellation.
    /// Each dimension's own part is written to `perDimension` where the factor is diagonal.
    func covarianceKL(_ l: In, _ l0: In, column: Out, perDimension: Out? = nil) -> Double {
        var sum = 0.0
        if isDiagonal {
            for d in 0..<size {
                let part = Self.logRatioTerm(l0[d] / l[d])
                perDimension?[d] = part
                sum += part
            }
            return sum
        }
        for j in 0..<size {
            for i in 0..<size { column[i] = i < j ? 0 : l0[Self.at(i, j)] }
            solve(l, column)
            sum += Self.logRatioTerm(column[j])
            for i in j + 1..<max(size, j + 1) { sum += 0.5 * column[i] * column[i] }
        }
        return sum
    }

    /// ½(m² − 1) − ln m ≥ 0.
    @inline(__always) private static func logRatioTerm(_ m: Double) -> Double {
        let d = m - 1
        return max(0, d + 0.5 * d * d - log1p(d))
    }
}
