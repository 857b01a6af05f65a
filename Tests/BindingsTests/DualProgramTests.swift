import Bindings
import Runtime
import Syntax
import Testing

/// Keeps what a program shows and prints.
private final class Transcript: OutputSink {
    let style = DisplayStyle(width: 60, canvas: .ascii)
    private(set) var lines: [String] = []

    func show(_ value: Value, isSilenced: Bool) { if !isSilenced { lines.append(value.display(style)) } }
    func print(_ line: String) { lines.append(line) }
    func report(_ row: [(name: String, value: Value)]) {}
    func note(_ text: String, at span: Span?) {}
}

/// What a program shows last in batch, or its error.
private func last(_ text: String) -> String {
    let transcript = Transcript()
    let interpreter = Interpreter(registry: makeStandardRegistry(), output: transcript)
    do {
        try interpreter.run(try Parser.parse(Source(name: "test", text)), display: .batch)
        return transcript.lines.last ?? ""
    } catch {
        return "error: " + error.message
    }
}

/// Duals, Gaussian KLs and figures in the language.
@Suite struct DualProgramTests {
    static let programs: [(String, String)] = [
        // Equal odds of 1 and 0: w = e/(1 + e), KL = ε at η* by construction.
        ("round(dual([[0, 1]], epsilon: 0.1).kl, 12)", "0.1"),
        ("d = dual([[0, 1]], epsilon: 0.1); w = d.weights[0]; round(w[1] / w[0] - exp(1 / d.eta), 9)", "0"),
        ("d = dual([[0, 1]], epsilon: 0.1); round(d.value - d.expected_q, 9)", "0"),
        ("dual([[0, 1]]).epsilon", "0.1"), ("dual([0, 1]).weights == dual([[0, 1]]).weights", "true"),
        ("dual([[3, 3], [1, 1]], epsilon: 0.1).slack", "true"), ("dual([[3, 3], [1, 1]], epsilon: 0.1).eta", "0"),
        ("dual([[3, 3], [1, 1]], epsilon: 0.1).outcome", "all-equal"), ("dual([[0, 1]], epsilon: 0.1).slack", "false"),
        ("dual([[0, 1, 5]], epsilon: 9).outcome", "greedy"), ("dual([[0, 1, 5]], epsilon: 9).weights", "[[0, 0, 1]]"),
        ("dual([[7]], epsilon: 0.1).outcome", "single-action"), ("dual([[1], [2, 2]], epsilon: 0.1).ess", "1.5"),
        ("dual([[0, 5]], epsilon: 9, prior: [1, 0]).weights", "[[1, 0]]"),
        ("d = dual([[0, 1]], epsilon: 0.1); round(d.dual(d.eta).slope, 12)", "0"),
        ("d = dual(tensor([[0, 1], [1, 3]]), epsilon: 0.1); d.weights == dual([[0, 1], [1, 3]], epsilon: 0.1).weights", "true"),
        ("dual([[1, 0 / 0]], epsilon: 0.1)", "error: Q of state 0, action 1 is NaN; the E-step needs finite values"),
        ("dual([[1, 2]], epsilon: 0)", "error: the bound epsilon on the KL must be a finite number above 0, but it is 0"),
        ("dual([], epsilon: 1)", "error: the dual needs Q values of at least one state, but there are none"),
        ("gaussian_kl([0], [[1]], [1], [[2]]).mean", "0.5"),
        ("round(gaussian_kl([0], [[1]], [0], [[2]]).cov - (log(2) - 3 / 8), 12)", "0"),
        ("k = gaussian_kl([0, 0], [1, 2], [1, 1], [1, 2]); [k.total == k.mean, k.cov]", "[true, 0]"),
        ("gaussian_kl([0, 0], [1, 2], [1, 1], [1, 2]).mean_per_dimension", "[0.5, 0.125]"),
        ("gaussian_kl([0], [[0]], [0], [[1]])", "error: chol0[0, 0] is 0; a Cholesky factor's diagonal is finite and above 0"),
        // Figures
        ("type(plot([1, 2]))", "figure"), ("plot([1, 2], title: \"a\") == plot([1, 2], title: \"a\")", "true"),
        ("plot([1, 2], title: \"a\") == plot([1, 3], title: \"a\")", "false"), ("plot([1, 2], title: \"t\").title", "t"),
        ("plot([1, 2], [1, 2, 3])", "error: plot wants as many ys as xs, got 2 xs and 3 ys"),
        ("plot([1, 2], kind: \"pie\")", "error: `kind` wants line, points, bars or histogram, got \"pie\""),
        ("histogram([1], bins: 0)", "error: `bins` wants 1 to 10 000, got 0"),
        ("save(plot([1]), \"a.png\")", "error: a figure is saved as .svg or .txt, but the file is called 'a.png'"),
    ]

    @Test(arguments: programs)
    func program(text: String, wanted: String) { #expect(last(text) == wanted) }

    @Test func plotsShowWhatTheyWereGiven() {
        let curve = last("plot(dual([[0, 1, 5]], epsilon: 0.1))")
        #expect(curve.contains("eta* = ") && curve.contains("@") && curve.contains("epsilon = 0.1"))
        #expect(last("plot(dual([[1, 1]], epsilon: 0.1))").contains("equal"))
        let missing = last("plot([0.05, 0.2, nothing, 0.3], bound: 0.1)")
        #expect(missing.contains("2 of 3 points above bound 0.1") && !missing.contains("not finite"))
        let bound = last("plot([0.05, 0.2, nan, 0.3], bound: 0.1)")
        #expect(bound.contains("2 of 3 points above bound 0.1") && bound.contains("1 value is not finite"))
        #expect(last("plot({up: [1, 2], down: [2, 1]})").contains("* up   + down"))
        #expect(last("bars({left: 1, right: 2})").contains("right ####"))
        #expect(last("plot(table([{a: 1, b: 2}, {a: 3, b: 1}]))").contains("* a   + b"))
    }
}
