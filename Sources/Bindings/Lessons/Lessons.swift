import Glibc
import Laboratory
import Runtime
import Support
import Syntax

/// The lesson that goes on in a session: shows its steps, looks at every value, and goes on where one is right.
///
/// The learner types what he likes. Each statement's value is offered to the step; one that is no answer to it passes in
/// silence. A session calls `offer` after every statement.
public final class Lessons: InterpreterService {
    /// Where progress is kept; nil: in memory only.
    public var progressPath: String? {
        didSet { progress = LessonProgress(path: progressPath) }
    }
    /// Told of code that a step runs before it is shown, so that a transcript holds it.
    public var didSetUp: ((String) -> Void)?
    /// Whether the running statement was for the lesson (`hint`, `lesson("em")`) and no part of the work.
    public private(set) var isLessonStatement = false

    /// The lesson whose file is being run.
    var reading: Lesson?
    /// The lessons that were read, by path.
    var read: [String: (text: [UInt8], lesson: Lesson)] = [:]
    private(set) var current: Lesson?
    private(set) var index = 0
    private(set) var hintsShown = 0
    private(set) var isSolutionShown = false
    private(set) var progress = LessonProgress(path: nil)
    private var toldProblem = false
    /// What was last said to a wrong answer of this step.
    private var lastReaction = ""
    /// What was last said of a check of this step that failed.
    private var lastFault = ""
    /// The variables of this step's setup as it made them.
    private var made: [(name: String, value: Value)] = []
    /// A lesson's own code is judging: what it calls cannot move the lesson.
    private var isJudging = false

    /// What the setups replaced.
    private var variables = LessonVariables()

    public init() {}

    var step: LessonStep? { current.flatMap { $0.steps.indices.contains(index) ? $0.steps[index] : nil } }

    /// The current step, or what to do where there is none.
    func running() throws -> (lesson: Lesson, step: LessonStep) {
        try refuseWhileJudging()
        isLessonStatement = true
        guard let lesson = current, let step else {
            throw Fault("lesson.none", "no lesson is going on", hint: "`lesson` lists them, lesson(\"kl\") begins one")
        }
        return (lesson, step)
    }

    private func refuseWhileJudging() throws {
        if isJudging { throw Fault("lesson.judging", "a lesson's `check` judges a value and cannot move the lesson") }
    }

    // MARK: Going through a lesson

    /// Begins a lesson, or goes on where it was left.
    func begin(_ lesson: Lesson, step: Int?, _ context: NativeContext) throws {
        try refuseWhileJudging()
        isLessonStatement = true
        let page = LessonPage(style: context.style)
        if let step, !(1...lesson.steps.count).contains(step) {
            throw Fault("lesson.step", "\(lesson.call) has \(lesson.steps.count) steps, step \(step) was asked for")
        }
        let key = Self.key(lesson)
        current = lesson
        if let step {
            index = step - 1
        } else {
            let place = progress[key]?.step ?? 0
            if place >= lesson.steps.count {
                context.output.print(page.prose("You have been through this lesson; it begins anew. `reset(\"\(lesson.name)\")` forgets its marks."))
            } else if place > 0 {
                context.output.print(page.prose("Going on where you left it. `lesson(\"\(lesson.name)\", step: 1)` begins anew."))
            }
            index = place < lesson.steps.count ? place : 0
        }
        tellProblem(context.output)
        try show(context.interpreter, setsUp: true)
    }

