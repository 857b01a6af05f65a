import Laboratory
import Plots
import PolicyOptimisation
import Runtime
import Support
import Syntax

/// Figures of a lab's history: how learning went, and the KLs beside their bounds.
enum LearningFigure {
    /// Return, TD error, η, ESS, λ, E_q log π and entropy over the committed steps.
    static func page(_ lab: Lab, title: String) throws -> Figure {
        let history = try steps(of: lab)
        let multipliers = LabObject.held(lab).map { quantity in
            (quantity.rawValue.replacing("kl", with: "lambda"), "λ of \(quantity.title)")
        }
        let tracks: [(title: String, columns: [(String, String)])] = [
            ("return of the episodes", [("return", "return")]), ("TD error", [("td_error", "TD error")]),
            ("temperature η", [("eta", "η")]), ("effective sample size", [("ess", "ESS")]),
            ("multipliers λ", multipliers), ("E_q log π", [("log_probability", "E_q log π")]),
            ("entropy of the policy", [("entropy", "entropy")]),
        ]
        let panels = tracks.compactMap { track -> Figure? in
            let series = track.columns.compactMap { Self.series($0.0, $0.1, history) }
            return series.isEmpty ? nil : panel(series, title: track.title, steps: history.count)
        }
        let kl = try? kls(lab, title: "")
        return .panels(
            panels, title: title.isEmpty ? "learning · \(lab.environment.spec.name) · \(Digits.count(history.count, "committed step"))" : title,
            caption: "Over the committed steps." + (kl == nil ? "" : " plot(lab, \"kl\") shows the KLs beside their bounds."))
    }

    /// Each KL over the committed steps, with the bound that held at the time.
    static func kls(_ lab: Lab, title: String) throws -> Figure {
        let history = try steps(of: lab)
        let panels = ConstrainedQuantity.allCases.compactMap { kl($0, history) }
        guard !panels.isEmpty else {
            throw Fault("plot.empty", "the lab has made no E-step and no M-step: there is no KL to plot")
        }
        let tolerance = Digits.short(100 * BoundStatus.tolerance)
        return .panels(
            panels, title: title.isEmpty ? "KLs beside their bounds · \(lab.environment.spec.name)" : title,
            caption: "Over the committed steps. Crossed and counted: more than \(tolerance) % above the bound, `exceeded` in the steps' words. The E-step meets its bound exactly, the M-step on average through λ.")
    }

    /// One column of the history over the committed steps.
    static func column(_ name: String, _ lab: Lab, title: String) throws -> Figure {
        let history = try steps(of: lab)
        guard let series = series(name, name, history) else {
            let names = history.statisticNames
            let near = Names.suggestion(for: name, among: names + ["learning", "kl", "policy", "values"]).map { "did you mean \"\($0)\"?" }
            throw Fault(
                "plot.view", "a lab has no picture called \"\(name)\"",
                hint: near ?? "\"learning\", \"kl\", \"policy\", \"values\", or a column of lab.history: \(names.joined(separator: ", "))")
        }
        var figure = panel([series], title: title.isEmpty ? "\(name) · \(lab.environment.spec.name)" : title, steps: history.count)
        figure.x.label = "committed step"
        return figure
    }

    private static func steps(of lab: Lab) throws -> [HistoryRow] {
        guard !lab.history.isEmpty else {
            throw Fault(
                "plot.empty", "the lab has made no step yet, so there is nothing to plot",
                hint: "collect(lab), qstep(lab), e = estep(lab), mstep(lab, e); show(env) draws a task")
        }
        return lab.history
    }

    /// A column over the number of the committed step, from 1; nil where it was never measured.
    static func series(_ column: String, _ name: String, _ rows: some Sequence<HistoryRow>) -> Series? {
        var (xs, ys) = ([Double](), [Double]())
        for (index, row) in rows.enumerated() {
            guard let value = row[column] else { continue }
            xs.append(Double(index + 1))
            ys.append(value)
        }
        return xs.isEmpty ? nil : Series(name, xs: xs, ys: ys)
    }

    /// A small chart over the steps 1 to `steps`, the same in all panels of a page.
    static func panel(_ series: [Series], title: String, steps: Int) -> Figure {
        let values = series.flatMap(\.ys).filter(\.isFinite)
        // Decades on a log axis; a single name is in the title already.
        let isWide = (values.min() ?? 0) > 0 && (values.max() ?? 0) > 50 * (values.min() ?? 0)
        // A long run has room at both ends for the crosses there.
        let margin = steps > 20 ? 0.015 * Double(steps) : 0
        let named = series.count > 1 ? series : series.map { Series("", xs: $0.xs, ys: $0.ys) }
        return .line(
            named, title: title, x: Axis(range: (1 - margin)...(Double(max(2, steps)) + margin), isWhole: true), y: Axis(scale: isWide ? .logarithmic : .linear, isWhole: false))
    }

    private static func kl(_ quantity: ConstrainedQuantity, _ history: [HistoryRow]) -> Figure? {
        let (column, bound) = (quantity.rawValue, HistoryRow.boundName(quantity))
        let kind: HistoryRow.Kind = quantity == .kl ? .estep : .mstep
        var (xs, ys, bounds) = ([Double](), [Double](), [Double?]())
        for (index, row) in history.enumerated() where row.kind == kind {
            // With bounds for each dimension the largest dimension's is what is bounded.
            guard let value = row[column + "_largest"] ?? row[column] else { continue }
            xs.append(Double(index + 1))
            ys.append(value)
            bounds.append(row[bound])
        }
        guard !xs.isEmpty, quantity == .kl || bounds.contains(where: { $0 != nil }) else { return nil }
        var figure = panel([Series(quantity.title, xs: xs, ys: ys)], title: quantity.title, steps: history.count)
        // From 0, so that what meets its bound exactly lies on it, whatever the last bits.
        let top = (ys + bounds.compactMap { $0 }).filter(\.isFinite).max() ?? 1
        figure.y = Axis(range: 0...(top > 0 ? 1.1 * top : 1), isWhole: false)
        var start = 0
        while start < xs.count {
            var end = start
            while end + 1 < xs.count, bounds[end + 1] == bounds[start] { end += 1 }
            if let bound = bounds[start] {
                // From one to the other half-way between the steps.
                let from = start == 0 ? 1 : (xs[start - 1] + xs[start]) / 2
                let to = end == xs.count - 1 ? Double(max(2, history.count)) : (xs[end] + xs[end + 1]) / 2
                figure.layers.append(
                    .rule(
                        Rule(
                            at: bound, label: "ε \(Digits.short(bound))", bound: .upper, tolerance: BoundStatus.tolerance,
                            span: from...max(from, to))))
            }
            start = end + 1
        }
        if !bounds.contains(where: { $0 != nil }) { figure.caption = "no bound: a fixed temperature, or none" }
        return figure
    }
}
