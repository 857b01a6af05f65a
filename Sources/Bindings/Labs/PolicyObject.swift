import Networks
import PolicyOptimisation
import Runtime
import Support
import Tensors

/// A policy in the language: the very network that a lab trains.
final class PolicyObject: HostObject, NetworkHolder {
    let policy: Policy

    init(_ policy: Policy) { self.policy = policy }

    var heldNetworks: [Network] { [policy.network] }

    override class var typeName: String { "policy" }
    override var summary: String { policy.description }
    override func json() -> JSON { .string(summary) }
    override func isEqual(to other: HostObject) -> Bool { (other as? PolicyObject)?.policy === policy }

    override var memberNames: [String] {
        ["network", "observation_size", "action_size", "parameter_count", "covariance", "mean_form", "init_sigma", "min_sigma"]
    }

    override func member(_ name: String) throws -> Value? {
        switch name {
        case "network": return .object(NetworkObject(policy.network))
        case "observation_size": return .integer(policy.observationSize)
        case "action_size": return .integer(policy.form.actionSize)
        case "parameter_count": return .integer(policy.network.architecture.parameterCount)
        default: break
        }
        guard case .gaussian(let head) = policy.form else { return nil }
        switch name {
        case "covariance": return .string(head.covariance.rawValue)
        case "mean_form": return .string(head.mean.rawValue)
        case "init_sigma": return .number(head.initSigma)
        case "min_sigma": return .number(head.minSigma)
        default: return nil
        }
    }

    override var isCallable: Bool { true }

    /// `policy(states)`: the distribution at one state or at a row of states each.
    override func call(_ arguments: CallArguments, _ context: NativeContext) throws -> Value {
        guard arguments.count == 1, let value = arguments.values.first else {
            throw Fault(
                "argument.count", "a policy is called with states, as in policy([0, 0, 1]); \(arguments.count) arguments were given")
        }
        let states = try Tensor.of(value, for: "a policy")
        return try distribution(states)
    }

    /// Gaussian: `mean` [.., D] and `cholesky` [.., D, D]; finite actions: `logits` and `probabilities` [.., A].
    ///
    /// Differentiable by the policy's parameters inside `minimize`.
    func distribution(_ states: Tensor) throws -> Value {
        let outputs = try policy.network(states)
        switch policy.form {
        case .categorical:
            return .record([("logits", outputs.asValue), ("probabilities", try outputs.softmax().asValue)])
        case .gaussian(let head):
            let (mean, factor) = try head.decoded(outputs)
            return .record([("mean", mean.asValue), ("cholesky", factor.asValue)])
        }
    }
}
