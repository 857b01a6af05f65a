import Networks
import PolicyOptimisation
import Runtime
import Support
import Tensors

/// A critic in the language: the very network that a lab trains, or the very two.
final class CriticObject: HostObject, NetworkHolder {
    let critic: QNetwork

    init(_ critic: QNetwork) { self.critic = critic }

    var heldNetworks: [Network] { [critic.network] + (critic.twin.map { [$0] } ?? []) }

    override class var typeName: String { "critic" }
    override var summary: String { critic.description }
    override func json() -> JSON { .string(summary) }
    override func isEqual(to other: HostObject) -> Bool {
        guard let other = other as? CriticObject else { return false }
        return other.critic.network === critic.network && other.critic.twin === critic.twin
    }

    override var memberNames: [String] {
        ["network", "observation_size", "parameter_count"] + (critic.twin == nil ? [] : ["first", "second"])
            + (critic.support == nil ? [] : ["atoms", "v_min", "v_max", "support"])
    }

    override func member(_ name: String) throws -> Value? {
        switch (name, critic.twin, critic.support) {
        case ("network", _, _): return .object(NetworkObject(critic.network))
        case ("observation_size", _, _): return .integer(critic.form.observationSize)
        case ("parameter_count", _, _):
            return .integer(heldNetworks.reduce(0) { $0 + $1.architecture.parameterCount })
        case ("first", .some, _): return .object(CriticObject(try QNetwork(critic.form, network: critic.network)))
        case ("second", let twin?, _): return .object(CriticObject(try QNetwork(critic.form, network: twin)))
        case ("first", nil, _), ("second", nil, _):
            throw Fault(
                "critic.twins", "this critic is one network, it has no `\(name)`",
                hint: "qnet(env, twin: true) makes a critic of two")
        case ("atoms", _, let support?): return .integer(support.atoms)
        case ("v_min", _, let support?): return .number(support.low)
        case ("v_max", _, let support?): return .number(support.high)
        case ("support", _, let support?): return try Self.values(of: support).asValue
        default: return nil
        }
    }

    override var isCallable: Bool { true }

    /// `critic(states, actions)`, or `critic(states)` for finitely many actions: Q values.
    ///
    /// Of twins the smaller of both, of a distribution its mean. Differentiable by the critic's parameters inside
    /// `minimize`. Actions are in the policy's units, [−1, 1].
    override func call(_ arguments: CallArguments, _ context: NativeContext) throws -> Value {
        try critic(input(arguments.values)).asValue
    }

    /// `support` [K] and `probabilities` [.., K], or [.., A, K] for finitely many actions.
    func distribution(_ arguments: [Value]) throws -> Value {
        let probabilities = try critic.probabilities(input(arguments))
        return .record([
            ("support", try critic.support.map { try Self.values(of: $0).asValue } ?? .nothing),
            ("probabilities", probabilities.asValue),
        ])
    }

    /// z, [K].
    private static func values(of support: ValueSupport) throws -> Tensor {
        try Tensor(shape: Shape([support.atoms]), storage: Storage(support.values.map(Float.init)))
    }

    /// The network's input: states, beside actions where these are continuous.
    private func input(_ arguments: [Value]) throws -> Tensor {
        switch (critic.form, arguments.count) {
        case (.perAction, 1): return try Tensor.of(arguments[0], for: "a critic")
        case (.stateAction, 2):
            let states = try Tensor.of(arguments[0], for: "a critic")
            let actions = try Tensor.of(arguments[1], for: "a critic")
            return try NetworkObject.joined([states, actions])
        case (.perAction, let count):
            throw Fault(
                "argument.count", "this critic has an output for each action: critic(states) was wanted, \(count) arguments were given")
        case (.stateAction, let count):
            throw Fault("argument.count", "critic(states, actions) was wanted, \(Digits.count(count, "argument")) \(count == 1 ? "was" : "were") given")
        }
    }
}
