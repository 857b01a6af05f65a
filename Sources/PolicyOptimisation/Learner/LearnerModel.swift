import Networks
import Support

/// The shapes of a learner: its policy's and its critic's networks and what their outputs mean. A value.
public struct LearnerModel: Hashable, Sendable {
    public let policyForm: PolicyForm
    public let policyArchitecture: NetworkArchitecture
    public let criticForm: CriticForm
    public let criticArchitecture: NetworkArchitecture
    /// The support of a distributional critic.
    public let criticSupport: ValueSupport?
    public let hasTwinCritics: Bool

    /// Checks that policy and critic speak of the same observations and actions.
    public init(policy: Policy, critic: QNetwork) throws {
        policyForm = policy.form
        policyArchitecture = policy.network.architecture
        criticForm = critic.form
        criticArchitecture = critic.network.architecture
        criticSupport = critic.support
        hasTwinCritics = critic.twin != nil
        guard critic.form.observationSize == policy.observationSize else {
            throw Fault(
                "learner.shape",
                "policy and critic must see the same observations: the policy takes \(policy.observationSize) "
                    + "numbers, the critic \(critic.form.observationSize)")
        }
        switch (policy.form, critic.form) {
        case (.gaussian(let head), .stateAction(_, let size)):
            guard head.actionSize == size else {
                throw Fault(
                    "learner.shape",
                    "the policy's actions have \(head.actionSize) numbers, the critic was made for \(size)")
            }
        case (.categorical(let head), .perAction(_, let count)):
            guard head.actions == count else {
                throw Fault(
                    "learner.shape", "the policy has \(head.actions) actions, the critic was made for \(count)")
            }
        case (.gaussian, .perAction):
            throw Fault(
                "learner.shape", "a gaussian policy needs a critic Q(s, a), one with an output per action was given")
        case (.categorical, .stateAction):
            throw Fault(
                "learner.shape",
                "a policy over finitely many actions needs a critic with an output per action, one on (s, a) was given")
        }
    }

    /// Refuses a target that this critic cannot learn from.
    public func requireCritic(for settings: MPOSettings) throws {
        guard settings.target == .retrace, criticSupport != nil else { return }
        throw Fault(
            "settings.target", "target \"retrace\" needs a critic of expected values, this one is distributional",
            hint: "target \"td\" with n_step works for both; or qnet(env) without atoms")
    }

    /// Refuses bounds per dimension that this policy cannot be held to.
    public func requirePolicy(for settings: MPOSettings) throws {
        guard settings.perDimension else { return }
        guard case .gaussian(let head) = policyForm, head.isDiagonal else {
            throw Fault(
                "settings.per_dimension", "bounds per dimension need a gaussian policy with diagonal covariance",
                hint: "gaussian(env, covariance: \"diagonal\")")
        }
        guard settings.trustRegion != .joint else {
            throw Fault(
                "settings.per_dimension", "bounds per dimension belong to the decoupled form of the trust region",
                hint: "trust_region must be \"decoupled\"")
        }
    }

    /// O.
    public var observationSize: Int { policyArchitecture.inputs }
    /// Numbers of an action in the replay.
    public var actionSize: Int { policyForm.actionSize }
}
