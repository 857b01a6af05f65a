import Glibc
import Laboratory
import Networks
import PolicyOptimisation
import Runtime
import Support
import Tensors

// What the networks do on states spread over the replay.
extension HealthCheck {
    mutating func lookAtCovariance(_ e: EStep) throws {
        // A fixed covariance can neither collapse nor explode: it is init_sigma² by the user's choice.
        guard case .gaussian(let head) = learnerForm, head.actionSize > 0, !head.isFixed else { return }
        let size = head.actionSize
        let outputs = try e.outputs(of: learner.policy)
        let (_, factors) = try head.decode(outputs: outputs, rows: e.stateCount)
        // σ_d = √(Σ_j L_dj²), the median over states.
        let sigmas = (0..<size).map { d in
            (0..<e.stateCount).map { s in
                (0..<size).reduce(0.0) {
                    let entry = Double(factors.pointer[(s * size + d) * size + $1])
                    return $0 + entry * entry
                }.squareRoot()
            }.median
        }
        withExtendedLifetime(factors) {}
        let least = sigmas.min() ?? 0
        let scaled = sigmas.enumerated().filter { head.box.isScaled($0.offset) }.map(\.element)
        let most = scaled.max() ?? 0
        let course = sigmaCourse(head)
        let history = course.map { ": its geometric mean went from \(Digits.short($0.first, significant: 3)) to "
            + "\(Digits.short($0.last, significant: 3)) in \(Digits.count($0.steps, "M-step"))" } ?? ""
        looks.append("σ from \(Digits.short(least, significant: 3)) to \(Digits.short(sigmas.max() ?? 0, significant: 3))")
        let free = settings.trustRegion == .none || (settings.trustRegion == .decoupled && settings.klCov == .free)
        let hold = free ? "nothing holds the covariance" : "the bound on the covariance is loose or not met"
        let floor = head.minSigma > 0 && least <= HealthThreshold.sigmaFloorFactor * head.minSigma
        if floor || (course.map { $0.last * HealthThreshold.sigmaChange < $0.first } ?? false) {
            add(
                "covariance collapsing", .warning,
                "the smallest σ of a dimension is \(Digits.short(least, significant: 3)) (median over states), min_sigma "
                    + "\(Digits.short(head.minSigma))\(history)",
                "\(hold): the weighted likelihood is largest for a policy that has shrunk onto its best samples",
                "constrain lab.kl_cov <= 0.0001; fewer updates for each collect")
        }
        if most > HealthThreshold.largestSigma || (course.map { $0.last > HealthThreshold.sigmaChange * $0.first } ?? false) {
            add(
                "covariance exploding", .warning,
                "the largest σ of a dimension is \(Digits.short(max(most, sigmas.max() ?? 0), significant: 3)) (median over states; "
                    + "the action box is 2 wide)\(history)",
                "\(hold), while Q hardly differs beyond the box, where all samples are clipped alike",
                "constrain lab.kl_cov <= 0.0001, lab.action_penalty = 1")
        }
    }

    private var learnerForm: PolicyForm { lab.policy.form }

    /// The geometric mean of σ before and after the last M-steps, from the entropy H: σ = exp(H/D) / √(2πe).
    ///
    /// It starts from what the first of them found, not from init_sigma: the policy may have been trained elsewhere.
    private func sigmaCourse(_ head: GaussianHead) -> (first: Double, last: Double, steps: Int)? {
        let rows = msteps.suffix(HealthThreshold.courseWindow)
        var entropies = rows.compactMap { $0["entropy"] }
        if let before = rows.first?["entropy_before"] { entropies.insert(before, at: 0) }
        entropies.removeAll { !$0.isFinite }
        guard entropies.count > 1, let first = entropies.first, let last = entropies.last else { return nil }
        func sigma(_ entropy: Double) -> Double {
            exp(entropy / Double(head.actionSize) - 0.5 * log(2 * Double.pi * M_E))
        }
        return (sigma(first), sigma(last), entropies.count - 1)
    }

    /// Transitions for the looks at the networks, spread over the ages.
    private var probe: [Int] { lab.replay.evenSlots(HealthThreshold.probeStates) }