    /// Shows the current step; its setup runs first, where it is entered.
    func show(_ interpreter: Interpreter, setsUp: Bool) throws {
        guard let lesson = current, let step else { return }
        let output = interpreter.output
        let page = LessonPage(style: output.style)
        let number = lesson.number.map { "\($0) · " } ?? ""
        var aside: [String] = []
        if setsUp {
            (hintsShown, isSolutionShown, lastReaction, lastFault) = (0, false, "", "")
            made = []
            if let setup = step.setup {
                // The learner's `undo` takes back one step of it, not all of it.
                aside = variables.setAside(setup.names, interpreter)
                try interpreter.service(LabStatements.self).log.apart { () throws -> Void in try setup.run(interpreter) }
                didSetUp?(setup.text)
                made = setup.names.compactMap { name in interpreter.lookup(name).map { (name, $0) } }
            }
        }
        let mark = output.style.unicode ? "▸ " : "> "
        let form = step.answer.form.map { " (\($0))" } ?? ""
        var question = "\n" + page.question(page.prose(step.ask + form, indent: "  ", first: mark))
        if case .choice(_, let choices) = step.answer {
            for (number, choice) in choices.enumerated() {
                question += "\n" + page.prose(choice, indent: "     ", first: "  \(number + 1)  ")
            }
        }
        if index == 0 || !setsUp { question += "\n" + page.dim("  " + Self.commands(output.style)) }
        var told = page.heading(number + lesson.title, "step \(index + 1) of \(lesson.steps.count)") + "\n" + page.prose(step.text)
        if let setup = step.setup { told += "\n\n" + Self.description(setup, page) }
        if !aside.isEmpty {
            told += "\n" + page.prose("Your own \(aside.joined(separator: ", ")) \(aside.count == 1 ? "is" : "are") set aside until the lesson is left.", indent: "  ")
        }
        output.print("")
        output.print(told)
        if let picture = step.picture {
            let picture = try picture.run(interpreter)
            if !picture.isNothing { output.print("\n" + text(picture, output.style, below: told + "\n" + question)) }
        }
        output.print(question)
    }

    /// A picture as high as leaves room on the terminal for the words around it.
    private func text(_ picture: Value, _ style: DisplayStyle, below words: String) -> String {
        guard let object = picture.asObject as? FigureObject else { return LessonPage(style: style).fitted(picture.display(style)) }
        let (smallest, largest) = (7, 16)
        var plain = FigureObject.style(style)
        plain.height = smallest
        let lowest = object.figure.text(plain)
        func rows(_ text: String) -> Int { text.split(separator: "\n", omittingEmptySubsequences: false).count }
        // The prompt and the blank line before the picture take a row each.
        plain.height = min(max(smallest, (style.height ?? 24) - rows(words) - rows(lowest) + smallest - 2), largest)
        return object.figure.text(plain)
    }

    private static func commands(_ style: DisplayStyle) -> String {
        ["hint", "show", "skip", "question", "leave"].joined(separator: style.unicode ? " · " : " | ")
    }

    /// The variables that a setup has made: its code where that is short, else their names.
    private static func description(_ setup: LessonCode, _ page: LessonPage) -> String {
        var lines = setup.text.split(whereSeparator: \.isNewline).map(String.init)
        while lines.last?.allSatisfy(\.isWhitespace) == true { lines.removeLast() }
        if lines.count <= 5, lines.allSatisfy({ displayWidth($0) + 4 <= page.width }) { return lines.map { "    " + $0 }.joined(separator: "\n") }
        return page.prose("Defined for you: " + setup.assigned.joined(separator: ", ") + ".", indent: "  ")
    }

    /// Leaves the current step with a mark and shows the next one, or the end of the lesson.
    func advance(_ mark: LessonProgress.Mark, _ interpreter: Interpreter) throws {
        guard let lesson = current else { return }
        let key = Self.key(lesson)
        var place = progress[key] ?? LessonProgress.Place()
        place.set(mark, of: index)
        index += 1
        // At the end what was jumped over comes next.
        place.step = index < lesson.steps.count ? index : place.marks.firstIndex { $0 == nil } ?? index
        progress.set(key, place)
        tellProblem(interpreter.output)
        if index < lesson.steps.count { return try show(interpreter, setsUp: true) }
        finish(lesson, place, interpreter)
    }

    /// Tells which of the learner's variables are back.
    private func bringVariablesBack(_ interpreter: Interpreter) {
        let back = variables.bringBack(interpreter)
        if !back.isEmpty { interpreter.output.print("Your own \(back.joined(separator: ", ")) \(back.count == 1 ? "is" : "are") back.") }
    }

