import PolicyOptimisation
import Support
import Tensors

extension Lab {
    /// Changes settings; a committed step that undo takes back, without a row of history.
    ///
    /// A new start value of η or of a multiplier takes effect at once. A new size of the replay keeps its newest
    /// transitions.
    public func updateSettings(_ label: String = "settings", _ change: (inout MPOSettings) throws -> Void) throws {
        let before = currentState()
        var after = before
        try change(&after.settings)
        if after.settings == before.settings { return }
        try after.settings.validate()
        try learner.model.requireCritic(for: after.settings)
        try learner.model.requirePolicy(for: after.settings)
        try learner.model.requireEffect(of: after.settings)
        if after.settings.eta != before.settings.eta {
            after.learner.eta = after.settings.eta
            after.learner.descent = nil
            after.learner.penaltyDescent = nil
            try after.learner.variational?.restartMultiplier(eta: after.settings.eta)
            after.measured.eta = nil
        }
        if after.settings.lambdaMean != before.settings.lambdaMean {
            after.learner.lambdaMean = after.learner.lambdaMean.setting(lambda: after.settings.lambdaMean)
        }
        if after.settings.lambdaCov != before.settings.lambdaCov {
            after.learner.lambdaCov = after.learner.lambdaCov.setting(lambda: after.settings.lambdaCov)
        }
        if after.settings.lambdaTotal != before.settings.lambdaTotal {
            after.learner.lambdaTotal = after.learner.lambdaTotal.setting(lambda: after.settings.lambdaTotal)
        }
        var changes: [ReplayChange] = []
        if after.settings.replay != replay.capacity {
            let resized = try replay.resized(to: after.settings.replay)
            changes.append(.replaced(replay))
            replay = resized
        }
        try commit(label, from: before, to: after, changes: changes)
    }

    /// Sets one setting by its name.
    public func set(_ name: String, to value: SettingValue) throws {
        try updateSettings(name) { try $0.set(name, to: value) }
    }

    /// `constrain`, `penalize` and `free`.
    public func constrain(_ quantity: ConstrainedQuantity, _ constraint: Constraint) throws {
        try updateSettings("constrain") { try $0.constrain(quantity, constraint) }
    }

    /// Gives the lab's random streams another seed; a committed step that undo takes back.
    public func reseed(_ seed: UInt64) throws {
        let before = currentState()
        if before.seed == seed { return }
        var after = before
        after.seed = seed
        try commit("seed", from: before, to: after)
    }

    /// Another lab in the same state, with a policy, a critic and a task of its own: the same seed and the same steps
    /// give the same bits in both. The copy has no steps to undo.
    public func copy() throws -> Lab {
        let other = try Lab(
            environment: environment.copy(), policy: policy.copy(), critic: critic.copy(), state: currentState(),
            replay: replay.copy(), history: history, statements: statements, workers: learner.workers)
        other.kept = kept
        return other
    }

    /// A statement begins, ends: steps in between are undone together.
    public func beginEntry(_ label: String) { statements.begin(label) }
    public func endEntry() { statements.end() }
}
