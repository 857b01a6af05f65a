import Networks
import Support
import Tensors

// S states, N actions a state, D action dimensions, K policy outputs.

extension MPOLearner {
    /// The parametric E-step: gradient steps of θ^q up E_q[Q'] + η (ε − KL(q‖π_i)), then q's weights on the samples of π_i.
    ///
    /// max over θ^q and min over η > 0 move together: Adam at `q_learning_rate` on θ^q, Adam at `eta_rate` on ln η. Each
    /// gradient step draws N fresh actions of q in every state. Source: Abdolmaleki et al. 2018, section 4.1 and the
    /// appendix on a parametric q.
    func fit(
        _ e: inout EStep, _ state: LearnerState, _ settings: MPOSettings, seed: UInt64,
        cancellation: CancellationToken? = nil
    ) throws -> VariationalState {
        try fit(
            &e, state, settings, seed: seed, steps: settings.qSteps, cancellation: cancellation,
            values: actionValues(e, state.targetCritics, settings))
    }

    /// Q' of actions in the E-step's states, less the action penalty.
    package func actionValues(_ e: EStep, _ critics: CriticParameters, _ settings: MPOSettings) throws -> ActionValues {
        let (states, rows, count) = (e.states, e.stateCount, settings.actions)
        guard case .gaussian(let head) = model.policyForm else {
            // Over finitely many actions nothing is sampled and this is not asked.
            return { _, _ in (e.q, nil) }
        }
        return { [self] actions, wantsGradients in
            let cut = clipped(actions, head)
            if wantsGradients {
                return try actionGradients(
                    critics, states: states, actions: actions, clipped: cut, stateCount: rows, count: count, head, settings)
            }
            let q = try score(critics, states: states, stateCount: rows, clipped: cut, actions: count, during: "estep")
            return (penalise(q, actions, head, settings.actionPenalty), nil)
        }
    }

    /// The same with Q values from elsewhere.
    package func fit(
        _ e: inout EStep, _ state: LearnerState, _ settings: MPOSettings, seed: UInt64, steps: Int,
        cancellation: CancellationToken? = nil, values: ActionValues
    ) throws -> VariationalState {
        var made = try state.variational ?? VariationalState(at: e.reference, eta: settings.eta)
        made.multiplier.rule = .adam(rate: settings.etaRate)
        made.multiplier.keep(above: settings.etaMin)
        let adam = Adam(learningRate: settings.qLearningRate, maximumGradientNorm: settings.gradientClip)
        var (norm, klBefore) = (0.0, 0.0)
        var eta = Self.multiplier(made, settings.kl)
        for step in 0..<steps {
            try cancellation?.check()
            eta = Self.multiplier(made, settings.kl)
            let measured = try variationalGradient(
                made.parameters, e, eta: eta, settings, seed: seed, key: made.optimiser.steps, values: values)
            if step == 0 { klBefore = measured.kl }
            let moved = try adam.step(
                parameters: made.parameters, gradients: policyGradient, state: made.optimiser, workers: workers)
            try requireFinite(moved.parameters, "the parametric q's", after: step + 1)
            (made.parameters, made.optimiser, norm) = (moved.parameters, moved.state, moved.gradientNorm)
            if let bound = settings.kl.bound { try made.multiplier.step(slope: bound - measured.kl) }
        }
        try take(made, into: &e, settings.kl, eta: eta, steps: steps, norm: norm, klBefore: klBefore)
        return made
    }

    /// The temperature that holds q: of the bound, fixed, or none.
    private static func multiplier(_ state: VariationalState, _ constraint: Constraint) -> Double {
        switch constraint {
        case .bounded: state.multiplier.eta
        case .penalised(let weight): weight
        case .free: 0
        }
    }

