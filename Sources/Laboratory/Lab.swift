import Environments
import PolicyOptimisation
import Support
import Tensors

/// An experiment: a task, a policy and a critic, what they learned, what they saw, and the way back.
///
/// A lab has identity. It trains the very policy and critic that it was made with (their parameters are replaced
/// when a step commits) and plays on a copy of the environment of its own. Every step is computed aside and committed
/// at once, so an interrupt leaves a lab as it was after the last committed step. Not for use from several threads.
public final class Lab {
    /// The lab's own copy of the task.
    public let environment: any Environment
    public let policy: Policy
    public let critic: QNetwork
    /// The statements that undo goes by; labs of one session share it.
    public let statements: StatementLog
    /// Everything else that steps change.
    var state: LabState
    public internal(set) var history: [HistoryRow] = []
    /// What was collected.
    public internal(set) var replay: Replay
    var undoLog: UndoLog<LabState, ReplayChange>
    /// The last E- and M-step, for looking at; no part of the state.
    var kept = KeptSteps()
    let learner: MPOLearner
    /// Plays on the lab's own task, and on copies of it where episodes are played at the same time or for evaluation.
    let ownPlayer: EpisodePlayer
    var copies: [EpisodePlayer] = []

    /// Memory that undo may keep, in all.
    public static let undoBytes = min(1 << 30, MemoryBudget.total / 16)

    /// A lab before its first step; says which shapes do not fit together.
    public convenience init(
        environment: any Environment, policy: Policy, critic: QNetwork, settings: MPOSettings = MPOSettings(),
        seed: UInt64 = 0, statements: StatementLog = StatementLog(), workers: Workers = .shared
    ) throws {
        try settings.validate()
        try Self.check(environment.spec, policy.form, policy.observationSize, critic.form)
        let learner = LearnerState(
            policy: policy.parameters, critic: critic.parameters, twin: critic.twin?.parameters, settings: settings)
        try self.init(
            environment: environment.copy(), policy: policy, critic: critic,
            state: LabState(learner: learner, settings: settings, seed: seed),
            replay: Replay(
                capacity: settings.replay, observationSize: environment.spec.observationSize,
                actionSize: environment.spec.actions.size),
            history: [], statements: statements, workers: workers)
        // A saved lab may hold settings that its next step refuses; a new one may not.
        try self.learner.model.requirePolicy(for: settings)
        try self.learner.model.requireEffect(of: settings)
    }

    /// A lab from its parts, which it takes as they are; the task takes the state's snapshot.
    init(
        environment: any Environment, policy: Policy, critic: QNetwork, state: LabState, replay: Replay,
        history: [HistoryRow], statements: StatementLog, workers: Workers
    ) throws {
        try Self.check(environment.spec, policy.form, policy.observationSize, critic.form)
        self.environment = environment
        self.policy = policy
        self.critic = critic
        self.state = state
        self.replay = replay
        self.history = history
        self.statements = statements
        learner = try MPOLearner(LearnerModel(policy: policy, critic: critic), workers: workers)
        try learner.model.requireCritic(for: state.settings)
        ownPlayer = try EpisodePlayer(environment, learner.model)
        undoLog = UndoLog(byteLimit: Self.undoBytes)
        if let snapshot = state.environment {
            try environment.restore(snapshot)
        } else if environment.outlivesEpisodes {
            self.state.environment = try environment.snapshot()
        }
        statements.join(self)
    }

    /// Says whether a policy and a critic can act in a task.
    private static func check(
        _ spec: EnvironmentSpec, _ policy: PolicyForm, _ observationSize: Int, _ critic: CriticForm
    ) throws {
        let name = spec.name
        guard observationSize == spec.observationSize else {
            throw Fault(
                "lab.policy-shape",
                "the policy sees \(observationSize) number\(observationSize == 1 ? "" : "s"), an observation of \(name) has \(spec.observationSize)",
                hint: "make the policy for this environment")
        }
        guard critic.observationSize == spec.observationSize else {
            throw Fault(
                "lab.critic-shape",
                "the critic sees \(critic.observationSize) number\(critic.observationSize == 1 ? "" : "s"), an observation of \(name) has "
                    + "\(spec.observationSize)", hint: "make the critic for this environment")
        }
        switch (spec.actions, policy, critic) {
        case (.finite(let count), .categorical(let head), .perAction(_, let valued)):
            guard head.actions == count, valued == count else {
                throw Fault(
                    "lab.actions",
                    "\(name) has \(count) actions, the policy \(head.actions), the critic values \(valued)")
            }
        case (.box(let low, _), .gaussian(let head), .stateAction(_, let size)):
            guard head.actionSize == low.count, size == low.count else {
                throw Fault(
                    "lab.actions",
                    "an action of \(name) has \(low.count) numbers, the policy's \(head.actionSize), "
                        + "the critic's \(size)")
            }
        case (.finite, .gaussian, _):
            throw Fault(
                "lab.actions", "\(name) has finitely many actions, a Gaussian policy cannot choose among them",
                hint: "use categorical(env) or tabular(env)")
        case (.box, .categorical, _):
            throw Fault(
                "lab.actions", "\(name) has continuous actions, this policy chooses among finitely many",
                hint: "use gaussian(env)")
        default:
            throw Fault(
                "lab.actions", "the critic's form does not fit the actions of \(name)", hint: "use qnet(env)")
        }
    }
}

/// Everything of a lab that its steps change, but for the replay and the history: a value, cheap to keep.
struct LabState {
    var learner: LearnerState
    var settings: MPOSettings
    var seed: UInt64
    /// Committed steps in the environment.
    var environmentSteps = 0
    /// Episodes begun; an episode's number is part of the keys of its random streams.
    var episodes = 0
    /// The episode that the next collect goes on with.
    var episode: Episode?
    /// The task's state in that episode; between episodes, too, where something outlives them.
    var environment: EnvironmentSnapshot?
    /// The return of the last whole episode.
    var lastReturn: Double?
    var measured = Measured()
    /// Rows of history.
    var rows = 0
    /// Only in a state that was taken back: the rows of history that went with it.
    var undoneRows: [HistoryRow] = []

    /// What the last steps measured, as displays and `lab.kl` show it.
    struct Measured: Equatable {
        var eta: Double?
        var kl: Double?
        var ess: Double?
        var klMean: Double?
        var klCov: Double?
        var klTotal: Double?
        var tdError: Double?
    }

    init(learner: LearnerState, settings: MPOSettings, seed: UInt64) {
        self.learner = learner
        self.settings = settings
        self.seed = seed
    }
}

/// A change of the replay that can be taken back.
enum ReplayChange {
    case appended(ReplayJournal)
    case takenBack(ReplayRedo, ReplayJournal)
    /// Another ring took its place.
    case replaced(Replay)

    var bytes: Int {
        switch self {
        case .appended(let journal): journal.byteCount
        case .takenBack(let redo, let journal): redo.byteCount + journal.byteCount
        case .replaced(let replay): replay.count * (2 * replay.observationSize + replay.actionSize + 3) * 4
        }
    }
}
