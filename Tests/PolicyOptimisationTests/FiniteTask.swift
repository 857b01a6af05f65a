import Networks
import PolicyOptimisation
import Support
import Tensors

/// Three states, two actions, exact P and r; what is done in state 2 terminates with probability 0.3.
///
/// For tests of policy evaluation: exact values by iteration in Double, and a replay of what another policy did.
struct FiniteTask {
    let gamma = 0.9
    let reward = [[1.0, 0.0], [0.5, -1.0], [2.0, 0.3]]
    let next = [[1, 2], [2, 0], [0, 1]]  // where an action leads
    /// Rewards are these or these plus twice this, each half of the time.
    var noise = 0.0

    /// Q of a policy's probabilities.
    func exact(_ policy: [[Double]]) -> [[Double]] {
        var q = [[0.0, 0.0], [0.0, 0.0], [0.0, 0.0]]
        for _ in 0..<2000 {
            for s in 0..<3 {
                for a in 0..<2 {
                    let value = (0..<2).reduce(0.0) { $0 + policy[next[s][a]][$1] * q[next[s][a]][$1] }
                    q[s][a] = reward[s][a] + gamma * (s == 2 ? 0.7 : 1) * value
                }
            }
        }
        return q
    }

    /// What a behaviour policy did, its log-probabilities with it; every 50th step is a time limit.
    func replay(_ behaviour: [[Double]], steps: Int = 30_000) throws -> Replay {
        let replay = try Replay(capacity: steps, observationSize: 3, actionSize: 1)
        var stream = RandomStream(seed: 5, purpose: .exploration)
        var s = 0
        for k in 0..<steps {
            let a = stream.uniform() < behaviour[s][0] ? 0 : 1
            let ends = s == 2 && stream.uniform() < 0.3
            let to = next[s][a]
            try replay.append(
                observation: (0..<3).map { $0 == s ? 1 : 0 }, action: [Double(a)],
                reward: reward[s][a] + (noise == 0 ? 0 : noise * (stream.uniform() < 0.5 ? 1 : -1)),
                nextObservation: (0..<3).map { $0 == to ? 1 : 0 }, terminated: ends, truncated: !ends && k % 50 == 0,
                logProbability: logarithm(behaviour[s][a]))
            s = ends || k % 50 == 0 ? stream.index(below: 3) : to
        }
        return replay
    }
}

/// A table of logits or Q values as a one-layer network's parameters: rows, and biases of 0.
func tableParameters(_ rows: [[Double]]) -> Storage {
    Storage(rows.joined().map(Float.init) + [Float](repeating: 0, count: rows.first?.count ?? 0))
}

/// Whether the gradient that a learner's first Q-step used (from Adam's first moment) agrees with the loss's difference quotients.
///
/// `perturbed` makes a state whose critic has one parameter moved, `loss` reads the loss off the statistics.
func gradientAgrees(
    _ lab: TestLab, moment: Storage, parameters: Storage, _ indices: [Int], step: Double, tolerance: Double,
    perturbed: (Storage) -> LearnerState, loss: (QStepStatistics) -> Double
) throws -> Bool {
    var largest = 0.0
    for i in 0..<moment.count { largest = max(largest, abs(Double(moment.pointer[i]) / 0.1)) }
    for index in indices {
        func moved(_ by: Double) throws -> Double {
            let copy = Storage(copying: parameters)
            copy.pointer[index] += Float(by)
            return try loss(
                lab.learner.qstep(perturbed(copy), replay: lab.replay, settings: lab.settings, seed: 3).statistics)
        }
        let quotient = (try moved(step) - moved(-step)) / (2 * step)
        let gradient = Double(moment.pointer[index]) / 0.1
        if abs(quotient - gradient) > tolerance * max(largest, 1e-3) { return false }
    }
    return true
}
