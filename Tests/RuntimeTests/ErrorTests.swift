import Runtime
import Support
import Syntax
import Testing

@Suite struct ErrorTests {
    static let messages = [
        Case("foo(1)", "[name.unknown] unknown name `foo`"), Case("clp(1)", "[name.unknown] unknown name `clp` | did you mean `clip`?"),
        Case("epsilon = 1; epsilom", "[name.unknown] unknown name `epsilom` | did you mean `epsilon`?"),
        Case("clip(\"a\")", "[argument.type] clip: `x` wants a number, got string \"a\" | clip(x, low: 0, high: 1)"),
        Case("clip(1, low: [1, 2])", "[argument.type] clip: `low` wants a number, got list [1, 2] | clip(x, low: 0, high: 1)"),
        Case("clip(5, lov: 0)", "[argument.label] clip has no parameter `lov` | did you mean `low`?"),
        Case("clip(5, bottom: 0)", "[argument.label] clip has no parameter `bottom` | clip(x, low: 0, high: 1)"),
        Case("clip(1, 2, 3, 4)", "[argument.count] clip takes 3 arguments, got 4 | clip(x, low: 0, high: 1)"),
        Case("clip()", "[argument.missing] clip: `x` is missing | clip(x, low: 0, high: 1)"),
        Case("clip(1, x: 2)", "[argument.twice] clip: `x` is given twice | clip(x, low: 0, high: 1)"),
        Case("nth([1], 1.5)", "[argument.type] nth: `n` wants a whole number, got number 1.5 | nth(xs, n)"),
        Case("nth(3, 1)", "[argument.type] nth: `xs` wants a list, got number 3 | nth(xs, n)"),
        Case("sum([1, \"a\"])", "[argument.type] sum: `xs` wants a list of numbers, got string \"a\" at index 1 | sum(xs)"),
        Case("map([1], 3)", "[argument.type] map: `f` wants a function, got number 3 | map(xs, f)"),
        Case("double(\"a\")", "[argument.type] double: `x` wants a number, got string \"a\" | double(x)"),
        Case("copy(3)", "[argument.type] copy wants a counter or a pair, got number 3 | copy(c) | copy(p)"),
        Case("ping(1)", "[argument.count] ping takes no arguments, got 1"), Case("maybe(\"x\")", "[argument.type] maybe: `x` wants a number or nothing, got string \"x\" | maybe(x: nothing)"),
        Case("func f(a, b) { a }; f(1)", "[argument.missing] f: `b` is missing | f(a, b)"),
        Case("func f(a) { a }; f(1, 2)", "[argument.count] f takes 1 argument, got 2 | f(a)"),
        Case("func f(alpha) { alpha }; f(alhpa: 2)", "[argument.label] f has no parameter `alhpa` | did you mean `alpha`?"),
        Case("(x -> x)()", "[argument.missing] function: `x` is missing | function(x)"), Case("3(4)", "[call.type] number 3 is not a function"),
        Case("broken()", "[test.broken] it is broken | mend it"), Case("[1] + [2]", "[operator.type] `+` does not add lists | `concat(a, b)` joins two lists, `tensor(a) + tensor(b)` adds element by element"),
        Case("1 + \"a\"", "[operator.type] `+` wants numbers, got number 1 and string \"a\" | \"\\(x)\" puts a value into a string"),
        Case("[1] * 2", "[operator.type] `*` wants numbers, got list [1] and number 2 | `tensor(…)` of a list calculates element by element"),
        Case("1 @ 2", "[operator.type] `@` wants tensors, got number 1 and number 2 | `tensor(…)` makes one of a list"),
        Case("-\"a\"", "[operator.type] `-` wants a number, got string \"a\""), Case("nothing < 1", "[operator.type] `<` wants numbers, got nothing and number 1 | `nothing` is what a call without a result gives"),
        Case("if 1 { }", "[condition.type] `if` wants true or false, got number 1 | compare it: `x != 0`"),
        Case("while \"a\" { }", "[condition.type] `while` wants true or false, got string \"a\""), Case("true and 1", "[condition.type] `and` wants true or false, got number 1 | compare it: `x != 0`"),
        Case("not 3", "[condition.type] `not` wants true or false, got number 3 | compare it: `x != 0`"),
        Case("[1, 2][2]", "[subscript.range] index 2 is outside of the list, which has 2 elements | indices count from 0; the last is 1, or -1"),
        Case("[1][-2]", "[subscript.range] index -2 is outside of the list, which has 1 element"), Case("[1][0.5]", "[subscript.whole] an index is a whole number, got 0.5"),
        Case("[1][1e300]", "[subscript.range] index 1e300 is outside of the list, which has 1 element"), Case("[1][infinity]", "[name.unknown] unknown name `infinity`"),
        Case("[1][1 / 0]", "[subscript.whole] an index is a whole number, got infinity"), Case("[1, 2][1..<5]", "[subscript.range] 1..<5 is outside of the list, which has 2 elements"),
        Case("[1][0, 0]", "[subscript.count] a list takes one index, got 2 | write xs[i][j] for a list of lists, or make it a tensor"),
        Case("3[0]", "[subscript.type] number 3 has no elements to index"), Case("counter()[0]", "[subscript.type] a counter has no elements to index"),
        Case("{alpha: 1}.alpa", "[member.unknown] record {alpha: 1} has no `alpa` | did you mean `alpha`?"),
        Case("counter().size", "[member.unknown] a counter has no `size` | it has `count` and `kl`"), Case("[1].sum", "[member.unknown] a list has no `sum` | `sum` is a function: write `.sum()`"),
        Case("x = 3; x.foo()", "[member.unknown] a number has no `foo`, and there is no function of that name"),
        Case("[1].mapp(x -> x)", "[member.unknown] a list has no `mapp`, and there is no function of that name | did you mean `map`?"),
        Case("c = counter(); c.kl = 1", "[lab.measured] `kl` is measured | constrain x.kl <= 0.1 bounds it"), Case("p = pair(1, 2); p.third = 1", "[member.unknown] a pair has no `third` | it has `first` and `second`"),
        Case("x = 3; x.a = 1", "[assign.target] a part of number 3 cannot be assigned"), Case("x = \"abc\"; x[0] = \"d\"", "[assign.target] a part of string \"abc\" cannot be assigned"),
        Case("xs = [1]; xs[0..<1] = 2", "[assign.subscript] one element of a list is assigned at a time"), Case("xs = [1]; xs[1] = 2; xs", "[subscript.range] index 1 is outside of the list, which has 1 element | indices count from 0; the last is 0, or -1"),
        Case("func f() { [1] }; f()[0] = 2", "[assign.target] this is a value, not a variable: changing a part of it would have no effect"),
        Case("x = 1; func g() { x += 1 }; g()", "[scope.outer] `x` belongs outside of this function, whose assignments are its own | return the new value, or use a function without a name: `x -> …`"),
        Case("x = [1]; func g() { x[0] = 2 }; g()", "[scope.outer] `x` belongs outside of this function, whose assignments are its own | return the new value, or use a function without a name: `x -> …`"),
        Case("if true { q += 1 }", "[name.unknown] `q` has no value yet"), Case("nope[0] = 1", "[name.unknown] unknown name `nope`"),
        Case("for i in 3 { }", "[loop.type] `for` wants a list, a range or another sequence, got number 3 | `for i in 0..<3` counts"), Case("for i in counter() { }", "[loop.type] `for` wants a list, a range or another sequence, got counter at 0"),
        Case("repeat 2.5 { }", "[number.whole] `repeat` wants a whole number, got 2.5"), Case("repeat \"a\" { }", "[number.type] `repeat` wants a whole number, got string \"a\""),
        Case("for i in 0...1e300 { }", "[number.whole] a range wants a whole number, got 1e300"), Case("1...0.5", "[number.whole] a range wants a whole number, got 0.5"),
        Case("check 1 + 1 == 3, \"arithmetic \\(1)\"", "[check.failed] arithmetic 1 | 1 + 1 is 2"), Case("x = 5; check x > 10", "[check.failed] check failed: x > 10 | x is 5"),
        Case("check 1", "[condition.type] `check` wants true or false, got number 1 | compare it: `x != 0`"), Case("check true; check not false; check 1 < 2"),
        Case("constrain 3.kl <= 1", "[syntax.number] digits are missing after the point | a call on a number has it in parentheses: `(3).f()`"), Case("x = 3; constrain x.kl <= 1", "[constrain.type] `constrain` wants a lab, got number 3"),
        Case("constrain pair(1, 2).kl <= 1", "[constrain.type] a pair has nothing to constrain"), Case("constrain counter().size <= 1", "[lab.quantity] a counter has no `size` to constrain"),
        Case("x = 1 + if true { return 3 } else { 4 }", "[syntax.jump] `return` stands outside a function"),
        Case("func f() { 1 + if true { return 3 } else { 4 } }; f()", "[flow.expression] `return` cannot stand inside an expression | use `if` as a statement of its own"),
        Case("while true { x = 1 + (if true { break } else { 4 }) }", "[flow.expression] `break` cannot stand inside an expression | use `if` as a statement of its own"),
        Case("func f(a, a) { a }", "[syntax.function] the parameter `a` stands twice"), Case("stop(); 1", "[interrupted] interrupted"),
        Case("stop(); while true { }", "[interrupted] interrupted"), Case("func f() { f() }; stop(); f()", "[interrupted] interrupted"),
        Case("use \"nothing-here\"", "[module.no-library] there is no library to look for \"nothing-here\" in | MPO_STDLIB names its folder; use \"./nothing-here\" means a file beside this one"),
    ]

