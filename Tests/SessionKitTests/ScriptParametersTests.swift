import SessionKit
import Support
import Syntax
import Testing

struct ScriptParametersTests {
    static func program(_ text: String) throws -> Program { try Parser.parse(Source(name: "t.mpo", text)) }
    static let script = "param eps = 0.1    ## bound on KL(q‖π)\nparam task_name = \"pendulum\"\n"

    @Test(
        "Values from the command line",
        arguments: [
            (["--eps", "0.05"], ["eps": "0.05"]), (["--eps=0.05"], ["eps": "0.05"]), ([], [:]),
            (["--ε", "2"], [:]), (["--task-name", "lq", "--eps", "-1"], ["task_name": "lq", "eps": "-1"]),
            (["--task_name=a=b"], ["task_name": "a=b"]),
        ] as [([String], [String: String])])
    func values(_ words: [String], _ expected: [String: String]) throws {
        let program = try Self.program(Self.script)
        if words.first == "--ε" {
            #expect(throws: Fault.self) { try ScriptParameters.values(words, of: program) }
        } else {
            #expect(try ScriptParameters.values(words, of: program) == expected)
        }
    }

    @Test(
        "Wrong words are refused with what would be right",
        arguments: [
            (["--epz", "1"], "the script has no param `epz` (did you mean `--eps`?)"),
            (["--sed", "1"], "the script has no param `sed` (did you mean `--seed`?)"),
            (["--zzzzzz", "1"], "the script has no param `zzzzzz` (it has --eps, --task_name)"),
            (["--eps"], "`--eps` wants a value"),
            (["stray"], "`stray` was not expected (settings are written --NAME VALUE)"),
        ])
    func faults(_ words: [String], _ message: String) throws {
        let program = try Self.program(Self.script)
        do {
            _ = try ScriptParameters.values(words, of: program)
            Issue.record("\(words) was accepted")
        } catch let fault as Fault {
            #expect(fault.description == message)
        }
    }

    @Test(arguments: ["seed", "out", "json", "quiet", "help"]) func anOptionsNameIsRefused(_ name: String) throws {
        let program = try Self.program("param \(name) = 1")
        #expect(throws: Diagnostic.self) { try ScriptParameters.check(program) }
    }

    @Test func helpListsNameDefaultAndDocumentation() throws {
        let lines = ScriptParameters.help(try Self.program(Self.script), file: "t.mpo").split(separator: "\n")
        #expect(lines.contains("  --eps        0.1         bound on KL(q‖π)"))
        #expect(lines.contains("  --task_name  \"pendulum\""))
    }
}
