import Networks
import Support
import Tensors

/// Everything that learning changes, as a value: steps take one and make another, nothing is modified in place.
public struct LearnerState: Sendable {
    /// π_θ, and its optimiser's moments.
    public var policy: Storage
    public var policyOptimiser: AdamState
    /// Q, and its optimiser's moments.
    public var critic: Storage
    public var criticOptimiser: AdamState
    /// π_i: it samples the actions of E-step and TD target, and the M-step's KLs are taken to it.
    public var reference: Storage
    /// Q': it scores those actions.
    public var targetCritic: Storage
    /// The second of twin critics.
    public var twin: TwinState?
    public var lambdaMean: Multiplier
    public var lambdaCov: Multiplier
    public var lambdaTotal: Multiplier
    /// η of the last E-step: where the next one starts.
    public var eta: Double
    /// The gradient solver's η, once it was used.
    public var descent: DualDescent?
    /// The parametric q and its multiplier, once an E-step used it.
    public var variational: VariationalState?
    /// η of the action penalty's own weights, once an E-step used it, and its gradient solver's.
    public var penaltyEta: Double?
    public var penaltyDescent: DualDescent?
    public var counters: Counters
    /// The last TD target's states, actions and Q values, kept while `states` is `next`.
    public var targetSamples: TargetSamples?

    /// Committed steps. They are part of the keys of random streams.
    public struct Counters: Hashable, Sendable {
        public var criticSteps = 0
        public var policySteps = 0
        public var expectationSteps = 0
        /// Policy gradient steps since the reference policy was refreshed.
        public var referenceAge = 0
        /// Critic gradient steps since the target critic was refreshed.
        public var targetAge = 0

        public init() {}

        var numbers: [Int] { [criticSteps, policySteps, expectationSteps, referenceAge, targetAge] }
    }

    /// A learner before its first step: reference policy and target critic are copies.
    public init(policy: Storage, critic: Storage, twin: Storage? = nil, settings: MPOSettings) {
        self.policy = policy
        policyOptimiser = AdamState(parameterCount: policy.count)
        self.critic = critic
        criticOptimiser = AdamState(parameterCount: critic.count)
        reference = policy
        targetCritic = critic
        self.twin = twin.map(TwinState.init)
        lambdaMean = Multiplier(lambda: settings.lambdaMean)
        lambdaCov = Multiplier(lambda: settings.lambdaCov)
        lambdaTotal = Multiplier(lambda: settings.lambdaTotal)
        eta = settings.eta
        counters = Counters()
    }
}

/// What learning changes of the second of twin critics.
public struct TwinState: Sendable {
    public var critic: Storage
    public var optimiser: AdamState
    public var target: Storage

    public init(_ critic: Storage) {
        self.init(critic: critic, optimiser: AdamState(parameterCount: critic.count), target: critic)
    }

    init(critic: Storage, optimiser: AdamState, target: Storage) {
        self.critic = critic
        self.optimiser = optimiser
        self.target = target
    }
}

extension LearnerState {
    /// What the learner trains, and what scores actions: of both twins where there are two.
    public var critics: CriticParameters { CriticParameters(first: critic, second: twin?.critic) }
    public var targetCritics: CriticParameters { CriticParameters(first: targetCritic, second: twin?.target) }
}

/// The sampled side of a TD target: next states, the reference policy's actions there, and their target Q values.
///
/// With finitely many actions N is their number and there are no sampled actions.
public struct TargetSamples: Sendable {
    public let states: Storage
    public let actions: Storage
    public let q: Storage
    public let referenceOutputs: Storage
    public let reference: Storage
    public let stateCount: Int
    public let referenceStep: Int

    public init(
        states: Storage, actions: Storage, q: Storage, referenceOutputs: Storage, reference: Storage, stateCount: Int,
        referenceStep: Int
    ) {
        self.states = states
        self.actions = actions
        self.q = q
        self.referenceOutputs = referenceOutputs
        self.reference = reference
        self.stateCount = stateCount
        self.referenceStep = referenceStep
    }
}
