import Glibc

// A actions, T distinct states.

/// The M-step of a table of probabilities in closed form: the maximiser of Σ_t n_t [Σ_a q log π − λ KL(π_i‖π)].
///
/// π = (q + λ π_i)/(1 + λ) in every state, one λ for all: given, or the smallest at which the mean KL is within its bound.
struct CategoricalClosedForm {
    /// q [T][A] and π_i [T][A].
    let targets: [[Double]]
    let reference: [[Double]]
    /// The share of the batch's states that each of the T stands for; sums to 1.
    let shares: [Double]

    func policy(_ lambda: Double) -> [[Double]] {
        zip(targets, reference).map { q, p in zip(q, p).map { ($0 + lambda * $1) / (1 + lambda) } }
    }

    /// mean KL(π_i‖π).
    func kl(_ lambda: Double) -> Double {
        var sum = 0.0
        for (place, row) in policy(lambda).enumerated() {
            var kl = 0.0
            for (new, old) in zip(row, reference[place]) where old > 0 { kl += old * (log(old) - log(new)) }
            sum += shares[place] * max(0, kl)
        }
        return sum
    }

    /// λ of a bound on the mean KL, by bisection of ln λ to the last bit; 0 where the bound is slack.
    func lambda(bound: Double) -> Double {
        if kl(0) <= bound { return 0 }
        return leastMultiplier { kl($0) <= bound }
    }
}

/// The smallest λ > 0 that is `enough`, which larger ones are, too.
func leastMultiplier(_ enough: (Double) -> Bool) -> Double {
    var (low, high) = (-80.0, 80.0)
    while true {
        let middle = 0.5 * (low + high)
        if middle <= low || middle >= high { return exp(high) }
        if enough(exp(middle)) { high = middle } else { low = middle }
    }
}
