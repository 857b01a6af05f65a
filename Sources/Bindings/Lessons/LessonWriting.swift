import Runtime
import Support
import Syntax

/// What a lesson's file is written with.
enum LessonWritingNatives {
    static let all: [NativeFunction] = [
        NativeFunction(
            "lesson_title", in: "lessons", "Names the lesson that a file holds.",
            parameters: Parameter<String>("title", "a line"),
            Parameter<String>("can", "what the learner can do afterwards, after the words `You can now `", default: ""),
            examples: [Example("lesson_title(\"Sums\", can: \"add two numbers.\")")]
        ) { context, title, can in
            let lesson = context.service(Lessons.self).reading
            lesson?.title = title
            lesson?.can = can
        },
        NativeFunction(
            "lesson_step", in: "lessons", "Adds a step to the lesson that a file holds: what is told, asked and wanted.",
            parameters: Parameter<String>("text", "what is told; indented lines stay as they are"),
            Parameter<String>("ask", "what to do or to predict"),
            Parameter<Value>("answer", "the right value: a number, a list of numbers, a word, true or false", default: .nothing),
            Parameter<Double?>("tolerance", "how far a right number may be off", default: nil, shown: "1 % of it"),
            Parameter<[String]>("choices", "sentences to choose from: answer is the number of the right one, from 1", default: []),
            Parameter<FunctionValue?>(
                "check", "instead of answer: x -> true, false, a reaction, or nothing where x is no answer; (x, v) -> … sees the variables",
                default: nil),
            Parameter<String?>("kind", "the kind of value that check is asked about, as `type` tells it", default: nil, shown: "all"),
            Parameter<[Value]>("mistakes", "pairs of a wrong answer, or a function that finds it, and what to say", default: []),
            Parameter<String>("setup", "code that runs first; its variables are the learner's", default: ""),
            Parameter<String>("picture", "code whose value is shown before the question", default: ""),
            Parameter<[String]>("hints", "the first a nudge, each plainer", default: []),
            Parameter<String>("solution", "code that gives a right answer", default: ""),
            Parameter<String>("why", "the reason, told with the solution and after a right answer", default: ""),
            Parameter<[String]>("right", "further right answers as code, for check_lesson", default: []),
            Parameter<[String]>("wrong", "answers as code that must be refused, for check_lesson", default: []),
            text: """
                The statements of a lesson's file are run once, when the lesson begins. A step's setup runs when the step is
                reached, and again when a session goes on there: each step makes what it needs. `help lessons` has an example.
                """,
            examples: [
                Example(
                    "lesson_step(\"Two and two.\", ask: \"What is 2 + 2?\", answer: 4, solution: \"2 + 2\")",
                    "lesson step · What is 2 + 2?")
            ]
        ) { context, text, ask, answer, tolerance, choices, check, kind, mistakes, setup, picture, hints, solution, why, right, wrong in
            let step = LessonStep()
            let span = context.span
            (step.text, step.ask, step.hints, step.why, step.span) = (text, ask, hints, why, span)
            func code(_ text: String, _ label: String) throws -> LessonCode? {
                text.isEmpty ? nil : try LessonCode(text, label: label, at: span)
            }
            step.setup = try code(setup, "setup")
            step.picture = try code(picture, "picture")
            step.solution = try code(solution, "solution")
            step.right = try right.compactMap { try code($0, "right") }
            step.wrong = try wrong.compactMap { try code($0, "wrong") }
            step.answer = try Self.answer(answer, tolerance, choices, check, kind)
            step.mistakes = try mistakes.map { pair in
                guard let parts = pair.asElements, parts.count == 2, let reaction = parts[1].asText else {
                    throw Fault(
                        "lesson.mistakes", "`mistakes` wants pairs [wrong answer, \"what to say\"], got \(pair.described)")
                }
                return (parts[0], reaction)
            }
            if let lesson = context.service(Lessons.self).reading { lesson.steps.append(step) }
            return step
        },
        NativeFunction(
            "check_lesson", in: "lessons", "Tries all answers that a lesson's file holds: a table of what each step says to them.",
            parameters: Parameter<Value>("which", "its name, its number, or a file: \"./mine.mpo\""),
            text: """
                Every solution and every code in `right` must pass, every one in `wrong` must be refused with a reaction. The
                setups run among your variables.
                """,
            examples: [Example("type(check_lesson)", "function")]
        ) { context, which in
            let lesson = try LessonShelf(interpreter: context.interpreter).find(which, context.service(RunFiles.self))
            let rows = try LessonReplay(lesson: lesson, interpreter: context.interpreter).rows()
            return Table([
                ("step", rows.map { .integer($0.step) }), ("kind", rows.map { .string($0.kind) }),
                ("code", rows.map { .string($0.code) }), ("outcome", rows.map { .string($0.outcome) }),
                ("ok", rows.map { .boolean($0.isAsItShouldBe) }),
            ])
        },
    ]

    private static func answer(
        _ answer: Value, _ tolerance: Double?, _ choices: [String], _ check: FunctionValue?, _ kind: String?
    ) throws -> LessonAnswer {
        if let check {
            guard answer.isNothing, choices.isEmpty else {
                throw Fault("lesson.answer", "a lesson step has an answer or a check, not both")
            }
            guard let count = check.signatures.first?.parameters.count, (1...2).contains(count) else {
                throw Fault(
                    "lesson.check", "`check` wants a function of a value, or of a value and the session's variables",
                    hint: "as in check: x -> x > 0, or check: (x, v) -> v.lab.epsilon == 0.5")
            }
            return .judged(check, kind: kind)
        }
        if let kind { throw Fault("lesson.answer", "`kind` \"\(kind)\" goes with a check") }
        if let tolerance, !(tolerance >= 0 && tolerance.isFinite) {
            throw Fault("lesson.tolerance", "a tolerance of 0 or more was wanted, got \(Digits.short(tolerance))")
        }
        if !choices.isEmpty {
            guard let number = answer.asNumber, let index = Int(exactly: number), (1...choices.count).contains(index) else {
                throw Fault(
                    "lesson.answer", "with choices the answer is the number of the right one, 1 to \(choices.count), got \(answer.described)")
            }
            return .choice(index, of: choices)
        }
        // No value is near NaN, and 1 % of infinity is anything.
        func finite(_ numbers: [Double]) throws -> [Double] {
            if let bad = numbers.first(where: { !$0.isFinite }) {
                throw Fault(
                    "lesson.answer", "an answer is a finite number, got \(Digits.short(bad))", hint: "`check: x -> …` judges any other value")
            }
            return numbers
        }
        if let number = LessonStep.number(answer) {
            return try .number(finite([number])[0], tolerance: tolerance ?? max(0.01 * number.magnitude, 1e-9))
        }
        if let numbers = LessonStep.numbers(answer) {
            return try .numbers(finite(numbers), tolerance: tolerance ?? max(0.01 * (numbers.map(\.magnitude).max() ?? 0), 1e-9))
        }
        switch answer {
        case .string(let text): return .words(text.text)
        case .boolean(let flag): return .flag(flag)
        case .nothing:
            throw Fault("lesson.answer", "a lesson step wants an answer or a check", hint: "as in answer: 0.5, or check: x -> x > 0")
        default:
            throw Fault(
                "lesson.answer", "an answer is a number, a list of numbers, a word, true or false, got \(answer.described)",
                hint: "`check: x -> …` judges any other value")
        }
    }
}
