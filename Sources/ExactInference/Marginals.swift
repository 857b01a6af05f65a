import Support

/// Where q's episodes are at each step, and what q expects and costs there: one pass forward.
public struct Marginals: Sendable {
    /// T, S, N
    let horizon: Int
    let stateCount: Int
    let actionCount: Int
    /// q(s_t = s and the episode goes on), (T + 1) × S.
    let running: [Double]
    /// q(the episode has ended, in s), (T + 1) × S.
    let ended: [Double]
    /// q(s_t = s, a_t = a), T × S × N.
    let pairs: [Double]
    /// E_q[r_t], T numbers, in the unit of the rewards.
    public let rewards: [Double]

    /// q(s_t = s), (T + 1) × S; an episode that has ended stays in the state that it ended in, so rows sum to 1.
    public var states: [[Double]] {
        (0...horizon).map { t in (0..<stateCount).map { running[t * stateCount + $0] + ended[t * stateCount + $0] } }
    }

    /// q(the episode goes on at step t), T + 1 numbers.
    public var goingOn: [Double] {
        (0...horizon).map { t in running[t * stateCount..<(t + 1) * stateCount].reduce(0, +) }
    }

    /// q(s_t = s, a_t = a), T × S × N.
    public var occupancy: [[[Double]]] {
        (0..<horizon).map { t in
            (0..<stateCount).map { s in
                let first = (t * stateCount + s) * actionCount
                return Array(pairs[first..<first + actionCount])
            }
        }
    }

    /// q(s_t = s, a_t = a); all in range.
    public func probability(_ t: Int, _ state: Int, _ action: Int) -> Double {
        pairs[(t * stateCount + state) * actionCount + action]
    }

    /// Σ_t q(s_t = s, a_t = a), S × N: what the M-step needs.
    public var actionWeights: [[Double]] {
        var sums = Array(repeating: Array(repeating: 0.0, count: actionCount), count: stateCount)
        for t in 0..<horizon {
            for s in 0..<stateCount {
                for a in 0..<actionCount { sums[s][a] += pairs[(t * stateCount + s) * actionCount + a] }
            }
        }
        return sums
    }

    /// E_q[Σ r_t], in the unit of the rewards.
    public var expectedReturn: Double { rewards.reduce(0, +) }
}

extension TrajectoryDistribution {
    /// The forward pass.
    public func marginals(_ cancellation: CancellationToken? = nil) throws -> Marginals {
        let (T, S, N) = (model.horizon, model.stateCount, model.actionCount)
        var running = [Double](repeating: 0, count: (T + 1) * S)
        var ended = running
        var pairs = [Double](repeating: 0, count: T * S * N)
        var rewards = [Double](repeating: 0, count: T)
        for s in 0..<S { running[s] = start[s] }
        for t in 0..<T {
            try cancellation?.check()
            for s in 0..<S {
                ended[(t + 1) * S + s] += ended[t * S + s]
                let here = running[t * S + s]
                if here == 0 { continue }
                for a in 0..<N {
                    let pair = here * actions[(t * S + s) * N + a]
                    pairs[(t * S + s) * N + a] = pair
                    if pair == 0 { continue }
                    for k in model.range(s, a) {
                        let mass = pair * outcomeProbability(t, k)
                        let outcome = model.outcomes[k]
                        rewards[t] += mass * outcome.reward
                        if outcome.terminates {
                            ended[(t + 1) * S + outcome.next] += mass
                        } else {
                            running[(t + 1) * S + outcome.next] += mass
                        }
                    }
                }
            }
        }
        return Marginals(
            horizon: T, stateCount: S, actionCount: N, running: running, ended: ended, pairs: pairs, rewards: rewards)
    }

    /// KL(q(τ) ‖ reference(τ)) in nats by the chain rule; without a reference KL(q ‖ p_π). +∞ where q goes beyond it.
    ///
    /// Both must be distributions of one model with ratios to one policy. `marginals` are this distribution's.
    public func divergence(
        from reference: TrajectoryDistribution? = nil, marginals: Marginals, _ cancellation: CancellationToken? = nil
    ) throws -> Double {
        let (T, S, N) = (model.horizon, model.stateCount, model.actionCount)
        var sum = 0.0
        for s in 0..<S where model.start[s] > 0 {
            sum += Divergence.term(
                start[s], ratio: startRatio[s] - (reference?.startRatio[s] ?? 0), reference: reference?.start[s] ?? model.start[s])
        }
        let tilted = !hasTrueDynamics || !(reference?.hasTrueDynamics ?? true)
        for t in 0..<T {
            try cancellation?.check()
            let base = prior.base(t)
            for s in 0..<S {
                let here = marginals.running[t * S + s]
                if here == 0 { continue }
                var local = 0.0
                for a in 0..<N {
                    let place = (t * S + s) * N + a
                    let q = actions[place]
                    local += Divergence.term(
                        q, ratio: actionRatio[place] - (reference?.actionRatio[place] ?? 0),
                        reference: reference?.actions[place] ?? prior.table[base + s * N + a])
                    guard tilted, q > 0 else { continue }
                    var dynamics = 0.0
                    for k in model.range(s, a) {
                        dynamics += Divergence.term(
                            outcomeProbability(t, k), ratio: outcomeLogRatio(t, k) - (reference?.outcomeLogRatio(t, k) ?? 0),
                            reference: reference?.outcomeProbability(t, k) ?? model.outcomes[k].probability)
                    }
                    local += q * dynamics
                }
                sum += here * local
            }
        }
        return sum
    }
}
