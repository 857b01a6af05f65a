import SessionKit
import Support
import Syntax
import Testing

struct TranscriptTests {
    static func script(_ cells: [String], seed: UInt64 = 0) -> String {
        let harness = Harness(seed: seed)
        for cell in cells { harness.session.run(cell: cell) }
        return harness.session.transcript.script(name: "t.mpo")
    }

    static let head = "# a session of mpo 0.1 · seed 0 · run it: mpo run t.mpo\n\n"

    @Test(
        "A session is saved as a script with its outputs as comments",
        arguments: [
            (["x = 1", "x + 1"], "x = 1\n# 1\n\nx + 1\n# 2\n"),
            (["x = 1;"], "x = 1;\n"),
            (["x = 1  # one"], "x = 1  # one\n# 1\n"),
            (["for i in 1...2 {\n    print(i)\n}"], "for i in 1...2 {\n    print(i)\n}\n# 1\n# 2\n"),
            ([":vars", "1"], "1\n# 1\n"),
            (["1", "x = unknown_name", "2"], "1\n# 1\n\n# x = unknown_name\n# → unknown name `unknown_name`\n\n2\n# 2\n"),
            (["x = 1; y = unknown_name; z = 2"], nil),
            (["2", "_ + 1"], "_ = 2\n# 2\n\n_ + 1\n# 3\n"),
            (["2", "5", "_1 + _"], "_1 = 2\n# 2\n\n_ = 5\n# 5\n\n_1 + _\n# 7\n"),
            (["x = 2", "_1 + 1"], "x = 2; _1 = x\n# 2\n\n_1 + 1\n# 3\n"),
            (["\"a\\n\\nb\""], "\"a\\n\\nb\"\n# a\n#\n# b\n"),
        ] as [([String], String?)])
    func script(_ cells: [String], _ expected: String?) {
        let script = Self.script(cells)
        if let expected { #expect(script == Self.head + expected) }
    }

    @Test(
        "The saved script runs and shows the same values",
        arguments: [
            ["x = 1", "y = x + 1; z = y * 2", "z"], ["2", "_ * 3", "_1 + _"], ["x = 1; y = unknown_name; z = 2", "x + 1"],
            ["func f(a) { a * 2 }", "f(4)"], ["1 +* 2", "3"], ["[1, 2].map { x -> x * 2 }", "_[1]"],
            ["x = 1;; ", "x"], ["if true { 5 } else { 6 }"],
        ])
    func runsAgain(_ cells: [String]) throws {
        let first = Harness()
        var last = ""
        for cell in cells { last = first.cells(cell) }
        let second = Harness()
        let result = second.batch(first.session.transcript.script(name: "t.mpo"))
        #expect(result.outcome.name == "done", "\(first.session.transcript.script(name: "t.mpo"))\n\(result.output)")
        #expect(result.output.hasSuffix(last))
    }

    @Test func anotherSeedIsSet() {
        #expect(Self.script(["1"], seed: 7) == "# a session of mpo 0.1 · seed 7 · run it: mpo run t.mpo --seed 7\n\nseed(7)\n\n1\n# 1\n")
    }

    @Test func savingTwiceReplacesTheFirst() throws {
        let folder = TemporaryFolder()
        let path = folder.path + "/a.mpo"
        let harness = Harness()
        #expect(harness.cells("1", ":save \(path)", "2", ":save \(path)") == "1\nsaved \(path)\n2\nsaved \(path)\n")
        #expect(try WholeFile.readText(path).hasSuffix("1\n# 1\n\n2\n# 2\n"))
    }
}
