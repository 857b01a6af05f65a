import ExactInference
import Plots
import Runtime
import Support

/// One step of EM along a line of policies π_θ: the evidence, the bound of q_i, its best θ, and the bound there.
struct EMCurve {
    /// What a policy of the line is, and how the E-step is made there.
    struct Line {
        var model: FiniteHorizonModel
        var alpha: Double
        var family: TrajectoryFamily
        var epsilon: Double?
        /// θ → π_θ
        var policy: (Double) throws -> StagePolicy
        var cancellation: CancellationToken?

        func problem(_ theta: Double) throws -> InferenceProblem {
            try InferenceProblem(model, policy: policy(theta), alpha: alpha)
        }

        func estep(_ theta: Double) throws -> ExactEStep {
            try ExactEStep(problem(theta), over: family, epsilon: epsilon, cancellation: cancellation)
        }

        /// J(q, π_θ)
        func bound(_ estep: ExactEStep, _ policy: StagePolicy) throws -> Double {
            estep.energy.reward
                - (try estep.q.rebased(onto: policy).divergence(marginals: estep.marginals, cancellation))
        }
    }

    let theta: Double
    let next: Double
    let thetas: [Double]
    let evidence: [Double]
    /// J(q_i, π_θ) over the line, and J(q_{i+1}, π_θ).
    let bound: [Double]
    let nextBound: [Double]
    let estep: ExactEStep
    let nextEStep: ExactEStep
    /// J(q_i, π_{θ_{i+1}}), what the M-step reached.
    let raised: Double

    /// `points` places over the range, with θ_i and θ_{i+1} among them.
    init(_ line: Line, at theta: Double, range: ClosedRange<Double>, points: Int) throws {
        self.theta = theta
        let (low, high) = (range.lowerBound, range.upperBound)
        var grid = (0..<points).map { k in
            let share = Double(k) / Double(points - 1)
            return k == points - 1 ? high : low * (1 - share) + high * share
        }
        let estep = try line.estep(theta)
        var policies = try grid.map(line.policy)
        var bound = try policies.map { try line.bound(estep, $0) }
        // The largest on the grid, then golden section between its neighbours.
        var best = 0
        for k in grid.indices where bound[k] > bound[best] { best = k }
        let found = try Self.maximum(
            between: grid[max(0, best - 1)], and: grid[min(points - 1, best + 1)]
        ) { try line.bound(estep, line.policy($0)) }
        // Where the bound is flat or θ_i itself is the best, EM stays.
        let here = estep.energy.bound
        var target = (x: grid[best], value: bound[best])
        if found.value > target.value { target = found }
        if !(target.value > here + 1e-12 * max(1, here.magnitude)) { target = (theta, here) }
        next = target.x
        raised = target.value
        for x in [theta, target.x] where !grid.contains(x) {
            let place = grid.firstIndex { $0 > x } ?? grid.count
            let policy = try line.policy(x)
            grid.insert(x, at: place)
            policies.insert(policy, at: place)
            bound.insert(try line.bound(estep, policy), at: place)
        }
        let nextEStep = try line.estep(target.x)
        evidence = try policies.map { try InferenceProblem(line.model, policy: $0, alpha: line.alpha).evidence(line.cancellation) }
        nextBound = try policies.map { try line.bound(nextEStep, $0) }
        thetas = grid
        self.bound = bound
        self.estep = estep
        self.nextEStep = nextEStep
    }

    private static func maximum(
        between low: Double, and high: Double, _ value: (Double) throws -> Double
    ) throws -> (x: Double, value: Double) {
        let share = (5.0.squareRoot() - 1) / 2
        var (a, b) = (low, high)
        var (x, y) = (b - share * (b - a), a + share * (b - a))
        var (fx, fy) = (try value(x), try value(y))
        for _ in 0..<60 where b - a > 1e-9 * max(1e-3, abs(a) + abs(b)) {
            if fx >= fy {
                (b, y, fy) = (y, x, fx)
                x = b - share * (b - a)
                fx = try value(x)
            } else {
                (a, x, fx) = (x, y, fy)
                y = a + share * (b - a)
                fy = try value(y)
            }
        }
        return fx >= fy ? (x, fx) : (y, fy)
    }

    func figure(title: String) -> Figure {
        let (energy, later) = (estep.energy, nextEStep.energy)
        var figure = Figure.line(
            [
                Series("log p(O=1|θ), the evidence", xs: thetas, ys: evidence), Series("J(q_i, θ), the bound", xs: thetas, ys: bound),
                Series("J(q_(i+1), θ), the new bound", xs: thetas, ys: nextBound),
            ], title: title, x: Axis("θ", isWhole: false), y: Axis("nats", range: window, isWhole: false))
        figure.layers.append(
            .mark(Mark(x: theta, y: energy.bound, label: "θ_i = \(Digits.short(theta, significant: 3))")))
        if next != theta {
            figure.layers.append(
                .mark(Mark(x: next, y: later.bound, label: "θ_(i+1) = \(Digits.short(next, significant: 3))")))
            figure.layers.append(.mark(Mark(x: next, y: raised, label: "")))
        }
        figure.caption = caption
        return figure
    }

