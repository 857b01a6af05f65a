import Plots
import PolicyOptimisation
import Runtime
import Support

/// Charts as values: shown as text at the prompt, saved as SVG.
enum PlotNatives {
    static let all: [NativeFunction] = [
        NativeFunction(
            "plot", in: "plots", "A line chart of numbers, of several series, or of whatever knows how it looks.",
            parameters: Parameter<Value>(
                "xs", "a list, lists, a record of lists, a tensor, a table, e.dual, a task, a figure; with ys: the places on the x axis"),
            Parameter<Value>("ys", "what to plot over xs: a list, lists, a record of lists", default: .nothing),
            Parameter<String>("title", "above the chart", default: ""),
            Parameter<Bool>("log_x", "a logarithmic x axis", default: false),
            Parameter<Bool>("log_y", "a logarithmic y axis", default: false),
            Parameter<Value>("bound", "a horizontal line; points above it are crossed and counted", default: .nothing),
            Parameter<Value>("mark", "a point to mark: its x, or [x, y]", default: .nothing),
            Parameter<String>("kind", "line, points, bars or histogram", default: "line"),
            Parameter<String>("x_label", "under the x axis", default: ""),
            Parameter<String>("y_label", "over the y axis", default: ""),
            text: """
                Of its own form are the pictures of a lab, an E-step, an M-step, an exact value and a comparison: they are
                listed above or below under the same name. A figure is a value: `f = plot(xs)` shows it, `save(f, "f.svg")` writes it, `f + g` shows two in one.
                Values that are not finite are left out and counted. In a terminal that cannot show Braille the
                chart is drawn with blocks or ASCII.
                """,
            examples: [
                Example("plot([1, 4, 9, 16], title: \"squares\")"),
                Example("plot([0.1, 1, 10], [3, 1, 2], log_x: true, mark: 1)"),
                Example("plot({a: [1, 2, 3], b: [3, 2, 1]})"),
                Example("plot([0.05, 0.2, 0.08], bound: 0.1)"),
                Example("type(plot(dual([[0, 1, 5]], epsilon: 0.1)))", "figure"),
            ]
        ) { _, xs, ys, title, logX, logY, bound, mark, kind, xLabel, yLabel -> FigureObject in
            if ys.isNothing, let ready = try ready(xs) {
                var figure = ready
                if !title.isEmpty { figure.title = title }
                try PlotData.decorate(&figure, bound: bound, mark: mark)
                return FigureObject(figure)
            }
            if kind == "histogram" {
                return FigureObject(.histogram(try PlotData.numbers(xs, "`xs`"), title: title, x: Axis(xLabel)))
            }
            if kind == "bars" { return try ChartNatives.bars(xs, labels: nil, title: title, reference: nil) }
            let series = try ys.isNothing ? PlotData.series(xs) : PlotData.series(ys, xs: PlotData.numbers(xs, "`xs`"))
            let x = Axis(xLabel, scale: logX ? .logarithmic : .linear)
            let y = Axis(yLabel, scale: logY ? .logarithmic : .linear)
            var figure: Figure
            switch kind {
            case "line": figure = .line(series, title: title, x: x, y: y)
            case "points", "scatter": figure = .scatter(series, title: title, x: x, y: y)
            default:
                throw Fault("plot.kind", "`kind` wants line, points, bars or histogram, got \"\(kind)\"")
            }
            try PlotData.decorate(&figure, bound: bound, mark: mark)
            return FigureObject(figure)
        },
    ]

    /// The figure of a value that knows how it looks.
    private static func ready(_ value: Value) throws -> Figure? {
        switch value.asObject {
        case let figure as FigureObject: figure.figure
        case let curve as DualCurve: try curve.figure()
        case let dual as DualObject: try dual.curve.figure()
        case let estep as ExactEStepObject: try estep.figure()
        default: try Figure.ofTask(value)
        }
    }
}

extension EStepObject {
    /// The dual that this E-step solved, over its Q values and prior.
    func dualCurve() throws -> DualCurve {
        guard let epsilon = estep.constraint.bound else {
            throw Fault(
                "estep.no-dual", "this E-step has no dual: its KL has no bound (\(estep.constraint))",
                hint: "`constrain lab.kl <= 0.1` gives it one")
        }
        let isMoving = estep.optimum.outcome == .gradientStep
        return try DualCurve(estep.loadedSolver(), epsilon: epsilon, current: isMoving ? estep.eta : nil)
    }
}
