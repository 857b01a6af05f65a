import Networks
import Support
import Tensors

// S states, N actions a state, D action dimensions, K policy outputs.

extension MPOLearner {
    /// The M-step in closed form: the maximiser of E_q[log π] within its trust region, in one step.
    ///
    /// For policies whose outputs at the E-step's states can be set freely: any policy where all these states are the
    /// same (state-free: the last layer's bias is set), and a table over finitely many actions (its rows are set).
    /// Counts as one policy step; the optimiser's moments stay, the multipliers become those of the optimum.
    public func exactMStep(
        _ state: LearnerState, _ e: EStep, settings: MPOSettings, cancellation: CancellationToken? = nil
    ) throws -> MStep {
        try check(state, settings)
        guard e.model == model else {
            throw Fault("mstep.estep", "this E-step was made with another policy or critic")
        }
        guard settings.priorSigma == nil else {
            throw Fault(
                "mstep.exact-prior", "the closed form knows no prior on the parameters, prior_sigma is set",
                hint: "lab.prior_sigma = nothing, or gradient steps")
        }
        for (name, value) in [
            ("lambda_mean_max", settings.lambdaMeanMax), ("lambda_cov_max", settings.lambdaCovMax),
            ("lambda_total_max", settings.lambdaTotalMax),
        ] where value != nil {
            throw Fault(
                "mstep.exact-limit",
                "the closed form meets its bounds by whatever multiplier that takes, \(name) would limit it",
                hint: "lab.\(name) = nothing, or gradient steps")
        }
        let pass = try PolicyPass(self, e)
        var state = state
        let age = state.counters.policySteps - e.referenceStep
        var hold = MultiplierHold(state, settings, model.policyForm)
        let multipliersBefore = hold
        let before = try pass.measure(state.policy, hold)
        try cancellation?.check()
        let groups = try StateGroups(e, isTable: model.isTable)
        var found: [ConstrainedQuantity: Double] = [:]
        switch model.policyForm {
        case .categorical(let head):
            let lambda = try setTable(head, e, groups, hold, settings, &state)
            hold.take(mean: nil, cov: nil, total: lambda, settings)
            found[.klTotal] = lambda
        case .gaussian(let head):
            guard groups.count == 1 else { throw Self.noClosedForm }
            let fit = try gaussianFit(head, e, settings, hold.form)
            guard let factor = try? GaussianFactor(covariance: fit.covariance) else {
                throw Fault(
                    "mstep.exact-sigma", "q's weighted samples leave the covariance no room: the closed form's is singular",
                    hint: "constrain lab.kl_cov <= 0.001, or more actions a state")
            }
            let outputs = try head.encode(mean: fit.mean, factor: factor)
            state.policy = try moved(state.policy, e, row: 0, to: outputs)
            hold.take(
                mean: fit.lambdaMean.isEmpty ? nil : fit.lambdaMean, cov: fit.lambdaCov.isEmpty ? nil : fit.lambdaCov,
                total: fit.lambdaTotal, settings)
            func average(_ numbers: [Double]) -> Double { numbers.reduce(0, +) / Double(max(1, numbers.count)) }
            found = [.klMean: average(fit.lambdaMean), .klCov: average(fit.lambdaCov), .klTotal: fit.lambdaTotal ?? 0]
        }
        try requireFinite(state.policy, "the policy's", after: 1)
        let refreshed = try countPolicyStep(&state, settings)
        hold.store(in: &state)
        let after = try pass.measure(state.policy, hold)
        // The multipliers as they were found: 0 where a bound is slack, which the learner's own do not get down to.
        let reports = hold.reports(after, before: multipliersBefore).map { report in
            var report = report
            report.multiplier = found[report.quantity] ?? report.multiplier
            return report
        }
        return MStep(
            state: state,
            statistics: MStepStatistics(
                gradientSteps: 0, before: before, after: after, trustRegion: hold.form,
                constraints: reports, policyLoss: hold.policyLoss(after),
                penalty: hold.penalty(after), gradientNorm: 0, referenceAge: age, refreshes: refreshed ? 1 : 0,
                smallestStepShare: nil, note: nil, isExact: true))
    }

    static let noClosedForm = Fault(
        "mstep.exact", "this M-step has no closed form: the policy is neither a table nor free of states",
        hint: "tabular(env), a task whose observation never changes, or gradient steps")

    /// Every state's q beside its π_i as the moments of a state-free Gaussian's fit.
    private func gaussianFit(
        _ head: GaussianHead, _ e: EStep, _ settings: MPOSettings, _ form: TrustRegion
    ) throws -> GaussianFit {
        let size = head.actionSize
        let decoded = try head.decode(outputs: Storage(Array(e.referenceOutputs.span.prefix(head.outputs))), rows: 1)
        let old = decoded.mean.span.map(Double.init)
        let factor = head.isDiagonal
            ? try GaussianFactor(diagonal: (0..<size).map { Double(decoded.cholesky.pointer[$0 * size + $0]) })
            : try GaussianFactor((0..<size).map { i in (0..<size).map { Double(decoded.cholesky.pointer[i * size + $0]) } })
        withExtendedLifetime(decoded) {}
        var total = 0.0
        var mean = [Double](repeating: 0, count: size)
        var second = [[Double]](repeating: mean, count: size)
        withExtendedLifetime(e) {
            for j in 0..<e.stateCount * e.actionCount {
                let w = Double(e.weights.pointer[j])
                total += w
                for d in 0..<size { mean[d] += w * (Double(e.actions.pointer[j * size + d]) - old[d]) }
            }
            for d in 0..<size { mean[d] = old[d] + mean[d] / total }
            for j in 0..<e.stateCount * e.actionCount {
                let w = Double(e.weights.pointer[j]) / total
                for a in 0..<size {
                    let x = Double(e.actions.pointer[j * size + a]) - mean[a]
                    for b in 0...a { second[a][b] += w * x * (Double(e.actions.pointer[j * size + b]) - mean[b]) }
                }
            }
        }
        for a in 0..<size { for b in 0..<a { second[b][a] = second[a][b] } }
        return try GaussianFit(
            reference: (old, factor), target: mean, covariance: second, settings: settings, form: form, head: head)
    }

