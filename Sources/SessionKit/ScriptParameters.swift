import Runtime
import Support
import Syntax

/// The `param`s of a script and their values from the command line.
public enum ScriptParameters {
    /// Names that a `param` may not have, since the command line means something else by them.
    public static let reserved: Set<String> = ["seed", "json", "quiet", "out", "sandbox", "help", "version", "no_init"]

    /// What is wrong with the names of a script's `param`s.
    public static func check(_ program: Program) throws(Diagnostic) {
        for parameter in program.parameters where reserved.contains(parameter.name) {
            let option = parameter.name.split(separator: "_").joined(separator: "-")
            throw Diagnostic(
                "param.reserved", "a param cannot be called `\(parameter.name)`: `--\(option)` is an option of mpo",
                at: parameter.span, hints: ["give it another name"])
        }
    }

    /// The values in `--eps 0.05 --name=x`, by name.
    ///
    /// Faults: `usage.param` for a name that the script does not have, a missing value, or a stray word.
    public static func values(_ words: [String], of program: Program) throws -> [String: String] {
        let names = program.parameters.map(\.name)
        var values: [String: String] = [:]
        var index = 0
        while index < words.count {
            let word = words[index]
            guard word.hasPrefix("--"), word.count > 2 else {
                throw Fault("usage.param", "`\(word)` was not expected", hint: "settings are written --NAME VALUE")
            }
            let parts = word.dropFirst(2).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let written = String(parts[0])
            let name = Names.normalise(written.split(separator: "-").joined(separator: "_"))
            guard names.contains(name) else {
                let hint =
                    Names.suggestion(for: name, among: names + ScriptParameters.reserved).map {
                        "did you mean `--\($0.split(separator: "_").joined(separator: names.contains($0) ? "_" : "-"))`?"
                    }
                    ?? (names.isEmpty ? "it has no params" : "it has " + names.map { "--" + $0 }.joined(separator: ", "))
                throw Fault("usage.param", "the script has no param `\(written)`", hint: hint)
            }
            if parts.count == 2 {
                values[name] = String(parts[1])
            } else {
                index += 1
                guard index < words.count else { throw Fault("usage.param", "`--\(written)` wants a value") }
                values[name] = words[index]
            }
            index += 1
        }
        return values
    }

    /// What `mpo run script.mpo --help` prints.
    public static func help(_ program: Program, file: String) -> String {
        var lines = ["usage: mpo run \(file) [--seed N] [--json] [--quiet] [--out DIR] [--sandbox]"]
        let parameters = program.parameters
        if parameters.isEmpty { return lines[0] + "\n\nThe script has no params." }
        lines[0] += " [--PARAM VALUE]…"
        lines += ["", "params"]
        let rows = parameters.map { ("--\($0.name)", Columns.cut($0.defaultText, 24), $0.documentation) }
        let names = rows.map(\.0.count).max() ?? 0
        let defaults = rows.map(\.1.count).max() ?? 0
        for (name, text, documentation) in rows {
            var line = "  \(Columns.pad(name, names))  \(Columns.pad(text, defaults))"
            if !documentation.isEmpty { line += "  " + documentation.split(whereSeparator: \.isNewline).joined(separator: " ") }
            lines.append(line)
        }
        return lines.joined(separator: "\n")
    }
}
