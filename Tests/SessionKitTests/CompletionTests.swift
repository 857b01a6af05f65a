import SessionKit
import Support
import Testing

struct CompletionTests {
    @Test(
        "What stands at the cursor decides what is offered",
        arguments: [
            (":v", 0, [":vars"], " "),
            (":", 0, [":help", ":vars", ":save", ":load", ":time", ":quit"], " "),
            ("x = \\eta", 4, ["η"], ""),
            ("\\lam", 0, ["λ"], ""),
            ("\\ep", 0, ["ε"], ""),
            ("\"\\eta", 1, ["η"], ""),
            ("constr", 0, ["constrain"], ""),
            ("pend", 0, ["pendulum"], "("),
            ("1", 1, [], ""),
            ("# pend", 6, [], ""),
            ("my_va", 0, ["my_value"], ""),
            ("x = my_val", 4, ["my_value"], ""),
            ("rec.al", 4, ["alpha"], ""),
            ("twice(", 6, ["x: ", "by: "], ""),
            ("twice(b", 6, nil, nil),
            ("twice(by: 3, ", 13, ["x: "], ""),
        ])
    func offers(_ text: String, _ start: Int, _ candidates: [String]?, _ suffix: String?) {
        let harness = Harness()
        _ = harness.cells("my_value = 1", "rec = {alpha: 1, beta: 2}", "func twice(x, by: 2) { x * by }")
        let found = harness.session.completions(in: text, at: text.utf8.count)
        #expect(found.start == start)
        if let candidates { #expect(found.candidates == candidates) } else { #expect(found.candidates.contains("by: ")) }
        if let suffix { #expect(found.suffix == suffix) }
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
