import Laboratory
import Plots
import Runtime
import Support

/// `plot` of labs, steps, exact values and comparisons.
enum FigureNatives {
    static let all: [NativeFunction] = [lab, estep, mstep, value, comparison]

    private static let twoActions = "env = bandit([1, 2]); lab = mpo(env, tabular(env), qnet(env), batch: 8)\ncollect(lab, episodes: 8); "

    private static let lab = NativeFunction(
        "plot", in: "plots", "A lab's pictures: how learning went, KLs beside their bounds, its policy in a state, V over states.",
        parameters: Parameter<LabObject>("lab", "the lab"),
        Parameter<Value>(
            "what", "\"learning\", \"kl\", \"policy\", \"values\", a column of lab.history; or an observation, or a finite task's state: the policy there",
            default: .string("learning")),
        Parameter<ObservationArgument?>(
            "at", "for \"policy\" the observation (the task's present one); for \"values\" the numbers that are not shown (their mean in the replay)",
            default: nil),
        Parameter<[Int]?>("dims", "the two dimensions shown, of the action or of the observation", default: nil, shown: "[0, 1]"),
        Parameter<FunctionValue?>("observe", "for \"values\": (x, y) -> observation, with ranges x and y", default: nil),
        Parameter<[Double]?>("x", "[low, high] of the x axis of \"values\"", default: nil, shown: "as in the replay"),
        Parameter<[Double]?>("y", "[low, high] of its y axis", default: nil, shown: "as in the replay"),
        Parameter<String>("title", "above the figure", default: ""),
        text: """
            "learning" shows return, TD error, η, ESS, λ, E_q log π and entropy over the committed steps, "kl" each KL with
            the bound that held, what exceeded it crossed and counted. "policy" shows Q over the actions of one state with the
            reference policy and the present one: a heatmap with ellipses of 1 σ and 2 σ, curves where the action has one
            dimension, bars where there are finitely many. "values" is V(s) = E_π Q(s, a): on the board of a finite MDP, on a
            slice of two observation dimensions elsewhere. show(lab) draws the running episode.
            """,
        examples: [
            Example(twoActions + "plot(lab)"), Example(twoActions + "estep(lab); plot(lab, \"kl\")"),
            Example("env = gym(\"FrozenLake-v1\"); plot(mpo(env, tabular(env), qnet(env)), 14)"),
            Example("env = pendulum(); lab = mpo(env, gaussian(env), qnet(env)); plot(lab, [1, 0, 0])"),
            Example(
                """
                env = pendulum(); lab = mpo(env, gaussian(env), qnet(env))
                plot(lab, "values", observe: (angle, speed) -> [cos(angle), sin(angle), speed], x: [-pi, pi], y: [-8, 8])
                """),
            Example("env = gym(\"FrozenLake-v1\"); plot(mpo(env, tabular(env), qnet(env)), \"values\")"),
        ]
    ) { context, lab, what, at, dims, observe, x, y, title in
        let place = try observation(what, lab)
        let at = try at.map { try numbers($0, lab) }
        guard let view = place == nil ? what.asText : "policy" else {
            throw Fault(
                "plot.view", "`what` wants the name of a picture or an observation, got \(what.described)",
                hint: "\"learning\", \"kl\", \"policy\" or \"values\", [1, 0, 0], or 3 for the fourth state of a finite task")
        }
        func refuse(_ names: [(String, Bool)]) throws {
            if let name = names.first(where: \.1)?.0 {
                throw Fault("plot.argument", "plot: `\(name)` says nothing about the picture \"\(view)\"")
            }
        }
        let slice = [("observe", observe != nil), ("x", x != nil), ("y", y != nil)]
        switch view {
        case "policy":
            try refuse(slice)
            if place != nil, at != nil { throw Fault("plot.argument", "plot: the observation is given twice, as `what` and as `at`") }
            return FigureObject(try policy(lab, at: place ?? at, dims, title, context))
        case "values":
            let slice = ValueFigure.Slice(
                dims: dims, base: at, observe: observe, x: try PlotData.range(x, "x"), y: try PlotData.range(y, "y"))
            return FigureObject(try ValueFigure.figure(lab.lab, slice, title: title, context))
        default:
            try refuse(slice + [("at", at != nil), ("dims", dims != nil)])
            switch view {
            case "learning": return FigureObject(try LearningFigure.page(lab.lab, title: title))
            case "kl": return FigureObject(try LearningFigure.kls(lab.lab, title: title))
            default: return FigureObject(try LearningFigure.column(view, lab.lab, title: title))
            }
        }
    }

