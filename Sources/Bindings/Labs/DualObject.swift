import Glibc
import Plots
import PolicyOptimisation
import Runtime
import Support

/// The dual function g(η) of an E-step, as a value that can be called and plotted.
final class DualCurve: HostObject {
    let solver: DualSolver
    let optimum: DualOptimum
    /// The bound ε.
    let epsilon: Double
    /// Where the gradient solver's η is, which takes one step a time towards η*; nil with the exact solver.
    let current: Double?

    /// Of values that `solver` holds; no one else may load it again.
    init(_ solver: DualSolver, epsilon: Double, current: Double? = nil) throws {
        self.solver = solver
        self.epsilon = epsilon
        self.current = current
        optimum = try solver.solve(epsilon: epsilon)
    }

    override class var typeName: String { "dual curve" }
    override var hasIdentity: Bool { false }

    override var summary: String {
        let place = optimum.isSlack ? optimum.outcome.rawValue : "η* \(Digits.short(optimum.eta))"
        return "dual curve · \(Digits.count(solver.states, "state")) · ε \(Digits.short(epsilon)) · \(place) · g \(Digits.short(optimum.value))"
    }

    override func json() -> JSON {
        .object([
            .init("eta", .number(optimum.eta)), .init("value", .number(optimum.value)), .init("epsilon", .number(epsilon)),
            .init("outcome", .string(optimum.outcome.rawValue)),
        ])
    }

    override func isEqual(to other: HostObject) -> Bool {
        guard let other = other as? DualCurve else { return false }
        return solver === other.solver && epsilon == other.epsilon
    }

    override var memberNames: [String] { ["eta", "value", "epsilon", "slack", "figure"] }

    override func member(_ name: String) throws -> Value? {
        switch name {
        case "eta": .number(optimum.eta)
        case "value": .number(optimum.value)
        case "epsilon": .number(epsilon)
        case "slack": .boolean(optimum.isSlack)
        case "figure": .object(FigureObject(try figure()))
        default: nil
        }
    }

    override var isCallable: Bool { true }

    /// `curve(η)` is a record of g, g′, g″ and the KL at that temperature.
    override func call(_ arguments: CallArguments, _ context: NativeContext) throws -> Value {
        guard arguments.count == 1, let eta = arguments.values[0].asNumber else {
            throw Fault("call.arguments", "a dual curve is called with one temperature", hint: "as in `e.dual(0.5)`")
        }
        let point = try solver.point(at: eta, epsilon: epsilon)
        return .record([
            ("eta", .number(point.eta)), ("value", .number(point.value)), ("slope", .number(point.slope)),
            ("curvature", .number(point.curvature)), ("kl", .number(point.kl)),
        ])
    }

    /// g over a log axis of two decades around η*, with η* marked.
    func figure(title: String = "the dual g(η)") throws -> Figure {
        var centre = optimum.eta
        if centre == 0 {
            // No optimum above 0: around the spread of the Q values, where q turns from greedy to π.
            let one = try solver.writeSpread()
            centre = one > 0 ? one : 1
        }
        // The gradient solver's η is to be seen, too.
        let low = min(centre, current ?? centre) / (current.map { $0 < centre } ?? false ? 2 : 10)
        let high = max(centre, current ?? centre) * (current.map { $0 > centre } ?? false ? 2 : 10)
        var etas: [Double] = []
        for k in 0...240 {
            let eta = low * pow(high / low, Double(k) / 240)
            if eta > 0, eta.isFinite { etas.append(eta) }
        }
        let values = try etas.map { try solver.point(at: $0, epsilon: epsilon).value }
        var figure = Figure.line(
            [Series("g(η)", xs: etas, ys: values)], title: title, x: Axis("η", scale: .logarithmic, isWhole: false),
            y: Axis(isWhole: false))
        if optimum.isSlack {
            figure.caption = "ε = \(Digits.short(epsilon)): \(optimum.outcome.explanation ?? "")"
        } else {
            figure.layers.append(
                .rule(
                    Rule(at: optimum.value, label: "slope 0", span: (optimum.eta / 2.5)...(optimum.eta * 2.5))))
            figure.layers.append(
                .mark(Mark(x: optimum.eta, y: optimum.value, label: "η* = \(Digits.short(optimum.eta)), g = \(Digits.short(optimum.value))")))
            figure.caption =
                "ε = \(Digits.short(epsilon)). At η* the slope ε − KL(q‖π) is 0; to its left the KL exceeds ε, to its right it is below."
        }
        if let current, current > 0, current.isFinite {
            let point = try solver.point(at: current, epsilon: epsilon)
            figure.layers.append(.mark(Mark(x: current, y: point.value, label: "η = \(Digits.short(current))")))
            figure.caption += " η is the gradient solver's, one step an E-step towards η*: there the slope is \(Digits.short(point.slope, significant: 2)), the KL \(Digits.short(point.kl, significant: 3))."
        }
        return figure
    }
}

extension DualSolver {
    /// The root mean square over states of the standard deviation of Q under the prior, in the unit of Q.
    func writeSpread() throws -> Double {
        // At a temperature far above every spread, g″ η³ is the mean variance.
        var eta = 1.0
        for _ in 0..<400 {
            let point = try point(at: eta, epsilon: 1)
            if point.kl > 1e-6 { eta *= 10 } else if point.kl > 0, point.kl < 1e-12 { eta /= 10 } else if point.kl == 0 {
                if eta < 1e-300 { return 0 }
                eta /= 10
            } else {
                return (point.curvature * eta).squareRoot() * eta
            }
            if !(eta < 1e300) { return 0 }
        }
        return 0
    }
}

