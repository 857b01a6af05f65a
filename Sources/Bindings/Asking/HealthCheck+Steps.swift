import Glibc
import Laboratory
import PolicyOptimisation
import Runtime
import Support

// What an E-step tells, and the courses of the history.
extension HealthCheck {
    mutating func lookAtTemperature(_ e: EStep) throws {
        // A parametric q has a multiplier, which need not be that of weights on samples.
        guard let epsilon = e.constraint.bound, e.variational == nil else { return }
        let best = try e.loadedSolver().solve(epsilon: epsilon)
        if best.outcome == .greedy {
            let isDone = best.reachableKL < 1e-3
            add(
                "eta at its floor", isDone ? .note : .warning,
                "η* is 0: the largest KL that reweighting can reach is \(Digits.short(best.reachableKL, significant: 3)), ε is "
                    + "\(Digits.short(epsilon))",
                isDone
                    ? "π has all its probability on the best actions already"
                    : "ε is not below that, so q puts all weight on each state's best action and the bound is slack",
                isDone ? "nothing; the policy has converged" : "constrain lab.kl <= \(Digits.short(min(0.1, best.reachableKL / 2), significant: 2))"
                    + (e.prior == nil ? ", or lab.actions = \(max(20, 4 * e.actionCount))" : ""))
            return
        }
        guard best.outcome == .active, e.eta > 0 else { return }
        if e.optimum.outcome == .floor {
            add(
                "eta at its floor", .warning,
                "η is held at eta_min \(Digits.short(e.eta)), η* of the same Q values is \(Digits.short(best.eta)); "
                    + "KL(q‖π) is \(Digits.short(e.kl, significant: 3)) of at most \(Digits.short(epsilon))",
                "Q differs within a state by little beside eta_min, as with very small rewards",
                "lab.eta_min = \(Digits.short(best.eta / 100, significant: 1)), or scale_rewards(env, …)")
            return
        }
        let ratio = e.eta / best.eta
        looks.append("η at \(Digits.short(ratio, significant: 3)) of η*")
        guard ratio > HealthThreshold.etaFactor || ratio < 1 / HealthThreshold.etaFactor else { return }
        let atFloor = e.eta < HealthThreshold.etaFloor
        let steps = try Explainer.gradientSteps(from: e.eta, to: best.eta, rate: settings.etaRate)
        add(
            atFloor ? "eta at its floor" : "eta far from its optimum", .warning,
            "η is \(Digits.short(e.eta)), η* of the same Q values \(Digits.short(best.eta)); "
                + "KL(q‖π) is \(Digits.short(e.kl, significant: 3)), its bound "
                + "\(Digits.short(epsilon))",
            "one gradient step an E-step: at eta_rate \(Digits.short(settings.etaRate)) η* is at least \(Digits.count(steps, "E-step")) away",
            "lab.dual_solver = \"exact\", or lab.eta_start = \(Digits.short(best.eta, significant: 2))")
    }