    private static let estep = NativeFunction(
        "plot", in: "plots", "An E-step's pictures: its dual g(η); q beside π, or Q over the actions, in one of its states.",
        parameters: Parameter<EStepObject>("e", "the E-step"),
        Parameter<String?>("what", "\"dual\", \"weights\" or \"actions\"; with a state \"weights\" where nothing is said", default: nil, shown: "\"dual\""),
        Parameter<Int?>("state", "which of its states", default: nil, shown: "0"),
        Parameter<[Int]?>("dims", "the two dimensions of the action shown", default: nil, shown: "[0, 1]"),
        Parameter<String>("title", "above the figure", default: ""),
        text: """
            "dual" is g(η) with its minimum η*, where the slope ε − KL is 0, and with the gradient solver its present η beside it.
            "weights" has a bar for q of every action, the heaviest first, with the line 1/N (or π's own share), ESS and the
            largest weight. "actions" shows Q, the reference policy, and the samples that carry 90 % of q.
            """,
        examples: [
            Example(twoActions + "plot(estep(lab))"), Example(twoActions + "plot(estep(lab), state: 0)"),
            Example(twoActions + "plot(estep(lab), \"actions\", state: 2)"),
        ]
    ) { context, e, what, state, dims, title in
        let view = what ?? (state == nil ? "dual" : "weights")
        if dims != nil, view != "actions" { throw Fault("plot.argument", "plot: `dims` says nothing about the picture \"\(view)\"") }
        switch view {
        case "dual":
            if state != nil { throw Fault("plot.argument", "plot: the dual is of all states, `state` says nothing about it") }
            var figure = try e.dualCurve().figure(title: title.isEmpty ? "the dual g(η)" : title)
            if e.estep.variational != nil { figure.caption += " Of the non-parametric q on the same samples: this E-step's own is a network." }
            return FigureObject(figure)
        case "weights": return FigureObject(try e.weightFigure(state: state ?? 0, title: title))
        case "actions":
            guard let figure = try e.actionFigure(state: state ?? 0) else {
                throw Fault("plot.critic", "this E-step does not know the critic that scored its actions")
            }
            return FigureObject(try figure.with(dims: dims, title: title).figure(context))
        default:
            throw Fault(
                "plot.view", "an E-step has no picture called \"\(view)\"", hint: "\"dual\", \"weights\" or \"actions\"")
        }
    }

    private static let mstep = NativeFunction(
        "plot", in: "plots", "Q over the actions of one state, with the policy before and after an M-step.",
        parameters: Parameter<MStepObject>("m", "the M-step"),
        Parameter<Int>("state", "which of its E-step's states", default: 0),
        Parameter<[Int]?>("dims", "the two dimensions of the action shown", default: nil, shown: "[0, 1]"),
        Parameter<String>("title", "above the figure", default: ""),
        text: """
            A heatmap of Q with the ellipses (1 σ, 2 σ) of the reference policy and of the new one, and the samples that carry 90 %
            of q; curves where the action has one dimension, bars where there are finitely many. Of more than two dimensions two
            are shown, the others at the reference policy's mean.
            """,
        examples: [Example(twoActions + "plot(mstep(lab, estep(lab)), state: 1)")]
    ) { context, m, state, dims, title in
        guard let figure = try m.actionFigure(state: state) else {
            throw Fault("plot.estep", "this M-step does not know the E-step that it followed")
        }
        return FigureObject(try figure.with(dims: dims, title: title).figure(context))
    }

    private static let value = NativeFunction(
        "plot", in: "plots", "V over the states of a finite MDP, on the task's board where it has one.",
        parameters: Parameter<ExactValueObject>("v", "what policy_evaluation, policy_iteration or value_iteration gave"),
        Parameter<String>("title", "above the figure", default: ""),
        examples: [
            Example("plot(policy_iteration(gym(\"FrozenLake-v1\")))"),
            Example("plot(value_iteration(gym(\"CliffWalking-v1\"), gamma: 1), title: \"steps to the goal\").title", "steps to the goal"),
        ]
    ) { _, v, title in
        guard let figure = try v.figure(title: title) else {
            throw Fault("plot.board", "the states of this task cannot be laid out: its values do not belong to it")
        }
        return FigureObject(figure)
    }