    private func finish(_ lesson: Lesson, _ place: LessonProgress.Place, _ interpreter: Interpreter) {
        let output = interpreter.output
        let page = LessonPage(style: output.style)
        current = nil
        defer { bringVariablesBack(interpreter) }
        output.print("")
        let isDone = place.step >= lesson.steps.count
        output.print(page.heading("\(lesson.title): \(isDone ? "done" : "its end")", Self.tally(place, of: lesson)))
        if !isDone { return output.print(page.question(page.prose("Left out so far: step \(place.step + 1); \(lesson.call) goes there."))) }
        if !lesson.can.isEmpty { output.print(page.prose("You can now " + lesson.can)) }
        guard let number = lesson.number else { return }
        let next = LessonShelf(interpreter: interpreter).list().first { $0.number > number }
        let words = next.map { "Next: lesson(\"\($0.name)\")" } ?? "That was the last lesson: the rest is `help`, and your own experiments."
        output.print(page.question(page.prose(words)))
    }

    /// `6 of 7 solved, 1 shown`.
    static func tally(_ place: LessonProgress.Place, of lesson: Lesson) -> String {
        let others = [(LessonProgress.Mark.shown, "shown"), (.skipped, "skipped")].compactMap { mark, word in
            place.count(mark) > 0 ? "\(place.count(mark)) \(word)" : nil
        }
        return (["\(place.count(.solved)) of \(lesson.steps.count) solved"] + others).joined(separator: ", ")
    }

    // MARK: Answers

    /// A statement begins.
    public func begin() { isLessonStatement = false }

    /// A statement has run without error; nil where it gave no value.
    public func offer(_ statement: Statement, _ value: Value?, _ interpreter: Interpreter) {
        guard !isLessonStatement, step != nil else { return }
        var value = value
        // In a pipe an assignment shows nothing.
        if value == nil, case .assign(let target, _, _) = statement.kind, case .name(let name) = target.kind {
            value = interpreter.lookup(name)
        }
        take(LessonOffer(statement, value ?? .nothing), isForced: false, interpreter)
    }

    /// Judges a value; while it does, the lesson cannot be moved.
    func judge(_ step: LessonStep, _ offer: LessonOffer, _ interpreter: Interpreter) throws -> LessonVerdict {
        let outer = isJudging
        isJudging = true
        defer { isJudging = outer }
        return try step.judge(offer, interpreter)
    }

    /// Judges a value and goes on, reacts, or says nothing.
    func take(_ offer: LessonOffer, isForced: Bool, _ interpreter: Interpreter) {
        guard let step else { return }
        let output = interpreter.output
        let page = LessonPage(style: output.style)
        let verdict: LessonVerdict
        do { verdict = try judge(step, offer, interpreter) } catch { return tell(error, of: step, isForced: isForced, interpreter) }
        do {
            switch verdict {
            case .right:
                let mark = output.style.unicode ? "✓ " : ""
                // Who has seen the solution has seen its reason, too.
                let words = page.prose("Right. " + (isSolutionShown ? "" : step.why), indent: "  ", first: mark)
                output.print(page.good(words))
                try advance(isSolutionShown ? .shown : .solved, interpreter)
            case .wrong(let reaction, let isPlain):
                // What a step says to the state of the session is news once; a value is an answer each time.
                let isNews = step.looksAtVariables && reaction != lastReaction
                guard isForced || (offer.isAnswer && !offer.value.isNothing) || isNews else { return }
                lastReaction = reaction
                // A number that was computed may be a piece of the way.
                let words = isPlain && !offer.isLiteral && !isForced ? reaction + ", if that is your answer" : reaction
                output.print(page.dim(page.prose(Self.sentence(words), indent: "  ")))
            case .none:
                if isForced {
                    let wanted = step.answer.form.map { ": \($0) is wanted." } ?? "; `question` tells it again."
                    output.print(page.dim("  That is not the kind of answer that is asked for\(wanted)"))
                }
            }
        } catch {
            tell(error, output)
        }
    }

