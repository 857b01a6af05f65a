/// What holds the policy back during an M-step: the form of the trust region, its constraints, its multipliers.
struct MultiplierHold {
    let form: TrustRegion
    let isPerDimension: Bool
    private let isFinite: Bool
    /// The policy's covariance is a constant: its KL is 0 whatever the parameters.
    private let isCovFixed: Bool
    private let klMean: Constraint
    private let klCov: Constraint
    private let klTotal: Constraint
    private var mean: Multiplier
    private var cov: Multiplier
    private var total: Multiplier

    init(_ state: LearnerState, _ settings: MPOSettings, _ policy: PolicyForm) {
        isFinite = policy.finiteActions != nil
        if case .gaussian(let head) = policy { isCovFixed = head.isFixed } else { isCovFixed = false }
        // Over finitely many actions there is one KL.
        form = isFinite && settings.trustRegion == .decoupled ? .joint : settings.trustRegion
        isPerDimension = settings.perDimension && !isFinite && form == .decoupled
        klMean = settings.klMean
        klCov = settings.klCov
        klTotal = settings.klTotal
        let count = isPerDimension ? policy.actionSize : 1
        mean = state.lambdaMean.resized(to: count)
        cov = state.lambdaCov.resized(to: count)
        total = state.lambdaTotal
    }

    func store(in state: inout LearnerState) {
        state.lambdaMean = mean
        state.lambdaCov = cov
        state.lambdaTotal = total
    }

    private static func weights(_ constraint: Constraint, _ multiplier: Multiplier, _ count: Int) -> [Double] {
        switch constraint {
        case .free: return [Double](repeating: 0, count: count)
        case .penalised(let weight): return [Double](repeating: weight, count: count)
        case .bounded:
            let values = multiplier.values
            return values.count == count ? values : [Double](repeating: values[0], count: count)
        }
    }

    /// λ of the mean's KL for D dimensions; in the joint form λ of the one KL.
    func lambdaMean(_ size: Int) -> [Double] {
        switch form {
        case .none: [Double](repeating: 0, count: size)
        case .joint: Self.weights(klTotal, total, size)
        case .decoupled: Self.weights(klMean, mean, size)
        }
    }

    func lambdaCov(_ size: Int) -> [Double] {
        form == .decoupled ? Self.weights(klCov, cov, size) : [Double](repeating: 0, count: size)
    }

    var lambdaTotal: Double { form == .none ? 0 : Self.weights(klTotal, total, 1)[0] }

    /// A step of the bounded KLs' multipliers up the dual.
    mutating func climb(_ measure: PolicyMeasure, _ settings: MPOSettings) {
        switch form {
        case .none: return
        case .joint:
            if let bound = klTotal.bound {
                total = total.climbing(
                    [measure.klTotal], bound: bound, rate: settings.dualRate, smallest: settings.lambdaMin,
                    largest: settings.lambdaTotalMax)
            }
        case .decoupled:
            if let bound = klMean.bound {
                mean = mean.climbing(
                    isPerDimension ? measure.klMeanPerDimension : [measure.klMean], bound: bound,
                    rate: settings.dualRate * settings.lambdaMeanScale, smallest: settings.lambdaMin,
                    largest: settings.lambdaMeanMax)
            }
            if let bound = klCov.bound, !isCovFixed {
                cov = cov.climbing(
                    isPerDimension ? measure.klCovPerDimension : [measure.klCov], bound: bound,
                    rate: settings.dualRate * settings.lambdaCovScale, smallest: settings.lambdaMin,
                    largest: settings.lambdaCovMax)
            }
        }
    }

    /// The measured values that a constraint speaks of.
    private func values(_ quantity: ConstrainedQuantity, _ measure: PolicyMeasure) -> [Double] {
        switch quantity {
        case .klMean: isPerDimension ? measure.klMeanPerDimension : [measure.klMean]
        case .klCov: isPerDimension ? measure.klCovPerDimension : [measure.klCov]
        case .klTotal, .kl: [measure.klTotal]
        }
    }

    private var active: [(quantity: ConstrainedQuantity, constraint: Constraint, multiplier: Multiplier)] {
        switch form {
        case .none: []
        case .joint: [(.klTotal, klTotal, total)]
        case .decoupled: [(.klMean, klMean, mean), (.klCov, klCov, cov)]
        }
    }

    func isWithinBounds(_ measure: PolicyMeasure) -> Bool {
        active.allSatisfy { entry in
            guard let bound = entry.constraint.bound else { return true }
            return values(entry.quantity, measure).allSatisfy { $0 <= bound }
        }
    }

    func policyLoss(_ measure: PolicyMeasure) -> Double {
        form == .decoupled ? measure.lossMean + measure.lossCov : -measure.expectedLogProbability
    }

    /// Σ λ · KL.
    func penalty(_ measure: PolicyMeasure) -> Double {
        active.reduce(0) { $0 + penalty($1.quantity, $1.constraint, $1.multiplier, measure) }
    }

    /// One KL's part of it, a sum over dimensions.
    private func penalty(
        _ quantity: ConstrainedQuantity, _ constraint: Constraint, _ multiplier: Multiplier, _ measure: PolicyMeasure
    ) -> Double {
        let values = values(quantity, measure)
        return zip(values, Self.weights(constraint, multiplier, values.count)).reduce(0) { $0 + $1.0 * $1.1 }
    }

    func reports(_ measure: PolicyMeasure, before: MultiplierHold) -> [ConstraintReport] {
        zip(active, before.active).map { entry, old in
            let value = values(entry.quantity, measure).max() ?? 0
            func weight(_ multiplier: Multiplier) -> Double {
                switch entry.constraint {
                case .free: 0
                case .penalised(let weight): weight
                case .bounded: multiplier.mean
                }
            }
            return ConstraintReport(
                quantity: entry.quantity, constraint: entry.constraint, value: value,
                status: BoundStatus(value, constraint: entry.constraint), multiplierBefore: weight(old.multiplier),
                multiplier: weight(entry.multiplier),
                penalty: penalty(entry.quantity, entry.constraint, entry.multiplier, measure),
                isZeroByConstruction: entry.quantity == .klCov && isCovFixed)
        }
    }

    /// Takes over multipliers that a closed form found; a slack bound's 0 becomes the smallest that is let.
    ///
    /// Those of bounded KLs alone: what is free or penalised has no multiplier that follows a dual.
    mutating func take(mean: [Double]?, cov: [Double]?, total: Double?, _ settings: MPOSettings) {
        if let mean, form == .decoupled, klMean.bound != nil {
            self.mean = Multiplier(lambdas: mean.map { max($0, settings.lambdaMin) })
        }
        if let cov, form == .decoupled, klCov.bound != nil, !isCovFixed {
            self.cov = Multiplier(lambdas: cov.map { max($0, settings.lambdaMin) })
        }
        if let total, form == .joint, klTotal.bound != nil {
            self.total = Multiplier(lambda: max(total, settings.lambdaMin))
        }
    }
}
