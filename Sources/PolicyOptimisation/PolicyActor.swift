import Networks
import Support
import Tensors

/// What a policy did in one state.
public struct PolicyAction: Hashable, Sendable {
    /// In the policy's units, unclipped, as the replay keeps it; the index of one of finitely many actions.
    public let action: [Double]
    /// Clipped and in the environment's units.
    public let environmentAction: [Double]
    /// log π(a|s) at the unclipped action.
    public let logProbability: Double
}

/// A policy's distribution of actions in one state.
public enum PolicyDistribution: Hashable, Sendable {
    /// Mean [D] and lower Cholesky factor [D][D] of the covariance, in the policy's units.
    case gaussian(mean: [Double], cholesky: [[Double]])
    case categorical(probabilities: [Double])
}

/// Applies a policy to one observation at a time, on buffers that it keeps.
public final class PolicyActor {
    private let form: PolicyForm
    private let plan: NetworkPlan
    private let input: Storage
    private let output: Storage

    public init(_ form: PolicyForm, _ architecture: NetworkArchitecture, workers: Workers = .shared) throws {
        self.form = form
        plan = try NetworkPlan(architecture, workers: workers)
        input = Storage(zeros: architecture.inputs)
        output = Storage(zeros: architecture.outputs)
    }

    public convenience init(_ policy: Policy, workers: Workers = .shared) throws {
        try self.init(policy.form, policy.network.architecture, workers: workers)
    }

    private func apply(_ parameters: Storage, _ observation: [Double]) throws {
        guard observation.count == input.count else {
            throw Fault(
                "policy.observation",
                "an observation of \(input.count) numbers was wanted, \(observation.count) were given")
        }
        for i in 0..<input.count { input.pointer[i] = Float(observation[i]) }
        try plan.forward(parameters: parameters, input: .rows(input), rows: 1, outputs: output)
        for i in 0..<output.count where !output.pointer[i].isFinite {
            throw Fault("policy.not-finite", "the policy's output \(i) is \(output.pointer[i])")
        }
    }

    /// Draws an action from π(·|s).
    public func act(
        _ parameters: Storage, observation: [Double], stream: inout RandomStream
    ) throws -> PolicyAction {
        try apply(parameters, observation)
        switch form {
        case .gaussian(let head):
            let (mean, factor) = decoded(head)
            let noise = (0..<head.actionSize).map { _ in stream.normal() }
            var action = mean
            var squares = 0.0
            let triangle = head.triangle
            factor.withUnsafeBufferPointer { factor in
                noise.withUnsafeBufferPointer { noise in
                    mean.withUnsafeBufferPointer { mean in
                        action.withUnsafeMutableBufferPointer { action in
                            guard let l = factor.baseAddress, let z = noise.baseAddress, let m = mean.baseAddress,
                                let y = action.baseAddress
                            else { return }
                            triangle.apply(l, z, mean: m, y)
                        }
                    }
                }
            }
            for z in noise { squares += z * z }
            let logDeterminant = factor.withUnsafeBufferPointer { $0.baseAddress.map(triangle.logDeterminant) ?? 0 }
            return PolicyAction(
                action: action, environmentAction: head.box.environmentAction(action),
                logProbability: -0.5 * squares - logDeterminant - head.decoder.normaliser)
        case .categorical(let head):
            let logs = logProbabilities(head)
            var left = stream.uniform()
            var chosen = head.actions - 1
            for a in 0..<head.actions {
                left -= exponential(logs[a])
                if left < 0 {
                    chosen = a
                    break
                }
            }
            return PolicyAction(
                action: [Double(chosen)], environmentAction: [Double(chosen)], logProbability: logs[chosen])
        }
    }

    /// The mean action, in the environment's units; over finitely many actions the most probable one.
    public func meanAction(_ parameters: Storage, observation: [Double]) throws -> [Double] {
        try apply(parameters, observation)
        switch form {
        case .gaussian(let head): return head.box.environmentAction(decoded(head).mean)
        case .categorical(let head):
            let logs = logProbabilities(head)
            var best = 0
            for a in 0..<head.actions where logs[a] > logs[best] { best = a }
            return [Double(best)]
        }
    }

    /// π(·|s).
    public func distribution(_ parameters: Storage, observation: [Double]) throws -> PolicyDistribution {
        try apply(parameters, observation)
        switch form {
        case .gaussian(let head):
            let (mean, factor) = decoded(head)
            let size = head.actionSize
            let rows = (0..<size).map { i in
                (0..<size).map { j -> Double in
                    if head.covariance == .diagonal { return i == j ? factor[i] : 0 }
                    return j <= i ? factor[TriangularFactor.at(i, j)] : 0
                }
            }
            return .gaussian(mean: mean, cholesky: rows)
        case .categorical(let head): return .categorical(probabilities: logProbabilities(head).map(exponential))
        }
    }

    private func decoded(_ head: GaussianHead) -> (mean: [Double], factor: [Double]) {
        var mean = [Double](repeating: 0, count: head.actionSize)
        var factor = [Double](repeating: 0, count: head.factorSize)
        mean.withUnsafeMutableBufferPointer { mean in
            factor.withUnsafeMutableBufferPointer { factor in
                guard let m = mean.baseAddress, let l = factor.baseAddress else { return }
                head.decoder.decode(output.pointer, mean: m, factor: l)
            }
        }
        return (mean, factor)
    }

    private func logProbabilities(_ head: CategoricalHead) -> [Double] {
        var logs = [Double](repeating: 0, count: head.actions)
        logs.withUnsafeMutableBufferPointer { logs in
            guard let l = logs.baseAddress else { return }
            head.logProbabilities(output.pointer, l)
        }
        return logs
    }
}
