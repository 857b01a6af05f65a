import Runtime
import Support
import Syntax

/// Trying a lesson's own answers: its solutions and other right answers must pass, its wrong ones must be refused.
struct LessonReplay {
    let lesson: Lesson
    let interpreter: Interpreter

    /// A row of what was tried.
    struct Row {
        var step: Int
        /// `solution`, `right`, `wrong`.
        var kind: String
        var code: String
        /// `passes`, or what was said.
        var outcome: String
        var isAsItShouldBe: Bool
    }

    /// Runs every step's setup and picture, and every answer after a setup of its own.
    func rows() throws -> [Row] { try interpreter.service(LabStatements.self).log.apart { try tries() } }

    private func tries() throws -> [Row] {
        var rows: [Row] = []
        for (index, step) in lesson.steps.enumerated() {
            try step.setup?.run(interpreter)
            try step.picture?.run(interpreter)
            let tries =
                [("solution", step.solution)].compactMap { kind, code in code.map { (kind, $0) } }
                + step.right.map { ("right", $0) } + step.wrong.map { ("wrong", $0) }
            for (kind, code) in tries {
                try interpreter.cancellation.check()
                try step.setup?.run(interpreter)
                let (passes, reaction) = try outcome(of: code, step)
                let isRefused = !passes && reaction != nil
                rows.append(
                    Row(
                        step: index + 1, kind: kind, code: code.text, outcome: passes ? "passes" : reaction ?? "no answer",
                        isAsItShouldBe: kind == "wrong" ? isRefused : passes))
            }
        }
        return rows
    }

    private func outcome(of code: LessonCode, _ step: LessonStep) throws -> (passes: Bool, reaction: String?) {
        var reaction: String?
        var passes = false
        try code.run(interpreter) { statement, value in
            if passes { return }
            let offer = LessonOffer(statement, value)
            switch try interpreter.service(Lessons.self).judge(step, offer, interpreter) {
            case .right: passes = true
            case .wrong(let said, _): reaction = offer.isAnswer || step.looksAtVariables ? said : reaction
            case .none: break
            }
        }
        return (passes, passes ? nil : reaction)
    }
}