    mutating func lookAtWeights(_ e: EStep) {
        let n = e.actionCount
        guard n > 1 else { return }
        let ess = e.essPerState.median
        let priorESS = e.prior == nil ? Double(n) : priorESS(e)
        looks.append("ESS \(Digits.short(ess, significant: 3)) of \(n)")
        if ess < HealthThreshold.leastESS, priorESS > 2 {
            add(
                "one weight takes all", .warning,
                "the median ESS is \(Digits.short(ess, significant: 3)) of \(n), the largest weight "
                    + "\(Digits.short(e.summary.largestWeight, significant: 3)), "
                    + "KL(q‖π) \(Digits.short(e.kl, significant: 3))",
                e.constraint.bound == nil
                    ? "the temperature is far below the differences of Q within a state"
                    : "ε lets q go nearly as far as \(n) \(e.prior == nil ? "samples" : "actions") can (log N = \(Digits.short(log(Double(n)), significant: 3)))",
                // Over finitely many actions N is the task's own.
                "constrain lab.kl <= 0.1" + (e.prior == nil ? ", or lab.actions = \(4 * n)" : ""))
        }
        let spread = e.spreads
        let share = spread.between > 0 ? spread.within / spread.between : .infinity
        let isUniform: Bool
        switch e.constraint {
        case .bounded(let epsilon): isUniform = e.kl < HealthThreshold.idleShare * epsilon && e.optimum.outcome != .greedy && e.variational == nil
        case .penalised: isUniform = e.kl < HealthThreshold.idleShare * HealthThreshold.idleShare
        case .free: isUniform = false
        }
        let figures =
            "Q varies by \(Digits.short(spread.within, significant: 3)) within a state, by \(Digits.short(spread.between, significant: 3)) "
                + "between states"
        if isUniform {
            let isFlat = e.optimum.outcome == .allEqual
            add(
                "weights uniform", .warning, "KL(q‖π) is \(Digits.short(e.kl, significant: 3)), ESS \(Digits.short(e.ess, significant: 4)) of "
                    + "\(n); \(figures)",
                isFlat
                    ? "the critic gives all actions of a state the same Q" : "η \(Digits.short(e.eta)) is far above that variation",
                isFlat
                    ? "qstep(lab, steps: 200); check that the reward depends on the action"
                    : "lab.dual_solver = \"exact\", or penalize lab.kl by \(Digits.short(max(spread.within, 1e-6), significant: 2))")
        } else if share < HealthThreshold.flatShare, e.stateCount > 1, spread.within > 0 {
            add(
                "Q flat within states", .note, figures,
                "an action matters little beside where one is, so that q follows the critic's error",
                "more critic steps: qstep(lab, steps: 200); skip_frames(env, 4) as the task, or lab.n_step = 5")
        }
    }

    private func priorESS(_ e: EStep) -> Double {
        guard let prior = e.prior else { return Double(e.actionCount) }
        return (0..<e.stateCount).map { s in
            1 / (0..<e.actionCount).reduce(0.0) {
                let p = Double(prior.pointer[s * e.actionCount + $1])
                return $0 + p * p
            }
        }.median
    }

    /// Q beside what the rewards of the replay allow: r/(1−γ) at the most, the horizon's sum without discount.
    mutating func lookAtQ(_ e: EStep) {
        guard let rewards = replay?.rewards, rewards.count > 0 else { return }
        let gamma = settings.gamma
        let horizon = settings.horizon ?? lab.environment.spec.episodeLimit
        guard let reach = gamma < 1 ? 1 / (1 - gamma) : horizon.map(Double.init) else { return }
        let low = min(0, rewards.low) * reach
        let high = max(0, rewards.high) * reach
        let margin = max(HealthThreshold.qMargin * (high - low), 1)
        let values = (0..<e.q.count).map { Double(e.q.pointer[$0]) }
        // An action penalty is no part of the critic.
        let beyond = values.filter { $0 > high + margin || ($0 < low - margin && settings.actionPenalty == 0) }
        let share = Double(beyond.count) / Double(max(1, values.count))
        let (least, most) = (values.min() ?? 0, values.max() ?? 0)
        looks.append(
            "Q in [\(Digits.short(least, significant: 3)), \(Digits.short(most, significant: 3))], where rewards allow "
                + "[\(Digits.short(low, significant: 3)), \(Digits.short(high, significant: 3))]")
        guard share > HealthThreshold.qShare else { return }
        let means = qsteps.suffix(HealthThreshold.window).compactMap { $0["mean_q"] }
        let course =
            means.count > 1
            ? "; mean Q went from \(Digits.short(means[0], significant: 3)) to \(Digits.short(means[means.count - 1], significant: 3)) over "
                + "the last \(Digits.count(means.count, "Q-step"))"
            : ""
        add(
            "Q diverging", .critical,
            "\(Digits.short(100 * share, significant: 3)) % of the target critic's values lie outside of [\(Digits.short(low, significant: 3)), "
                + "\(Digits.short(high, significant: 3))], which is all that rewards in [\(Digits.short(rewards.low, significant: 3)), "
                + "\(Digits.short(rewards.high, significant: 3))] and γ \(Digits.short(gamma)) allow: they reach from "
                + "\(Digits.short(least, significant: 3)) to \(Digits.short(most, significant: 3))\(course)",
            "bootstrapping feeds the critic's own error back: a learning rate too large, targets that follow too fast, or "
                + "actions of the target that the replay has never seen",
            "undo; lab.critic_learning_rate = \(Digits.short(settings.criticLearningRate / 5)), lab.critic_period = "
                + "\(max(100, settings.criticPeriod)), lab.gradient_clip = 40")
    }

