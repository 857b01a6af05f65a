import Bindings
import Glibc
import Runtime
import SessionKit
import Support
import Syntax
import Testing

/// Going through lessons: what is said to which value, and what is kept.
@Suite struct LessonTests {
    /// A small lesson of two steps; `answer` and `check` both.
    static let sums = """
        lesson_title("Sums", can: "add up a list.")
        lesson_step(\"""
            The mean of a list is its sum over its count, and this
            sentence makes a second line.

              mean = Σ x / N
            \""",
            setup: "xs = [1, 2, 6]",
            ask: "What is the mean of xs?",
            answer: 3,
            mistakes: [[9, "that is the sum"], [x -> x < 0, "all of xs are positive"]],
            hints: ["divide", "divide by count(xs)"],
            solution: "sum(xs) / count(xs)",
            why: "9 / 3.",
            right: ["mean(xs)"], wrong: ["9", "2", "-3", "-1"])
        lesson_step("Now the list itself.",
            setup: "xs = [1, 2, 6]",
            ask: "Make the last element of xs 7.",
            check: (x, v) -> if last(v.xs) == 7 { true } else if last(v.xs) == 6 { nothing } else { "it is \\(last(v.xs)) now" },
            solution: "xs[2] = 7", why: "Indices begin at 0.", right: ["xs[-1] = 7", "xs = [1, 2, 7]"], wrong: ["xs[2] = 8; xs"])

        """

    let folder = TemporaryFolder()

    /// A session with a library of its own, which holds the lesson as number 1 and a broken one as number 2.
    func session(lesson: String = sums, progress: String? = nil) throws -> LessonHarness {
        let lessons = folder.path + "/lessons"
        if !WholeFile.exists(lessons + "/01-sums.mpo") {
            system("mkdir -p '\(lessons)'")
            try WholeFile.write(lesson, to: lessons + "/01-sums.mpo")
        }
        return LessonHarness(library: folder.path, progress: progress)
    }

    // MARK: Going through

