import Runtime
import Syntax
import Testing

struct Case: Sendable, CustomTestStringConvertible {
    let program: String
    let lines: [String]
    init(_ program: String, _ lines: String...) {
        self.program = program
        self.lines = lines
    }
    var testDescription: String { program }
}

@Suite struct ProgramTests {
    static let expressions = [
        Case("1 + 2 * 3 ^ 2", "19"), Case("-2 ^ 2", "-4"), Case("7 / 2", "3.5"), Case("7 % 3; -7 % 3; 7 % -3; -6 % 3", "1", "2", "-2", "0"),
        Case("0.1 + 0.2", "0.30000000000000004"), Case("1e-10; 1e21; 1e15; 123456789", "1e-10", "1e21", "1000000000000000", "123456789"),
        Case("1 / 0; -1 / 0; 0 / 0; -0", "infinity", "-infinity", "nan", "0"),
        Case("1 < 2; 2 <= 1; 3 > 2; 3 >= 4; 1 == 1; 1 != 1", "true", "false", "true", "false", "true", "false"),
        Case("true and not false or 1 / \"x\" == 1", "true"), Case("false and broken()", "false"), Case("true or broken()", "true"),
        Case("\"a\" + \"b\"; \"a\" < \"b\"; \"a\" == \"a\"", "ab", "true", "true"),
        Case("\"η is \\(1 + 1) and \\([\"x\"])\"", "η is 2 and [\"x\"]"),
        Case("[1, [\"a\", nothing], true]", "[1, [\"a\", nothing], true]"), Case("{a: 1, b: {c: \"x\"}}", "{a: 1, b: {c: \"x\"}}"),
        Case("1...3; 0..<3", "1...3", "0..<3"), Case("[1, [2]] == [1, [2]]; {a: 1} == {a: 1}; {a: 1} == {a: 2}; 1 == \"1\"", "true", "true", "false", "false"),
        Case("nothing == nothing; (0 / 0) == (0 / 0)", "true", "false"),
        Case("if 1 > 2 { \"a\" } else if 2 > 1 { \"b\" } else { \"c\" }", "b"), Case("x = if false { 1 }; x == nothing", "true"),
        Case("[1, 2, 3][0]; [1, 2, 3][-1]; [1, 2, 3][1..<3]; [1, 2, 3][0..<-1]; [1, 2, 3][-2...-1]", "1", "3", "[2, 3]", "[1, 2]", "[2, 3]"),
        Case("\"héllo\"[1]; \"héllo\"[1...2]; (1...10)[3]; (1...10)[2..<4]; {a: 4}[\"a\"]", "é", "él", "4", "3..<5", "4"),
        Case("pi > 3.14", "true"), Case("nothing"), Case("f = x -> x * x; f(4)", "16"),
    ]

    @Test(arguments: expressions) func expression(_ test: Case) throws {
        #expect(try output(test.program) == test.lines)
    }

