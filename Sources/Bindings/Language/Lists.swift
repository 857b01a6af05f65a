import Glibc
import Runtime
import Support

/// Lists and ranges as a whole: length, parts, order.
enum ListNatives {
    static let all: [NativeFunction] = lengths + parts + joins + makers + searches

    private static let lengths: [NativeFunction] = ["count", "len"].map { name in
        NativeFunction(
            name, in: "lists", "How many elements, characters, fields or rows something has.",
            parameters: Parameter<Value>("xs", "a list, range, string, record, table or tensor"),
            text: name == "len" ? "The same as `count`." : "",
            examples: [
                Example("\(name)([4, 5, 6])", "3"), Example("\(name)(0..<10)", "10"), Example("\(name)(\"η*\")", "2"),
                Example("\(name)({a: 1, b: 2})", "2"),
            ]
        ) { _, xs in
            switch xs {
            case .list(let box): return box.elements.count
            case .range(let range): return range.count
            case .string(let box): return box.text.count
            case .record(let box): return box.names.count
            case .object(let object):
                if let count = try object.member("count")?.asNumber, let whole = Int(exactly: count) { return whole }
                if let next = try object.makeIterator() {
                    var count = 0
                    while try next() != nil { count += 1 }
                    return count
                }
            default: break
            }
            throw Fault("argument.type", "\(name) wants a list, string or record, got \(xs.described)")
        }
    }

    private static let parts: [NativeFunction] = [
        NativeFunction(
            "first", in: "lists", "The first element.", parameters: Parameter<[Value]>("xs", "a list that is not empty"),
            examples: [Example("first([4, 5, 6])", "4")]
        ) { _, xs in
            guard let first = xs.first else { throw empty("first") }
            return first
        },
        NativeFunction(
            "last", in: "lists", "The last element.", parameters: Parameter<[Value]>("xs", "a list that is not empty"),
            examples: [Example("last([4, 5, 6])", "6")]
        ) { _, xs in
            guard let last = xs.last else { throw empty("last") }
            return last
        },
        NativeFunction(
            "take", in: "lists", "The first `n` elements, or all where there are fewer.",
            parameters: Parameter<[Value]>("xs", "the list"), Parameter<Count>("n", "how many"),
            examples: [Example("take([4, 5, 6], 2)", "[4, 5]"), Example("take([4], 2)", "[4]")]
        ) { _, xs, n in Array(xs.prefix(n.number)) },
        NativeFunction(
            "drop", in: "lists", "The elements after the first `n`.",
            parameters: Parameter<[Value]>("xs", "the list"), Parameter<Count>("n", "how many to leave out"),
            examples: [Example("drop([4, 5, 6], 2)", "[6]")]
        ) { _, xs, n in Array(xs.dropFirst(n.number)) },
        NativeFunction(
            "reverse", in: "lists", "The elements from last to first.", parameters: Parameter<[Value]>("xs", "the list"),
            examples: [Example("reverse(1...3)", "[3, 2, 1]")]
        ) { _, xs in Array(xs.reversed()) },
        NativeFunction(
            "sort", in: "lists", "The elements in ascending order.",
            parameters: Parameter<[Value]>("xs", "numbers or strings, or anything where `by` is given"),
            Parameter<FunctionValue?>("by", "gives the number or string to compare", default: nil),
            Parameter<Bool>("descending", "largest first", default: false),
            text: "Equal elements keep their order. Numbers come before strings, NaN after all other numbers.",
            examples: [
                Example("sort([3, 1, 2])", "[1, 2, 3]"),
                Example("sort([\"bb\", \"a\"], by: s -> count(s))", "[\"a\", \"bb\"]"),
                Example("sort([3, 1, 2], descending: true)", "[3, 2, 1]"),
            ]
        ) { context, xs, by, descending in
            let keys = try xs.map { element in
                try SortKey(by.map { try context.call($0, element) } ?? element, of: by == nil ? "elements" : "what `by` gives")
            }
            return SortKey.order(keys, isDescending: descending).map { xs[$0] }
        },
        NativeFunction(
            "unique", in: "lists", "The elements without repetitions, in the order of their first appearance.",
            parameters: Parameter<[Value]>("xs", "the list"), examples: [Example("unique([2, 1, 2])", "[2, 1]")]
        ) { context, xs in
            var seenNumbers = Set<Double>(), seenTexts = Set<String>(), others: [Value] = []
            return try xs.filter { element in
                switch element {
                case .number(let number): return seenNumbers.insert(number).inserted
                case .string(let box): return seenTexts.insert(box.text).inserted
                default:
                    try context.checkCancellation()
                    for other in others where try other.isEqual(to: element) { return false }
                    others.append(element)
                    return true
                }
            }
        },
    ]

