import Glibc
import Support
import Testing

/// The built program at a terminal: keys in, screen out.
@Suite(.serialized) struct PromptTests {
    /// A home of its own for each test, which goes away with it.
    final class Home {
        let path: String
        init() {
            var template = Array("/tmp/mpo-home-XXXXXX".utf8CString)
            path = mkdtemp(&template).map { String(cString: $0) } ?? "/tmp"
        }
        deinit { if path.hasPrefix("/tmp/mpo-home-") { system("rm -rf '\(path)'") } }
    }

    let home = Home()
    let up = "\u{1B}[A", down = "\u{1B}[B", left = "\u{1B}[D", tab = "\t", escape = "\u{1B}", interrupt = "\u{3}"

    func start(_ arguments: [String] = [], environment: [String] = []) throws -> PseudoTerminal {
        let terminal = try PseudoTerminal(arguments, environment: environment, home: home.path)
        try terminal.expect("mpo 0.1 · a laboratory for MPO · seed ")
        try terminal.expect("[1]>")
        return terminal
    }

    @Test func aValueIsShownAndCtrlDLeaves() throws {
        let terminal = try start()
        terminal.type("20 + 22\r")
        try terminal.expect("\n42\r\n")
        try terminal.expect("[2]>")
        terminal.type("\u{4}")
        #expect(try terminal.end() == 0)
    }

    @Test func enterGoesOnWhereTheStatementIsNotComplete() throws {
        let terminal = try start()
        terminal.type("for i in 1...2 {\rprint(i * 111)\r}\r")
        try terminal.expect("\n111\r\n222\r\n")
        // Up brings the whole statement back, with the cursor on its first line.
        terminal.type(up + "\r")
        try terminal.expect("\n111\r\n222\r\n")
        terminal.type(":quit\r")
        #expect(try terminal.end() == 0)
        #expect(try WholeFile.readText(home.path + "/.local/state/mpo/history").contains("for i in 1...2 {\\n    print(i * 111)\\n}\n"))
    }

    @Test func upFindsWhatBeginsAsTyped() throws {
        let terminal = try start()
        terminal.type("1000 + 1\r")
        try terminal.expect("\n1001\r\n")
        terminal.type("2000 + 2\r")
        try terminal.expect("\n2002\r\n")
        terminal.type("10" + up + "\r")
        try terminal.expect("\n1001\r\n")
    }

    @Test func linesAboveCanBeEdited() throws {
        let terminal = try start()
        terminal.type("[1,\r2]")
        terminal.type(up + "\u{1}" + "[7, ")
        terminal.type(down + "\u{5}" + "]\r")
        try terminal.expect("\n[7, [1, 2]]\r\n")
    }

    @Test func tabCompletesNamesAndGreekLetters() throws {
        let terminal = try start()
        terminal.type("my_value = 21;\r")
        try terminal.expect("[2]>")
        terminal.type("my_va\t * 2\r")
        try terminal.expect("\n42\r\n")
        terminal.type("\\eta\t = 5\r")
        try terminal.expect("\n5\r\n")
        terminal.type("eta + 1\r")
        try terminal.expect("\n6\r\n")
    }

    @Test(arguments: ["\r", "\n", "\r\n"]) func aPasteIsOneInsert(_ lineEnd: String) throws {
        let terminal = try start()
        let text = ["for i in 1...2 {", "\tprint(i + 30)", "}"].joined(separator: lineEnd)
        terminal.type("\u{1B}[200~\(text)\u{1B}[201~")
        terminal.type("\r")
        try terminal.expect("\n31\r\n32\r\n")
        try terminal.expect("[2]>")
    }

    @Test func aPastedTranscriptLosesPromptsAndOutputs() throws {
        let terminal = try start()
        terminal.type("\u{1B}[200~[1]> a = 40\r40\r[2]> a + 2\r42\r\u{1B}[201~\r")
        try terminal.expect("\n40\r\n42\r\n")
        try terminal.expect("[2]>")
    }

    @Test func aPasteOfManyCharactersInsideALine() throws {
        let terminal = try start()
        let numbers = (1...1000).map(String.init).joined(separator: ", ")
        terminal.type("sum([])" + left + left + "\u{1B}[200~\(numbers)\u{1B}[201~\r")
        try terminal.expect("\n500500\r\n")
    }

    @Test func ctrlCAtThePromptDropsTheLine() throws {
        let terminal = try start()
        terminal.type("x = 5;\r")
        try terminal.expect("[2]>")
        terminal.type("half a li" )
        try terminal.expect("li")
        terminal.type(interrupt)
        try terminal.expect("^C")
        try terminal.expect("[2]>")
        terminal.type("x + 37\r")
        try terminal.expect("\n42\r\n")
    }

    @Test func ctrlCInsideASearchIsNoEndOfInput() throws {
        let terminal = try start()
        terminal.type("1000 + 1\r")
        try terminal.expect("\n1001\r\n")
        try terminal.expect("[2]>")  // before the prompt a control key is the terminal's
        terminal.type("\u{12}1000")
        try terminal.expect("bck")
        terminal.type(interrupt)
        try terminal.expect("[2]>")
        terminal.type("6 * 7\r")
        try terminal.expect("\n42\r\n")
    }

    @Test func ctrlRFindsAnEntry() throws {
        let terminal = try start()
        terminal.type("1000 + 1\r")
        try terminal.expect("\n1001\r\n")
        terminal.type("5\r")
        try terminal.expect("[3]>")
        terminal.type("\u{12}000\r")
        try terminal.expect("\n1001\r\n")
    }

