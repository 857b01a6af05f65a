import Bindings
import Runtime
import SessionKit
import Support
import Syntax
import Testing

struct RunFolderTests {
    @Test func aRunLeavesHowItWasMadeAndItsReports() throws {
        let folder = TemporaryFolder()
        let out = folder.path + "/a/b"
        let harness = Harness(seed: 3)
        try RunFolder(
            out, commandLine: ["mpo", "run", "t.mpo"], script: "t.mpo", seed: 3, parameters: ["eps": "0.5"]
        ).attach(to: harness.session)
        let result = harness.batch("report(i: 1)\nreport(i: 2)\nwrite_csv(table(x: [1]), \"t.csv\")\nread_csv(\"t.csv\").x")
        #expect(result.outcome.name == "done", "\(result.output)")
        #expect(try WholeFile.readText(out + "/reports.jsonl") == "{\"i\":1}\n{\"i\":2}\n")
        #expect(try WholeFile.readText(out + "/t.csv") == "x\n1\n")
        let run = try JSON(parsing: try WholeFile.readText(out + "/run.json"))
        #expect(run["seed"]?.text == "3")
        #expect(run["params"]?["eps"]?.text == "0.5")
        #expect(run["command"]?.elements?.count == 3)
    }

    @Test(
        "A sandbox reads and writes no file",
        arguments: ["write_csv(table(x: [1]), \"FILE\")", "read_csv(\"FILE\")", "use \"./other\"", "use \"FILE\"", "use \"math/../../x\""])
    func sandbox(_ code: String) throws {
        let folder = TemporaryFolder()
        let path = folder.path + "/x.csv"
        let harness = Harness()
        harness.session.interpreter.service(RunFiles.self).isSandboxed = true
        harness.session.interpreter.usesFiles = false
        let words = code.split(separator: "FILE", omittingEmptySubsequences: false).joined(separator: path)
        let result = harness.batch(words)
        #expect(result.outcome.name == "failed")
        #expect(result.output.contains("the sandbox does not let a script"))
        #expect(!WholeFile.exists(path))
    }
}
