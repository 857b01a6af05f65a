import Environments
import ExactInference
import Glibc
import Support
import Tensors
import Testing

/// Evidence, posterior and bound against sums over every trajectory.
@Suite struct EvidenceTests {
    @Test func thereAreCasesOfEachKind() {
        #expect(RandomCase.all.count == 60)
        #expect(RandomCase.all.contains { $0.policy.stages > 1 })
        #expect(Set(RandomCase.all.map(\.horizon)) == [1, 2, 3, 4])
        #expect(RandomCase.all.contains { !$0.mdp.terminal.isEmpty })
    }

    @Test(arguments: RandomCase.all) func evidence(_ given: RandomCase) throws {
        let all = BruteForce(given.mdp, horizon: given.horizon)
        let p = all.probabilities(given.policy.tables)
        #expect(close(p.reduce(0, +), 1, 1e-12))
        #expect(close(try given.problem.evidence(), all.tilted(p, temperature: given.alpha).logSum))
    }

    /// The forward–backward posterior is p(τ) exp(R/α) on each trajectory, and its marginals are sums of it.
    @Test(arguments: RandomCase.all) func posterior(_ given: RandomCase) throws {
        let problem = try given.problem
        let all = BruteForce(given.mdp, horizon: given.horizon)
        let p = all.probabilities(given.policy.tables)
        let (wanted, logSum) = all.tilted(p, temperature: given.alpha)
        let q = try problem.tilted(temperature: given.alpha)
        #expect(close(all.probabilities(q), wanted))
        let marginals = try q.marginals()
        let (states, pairs) = all.marginals(wanted)
        for t in 0...given.horizon {
            #expect(close(marginals.states[t], states[t]))
            #expect(close(marginals.states[t].reduce(0, +), 1))
        }
        for t in 0..<given.horizon { for s in 0..<given.mdp.stateCount { #expect(close(marginals.occupancy[t][s], pairs[t][s])) } }
        #expect(close(marginals.expectedReturn, all.expected(wanted)))
        let energy = try FreeEnergy(problem, q)
        #expect(close(energy.kl, BruteForce.kl(wanted, p)))
        #expect(close(energy.bound, logSum), "the bound touches")
        #expect(energy.gap >= 0 && energy.gap < 1e-14)
        #expect(q.hasTrueDynamics == false)
    }

    /// For any policy q: J = E_q[R/α] − KL, evidence − J = KL(q‖posterior) ≥ 0.
    @Test(arguments: RandomCase.all) func boundOfRandomPolicies(_ given: RandomCase) throws {
        let problem = try given.problem
        let all = BruteForce(given.mdp, horizon: given.horizon)
        let p = all.probabilities(given.policy.tables)
        let (posterior, logSum) = all.tilted(p, temperature: given.alpha)
        var stream = RandomStream(seed: given.seed, purpose: .exploration)
        for _ in 0..<5 {
            let other = try given.otherPolicy(&stream)
            let q = all.probabilities(other.tables)
            let energy = try FreeEnergy(problem, TrajectoryDistribution(problem.model, policy: other))
            #expect(close(energy.kl, BruteForce.kl(q, p)))
            #expect(close(energy.reward, all.expected(q) / given.alpha))
            #expect(close(energy.bound, all.expected(q) / given.alpha - BruteForce.kl(q, p)))
            #expect(close(energy.gap, BruteForce.kl(q, posterior), 1e-9))
            #expect(close(energy.evidence - energy.bound, energy.gap, 1e-9))
            #expect(energy.bound <= logSum + 1e-12)
        }
    }

    /// p_π itself: the bound is the expected return over α, by Jensen's inequality below the evidence.
    @Test(arguments: RandomCase.all) func boundOfThePolicyItself(_ given: RandomCase) throws {
        let problem = try given.problem
        let energy = try FreeEnergy(problem, TrajectoryDistribution(problem.model, policy: given.policy))
        #expect(energy.kl == 0)
        #expect(energy.bound <= energy.evidence)
        #expect(close(energy.evidence - energy.bound, energy.gap, 1e-9))
    }

    @Test(arguments: RandomCase.all) func discountedBound(_ given: RandomCase) throws {
        let problem = try given.problem
        let all = BruteForce(given.mdp, horizon: given.horizon)
        var stream = RandomStream(seed: given.seed, purpose: .exploration)
        let other = try given.otherPolicy(&stream)
        let q = all.probabilities(other.tables)
        let distribution = try TrajectoryDistribution(problem.model, policy: other)
        for gamma in [0, 0.7, 1] {
            var (reward, kl) = (0.0, 0.0)
            for (weight, path) in zip(q, all.paths) {
                for (t, r) in path.rewards.enumerated() {
                    let s = path.states[t]
                    let (row, prior) = (other.tables[other.stages == 1 ? 0 : t][s], given.policy.tables[given.policy.stages == 1 ? 0 : t][s])
                    reward += weight * pow(gamma, Double(t)) * r
                    kl += weight * pow(gamma, Double(t)) * BruteForce.kl(row, prior)
                }
            }
            let bound = try DiscountedBound(problem, distribution, gamma: gamma)
            #expect(close(bound.reward, reward) && close(bound.kl, kl) && close(bound.value, reward - given.alpha * kl))
        }
        let undiscounted = try FreeEnergy(problem, distribution)
        #expect(close(try DiscountedBound(problem, distribution, gamma: 1).value, given.alpha * undiscounted.bound))
    }

    /// J(q, θ) of a posterior under another policy's θ: what the M-step raises.
    @Test(arguments: RandomCase.all) func boundUnderAnotherPolicy(_ given: RandomCase) throws {
        let problem = try given.problem
        let all = BruteForce(given.mdp, horizon: given.horizon)
        let distribution = try problem.tilted(temperature: given.alpha)
        let q = all.probabilities(distribution)
        var stream = RandomStream(seed: given.seed, purpose: .exploration)
        for _ in 0..<3 {
            let other = try given.otherPolicy(&stream)
            let p = all.probabilities(other.tables)
            let energy = try FreeEnergy(InferenceProblem(problem.model, policy: other, alpha: given.alpha), distribution)
            let (posterior, logSum) = all.tilted(p, temperature: given.alpha)
            #expect(close(energy.kl, BruteForce.kl(q, p)) && close(energy.gap, BruteForce.kl(q, posterior), 1e-9))
            #expect(close(energy.evidence, logSum) && close(energy.bound, all.expected(q) / given.alpha - BruteForce.kl(q, p)))
        }
    }

    /// Many equally probable trajectories: a few are found without beginning all 2^60.
    @Test func equallyProbableTrajectories() throws {
        let mdp = try FiniteMDP(outcomes: [[[.init(0.3, 0, 1), .init(0.7, 0, 0)], [.init(0.3, 0, 1), .init(0.7, 0, 0)]]])
        let problem = try InferenceProblem(
            FiniteHorizonModel(mdp, horizon: 60), policy: StagePolicy([[[0.5, 0.5]]], states: 1, actions: 2), alpha: 1)
        let found = try problem.tilted(temperature: 1).likely(100)
        #expect(found.count == 100)
        let best = found[0].logQ
        #expect(found.allSatisfy { close($0.logQ, best, 1e-12) })
        #expect(Set(found.map { $0.actions.map(String.init).joined() + $0.outcomes.map(String.init).joined() }).count == 100)
    }

    /// The most probable trajectories, in order, none missed.
    @Test(arguments: RandomCase.all) func likelyTrajectories(_ given: RandomCase) throws {
        let problem = try given.problem
        let all = BruteForce(given.mdp, horizon: given.horizon)
        let p = all.probabilities(given.policy.tables)
        let wanted = all.tilted(p, temperature: given.alpha).q
        let found = try problem.tilted(temperature: given.alpha).likely(all.paths.count + 5)
        #expect(found.count == p.filter { $0 > 0 }.count)
        #expect(close(found.map { exp($0.logQ) }, wanted.filter { $0 > 0 }.sorted(by: >)))
        for trajectory in found.prefix(20) {
            let place = all.paths.firstIndex {
                $0.states == trajectory.states && $0.actions == trajectory.actions && $0.outcomes == trajectory.outcomes
            }
            let index = try #require(place)
            #expect(close(exp(trajectory.logPrior), p[index]) && close(exp(trajectory.logQ), wanted[index]))
            #expect(trajectory.terminated == all.paths[index].terminated && close(trajectory.totalReward, all.paths[index].total))
        }
    }

    /// Rewards of a million temperatures: nothing overflows, and the best trajectory takes all.
    @Test func extremeRewards() throws {
        let mdp = try FiniteMDP(
            outcomes: [[[.init(0.5, 0, 1e3), .init(0.5, 1, -1e3)], [.init(1, 1, 999)]], [[.init(1, 1, 0)], [.init(1, 0, 1e3)]]])
        let policy = try StagePolicy([[[0.5, 0.5], [0.5, 0.5]]], states: 2, actions: 2)
        let problem = try InferenceProblem(FiniteHorizonModel(mdp, horizon: 3), policy: policy, alpha: 1e-3)
        for family in TrajectoryFamily.allCases {
            for epsilon in [nil, 1e-9, 0.1, 3] {
                let step = try ExactEStep(problem, over: family, epsilon: epsilon)
                let numbers = [step.energy.bound, step.energy.kl, step.energy.evidence, step.energy.gap, step.energy.reward, step.eta]
                #expect(numbers.allSatisfy { $0.isFinite })
                #expect(step.energy.gap >= 0)
                #expect(close(step.energy.evidence - step.energy.bound, step.energy.gap, 1e-9))
                if let epsilon { #expect(step.energy.kl <= epsilon * (1 + 1e-12)) }
            }
        }
        // All three rewards of 1000: start in state 0 or 1, each with one way of probability 1/4·1/4·1/4 or alike.
        let all = BruteForce(mdp, horizon: 3)
        let best = zip(all.paths, all.probabilities(policy.tables)).filter { $0.0.total == 3000 }.reduce(0) { $0 + $1.1 }
        #expect(close(try problem.evidence(), 3e6 + log(best), 1e-15))
        // Tiny rewards: log E exp(x) ≈ E[x].
        let small = try InferenceProblem(FiniteHorizonModel(mdp, horizon: 3), policy: policy, alpha: 1e9)
        #expect(close(try FreeEnergy(small, small.tilted(temperature: 1e9)).kl * 1e12, try varianceHalf(mdp, policy, 1e9) * 1e12, 1e-4))
    }

    /// Var(R)/(2 α²), what KL(posterior‖p_π) comes to where α is large.
    private func varianceHalf(_ mdp: FiniteMDP, _ policy: StagePolicy, _ alpha: Double) throws -> Double {
        let all = BruteForce(mdp, horizon: 3)
        let p = all.probabilities(policy.tables)
        let mean = all.expected(p)
        return zip(p, all.paths).reduce(0) { $0 + $1.0 * pow($1.1.total - mean, 2) } / (2 * alpha * alpha)
    }

    @Test func qBeyondThePolicyIsInfinitelyFar() throws {
        let mdp = try FiniteMDP(outcomes: [[[.init(1, 0, 1)], [.init(1, 0, 0)]]])
        let model = try FiniteHorizonModel(mdp, horizon: 2)
        let problem = try InferenceProblem(model, policy: StagePolicy([[[0, 1]]], states: 1, actions: 2), alpha: 1)
        let q = try TrajectoryDistribution(model, policy: StagePolicy([[[0.5, 0.5]]], states: 1, actions: 2))
        let energy = try FreeEnergy(problem, q)
        #expect(energy.kl == .infinity && energy.bound == -.infinity && energy.gap == .infinity && energy.evidence == 0)
    }
}