    @Test func aStepIsShownAndARightAnswerGoesOn() throws {
        let lesson = try session()
        #expect(
            lesson.cells("lesson(\"sums\")") == """

                ── 1 · Sums ───────────────────────────────────────────────────── step 1 of 2 ──
                The mean of a list is its sum over its count, and this sentence makes a second
                line.

                  mean = Σ x / N

                    xs = [1, 2, 6]

                ▸ What is the mean of xs? (a number, ± 0.03)
                  hint · show · skip · question · leave

                """)
        #expect(
            lesson.cells("3") == """
                3
                ✓ Right. 9 / 3.

                ── 1 · Sums ───────────────────────────────────────────────────── step 2 of 2 ──
                Now the list itself.

                    xs = [1, 2, 6]

                ▸ Make the last element of xs 7.

                """)
        let end = lesson.cells("xs[2] = 7")
        #expect(end.hasPrefix("7\n✓ Right. Indices begin at 0.\n\n── Sums: done ─"), "\(end)")
        #expect(end.hasSuffix("─ 2 of 2 solved ──\nYou can now add up a list.\nThat was the last lesson: the rest is `help`, and your own experiments.\n"), "\(end)")
    }

    @Test(
        "Any right answer passes, whatever way it comes",
        arguments: ["3", "mean(xs)", "sum(xs) / count(xs)", "m = mean(xs)", "mean(xs);", "tensor([3])", "2.98", "answer(3)", "show(3)", "print(1); 3"])
    func right(_ code: String) throws {
        let lesson = try session()
        _ = lesson.cells("lesson(1)")
        let shown = lesson.cells(code)
        #expect(shown.contains("✓ Right. 9 / 3.") && shown.contains("step 2 of 2"), "\(shown)")
    }

    @Test(
        "A wrong answer is told in what way it is off, and what is no answer passes in silence",
        arguments: [
            ("9", "9\n  That is the sum.\n"), ("2", "2\n  Too small.\n"), ("4", "4\n  Too large.\n"),
            ("-3", "-3\n  All of xs are positive.\n"), ("sum(xs)", "9\n  That is the sum.\n"), ("xs[0] + 1", "2\n  Too small, if that is your answer.\n"),
            ("x = 9", "9\n"), ("x = 3", "3\n"), ("x = -3", "-3\n"), ("9;", ""), ("\"three\"", "three\n"), ("xs", "[1, 2, 6]\n"), ("x -> x", "function of x\n"),
            ("true", "true\n"), ("nothing", ""), ("answer(9)", "  That is the sum.\n"),
            ("answer(\"three\")", "  That is not the kind of answer that is asked for: a number, ± 0.03 is wanted.\n"),
            ("no_such_name", "! [2]:1:1: error: unknown name `no_such_name`\n!  1 | no_such_name\n!    | ^^^^^^^^^^^^\n"),
        ])
    func wrong(_ code: String, _ expected: String) throws {
        let lesson = try session()
        _ = lesson.cells("lesson(1)")
        let shown = lesson.cells(code)
        if code != "x -> x" { #expect(shown == expected) }
        #expect(!shown.contains("Right") && lesson.cells("question").contains("step 1 of 2"))
    }

    @Test func hintsComeInLayersAndTheSolutionApart() throws {
        let lesson = try session()
        _ = lesson.cells("lesson(1)")
        #expect(lesson.cells("hint") == "  divide\n  `hint` tells more (1 left).\n")
        #expect(lesson.cells("hint") == "  divide by count(xs)\n  That was the last hint; `show` tells the solution.\n")
        #expect(lesson.cells("hint").hasPrefix("  divide by count(xs)\n"))
        #expect(lesson.cells("show") == "    sum(xs) / count(xs)\n  9 / 3.\n  Type it to see it happen, or `skip` goes on.\n")
        // Who was shown the solution has not solved the step, but goes on.
        #expect(lesson.cells("mean(xs)").contains("✓ Right.\n"))
        #expect(lesson.cells("skip").contains("0 of 2 solved, 1 shown, 1 skipped"))
    }

    @Test func aStepWithoutHintsSaysSo() throws {
        let lesson = try session()
        #expect(lesson.cells("lesson(1, step: 2)", "hint").hasSuffix("There is no hint here; `show` tells the solution.\n"))
        #expect(lesson.cells("lesson(1, step: 3)").contains("has 2 steps, step 3 was asked for"))
    }

    @Test(arguments: ["hint", "show", "skip", "question", "leave", "reset", "answer(3)"])
    func withoutALessonTheCommandsSayHowToBegin(_ command: String) throws {
        let shown = try session().cells(command)
        #expect(shown.contains("no lesson is going on") && shown.contains("`lesson` lists them"), "\(shown)")
    }

    @Test func showAndResetStillServeTasks() throws {
        let lesson = try session()
        _ = lesson.cells("lesson(1)")
        #expect(lesson.cells("show([1, 2])") == "[1, 2]\n")
        #expect(lesson.cells("count(reset(pendulum()))").hasPrefix("3\n"))
        #expect(lesson.cells("reset([5])").contains("reset wants"))
        #expect(lesson.cells("reset(5)").contains("there is no lesson 5"))
    }

    @Test func playingInBetweenDoesNotBreakTheLesson() throws {
        let lesson = try session()
        _ = lesson.cells("lesson(1)")
        let shown = lesson.cells("env = bandit([1, 2])", "for i in 1...2 { print(i) }", "func f(x) { x }", "xs[0] = 100;", ":vars", "?clip", "1 +")
        #expect(!shown.contains("Too") && !shown.contains("Right"), "\(shown)")
        #expect(lesson.cells("mean([1, 2, 6])").contains("✓ Right."))
    }

    @Test func whatAStepSaysToAStateIsSaidOnce() throws {
        let lesson = try session()
        _ = lesson.cells("lesson(1, step: 2)")
        #expect(lesson.cells("xs[2] = 8") == "8\n  It is 8 now.\n")
        #expect(lesson.cells("func f(x) { x }", "y = 5", "y + 1;") == "5\n")
        #expect(lesson.cells("xs[2] = 9") == "9\n  It is 9 now.\n")
        #expect(lesson.cells("xs[2] = 7").contains("✓ Right."))
    }

    /// Who only stores a number to play with has not answered, in a pipe no more than at the prompt.
    @Test func aStoredNumberIsNoAnswer() throws {
        let lesson = try session()
        let shown = lesson.piped("lesson(1)\nn = 3\nn = -3\nword = \"three\"\n")
        #expect(!shown.contains("Right") && shown.contains("step 1 of 2"), "\(shown)")
        #expect(lesson.cells("n = 1 + 2").contains("✓ Right."))
    }

    @Test func resetTakesANumberToo() throws {
        let lesson = try session()
        _ = lesson.cells("lesson(1)", "3", "leave")
        #expect(lesson.cells("reset(1)") == "Forgot lesson(\"sums\").\n")
        #expect(lesson.cells("lesson(1)").contains("step 1 of 2"))
        #expect(lesson.cells("3", "reset(1)").contains("It begins anew."))
    }

    @Test func aVariableThatWasOverwrittenIsToldOnce() throws {
        let lesson = try session()
        _ = lesson.cells("lesson(1, step: 2)")
        let told = "  This step cannot be judged: `xs` is not what it made any more. lesson(\"sums\",\n  step: 2) sets it up anew.\n"
        #expect(lesson.cells("xs = 4") == "4\n" + told)
        #expect(lesson.cells("2 + 2", "y = 5") == "4\n5\n")
        #expect(lesson.cells("answer(1)") == told)
        #expect(lesson.cells("lesson(1, step: 2)", "xs[2] = 7").contains("✓ Right."))
    }

    /// A check that moves the lesson would be asked again by its own move.
    @Test(arguments: ["answer(x)", "skip()", "lesson(1)", "reset(1)", "leave()"])
    func aCheckCannotMoveTheLesson(_ code: String) throws {
        let path = folder.path + "/mine.mpo"
        try WholeFile.write("lesson_step(\"a\", ask: \"b\", check: x -> { \(code); x == 1 })\nlesson_step(\"c\", ask: \"d\", answer: 2)\n", to: path)
        let lesson = try session()
        _ = lesson.cells("lesson(\"\(path)\")")
        let shown = lesson.cells("1")
        #expect(shown.contains("cannot move the lesson") && !shown.contains("Right"), "\(shown)")
        #expect(lesson.cells("question").contains("step 1 of 2"))
    }

    @Test func aPipeGoesThroughALessonToo() throws {
        let lesson = try session()
        let shown = lesson.piped("lesson(\"sums\")\nm = mean(xs)\nshow\nxs[2] = 7\n")
        #expect(shown.contains("✓ Right. 9 / 3.") && shown.contains("1 of 2 solved, 1 shown"), "\(shown)")
    }

    @Test func narrowTerminalsGetNarrowText() throws {
        let lesson = LessonHarness(library: folder.path, progress: nil, width: 40)
        _ = try session()
        let lines = lesson.cells("lesson(1)").split(separator: "\n")
        #expect(lines.allSatisfy { displayWidth($0) <= 40 }, "\(lines)")
    }

    // MARK: What is kept

    @Test func progressIsKeptAndResumedWithItsSetup() throws {
        let path = folder.path + "/data/mpo/lessons.json"
        let first = try session(progress: path)
        _ = first.cells("lesson(1)", "3")
        #expect(try WholeFile.readText(path).contains("\"sums\""))
        let second = try session(progress: path)
        let shown = second.cells("lesson(\"sums\")")
        #expect(shown.contains("Going on where you left it.") && shown.contains("step 2 of 2"))
        #expect(second.cells("xs") == "[1, 2, 6]\n")
        #expect(second.cells("xs[2] = 7").contains("2 of 2 solved"))
        let third = try session(progress: path)
        #expect(third.cells("lesson").contains("done, 2 of 2 solved"))
        #expect(third.cells("lesson(1)").contains("You have been through this lesson; it begins anew."))
        #expect(third.cells("reset") .contains("Forgot lesson(\"sums\"). It begins anew."))
        #expect(third.cells("lesson").contains("step 1 of 2"))
        #expect(try !WholeFile.readText(path).contains("\"sums\""))
    }

    @Test func leavingKeepsThePlace() throws {
        let path = folder.path + "/lessons.json"
        let lesson = try session(progress: path)
        #expect(lesson.cells("lesson(1)", "skip", "leave").hasSuffix("Left at step 2 of 2; lesson(\"sums\") goes on there.\n"))
        #expect(lesson.cells("3") == "3\n")
        #expect(lesson.cells("lesson(1)").contains("step 2 of 2"))
        #expect(lesson.cells("reset(\"sums\")").contains("Forgot lesson(\"sums\"). It begins anew."))
        #expect(lesson.cells("leave", "reset(\"sums\")").hasSuffix("Of lesson(\"sums\") nothing was kept.\n"))
    }

    /// What a setup replaces is set aside, once, and back when the lesson is left or at its end.
    @Test func theLearnersVariablesComeBack() throws {
        let lesson = try session()
        #expect(lesson.cells("xs = [5]", "lesson(1)").contains("Your own xs is set aside until the lesson is left."))
        #expect(!lesson.cells("3").contains("set aside"))
        #expect(lesson.cells("xs[0] = 8", "leave").hasSuffix("Your own xs is back.\n"))
        #expect(lesson.cells("xs") == "[5]\n")
        #expect(lesson.cells("lesson(1)", "skip").hasSuffix("Your own xs is back.\n"))
        #expect(lesson.cells("xs") == "[5]\n")
    }

    @Test func whatWasJumpedOverComesNext() throws {
        let lesson = try session()
        let end = lesson.cells("lesson(1, step: 2)", "xs[2] = 7")
        #expect(end.contains("── Sums: its end ─") && end.hasSuffix("Left out so far: step 1; lesson(\"sums\") goes there.\n"), "\(end)")
        #expect(lesson.cells("lesson(1)").contains("step 1 of 2"))
        #expect(lesson.cells("3", "skip").contains("─ 2 of 2 solved ──"))
    }

    @Test(arguments: ["", "{", "precious\n", "{\"mpo lessons\": 2, \"lessons\": {}}", "{\"mpo lessons\": 1, \"lessons\": {\"sums\": {\"step\": -1, \"marks\": []}}}"])
    func aFileThatHoldsNoProgressIsLeftAlone(_ text: String) throws {
        let path = folder.path + "/lessons.json"
        try WholeFile.write(text, to: path)
        let lesson = try session(progress: path)
        let shown = lesson.cells("lesson(1)", "3", "lesson")
        #expect(shown.contains("! note: the lessons' progress is not kept: \(path) holds no progress of lessons"))
        #expect(shown.contains("✓ Right.") && shown.contains("Progress is not kept."))
        #expect(try WholeFile.readText(path) == text)
    }

    @Test func aStepBeyondTheEndAndForeignMarksAreNoTrouble() throws {
        let path = folder.path + "/lessons.json"
        try WholeFile.write("{\"mpo lessons\": 1, \"lessons\": {\"sums\": {\"step\": 99, \"marks\": [\"solved\", null, \"new\", 3]}, \"other\": {\"step\": 1, \"marks\": []}}}", to: path)
        let lesson = try session(progress: path)
        #expect(lesson.cells("lesson").contains("done, 1 of 2 solved"))
        #expect(lesson.cells("lesson(1)", "3").contains("step 2 of 2"))
        #expect(try WholeFile.readText(path).contains("\"other\""))
    }

    @Test func theTranscriptHoldsSetupsAndNoLesson() throws {
        let lesson = try session()
        _ = lesson.cells("lesson(1)", "mean(xs)", "hint", "xs[2] = 7")
        let script = lesson.session.transcript.script(name: "t.mpo")
        let code = script.split(separator: "\n").filter { !$0.hasPrefix("#") }
        #expect(code == ["xs = [1, 2, 6]", "mean(xs)", "xs = [1, 2, 6]", "xs[2] = 7"])
        #expect(script.contains("# lesson(1)\n") && script.contains("# hint\n"))
    }

    /// Work on the line of a lesson's command stays, and a setup runs where it ran.
    @Test func theTranscriptKeepsWhatStandsBesideALesson() throws {
        let lesson = try session()
        _ = lesson.piped("a = 1; lesson(1); ys = xs\nmean(xs); b = xs[2] + 1  # seven\nhint; c = 2\n")
        let script = lesson.session.transcript.script(name: "t.mpo")
        let code = script.split(separator: "\n").filter { !$0.hasPrefix("#") }
        #expect(
            code == [
                "a = 1; # lesson(1)", "xs = [1, 2, 6]", "ys = xs", "mean(xs);", "xs = [1, 2, 6]", "b = xs[2] + 1  # seven", "c = 2",
            ], "\(script)")
        let again = Harness().batch(script + "print(ys, b, c)\n")
        #expect(again.outcome.name == "done" && again.output.hasSuffix("7 2\n"), "\(again.output)")
    }

    @Test func theTranscriptKeepsASetupBeforeAStatementThatFailed() throws {
        let lesson = try session()
        _ = lesson.cells("lesson(1); d = xs; no_such", "e = d")
        let script = lesson.session.transcript.script(name: "t.mpo")
        let code = script.split(separator: "\n").filter { !$0.hasPrefix("#") }
        #expect(code == ["xs = [1, 2, 6]", "d = xs", "e = d"], "\(script)")
    }

    @Test func aRelativePathOfTheProgressIsRelative() throws {
        let here = try #require(realpath(".", nil))
        defer { free(here) }
        let up = String(cString: here).split(separator: "/").map { _ in "../" }.joined()
        let lesson = try session(progress: up + folder.path.dropFirst() + "/a/b/lessons.json")
        _ = lesson.cells("lesson(1)", "3")
        #expect(WholeFile.exists(folder.path + "/a/b/lessons.json") && !lesson.last.contains("not kept"), "\(lesson.last)")
    }

    // MARK: Lessons of one's own

    @Test(
        "Errors of a lesson's file point into it",
        arguments: [
            ("lesson_step(\"a\", ask: \"b\")", "mine.mpo:1:1: error: a lesson step wants an answer or a check"),
            ("lesson_step(\"a\", ask: \"b\", answer: [\"x\"])", "mine.mpo:1:1: error: an answer is a number"),
            ("lesson_step(\"a\", ask: \"b\", answer: 3, choices: [\"x\"])", "mine.mpo:1:1: error: with choices the answer is the number of the right one, 1 to 1"),
            ("lesson_step(\"a\", ask: \"b\", answer: 3, check: x -> true)", "mine.mpo:1:1: error: a lesson step has an answer or a check, not both"),
            ("lesson_step(\"a\", ask: \"b\", check: () -> true)", "mine.mpo:1:1: error: `check` wants a function of a value"),
            ("lesson_step(\"a\", ask: \"b\", answer: 3, mistakes: [4])", "mine.mpo:1:1: error: `mistakes` wants pairs"),
            ("lesson_step(\"a\", ask: \"b\", answer: 3, tolerance: -1)", "mine.mpo:1:1: error: a tolerance of 0 or more"),
            ("lesson_step(\"a\", ask: \"b\", answer: nan)", "mine.mpo:1:1: error: an answer is a finite number, got"),
            ("lesson_step(\"a\", ask: \"b\", answer: [1, 1 / 0])", "mine.mpo:1:1: error: an answer is a finite number, got"),
            ("lesson_step(\"a\", answer: 3)", "mine.mpo:1:1: error:"),
            ("x = 1", "[1]:1:1: error: mine.mpo has no lesson_step"),
            ("lesson_step(\"a\",\n    ask: \"b\", answer: 3,\n    setup: \"x = (1\")", "mine.mpo:3:"),
            ("lesson_step(\"a\",\n    setup: \"\"\"\n        y = 1\n        x = no_such\n        \"\"\",\n    ask: \"b\", answer: 3)", "mine.mpo:4:13: error: unknown name `no_such`"),
            ("lesson_step(\"a\", ask: \"b\", answer: 3, picture: \"plot(4, no_such)\")", "mine.mpo:1:57: error: unknown name `no_such`"),
        ])
    func errorsPointIntoTheFile(_ text: String, _ message: String) throws {
        let path = folder.path + "/mine.mpo"
        try WholeFile.write(text, to: path)
        let shown = try session().cells("lesson(\"\(path)\")")
        #expect(shown.replacing(folder.path + "/", with: "").contains("! \(message)"), "\(shown)")
    }

    @Test func aFaultyCheckIsToldAndTheLessonGoesOn() throws {
        let path = folder.path + "/mine.mpo"
        try WholeFile.write("lesson_step(\"a\", ask: \"b\",\n    check: x -> x.nope)\nlesson_step(\"c\", ask: \"d\", check: x -> 5)\n", to: path)
        let lesson = try session()
        #expect(lesson.cells("lesson(\"\(path)\")", "{a: 1}").contains("/mine.mpo:2:19: the lesson has a fault: a record has no `nope`") || lesson.last.contains("mine.mpo:2:"), "\(lesson.last)")
        #expect(lesson.cells("skip", "1").contains("`check` of a lesson step gives true, false, a reaction or nothing, got number 5"))
    }

    @Test func unknownLessonsAndTheSandbox() throws {
        let lesson = try session()
        #expect(lesson.cells("lesson(\"sms\")").contains("did you mean \"sums\"?"))
        #expect(lesson.cells("lesson(7)").contains("there is no lesson 7"))
        #expect(lesson.cells("lesson(\"./nosuch.mpo\")").contains("there is no file './nosuch.mpo'"))
        #expect(lesson.cells("lesson([1])").contains("a lesson's name, its number or a file was wanted"))
        lesson.session.interpreter.service(RunFiles.self).isSandboxed = true
        #expect(lesson.cells("lesson(\"./mine.mpo\")").contains("the sandbox does not let a script read"))
        #expect(lesson.cells("lesson(1)").contains("step 1 of 2"))
    }

    @Test func aBrokenLessonDoesNotBreakTheList() throws {
        let lesson = try session()
        try WholeFile.write("lesson_step(", to: folder.path + "/lessons/02-broken.mpo")
        let shown = lesson.cells("lesson")
        #expect(shown.contains("its file has a fault") && shown.contains("Next: lesson(\"sums\")"), "\(shown)")
    }

    /// The example of `help lessons` is a lesson whose answers are as they should be.
    @Test func theExampleOfHelpIsALesson() throws {
        let lesson = try session()
        let page = lesson.cells("help lessons")
        #expect(page.contains("module lessons") && page.contains("  lesson_step "))
        let lines = page.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let code = lines.drop { $0 != "Example" }.dropFirst().prefix { $0.hasPrefix("    ") }.map { $0.dropFirst(4) }
        let path = folder.path + "/mine.mpo"
        try WholeFile.write(code.joined(separator: "\n") + "\n", to: path)
        #expect(lesson.cells("all(check_lesson(\"\(path)\").ok.map { x -> x })") == "true\n", "\(code)")
    }

    @Test func checkLessonTriesWhatTheFileHolds() throws {
        let shown = try session().cells("t = check_lesson(1);", "all(t.ok.map { x -> x })", "t.kind", "t.outcome[0..<6]")
        #expect(
            shown == """
                true
                ["solution", "right", "wrong", "wrong", "wrong", "wrong", "solution", "right", "right", "wrong"]
                ["passes", "passes", "that is the sum", "too small", "all of xs are positive", "all of xs are positive"]

                """)
    }

    // MARK: The library's lessons

    /// A step of a lesson of the library with the answers that its file holds.
    struct LibraryLesson: CustomTestStringConvertible, Sendable {
        var file: String
        var number: Int { Int(file.prefix(2)) ?? 0 }
        var testDescription: String { file }
    }

    static let files = [
        "01-kl", "02-map", "03-inference", "04-em", "05-estep", "06-dual", "07-touching", "08-mstep", "09-apart",
        "10-evaluation", "11-pendulum", "12-trouble",
    ].filter { WholeFile.exists("\(library)/lessons/\($0).mpo") }

    static let library = String(#filePath.dropLast("Tests/SessionKitTests/LessonTests.swift".count)) + "stdlib"

    /// Below log 2 no q of the lesson has a reverse KL, and below 0.7236 none a forward one: such a number is not theirs.
    @Test(arguments: ["s = 0.5", "0.5", "s = 0.75", "0.25 + 0.25"])
    func aNumberThatNoDivergenceHasIsNoAnswer(_ code: String) {
        for step in 4...5 {
            let harness = LessonHarness(library: Self.library, progress: nil)
            _ = harness.cells("lesson(\"kl\", step: \(step))")
            #expect(!harness.cells(code).contains("Right"), "step \(step): \(code)")
        }
    }

    @Test("Every lesson of the library is replayed at the prompt: right and wrong answers, a hint, skip", arguments: files.map(LibraryLesson.init))
    func libraryLesson(_ lesson: LibraryLesson) throws {
        let harness = LessonHarness(library: Self.library, progress: nil)
        _ = harness.cells("tries = check_lesson(\(lesson.number));")
        guard let tries = harness.session.interpreter.lookup("tries")?.asObject else {
            Issue.record("\(harness.last)")
            return
        }
        #expect(harness.session.interpreter.lookup("tries")?.typeName == "table")
        func column(_ name: String) throws -> [Value] { try tries.member(name)?.asElements ?? [] }
        let steps = try column("step").compactMap(\.asNumber), kinds = try column("kind").compactMap(\.asText)
        let codes = try column("code").compactMap(\.asText), outcomes = try column("outcome").compactMap(\.asText)
        #expect((5...9).contains(Int(steps.last ?? 0)))
        for step in 1...Int(steps.last ?? 1) {
            let here = steps.indices.filter { Int(steps[$0]) == step }
            #expect(here.contains { kinds[$0] == "solution" }, "step \(step) has no solution")
            #expect(here.contains { kinds[$0] == "wrong" }, "step \(step) has no wrong answer")
            for index in here {
                let entered = harness.cells("lesson(\(lesson.number), step: \(step))")
                #expect(entered.contains("step \(step) of ") && !entered.contains("!"), "\(entered)")
                #expect(!entered.split(separator: "\n").contains { displayWidth($0) > 80 }, "\(entered)")
                let shown = harness.cells(codes[index])
                if kinds[index] == "wrong" {
                    #expect(!shown.contains("✓ Right."), "step \(step): \(codes[index])")
                    #expect(outcomes[index] != "no answer" && outcomes[index] != "passes", "step \(step): \(codes[index]) → \(outcomes[index])")
                    // Numbers in it are those of another lab.
                    let isWord = { (character: Character) in character.isLetter || character == "‖" }
                    #expect(shown.filter(isWord).contains(outcomes[index].filter(isWord).dropFirst()), "step \(step): \(codes[index]) → \(shown)")
                    #expect(!harness.cells("hint").contains("There is no hint"), "step \(step)")
                    #expect(!harness.cells("skip").contains("!"), "step \(step)")
                } else {
                    #expect(shown.contains("✓ Right."), "step \(step): \(codes[index]) → \(shown)")
                }
            }
        }
    }
}

/// A session with a library and a file for progress.
final class LessonHarness {
    let session: Session
    private let text = Harness.Text()
    /// What the last cells showed.
    private(set) var last = ""

    init(library: String, progress: String?, width: Int = 80) {
        let text = text
        let face = TextFace(
            style: DisplayStyle(width: width), output: { text.lines += $0 },
            errors: { error in text.lines += error.split(separator: "\n").map { "! \($0)\n" }.joined() })
        session = Session(face: face, standardLibrary: library, cancellation: CancellationToken())
        session.interpreter.service(Lessons.self).progressPath = progress
        text.lines = ""
    }

    func cells(_ cells: String...) -> String {
        text.lines = ""
        for cell in cells { session.run(cell: cell) }
        last = text.lines
        return last
    }

    func piped(_ source: String) -> String {
        text.lines = ""
        session.run(piped: Source(name: "standard input", source))
        last = text.lines
        return last
    }
}
