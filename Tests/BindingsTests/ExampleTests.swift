import Bindings
import MuJoCoEnvironments
import Runtime
import Support
import Syntax
import Testing

/// Keeps what a program shows, value by value.
final class Recorder: OutputSink {
    var style = DisplayStyle.plain
    private(set) var shown: [String] = []

    func show(_ value: Value, isSilenced: Bool) { if !isSilenced { shown.append(value.display(style)) } }
    func print(_ line: String) { shown.append(line) }
    func report(_ row: [(name: String, value: Value)]) {
        shown.append(row.map { "\($0.name) \($0.value.text)" }.joined(separator: " · "))
    }
    func note(_ text: String, at span: Span?) { shown.append("note: " + text) }
}

/// What a program shows in batch; an error's message where it ends in one.
func run(_ text: String) -> [String] {
    let recorder = Recorder()
    let interpreter = Interpreter(registry: makeStandardRegistry(), output: recorder)
    installGlobals(in: interpreter)
    do {
        try interpreter.run(try Parser.parse(Source(name: "test", text)), display: .batch)
        return recorder.shown
    } catch {
        return recorder.shown + ["error: " + error.message]
    }
}

@Suite struct ExampleTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var example: Example
        var testDescription: String { "\(name): \(example.code)" }
        var needsPhysics: Bool { example.code.contains("suite(") }
    }

    static let cases: [Case] = {
        let registry = makeStandardRegistry()
        return registry.names.flatMap { name in
            registry.functions[name]?.overloads.flatMap { native in native.examples.map { Case(name: name, example: $0) } } ?? []
        }
    }()

    /// Every example of every native runs and shows what its declaration says; those on MuJoCo where it was fetched.
    @Test(arguments: cases.filter { MuJoCoFolder.isAvailable || !$0.needsPhysics })
    func example(_ example: Case) {
        let shown = run(example.example.code)
        #expect(!shown.contains { $0.hasPrefix("error: ") }, "\(shown)")
        if let expected = example.example.result { #expect(shown.last == expected) }
    }

    /// Every native has a doc line that ends in a full stop, documented parameters, and all but those that write files an example.
    @Test func declarationsAreComplete() {
        let registry = makeStandardRegistry()
        for name in registry.names {
            for native in registry.functions[name]?.overloads ?? [] {
                #expect(native.summary.hasSuffix("."), "\(name)")
                #expect(native.parameters.allSatisfy { !$0.documentation.isEmpty }, "\(name)")
            }
        }
    }
}