/// What `dual(Q, epsilon:)` returns: the optimum with the weights of every state.
final class DualObject: HostObject {
    let curve: DualCurve
    let solution: DualSolution

    init(_ curve: DualCurve) throws {
        self.curve = curve
        solution = try curve.solver.solution(of: curve.optimum)
    }

    override class var typeName: String { "dual" }
    override var hasIdentity: Bool { false }

    override var summary: String {
        "dual · η* \(Digits.short(solution.eta)) · g \(Digits.short(solution.value)) · KL(q‖π) \(Digits.short(solution.kl)) \(status)"
    }

    private var status: String { solution.slack ? "slack" : "active" }

    override func display(_ style: DisplayStyle) -> String {
        let states = solution.weights.count
        let longest = solution.weights.map(\.count).max() ?? 0
        let shortest = solution.weights.map(\.count).min() ?? 0
        let actions = shortest == longest ? Digits.count(longest, "action") : "\(shortest) to \(longest) actions"
        let steps =
            solution.iterations == 0
            ? "a limit" : "\(Digits.count(solution.iterations, "Newton step")), residual \(Digits.short(solution.residual, significant: 1))"
        var text = "dual · \(Digits.count(states, "state")) × \(actions)\n"
        text += BoundText.aligned([
            ["η*", Digits.short(solution.eta), steps],
            ["g(η*)", Digits.short(solution.value), "E_q[Q] \(Digits.short(solution.summary.expectedQ)), E_π[Q] \(Digits.short(solution.summary.priorQ))"],
            ["KL(q‖π)", Digits.short(solution.kl), "≤ \(Digits.short(curve.epsilon)) \(status)"],
            ["ESS", Digits.short(solution.ess, significant: 3), "of \(Digits.short(Double(solution.weights.reduce(0) { $0 + $1.count }) / Double(max(1, states)), significant: 3))"],
        ])
        if let explanation = solution.outcome.explanation { text += "\n  " + explanation }
        return text
    }

    override func json() -> JSON {
        .object([
            .init("eta", .number(solution.eta)), .init("value", .number(solution.value)), .init("kl", .number(solution.kl)),
            .init("weights", .array(solution.weights.map { JSON.numbers($0) })), .init("ess", .number(solution.ess)),
            .init("slack", .bool(solution.slack)), .init("epsilon", .number(curve.epsilon)),
            .init("outcome", .string(solution.outcome.rawValue)), .init("iterations", .integer(solution.iterations)),
            .init("residual", .number(solution.residual)),
        ])
    }

    override func isEqual(to other: HostObject) -> Bool { (other as? DualObject)?.solution == solution }

    override var memberNames: [String] {
        [
            "eta", "value", "kl", "weights", "ess", "slack", "epsilon", "outcome", "note", "iterations", "residual",
            "kl_per_state", "ess_per_state", "expected_q", "prior_q", "largest_weight", "largest_kl", "curve", "dual",
        ]
    }

    override func member(_ name: String) throws -> Value? {
        switch name {
        case "eta": .number(solution.eta)
        case "value": .number(solution.value)
        case "kl": .number(solution.kl)
        case "weights": solution.weights.asValue
        case "ess": .number(solution.ess)
        case "slack": .boolean(solution.slack)
        case "epsilon": .number(curve.epsilon)
        case "outcome": .string(solution.outcome.rawValue)
        case "note": solution.outcome.explanation.map { .string($0) } ?? .nothing
        case "iterations": .integer(solution.iterations)
        case "residual": .number(solution.residual)
        case "kl_per_state": .list(solution.klPerState)
        case "ess_per_state": .list(solution.essPerState)
        case "expected_q": .number(solution.summary.expectedQ)
        case "prior_q": .number(solution.summary.priorQ)
        case "largest_weight": .number(solution.summary.largestWeight)
        case "largest_kl": .number(solution.optimum.reachableKL)
        case "curve", "dual": .object(curve)
        default: nil
        }
    }
}

/// What `gaussian_kl` returns.
final class GaussianKLObject: HostObject {
    let kl: GaussianKL

    init(_ kl: GaussianKL) { self.kl = kl }

    override class var typeName: String { "Gaussian KL" }
    override var hasIdentity: Bool { false }
    override var summary: String {
        "KL from old to new · mean \(Digits.short(kl.mean)) · cov \(Digits.short(kl.cov)) · total \(Digits.short(kl.total))"
    }

    override func display(_ style: DisplayStyle) -> String {
        "KL from the old Gaussian to the new one\n"
            + BoundText.aligned([
                ["mean", Digits.short(kl.mean), "the old covariance in the metric; bounded by ε_μ"],
                ["cov", Digits.short(kl.cov), "the mean held; bounded by ε_Σ (the paper's label C_μ and C_Σ are swapped)"],
                ["total", Digits.short(kl.total), "the joint KL, which is mean + cov only where one of them is 0"],
            ])
    }

    override func json() -> JSON {
        .object([.init("mean", .number(kl.mean)), .init("cov", .number(kl.cov)), .init("total", .number(kl.total))])
    }

    override func isEqual(to other: HostObject) -> Bool { (other as? GaussianKLObject)?.kl == kl }

    override var memberNames: [String] { ["mean", "cov", "total", "mean_per_dimension", "cov_per_dimension"] }

    override func member(_ name: String) -> Value? {
        switch name {
        case "mean": .number(kl.mean)
        case "cov": .number(kl.cov)
        case "total": .number(kl.total)
        case "mean_per_dimension": kl.meanPerDimension.map { .list($0) } ?? .nothing
        case "cov_per_dimension": kl.covPerDimension.map { .list($0) } ?? .nothing
        default: nil
        }
    }
}