    @Test func ctrlCStopsALoopAndTheSessionLives() throws {
        let terminal = try start()
        terminal.type("n = 0\r")
        try terminal.expect("[2]>")
        terminal.type("print(\"started\"); while true { n += 1 }\r")
        try terminal.expect("\nstarted\r\n")
        terminal.type(interrupt)
        try terminal.expect("interrupted")
        try terminal.expect("[3]>")
        terminal.type("if n >= 0 { 42 }\r")
        try terminal.expect("\n42\r\n")
    }

    @Test("A prompt in any locale", arguments: ["LANG=C", "LC_ALL=POSIX", "LC_ALL=xx_XX.nonsense", "LANG=en_US.UTF-8"])
    func locales(_ setting: String) throws {
        let terminal = try start(environment: [setting])
        terminal.type("\"é η 日本\"\r")
        try terminal.expect("\né η 日本\r\n")
    }

    @Test func viModeKeepsTabAndLeavesInsertionWithEscape() throws {
        try WholeFile.write("bind -v\n", to: home.path + "/.editrc")
        let terminal = try start()
        terminal.type("my_value = 4;\r")
        try terminal.expect("[2]>")
        terminal.type("my_va\t + 39")
        try terminal.expect("39")
        terminal.type(escape)
        usleep(200_000)  // Escape alone is told from a key's sequence by the pause behind it
        terminal.type("x" + "a8\r")
        try terminal.expect("\n42\r\n")
    }

    @Test func theStartUpFileRunsUnlessSkipped() throws {
        mkdir(home.path + "/.config", 0o700)
        mkdir(home.path + "/.config/mpo", 0o700)
        try WholeFile.write("favourite = 41\n", to: home.path + "/.config/mpo/init.mpo")
        let terminal = try start()
        terminal.type("favourite + 1\r")
        try terminal.expect("\n42\r\n")
        let other = try start(["--no-init"])
        other.type("favourite + 1\r")
        try other.expect("unknown name")
    }

    @Test func theHistoryOutlivesTheSession() throws {
        let first = try start()
        first.type("7 * 6\r")
        try first.expect("\n42\r\n")
        try first.expect("[2]>")  // a Ctrl-D typed before the prompt is the terminal's own, not the editor's
        first.type("\u{4}")
        #expect(try first.end() == 0)
        let second = try start()
        second.type(up + "\r")
        try second.expect("\n42\r\n")
    }

    @Test func aHangUpEndsTheProgram() throws {
        let terminal = try start()
        kill(terminal.process, SIGTERM)
        #expect(try terminal.end() == -SIGTERM)
    }

    @Test func coloursComeUnlessForbidden() throws {
        let plain = try start()
        plain.type("1\r")
        try plain.expect("[2]>")
        #expect(!String(decoding: plain.raw, as: UTF8.self).contains("\u{1B}[1;36m"))
        let coloured = try PseudoTerminal(environment: ["NO_COLOR="], home: home.path)
        try coloured.expect("[1]>")
        #expect(String(decoding: coloured.raw, as: UTF8.self).contains("\u{1B}[1;36m[1]>"))
    }

    /// An episode is drawn in place, and ends with its result and a prompt that works.
    @Test func anEpisodeIsWatched() throws {
        let terminal = try start()
        terminal.type("env = pendulum().time_limit(30); lab = mpo(env, gaussian(env), qnet(env))\r")
        try terminal.expect("[2]>")
        terminal.type("watch(lab, speed: 5)\r")
        try terminal.expect("step 0 of 30 · return 0\r\n")
        try terminal.expect("step 30 of 30 · reward ")
        try terminal.expect("truncated\r\n")
        try terminal.expect("evaluated 1 episode · return ")
        try terminal.expect("[3]>")
        // Up over the lines of the picture, as often as it was drawn again.
        #expect(String(decoding: terminal.raw, as: UTF8.self).split(separator: "\r\u{1B}[").count > 2)
        terminal.type("1000 + 1\r")
        try terminal.expect("\n1001\r\n")
    }

    @Test func ctrlCEndsWatching() throws {
        let terminal = try start()
        terminal.type("env = pendulum(); lab = mpo(env, gaussian(env), qnet(env))\r")
        try terminal.expect("[2]>")
        terminal.type("watch(lab)\r")
        try terminal.expect("step 2 of 200 · reward ")
        terminal.type(interrupt)
        try terminal.expect("interrupted\r\n")
        try terminal.expect("[3]>")
        terminal.type("1000 + 1\r")
        try terminal.expect("\n1001\r\n")
    }

    @Test func aLessonIsGoneThroughAndGoesOnNextTime() throws {
        let terminal = try start()
        terminal.type("lesson(\"kl\")\r")
        try terminal.expect("step 1 of ")
        terminal.type("0.9\r")
        try terminal.expect("  Too large.\r\n")
        terminal.type("hint\r")
        try terminal.expect("`hint` tells more")
        terminal.type("sum(p * log(p / q))\r")
        try terminal.expect("✓ Right.")
        try terminal.expect("step 2 of ")
        terminal.type("\u{4}")
        #expect(try terminal.end() == 0)
        #expect(try WholeFile.readText(home.path + "/.local/share/mpo/lessons.json").contains("\"kl\""))
        let again = try start()
        again.type("lesson\r")
        try again.expect("step 2 of ")
        try again.expect("Next: lesson(\"kl\"), at step 2")
        again.type(":q\r")
        #expect(try again.end() == 0)
    }

    @Test func aSandboxKeepsNoProgress() throws {
        let terminal = try start(["--sandbox"])
        terminal.type("lesson(\"kl\")\r")
        try terminal.expect("step 1 of ")
        terminal.type("skip\r")
        try terminal.expect("step 2 of ")
        terminal.type(":q\r")
        #expect(try terminal.end() == 0)
        #expect(!WholeFile.exists(home.path + "/.local/share/mpo/lessons.json"))
    }
}
