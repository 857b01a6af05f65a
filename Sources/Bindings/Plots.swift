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
                "xs", "a list, lists, a record of lists, a tensor, a table, e.dual, a task; with ys: the places on the x axis"),
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
                A figure is a value: `f = plot(xs)` shows it, `save(f, "f.svg")` writes it, `f + g` shows two in one.
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
            if kind == "bars" { return try bars(xs, labels: nil, title: title, reference: nil) }
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
        NativeFunction(
            "scatter", in: "plots", "A chart of points that are not joined.",
            parameters: Parameter<NumberList>("xs", "places on the x axis"),
            Parameter<Value>("ys", "places on the y axis: a list, lists, a record of lists"),
            Parameter<String>("title", "above the chart", default: ""),
            Parameter<Bool>("log_x", "a logarithmic x axis", default: false),
            Parameter<Bool>("log_y", "a logarithmic y axis", default: false),
            Parameter<String>("x_label", "under the x axis", default: ""),
            Parameter<String>("y_label", "over the y axis", default: ""),
            examples: [Example("scatter([1, 2, 3], [2, 1, 3])")]
        ) { _, xs, ys, title, logX, logY, xLabel, yLabel in
            FigureObject(
                .scatter(
                    try PlotData.series(ys, xs: xs.numbers), title: title,
                    x: Axis(xLabel, scale: logX ? .logarithmic : .linear),
                    y: Axis(yLabel, scale: logY ? .logarithmic : .linear)))
        },
        NativeFunction(
            "bars", in: "plots", "Horizontal bars with labels.",
            parameters: Parameter<Value>("values", "a list of numbers, or a record with a number for each label"),
            Parameter<[Value]?>("labels", "a label for each bar", default: nil),
            Parameter<String>("title", "above the bars", default: ""),
            Parameter<NumberList?>("reference", "a second value for each bar, drawn as a tick on it", default: nil),
            examples: [
                Example("bars({left: 0.1, stay: 0.3, right: 0.6})"),
                Example("bars([1, 3], labels: [\"a\", \"b\"], reference: [2, 2])"),
            ]
        ) { _, values, labels, title, reference in
            try bars(values, labels: labels, title: title, reference: reference?.numbers)
        },
        NativeFunction(
            "histogram", in: "plots", "How often values fall into bins of equal width.",
            parameters: Parameter<NumberList>("values", "numbers"),
            Parameter<Int?>("bins", "how many bins", default: nil, shown: "by Freedman and Diaconis"),
            Parameter<String>("title", "above the chart", default: ""),
            Parameter<String>("x_label", "under the x axis", default: ""),
            examples: [Example("histogram([1, 2, 2, 3, 3, 3], bins: 3)")]
        ) { _, values, bins, title, xLabel in
            if let bins, !(1...10_000).contains(bins) {
                throw Fault("plot.bins", "`bins` wants 1 to 10 000, got \(bins)")
            }
            return FigureObject(.histogram(values.numbers, bins: bins, title: title, x: Axis(xLabel)))
        },
        NativeFunction(
            "heatmap", in: "plots", "A grid of values as colours or shades, with a colour bar.",
            parameters: Parameter<NumberRows>("rows", "a list of rows, or a tensor of two dimensions"),
            Parameter<[Double]?>("x", "[low, high] of the x axis", default: nil, shown: "counts columns"),
            Parameter<[Double]?>("y", "[low, high] of the y axis", default: nil, shown: "counts rows from the top"),
            Parameter<String>("title", "above the chart", default: ""),
            Parameter<String>("label", "what the colours mean", default: ""),
            text: "With y the first row lies at the bottom, as y grows; without it at the top, as in a matrix.",
            examples: [Example("heatmap([[0, 1], [2, 3]], title: \"V\")")]
        ) { _, rows, x, y, title, label in
            FigureObject(
                .heatmap(
                    rows.rows, x: try PlotData.range(x, "x"), y: try PlotData.range(y, "y"), title: title, valueLabel: label))
        },
        NativeFunction(
            "save", in: "plots", "Writes a figure to an SVG or text file.",
            parameters: Parameter<FigureObject>("figure", "what to write"),
            Parameter<String>("path", "the file; its name ends in .svg, or in .txt for text"),
            text: "The SVG holds the same content as the text, and nothing from elsewhere: `save(f, \"curve.svg\")`."
        ) { context, figure, path in try write(figure, to: path, context) },
        NativeFunction(
            "save_svg", in: "plots", "Writes a figure to an SVG file.",
            parameters: Parameter<FigureObject>("figure", "what to write"), Parameter<String>("path", "the file")
        ) { context, figure, path in
            try WholeFile.write(Array(figure.figure.svg().utf8), to: context.service(RunFiles.self).toWrite(path))
        },
    ]

    /// The figure of a value that knows how it looks.
    private static func ready(_ value: Value) throws -> Figure? {
        switch value.asObject {
        case let figure as FigureObject: figure.figure
        case let curve as DualCurve: try curve.figure()
        case let dual as DualObject: try dual.curve.figure()
        case let estep as EStepObject: try estep.dualCurve().figure()
        case let estep as ExactEStepObject: try estep.figure()
        default: try Figure.ofTask(value)
        }
    }

    private static func bars(
        _ values: Value, labels: [Value]?, title: String, reference: [Double]?
    ) throws -> FigureObject {
        var names: [String]
        let numbers: [Double]
        if case .record(let box) = values {
            names = box.names
            numbers = try PlotData.numbers(.list(box.values), "the values")
        } else {
            numbers = try PlotData.numbers(values, "the values")
            names = numbers.indices.map { String($0) }
        }
        if let labels {
            guard labels.count == numbers.count else {
                throw Fault("plot.length", "bars wants a label for each of \(numbers.count) values, got \(labels.count) labels")
            }
            names = labels.map(\.text)
        }
        if let reference, reference.count != numbers.count {
            throw Fault("plot.length", "bars wants a reference for each of \(numbers.count) values, got \(reference.count)")
        }
        return FigureObject(
            .bars(
                Bars(
                    labels: names, values: numbers, references: reference ?? [],
                    referenceName: reference == nil ? "" : "reference"), title: title))
    }

    private static func write(_ figure: FigureObject, to path: String, _ context: NativeContext) throws {
        let text: String
        if path.lowercased().hasSuffix(".svg") {
            text = figure.figure.svg()
        } else if path.lowercased().hasSuffix(".txt") {
            text = figure.figure.text() + "\n"
        } else {
            throw Fault("save.format", "a figure is saved as .svg or .txt, but the file is called '\(path)'")
        }
        try WholeFile.write(Array(text.utf8), to: context.service(RunFiles.self).toWrite(path))
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
        let solver = DualSolver()
        try solver.load(
            UnsafePointer(estep.q.pointer), states: estep.stateCount, actions: estep.actionCount,
            prior: estep.prior.map { UnsafePointer($0.pointer) })
        return try DualCurve(solver, epsilon: epsilon)
    }
}
