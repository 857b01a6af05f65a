import Syntax
import Testing

/// xorshift64*, so that every run tries the same programs.
struct Randomness {
    var state: UInt64
    mutating func next(_ below: Int) -> Int {
        state ^= state >> 12
        state ^= state << 25
        state ^= state >> 27
        return Int((state &* 0x2545_F491_4F6C_DD1D) >> 33) % below
    }
}

@Suite struct RobustnessTests {
    /// Parses, and checks that an error has a place within the source and can be printed.
    private func survive(_ bytes: [UInt8]) -> Bool {
        let source = Source(name: "r", text: bytes)
        do {
            _ = try Parser.parse(source)
            return true
        } catch {
            guard let span = error.span else {
                Issue.record("an error without a place: \(error.message)")
                return false
            }
            // Recorded by hand: an #expect for each of thousands of programs costs seconds.
            if span.lower < 0 || span.lower > span.upper || span.upper > bytes.count {
                Issue.record("the error's place \(span.lower)..<\(span.upper) lies outside of the source")
            } else if !DiagnosticRenderer(colour: false).render(error).hasPrefix("r:") {
                Issue.record("the error is printed without its place: \(error.message)")
            }
            return false
        }
    }

    @Test func randomTokensNeverCrash() {
        let words = [
            "x", "η", "if", "else", "while", "for", "in", "repeat", "func", "return", "break", "and", "or", "not", "true",
            "nothing", "use", "param", "check", "constrain", "penalize", "free", "by", "1", "2.5", "1e-3", "\"a\"",
            "\"\\(", "\"", "(", ")", "[", "]", "{", "}", ",", ";", ":", ".", "->", "=", "+=", "+", "-", "*", "/", "%",
            "^", "@", "==", "<", "<=", "...", "..<", "\n", "\n", "# c\n", "## d\n", "print", "let", "def", "'", "!", "≤", "…",
        ]
        var random = Randomness(state: 42)
        var valid = 0
        for _ in 0..<10_000 {
            let text = (0..<(1 + random.next(24))).map { _ in words[random.next(words.count)] }.joined(separator: random.next(2) == 0 ? " " : "")
            if survive(Array(text.utf8)) { valid += 1 }
        }
        #expect(valid > 50)
    }

    @Test func randomBytesNeverCrash() {
        var random = Randomness(state: 7)
        for _ in 0..<5_000 {
            _ = survive((0..<random.next(40)).map { _ in UInt8(random.next(256)) })
        }
        let seeds = ["func f(a, b: 1) { a + \"x\\(b)\" }", "xs.map { x -> x ^ 2 }[0, :]", "{a: 1, b: [η, \"日本\"]}"]
        for _ in 0..<5_000 {
            var bytes = Array(seeds[random.next(seeds.count)].utf8)
            for _ in 0...random.next(3) { bytes[random.next(bytes.count)] = UInt8(random.next(256)) }
            _ = survive(bytes)
        }
    }

    @Test func truncatedProgramsNeverCrash() {
        let program = Array("func f(a, b: 1) {\n  if a < b { \"x\\(b)\" } else { {k: [1, t[0, :]]} }\n}\nxs.map { x -> x }".utf8)
        for end in 0...program.count { _ = survive(Array(program[..<end])) }
    }

    @Test(arguments: [
        ("(", ""), ("(", ")"), ("[", ""), ("{", "}"), ("-", "x"), ("- ", ""), ("not ", "x"), ("x -> ", "x"), ("f(", ""), ("{a: ", ""),
        ("if x { ", ""), ("\"\\(", ""), ("a ^ ", "a"), ("{ x -> ", ""), ("while x { ", ""), ("func f() { ", ""),
        ("f { ", ""), ("x[", ""), ("if ", ""), ("a < (", ""), ("1 or 1 and 1 + 1 * (", ""),
    ])
    func deepNestingIsAnError(_ opening: String, _ closing: String) {
        let text = String(repeating: opening, count: 100_000) + closing
        let diagnostic = #expect(throws: Diagnostic.self) { try Parser.parse(Source(name: "deep", text)) }
        #expect(diagnostic?.id == "syntax.depth")
    }

    @Test(arguments: ["+ a", ".a", "[0]", "()", "and a ", "@ a"])
    func longChainsAreAnError(_ link: String) {
        let text = "a " + String(repeating: link, count: 100_000)
        let diagnostic = #expect(throws: Diagnostic.self) { try Parser.parse(Source(name: "chain", text)) }
        #expect(diagnostic?.id == "syntax.depth")
    }

    @Test func whatIsLongButFlatIsFine() throws {
        let list = "xs = [" + String(repeating: "1, ", count: 100_000) + "]"
        #expect(try Parser.parse(Source(name: "long", list)).statements.count == 1)
        let lines = String(repeating: "x = (((1 + 2)))\n", count: 20_000)
        #expect(try Parser.parse(Source(name: "long", lines)).statements.count == 20_000)
        let branches = "if a { 1 }" + String(repeating: " else if b { 2 }", count: 5_000)
        #expect(try Parser.parse(Source(name: "long", branches)).statements.count == 1)
        let nested = String(repeating: "(", count: 240) + "1" + String(repeating: ")", count: 240)
        #expect(try Parser.parse(Source(name: "deep", nested)).statements.count == 1)
    }
}
