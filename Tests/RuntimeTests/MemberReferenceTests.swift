import Runtime
import Syntax
import Testing

/// A native with a `MemberReference` learns how its argument was written.
@Suite struct MemberReferenceTests {
    /// `told(x)` says what it knows of x; `maker()` counts how often it was asked.
    private static func shown(_ text: String) -> [String] {
        let registry = NativeRegistry()
        let counter = Counter()
        registry.add(
            NativeFunction(
                "told", in: "test", "Says how its argument was written.", parameters: Parameter<MemberReference>("x", "anything"),
                Parameter<Int>("n", "a number", default: 0)
            ) { _, x, n -> String in
                "\(x.name ?? "-") of \(x.base?.typeName ?? "-") is \(x.value.text)" + (n == 0 ? "" : " \(n)")
            },
            NativeFunction("maker", in: "test", "A counter that counts the calls.") { _ -> Counter in
                counter.count += 1
                return counter
            })
        let recorder = Recorder()
        let interpreter = Interpreter(registry: registry, output: recorder)
        do {
            try interpreter.run(try Parser.parse(Source(name: "test", text)), display: .batch)
            return recorder.lines
        } catch {
            return recorder.lines + ["error: " + error.message]
        }
    }

    static let programs: [(String, [String])] = [
        ("r = {x: 3}; told(r.x)", ["x of record is 3"]),
        ("r = {x: 3}; r.x.told()", ["x of record is 3"]),
        ("r = {x: 3}; r.x.told(n: 2)", ["x of record is 3 2"]),
        ("r = {a: {b: 1}}; told(r.a.b)", ["b of record is 1"]),
        ("told(x: maker().count)", ["count of counter is 1"]),
        ("told(3)", ["- of - is 3"]), ("x = 3; told(x)", ["- of - is 3"]), ("r = {x: [4]}; told(r.x[0])", ["- of - is 4"]),
        ("r = {x: 3}; told(r.x + 1)", ["- of - is 4"]),
        // The owner is evaluated once.
        ("maker().count.told(); maker().count", ["count of counter is 1", "2"]),
        ("told(maker().count); maker().count", ["count of counter is 1", "2"]),
        // In a function, of a parameter.
        ("func f(r) { told(r.x) }; f({x: 7})", ["x of record is 7"]),
        // A function of that name, or a native by another name, is told the value alone.
        ("told = x -> x + 1; r = {x: 3}; told(r.x)", ["note: `told` now hides the built-in of that name", "4"]),
        ("ask = told; r = {x: 3}; ask(r.x)", ["- of - is 3"]),
        ("r = {x: 3}; f = q -> told(q.x); f(r)", ["x of record is 3"]),
        ("r = {x: 3}; told(r.y)", ["error: record {x: 3} has no `y`"]),
    ]

    @Test(arguments: programs)
    func program(text: String, wanted: [String]) {
        let shown = Self.shown(text)
        // What a note says in its own words is tested where it is made.
        if wanted.first?.hasPrefix("note") == true {
            #expect(shown.count == wanted.count && shown.last == wanted.last, "\(shown)")
        } else {
            #expect(shown == wanted)
        }
    }
}
