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

/// Applies a policy to one observation at a time, on buffers that it keeps and on the calling thread.
///
/// For one call at a time: threads that act at the same time have an actor each, which shares no reference count with
/// another's (threads would wait for each other at those).
public final class PolicyActor {
    private let form: PolicyForm
    private let plan: NetworkPlan
    private let input: Storage
    private let output: Storage
    /// A Gaussian's arithmetic; nil where the actions are finitely many.
    private let decoder: GaussianDecoder?
    /// Mean [D], factor and noise [D] of a Gaussian; log-probabilities [A] of finitely many actions.
    private let scratch: DoubleBuffer

    public init(_ form: PolicyForm, _ architecture: NetworkArchitecture) throws {
        self.form = try form.copied()
        plan = try NetworkPlan(
            NetworkArchitecture(inputs: architecture.inputs, layers: architecture.layers), workers: .callingThread)
        input = Storage(zeros: architecture.inputs)
        output = Storage(zeros: architecture.outputs)
        switch self.form {
        case .gaussian(let head):
            decoder = head.decoder
            scratch = DoubleBuffer(2 * head.actionSize + head.factorSize)
        case .categorical(let head):
            decoder = nil
            scratch = DoubleBuffer(head.actions)
        }
    }

    public convenience init(_ policy: Policy) throws { try self.init(policy.form, policy.network.architecture) }

    /// Makes many calls with the same parameters cheaper: their weights are laid out once.
    public func prepare(_ parameters: Storage) throws { try plan.prepare(parameters) }

    private func apply(_ parameters: Storage, _ observation: [Double]) throws {
        guard observation.count == input.count else {
            throw Fault(
                "policy.observation",
                "an observation of \(input.count) numbers was wanted, \(observation.count) were given")
        }
        let numbers = input.pointer
        for i in 0..<observation.count { numbers[i] = Float(observation[i]) }
        try plan.forward(parameters: parameters, input: .rows(input), rows: 1, outputs: output)
        let results = output.pointer
        for i in 0..<output.count where !results[i].isFinite {
            throw Fault("policy.not-finite", "the policy's output \(i) is \(results[i])")
        }
    }

    /// Draws an action from π(·|s).
    public func act(
        _ parameters: Storage, observation: [Double], stream: inout RandomStream
    ) throws -> PolicyAction {
        try apply(parameters, observation)
        switch form {
        case .gaussian(let head):
            let (mean, factor) = decoded()
            let size = head.actionSize
            let noise = factor + head.factorSize
            var squares = 0.0
            for d in 0..<size {
                noise[d] = stream.normal()
                squares += noise[d] * noise[d]
            }
            let triangle = head.triangle
            var action = [Double](repeating: 0, count: size)
            action.withUnsafeMutableBufferPointer { action in
                if let base = action.baseAddress { triangle.apply(factor, noise, mean: mean, base) }
            }
            return PolicyAction(
                action: action, environmentAction: head.box.environmentAction(action),
                logProbability: -0.5 * squares - triangle.logDeterminant(factor) - (decoder?.normaliser ?? 0))
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
            let action = [Double(chosen)]
            return PolicyAction(action: action, environmentAction: action, logProbability: logs[chosen])
        }
    }

    /// The mean action, in the environment's units; over finitely many actions the most probable one.
    public func meanAction(_ parameters: Storage, observation: [Double]) throws -> [Double] {
        try apply(parameters, observation)
        switch form {
        case .gaussian(let head):
            let mean = UnsafeBufferPointer(start: decoded().mean, count: head.actionSize)
            return head.box.environmentAction(Array(mean))
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
            let (mean, factor) = decoded()
            let size = head.actionSize
            let rows = (0..<size).map { i in
                (0..<size).map { j -> Double in
                    if head.isDiagonal { return i == j ? factor[i] : 0 }
                    return j <= i ? factor[TriangularFactor.at(i, j)] : 0
                }
            }
            return .gaussian(mean: Array(UnsafeBufferPointer(start: mean, count: size)), cholesky: rows)
        case .categorical(let head):
            let logs = logProbabilities(head)
            return .categorical(probabilities: (0..<head.actions).map { exponential(logs[$0]) })
        }
    }

    /// The outputs' mean and factor, in the actor's own memory until the next call.
    private func decoded() -> (mean: UnsafeMutablePointer<Double>, factor: UnsafeMutablePointer<Double>) {
        let mean = scratch.pointer
        guard let decoder else { return (mean, mean) }
        let factor = mean + decoder.size
        decoder.decode(output.pointer, mean: mean, factor: factor)
        return (mean, factor)
    }

    private func logProbabilities(_ head: CategoricalHead) -> UnsafeMutablePointer<Double> {
        head.logProbabilities(output.pointer, scratch.pointer)
        return scratch.pointer
    }
}

extension PolicyForm {
    /// The same form with memory of its own.
    fileprivate func copied() throws -> PolicyForm {
        guard case .gaussian(let head) = self else { return self }
        let box = try ActionBox(low: head.box.low.map { $0 }, high: head.box.high.map { $0 })
        return .gaussian(
            try GaussianHead(
                box: box, covariance: head.covariance, mean: head.mean, initSigma: head.initSigma,
                minSigma: head.minSigma))
    }
}
