import Runtime
import SessionKit
import Support
import Testing

struct CommandTests {
    @Test(
        "Commands and their errors",
        arguments: [
            ([":vars"], "no variables yet\n"),
            (["x = [1, 2];", "name = \"a\";", ":vars"], "x     list    [1, 2]\nname  string  \"a\"\n"),
            ([":vrs"], "! error: there is no command `:vrs`\n!   hint: did you mean `:vars`?\n"),
            ([":load"], "! error: :load wants a file's name\n!   hint: :load tonight.mpo\n"),
            ([":load /nosuch/file.mpo"], "! error: there is no file '/nosuch/file.mpo'\n"),
            ([":save /tmp/x.mpo"], "! error: nothing has run yet that could be saved\n"),
            (["?nosuchthing"], "! error: there is no help for `nosuchthing`\n!   hint: `help` lists what there is\n"),
        ] as [([String], String)])
    func commands(_ cells: [String], _ expected: String) {
        let harness = Harness()
        for cell in cells { harness.session.run(cell: cell) }
        #expect(harness.text.lines == expected)
    }

    @Test(arguments: [":quit", ":q", " :quit "]) func quit(_ text: String) {
        guard case .quit = Harness().session.run(cell: text) else {
            Issue.record("\(text) did not leave")
            return
        }
    }

    @Test func timeRunsAndTells() {
        let output = Harness().cells(":time 1 + 1")
        #expect(output.hasPrefix("2\n"))
        #expect(output.hasSuffix(" ms\n") || output.hasSuffix(" s\n"))
    }

    @Test func loadRunsAFileHere() throws {
        let folder = TemporaryFolder()
        try WholeFile.write("y = x * 2\ny + 1\n", to: folder.path + "/a.mpo")
        #expect(Harness().cells("x = 4;", ":load \(folder.path)/a.mpo", "y") == "9\n8\n")
    }

    @Test func saveRefusesAFileThatIsNoTranscript() throws {
        let folder = TemporaryFolder()
        let path = folder.path + "/precious.txt"
        try WholeFile.write("precious\n", to: path)
        #expect(Harness().cells("1", ":save \(path)").contains("is there already and no saved session"))
        #expect(try WholeFile.readText(path) == "precious\n")
    }

    @Test(
        "Help finds functions, keywords, commands and modules",
        arguments: [
            ("?for", "for NAME in LIST { … }\n"), ("help for", "for NAME in LIST { … }\n"),
            (":help constrain", "constrain LAB.QUANTITY <= BOUND\n"), ("?:save", ":save FILE\n"),
            ("help epsilon", "setting epsilon = 0.1\n"),
            ("help pendulum", "pendulum("), ("help environments", "module environments\n"),
            ("help(\"repeat\")", "repeat COUNT { … }\n"), ("help", "`help NAME` tells about"),
            (":help", "`help NAME` tells about"),
        ])
    func help(_ cell: String, _ start: String) {
        #expect(Harness().cells(cell).hasPrefix(start))
    }

    /// The lines of a declaration's text are one paragraph, broken where the page is.
    @Test func paragraphsFillThePage() {
        let output = Harness().cells("help environment")
        #expect(output.contains("\n  The functions are pure: all that goes on is in the state, a value of numbers,\n  strings, lists, records, tensors. "))
        #expect(Harness().cells("help mpo").contains("\n  Source: Abdolmaleki"))
        #expect(Harness().cells("help random.uniform").hasPrefix("random.uniform(low: 0, high: 1)"))
    }

    @Test func theSettingsAreListed() {
        let output = Harness().cells("help settings")
        #expect(output.contains("settings of a lab and their defaults\n"))
        #expect(output.contains("\n  epsilon_mean "))
    }

    @Test("A wrong name in help brings the names that are close", arguments: [
        ("pendlum", "`pendulum`"), ("pendu", "`pendulum`"), ("constr", "`constrain`"), ("repaet", "`repeat`"),
    ])
    func fuzzy(_ name: String, _ expected: String) {
        let output = Harness().cells("?" + name)
        #expect(output.hasPrefix("! error: there is no help for `\(name)`"))
        #expect(output.contains(expected))
    }

    @Test func helpShowsTheDocumentationOfAFunctionOfTheLanguage() {
        let output = Harness().cells("## Twice a number.\n## Really.\nfunc twice(x, by: 2) { x * by }", "help twice")
        #expect(output.hasPrefix("twice(x, by: 2)\n  Twice a number.\n"))
        #expect(output.contains("Really."))
    }
}