    private static let comparison = NativeFunction(
        "plot", in: "plots", "What two labs or two steps did, beside each other.",
        parameters: Parameter<ComparisonObject>("c", "what compare gave"),
        Parameter<Int?>("state", "a state of the compared E-steps or M-steps", default: nil, shown: "0"),
        Parameter<ObservationArgument?>("at", "an observation, or a finite task's state: the policies of two labs there", default: nil),
        Parameter<[Int]?>("dims", "the two dimensions of the action shown", default: nil, shown: "[0, 1]"),
        Parameter<String>("title", "above the figure", default: ""),
        examples: [
            Example(twoActions + "e = estep(lab); plot(compare(e, estep(e, epsilon: 0.01)))")
        ]
    ) { context, c, state, at, dims, title in
        var figure = try c.figure(state: state, at: at, dims: dims, context)
        if !title.isEmpty { figure.title = title }
        return FigureObject(figure)
    }

    /// The numbers where `what` is an observation.
    private static func observation(_ what: Value, _ lab: LabObject) throws -> [Double]? {
        guard what.asText == nil, let argument = try? ObservationArgument.convert(what) else { return nil }
        return try numbers(argument, lab)
    }

    static func numbers(_ observation: ObservationArgument, _ lab: LabObject) throws -> [Double] {
        let task = lab.lab.environment
        return try observation.numbers(
            task.spec.observationSize, hasStates: FiniteMDPMembers.mdp(of: task) != nil, of: task.spec.name)
    }

    private static func policy(
        _ lab: LabObject, at place: [Double]?, _ dims: [Int]?, _ title: String, _ context: NativeContext
    ) throws -> Figure {
        let task = try lab.lab.runningTask()
        let observation = try place ?? task?.episode.observation ?? lab.lab.environment.observation()
        let old = try lab.member("reference")?.asObject as? PolicyObject
        let now = PolicyObject(lab.lab.policy)
        let isSame = lab.lab.learnerState.reference === lab.lab.policy.parameters
        var policies = [("π", now)]
        if let old, !isSame { policies = [("reference π_i", old), ("π", now)] }
        return try ActionFigure(
            observation: observation, critic: CriticObject(lab.lab.critic), policies: policies, dims: dims,
            title: title.isEmpty ? "Q and π · \(lab.lab.environment.spec.name)" : title
        ).figure(context)
    }
}

extension ActionFigure {
    func with(dims: [Int]?, title: String) -> ActionFigure {
        var other = self
        other.dims = dims
        if !title.isEmpty { other.title = title }
        return other
    }
}

extension EStepObject {
    /// The actions of a state as this E-step saw them; nil where its critic is not known.
    func actionFigure(state: Int) throws -> ActionFigure? {
        guard let critic, let reference = try member("reference")?.asObject as? PolicyObject else { return nil }
        // A parametric q is a policy of its own; the other is π_i tilted by Q.
        let own = (try member("q_policy")?.asObject as? PolicyObject).map { [("q (parametric)", $0)] } ?? []
        return ActionFigure(
            observation: try observation(of: state), critic: critic, policies: [("π_i", reference)] + own,
            eta: own.isEmpty ? estep.eta : nil,
            samples: try sortedRows(state: state), dims: nil, title: "Q, π and q · state \(state) of \(NumberText.grouped(estep.stateCount))")
    }
}

extension MStepObject {
    /// The actions of a state with the policy before and after; nil where the E-step is not known.
    func actionFigure(state: Int) throws -> ActionFigure? {
        guard let estep, var figure = try estep.actionFigure(state: state),
            let after = try member("policy")?.asObject as? PolicyObject
        else { return nil }
        figure.policies[0].name = "π_i (before)"
        figure.policies.append(("π (after)", after))
        figure.title = "Q, q and π before and after · state \(state) of \(NumberText.grouped(estep.estep.stateCount))"
        return figure
    }
}
