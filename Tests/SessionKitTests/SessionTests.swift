import Runtime
import SessionKit
import Support
import Syntax
import Testing

struct SessionTests {
    @Test(
        "What cells show at the prompt",
        arguments: [
            (["1 + 1"], "2\n"),
            (["x = 3"], "3\n"),
            (["x = 3;"], ""),
            (["x = 3; x + 1"], "3\n4\n"),
            (["2", "_ + 1"], "2\n3\n"),
            (["2", "10", "_1 + _"], "2\n10\n12\n"),
            (["2", "x = 7;", "_"], "2\n7\n"),
            (["\"a\\nb\""], "a\nb\n"),
            (["nothing"], ""),
            (["print(5)"], "5\n"),
            (["  "], ""),
            (["func f(a) { a + 1 }", "f(2)"], "3\n"),
        ] as [([String], String)])
    func cells(_ cells: [String], _ expected: String) {
        let harness = Harness()
        for cell in cells { harness.session.run(cell: cell) }
        #expect(harness.text.lines == expected)
    }

    @Test func cellsAreNumberedAndErrorsNameThem() {
        let harness = Harness()
        #expect(harness.session.cell == 1)
        #expect(harness.cells("1", "1 +* 2").hasPrefix("1\n! [2]:1:4: error: "))
        #expect(harness.session.cell == 3)
    }

    @Test func anErrorKeepsVariables() {
        let harness = Harness()
        let output = harness.cells("x = 5; y = unknown_name; z = 6", "x")
        #expect(output.contains("! [1]:1:12: error: "))
        #expect(output.hasSuffix("5\n"))
    }

    @Test(
        "What a script shows in batch",
        arguments: [
            ("1 + 1", "2\n", "done"),
            ("x = 3", "", "done"),
            ("x = 3\nx", "3\n", "done"),
            ("x = 3; x;", "", "done"),
            ("for i in 1...2 { print(i) }", "1\n2\n", "done"),
            ("1\nunknown_name\n2", "1\n", "failed"),
            ("check 1 > 2, \"one is less\"", "", "failed"),
        ] as [(String, String, String)])
    func batch(_ source: String, _ expected: String, _ outcome: String) {
        let result = Harness().batch(source)
        let shown = result.output.split(separator: "\n").filter { !$0.hasPrefix("!") }.map { $0 + "\n" }.joined()
        #expect(shown == expected)
        #expect(result.outcome.name == outcome)
        #expect(result.output.contains("! ") == (outcome == "failed"))
    }

    @Test func aFailedStatementStopsAScript() {
        let result = Harness().batch("print(1)\ncheck 1 > 2, \"one is less\"\nprint(3)")
        #expect(result.output.hasPrefix("1\n! test.mpo:2:"))
        #expect(result.output.contains("one is less"))
        #expect(!result.output.contains("3\n!"))
        #expect(!result.output.hasSuffix("\n3\n"))
    }

    @Test(
        "Text from a pipe may hold commands; places in messages count its own lines",
        arguments: [
            ("x = 1\n:vars\nx + 1\n", "x  number  1\n2\n", "done"),
            ("1\n:quit\n2\n", "1\n", "quit"),
            ("?for\n3", nil, "done"),
            ("t = [\n  1,\n  2\n]\n:vars\nt[0]", "t  list  [1, 2]\n1\n", "done"),
            ("1\n:nosuch\n2", "1\n! error: there is no command `:nosuch`\n!   hint: there are :help, :vars, :save, :load, :time, :quit\n", "failed"),
        ] as [(String, String?, String)])
    func piped(_ source: String, _ expected: String?, _ outcome: String) {
        let result = Harness().piped(source)
        if let expected { #expect(result.output == expected) }
        #expect(result.outcome.name == outcome)
    }

    @Test("A command's bare name runs it at the prompt and in a pipe, and shows what it is in a file")
    func bareCommands() {
        let make = "lab = mpo(bandit([1, 2]), tabular(bandit([1, 2])), qnet(bandit([1, 2])))\ncollect(lab, episodes: 3);\n"
        let check = "\nlab.environment_steps"
        #expect(Harness().piped(make + "undo;" + check).output.hasSuffix("\n0\n"))
        #expect(Harness().batch(make + "undo" + check).output.hasSuffix("\n3\n"))
        let prompt = Harness()
        for line in (make + "undo;" + check).split(separator: "\n") { prompt.session.run(cell: String(line)) }
        #expect(prompt.text.lines.hasSuffix("\n0\n"))
        let quiet = Harness(isQuiet: true)
        #expect(quiet.piped(make + "undo\nprint(lab.environment_steps)").output.hasSuffix("0\n"))
    }

    @Test func errorsInPipedTextNameTheLine() {
        let result = Harness().piped("1\n:vars\n\n\nunknown_name")
        #expect(result.output.contains("! standard input:5:1: error: "))
    }

    @Test func quietShowsOnlyWhatIsPrinted() {
        let harness = Harness(isQuiet: true)
        #expect(harness.batch("1\nprint(2)\n3").output == "2\n")
    }

    @Test func anInterruptStopsALoopAndKeepsTheSession() {
        let harness = Harness()
        _ = harness.cells("x = 1")
        harness.token.cancel()
        guard case .interrupted = harness.session.run(cell: "while true { x = x }") else {
            Issue.record("the loop was not interrupted")
            return
        }
        harness.token.reset()
        #expect(harness.cells("x") == "1\n")
    }

    @Test(
        "Enter adds a line, indented, where the text is not complete",
        arguments: [
            ("1 + 1", nil), ("1 +", ""), ("for i in 1...3 {", "    "), ("f(", "    "), ("f([", "    "),
            ("if a {\n    for b in c {", "        "), ("func f() {\n    1\n}", nil), (":vars", nil), ("?for", nil),
            ("1 + * 2", nil), (")", nil), ("", nil),
        ] as [(String, String?)])
    func continuation(_ text: String, _ expected: String?) {
        #expect(Harness().session.continuation(of: text) == expected)
    }
}
