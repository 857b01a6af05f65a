import Runtime
import Support
import Syntax

/// Going through lessons at the prompt.
enum LessonNatives {
    static let all: [NativeFunction] = [
        NativeFunction(
            "lesson", in: "lessons", "Begins a lesson, or goes on where it was left; without a name lists the lessons.",
            parameters: Parameter<Value>("which", "its name, its number, or a file: \"./mine.mpo\"", default: .nothing),
            Parameter<Int?>("step", "the step to go to, from 1", default: nil, shown: "where it was left"),
            text: """
                Type whatever you like: each statement runs as usual, and its value is offered to the step. A right answer goes
                on; what is no answer passes in silence, and so does a number that you only store, as in n = 3. hint, show, skip,
                question, leave and reset help on the way.
                """,
            examples: [Example("lesson()")], isCommand: true
        ) { context, which, step in
            let lessons = context.service(Lessons.self)
            if which.isNothing {
                guard step == nil else { throw Fault("lesson.name", "lesson(step: n) wants a lesson's name, too") }
                return lessons.list(context)
            }
            try lessons.begin(
                LessonShelf(interpreter: context.interpreter).find(which, context.service(RunFiles.self)), step: step, context)
        },
        NativeFunction(
            "hint", in: "lessons", "A hint for the current step of a lesson; asked again, a plainer one.", isCommand: true
        ) { context in try context.service(Lessons.self).hint(context) },
        NativeFunction(
            "show", in: "lessons", "Tells the solution of the current step of a lesson, and its reason.", isCommand: true
        ) { context in try context.service(Lessons.self).showSolution(context) },
        NativeFunction(
            "skip", in: "lessons", "Goes on to the next step of a lesson without an answer.", isCommand: true
        ) { context in try context.service(Lessons.self).skip(context) },
        NativeFunction(
            "question", in: "lessons", "Shows the current step of a lesson again.", isCommand: true
        ) { context in try context.service(Lessons.self).question(context) },
        NativeFunction(
            "leave", in: "lessons", "Leaves the lesson; it goes on there another time.", isCommand: true
        ) { context in try context.service(Lessons.self).leave(context) },
        NativeFunction(
            "reset", in: "lessons", "Forgets how far you came in a lesson; the current one begins anew.",
            parameters: Parameter<String?>("lesson", "its name", default: nil, shown: "the current one"), isCommand: true
        ) { context, name in try context.service(Lessons.self).reset(name.map { .string($0) }, context) },
        NativeFunction(
            "reset", in: "lessons", "Forgets how far you came in a lesson; the current one begins anew.",
            parameters: Parameter<Double>("lesson", "its number"), isCommand: true
        ) { context, number in try context.service(Lessons.self).reset(.number(number), context) },
        NativeFunction(
            "answer", in: "lessons", "Gives an answer to the current step of a lesson, whatever kind of value it is.",
            parameters: Parameter<Value>("x", "the answer"),
            text: "A value that a statement shows is offered by itself: `answer` is for one that would pass in silence."
        ) { context, x in
            let lessons = context.service(Lessons.self)
            _ = try lessons.running()
            lessons.take(LessonOffer(value: x), isForced: true, context.interpreter)
        },
    ]
}
