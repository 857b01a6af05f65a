import Environments
import Support
import Tensors

/// One of the DeepMind Control Suite's tasks: what sets it apart from the others, as data and a set of rules.
struct SuiteTask: Sendable {
    let domain: String
    let name: String
    let model: SuiteModel
    /// Seconds of a step; nil: one physics step.
    let controlStep: Double?
    /// Seconds of an episode; nil: it has no limit.
    let timeLimit: Double?
    /// Fields of the model that `reset` redraws: a snapshot carries them.
    let redrawn: [String]
    /// Fields that observations and rewards read and that positions and velocities do not determine, as what touch
    /// sensors measure: a snapshot carries them.
    let carried: [String]
    /// What the model was drawn from; nil: it is the same for all.
    let seed: Int?
    /// Finds the parts that the task speaks of and tells what it does with them.
    let rules: @Sendable (_ body: SuiteBody) throws -> Rules

    /// A task's functions of the body that they were made for; none outlives its physics.
    struct Rules {
        /// Changes the model's own start state; the body is settled before and afterwards.
        let reset: (_ stream: inout RandomStream) throws -> Void
        let observe: () -> [Double]
        let reward: () -> Double
        let isTerminal: () -> Bool

        init(
            reset: @escaping (inout RandomStream) throws -> Void, observe: @escaping () -> [Double],
            reward: @escaping () -> Double, isTerminal: @escaping () -> Bool = { false }
        ) {
            self.reset = reset
            self.observe = observe
            self.reward = reward
            self.isTerminal = isTerminal
        }
    }

    init(
        _ domain: String, _ name: String, model: SuiteModel? = nil, controlStep: Double? = nil, timeLimit: Double?,
        redrawn: [String] = [], carried: [String] = [], seed: Int? = nil,
        rules: @escaping @Sendable (SuiteBody) throws -> Rules
    ) {
        self.domain = domain
        self.name = name
        self.model = model ?? .file(domain)
        self.controlStep = controlStep
        self.timeLimit = timeLimit
        self.redrawn = redrawn
        self.carried = carried
        self.seed = seed
        self.rules = rules
    }

    /// What faults and summaries call it: `cheetah-run`.
    var title: String { "\(domain)-\(name)" }

    /// All tasks that run here, domain by domain in alphabetical order.
    static let all: [SuiteTask] = [
        acrobot, ballInCup, cartpole, cheetah, finger, fish, hopper, humanoid, humanoidCMU, lqr, manipulator, pendulum,
        pointMass, quadruped, reacher, stacker, swimmer, walker,
    ].flatMap { $0 }
}

/// Where a task's model comes from.
enum SuiteModel: Sendable {
    /// A fetched file as it is, by its name without the ending.
    case file(String)
    /// A fetched file, changed; what it includes is found as if nothing had been.
    case edited(String, @Sendable (_ root: ModelElement) throws -> Void)

    func physics(for task: SuiteTask) throws -> Physics {
        let who = "suite(\"\(task.domain)\", \"\(task.name)\")"
        switch self {
        case .file(let name):
            return try Physics(file: MuJoCoFolder.model("suite/\(name).xml", for: who), name: task.title)
        case .edited(let name, let edit):
            let file = try MuJoCoFolder.model("suite/\(name).xml", for: who)
            let root = try ModelElement(parsing: WholeFile.readText(file), file: file)
            try edit(root)
            return try Physics(xml: root.text, inPlaceOf: file, name: task.title)
        }
    }
}
