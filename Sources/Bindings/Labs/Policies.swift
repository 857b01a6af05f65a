import Environments
import Networks
import PolicyOptimisation
import Runtime
import Support
import Tensors

/// Policies and critics by their names.
enum PolicyNatives {
    static let all: [NativeFunction] = [
        NativeFunction(
            "gaussian", in: "policies", "A Gaussian policy: a network from observations to the mean and covariance of actions.",
            parameters: Parameter<EnvironmentObject>("env", "the task that it acts in"),
            Parameter<[Int]>("hidden", "the widths of the hidden layers; [] makes it linear", default: [100, 100]),
            Parameter<String>("covariance", "\"full\" through a Cholesky factor, \"diagonal\", or \"fixed\" at init_sigma", default: "full"),
            Parameter<String>("mean", "\"tanh\" keeps the mean inside the action box; \"free\" does not", default: "tanh"),
            Parameter<String>("activation", "tanh, relu or elu", default: "elu"),
            Parameter<Bool>("layernorm", "layer normalisation and tanh after the first layer", default: false),
            Parameter<Double>("init_sigma", "standard deviation at the start, in units of the scaled action", default: 0.5),
            Parameter<Double>("min_sigma", "standard deviation at the least", default: 1e-3),
            Parameter<String>("initialiser", "how weights start", default: "uniform"),
            text: """
                Policies act in [-1, 1], mapped to the task's action box; a dimension with an infinite bound is
                not scaled and has no tanh. Called with states it gives the distribution there:
                policy(s).mean and policy(s).cholesky. The deck: n + n(n+1)/2 outputs for n actions.
                """,
            examples: [
                Example(
                    "gaussian(pendulum(), hidden: [100, 100])",
                    "gaussian policy · 3 → 100 → 100 → 2 (mean 1, Cholesky factor 1) · 10 702 parameters"),
                Example("gaussian(pendulum(), covariance: \"diagonal\").covariance", "diagonal"),
                Example(
                    "gaussian(pendulum(), covariance: \"fixed\", init_sigma: 0.3)",
                    "gaussian policy · 3 → 100 → 100 → 1 (mean 1, standard deviation fixed at 0.3) · 10 601 parameters"),
            ]
        ) { context, env, hidden, covariance, mean, activation, layernorm, initSigma, minSigma, initialiser in
            let spec = env.environment.spec
            guard case .box(let low, let high) = spec.actions else {
                throw Fault(
                    "policy.actions", "gaussian wants continuous actions; \(spec.name) has finitely many",
                    hint: "categorical(env) or tabular(env)")
            }
            return PolicyObject(
                try Policy.gaussian(
                    observationSize: spec.observationSize, box: ActionBox(low: low, high: high), hidden: hidden,
                    activation: choice(activation, "activation"), layerNormalisation: layernorm,
                    covariance: choice(covariance, "covariance"), mean: choice(mean, "mean"), initSigma: initSigma,
                    minSigma: minSigma, initialiser: .named(initialiser),
                    stream: context.random.initialisation(seed: context.seed), cancellation: context.cancellation))
        },
        NativeFunction(
            "categorical", in: "policies", "A policy over finitely many actions: a network from observations to their logits.",
            parameters: Parameter<EnvironmentObject>("env", "the task that it acts in"),
            Parameter<[Int]>("hidden", "the widths of the hidden layers", default: [100, 100]),
            Parameter<String>("activation", "tanh, relu or elu", default: "elu"),
            Parameter<String>("initialiser", "how weights start", default: "uniform"),
            examples: [
                Example("categorical(bandit([1, 2, 0]), hidden: [])", "categorical policy · 1 → 3 · 6 parameters")
            ]
        ) { context, env, hidden, activation, initialiser in
            let (spec, count) = try finite(env, "categorical")
            return PolicyObject(
                try Policy.categorical(
                    observationSize: spec.observationSize, actions: count, hidden: hidden,
                    activation: choice(activation, "activation"), initialiser: .named(initialiser),
                    stream: context.random.initialisation(seed: context.seed), cancellation: context.cancellation))
        },
        NativeFunction(
            "tabular", in: "policies", "A table of logits, a row for each state: the policy of a small finite task.",
            parameters: Parameter<EnvironmentObject>("env", "a task with finitely many states and actions"),
            examples: [Example("tabular(bandit([1, 2, 0])).observation_size", "1")]
        ) { _, env in
            let (spec, count) = try finite(env, "tabular")
            return PolicyObject(try Policy.tabular(states: spec.observationSize, actions: count))
        },
        NativeFunction(
            "qnet", in: "policies", "A Q network: the critic that says what an action in a state is worth.",
            parameters: Parameter<EnvironmentObject>("env", "the task"),
            Parameter<[Int]>("hidden", "the widths of the hidden layers", default: [200, 200]),
            Parameter<String>("activation", "tanh, relu or elu", default: "elu"),
            Parameter<Bool>("layernorm", "layer normalisation and tanh after the first layer", default: false),
            Parameter<String>("initialiser", "how weights start", default: "uniform"),
            Parameter<Bool>("twin", "two networks, of which the smaller Q counts", default: false),
            Parameter<Int?>("atoms", "a distributional critic (C51) with so many atoms: 51 are usual", default: nil),
            Parameter<Double?>("v_min", "with atoms: the smallest discounted return that it can tell", default: nil),
            Parameter<Double?>("v_max", "with atoms: the largest", default: nil),
            text: """
                Continuous actions go in beside the observation, and Q(s, a) comes out; finitely many actions
                have an output each. Called: critic(s, a), or critic(s) for finitely many actions.
                twin: both networks learn from the same target, and both the target and the E-step take the
                smaller of the two for every state and action (clipped double Q); critic.first and
                critic.second are the two. Source: Fujimoto et al. 2018.
                atoms: the outputs are logits over evenly spaced values from v_min to v_max, the loss is the
                cross entropy to the projected target distribution, and Q is the distribution's mean; see
                distribution(critic, s, a). Returns outside count as v_min or v_max. Source: Bellemare et al. 2017.
                """,
            examples: [
                Example("qnet(pendulum(), hidden: [200, 200])", "Q network · 4 → 200 → 200 → 1 · 41 401 parameters"),
                Example("qnet(pendulum(), twin: true)", "twin Q networks · 4 → 200 → 200 → 1 · 2 × 41 401 parameters"),
                Example(
                    "qnet(pendulum(), atoms: 51, v_min: -300, v_max: 0)",
                    "distributional Q network · 4 → 200 → 200 → 51 (51 atoms from -300 to 0) · 51 451 parameters"),
            ]
        ) { context, env, hidden, activation, layernorm, initialiser, twin, atoms, low, high in
            let spec = env.environment.spec
            let form: CriticForm =
                switch spec.actions {
                case .box(let low, _): .stateAction(observationSize: spec.observationSize, actionSize: low.count)
                case .finite(let count): .perAction(observationSize: spec.observationSize, actions: count)
                }
            return CriticObject(
                try QNetwork(
                    form, hidden: hidden, activation: choice(activation, "activation"), layerNormalisation: layernorm,
                    initialiser: .named(initialiser), twin: twin, support: support(atoms, low, high),
                    stream: context.random.initialisation(seed: context.seed), cancellation: context.cancellation))
        },
    ]

