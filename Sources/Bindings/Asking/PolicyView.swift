import Glibc
import Networks
import PolicyOptimisation
import Runtime
import Support
import Tensors

// D action dimensions.

/// A policy's distribution at one observation, in numbers.
struct PolicyView {
    let form: PolicyForm
    let distribution: PolicyDistribution

    init(_ form: PolicyForm, _ architecture: NetworkArchitecture, _ parameters: Storage, observation: [Double]) throws {
        self.form = form
        distribution = try PolicyActor(form, architecture).distribution(parameters, observation: observation)
    }

    init(_ policy: Policy, observation: [Double]) throws {
        try self.init(policy.form, policy.network.architecture, policy.parameters, observation: observation)
    }

    var mean: [Double] { if case .gaussian(let mean, _) = distribution { mean } else { [] } }
    var cholesky: [[Double]] { if case .gaussian(_, let factor) = distribution { factor } else { [] } }
    var probabilities: [Double] { if case .categorical(let p) = distribution { p } else { [] } }

    /// Σ = L Lᵀ.
    var covariance: [[Double]] {
        let l = cholesky
        return l.indices.map { i in l.indices.map { j in zip(l[i], l[j]).reduce(0) { $0 + $1.0 * $1.1 } } }
    }

    var sigma: [Double] { cholesky.map { $0.reduce(0) { $0 + $1 * $1 }.squareRoot() } }

    var correlation: [[Double]] {
        let (c, s) = (covariance, sigma)
        return c.indices.map { i in c.indices.map { j in i == j ? 1 : c[i][j] / (s[i] * s[j]) } }
    }

    /// In nats.
    var entropy: Double {
        switch distribution {
        case .gaussian(let mean, let factor):
            0.5 * Double(mean.count) * (1 + log(2 * Double.pi)) + factor.indices.reduce(0) { $0 + log(factor[$1][$1]) }
        case .categorical(let p): p.reduce(0) { $1 > 0 ? $0 - $1 * log($1) : $0 }
        }
    }

    /// The probability that a sample of each dimension lies outside of the action box, and is clipped.
    var clipped: [Double] {
        guard case .gaussian(let head) = form else { return [] }
        let (low, high, s) = (head.box.normalisedLow, head.box.normalisedHigh, sigma)
        return mean.indices.map { d in
            let above = high[d].isFinite ? 0.5 * erfc((high[d] - mean[d]) / (s[d] * 2.0.squareRoot())) : 0
            let below = low[d].isFinite ? 0.5 * erfc((mean[d] - low[d]) / (s[d] * 2.0.squareRoot())) : 0
            return above + below
        }
    }

    /// log π(a|s); of finitely many actions, of an index.
    func logProbability(_ action: [Double]) -> Double {
        switch distribution {
        case .gaussian(let mean, let factor):
            var z = [Double](repeating: 0, count: mean.count)
            var sum = 0.5 * Double(mean.count) * log(2 * Double.pi)
            for i in mean.indices {
                let known = (0..<i).reduce(0.0) { $0 + factor[i][$1] * z[$1] }
                z[i] = (action[i] - mean[i] - known) / factor[i][i]
                sum += 0.5 * z[i] * z[i] + log(factor[i][i])
            }
            return -sum
        case .categorical(let p):
            guard let index = action.first.flatMap({ Int(exactly: $0) }), p.indices.contains(index) else { return -.infinity }
            return log(p[index])
        }
    }

    /// KL(π_i‖π) from another distribution to this one, in its parts; mean and cov are nil with finitely many actions.
    func divergence(from old: PolicyView) throws -> (mean: Double?, cov: Double?, total: Double) {
        guard case .gaussian = distribution else {
            let total = zip(old.probabilities, probabilities).reduce(0) { $1.0 > 0 ? $0 + $1.0 * (log($1.0) - log($1.1)) : $0 }
            return (nil, nil, max(0, total))
        }
        let kl = try GaussianKL(mean0: old.mean, chol0: old.cholesky, mean1: mean, chol1: cholesky)
        return (kl.mean, kl.cov, kl.total)
    }

    /// Mean and σ of every dimension in the task's units, where they are scaled.
    private func taskUnits(_ head: GaussianHead) -> (mean: [Double], sigma: [Double]) {
        let (low, high) = (head.box.low, head.box.high)
        return (
            mean.indices.map { head.box.isScaled($0) ? low[$0] + 0.5 * (mean[$0] + 1) * (high[$0] - low[$0]) : mean[$0] },
            sigma.indices.map { head.box.isScaled($0) ? 0.5 * (high[$0] - low[$0]) * sigma[$0] : sigma[$0] }
        )
    }

    /// The page of `inspect(policy, observation)`.
    func page(_ title: String) -> InspectionObject {
        switch form {
        case .gaussian(let head):
            let task = taskUnits(head)
            let table = Table([
                ("dimension", mean.indices.map { .integer($0) }), ("mean", InspectionObject.cells(mean)),
                ("sigma", InspectionObject.cells(sigma)), ("clipped", InspectionObject.cells(clipped)),
                ("task_mean", InspectionObject.cells(task.mean)), ("task_sigma", InspectionObject.cells(task.sigma)),
                ("low", InspectionObject.cells(head.box.low)), ("high", InspectionObject.cells(head.box.high)),
            ])
            var parts: [InspectionObject.Part] = [
                .table("per action dimension; `clipped` is the probability of a sample outside of the box", table, rows: 24)
            ]
            if head.covariance == .full, mean.count > 1, mean.count <= 8 {
                let names = mean.indices.map { "\($0)" }
                let correlation = correlation
                parts.append(
                    .table(
                        "correlation",
                        Table([("", names.map { .string($0) })] + names.indices.map { j in (names[j], InspectionObject.cells(correlation.map { $0[j] })) }),
                        rows: 8))
            }
            return InspectionObject(
                "\(title) · entropy \(Digits.short(entropy)) nats", parts,
                [
                    ("mean", .list(mean)), ("sigma", .list(sigma)), ("covariance", covariance.asValue),
                    ("correlation", correlation.asValue), ("cholesky", cholesky.asValue), ("entropy", .number(entropy)),
                    ("clipped", .list(clipped)), ("task_mean", .list(task.mean)), ("task_sigma", .list(task.sigma)),
                    ("table", .object(table)),
                ])
        case .categorical:
            let p = probabilities
            let best = p.indices.max { p[$0] < p[$1] } ?? 0
            let table = Table([
                ("action", p.indices.map { .integer($0) }), ("pi", InspectionObject.cells(p)),
                ("log_pi", InspectionObject.cells(p.map { log($0) })),
            ])
            return InspectionObject(
                "\(title) · entropy \(Digits.short(entropy)) nats", [
                    .table("probabilities", table, rows: 24),
                    .prose("As many actions as if \(Digits.short(exp(entropy), significant: 3)) of \(p.count) were equally likely; "
                        + "the likeliest is \(best)."),
                ],
                [
                    ("probabilities", .list(p)), ("entropy", .number(entropy)), ("perplexity", .number(exp(entropy))),
                    ("best", .integer(best)), ("table", .object(table)),
                ])
        }
    }
}