    /// Tells once that a check failed: a variable of the step that is another now comes before a fault of the lesson.
    private func tell(_ error: any Error, of step: LessonStep, isForced: Bool, _ interpreter: Interpreter) {
        let isInterrupt = (error as? Diagnostic)?.id == "interrupted"
        let changed = step.looksAtVariables && !isInterrupt ? changedVariables(interpreter) : []
        let words = changed.isEmpty ? (error as? Diagnostic)?.message ?? "\(error)" : changed.joined(separator: " ")
        guard isForced || isInterrupt || words != lastFault else { return }
        lastFault = words
        guard let lesson = current, !changed.isEmpty else { return tell(error, interpreter.output) }
        let page = LessonPage(style: interpreter.output.style)
        let names = changed.map { "`\($0)`" }.joined(separator: ", ")
        let call = "lesson(\"\(lesson.name)\", step: \(index + 1))"
        interpreter.output.print(
            page.dim(
                page.prose(
                    "This step cannot be judged: \(names) \(changed.count == 1 ? "is" : "are") not what it made any more. \(call) sets it up anew.",
                    indent: "  ")))
    }

    /// The variables of the step's setup that hold another value now.
    private func changedVariables(_ interpreter: Interpreter) -> [String] {
        made.filter { name, value in
            guard let now = interpreter.lookup(name) else { return true }
            return (try? now.isEqual(to: value)) != true
        }.map(\.name)
    }

    private func tell(_ error: any Error, _ output: any OutputSink) {
        switch error {
        case let diagnostic as Diagnostic where diagnostic.id == "interrupted": output.note("interrupted", at: nil)
        case let diagnostic as Diagnostic: output.note("the lesson has a fault: \(diagnostic.message)", at: diagnostic.span)
        case let fault as Fault: output.note("the lesson has a fault: \(fault.description)", at: step?.span)
        default: output.note("the lesson has a fault: \(error)", at: step?.span)
        }
    }

    static func sentence(_ text: String) -> String {
        guard let first = text.first else { return "" }
        let end = text.last.map { ".!?…".contains($0) } == true ? "" : "."
        return first.uppercased() + text.dropFirst() + end
    }

    // MARK: Help on the way

    func hint(_ context: NativeContext) throws {
        let (_, step) = try running()
        let page = LessonPage(style: context.style)
        guard !step.hints.isEmpty else {
            context.output.print(page.prose("There is no hint here; `show` tells the solution.", indent: "  "))
            return
        }
        let number = min(hintsShown, step.hints.count - 1)
        let left = step.hints.count - number - 1
        context.output.print(page.prose(step.hints[number], indent: "  "))
        if left == 0 {
            context.output.print(page.dim("  That was the last hint; `show` tells the solution."))
        } else {
            context.output.print(page.dim("  `hint` tells more (\(left) left)."))
        }
        hintsShown = number + 1
    }

    func showSolution(_ context: NativeContext) throws {
        let (_, step) = try running()
        let page = LessonPage(style: context.style)
        isSolutionShown = true
        if let solution = step.solution {
            let lines = solution.text.split(whereSeparator: \.isNewline).map { "    " + $0 }
            context.output.print(lines.joined(separator: "\n"))
        }
        if !step.why.isEmpty { context.output.print(page.prose(step.why, indent: "  ")) }
        context.output.print(page.dim("  Type it to see it happen, or `skip` goes on."))
    }

    func skip(_ context: NativeContext) throws {
        _ = try running()
        try advance(isSolutionShown ? .shown : .skipped, context.interpreter)
    }

    func leave(_ context: NativeContext) throws {
        let (lesson, _) = try running()
        current = nil
        let kept = progressPath == nil || progress.problem != nil ? " in this session" : ""
        context.output.print("Left at step \(index + 1) of \(lesson.steps.count); \(lesson.call) goes on there\(kept).")
        bringVariablesBack(context.interpreter)
    }

