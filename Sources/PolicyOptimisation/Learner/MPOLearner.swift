import Networks
import Support
import Tensors

/// The steps of maximum a posteriori policy optimisation, with the buffers that they work in.
///
/// Every step is a function of a learner state, a replay, settings and a seed to a new state and statistics;
/// nothing that goes in is changed, so the caller commits by one swap or drops the result. Row-wise work is cut
/// into fixed blocks, so results have the same bits whatever the number of threads. For one call at a time.
///
/// Source: Abdolmaleki et al. 2018, *Maximum a Posteriori Policy Optimisation* (arXiv 1806.06920); the decoupled
/// M-step: Abdolmaleki et al. 2018, *Relative Entropy Regularized Policy Iteration* (arXiv 1812.02256).
public final class MPOLearner {
    public let model: LearnerModel
    public let workers: Workers
    /// Acts for one observation at a time.
    public let actor: PolicyActor
    let policyPlan: NetworkPlan
    let criticPlan: NetworkPlan
    let solver = DualSolver()
    let policyGradient: Storage
    let criticGradient: Storage
    /// Per worker, for one row's arithmetic.
    let rowScratch: [DoubleBuffer]
    /// Per worker, for one row's atoms; empty unless the critic is distributional.
    let atomScratch: [AtomScratch]
    /// Per row of a batch: statistics, and what the M-step knows of the row's reference and samples.
    private var rowStatistics = DoubleBuffer(1)
    private var rowTargets = DoubleBuffer(1)

    public init(_ model: LearnerModel, workers: Workers = .shared) throws {
        self.model = model
        self.workers = workers
        policyPlan = try NetworkPlan(model.policyArchitecture, workers: workers)
        criticPlan = try NetworkPlan(model.criticArchitecture, workers: workers)
        policyGradient = Storage(zeros: model.policyArchitecture.parameterCount)
        criticGradient = Storage(zeros: model.criticArchitecture.parameterCount)
        actor = try PolicyActor(model.policyForm, model.policyArchitecture)
        let size: Int
        switch model.policyForm {
        case .gaussian(let head): size = GaussianScratch.count(head)
        case .categorical(let head): size = 3 * head.actions
        }
        try MemoryBudget.require(elements: [workers.count, size], stride: 8, for: "the learner's scratch memory")
        rowScratch = (0..<workers.count).map { _ in DoubleBuffer(size) }
        atomScratch = model.criticSupport.map { support in (0..<workers.count).map { _ in AtomScratch(support) } } ?? []
    }

    func statistics(_ count: Int) -> DoubleBuffer {
        if rowStatistics.count < count { rowStatistics = DoubleBuffer(count) }
        return rowStatistics
    }

    func targets(_ count: Int) -> DoubleBuffer {
        if rowTargets.count < count { rowTargets = DoubleBuffer(count) }
        return rowTargets
    }

    /// Refuses states and settings that do not fit this learner.
    func check(_ state: LearnerState, _ settings: MPOSettings) throws {
        guard state.policy.count == model.policyArchitecture.parameterCount,
            state.critic.count == model.criticArchitecture.parameterCount,
            state.twin?.critic.count == (model.hasTwinCritics ? state.critic.count : nil)
        else {
            throw Fault("learner.state", "this learner state belongs to other networks")
        }
        try settings.validate()
        try model.requireCritic(for: settings)
        try model.requirePolicy(for: settings)
    }

    func requireSteps(_ steps: Int) throws {
        guard steps >= 1 else {
            throw Fault("learner.steps", "at least 1 gradient step was wanted, \(steps) were given")
        }
    }

    /// Refuses parameters that are not finite.
    func requireFinite(_ parameters: Storage, _ what: String, after step: Int) throws {
        guard Adam.globalNorm(parameters).isFinite else {
            throw Fault(
                "learner.not-finite", "\(what) parameters are not finite after gradient step \(step); nothing was committed",
                hint: "a smaller learning rate or gradient_clip may help")
        }
    }
}