    private var caption: String {
        let (energy, later) = (estep.energy, nextEStep.energy)
        let first = ExactEStepObject.touches(energy)
            ? "E-step at θ_i: the bound touches log p = \(Digits.short(energy.evidence))."
            : "E-step at θ_i: log p = \(Digits.short(energy.evidence)), the bound stays \(Digits.short(energy.gap, significant: 3)) below it"
                + (estep.isActive ? ", as ε = \(Digits.short(estep.epsilon ?? 0)) is tight." : ".")
        if next == theta { return first + " M-step: no θ of the range raises the bound." }
        let second = ExactEStepObject.touches(later)
            ? "The new bound touches there." : "The new bound stays \(Digits.short(later.gap, significant: 3)) below it."
        return first
            + " M-step: J(q_i, ·) is largest at θ_(i+1), \(Digits.short(energy.bound)) → \(Digits.short(raised)); log p is \(Digits.short(later.evidence)) there. "
            + second
    }

    /// The evidence and what lies a little below it; a bound falls without end where π_θ leaves q's actions.
    private var window: ClosedRange<Double>? {
        let seen = (evidence + [estep.energy.bound, nextEStep.energy.bound, raised]).filter(\.isFinite)
        guard let low = seen.min(), let high = seen.max() else { return nil }
        let span = max(high - low, 1e-6 * max(1, high.magnitude))
        return (low - 0.45 * span)...(high + 0.12 * span)
    }
}

/// The figure of a step of EM, with the numbers that it shows.
final class EMCurveObject: FigureObject {
    private let curve: EMCurve
    private let task: String

    init(_ curve: EMCurve, of task: String, title: String) {
        self.curve = curve
        self.task = task
        super.init(curve.figure(title: title))
    }

    override class var typeName: String { "EM curve" }

    override var memberNames: [String] {
        super.memberNames + ["theta", "theta_next", "thetas", "evidence", "bound", "next_bound", "q", "q_next", "raised"]
    }

    override func member(_ name: String) -> Value? {
        switch name {
        case "theta": .number(curve.theta)
        case "theta_next": .number(curve.next)
        case "thetas": curve.thetas.asValue
        case "evidence": curve.evidence.asValue
        case "bound": curve.bound.asValue
        case "next_bound": curve.nextBound.asValue
        case "q": .object(ExactEStepObject(curve.estep, of: task))
        case "q_next": .object(ExactEStepObject(curve.nextEStep, of: task))
        case "raised": .number(curve.raised)
        default: super.member(name)
        }
    }
}

/// Figures of exact EM.
enum EMFigureNatives {
    static let all: [NativeFunction] = [
        NativeFunction(
            "em_curve", in: "inference", "One step of EM as a figure: evidence and bound over a parameter θ of the policy.",
            parameters: Parameter<EnvironmentObject>("env", "a finite MDP or a bandit without noise"),
            Parameter<Value>("family", "a function from the number θ to a policy"),
            Parameter<Double>("at", "θ_i, where the E-step is made"),
            Parameter<[Double]>("range", "[low, high] of θ"),
            Parameter<Double>("alpha", "α of p(O=1|τ) ∝ exp(R/α)", default: 1),
            Parameter<Int?>("horizon", "steps of an episode", default: nil, shown: "the time limit, or the longest episode"),
            Parameter<String>("over", "\"trajectories\" or \"policies\", as exact_estep's", default: "trajectories"),
            Parameter<Double?>("epsilon", "the bound on KL(q‖p_π)", default: nil, shown: "no bound"),
            Parameter<Int>("points", "how many θ are computed", default: 121),
            Parameter<String>("title", "above the figure", default: "evidence and bound"),
            text: """
                The E-step at θ_i makes q_i: without epsilon, over trajectories, its bound J(q_i, ·) touches the evidence
                there and nowhere exceeds it. θ_(i+1) is where that bound is largest (the M-step along this line); the next
                E-step's bound touches there. A tight epsilon, or over: "policies" where chance decides, leaves a gap at θ_i (the
                bound may touch elsewhere, at a θ whose posterior q_i happens to be). The figure also has theta, theta_next, thetas, evidence, bound, next_bound, raised (the bound of q_i at
                θ_(i+1)), q and q_next.
                """,
            examples: [
                Example(
                    """
                    env = bandit([1, 2, 0])
                    family = x -> softmax([0, x, 0])
                    c = em_curve(env, family, at: -1, range: [-3, 5])
                    round(c.q.gap, 9)
                    """, "0"),
                Example("em_curve(bandit([0, 1]), p -> [1 - p, p], at: 0.2, range: [0.01, 0.99], epsilon: 0.02)"),
            ]
        ) { context, env, family, at, range, alpha, horizon, over, epsilon, points, title in
            guard let range = try PlotData.range(range, "range") else {
                throw Fault("plot.range", "`range` wants two numbers, the smaller first")
            }
            guard at.isFinite, range.contains(at) else {
                throw Fault("inference.theta", "`at` wants a number of the range, got \(Digits.short(at))")
            }
            guard (3...10_000).contains(points) else {
                throw Fault("inference.points", "`points` wants 3 to 10 000, got \(points)")
            }
            let over: TrajectoryFamily = try choice(over, "over")
            let model = try ExactInferenceProblem.model(env, horizon: horizon, "em_curve")
            let line = EMCurve.Line(
                model: model, alpha: alpha, family: over, epsilon: epsilon,
                policy: { theta in
                    try context.checkCancellation()
                    return try ExactInferenceProblem.policy(context.call(family, [.number(theta)]), model)
                }, cancellation: context.cancellation)
            return EMCurveObject(
                try EMCurve(line, at: at, range: range, points: points), of: env.environment.spec.name, title: title)
        }
    ]
}