    private static let joins: [NativeFunction] = [
        NativeFunction(
            "concat", in: "lists", "One list of the elements of several.",
            parameters: Parameter<[Value]>("first", "the first list"), Parameter<Rest<[Value]>>("others", "more lists, in order"),
            examples: [Example("concat([1, 2], [3], 4...5)", "[1, 2, 3, 4, 5]")]
        ) { _, first, others in
            try requireElements(others.values.reduce(first.count) { $0 + $1.count })
            return first + others.values.joined()
        },
        NativeFunction(
            "append", in: "lists", "The list with more elements at its end; the list itself stays as it is.",
            parameters: Parameter<[Value]>("xs", "the list"), Parameter<Rest<Value>>("elements", "what to add"),
            text: "To grow a variable: `xs = append(xs, x)`.", examples: [Example("append([1, 2], 3)", "[1, 2, 3]")]
        ) { _, xs, elements in xs + elements.values },
        NativeFunction(
            "flatten", in: "lists", "A list of lists as one list, one level less deep.",
            parameters: Parameter<[Value]>("xs", "the list of lists"),
            examples: [Example("flatten([[1, 2], [3], 4])", "[1, 2, 3, 4]")]
        ) { _, xs in
            try xs.flatMap { element -> [Value] in
                switch element {
                case .list(let box): return box.elements
                case .range: return try [Value].convert(element)
                default: return [element]
                }
            }
        },
        NativeFunction(
            "zip", in: "lists", "Lists side by side: a list of `[x, y]`.",
            parameters: Parameter<Elements>("xs", "the first list"), Parameter<Rest<Elements>>("others", "further lists of the same length"),
            examples: [Example("zip([1, 2], [\"a\", \"b\"])", "[[1, \"a\"], [2, \"b\"]]")]
        ) { _, xs, others in
            for (position, other) in others.values.enumerated() where other.values.count != xs.values.count {
                throw Fault(
                    "zip.length",
                    "zip wants lists of one length, got \(Digits.count(xs.values.count, "element")) in the first and \(other.values.count) in list \(position + 2)",
                    hint: "`take(xs, n)` cuts the longer one")
            }
            return xs.values.indices.map { index in
                Value.list([xs.values[index]] + others.values.map { $0.values[index] })
            }
        },
        NativeFunction(
            "enumerate", in: "lists", "Every element with its index: a list of `[index, x]`.",
            parameters: Parameter<Elements>("xs", "the list"),
            examples: [Example("enumerate([\"a\", \"b\"])", "[[0, \"a\"], [1, \"b\"]]")]
        ) { _, xs in xs.values.enumerated().map { Value.list([.number(Double($0)), $1]) } },
    ]