    /// A distributional critic: how much of its targets lies beyond the support.
    mutating func lookAtSupport() {
        guard let support = lab.critic.support else { return }
        let rows = qsteps.suffix(HealthThreshold.window)
        for (side, name, end) in [("below", "clipped_low", support.low), ("above", "clipped_high", support.high)] {
            let share = rows.compactMap { $0[name] }.average
            guard share > HealthThreshold.qShare else { continue }
            add(
                "support too narrow", .warning,
                "\(Digits.short(100 * share, significant: 3)) % of the targets' probability lay \(side) \(Digits.short(end)) in the last "
                    + "\(Digits.count(rows.count, "Q-step")) and was moved there",
                "returns reach further than the critic's atoms", "a new critic with a wider support: qnet(env, atoms: 51, v_min: …, v_max: …)")
        }
        looks.append("targets beyond the critic's support")
    }

    mutating func lookAtErrors() {
        let errors = qsteps.suffix(HealthThreshold.courseWindow).compactMap { $0["td_error"] }
        guard errors.count >= HealthThreshold.leastCourse else { return }
        let third = errors.count / 3
        let first = errors.prefix(third).median, last = errors.suffix(third).median
        looks.append("TD error \(Digits.short(first, significant: 2)) → \(Digits.short(last, significant: 2)) over \(errors.count) Q-steps")
        guard last > HealthThreshold.errorGrowth * first else { return }
        add(
            "TD error growing", .warning,
            "its median rose from \(Digits.short(first, significant: 3)) to \(Digits.short(last, significant: 3)) within \(errors.count) Q-steps",
            "the targets move away from the critic: their own values grow, or the policy reaches states that it has not learned",
            "lab.critic_learning_rate = \(Digits.short(settings.criticLearningRate / 5)), lab.critic_period = "
                + "\(max(100, 2 * settings.criticPeriod)), more qstep between M-steps")
    }

    mutating func lookAtReturns() {
        let returns = collects.compactMap { $0["return"] }
        guard returns.count >= HealthThreshold.leastReturns else { return }
        let size = returns.count / 4
        let blocks = (0..<4).map { Array(returns[$0 * size..<($0 == 3 ? returns.count : ($0 + 1) * size)]) }
        guard let best = blocks.dropLast().max(by: { $0.average < $1.average }) else { return }
        let last = blocks[3]
        func error(_ block: [Double]) -> Double {
            let mean = block.average
            return block.map { ($0 - mean) * ($0 - mean) }.average / Double(block.count)
        }
        let fall = best.average - last.average
        let width = (returns.max() ?? 0) - (returns.min() ?? 0)
        looks.append("returns of \(Digits.count(returns.count, "collect"))")
        guard fall > HealthThreshold.fallErrors * (error(best) + error(last)).squareRoot(), fall > HealthThreshold.fallShare * width
        else { return }
        add(
            "return falling", .warning,
            "the last \(last.count) collects returned \(Digits.short(last.average, significant: 3)) on average, the best quarter before them "
                + "\(Digits.short(best.average, significant: 3))",
            "the policy follows a critic that is wrong where it now acts, or it moves too far in a step",
            "inspect(lab), explain(lab.kl_mean), more qstep between M-steps, smaller bounds: constrain lab.kl_mean <= 0.01")
    }
}
