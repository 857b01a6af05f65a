/// The pages of `help` that no declaration holds: statements and words of the language.
struct HelpTopic: Sendable {
    enum Kind: Sendable { case statement, word }

    var kind = Kind.statement
    /// The words that lead here.
    var names: [String]
    var usage: String
    var text: String
    var example: String

    func text(width: Int) -> String {
        var lines = usage.split(separator: "\n").map(String.init)
        lines += Columns.wrap(text, width: width, indent: "  ")
        lines += ["", "Example"] + example.split(separator: "\n", omittingEmptySubsequences: false).map { "    " + $0 }
        return lines.joined(separator: "\n")
    }
}

enum HelpTopics {
    static let all: [HelpTopic] = [
        HelpTopic(
            names: ["func", "return"], usage: "func name(a, b, scale: 1.0) { … }",
            text: "A function. The last expression is its value; `return` leaves early. Parameters with a default are given by their name. `##` above it documents it for `help`. It reads the variables outside; its assignments stay inside.",
            example: "## The difference of two means.\nfunc gap(p, q, scale: 1.0) { scale * (q.mean - p.mean) }"),
        HelpTopic(
            names: ["if", "else"], usage: "if CONDITION { … } else if CONDITION { … } else { … }",
            text: "Runs the first block whose condition holds. It is also an expression, whose value is the last of the block that ran.",
            example: "step = if kl > eps { 0.5 } else { 1 }"),
        HelpTopic(
            names: ["while"], usage: "while CONDITION { … }",
            text: "Runs the block as long as the condition holds. `break` leaves the loop, `continue` goes on with its next round.",
            example: "while lab.kl > 0.1 { mstep(lab, estep(lab)) }"),
        HelpTopic(
            names: ["for", "in"], usage: "for NAME in LIST { … }",
            text: "Runs the block for each element of a list, a range, a tensor's rows or a table's rows.",
            example: "for i in 1...10 { print(i) }"),
        HelpTopic(
            names: ["repeat"], usage: "repeat COUNT { … }", text: "Runs the block that many times.",
            example: "repeat 50 { qstep(lab); mstep(lab, estep(lab)) }"),
        HelpTopic(
            names: ["break", "continue"], usage: "break\ncontinue",
            text: "`break` leaves the innermost loop, `continue` goes on with its next round.",
            example: "for x in xs { if x < 0 { continue }; if x > 9 { break }; print(x) }"),
        HelpTopic(
            names: ["use"], usage: "use \"name\"\nuse \"./file\"",
            text: "Loads a module of the library, or a file beside this one; its functions are then there by their names.",
            example: "use \"mpo/schedules\""),
        HelpTopic(
            names: ["param"], usage: "param NAME = DEFAULT    ## what it is",
            text: "A setting of a script, changed on the command line by `--NAME VALUE`. Its type follows its default. `mpo run script.mpo --help` lists them.",
            example: "param eps = 0.1    ## bound on KL(q‖π)"),
        HelpTopic(
            names: ["check"], usage: "check CONDITION, \"message\"",
            text: "Ends the script with the message, and `mpo` with exit status 1, where the condition does not hold.",
            example: "check evaluate(lab, episodes: 100).mean > -200, \"the pendulum was not swung up\""),
        HelpTopic(
            names: ["constrain"], usage: "constrain LAB.QUANTITY <= BOUND",
            text: "Sets a bound of a lab: `kl` (ε of the E-step), `kl_mean`, `kl_cov` (ε of the M-step), `kl_total` (the joint form). The E-step meets its bound exactly, the M-step on average through its multipliers. `free` takes a bound away, `penalize` puts a fixed price in its place.",
            example: "constrain lab.kl <= 0.05"),
        HelpTopic(
            names: ["penalize"], usage: "penalize LAB.QUANTITY by WEIGHT",
            text: "Fixes a price instead of a bound: for `kl` the temperature η (the soft form), for `kl_mean` and `kl_cov` the multiplier λ.",
            example: "penalize lab.kl_mean by 0.5"),
        HelpTopic(
            names: ["free"], usage: "free LAB.QUANTITY", text: "Takes a bound or a price away.",
            example: "free lab.kl_mean"),
        HelpTopic(
            kind: .word, names: ["figures", "pictures"], usage: "plot(X)    show(X)    draw(f, width: 60)    save(f, \"f.svg\")",
            text: "What can be seen: plot(e) the dual g(η), plot(e, state: 3) q beside π, plot(m, state: 3) the policy before and after over Q, plot(lab) how learning went, plot(lab, \"kl\") KLs beside their bounds, plot(lab, \"values\") V over states, plot(lab, observation) the policy there, plot(policy_iteration(env)) exact values on the board, plot(compare(a, b)) two labs or two steps, learning_curve(runs) a band over seeds, em_curve the evidence with its bound, show(env) a task's state. help plot tells each apart.",
            example: "plot(lab, \"kl\")"),
        HelpTopic(
            kind: .word, names: ["and", "or", "not"], usage: "A and B\nA or B\nnot A",
            text: "Logic. The right side is only looked at where it matters.", example: "if x > 0 and log(x) < 1 { print(x) }"),
        HelpTopic(
            kind: .word, names: ["true", "false", "nothing"], usage: "true\nfalse\nnothing",
            text: "The two truth values, and the value that says there is none.", example: "limit = nothing"),
        HelpTopic(
            kind: .word, names: ["lessons"], usage: "lesson    lesson(\"em\")    lesson(\"./mine.mpo\")",
            text: """
                Twelve short lessons for the terminal. `lesson` lists them with your progress, lesson("em") or lesson(4) \
                begins one or goes on. Type whatever you like in between: a value that is no answer to the step passes in \
                silence, a right one goes on. `hint` helps in layers, `show` tells the solution, `skip` goes on, `question` \
                shows the step again, `leave` leaves, `reset` begins anew. At a terminal progress is kept in \
                ~/.local/share/mpo/lessons.json (XDG_DATA_HOME); the variable MPO_LESSONS names another file, also without a \
                terminal. --sandbox keeps nothing.

                A lesson of your own is a file in the language: one lesson_title, and a lesson_step for each step (`help \
                lesson_step`). Text stands between triple quotes; indented lines stay as they are. `setup` is code in a \
                string: its variables become the learner's, and it runs anew whenever the step is entered. `answer` is \
                compared by value, `check` is a function that judges any value or, as (x, v) -> …, the variables. \
                check_lesson("./mine.mpo") tries the answers that the file holds. An error points into the file.
                """,
            example: """
                lesson_title("Sums", can: "add up a list.")
                lesson_step(\"\"\"
                    The mean of a list is its sum over its count.
                    \"\"\",
                    setup: "xs = [1, 2, 6]",
                    ask: "What is the mean of xs?",
                    answer: 3,
                    mistakes: [[9, "that is the sum"]],
                    hints: ["divide by count(xs)"],
                    solution: "sum(xs) / count(xs)",
                    why: "9 / 3.",
                    right: ["mean(xs)"], wrong: ["9", "2"])
                """),
    ]
}
