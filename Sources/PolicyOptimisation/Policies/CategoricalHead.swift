import Glibc
import Support

/// How a policy network's outputs become probabilities of finitely many actions: π = softmax(outputs).
public struct CategoricalHead: Hashable, Sendable {
    /// A, the number of actions, and of the network's outputs.
    public let actions: Int

    public init(actions: Int) throws {
        guard actions >= 1, actions <= 1 << 20 else {
            throw Fault("policy.size", "a categorical policy needs at least one action, \(actions) were given")
        }
        self.actions = actions
    }

    /// One row's logits to log-probabilities, in Double through log-sum-exp.
    func logProbabilities(_ logits: UnsafePointer<Float>, _ result: UnsafeMutablePointer<Double>) {
        var largest = -Double.infinity
        for a in 0..<actions { largest = max(largest, Double(logits[a])) }
        guard largest.isFinite else {
            for a in 0..<actions { result[a] = .nan }
            return
        }
        var sum = 0.0
        for a in 0..<actions { sum += exp(Double(logits[a]) - largest) }
        let normaliser = largest + log(sum)
        for a in 0..<actions { result[a] = Double(logits[a]) - normaliser }
    }
}
