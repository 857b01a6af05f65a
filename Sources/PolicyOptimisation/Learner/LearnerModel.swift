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

    /// Refuses settings of which one would have no effect beside the others, or none with this policy.
    ///
    /// Asked where settings are made or changed; a saved lab of before these rules is still read.
    public func requireEffect(of settings: MPOSettings) throws {
        if settings.target == .retrace, settings.nStep > 1 {
            throw Fault(
                "settings.n_step", "n_step belongs to target \"td\"; with \"retrace\" \(settings.nStep) rewards have no meaning",
                hint: "n_step: 1; the length of Retrace's sequences is `sequence`")
        }
        for (name, value) in [
            ("lambda_mean_max", settings.lambdaMeanMax), ("lambda_cov_max", settings.lambdaCovMax),
            ("lambda_total_max", settings.lambdaTotalMax),
        ] {
            guard let value, value < settings.lambdaMin else { continue }
            throw Fault(
                "settings.\(name)",
                "\(name) is \(SettingValue.number(value).text), below lambda_min \(SettingValue.number(settings.lambdaMin).text)",
                hint: "a larger \(name), or a smaller lambda_min")
        }
        guard settings.epsilonPenalty != nil || settings.actionPenalty > 0 else { return }
        let name = settings.epsilonPenalty != nil ? "epsilon_penalty" : "action_penalty"
        switch policyForm {
        case .categorical:
            throw Fault(
                "settings.\(name)", "\(name) weighs actions outside the action box; this policy chooses among finitely many",
                hint: name == "action_penalty" ? "action_penalty: 0" : "epsilon_penalty: nothing")
        case .gaussian(let head):
            guard !(0..<head.actionSize).contains(where: { head.box.isScaled($0) }) else { return }
            throw Fault(
                "settings.\(name)", "\(name) weighs actions outside the action box, but this task's actions have no bounds",
                hint: name == "action_penalty" ? "action_penalty: 0" : "epsilon_penalty: nothing")
        }
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
