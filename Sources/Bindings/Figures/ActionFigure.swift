import Glibc
import Plots
import PolicyOptimisation
import Runtime
import Support

/// The actions of one state: what they are worth, and where the policies lie.
///
/// A heatmap of Q over two action dimensions with each policy's ellipse, curves of Q and of densities in one dimension,
/// bars over finitely many actions. Actions are in the policy's units.
struct ActionFigure {
    var observation: [Double]
    var critic: CriticObject
    /// The reference policy first.
    var policies: [(name: String, policy: PolicyObject)]
    /// The E-step's temperature, where there is one.
    var eta: Double?
    /// The E-step's actions in this state, the heaviest first.
    var samples: [EStep.ActionRow] = []
    /// The two dimensions of the action that are shown.
    var dims: [Int]?
    var title: String

    /// Cells of the map in each direction, and points of a curve.
    private static let cells = 48
    private static let points = 161

    func figure(_ context: NativeContext) throws -> Figure {
        var gaussians: [(name: String, gaussian: Probe.Gaussian)] = []
        var finite: [(name: String, probabilities: [Double])] = []
        var box: ActionBox?
        for (name, policy) in policies {
            switch try Probe.distributions(policy, [observation]) {
            case .gaussian(let rows, let own):
                box = own
                if let row = rows.first { gaussians.append((name, row)) }
            case .finite(let rows): if let row = rows.first { finite.append((name, row)) }
            }
        }
        guard let box, !gaussians.isEmpty else { return try bars(finite, context) }
        if box.size == 1 {
            if dims != nil { throw Fault("plot.dims", "`dims` chooses two dimensions of the action, and this one has a single one") }
            return try curves(gaussians, box, context)
        }
        return try map(gaussians, box, context)
    }

    // MARK: Two dimensions

    private func map(
        _ gaussians: [(name: String, gaussian: Probe.Gaussian)], _ box: ActionBox, _ context: NativeContext
    ) throws -> Figure {
        let (i, j) = try chosen(box.size)
        let base = gaussians[0].gaussian.mean
        let (across, up) = (span(gaussians, box, i), span(gaussians, box, j))
        let n = Self.cells
        var actions: [[Double]] = []
        for row in 0..<n {
            for column in 0..<n {
                var action = base
                action[i] = across.map.lowerBound + (Double(column) + 0.5) / Double(n) * (across.map.upperBound - across.map.lowerBound)
                action[j] = up.map.lowerBound + (Double(row) + 0.5) / Double(n) * (up.map.upperBound - up.map.lowerBound)
                actions.append(action)
            }
        }
        let q = try Probe.values(critic, actions.map { _ in observation }, actions, box, context)
        let rows = (0..<n).map { Array(q[$0 * n..<($0 + 1) * n]) }
        var layers: [Layer] = [.heatmap(Heatmap(rows: rows, x: across.map, y: up.map, valueLabel: "Q(s, a)"))]
        for (name, gaussian) in gaussians {
            for k in [1.0, 2] { layers.append(.line(Self.ellipse("\(name), 1 σ and 2 σ", gaussian, i, j, k))) }
        }
        var sentences: [String] = []
        let carriers = EStepObject.carriers(samples).filter { $0.action.count == box.size }
        if !carriers.isEmpty {
            layers.append(
                .points(
                    Series(
                        "samples that carry 90 % of q (\(carriers.count) of \(samples.count))", xs: carriers.map { $0.action[i] },
                        ys: carriers.map { $0.action[j] })))
        }
        if box.size > 2 {
            sentences.append(
                "Dimensions \(i) and \(j) of \(box.size); the others at the mean of \(gaussians[0].name). `dims: [i, j]` shows two others.")
        }
        sentences.append("The map is the action box, in the policy's units.")
        return Figure(
            title: title, caption: sentences.joined(separator: " "), x: Axis("action[\(i)]", range: across.shown, isWhole: false),
            y: Axis("action[\(j)]", range: up.shown, isWhole: false), layers: layers, hasEqualScale: box.isScaled(i) && box.isScaled(j))
    }

    private func chosen(_ size: Int) throws -> (Int, Int) {
        guard let dims else { return (0, 1) }
        guard dims.count == 2, dims[0] != dims[1], dims.allSatisfy({ (0..<size).contains($0) }) else {
            throw Fault(
                "plot.dims", "`dims` wants two different dimensions in 0..<\(size), got \(Value.list(dims.map(Double.init)).described)")
        }
        return (dims[0], dims[1])
    }

    /// The part of a dimension that the map covers, and the one that is shown: wide enough for the ellipses of 1σ.
    private func span(
        _ gaussians: [(name: String, gaussian: Probe.Gaussian)], _ box: ActionBox, _ d: Int
    ) -> (map: ClosedRange<Double>, shown: ClosedRange<Double>) {
        func ends(_ k: Double) -> (Double, Double) {
            let pairs = gaussians.map { g in (g.gaussian.mean[d], k * g.gaussian.covariance(d, d).squareRoot()) }
            return (pairs.map { $0.0 - $0.1 }.min() ?? -1, pairs.map { $0.0 + $0.1 }.max() ?? 1)
        }
        guard box.isScaled(d) else {
            let (low, high) = ends(3)
            let range = low...max(high, low + 1e-9)
            return (range, range)
        }
        let (low, high) = ends(1)
        return (-1...1, min(-1.1, max(low, -2))...max(1.1, min(high, 2)))
    }