    /// What `atoms`, `v_min` and `v_max` of qnet ask for.
    private static func support(_ atoms: Int?, _ low: Double?, _ high: Double?) throws -> ValueSupport? {
        switch (atoms, low, high) {
        case (nil, nil, nil): return nil
        case (let atoms?, let low?, let high?): return try ValueSupport(low: low, high: high, atoms: atoms)
        case (nil, _, _):
            throw Fault(
                "critic.atoms", "v_min and v_max belong to a distributional critic, and atoms were not given",
                hint: "qnet(env, atoms: 51, v_min: …, v_max: …)")
        default:
            throw Fault(
                "critic.support", "a distributional critic wants v_min and v_max beside atoms",
                hint: "the smallest and the largest discounted return: with rewards from 0 to 1, 0 and 1/(1 - gamma)")
        }
    }

    private static func finite(_ env: EnvironmentObject, _ name: String) throws -> (EnvironmentSpec, Int) {
        let spec = env.environment.spec
        guard case .finite(let count) = spec.actions else {
            throw Fault(
                "policy.actions", "\(name) wants finitely many actions; \(spec.name) has continuous ones",
                hint: "gaussian(env)")
        }
        return (spec, count)
    }
}

/// The case of an enumeration that a word names, or a fault that lists the words.
func choice<Choice: RawRepresentable & CaseIterable>(_ word: String, _ parameter: String) throws -> Choice
where Choice.RawValue == String {
    if let choice = Choice(rawValue: word) { return choice }
    let words = Choice.allCases.map { "\"\($0.rawValue)\"" }
    throw Fault("argument.choice", "`\(parameter)` wants \(words.joined(separator: " or ")), got \"\(word)\"")
}
