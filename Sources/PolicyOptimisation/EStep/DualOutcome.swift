/// How the E-step's constraint stands at the optimum, as data that the displays put into words.
public enum DualOutcome: String, Sendable, CaseIterable {
    /// The bound is met with equality: mean KL(q‖π) = ε at a temperature η* > 0.
    case active
    /// Every state's Q values are all equal: q = π at every temperature and the KL is 0. Reported with η* = 0.
    case allEqual = "all-equal"
    /// Every state has a single action: q = π is the only distribution. Reported with η* = 0.
    case singleAction = "single-action"
    /// ε is no smaller than the largest KL that any q ∝ π exp(Q/η) reaches: η* → 0, q is greedy.
    case greedy
    /// The temperature was given and no bound was asked for (the soft form).
    case fixedTemperature = "fixed-temperature"
    /// One gradient step was made; nothing says that this temperature is the optimum.
    case gradientStep = "gradient-step"
    /// The minimum of the dual lies below the smallest temperature that is let.
    case floor
    /// q is a network that follows its gradient; η is its constraint's multiplier.
    case parametric

    /// Whether the KL stays below its bound because more is not to be had or not to be gained.
    public var isSlack: Bool {
        switch self {
        case .allEqual, .singleAction, .greedy: true
        case .active, .fixedTemperature, .gradientStep, .floor, .parametric: false
        }
    }

    /// One sentence for the display; nil where nothing is out of the ordinary.
    public var explanation: String? {
        switch self {
        case .active: nil
        case .allEqual:
            "all Q values of a state are equal, in every state: q = π at every temperature, the KL is 0 and its bound slack"
        case .singleAction:
            "every state has a single action: q = π is the only choice, the KL is 0 and its bound slack"
        case .greedy:
            "ε is not below the largest KL that reweighting these actions can reach: η* → 0, q is spread over each state's best actions and the bound is slack"
        case .fixedTemperature: "the temperature was given; no bound on the KL was asked for"
        case .gradientStep: "one gradient step on the temperature; η need not be the optimum η*"
        case .floor: "η is at its floor eta_min; the dual's minimum lies below it, so the KL stays below its bound"
        case .parametric: "q is a network, its KL to π exact; η is the bound's multiplier and need not be the optimum η*"
        }
    }
}