    static let statements = [
        Case("x = 1; y = x; x = 2; y", "1"),
        Case("xs = [1, [2, 3]]; ys = xs; xs[1][0] = 9; xs; ys", "[1, [9, 3]]", "[1, [2, 3]]"),
        Case("r = {a: {b: [1]}}; s = r; r.a.b[0] = 2; r.c = 3; r; s", "{a: {b: [2]}, c: 3}", "{a: {b: [1]}}"),
        Case("r = {a: 1}; r[\"b\"] = 2; r[\"a\"] += 5; r", "{a: 6, b: 2}"),
        Case("x = 5; x += 2; x *= 3; x -= 1; x /= 4; x", "5"), Case("xs = [1, 2]; xs[-1] += 5; xs", "[1, 7]"),
        Case("s = 0; for i in 1...4 { s += i }; s", "10"), Case("for i in 3...1 { print(i) }; print(\"end\")", "end"),
        Case("for x in [\"a\", 2] { print(x) }", "a", "2"), Case("for c in \"hé\" { print(c) }", "h", "é"),
        Case("for k in {a: 1, b: 2} { print(k) }", "a", "b"), Case("for x in pair(3, 4) { print(x) }", "3", "4"),
        Case("r = 1..<3; for i in r { print(i) }", "1", "2"),
        Case("i = 0; while true { i += 1; if i == 2 { continue }; if i == 4 { break }; print(i) }", "1", "3"),
        Case("n = 0; repeat 3 { n += 2 }; n", "6"), Case("for i in 0..<3 { for j in 0..<3 { if j == 1 { break }; print(i, j) } }", "0 0", "1 0", "2 0"),
        Case("xs = [1, 2, 3]; for x in xs { xs[0] = 9; print(x) }; xs", "1", "2", "3", "[9, 2, 3]"),
        Case("func f(x) { for i in 0..<9 { if i == x { return i * 10 } }; \"none\" }; f(3); f(20)", "30", "none"),
        Case("func f(x) { while true { x = if x > 5 { return x } else { x + 1 } } }; f(2)", "6"),
        Case("func f() { return }; f() == nothing", "true"), Case("func f() { x = 3 }; f() == nothing", "true"),
        Case("func even(n) { if n == 0 { true } else { odd(n - 1) } }; func odd(n) { if n == 0 { false } else { even(n - 1) } }; even(11)", "false"),
        Case("func fib(n) { if n < 2 { n } else { fib(n - 1) + fib(n - 2) } }; fib(15)", "610"),
        Case("func gap(p, q, scale: 1 + 1) { scale * (q - p) }; gap(1, 4); gap(1, 4, scale: 1); gap(q: 1, p: 2); gap(1, 4, 3)", "6", "3", "-2", "9"),
        Case("func f(a, b: a * 2) { a + b }; f(1); f(a: 2)", "3", "6"),
        Case("func f(a, g: x -> x + a) { g(10) }; f(1); f(1, x -> x)", "11", "10"),
        Case("constrain counter().kl <= 0.5; penalize counter().kl by 2; free counter().kl", "kl <= 0.5", "kl by 2", "kl free"),
        Case("c = counter(); d = c; c.count = 4; d.count; c.count += 1; d.count; c == d; counter() == counter()", "4", "5", "true", "false"),
        Case("c = counter(); c(1, 2); c(); copy(c) == c", "2", "2", "false"),
        Case("r = {c: counter()}; r.c.count = 7; s = r; s.c.count = 8; r.c.count", "8"),
        Case("func f(c) { c.count = 3 }; c = counter(); f(c); c.count", "3"), Case("c = counter(); func f() { c.count = 3 }; f(); c.count", "3"),
        Case("p = pair(1, 2); q = p; p.first = 5; p[1] = 6; p; q", "pair 5, 6", "pair 1, 2"),
        Case("pair(1, 2) + pair(3, 4); pair(1, 2) * 2; 2 * pair(1, 2); 1 - pair(1, 2); -pair(1, 2); pair(1, 2) == pair(1, 2)", "pair 4, 6", "pair 2, 4", "pair 2, 4", "pair 0, -1", "pair -1, -2", "true"),
        Case("pair(1, 2)[0, :]", "2 indices"), Case("copy(pair(1, 2)); copy(counter())", "pair 1, 2", "counter at 0"),
    ]

    @Test(arguments: statements) func statement(_ test: Case) throws {
        #expect(try output(test.program) == test.lines)
    }

    static let scopes = [
        Case("total = 0; [1, 2, 3].each { x -> total = total + x }; total", "6"),
        Case("func f() { total = 0; [1, 2, 3].each { x -> total += x }; total }; f()", "6"),
        Case("total = 7; func f() { total = 1; total }; f(); total", "1", "7"),
        Case("if true { x = 1; print(x) }; x", "1", "[name.unknown] unknown name `x`"),
        Case("x = 1; if true { x = 2 }; x", "2"), Case("for i in 0..<2 { y = i }; y", "[name.unknown] unknown name `y`"),
        Case("func counter2() { n = 0; { n = n + 1; n } }; c = counter2(); c(); c(); d = counter2(); d()", "1", "2", "1"),
        Case("func f() { fs = []; g = nothing; for i in 0..<3 { h = () -> i; if i == 1 { g = h } }; g() }; f()", "1"),
        Case("func f(n) { g = k -> if k < 2 { 1 } else { k * g(k - 1) }; g(n) }; f(5)", "120"),
        Case("func f() { func g(n) { if n == 0 { 0 } else { g(n - 1) } }; g(3) }; f()", "0"),
        Case("func f() { x = 1; func g() { x = 2; x }; print(g()); x }; f()", "2", "1"),
        Case("func f(x) { () -> { x = x + 1; x } }; g = f(1); g(); g()", "2", "3"),
        Case("func f() { x = 1; g = () -> { h = () -> { x = x + 1 }; h(); h() }; g(); x }; f()", "3"),
        Case("x = [0]; bump = () -> { x[0] += 1 }; bump(); bump(); x", "[2]"),
        Case("add = a -> b -> a + b; add(2)(3)", "5"), Case("i = 10; for i in 0..<2 { }; i", "10"),
        Case("double = 3; double", "note: `double` now hides the built-in of that name", "3"),
        Case("double = 3; double = 4; double", "note: `double` now hides the built-in of that name", "4"),
        Case("later = () -> thing; thing = 5; later()", "5"),
    ]

