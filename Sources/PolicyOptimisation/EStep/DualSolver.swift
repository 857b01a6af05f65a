import Support

// S states, N actions a state (rows may differ in length).

/// Solves the E-step's dual for a batch of Q values, in Double, on memory that it keeps.
///
/// Load the values, then ask: `solve`, `point(at:)`, `writeWeights`. Each state's largest value is subtracted
/// and all spreads are divided by one power of two, so offsets of 1e6 and scales down to 1e-300 lose nothing.
/// A further load of the same size allocates nothing. For one thread at a time.
///
/// Source: Abdolmaleki et al. 2018 (arXiv 1806.06920), eqs. 8–9 and appendix D.2.
public final class DualSolver {
    /// Q_sj − max_j Q_sj in units of `unit`, row after row; never above 0.
    var shifted: UnsafeMutablePointer<Double>
    /// exp(shifted/η) of the last evaluation.
    var exponentials: UnsafeMutablePointer<Double>
    /// π_sj, if one was given; else every row is uniform.
    var prior: UnsafeMutablePointer<Double>
    var rows: UnsafeMutablePointer<DualRow>
    private var elementCapacity = 0
    private var rowCapacity = 0

    var hasPrior = false
    public internal(set) var states = 0
    public internal(set) var elements = 0
    /// A power of two near the largest spread of a state, in the unit of Q.
    var unit = 1.0
    /// mean_s max_j Q_sj, in the unit of Q.
    var meanMaximum = 0.0
    /// mean_s −log π(best actions of s).
    public internal(set) var reachableKL = 0.0
    /// The smallest non-zero distance to a state's maximum, in units of `unit`.
    var smallestGap = 0.0
    /// mean_s spread_s², in units of `unit`².
    var meanSquaredSpread = 0.0
    var longestRow = 0

    public init() {
        shifted = .allocate(capacity: 1)
        exponentials = .allocate(capacity: 1)
        prior = .allocate(capacity: 1)
        rows = .allocate(capacity: 1)
    }

    deinit {
        shifted.deallocate()
        exponentials.deallocate()
        prior.deallocate()
        rows.deallocate()
    }

    func reserve(states: Int, elements: Int) throws {
        if elements > elementCapacity {
            let (bytes, overflow) = elements.multipliedReportingOverflow(by: 24)
            try MemoryBudget.require(bytes: overflow ? Int.max : bytes, for: "the dual of \(elements) Q values")
            shifted.deallocate()
            exponentials.deallocate()
            prior.deallocate()
            shifted = .allocate(capacity: elements)
            exponentials = .allocate(capacity: elements)
            prior = .allocate(capacity: elements)
            elementCapacity = elements
        }
        if states > rowCapacity {
            rows.deallocate()
            rows = .allocate(capacity: states)
            rowCapacity = states
        }
    }
}

/// One state's place in the flat arrays, and what of it does not depend on η.
struct DualRow {
    var start: Int
    var count: Int
    /// max_j Q_sj over actions with positive prior, in the unit of Q.
    var maximum: Double
    /// max_j Q_sj − min_j Q_sj, in units of the solver's `unit`.
    var spread: Double
    /// −log π(best actions of s): the KL of the greedy limit.
    var reachableKL: Double
}
