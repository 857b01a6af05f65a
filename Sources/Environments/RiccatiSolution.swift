import Support

/// The best policy of a linear-quadratic task without a bound on its actions, u = −K x, and what it is worth.
///
/// P = Q + γ Aᵀ P A − γ Aᵀ P B K and K = γ (R + γ Bᵀ P B)⁻¹ Bᵀ P A; the value is V(x) = −xᵀ P x − c with
/// c = γ/(1−γ) · noise² tr P. The time limit is not counted: values bootstrap through it.
/// Source: Bertsekas, *Dynamic Programming and Optimal Control*, volume 2, discounted linear-quadratic problems.
public struct RiccatiSolution: Equatable, Sendable {
    /// K, D × S.
    public let gain: [[Double]]
    /// P, S × S: the cost to go is xᵀ P x + `constant`.
    public let cost: [[Double]]
    public let constant: Double
    public let discount: Double
    /// The largest change of an element of P in the last iteration, relative to P's largest.
    public let residual: Double

    /// The value of state `x`.
    public func value(_ x: [Double]) -> Double {
        var sum = constant
        for (row, xi) in zip(cost, x) { for (p, xj) in zip(row, x) { sum += xi * p * xj } }
        return -sum
    }
}

extension LinearQuadratic {
    /// The discounted Riccati equation's solution, by iterating from P = Q until nothing changes.
    public func riccati(discount: Double) throws -> RiccatiSolution {
        try Self.check(discount)
        var p = q
        var residual = Double.infinity
        for _ in 0..<200_000 {
            let gain = try gain(p, discount)
            var next = q + discount * (a.transposed * p * (a - b * gain))
            next = 0.5 * (next + next.transposed)
            let change = zip(next.elements, p.elements).reduce(0) { max($0, ($1.0 - $1.1).magnitude) }
            let size = max(next.elements.reduce(0) { max($0, $1.magnitude) }, .leastNormalMagnitude)
            p = next
            residual = change / size
            if !residual.isFinite || residual < 1e-15 { break }
        }
        guard residual < 1e-10 else {
            throw Fault(
                "lq.no-solution", "lq: the Riccati equation has no finite solution at gamma = \(discount.plain)",
                hint: "the actions cannot steer what grows; a smaller gamma may help")
        }
        let constant = discount < 1 ? discount / (1 - discount) * noise * noise * p.trace : noise == 0 ? 0 : .infinity
        return RiccatiSolution(
            gain: try gain(p, discount).listOfRows, cost: p.listOfRows, constant: constant, discount: discount,
            residual: residual)
    }

    /// What the linear policy u ~ N(−K x, Σ) is worth: P_K and c of V(x) = −xᵀ P_K x − c, by the Lyapunov equation.
    ///
    /// P = Q + Kᵀ R K + γ (A − B K)ᵀ P (A − B K), c = (tr(R Σ) + γ tr(P (noise² I + B Σ Bᵀ))) / (1 − γ).
    public func evaluate(
        gain: [[Double]], actionCovariance: [[Double]]? = nil, discount: Double
    ) throws -> (cost: [[Double]], constant: Double) {
        try Self.check(discount)
        guard discount < 1 else {
            throw Fault("lq.discount", "lq: a gamma below 1 was wanted to evaluate a policy")
        }
        let k = try DenseMatrix(gain, rows: b.columns, columns: a.rows, "lq: the gain")
        let covariance =
            try actionCovariance.map { try DenseMatrix($0, rows: b.columns, columns: b.columns, "lq: the covariance") }
            ?? DenseMatrix(zeros: b.columns, b.columns)
        let closed = a - b * k
        let once = q + k.transposed * r * k
        // Doubling: P = Σ_j γ^j (Mᵀ)^j C M^j, the number of summed terms doubles in each turn.
        var p = once
        var m = discount.squareRoot() * closed
        for _ in 0..<64 {
            let step = m.transposed * p * m
            p = p + step
            m = m * m
            let change = step.elements.reduce(0) { max($0, $1.magnitude) }
            if !change.isFinite { throw Fault("lq.unstable", "lq: this policy's cost is infinite at gamma = \(discount.plain)") }
            if change == 0 || change < 1e-17 * p.elements.reduce(0, { max($0, $1.magnitude) }) { break }
        }
        let spread = noise * noise * p.trace + (p * b * covariance * b.transposed).trace
        return (p.listOfRows, ((r * covariance).trace + discount * spread) / (1 - discount))
    }

    private func gain(_ p: DenseMatrix, _ discount: Double) throws -> DenseMatrix {
        let left = r + discount * (b.transposed * p * b)
        guard let gain = try left.solve(discount * (b.transposed * p * a)) else {
            throw Fault("lq.singular", "lq: R + gamma BᵀPB is singular", hint: "R must be positive definite")
        }
        return gain
    }

    private static func check(_ discount: Double) throws {
        guard discount >= 0, discount <= 1 else {
            throw Fault("lq.discount", "lq: a gamma in [0, 1] was wanted, \(discount.plain) was given")
        }
    }
}
