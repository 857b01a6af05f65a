import Glibc
import Runtime
import Support
import Syntax
import Testing

@Suite struct InterpreterTests {
    private func run(_ text: String, _ interpreter: Interpreter) throws {
        try interpreter.run(try Parser.parse(Source(name: "test", text)), display: .batch)
    }

    @Test func variablesStayFromRunToRun() throws {
        let recorder = Recorder()
        let interpreter = Interpreter(registry: registry, output: recorder)
        try run("x = 1\nfunc f() { x + y }", interpreter)
        try run("y = 2\nf()", interpreter)
        #expect(recorder.lines == ["3"])
        #expect(interpreter.globals.map(\.name) == ["x", "f", "y"])
        #expect(interpreter.lookup("y")?.asNumber == 2)
        #expect(interpreter.lookup("clip")?.typeName == "function")
        #expect(interpreter.lookup("nope") == nil)
    }

    @Test func completions() throws {
        let interpreter = Interpreter(registry: registry, output: Recorder())
        try run("counts = 1; lab = counter(); r = {inner: pair(1, 2)}", interpreter)
        #expect(interpreter.completions("cou") == ["counter", "counts"])
        #expect(interpreter.completions("lab.") == ["lab.count", "lab.kl"])
        #expect(interpreter.completions("r.inner.f") == ["r.inner.first"])
        #expect(interpreter.completions("zzz.") == [])
    }

    @Test func hooksSurroundStatements() throws {
        let interpreter = Interpreter(registry: registry, output: Recorder())
        var log: [String] = []
        interpreter.willRun = { log.append("will \($0.span.text)") }
        interpreter.didRun = { log.append("did \($0.span.text) \($1?.id ?? "ok")") }
        _ = try? run("a = 1\nb = [1][2]\nc = 1", interpreter)
        #expect(log == ["will a = 1", "did a = 1 ok", "will b = [1][2]", "did b = [1][2] subscript.range"])
    }

    @Test func parameters() throws {
        let program = """
            param eps = 0.1   ## bound on the KL
            param n = -3
            param name = "a"
            param on = true
            param sizes = [1, 2]
            print(eps, n, name, on, sizes)
            """
        #expect(try output(program) == ["0.1 -3 a true [1, 2]"])
        #expect(
            try output(
                program, overrides: ["eps": "1e-3", "n": "-7", "name": "b c", "on": "false", "sizes": "[5, [6]]"])
                == ["0.001 -7 b c false [5, [6]]"])
        let parsed = try Parser.parse(Source(name: "test", program))
        #expect(parsed.parameters.map(\.name) == ["eps", "n", "name", "on", "sizes"])
        #expect(parsed.parameters.map(\.defaultText) == ["0.1", "-3", "\"a\"", "true", "[1, 2]"])
        #expect(parsed.parameters[0].documentation == "bound on the KL")
    }

    @Test(arguments: [
        ("eps", "abc", "--eps wants a number, got \"abc\""), ("eps", "[1]", "--eps wants a number, got \"[1]\""), ("on", "yes", "--on wants true or false, got \"yes\""),
        ("sizes", "3", "--sizes wants a list such as [1, 2], got \"3\""), ("eps", "1; 2", "--eps wants a number, got \"1; 2\""),
    ]) func wrongParameters(_ name: String, _ text: String, _ message: String) throws {
        let lines = try output("param eps = 0.1; param on = true; param sizes = [1]", overrides: [name: text])
        #expect(lines.count == 1)
        #expect(lines[0].hasPrefix("[param.type] \(message)"))
    }

    @Test func nativesKnowThemselves() throws {
        let group = try #require(registry.functions["clip"])
        let native = try #require(group.overloads.first)
        #expect(native.signature.text == "clip(x, low: 0, high: 1)")
        #expect(native.parameters.map(\.wants) == ["a number", "a number", "a number"])
        #expect(native.parameters.map(\.documentation) == ["the number", "smallest", "largest"])
        #expect(registry.functions["copy"]?.overloads.count == 2)
        #expect(registry.modules == ["core", "math", "lists", "objects"])
        for (_, group) in registry.functions {
            for example in group.overloads.flatMap(\.examples) {
                #expect(try output(example.code).last == example.result)
            }
        }
    }

    @Test func hostsCallFunctions() throws {
        let interpreter = Interpreter(registry: registry, output: Recorder())
        try run("func f(a, b: 2) { a - b }", interpreter)
        let f = try #require(interpreter.lookup("f"))
        #expect(try interpreter.call(f, CallArguments([10])).asNumber == 8)
        #expect(try interpreter.call(f, CallArguments([.init(label: "b", 1), .init(5)])).asNumber == 4)
        #expect(throws: Diagnostic.self) { try interpreter.call(f, CallArguments([] as [Value])) }
    }

    @Test func endlessLoopsAreInterrupted() throws {
        for text in ["while true { }", "for i in 0..<1e15 { }", "repeat 1e15 { 1 }", "func f() { while true { } }; f()"] {
            let interpreter = Interpreter(registry: registry, output: Recorder())
            let token = interpreter.cancellation
            let thread = Unmanaged.passRetained(token)
            var id = pthread_t()
            pthread_create(&id, nil, { pointer in
                usleep(20_000)
                if let pointer { Unmanaged<CancellationToken>.fromOpaque(pointer).takeRetainedValue().cancel() }
                return nil
            }, thread.toOpaque())
            let error = #expect(throws: Diagnostic.self) { try run(text, interpreter) }
            pthread_join(id, nil)
            #expect(error?.id == "interrupted")
        }
    }
}
