import Networks
import Support

/// Every hyperparameter of maximum a posteriori policy optimisation; a value.
///
/// `MPOSettings.descriptions` holds each one's name, range and meaning, `set(_:to:)` and `value(of:)` reach it by
/// name. Defaults are the slide deck's where it has one.
public struct MPOSettings: Hashable, Sendable {
    // Constraints
    public var kl = Constraint.bounded(0.1)
    public var klMean = Constraint.bounded(0.1)
    public var klCov = Constraint.bounded(0.0001)
    public var klTotal = Constraint.bounded(0.01)
    public var trustRegion = TrustRegion.decoupled
    public var perDimension = false
    public var backtrack = false

    // Multipliers and temperature
    public var dualSolver = DualSolver.exact
    public var dualRate = 0.1
    public var etaRate = 1e-2
    public var eta = 1.0
    public var lambdaMean = 1.0
    public var lambdaCov = 10.0
    public var lambdaTotal = 10.0
    public var lambdaMeanScale = 1.0
    public var lambdaCovScale = 1.0
    public var lambdaMeanMax: Double?
    public var lambdaCovMax: Double?
    public var lambdaTotalMax: Double?
    public var lambdaMin = 1e-3
    public var etaMin: Double?

    // The form of q
    public var qForm = QForm.samples
    public var qGradient = QGradient.pathwise
    public var qSteps = 1
    public var qLearningRate = 1e-3

    // Policy evaluation and optimisation
    public var gamma = 0.99
    public var target = TargetRule.td
    public var nStep = 1
    public var retraceLambda = 1.0
    public var sequence = 8
    public var actions = 20
    public var batch = 256
    public var states = StateChoice.current
    public var policyLearningRate = 5e-4
    public var criticLearningRate = 5e-4
    public var gradientClip: Double?
    public var actionPenalty = 0.0
    public var epsilonPenalty: Double?
    public var priorSigma: Double?
    public var priorMean = PriorMean.zero
    public var policyPeriod = 100
    public var policyTau: Double?
    public var criticPeriod = 100
    public var tau: Double?

    // The training loop
    public var replay = 1_000_000
    public var episodes = 1
    public var horizon: Int?
    public var iterations = 50
    public var samplesPerIteration: Int?
    public var updates = 50
    public var policySteps = 1
    public var criticSteps = 1

    // The policy, fixed when it is made
    public var initSigma = 0.5
    public var minSigma = 1e-3

    public init() {}

    /// What the critic is drawn to.
    public enum TargetRule: String, CaseIterable, Hashable, Sendable {
        /// n rewards, then the value of the state that they lead to.
        case td
        /// Retrace(λ) along sequences of the replay.
        case retrace
    }

    /// How η is found.
    public enum DualSolver: String, CaseIterable, Hashable, Sendable {
        case exact
        /// One Adam step on η = softplus(x) per E-step, as deep implementations do.
        case gradient
    }

    /// What q is.
    public enum QForm: String, CaseIterable, Hashable, Sendable {
        /// Weights on samples: q ∝ π exp(Q/η).
        case samples
        /// A network of the policy's own form, q(a|s, θ^q).
        case parametric
    }

    /// How a parametric q's gradient of E_q[Q] is estimated from its samples; over finitely many actions it is exact.
    public enum QGradient: String, CaseIterable, Hashable, Sendable {
        /// Through the samples, a = μ + L z: needs ∂Q/∂a.
        case pathwise
        /// Σ_j (Q_j − mean of the others) ∇ log q(a_j): needs Q alone.
        case likelihoodRatio = "likelihood_ratio"
    }

    /// θ₀, the mean of the Gaussian prior on the policy's parameters.
    public enum PriorMean: String, CaseIterable, Hashable, Sendable {
        case zero
        /// The E-step's reference policy, θ_i.
        case reference
    }

    /// Which states the E-step works on.
    public enum StateChoice: String, CaseIterable, Hashable, Sendable {
        /// States drawn from the replay.
        case current
        /// The next states of the last Q-step, with the actions and Q values of its TD target.
        case next
    }

    public var policyAdam: Adam { Adam(learningRate: policyLearningRate, maximumGradientNorm: gradientClip) }
    public var criticAdam: Adam { Adam(learningRate: criticLearningRate, maximumGradientNorm: gradientClip) }
}

extension MPOSettings {
    /// The constraint on a quantity.
    public subscript(_ quantity: ConstrainedQuantity) -> Constraint {
        switch quantity {
        case .kl: kl
        case .klMean: klMean
        case .klCov: klCov
        case .klTotal: klTotal
        }
    }

    /// Bounds, penalises or frees a quantity; an M-step quantity also chooses the form of the trust region.
    public mutating func constrain(_ quantity: ConstrainedQuantity, _ constraint: Constraint) throws {
        switch constraint {
        case .bounded(let bound):
            guard bound > 0, bound.isFinite else {
                throw Fault(
                    "settings.epsilon", "a bound on \(quantity.title) must be above 0, \(SettingValue.number(bound).text) was given",
                    hint: "free lab.\(quantity.rawValue) removes the bound")
            }
        case .penalised(let weight):
            let least = quantity == .kl ? "above 0" : "at least 0"
            guard weight.isFinite, quantity == .kl ? weight > 0 : weight >= 0 else {
                throw Fault(
                    "settings.penalty", "a penalty's weight on \(quantity.title) must be \(least), "
                        + "\(SettingValue.number(weight).text) was given")
            }
        case .free: break
        }
        switch quantity {
        case .kl: kl = constraint
        case .klMean:
            klMean = constraint
            trustRegion = .decoupled
        case .klCov:
            klCov = constraint
            trustRegion = .decoupled
        case .klTotal:
            klTotal = constraint
            trustRegion = .joint
        }
    }

    // The bounds as settings of their own; setting one to nothing frees the quantity.
    public var epsilon: Double? {
        get { kl.bound }
        set { kl = newValue.map(Constraint.bounded) ?? .free }
    }
    public var epsilonMean: Double? {
        get { klMean.bound }
        set { klMean = newValue.map(Constraint.bounded) ?? .free }
    }
    public var epsilonCov: Double? {
        get { klCov.bound }
        set { klCov = newValue.map(Constraint.bounded) ?? .free }
    }
    public var epsilonTotal: Double? {
        get { klTotal.bound }
        set { klTotal = newValue.map(Constraint.bounded) ?? .free }
    }
    /// Both learning rates at once; nil where they differ.
    public var learningRate: Double? {
        get { policyLearningRate == criticLearningRate ? policyLearningRate : nil }
        set {
            guard let newValue else { return }
            policyLearningRate = newValue
            criticLearningRate = newValue
        }
    }
}
