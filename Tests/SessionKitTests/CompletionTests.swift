import SessionKit
import Support
import Testing

struct CompletionTests {
    struct Row: Sendable, CustomStringConvertible {
        var text: String
        var start: Int
        var candidates: [String]
        var suffix = ""
        init(_ text: String, _ start: Int, _ candidates: [String], _ suffix: String = "") {
            (self.text, self.start, self.candidates, self.suffix) = (text, start, candidates, suffix)
        }
        var description: String { text }
    }

    static let rows: [Row] = [
        Row(":v", 0, [":vars"], " "),
        Row(":", 0, [":help", ":vars", ":save", ":load", ":time", ":quit"], " "),
        Row("x = \\eta", 4, ["η"]),
        Row("\\lam", 0, ["λ"]),
        Row("\\ep", 0, ["ε"]),
        Row("\"\\eta", 1, ["η"]),
        Row("constr", 0, ["constrain"]),
        Row("pendu", 0, ["pendulum"], "("),
        Row("1", 1, []),
        Row("# pend", 6, []),
        Row("my_va", 0, ["my_value"]),
        Row("x = my_val", 4, ["my_value"]),
        Row("rec.al", 4, ["alpha"]),
        Row("{ random.unif", 9, ["uniform"]),
        Row("twice(", 6, ["x: ", "by: "]),
        Row("twice(by: 3, ", 13, ["x: "]),
    ]

    @Test("What stands at the cursor decides what is offered", arguments: rows)
    func offers(_ row: Row) {
        let harness = Harness()
        _ = harness.cells("my_value = 1", "rec = {alpha: 1, beta: 2}", "func twice(x, by: 2) { x * by }")
        let found = harness.session.completions(in: row.text, at: row.text.utf8.count)
        #expect(found == Completions(start: row.start, candidates: row.candidates, suffix: row.suffix))
    }

    @Test func severalNamesWithOneBeginning() {
        let harness = Harness()
        _ = harness.cells("gap_one = 1; gap_two = 2")
        #expect(harness.session.completions(in: "gap", at: 3).candidates == ["gap_one", "gap_two"])
    }

    @Test func filesInsideStrings() throws {
        let folder = TemporaryFolder()
        try WholeFile.write("", to: folder.path + "/run-a.mpo")
        try WholeFile.write("", to: folder.path + "/notes.txt")
        let session = Harness().session
        let text = "load(\"\(folder.path)/ru"
        let found = session.completions(in: text, at: text.utf8.count)
        #expect(found.start == 6)
        #expect(found.candidates == ["\(folder.path)/run-a.mpo"])
        #expect(found.suffix == "\"")
        let command = ":load \(folder.path)/n"
        #expect(session.completions(in: command, at: command.utf8.count).candidates == ["\(folder.path)/notes.txt"])
    }
}