    @Test(arguments: messages) func message(_ test: Case) throws {
        #expect(try output(test.program) == test.lines)
    }

    /// The span that the caret goes under.
    static let places = [
        Case("clip(1, low: \"a\")", "\"a\""), Case("clip(1, lw: 2)", "lw"), Case("x = 1 + foo", "foo"), Case("a = {b: 1}; a.c", "c"),
        Case("1 + [2] * 3", "[2] * 3"), Case("if 1 { }", "1"), Case("[1][3]", "[1][3]"), Case("for i in 0...0.5 { }", "0...0.5"),
    ]

    @Test(arguments: places) func place(_ test: Case) throws {
        let interpreter = Interpreter(registry: registry, output: Recorder())
        let program = try Parser.parse(Source(name: "test", test.program))
        let error = #expect(throws: Diagnostic.self) { try interpreter.run(program, display: .batch) }
        #expect(error?.span?.text == test.lines[0])
    }

    @Test func callsAreToldInnermostFirst() throws {
        let interpreter = Interpreter(registry: registry, output: Recorder())
        let text = "func inner(x) { x + [1] }\nfunc outer() { [1].map { x -> inner(x) } }\nouter()"
        let error = #expect(throws: Diagnostic.self) {
            try interpreter.run(try Parser.parse(Source(name: "test", text)), display: .batch)
        }
        #expect(error?.calls.map(\.function) == ["inner", "function", "outer"])
        #expect(error?.calls.first?.span.text == "inner(x)")
        #expect(error?.calls.last?.span.text == "outer()")
    }

    static let endless = [
        "func f(n) { f(n + 1) }\nf(0)", "func f(n) { 1 + [n].map { x -> f(x) }[0] }\nf(0)", "f = n -> f(n)\nf(1)",
        "func a(n) { b(n, n) }; func b(n, m) { a(n: n) }\na(1)", "func f(x: f()) { x }\nf()",
    ]

    // A small stack: the testing library takes a backtrace at every throw, which costs the more the deeper the stack.
    @Test(arguments: endless) func endlessRecursionIsAnError(_ program: String) throws {
        #expect(try output(program, stack: 4 << 20).last == "[call.depth] calls are nested too deeply | does the recursion come to an end?")
    }

    @Test func recursionIsBoundedOnAnOrdinaryThreadToo() throws {
        let recorder = Recorder()
        let interpreter = Interpreter(registry: registry, output: recorder)
        let error = #expect(throws: Diagnostic.self) {
            try interpreter.run(try Parser.parse(Source(name: "test", "func f(n) { f(n + 1) }\nf(0)")), display: .batch)
        }
        #expect(error?.id == "call.depth")
        try interpreter.run(try Parser.parse(Source(name: "test", "f2 = x -> x + 1\nf2(1)")), display: .batch)
        #expect(recorder.lines == ["2"])
    }

    @Test func aSessionGoesOnAfterErrors() throws {
        try BigStack.run {
            let recorder = Recorder()
            let interpreter = Interpreter(registry: registry, output: recorder)
            for text in [
                "x = 1", "func f(a) { b = [a, x]; b[5] }", "for i in 0..<3 { f(i) }", "x = 2\nx + \"a\"\nx = 3", "while true { f(1) }",
                "stop()", "x",
            ] {
                _ = try? interpreter.run(try Parser.parse(Source(name: "test", text)), display: .batch)
                interpreter.cancellation.reset()
            }
            #expect(recorder.lines == ["2"])
        }
    }

    /// Values that an error leaves behind in frames would keep their objects alive.
    @Test func errorsLeaveNoValueInTheFrames() throws {
        weak var leaked: Counter?
        let interpreter = Interpreter(registry: registry, output: Recorder())
        try autoreleased {
            let counter = Counter()
            leaked = counter
            interpreter.setGlobal("c", .object(counter))
            for text in ["func f(a) { b = [a]; g(b, a) }; func g(x, y) { z = y; [1].each { q -> z + q } }; f(c)", "c = 1", "f = 1; g = 1"] {
                _ = try? interpreter.run(try Parser.parse(Source(name: "test", text)), display: .batch)
            }
        }
        #expect(leaked == nil)
    }

    private func autoreleased(_ body: () throws -> Void) rethrows { try body() }

    @Test func deeplyNestedValuesAreFreedAndCompared() throws {
        let program = """
            x = []; y = []
            repeat 200000 { x = [x]; y = [y] }
            print("built")
            same = x == y
            """
        #expect(
            try output(program) == ["built", "[value.nesting] lists nested more than 10 000 deep cannot be compared"])
        #expect(try output("func make() { g = () -> 1; repeat 200000 { h = g; g = () -> h() }; g }; q = make(); q = 0; print(q)") == ["0"])
    }
}
