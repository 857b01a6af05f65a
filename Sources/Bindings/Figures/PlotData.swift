import Plots
import Runtime
import Support
import Tensors

/// Turns what `plot` was given into series.
package enum PlotData {
    /// Named series from one value, over 0, 1, 2, …: a list, lists, a record of lists, a tensor, a table.
    package static func series(_ value: Value, xs: [Double]? = nil, name: String = "") throws -> [Series] {
        // What was not measured is no point: the line goes on to the next one (`lab.history.return` has one value a collect).
        func make(_ name: String, _ ys: [Double], of elements: [Value]? = nil) throws -> Series {
            if let elements, elements.count == ys.count, elements.contains(where: \.isNothing), xs == nil || xs?.count == ys.count {
                let measured = elements.indices.filter { !elements[$0].isNothing }
                return Series(name, xs: measured.map { xs?[$0] ?? Double($0) }, ys: measured.map { ys[$0] })
            }
            guard let xs else { return Series(name, ys: ys) }
            guard xs.count == ys.count else {
                throw Fault(
                    "plot.length",
                    "plot wants as many ys as xs, got \(xs.count) xs and \(ys.count) ys\(name.isEmpty ? "" : " of `\(name)`")")
            }
            return Series(name, xs: xs, ys: ys)
        }
        switch value {
        case .record(let box):
            return try zip(box.names, box.values).map { name, value in
                try make(name, numbers(value, "`\(name)`"), of: value.asElements)
            }
        case .object(let table as Table):
            let columns = table.names.compactMap { name -> (String, [Double], [Value])? in
                guard let column = table.column(name) else { return nil }
                let numbers = column.compactMap(NumberList.single)
                return numbers.count == column.count ? (name, numbers, column) : nil
            }
            guard !columns.isEmpty else { throw Fault("plot.type", "the table has no column of numbers to plot") }
            return try columns.map { try make($0.0, $0.1, of: $0.2) }
        default:
            let rows: NumberRows
            do { rows = try NumberRows.convert(value) } catch let mismatch as Mismatch {
                throw Fault(
                    "plot.type", "plot wants numbers: a list, lists, a record of lists, a tensor or a table, got \(mismatch.found ?? value.described)")
            }
            if rows.isFlat { return try rows.rows.map { try make(name, $0, of: value.asElements) } }
            return try rows.rows.enumerated().map { try make("series \($0 + 1)", $1) }
        }
    }

    static func numbers(_ value: Value, _ what: String) throws -> [Double] {
        do { return try NumberList.convert(value).numbers } catch let mismatch as Mismatch {
            throw Fault("plot.type", "plot wants \(what) to be a list of numbers, got \(mismatch.found ?? value.described)")
        }
    }

    /// `[low, high]` as a range; nil for nothing.
    static func range(_ pair: [Double]?, _ name: String) throws -> ClosedRange<Double>? {
        guard let pair else { return nil }
        guard pair.count == 2, pair[0] < pair[1], pair[0].isFinite, pair[1].isFinite else {
            throw Fault("plot.range", "`\(name)` wants two numbers, the smaller first, got \(Value.list(pair).described)")
        }
        return pair[0]...pair[1]
    }

    /// Adds bounds and a marked point to a figure.
    static func decorate(_ figure: inout Figure, bound: Value, mark: Value) throws {
        if let bound = NumberList.single(bound), !bound.isNaN {
            figure.layers.append(.rule(Rule(at: bound, label: "bound \(Digits.short(bound))", bound: .upper)))
        } else if !bound.isNothing {
            for value in try numbers(bound, "`bound`") {
                figure.layers.append(.rule(Rule(at: value, label: "bound \(Digits.short(value))", bound: .upper)))
            }
        }
        if mark.isNothing { return }
        if let x = mark.asNumber {
            guard let point = nearest(to: x, in: figure) else { return }
            figure.layers.append(.mark(Mark(x: point.0, y: point.1, label: "\(Digits.short(point.0)), \(Digits.short(point.1))")))
            return
        }
        let point = try numbers(mark, "`mark`")
        guard point.count == 2 else {
            throw Fault("plot.mark", "`mark` wants an x, or a point [x, y], got \(mark.described)")
        }
        figure.layers.append(.mark(Mark(x: point[0], y: point[1], label: "\(Digits.short(point[0])), \(Digits.short(point[1]))")))
    }

    /// The point of the first series whose x is nearest.
    private static func nearest(to x: Double, in figure: Figure) -> (Double, Double)? {
        for layer in figure.layers {
            switch layer {
            case .line(let s), .points(let s):
                let best = (0..<min(s.xs.count, s.ys.count)).filter { s.xs[$0].isFinite && s.ys[$0].isFinite }
                    .min { abs(s.xs[$0] - x) < abs(s.xs[$1] - x) }
                return best.map { (s.xs[$0], s.ys[$0]) }
            default: continue
            }
        }
        return nil
    }
}