    /// The gradient of the mean of −E_q[Q] + η KL(q‖π_i) into `policyGradient`; the loss, KL and E_q[Q].
    package func variationalGradient(
        _ parameters: Storage, _ e: EStep, eta: Double, _ settings: MPOSettings, seed: UInt64, key: Int,
        values: ActionValues
    ) throws -> (loss: Double, kl: Double, q: Double) {
        let rows = statistics(2 * e.stateCount).pointer
        let width = model.policyForm.outputs
        let scale = 1 / Double(e.stateCount)
        let reference = e.referenceOutputs.pointer
        switch model.policyForm {
        case .gaussian(let head):
            let count = settings.actions
            let drawn = try sampleActions(
                head, parameters: parameters, states: e.states, stateCount: e.stateCount, actions: count, seed: seed,
                purpose: .variationalActions, step: key)
            let (q, gradients) = try values(drawn.actions, settings.qGradient == .pathwise)
            let objective = VariationalObjective(decoder: head.decoder, eta: eta)
            let (size, actions, scores, slopes) = (head.actionSize, drawn.actions.pointer, q.pointer, gradients?.pointer)
            try withExtendedLifetime((e, drawn.actions, q, gradients)) {
                try policyPlan.forwardBackward(
                    parameters: parameters, input: .rows(e.states), rows: e.stateCount, parameterGradients: policyGradient
                ) { [rowScratch] range, outputs, gradient, _, worker in
                    for (place, row) in range.enumerated() {
                        let samples = VariationalObjective.Samples(
                            count: count, actions: actions + row * count * size, q: scores + row * count,
                            gradients: slopes.map { UnsafePointer($0 + row * count * size) })
                        let made = objective.evaluate(
                            outputs: outputs + place * width, reference: reference + row * width, samples: samples,
                            scratch: GaussianScratch(rowScratch[worker].pointer, head),
                            gradient: gradient + place * width, scale: scale)
                        rows[2 * row] = made.kl
                        rows[2 * row + 1] = made.q
                    }
                }
            }
        case .categorical(let head):
            let objective = CategoricalVariationalObjective(head: head, eta: eta)
            let (logs, scores) = (e.logProbabilities.pointer, e.q.pointer)
            try withExtendedLifetime(e) {
                try policyPlan.forwardBackward(
                    parameters: parameters, input: .rows(e.states), rows: e.stateCount, parameterGradients: policyGradient
                ) { [rowScratch] range, outputs, gradient, _, worker in
                    for (place, row) in range.enumerated() {
                        let made = objective.evaluate(
                            outputs: outputs + place * width, logPrior: logs + row * width, q: scores + row * width,
                            scratch: rowScratch[worker].pointer, gradient: gradient + place * width, scale: scale)
                        rows[2 * row] = made.kl
                        rows[2 * row + 1] = made.q
                    }
                }
            }
        }
        var (kl, expected) = (0.0, 0.0)
        for row in 0..<e.stateCount {
            kl += rows[2 * row] * scale
            expected += rows[2 * row + 1] * scale
        }
        return (-expected + eta * kl, kl, expected)
    }

    /// What `variationalGradient` wrote, in storage of its own.
    package var lastVariationalGradient: Storage { Storage(copying: policyGradient) }

    /// Writes the weights q/π_i on the E-step's samples, the exact KLs and what else q's network tells.
    private func take(
        _ made: VariationalState, into e: inout EStep, _ constraint: Constraint, eta: Double, steps: Int, norm: Double,
        klBefore: Double
    ) throws {
        let (rows, count, width) = (e.stateCount, e.actionCount, model.policyForm.outputs)
        let outputs = Storage(count: rows * width)
        try policyPlan.forward(parameters: made.parameters, input: .rows(e.states), rows: rows, outputs: outputs)
        let weights = Storage(count: rows * count)
        var kl = [Double](repeating: 0, count: rows)
        let scratch = rowScratch[0].pointer
        withExtendedLifetime((e, outputs)) {
            switch model.policyForm {
            case .gaussian(let head):
                let logs = logDensities(head, outputs, e.actions, rows, count)
                let objective = VariationalObjective(decoder: head.decoder, eta: 0)
                let parts = GaussianScratch(scratch, head)
                for row in 0..<rows {
                    kl[row] = objective.kl(
                        outputs: outputs.pointer + row * width, reference: e.referenceOutputs.pointer + row * width,
                        scratch: parts)
                    var largest = -Double.infinity
                    func ratio(_ j: Int) -> Double {
                        Double(logs.pointer[row * count + j]) - Double(e.logProbabilities.pointer[row * count + j])
                    }
                    for j in 0..<count { largest = max(largest, ratio(j)) }
                    var sum = 0.0
                    for j in 0..<count { sum += exponential(ratio(j) - largest) }
                    for j in 0..<count { weights.pointer[row * count + j] = Float(exponential(ratio(j) - largest) / sum) }
                }
                withExtendedLifetime(logs) {}
            case .categorical(let head):
                let objective = CategoricalVariationalObjective(head: head, eta: 0)
                for row in 0..<rows {
                    kl[row] = objective.evaluate(
                        outputs: outputs.pointer + row * width, logPrior: e.logProbabilities.pointer + row * width,
                        q: e.q.pointer + row * width, scratch: scratch, gradient: nil, scale: 1
                    ).kl
                    for a in 0..<width { weights.pointer[row * width + a] = Float(exponential(scratch[a])) }
                }
            }
        }
        let mean = kl.reduce(0, +) / Double(rows)
        e.constraint = constraint
        e.weights = weights
        e.klPerState = kl
        e.measureWeights(kl: mean)
        let bound = constraint.bound
        e.optimum = DualOptimum(
            outcome: .parametric, epsilon: bound, eta: eta, value: e.summary.expectedQ + eta * ((bound ?? 0) - mean), kl: mean,
            reachableKL: .infinity, iterations: steps, residual: bound.map { abs(mean - $0) / $0 } ?? 0)
        e.variational = EStep.Variational(
            parameters: made.parameters, outputs: outputs, gradientSteps: steps, gradientNorm: norm, klBefore: klBefore)
    }
}
