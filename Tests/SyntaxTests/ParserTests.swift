import Syntax
import Testing

@Suite struct ParserTests {
    @Test(arguments: [
        // Numbers, strings, literals.
        ("10_000", "10000"), ("1e-3", "0.001"), ("1.5E+2", "150"), ("0.5", "0.5"),
        (#""a\n\t\"\\\u{3B7}""#, "\"a\n\t\"\\η\""), (#""""#, "\"\""),
        (#""η is \(lab.eta), \("in \(x)")""#, #""η is \(lab.eta), \("in \(x)")""#),
        (#""\({a: [1]}.a[0])""#, #""\({a: [1]}.a[0])""#),
        // Strings of several lines, without the closing quotes' indentation.
        (#"""""# + "\n  a \"b\"\n\n    c\n  " + #"""""#, "\"a \"b\"\n\n  c\""), (#"""""# + "\n" + #"""""#, "\"\""),
        (#"""""# + "\r\n\tη = \\(x + 1)\\t.\r\n\t" + #"""""#, #""η = \((+ x 1))"# + "\t.\""),
        ("f(" + #"""""# + "\n    a\n    " + #"""""# + ", 2)", "f(\"a\", 2)"),
        ("true and false or nothing", "(or (and true false) nothing)"),
        ("[]", "[]"), ("[1, 2,]", "[1, 2]"), ("{}", "{}"), ("{a: 1, b: [2, 3]}", "{a: 1, b: [2, 3]}"),
        ("{\n  a: 1,\n  return: 2\n}", "{a: 1, return: 2}"), ("{ in: 1 }", "{in: 1}"),
        // Precedence.
        ("1 + 2 * 3 - 4", "(- (+ 1 (* 2 3)) 4)"), ("a - b - c", "(- (- a b) c)"),
        ("2 ^ 3 ^ 2", "(^ 2 (^ 3 2))"), ("-2 ^ 2", "(- (^ 2 2))"), ("2 ^ -1", "(^ 2 (- 1))"),
        ("-a * b", "(* (- a) b)"), ("a @ b + c % d", "(+ (@ a b) (% c d))"), ("- - x", "(- (- x))"),
        ("not a == b and c", "(and (not (== a b)) c)"), ("not not a", "(not (not a))"),
        ("a or b and c", "(or a (and b c))"), ("1 + 1...2 * 5", "(... (+ 1 1) (* 2 5))"),
        ("0..<n == r", "(== (..< 0 n) r)"), ("(a < b) < c", "(< (< a b) c)"),
        ("a ≤ b", "(<= a b)"), ("a − b × c", "(- a (* b c))"), ("x != y", "(!= x y)"),
        ("-x.y[0](1)", "(- x.y[0](1))"),
        // Greek letters are their English names.
        ("η = ε + Σ_0", "(= eta (+ epsilon Sigma_0))"), ("lab.λ", "lab.lambda"), ("f(η: 1)", "f(eta: 1)"),
        ("μ → μ", "(λ [mu] {mu})"), ("cafe\u{301}", "caf\u{E9}"),
        // Members, calls, indices.
        ("xs[0]", "xs[0]"), ("t[0, :]", "t[0, :]"), ("t[1..<3, -1]", "t[(..< 1 3), (- 1)]"),
        ("f(1, b: 2, return: 3)", "f(1, b: 2, return: 3)"), ("t.return", "t.return"), ("f()()[0].a", "f()()[0].a"),
        ("f(\n  1,\n  2\n)", "f(1, 2)"), ("xs\n  .map(f)\n  # between\n  .sum()", "xs.map(f).sum()"),
        ("t.and\nb", "t.and ; b"), ("[1\n, 2]", "[1, 2]"),
        // Functions.
        ("x -> x * x", "(λ [x] {(* x x)})"), ("(a, b) -> a + b", "(λ [a, b] {(+ a b)})"),
        ("() -> 1", "(λ [] {1})"), ("x -> y -> x", "(λ [x] {(λ [y] {x})})"),
        ("(a, b: 2) -> a", "(λ [a, b: 2] {a})"), ("x -> { y = x; y }", "(λ [x] {(= y x); y})"),
        ("x -> {a: x}", "(λ [x] {{a: x}})"), ("x -> { y -> x }", "(λ [x] {(λ [y] {x})})"),
        ("{ 1 }", "(λ [] {1})"), ("{ x -> x }", "(λ [x] {x})"), ("{ a, b -> a }", "(λ [a, b] {a})"),
        ("{ (a, b) -> a }", "(λ [a, b] {a})"), ("{ x ->\n y = x\n y\n}", "(λ [x] {(= y x); y})"),
        ("x ->\n x", "(λ [x] {x})"), ("f(x -> x, 2)", "f((λ [x] {x}), 2)"),
        // Trailing blocks.
        ("xs.map { x -> x * 2 }", "xs.map()(λ [x] {(* x 2)})"), ("time { f() }", "time()(λ [] {f()})"),
        ("minimize(opt) { a }", "minimize(opt)(λ [] {a})"), ("f {}", "f()(λ [] {})"),
        ("xs.map { x -> x }.sum()", "xs.map()(λ [x] {x}).sum()"), ("f {a}\n{b}", "f()(λ [] {a}) ; (λ [] {b})"),
        ("net = network(inputs: 3) { linear(100); tanh; linear(2) }",
            "(= net network(inputs: 3)(λ [] {linear(100); tanh; linear(2)}))"),
        ("if f(xs.map { x -> x }) { 1 }", "(if f(xs.map()(λ [x] {x})) {1})"),
        // Statements.
        ("func gap(p, q, scale: 1.0) { scale * (q - p) }", "(func gap [p, q, scale: 1] {(* scale (- q p))})"),
        ("func f() { return }", "(func f [] {return})"), ("func f() { return 1; }", "(func f [] {(return 1)})"),
        ("if a { 1 } else if b { 2 } else { 3 }", "(if a {1} else if b {2} else {3})"),
        ("x = if a { 1 } else { 2 }", "(= x (if a {1} else {2}))"), ("if a\n{ 1 }", "(if a {1})"),
        ("while x < 3 { x += 1; break }", "(while (< x 3) {(+= x 1); break})"),
        ("for x in 1...3 { continue }", "(for x (... 1 3) {continue})"), ("repeat n { f() }", "(repeat n {f()})"),
        ("a.b = 1", "(= a.b 1)"), ("a[0] ^= 2", "(^= a[0] 2)"), ("a @= b", "(@= a b)"),
        ("x =\n 1 +\n 2", "(= x (+ 1 2))"), ("a\n-b", "a ; (- b)"), ("f\n(1)", "f ; 1"), ("f\n[1]", "f ; [1]"),
        ("use \"stats\"", "(use stats)"), ("param eps = 0.1", "(param eps 0.1)"),
        ("check a > 1, \"m\"", "(check (> a 1) \"m\")"), ("check a", "(check a)"),
        ("constrain lab.kl <= 2 * x", "(constrain lab kl (* 2 x))"), ("constrain a.b.kl_mean ≤ 1", "(constrain a.b kl_mean 1)"),
        ("penalize lab.kl by 0.5", "(penalize lab kl 0.5)"), ("free lab.kl", "(free lab kl)"), ("by = 1", "(= by 1)"),
        // Ends of statements.
        ("a; b", "a ; b"), ("a; b;", "a! ; b!"), ("a;\nb", "a! ; b"), ("a; # c\nb", "a! ; b"), (";;a", "a"), ("", ""),
        ("# only a comment", ""), ("#!/usr/bin/env mpo\n1", "1"), ("a\r\nb\r\n", "a ; b"), ("\u{FEFF}a", "a"),
        // Documentation.
        ("param n = 1  ## how many", "(param n 1) ## how many"), ("## one\n## two\nfunc f() {}", "(func f [] {}) ## one\ntwo"),
        ("func f() { ## doc\n 1\n}", "(func f [] {1}) ## doc"), ("## far\n\na", "a"), ("a; b ## doc", "a ; b ## doc"),
        ("### no\na", "a"),
    ])
    func tree(_ source: String, _ expected: String) throws {
        #expect(text(of: try Parser.parse(Source(name: "t", source))) == expected)
    }

    @Test(arguments: [
        "(1", "f(1,", "[1, [2]", "{a: 1,", "{ x ->", "x +", "x = ", "a and", "not", "if a", "if a {", "if a { 1 } else",
        "if a { 1 } else if b", "func f(x)", "func f(x) {\n  y = 1\n", "for x in xs", "while f(", "xs.map { x -> x\n", "f(\n",
        "x ->", "a.", "repeat 5 {\n", "\"\"\"", "\"\"\"\nab", "f(\"\"\"\n  a \"\"\" b\n",
    ])
    func isIncomplete(_ source: String) {
        let diagnostic = #expect(throws: Diagnostic.self) { try Parser.parse(Source(name: "t", source)) }
        #expect(diagnostic?.isIncomplete == true)
    }

    @Test(arguments: ["1)", "(1]", "f(a b", "\"open", "\"\\(a", "x = = 1", "constrain lab.kl", "if a { 1 }\nelse { 2 }", "func", "'"])
    func moreInputCannotHelp(_ source: String) {
        let diagnostic = #expect(throws: Diagnostic.self) { try Parser.parse(Source(name: "t", source)) }
        #expect(diagnostic?.isIncomplete == false)
    }
}