    func question(_ context: NativeContext) throws {
        _ = try running()
        try show(context.interpreter, setsUp: false)
    }

    /// Forgets a lesson; the current one begins anew.
    func reset(_ which: Value?, _ context: NativeContext) throws {
        if which == nil { _ = try running() }
        try refuseWhileJudging()
        isLessonStatement = true
        let lesson: Lesson
        if let which, current == nil || which.asText != current?.name {
            lesson = try LessonShelf(interpreter: context.interpreter).find(which, context.service(RunFiles.self))
        } else if let current {
            lesson = current
        } else {
            return
        }
        let key = Self.key(lesson)
        let wasKnown = progress[key] != nil
        progress.set(key, nil)
        tellProblem(context.output)
        let isCurrent = lesson.name == current?.name
        context.output.print(
            wasKnown ? "Forgot \(lesson.call).\(isCurrent ? " It begins anew." : "")" : "Of \(lesson.call) nothing was kept.\(isCurrent ? " It begins anew." : "")")
        if isCurrent {
            index = 0
            try show(context.interpreter, setsUp: true)
        }
    }

    // MARK: The list

    func list(_ context: NativeContext) {
        isLessonStatement = true
        let output = context.output
        let page = LessonPage(style: output.style)
        let shelf = LessonShelf(interpreter: context.interpreter)
        let all = shelf.list()
        if all.isEmpty { return output.print("The standard library was not found, and with it the lessons; lesson(\"./mine.mpo\") takes a file.") }
        tellProblem(output)
        let names = all.map(\.name.count).max() ?? 0
        var next: (name: String, step: Int)?
        output.print(page.heading("Lessons", "lesson(\"\(all[0].name)\") or lesson(1) begins the first"))
        for (number, name, path) in all {
            var title = "", state = ""
            do {
                let lesson = try shelf.read(Lesson(name: name, number: number, path: path))
                title = lesson.title
                let place = progress[name]
                let step = current?.name == name ? index : place?.step ?? 0
                if let place, step >= lesson.steps.count {
                    state = "done, " + Self.tally(place, of: lesson)
                } else if step > 0 || current?.name == name {
                    state = "step \(step + 1) of \(lesson.steps.count)"
                } else {
                    state = "\(lesson.steps.count) steps"
                }
                if next == nil, step < lesson.steps.count { next = (name, step) }
            } catch {
                (title, state) = ("its file has a fault", "lesson(\"\(name)\") tells")
            }
            let start = "  " + paddedLeft(String(number), to: 2) + "  " + padded(name, to: names) + "  "
            let room = page.width - displayWidth(start) - displayWidth(state) - 2
            output.print(start + padded(clipped(title, to: max(10, room)), to: max(10, room)) + "  " + state)
        }
        if let current {
            output.print(page.question("\nNow: step \(index + 1) of \(current.call). `question` shows it again, `leave` leaves it."))
        } else if let next {
            output.print(page.question("\nNext: lesson(\"\(next.name)\")" + (next.step > 0 ? ", at step \(next.step + 1)" : "")))
        }
        let place = progressPath.map { progress.problem == nil ? "Progress is kept in \(Self.withTilde($0))." : "Progress is not kept." }
        output.print(page.dim(page.prose((place ?? "Progress is kept for this session only.") + " `help lessons` tells more.")))
    }

    private static func withTilde(_ path: String) -> String {
        guard let home = getenv("HOME").map({ String(cString: $0) }), home.count > 1, path.hasPrefix(home + "/") else { return path }
        return "~" + path.dropFirst(home.count)
    }

    /// What progress is kept under: a name of the library, or the path of a file.
    static func key(_ lesson: Lesson) -> String { lesson.number == nil ? lesson.path : lesson.name }

    private func tellProblem(_ output: any OutputSink) {
        guard let problem = progress.problem, !toldProblem else { return }
        toldProblem = true
        output.note(problem, at: nil)
    }
}
