import Glibc
import Support

/// A distribution q over the trajectories of a model, as a chain: q(s₀) Π q_t(a|s) q_t(o|s,a).
///
/// The posterior, its tempered kin and every policy have this form. Beside the probabilities the logarithms of their
/// ratios to π's and the model's are kept, so that no KL suffers from probabilities that underflow.
public struct TrajectoryDistribution: Sendable {
    public let model: FiniteHorizonModel
    /// The policy π that the ratios are taken to.
    public let prior: StagePolicy
    /// q(s₀) and log q(s₀)/p(s₀), S numbers each.
    public internal(set) var start: [Double]
    var startRatio: [Double]
    /// q_t(a|s) and log q_t(a|s)/π_t(a|s), T × S × N each.
    var actions: [Double]
    var actionRatio: [Double]
    /// q_t(o|s,a) and its log ratio, T × K each; empty where the dynamics are the true ones.
    var outcomes: [Double]
    var outcomeRatio: [Double]

    /// p_π itself.
    public init(_ model: FiniteHorizonModel, policy: StagePolicy) throws {
        try policy.check(model)
        self.model = model
        prior = policy
        start = model.start
        startRatio = Array(repeating: 0, count: model.stateCount)
        let stage = model.stateCount * model.actionCount
        actions = []
        actions.reserveCapacity(model.horizon * stage)
        for t in 0..<model.horizon { actions += policy.table[policy.base(t)..<policy.base(t) + stage] }
        actionRatio = Array(repeating: 0, count: actions.count)
        outcomes = []
        outcomeRatio = []
    }

    /// A policy q with the true dynamics, measured against π.
    public init(_ model: FiniteHorizonModel, policy q: StagePolicy, prior: StagePolicy) throws {
        try self.init(model, policy: q)
        self = try rebased(onto: prior)
    }

    /// Whether q moves by the model's own probabilities.
    public var hasTrueDynamics: Bool { outcomes.isEmpty }

    func place(_ t: Int, _ s: Int, _ a: Int) -> Int { (t * model.stateCount + s) * model.actionCount + a }

    /// q_t(a|s); all in range.
    public func probability(_ t: Int, _ s: Int, _ a: Int) -> Double { actions[place(t, s, a)] }

    /// The probabilities q_t(o|s,a) in the order of `model.outcomes(s, a)`.
    public func outcomeProbabilities(_ t: Int, _ s: Int, _ a: Int) -> [Double] {
        model.range(s, a).map { outcomeProbability(t, $0) }
    }

    func outcomeProbability(_ t: Int, _ outcome: Int) -> Double {
        outcomes.isEmpty ? model.outcomes[outcome].probability : outcomes[t * model.outcomeCount + outcome]
    }

    func outcomeLogRatio(_ t: Int, _ outcome: Int) -> Double {
        outcomeRatio.isEmpty ? 0 : outcomeRatio[t * model.outcomeCount + outcome]
    }

    /// The time-dependent policy q_t(a|s).
    public var policy: StagePolicy {
        StagePolicy(
            stateCount: model.stateCount, actionCount: model.actionCount, stages: model.horizon, table: actions)
    }

    /// The policy alone, with the true dynamics and the true start.
    public var withTrueDynamics: TrajectoryDistribution {
        var other = self
        other.start = model.start
        other.startRatio = Array(repeating: 0, count: model.stateCount)
        other.outcomes = []
        other.outcomeRatio = []
        return other
    }

    /// The same q, its ratios taken to another policy.
    ///
    /// The ratio is +∞ where q takes an action that π never takes.
    public func rebased(onto policy: StagePolicy) throws -> TrajectoryDistribution {
        if policy == prior { return self }
        try policy.check(model)
        var other = TrajectoryDistribution(copying: self, prior: policy)
        let stage = model.stateCount * model.actionCount
        for t in 0..<model.horizon {
            let (old, new) = (prior.base(t), policy.base(t))
            for i in 0..<stage {
                let place = t * stage + i
                let (p, wanted) = (prior.table[old + i], policy.table[new + i])
                if p == wanted { continue }
                let logQ = p > 0 ? log(p) + actionRatio[place] : log(actions[place])
                other.actionRatio[place] = wanted > 0 ? logQ - log(wanted) : (actions[place] > 0 ? .infinity : 0)
            }
        }
        return other
    }

    private init(copying other: TrajectoryDistribution, prior: StagePolicy) {
        model = other.model
        self.prior = prior
        start = other.start
        startRatio = other.startRatio
        actions = other.actions
        actionRatio = other.actionRatio
        outcomes = other.outcomes
        outcomeRatio = other.outcomeRatio
    }
}