    /// Sets a table's rows (or a state-free policy's logits) to the closed form; returns its λ.
    private func setTable(
        _ head: CategoricalHead, _ e: EStep, _ groups: StateGroups, _ hold: MultiplierHold, _ settings: MPOSettings,
        _ state: inout LearnerState
    ) throws -> Double {
        let count = head.actions
        var targets = [[Double]](repeating: [Double](repeating: 0, count: count), count: groups.count)
        var references = targets
        let scratch = rowScratch[0].pointer
        for s in 0..<e.stateCount {
            let group = groups.groupOfState[s]
            for a in 0..<count { targets[group][a] += Double(e.weights.pointer[s * count + a]) }
        }
        for group in 0..<groups.count {
            let sum = targets[group].reduce(0, +)
            for a in 0..<count { targets[group][a] /= sum }
            head.logProbabilities(e.referenceOutputs.pointer + groups.firstState[group] * count, scratch)
            for a in 0..<count { references[group][a] = exponential(scratch[a]) }
        }
        let problem = CategoricalClosedForm(targets: targets, reference: references, shares: groups.shares)
        let lambda: Double
        switch (hold.form, settings.klTotal) {
        case (.none, _), (_, .free): lambda = 0
        case (_, .penalised(let weight)): lambda = weight
        case (_, .bounded(let bound)): lambda = problem.lambda(bound: bound)
        }
        for (group, row) in problem.policy(lambda).enumerated() {
            // A probability of 0 has no logit: 1e-30 stands for it.
            let logits = row.map { Float(naturalLogarithm(max($0, 1e-30))) }
            state.policy = try moved(state.policy, e, row: groups.firstState[group], to: logits)
        }
        withExtendedLifetime(e) {}
        return lambda
    }

    /// Parameters whose outputs at one of the E-step's states are these, to single precision.
    ///
    /// A table's row of weights is changed, in any other network the last layer's bias.
    private func moved(_ parameters: Storage, _ e: EStep, row: Int, to outputs: [Float]) throws -> Storage {
        let (width, inputs) = (outputs.count, model.observationSize)
        let observation = Storage(Array(e.states.span[row * inputs..<(row + 1) * inputs]))
        let result = Storage(copying: parameters)
        let made = Storage(count: width)
        let place: Int
        if model.isTable, let slot = StateGroups.oneHot(observation.pointer, inputs) {
            place = slot * width
        } else {
            place = parameters.count - width
        }
        // Twice: the second round takes off what rounding left.
        for _ in 0..<2 {
            try policyPlan.forward(parameters: result, input: .rows(observation), rows: 1, outputs: made)
            for k in 0..<width { result.pointer[place + k] += outputs[k] - made.pointer[k] }
        }
        withExtendedLifetime(made) {}
        return Storage(copying: result)
    }
}

extension LearnerModel {
    /// One linear layer over finitely many actions: a table where the observations are one-hot.
    var isTable: Bool {
        guard policyForm.finiteActions != nil, policyArchitecture.layers.count == 1,
            case .linear = policyArchitecture.layers[0]
        else { return false }
        return true
    }
}

/// The E-step's states that are the same, put together.
struct StateGroups {
    private(set) var groupOfState: [Int] = []
    private(set) var firstState: [Int] = []
    let shares: [Double]
    var count: Int { firstState.count }

    /// Refuses states that differ and are no rows of a table.
    init(_ e: EStep, isTable: Bool) throws {
        let inputs = e.model.observationSize
        var groups: [Int: Int] = [:]
        var counts: [Int] = []
        for s in 0..<e.stateCount {
            let row = e.states.pointer + s * inputs
            var key = -1
            if isTable, inputs > 1 {
                guard let slot = Self.oneHot(row, inputs) else { throw MPOLearner.noClosedForm }
                key = slot
            } else {
                for d in 0..<inputs where row[d] != e.states.pointer[d] { throw MPOLearner.noClosedForm }
            }
            let group = groups[key] ?? firstState.count
            if groups[key] == nil {
                groups[key] = group
                firstState.append(s)
                counts.append(0)
            }
            counts[group] += 1
            groupOfState.append(group)
        }
        shares = counts.map { Double($0) / Double(e.stateCount) }
        withExtendedLifetime(e) {}
    }

    /// Where the only 1 among zeros is; nil for any other row.
    static func oneHot(_ row: UnsafePointer<Float>, _ count: Int) -> Int? {
        var place: Int?
        for d in 0..<count where row[d] != 0 {
            guard row[d] == 1, place == nil else { return nil }
            place = d
        }
        return place
    }
}
