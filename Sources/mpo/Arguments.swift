import ArgumentParser
import Glibc
import SessionKit
import Support
import TerminalUI

/// `mpo` without a subcommand: the prompt on a terminal, else a script from standard input, `-e`, or a file.
struct Arguments: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mpo", abstract: "A laboratory for maximum a posteriori policy optimisation.",
        usage: """
            mpo                              the prompt, or a script from a pipe
            mpo run FILE [--seed N] [--PARAM VALUE]… [--json] [--quiet] [--out DIR] [--sandbox]
            mpo run FILE --help              the script's params
            mpo -e 'CODE'                    runs CODE
            mpo -                            runs standard input
            mpo check FILE                   parses and resolves only
            mpo help [NAME]                  what NAME is
            """,
        version: "mpo \(Session.version)")

    /// The command that a command line is for, its options parsed.
    ///
    /// The first word chooses: the parser's own subcommands cannot stand beside a positional argument such as `-`.
    static func command(_ words: [String]) -> (type: any ParsableCommand.Type, words: [String]) {
        let rest = Array(words.dropFirst())
        switch words.first {
        case "run": return (Run.self, rest)
        case "check": return (Check.self, rest)
        case "help": return (HelpPage.self, rest)
        default: return (Arguments.self, words)
        }
    }

    @Option(name: .short, parsing: .unconditionalSingleValue, help: "Run this code; may be given several times.") var e: [String] = []
    @OptionGroup var options: RunOptions
    @Flag(help: "Skip the start-up file, ~/.config/mpo/init.mpo.") var noInit = false
    @Argument(help: "A script, or - for standard input.") var file: String?

    func run() throws {
        if !e.isEmpty {
            if let file { throw ValidationError("`\(file)` was not expected beside -e") }
            try Runner(options).run(code: e.joined(separator: "\n"))
        }
        if let file, file != "-" {
            guard WholeFile.exists(file) else {
                throw ValidationError("there is no command and no file `\(file)`")
            }
            try Runner(options).run(file: file, words: [])
        }
        if file == nil, Terminal.isInput, Terminal.isOutput, !options.json {
            try Runner(options).prompt(startsUp: !noInit)
        }
        try Runner(options).runStandardInput()
    }
}

/// The options of everything that runs code.
struct RunOptions: ParsableArguments {
    @Option(help: "The seed of all random streams.") var seed: UInt64 = 0
    @Flag(help: "One JSON object for each displayed value and reported row.") var json = false
    @Flag(help: "Show no values, only what the script prints or reports.") var quiet = false
    @Option(help: "Write the run's files, its reports and how it was made into this folder.") var out: String?
    @Flag(help: "Let the script read and write no files.") var sandbox = false
}

struct Run: ParsableCommand {
    // `run script.mpo --help` is about the script: the parser's own answer to --help is off.
    static let configuration = CommandConfiguration(
        commandName: "mpo run", abstract: "Run a script.",
        usage: "mpo run FILE [--seed N] [--PARAM VALUE]… [--json] [--quiet] [--out DIR] [--sandbox]", helpNames: [])

    @Argument(help: "The script; - for standard input.") var file: String?
    @OptionGroup var options: RunOptions
    @Flag(help: "List the script's params.") var help = false
    @Argument(parsing: .allUnrecognized, help: .hidden) var words: [String] = []

    func run() throws {
        guard let file, !file.hasPrefix("-") || file == "-" else {
            if help || words.contains("-h") { throw CleanExit.message(Run.helpMessage()) }
            throw ValidationError("run wants a file: mpo run FILE [--PARAM VALUE]…")
        }
        if help || words == ["-h"] { try Runner(options).listParameters(of: file) }
        if file == "-" { try Runner(options).runStandardInput(words: words) }
        try Runner(options).run(file: file, words: words)
    }
}

struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mpo check", abstract: "Parse and resolve a script without running it.")

    @Argument(help: "The script; - for standard input.") var file: String
    @Flag(help: "Errors as JSON objects.") var json = false

    func run() throws { try Runner(RunOptions.parse(json ? ["--json"] : [])).check(file: file) }
}

struct HelpPage: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mpo help", abstract: "Tell what a function, module, keyword or command is.")

    @Argument(help: "What to look up; without it, what there is.") var name: String?

    func run() throws { try Runner(RunOptions.parse([])).help(name ?? "") }
}
