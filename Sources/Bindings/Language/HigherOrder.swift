import Runtime
import Support

/// Functions that take functions: map, filter, reduce, any, all.
enum HigherOrderNatives {
    static let all: [NativeFunction] = [
        NativeFunction(
            "map", in: "lists", "The results of a function for every element.",
            parameters: Parameter<Elements>("xs", "the list"), Parameter<FunctionValue>("f", "called with each element"),
            examples: [Example("[1, 2, 3].map { x -> x * 2 }", "[2, 4, 6]"), Example("map(1...3, x -> x ^ 2)", "[1, 4, 9]")]
        ) { context, xs, f in try xs.values.map { try context.call(f, $0) } },
        NativeFunction(
            "filter", in: "lists", "The elements for which a test is true.",
            parameters: Parameter<[Value]>("xs", "the list"), Parameter<FunctionValue>("test", "gives true or false"),
            examples: [Example("filter(1...6, x -> x % 2 == 0)", "[2, 4, 6]")]
        ) { context, xs, test in try xs.filter { try context.test(test, $0, in: "filter") } },
        NativeFunction(
            "reduce", in: "lists", "Combines all elements into one value, from left to right.",
            parameters: Parameter<Elements>("xs", "the list"), Parameter<Value>("start", "the value to start from"),
            Parameter<FunctionValue>("f", "called with the value so far and the next element"),
            examples: [Example("reduce([1, 2, 3], 0) { a, b -> a + b }", "6"), Example("reduce([\"a\", \"b\"], \"\", (a, b) -> b + a)", "ba")]
        ) { context, xs, start, f in
            try xs.values.reduce(start) { try context.call(f, $0, $1) }
        },
        NativeFunction(
            "any", in: "lists", "Whether at least one element is true, or passes a test.",
            parameters: Parameter<Elements>("xs", "the list"),
            Parameter<FunctionValue?>("test", "gives true or false; without it the elements are", default: nil),
            examples: [Example("any([1, 5], x -> x > 3)", "true"), Example("any([])", "false")]
        ) { context, xs, test in
            for element in xs.values where try holds(element, test, context, "any") { return true }
            return false
        },
        NativeFunction(
            "all", in: "lists", "Whether every element is true, or passes a test.",
            parameters: Parameter<Elements>("xs", "the list"),
            Parameter<FunctionValue?>("test", "gives true or false; without it the elements are", default: nil),
            examples: [Example("all([1, 5], x -> x > 3)", "false"), Example("all([true, true])", "true")]
        ) { context, xs, test in
            for element in xs.values where try !holds(element, test, context, "all") { return false }
            return true
        },
        NativeFunction(
            "find", in: "lists", "The first element that passes a test, or `nothing`.",
            parameters: Parameter<Elements>("xs", "the list"), Parameter<FunctionValue>("test", "gives true or false"),
            examples: [Example("find(1...9, x -> x ^ 2 > 10)", "4")]
        ) { context, xs, test in
            for element in xs.values where try context.test(test, element, in: "find") { return element }
            return Value.nothing
        },
    ]

    private static func holds(_ element: Value, _ test: FunctionValue?, _ context: NativeContext, _ name: String) throws -> Bool {
        if let test { return try context.test(test, element, in: name) }
        guard case .boolean(let boolean) = element else {
            throw Fault(
                "\(name).type", "\(name) wants elements that are true or false, got \(element.described)",
                hint: "or a test: `\(name)(xs, x -> x > 0)`")
        }
        return boolean
    }
}
