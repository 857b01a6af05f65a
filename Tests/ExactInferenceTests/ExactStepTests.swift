import Environments
import ExactInference
import Glibc
import PolicyOptimisation
import Support
import Tensors
import Testing

/// The exact E-steps and M-steps, and what EM promises of them.
@Suite struct ExactStepTests {
    /// (a): q touches the evidence, whatever the dynamics.
    @Test(arguments: RandomCase.all) func trajectoriesTouch(_ given: RandomCase) throws {
        let step = try ExactEStep(given.problem, over: .trajectories)
        #expect(step.eta == given.alpha && !step.isActive && step.energy.gap < 1e-14)
        #expect(close(step.energy.bound, step.energy.evidence))
    }

    /// (b): no time-dependent policy has a larger bound; the gap is KL(q‖posterior), zero on deterministic dynamics.
    @Test(arguments: RandomCase.all) func policiesLeaveAGap(_ given: RandomCase) throws {
        let problem = try given.problem
        let all = BruteForce(given.mdp, horizon: given.horizon)
        let step = try ExactEStep(problem, over: .policies)
        let posterior = all.tilted(all.probabilities(given.policy.tables), temperature: given.alpha).q
        #expect(close(step.energy.gap, BruteForce.kl(all.probabilities(step.q), posterior), 1e-9))
        #expect(step.q.hasTrueDynamics && step.energy.gap >= 0)
        // One start state: else the posterior tilts the start, too, and that no policy can.
        let starts = given.mdp.start.filter { $0 > 0 }.count
        if given.isDeterministic, starts == 1 { #expect(step.energy.gap < 1e-13) }
        var stream = RandomStream(seed: given.seed, purpose: .exploration)
        for k in 0..<40 {
            var other = try given.otherPolicy(&stream)
            // Half of them near the best one.
            if k % 2 == 0 { other = try mixed(step.q.policy, other, 0.02) }
            let bound = try FreeEnergy(problem, TrajectoryDistribution(problem.model, policy: other)).bound
            #expect(bound <= step.energy.bound + 1e-12 * max(1, step.energy.bound.magnitude))
        }
    }

    /// (b)'s gap is zero just where the posterior's dynamics, the start included, equal the true ones.
    @Test(arguments: RandomCase.all) func gapAndDynamics(_ given: RandomCase) throws {
        let problem = try given.problem
        let step = try ExactEStep(problem, over: .policies)
        let posterior = try problem.tilted(temperature: given.alpha)
        let marginals = try posterior.marginals()
        var difference = zip(posterior.start, problem.model.start).reduce(0) { max($0, ($1.0 - $1.1).magnitude) }
        for t in 0..<given.horizon {
            for s in 0..<given.mdp.stateCount {
                for a in 0..<given.mdp.actionCount where marginals.probability(t, s, a) > 0 {
                    for (p, q) in zip(problem.model.outcomes(s, a), posterior.outcomeProbabilities(t, s, a)) {
                        difference = max(difference, (p.probability - q).magnitude)
                    }
                }
            }
        }
        if difference < 1e-13 { #expect(step.energy.gap < 1e-12) }
        if difference > 1e-4 { #expect(step.energy.gap > 1e-12) }
        // Its policy with the true dynamics is another one, and never better.
        #expect(try FreeEnergy(problem, posterior.withTrueDynamics).bound <= step.energy.bound + 1e-12)
    }

    private func mixed(_ a: StagePolicy, _ b: StagePolicy, _ share: Double) throws -> StagePolicy {
        let tables = (0..<max(a.stages, b.stages)).map { t in
            (0..<a.stateCount).map { s in
                (0..<a.actionCount).map { (1 - share) * a.probability(t, s, $0) + share * b.probability(t, s, $0) }
            }
        }
        return try StagePolicy(tables, states: a.stateCount, actions: a.actionCount)
    }

    /// With ε: the KL meets it, η ≥ α, q ∝ p exp(R/η) over trajectories, and no feasible q is better.
    @Test(arguments: RandomCase.all.filter { $0.policy.stages == 1 }) func boundedSteps(_ given: RandomCase) throws {
        let problem = try given.problem
        let all = BruteForce(given.mdp, horizon: given.horizon)
        let p = all.probabilities(given.policy.tables)
        var stream = RandomStream(seed: given.seed, purpose: .exploration)
        for family in TrajectoryFamily.allCases {
            let loose = try ExactEStep(problem, over: family)
            guard loose.energy.kl > 1e-6 else { continue }
            for share in [1e-6, 0.03, 0.5, 0.97] {
                let epsilon = share * loose.energy.kl
                let step = try ExactEStep(problem, over: family, epsilon: epsilon)
                #expect(step.isActive && step.eta > given.alpha)
                #expect(step.energy.kl <= epsilon * (1 + 1e-12) && close(step.energy.kl / epsilon, 1, 1e-10), "\(step.energy.kl) \(epsilon)")
                #expect(step.energy.gap > 0 && step.energy.bound < loose.energy.bound)
                #expect(step.looseKL == loose.energy.kl)
                #expect(step.iterations < 60)
                let q = all.probabilities(step.q)
                if family == .trajectories { #expect(close(q, all.tilted(p, temperature: step.eta).q)) }
                let value = all.expected(q) / given.alpha - BruteForce.kl(q, p)
                #expect(close(step.energy.bound, value))
                for _ in 0..<8 {
                    // Another q of the family, brought within the bound by mixing it with p.
                    let other = try given.otherPolicy(&stream)
                    var part = 1.0
                    for _ in 0..<60 {
                        let tried = all.probabilities(try mixed(given.policy.spread(given.horizon), other, part).tables)
                        if BruteForce.kl(tried, p) <= epsilon {
                            #expect(all.expected(tried) / given.alpha - BruteForce.kl(tried, p) <= value + 1e-11)
                            break
                        }
                        part *= 0.7
                    }
                }
            }
            let free = try ExactEStep(problem, over: family, epsilon: loose.energy.kl * 1.01)
            #expect(!free.isActive && free.eta == given.alpha && free.energy == loose.energy)
            let none = try ExactEStep(problem, over: family, epsilon: 0)
            #expect(none.eta == .infinity && none.energy.kl == 0 && close(none.energy.bound, all.expected(p) / given.alpha))
        }
    }

    /// A larger ε never lowers the bound or raises the gap, and η falls towards α.
    @Test(arguments: RandomCase.all) func boundRisesWithEpsilon(_ given: RandomCase) throws {
        for family in TrajectoryFamily.allCases {
            let steps = try [1e-4, 1e-3, 0.01, 0.05, 0.2, 1, 5].map { try ExactEStep(given.problem, over: family, epsilon: $0) }
            for (a, b) in zip(steps, steps.dropFirst()) {
                #expect(b.energy.bound >= a.energy.bound - 1e-12 && b.energy.gap <= a.energy.gap + 1e-12)
                #expect(b.eta <= a.eta && b.eta >= given.alpha && b.energy.kl >= a.energy.kl - 1e-12)
            }
        }
    }

    /// The M-step is the best stationary policy for E_q[log p_θ] − λ Σ w KL(π_i‖π_θ).
    @Test(arguments: RandomCase.all.filter { $0.policy.stages == 1 }) func mstepIsTheMaximum(_ given: RandomCase) throws {
        let problem = try given.problem
        let all = BruteForce(given.mdp, horizon: given.horizon)
        var stream = RandomStream(seed: given.seed, purpose: .exploration)
        for family in TrajectoryFamily.allCases {
            let step = try ExactEStep(problem, over: family)
            let q = all.probabilities(step.q)
            for lambda in [0, 0.7] {
                let found = try ExactMStep(step.q, marginals: step.marginals, lambda: lambda)
                func value(_ table: [[Double]]) -> Double {
                    var sum = 0.0
                    for (weight, path) in zip(q, all.paths) where weight > 0 {
                        for (t, a) in path.actions.enumerated() { sum += weight * log(table[path.states[t]][a]) }
                    }
                    for s in 0..<given.mdp.stateCount where found.visits[s] > 0 && lambda > 0 {
                        sum -= lambda * found.visits[s] * BruteForce.kl(given.policy.tables[0][s], table[s])
                    }
                    return sum
                }
                let best = value(found.policy)
                for _ in 0..<20 {
                    let other = try given.otherPolicy(&stream).tables[0]
                    let near = zip(found.policy, other).map { zip($0, $1).map { 0.97 * $0 + 0.03 * $1 } }
                    #expect(value(other) <= best + 1e-12 && value(near) <= best + 1e-12)
                }
                for s in 0..<given.mdp.stateCount where found.visits[s] == 0 { #expect(found.policy[s] == given.policy.tables[0][s]) }
            }
        }
    }

    /// (a): exact EM never lowers the evidence, and both half steps raise the one free energy.
    @Test(arguments: 100...219) func evidenceRises(_ seed: Int) throws {
        let given = try RandomCase(seed: UInt64(seed), deterministic: seed % 3 == 0, horizon: 1 + seed % 4, stationary: true)
        let lambda = seed % 5 == 0 ? 0.5 : 0
        var policy = given.policy
        var last = -Double.infinity
        var energy = -Double.infinity
        for _ in 0..<15 {
            let problem = try InferenceProblem(FiniteHorizonModel(given.mdp, horizon: given.horizon), policy: policy, alpha: given.alpha)
            let step = try ExactEStep(problem, over: .trajectories)
            let slack = 1e-13 * max(1, step.energy.evidence.magnitude)
            #expect(step.energy.evidence >= last - slack)
            #expect(step.energy.bound >= energy - slack, "the E-step raises the bound")
            last = step.energy.evidence
            let next = try ExactMStep(step.q, marginals: step.marginals, lambda: lambda)
            policy = try StagePolicy([next.policy], states: given.mdp.stateCount, actions: given.mdp.actionCount)
            let after = try FreeEnergy(InferenceProblem(problem.model, policy: policy, alpha: given.alpha), step.q)
            #expect(after.bound >= step.energy.bound - slack, "the M-step raises the bound")
            #expect(after.evidence >= after.bound - slack)
            energy = after.bound
        }
    }

    /// A bandit's bounded E-step is MPO's: the same η and weights as the dual's, where η* ≥ α.
    @Test(arguments: [0.01, 0.1, 0.3]) func banditEqualsTheDual(_ epsilon: Double) throws {
        let (means, prior) = ([1.0, 2, 0, -0.5], [0.2, 0.3, 0.4, 0.1])
        let solver = DualSolver()
        try solver.load([means], prior: [prior])
        let solution = try solver.solution(of: solver.solve(epsilon: epsilon))
        let problem = try InferenceProblem(
            FiniteHorizonModel(Bandit(means: means)), policy: StagePolicy([[prior]], states: 1, actions: 4), alpha: 0.5)
        #expect(solution.eta > 0.5)
        for family in TrajectoryFamily.allCases {
            let step = try ExactEStep(problem, over: family, epsilon: epsilon)
            #expect(close(step.eta, solution.eta, 1e-9))
            #expect(close((0..<4).map { step.q.probability(0, 0, $0) }, solution.weights[0], 1e-9))
        }
        // Without the bound: the soft form at η = α.
        let soft = try ExactEStep(problem, over: .policies)
        let weights = zip(means, prior).map { $1 * exp($0 / 0.5) }
        #expect(close((0..<4).map { soft.q.probability(0, 0, $0) }, weights.map { $0 / weights.reduce(0, +) }))
    }

    /// (c): MPO's discounted, hard-constrained q stays below the evidence, and its step may lower it.
    @Test func mpoStepClaimsNeither() throws {
        // A small reward at once and an end, or a larger one two steps later.
        let mdp = try FiniteMDP(
            transitions: [[[0, 0, 1], [0, 1, 0]], [[0, 0, 1], [0, 0, 1]], [[0, 0, 1], [0, 0, 1]]],
            rewards: [[1, 0], [3, 3], [0, 0]], start: [1, 0, 0], terminal: [2])
        let model = try FiniteHorizonModel(mdp, horizon: 2)
        let table = [[0.5, 0.5], [0.5, 0.5], [0.5, 0.5]]
        let policy = try StagePolicy([table], states: 3, actions: 2)
        let problem = try InferenceProblem(model, policy: policy, alpha: 1)
        let values = try mdp.evaluate(policy: table, discount: 0.2)
        let solver = DualSolver()
        try solver.load(Array(values.q.prefix(2)), prior: Array(table.prefix(2)))
        let weights = try solver.solution(of: solver.solve(epsilon: 0.1)).weights
        let q = try StagePolicy([weights + [[0.5, 0.5]]], states: 3, actions: 2)
        let energy = try FreeEnergy(problem, TrajectoryDistribution(model, policy: q))
        #expect(energy.bound < energy.evidence - 0.01, "no touching, though the dynamics are deterministic")
        let after = try InferenceProblem(model, policy: q, alpha: 1).evidence()
        #expect(after < energy.evidence - 0.01, "its M-step, π = q, lowers the evidence")
        // The discounted bound in reward units is no bound of the evidence either.
        let exact = try ExactEStep(problem, over: .trajectories)
        let moved = try ExactMStep(exact.q, marginals: exact.marginals)
        let better = try StagePolicy([moved.policy], states: 3, actions: 2)
        #expect(try InferenceProblem(model, policy: better, alpha: 1).evidence() > energy.evidence)
    }
}

extension StagePolicy {
    /// The same policy with a table for each step.
    func spread(_ steps: Int) throws -> StagePolicy {
        stages == steps ? self : try StagePolicy(Array(repeating: tables[0], count: steps), states: stateCount, actions: actionCount)
    }
}
