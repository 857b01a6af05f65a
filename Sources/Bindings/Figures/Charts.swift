import Plots
import Runtime
import Support

/// Charts of plain numbers.
enum ChartNatives {
    static let all: [NativeFunction] = [
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
    ]

    static func bars(
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
}
