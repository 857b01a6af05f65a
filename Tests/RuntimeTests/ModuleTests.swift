import Glibc
import Runtime
import Support
import Syntax
import Testing

@Suite struct ModuleTests {
    /// A folder of its own with the given files; removed at the end.
    private func withFiles(_ files: [String: String], _ body: (String) throws -> Void) throws {
        var template = Array("/tmp/mpo-modules-XXXXXX".utf8CString)
        let folder = try #require(
            template.withUnsafeMutableBufferPointer { buffer in
                buffer.baseAddress.flatMap { mkdtemp($0) }.map { String(cString: $0) }
            })
        mkdir("\(folder)/lib", 0o755)
        mkdir("\(folder)/lib/core", 0o755)
        for (name, text) in files { try WholeFile.write(text, to: "\(folder)/\(name)") }
        defer {
            for name in files.keys { unlink("\(folder)/\(name)") }
            rmdir("\(folder)/lib/core")
            rmdir("\(folder)/lib")
            rmdir(folder)
        }
        try body(folder)
    }

    private func output(_ folder: String, _ text: String, prelude: Bool = false) throws -> [String] {
        let recorder = Recorder()
        let interpreter = Interpreter(registry: registry, standardLibrary: "\(folder)/lib", output: recorder)
        do {
            if prelude { try interpreter.loadPrelude() }
            try interpreter.run(try Parser.parse(Source(name: "\(folder)/main.mpo", text)), display: .batch)
        } catch let error as Diagnostic {
            recorder.lines.append("[\(error.id)] \(error.message.replacing(folder, with: "F"))")
        }
        return recorder.lines
    }

    @Test func modules() throws {
        try withFiles([
            "lib/greet.mpo": "print(\"loading\")\nhidden = 2\nfunc greet(x) { \"hello \\(x) \\(hidden)\" }",
            "helper.mpo": "use \"greet\"\nfunc help_me() { greet(\"helper\") }",
            "a.mpo": "use \"./b\"", "b.mpo": "use \"./a.mpo\"", "bad.mpo": "x = 1 +", "failing.mpo": "x = [1][5]",
        ]) { folder in
            let got1 = try output(folder, "use \"greet\"\nuse \"greet\"\nuse \"./helper\"\ngreet(1)\nhelp_me()")
            #expect(got1 == ["loading", "hello 1 2", "hello helper 2"])
            let got2 = try output(folder, "use \"greet\"\nhidden = 5\ngreet(1)")
            #expect(got2 == ["loading", "hello 1 2"])
            let got3 = try output(folder, "use \"./a\"")
            #expect(got3 == ["[module.cycle] modules use each other in a circle: a.mpo → b.mpo → a.mpo"])
            let got4 = try output(folder, "use \"grete\"")
            #expect(got4 == ["[module.missing] there is no module \"grete\""])
            let got5 = try output(folder, "use \"./failing\"")
            #expect(got5 == ["[subscript.range] index 5 is outside of the list, which has 1 element"])
            let got6 = try output(folder, "use \"./bad\"").first?.hasPrefix("[syntax.")
            #expect(got6 == true)
            let got7 = try output(folder, "use \"./lib\"")
            #expect(got7 == ["[module.missing] there is no module \"./lib\""])
        }
    }

    @Test func prelude() throws {
        try withFiles([
            "lib/prelude.mpo": "use \"core/lists\"", "lib/core/lists.mpo": "## Half of it.\nfunc half(x) { x / 2 }\nfunc quarter(x) { half(half(x)) }",
        ]) { folder in
            let got8 = try output(folder, "quarter(8); (8).half()", prelude: true)
            #expect(got8 == ["2", "4"])
            let got9 = try output(folder, "half = 3; quarter(8)", prelude: true)
            #expect(got9 == ["note: `half` now hides the built-in of that name", "2"])
            let got10 = try output(folder, "hlf(8)", prelude: true)
            #expect(got10 == ["[name.unknown] unknown name `hlf`"])
        }
    }

    @Test func check() throws {
        try withFiles(["lib/greet.mpo": "print(\"loading\")\nfunc greet(x) { x }"]) { folder in
            let recorder = Recorder()
            let interpreter = Interpreter(registry: registry, standardLibrary: "\(folder)/lib", output: recorder)
            func check(_ text: String) throws -> [String] {
                interpreter.check(try Parser.parse(Source(name: "\(folder)/main.mpo", text))).map(\.message)
            }
            let got11 = try check("use \"greet\"\ngreet(1)\nfunc f() { later() }\nfunc later() { f() }\nclip(pi)")
            #expect(got11 == [])
            let got12 = try check("gret(1)\nfunc f(a) { a + b }\nif true { c = 1 }\nc")
            #expect(got12 == ["unknown name `gret`", "unknown name `b`", "unknown name `c`"])
            let got13 = try check("x = 1; func g() { x += 1 }")
            #expect(got13 == ["`x` belongs outside of this function, whose assignments are its own"])
            let got14 = try check("for i in [1] { i.foo(i) }; total = 0; [1].each { x -> total = total + x }")
            #expect(got14 == [])
            let got15 = try check("use \"nope\"")
            #expect(got15 == ["there is no module \"nope\""])
            #expect(recorder.lines == [])
        }
    }
}