    /// The points at Mahalanobis distance k of a Gaussian's marginal over two dimensions.
    static func ellipse(_ name: String, _ gaussian: Probe.Gaussian, _ i: Int, _ j: Int, _ k: Double) -> Series {
        let (a, b, c) = (gaussian.covariance(i, i), gaussian.covariance(i, j), gaussian.covariance(j, j))
        let l00 = a.squareRoot()
        let l10 = l00 > 0 ? b / l00 : 0
        let l11 = max(0, c - l10 * l10).squareRoot()
        let angles = (0...96).map { 2 * Double.pi * Double($0) / 96 }
        return Series(
            name, xs: angles.map { gaussian.mean[i] + k * l00 * cos($0) },
            ys: angles.map { gaussian.mean[j] + k * (l10 * cos($0) + l11 * sin($0)) })
    }

    // MARK: One dimension

    private func curves(
        _ gaussians: [(name: String, gaussian: Probe.Gaussian)], _ box: ActionBox, _ context: NativeContext
    ) throws -> Figure {
        let ends = gaussians.flatMap { g -> [Double] in
            let reach = 3 * g.gaussian.factor[0][0]
            return [g.gaussian.mean[0] - reach, g.gaussian.mean[0] + reach]
        }
        let isScaled = box.isScaled(0)
        let low = isScaled ? max(-2, min(-1.1, ends.min() ?? -1)) : ends.min() ?? -1
        let high = isScaled ? min(2, max(1.1, ends.max() ?? 1)) : max(ends.max() ?? 1, low + 1e-9)
        let xs = (0..<Self.points).map { low + (high - low) * Double($0) / Double(Self.points - 1) }
        let q = try Probe.values(critic, xs.map { _ in observation }, xs.map { [$0] }, box, context)
        let axis = Axis("action", range: low...high, isWhole: false)
        var worth = Figure.line([Series("Q(s, a)", xs: xs, ys: q)], title: "Q(s, a)", x: axis, y: Axis(isWhole: false))
        if !samples.isEmpty {
            worth.layers.append(
                .points(Series("the E-step's samples", xs: samples.compactMap(\.action.first), ys: samples.map(\.q))))
        }
        var densities = gaussians.map { name, g in Series(name, xs: xs, ys: xs.map { exp(g.logDensity([$0])) }) }
        if let eta, eta > 0 {
            let logs = zip(xs, q).map { gaussians[0].gaussian.logDensity([$0]) + $1 / eta }
            let top = logs.max() ?? 0
            let weights = logs.map { exp($0 - top) }
            let step = (high - low) / Double(Self.points - 1)
            let area = (weights.reduce(0, +) - ((weights.first ?? 0) + (weights.last ?? 0)) / 2) * step
            densities.insert(Series("q ∝ π_i exp(Q/η)", xs: xs, ys: weights.map { $0 / area }), at: min(1, densities.count))
        }
        var below = Figure.line(densities, title: "densities", x: axis, y: Axis(isWhole: false))
        if isScaled {
            for edge in [-1.0, 1] {
                let rule = Layer.rule(Rule(.vertical, at: edge, label: "edges of the action box"))
                worth.layers.append(rule)
                below.layers.append(rule)
            }
        }
        return .panels(
            [worth, below], title: title,
            caption: isScaled ? "In the policy's units; beyond the box Q is that of the clipped action." : "")
    }

    // MARK: Finitely many actions

    private func bars(_ finite: [(name: String, probabilities: [Double])], _ context: NativeContext) throws -> Figure {
        let q = try Probe.values(critic, [observation], context).first ?? []
        let labels = q.indices.map { "action \($0)" }
        var panels = [Figure.bars(Bars(labels: labels, values: q.map(\.shortened)), title: "Q(s, a)")]
        guard let first = finite.first else { return .panels(panels, title: title) }
        let weights = samples.sorted { $0.index < $1.index }.map(\.weight.shortened)
        func beside(_ name: String, _ values: [Double]) -> Figure {
            .bars(
                Bars(labels: labels, values: values.map(\.shortened), references: first.probabilities, referenceName: first.name),
                title: name)
        }
        if weights.count == q.count { panels.append(beside("q beside \(first.name)", weights)) }
        let others = finite.dropFirst()
        panels += others.map { beside("\($0.name) beside \(first.name)", $0.probabilities) }
        if others.isEmpty, weights.isEmpty {
            panels.append(.bars(Bars(labels: labels, values: first.probabilities.map(\.shortened)), title: first.name))
        }
        return .panels(panels, title: title)
    }
}