    @Test(arguments: scopes) func scope(_ test: Case) throws {
        #expect(try output(test.program) == test.lines)
    }

    static let calls = [
        Case("[1, 2].map { x -> x * 2 }", "[2, 4]"), Case("[1, 2].map(x -> x + 1)", "[2, 3]"), Case("map([1, 2], double)", "[2, 4]"),
        Case("[1, 2].each { print(\"x\") }", "x", "x"), Case("(1...4).sum()", "10"), Case("clip(5); clip(5, high: 3); (5).clip(0, 2); clip(low: 2, x: 1)", "1", "3", "2", "1"),
        Case("r = {clip: x -> \"mine\"}; r.clip(3)", "mine"), Case("p = pair(3, 4); func first(p) { \"function\" }; p.first(); p.first", "function", "3"),
        Case("f = double; f(4); [f][0](5); {g: f}.g(6)", "8", "10", "12"), Case("nth([1, 2], 1)", "2"),
        Case("values { 1; repeat 2 { 5 }; if true { 7; 8 }; y = 3; y; nothing }", "[1, 5, 5, 7, 8, 3]"),
        Case("func f() { 3 }; values { f(); f() }; f()", "[3, 3]", "3"), Case("values { values { 1; 2 }; 3 }", "[[1, 2], 3]"),
        Case("report(iteration: 1, return: \"r\")", "iteration=1 return=r"), Case("print(1, \"a\", [\"a\"])", "1 a [\"a\"]"), Case("print()", ""),
        Case("maybe(); maybe(2); maybe(nothing)", "none", "2", "none"), Case("tally(); tally()", "1", "2"),
        Case("(() -> 5)()", "5"), Case("func f(a, block) { block(a) }; f(3) { x -> x + 1 }", "4"),
    ]

    @Test(arguments: calls) func call(_ test: Case) throws {
        #expect(try output(test.program) == test.lines)
    }

    static let prompts = [
        Case("a = 3", "3"), Case("a = 3;"), Case("a = [1]; a[0] = 5", "[1]", "5"), Case("a = 1; a += 2", "1", "3"), Case("ping", "pong"),
        Case("clip", "clip(x, low: 0, high: 1)\n  Limits a number to a range."), Case("func f(a, b: 2) { a }\nf", "f(a, b: 2)"),
        Case("## Adds.\nfunc add(a, b) { a + b }\nadd", "add(a, b)\n  Adds."), Case("for i in 0..<2 { i }"), Case("param eps = 0.5\neps", "0.5"),
        Case("copy", "copy(c)\n  Another counter.\ncopy(p)\n  Another pair."),
    ]

    @Test(arguments: prompts) func prompt(_ test: Case) throws {
        #expect(try output(test.program, .prompt) == test.lines)
    }

    @Test func quietShowsOnlyWhatIsPrinted() throws {
        #expect(try output("1; a = 2; print(3)", .quiet) == ["3"])
    }

    @Test func silencedValuesReachTheSink() throws {
        let recorder = Recorder()
        let interpreter = Interpreter(registry: registry, output: recorder)
        try interpreter.run(try Parser.parse(Source(name: "test", "1 + 1;\n3")), display: .prompt)
        #expect(recorder.shown.map(\.isSilenced) == [true, false])
        #expect(recorder.lines == ["3"])
    }
}