    private static let makers: [NativeFunction] = [
        NativeFunction(
            "list", in: "lists", "The elements of a range, table or other collection as a list.",
            parameters: Parameter<Elements>("xs", "what to list"), examples: [Example("list(1...4)", "[1, 2, 3, 4]")]
        ) { _, xs in xs.values },
        NativeFunction(
            "fill", in: "lists", "A list of the same value, `n` times.",
            parameters: Parameter<Value>("value", "the value"), Parameter<Count>("n", "how many"),
            examples: [Example("fill(0, 3)", "[0, 0, 0]")]
        ) { _, value, n in
            try requireElements(n.number)
            return Array(repeating: value, count: n.number)
        },
        NativeFunction(
            "range", in: "lists", "Numbers from `start` towards `stop`, `step` apart, `stop` left out.",
            parameters: Parameter<Double>("start", "the first number"), Parameter<Double>("stop", "where it ends"),
            Parameter<Double>("step", "the distance; negative to count down", default: 1),
            text: "For whole steps of one, `1...10` and `0..<10` do the same. Every number is start + i · step, so errors do not add up.",
            examples: [Example("range(0, 1, 0.25)", "[0, 0.25, 0.5, 0.75]"), Example("range(3, 0, step: -1)", "[3, 2, 1]")]
        ) { _, start, stop, step in
            guard start.isFinite, stop.isFinite, step.isFinite, step != 0 else {
                throw Fault(
                    "range.step", "range wants finite numbers and a step that is not 0, got \(NumberText.plain(start)), \(NumberText.plain(stop)), step \(NumberText.plain(step))")
            }
            // A last number that rounding alone keeps below stop does not count.
            let steps = ((stop - start) / step - 1e-9).rounded(.up)
            guard steps > 0 else { return [Double]() }
            try requireElements(Int(exactly: min(steps, 1e15)) ?? 0)
            return (0..<Int(steps)).map { start + Double($0) * step }
        },
        NativeFunction(
            "spaced", in: "lists", "`n` numbers from `first` to `last`, both included, evenly spaced.",
            parameters: Parameter<Double>("first", "the first number"), Parameter<Double>("last", "the last number"),
            Parameter<Count>("n", "how many, at least 2"),
            Parameter<Bool>("log", "even in the logarithm instead; both ends must be positive", default: false),
            examples: [
                Example("spaced(0, 1, 5)", "[0, 0.25, 0.5, 0.75, 1]"),
                Example("spaced(1, 100, 3, log: true)", "[1, 10, 100]"),
            ]
        ) { _, first, last, n, isLog in
            guard n.number >= 2 else { throw Fault("spaced.count", "spaced wants at least 2 numbers, got \(n.number)") }
            if isLog, !(first > 0 && last > 0) {
                throw Fault("spaced.range", "spaced with log: true wants positive ends, got \(NumberText.plain(first)) and \(NumberText.plain(last))")
            }
            try requireElements(n.number)
            return (0..<n.number).map { index in
                if index == n.number - 1 { return last }
                let share = Double(index) / Double(n.number - 1)
                if !isLog || index == 0 { return first + (last - first) * share }
                // Through base 10, so that powers of ten come out as such.
                return pow(10, log10(first) * (1 - share) + log10(last) * share)
            }
        },
    ]

    private static let searches: [NativeFunction] = [
        NativeFunction(
            "index_of", in: "lists", "The index of the first element equal to a value, or `nothing`.",
            parameters: Parameter<[Value]>("xs", "the list"), Parameter<Value>("value", "what to look for"),
            examples: [Example("index_of([4, 5, 6], 5)", "1"), Example("index_of([4], 5) == nothing", "true")]
        ) { _, xs, value in
            for (index, element) in xs.enumerated() where try element.isEqual(to: value) { return Int?.some(index) }
            return nil
        },
        NativeFunction(
            "contains", in: "lists", "Whether a value is among the elements.",
            parameters: Parameter<[Value]>("xs", "the list"), Parameter<Value>("value", "what to look for"),
            examples: [Example("contains([4, 5, 6], 5)", "true"), Example("contains(1...3, 7)", "false")]
        ) { _, xs, value in
            for element in xs where try element.isEqual(to: value) { return true }
            return false
        },
    ]

    static func empty(_ name: String) -> Fault { Fault("list.empty", "\(name) wants a list that is not empty") }

    static func requireElements(_ count: Int) throws {
        _ = try MemoryBudget.require(elements: [count], stride: MemoryLayout<Value>.stride, for: "a list of \(NumberText.grouped(count)) elements")
    }
}