    mutating func lookAtUnits() throws {
        let slots = probe
        guard !slots.isEmpty else { return }
        let batch = try lab.replay.gather(slots, gamma: 1)
        let size = batch.observationSize
        let rows = Set((0..<batch.count).map { row in (0..<size).map { batch.states.pointer[row * size + $0] } })
        guard rows.count >= HealthThreshold.leastDistinct else { return }
        var layers = try lab.policy.network.architecture
            .activity(parameters: learner.policy, inputs: batch.states, rows: batch.count).map { ("the policy", $0) }
        let inputs = criticInputs(batch)
        let critics = learner.critics
        for (name, parameters) in [(critics.second == nil ? "the critic" : "the first critic", critics.first)]
            + (critics.second.map { [("the second critic", $0)] } ?? [])
        {
            layers += try lab.critic.network.architecture
                .activity(parameters: parameters, inputs: inputs, rows: batch.count).map { (name, $0) }
        }
        let worst = layers.map(\.1.idleShare).max() ?? 0
        if !layers.isEmpty { looks.append("idle units: at most \(Digits.short(100 * worst, significant: 2)) % of a layer") }
        for (owner, layer) in layers where layer.idleShare > HealthThreshold.idleUnits {
            add(
                "dead units", .warning,
                "\(layer.idle) of \(Digits.count(layer.width, "unit")) in hidden layer \(layer.index + 1) of \(owner) "
                    + "(\(layer.activation.rawValue)) are flat on "
                    + "all of \(Digits.count(batch.count, "state")) of the replay: no gradient reaches their weights",
                layer.activation == .relu
                    ? "a large step or a bias has pushed them below 0 for every input"
                    : "their inputs are so large that the activation is saturated",
                "smaller learning rates and lab.gradient_clip = 40 in a new run; activation: \"elu\", or layernorm: true")
        }
    }

    /// What the critic is applied to for these transitions: the states, and beside them the clipped actions.
    private func criticInputs(_ batch: Batch) -> Storage {
        guard case .stateAction(let observation, let size) = lab.critic.form else { return batch.states }
        var low = [Float](repeating: -.infinity, count: size), high = [Float](repeating: .infinity, count: size)
        if case .gaussian(let head) = lab.policy.form {
            (low, high) = (head.box.normalisedLow.map { Float($0) }, head.box.normalisedHigh.map { Float($0) })
        }
        let inputs = Storage(count: batch.count * (observation + size))
        for row in 0..<batch.count {
            let target = inputs.pointer + row * (observation + size)
            for i in 0..<observation { target[i] = batch.states.pointer[row * observation + i] }
            for d in 0..<size {
                target[observation + d] = min(max(batch.actions.pointer[row * size + d], low[d]), high[d])
            }
        }
        return inputs
    }

    mutating func lookAtReplayAge() throws {
        let count = lab.replay.count
        guard count > 0 else { return }
        let (form, architecture) = (lab.policy.form, lab.policy.network.architecture)
        func distance(_ slots: [Int]) throws -> Double {
            let logs = try lab.replay.logProbabilities(of: form, architecture, learner.policy, slots: slots)
            return zip(logs.behaviour, logs.policy).map { $0 - $1 }.average
        }
        let most = min(HealthThreshold.probeStates, max(HealthThreshold.leastNewest, count / 10))
        let newest = (max(0, count - most)..<count).map(lab.replay.slot(ofAge:))
        let (fresh, whole) = (try distance(newest), try distance(probe))
        looks.append("log b − log π \(Digits.short(fresh, significant: 2)) on the newest transitions, \(Digits.short(whole, significant: 2)) on all")
        let size = form.finiteActions == nil ? Double(form.actionSize) : 1
        guard !(fresh <= HealthThreshold.offPolicy * size) else { return }
        let since = lab.policySteps - (collects.last?.policySteps ?? 0)
        add(
            "replay off-policy", .warning,
            "the newest \(Digits.count(newest.count, "transition")) have E[log b − log π] = \(Digits.short(fresh, significant: 3)) nats: "
                + "π takes their actions "
                + "\(Digits.short(exp(fresh), significant: 2)) times more rarely than the policy b that took them "
                    + "(\(Digits.short(whole, significant: 3)) over the whole replay); "
                + "\(Digits.count(since, "policy gradient step")) since the last collect",
            "the policy has moved away from its data: the critic is asked about actions that nobody tried",
            "collect(lab, episodes: 10) more often, or fewer updates: lab.updates = \(max(1, settings.updates / 2)); a smaller lab.replay")
    }
}
