import Runtime
import Support
import Syntax
import Tensors

/// What a step of a lesson wants to hear.
enum LessonAnswer {
    case number(Double, tolerance: Double)
    case numbers([Double], tolerance: Double)
    /// One of several sentences by its number, from 1.
    case choice(Int, of: [String])
    case words(String)
    case flag(Bool)
    /// A function of a value, and of a record of the session's variables where it takes two; `kind` names the values it is asked about.
    case judged(FunctionValue, kind: String?)

    /// What the learner is told about the form of the answer.
    var form: String? {
        switch self {
        case .number(_, let tolerance): "a number, ± \(Digits.short(tolerance, significant: 2))"
        case .numbers(let numbers, let tolerance):
            "a list of \(numbers.count) numbers, each ± \(Digits.short(tolerance, significant: 2))"
        case .choice(_, let choices): choices.count == 2 ? "1 or 2" : "a number from 1 to \(choices.count)"
        case .words: "a word in quotes"
        case .flag: "true or false"
        case .judged: nil
        }
    }
}

/// One step of a lesson, as `lesson_step` makes it: what is told, what is asked, and how an answer is judged.
final class LessonStep: HostObject {
    var text = ""
    var ask = ""
    var setup: LessonCode?
    var picture: LessonCode?
    var solution: LessonCode?
    var answer = LessonAnswer.flag(true)
    /// Wrong answers that are known, a value or a function that finds them, with what is said to them.
    var mistakes: [(value: Value, reaction: String)] = []
    var hints: [String] = []
    var why = ""
    /// Further right answers and some wrong ones, as code: `check_lesson` tries them.
    var right: [LessonCode] = []
    var wrong: [LessonCode] = []
    /// The call in the lesson's file.
    var span: Span?

    override class var typeName: String { "lesson step" }
    override var hasIdentity: Bool { false }
    override var summary: String { "lesson step · " + (ask.split(whereSeparator: \.isNewline).first.map(String.init) ?? "") }
    override func display(_ style: DisplayStyle) -> String { summary }
}

/// A lesson as its file describes it.
final class Lesson {
    /// What `lesson(…)` is given: `em`, or a path.
    let name: String
    /// Its place among the library's lessons, from 1; nil for a lesson of one's own.
    let number: Int?
    let path: String
    var title = ""
    /// What the learner can do afterwards.
    var can = ""
    var steps: [LessonStep] = []

    init(name: String, number: Int?, path: String) {
        self.name = name
        self.number = number
        self.path = path
    }

    /// How the learner calls it.
    var call: String { "lesson(\"\(name)\")" }
}
