import Laboratory
import Plots
import Runtime
import Support

/// Learning curves over seeds.
enum LearningCurveNatives {
    static let all: [NativeFunction] = [
        NativeFunction(
            "learning_curve", in: "plots", "A learning curve over several runs: the interquartile mean with a bootstrap interval.",
            parameters: Parameter<Value>(
                "runs", "a list of runs, each a list of numbers, a table or a lab; a record of such lists draws a curve for each"),
            Parameter<String?>("x", "the tables' column of the x axis", default: nil, shown: "counts rows; a lab's environment steps"),
            Parameter<String?>("y", "the tables' column to plot", default: nil, shown: "\"return\""),
            Parameter<[Value]?>("strata", "a label for each run, such as its task; runs are drawn within their own", default: nil),
            Parameter<Double>("level", "of the interval", default: 0.95),
            Parameter<Int>("resamples", "bootstrap draws", default: 2000),
            Parameter<String>("title", "above the chart", default: ""),
            Parameter<String>("x_label", "under the x axis", default: ""),
            Parameter<String>("y_label", "over the y axis", default: ""),
            text: """
                The interquartile mean leaves out the lowest and the highest quarter of the runs at each place. The band is the
                percentile bootstrap's over whole runs, drawn within each stratum, from a fixed random stream: the same runs give
                the same band. Runs on x axes of their own are brought onto the first one's by linear interpolation. Tables are
                reports of runs, as `reports` is: write_csv(reports, "seed-1.csv") in each run, read_csv to compare them.
                Source: Agarwal et al. 2021, arXiv 2108.13264.
                """,
            examples: [
                Example("learning_curve([[1, 2, 3], [2, 3, 4], [0, 2, 5]], title: \"return\")"),
                Example("learning_curve({ours: [[1, 2], [2, 4]], theirs: [[1, 1], [0, 2]]})"),
                Example(
                    "learning_curve([table(steps: [1, 2], return: [3, 4]), table(steps: [1, 2], return: [5, 6])], x: \"steps\").caption",
                    "Interquartile mean of 2 runs; the band is its 95 % bootstrap interval (2 000 draws over runs)."),
            ]
        ) { context, runs, x, y, strata, level, resamples, title, xLabel, yLabel in
            let groups: [(name: String, runs: [Value])]
            if case .record(let box) = runs {
                groups = try zip(box.names, box.values).map { name, value in
                    guard let elements = value.asElements else {
                        throw Fault("curve.type", "learning_curve: `\(name)` wants to be a list of runs, got \(value.described)")
                    }
                    return (name, elements)
                }
            } else if let elements = runs.asElements {
                groups = [("", elements)]
            } else {
                throw Fault("curve.type", "learning_curve wants a list of runs or a record of such lists, got \(runs.described)")
            }
            if strata != nil, groups.count > 1 {
                throw Fault("curve.strata", "`strata` goes with a single list of runs")
            }
            var layers: [Layer] = []
            var counts: [String] = []
            for group in groups {
                let read = try group.runs.enumerated().map { try points($1, x, y, index: $0) }
                let (xs, aligned) = try RunBand.aligned(read)
                let labels = try strata.map { try numbered($0, runs: read.count) }
                // Line and band are of one colour by their common name.
                let name = group.name.isEmpty ? "interquartile mean" : group.name
                let band = try RunBand(
                    xs: xs, runs: aligned, strata: labels, level: level, resamples: resamples, cancellation: context.cancellation)
                layers.append(.line(Series(name, xs: xs, ys: band.middle)))
                if band.runs > 1 { layers.append(.band(Band(name, xs: xs, low: band.low, high: band.high))) }
                let count = Digits.count(band.runs, "run")
                counts.append(group.name.isEmpty ? count : "\(count) of \(group.name)")
            }
            let labs = groups.first?.runs.first?.asObject is LabObject
            let tables = groups.first?.runs.first?.asObject is Table
            let caption = "Interquartile mean of \(counts.joined(separator: ", ")); the band is its \(Digits.short(100 * level)) % bootstrap interval (\(Digits.count(resamples, "draw")) over runs)."
            return FigureObject(
                Figure(
                    title: title, caption: caption,
                    x: Axis(!xLabel.isEmpty ? xLabel : x ?? (labs ? "environment steps" : "")),
                    y: Axis(!yLabel.isEmpty ? yLabel : labs || tables ? y ?? "return" : "", isWhole: false), layers: layers))
        }
    ]

    /// Strata's labels as numbers in the order of their first appearance.
    private static func numbered(_ labels: [Value], runs: Int) throws -> [Int] {
        guard labels.count == runs else {
            throw Fault("curve.strata", "`strata` wants a label for each of \(runs) runs, got \(labels.count)")
        }
        var known: [String] = []
        return labels.map { label in
            if let index = known.firstIndex(of: label.text) { return index }
            known.append(label.text)
            return known.count - 1
        }
    }

    private static func points(_ run: Value, _ x: String?, _ y: String?, index: Int) throws -> (xs: [Double], ys: [Double]) {
        var table: Table?
        var place = x
        switch run.asObject {
        case let lab as LabObject:
            table = LabObject.table(lab.lab.history)
            place = x ?? "environment_steps"
            if lab.lab.history.isEmpty { throw Fault("curve.empty", "the lab of run \(index) has made no step yet") }
        case let given as Table: table = given
        default: break
        }
        guard let table else {
            guard let ys = try? NumberList.convert(run).numbers else {
                throw Fault("curve.type", "learning_curve: run \(index) wants to be a list of numbers, a table or a lab, got \(run.described)")
            }
            return (ys.indices.map { Double($0) }, ys)
        }
        let column = y ?? "return"
        let ys = try numbers(table.knownColumn(column), column, index)
        guard let place else { return (ys.indices.map { Double($0) }, ys) }
        return (try numbers(table.knownColumn(place), place, index), ys)
    }

    /// What was not measured is NaN, and no point of the curve.
    private static func numbers(_ column: [Value], _ name: String, _ index: Int) throws -> [Double] {
        try column.map { value in
            guard let number = NumberList.single(value) else {
                throw Fault("curve.type", "learning_curve: the column `\(name)` of run \(index) wants numbers, got \(value.described)")
            }
            return number
        }
    }
}
