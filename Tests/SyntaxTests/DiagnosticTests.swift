import Support
import Syntax
import Testing

@Suite struct DiagnosticTests {
    @Test(arguments: faultyPrograms)
    func message(_ source: String, _ expected: String) {
        let diagnostic = #expect(throws: Diagnostic.self) { try Parser.parse(Source(name: "t.mpo", source)) }
        if let diagnostic { #expect(DiagnosticRenderer(colour: false).render(diagnostic) == expected) }
    }

    @Test func invalidBytesAreTold() {
        let cases: [([UInt8], String)] = [
            (Array("ab = 1\nx = \"".utf8) + [0xFF, 0x22], """
                t:2:6: error: the text is not valid UTF-8: byte 0xFF stands alone
                 2 | x = "\u{FFFD}"
                   |      ^
                   hint: save the file as UTF-8
                """),
            (Array("a".utf8) + [0xC3], """
                t:1:2: error: the text is not valid UTF-8: byte 0xC3 stands alone
                 1 | a\u{FFFD}
                   |  ^
                   hint: save the file as UTF-8
                """),
            (Array("x = 1".utf8) + [0] + Array("2".utf8), """
                t:1:6: error: the text holds a NUL byte
                 1 | x = 1\u{2400}2
                   |      ^
                """),
            (Array("x\u{1B}[31m".utf8), """
                t:1:2: error: the control character 0x1B cannot stand here
                 1 | x\u{241B}[31m
                   |  ^
                """),
        ]
        for (bytes, expected) in cases {
            let diagnostic = #expect(throws: Diagnostic.self) { try Parser.parse(Source(name: "t", text: bytes)) }
            if let diagnostic { #expect(DiagnosticRenderer(colour: false).render(diagnostic) == expected) }
        }
    }

    @Test func caretStandsUnderWideCombiningAndTabbedText() {
        let source = Source(name: "t", "\t\"日本e\u{301}\" + zz")
        let lower = source.text.count - 2
        let diagnostic = Diagnostic("x", "unknown", at: Span(source, lower, lower + 2))
        #expect(
            DiagnosticRenderer(colour: false).render(diagnostic) == """
                t:1:10: error: unknown
                 1 |     "日本e\u{301}" + zz
                   |               ^^
                """)
    }

    @Test func longLinesAreCutAroundTheCaret() {
        let source = Source(name: "t", String(repeating: "a", count: 5000) + " oops " + String(repeating: "b", count: 5000))
        let text = DiagnosticRenderer(colour: false, width: 60).render(Diagnostic("x", "m", at: Span(source, 5001, 5005)))
        let lines = text.split(separator: "\n")
        #expect(lines.count == 3)
        #expect(lines.allSatisfy { displayWidth($0) <= 60 })
        let caret = lines[2].distance(from: lines[2].startIndex, to: lines[2].firstIndex(of: "^") ?? lines[2].startIndex)
        let word = lines[1].distance(from: lines[1].startIndex, to: lines[1].firstRange(of: "oops")?.lowerBound ?? lines[1].startIndex)
        #expect(caret == word && lines[2].hasSuffix("^^^^"))
        #expect(lines[1].contains("…a") && lines[1].hasSuffix("b…"))
    }

    @Test func callsAndOtherFilesAreShown() {
        let file = Source(name: "a.mpo", "func f() { g() }\nf()\n"), library = Source(name: "lib.mpo", "\n\nfunc g() { x }")
        var diagnostic = Diagnostic(
            "x", "m", at: Span(library, 13, 14), labels: [.init(Span(file, 0, 4), "declared here")], hints: ["h"])
        diagnostic.calls = [.init(function: "g", span: Span(file, 11, 14))]
        diagnostic.calls += (0..<99).map { _ in .init(function: "f", span: Span(file, 17, 20)) }
        #expect(
            DiagnosticRenderer(colour: false).render(diagnostic) == """
                lib.mpo:3:12: error: m
                 3 | func g() { x }
                   |            ^
                a.mpo:1:1:
                 1 | func f() { g() }
                   | ---- declared here
                   hint: h
                   in g, called at a.mpo:1:12
                   in f, called at a.mpo:2:1 (99 times)
                """)
        #expect(DiagnosticRenderer(colour: true).render(diagnostic).contains("\u{1B}[1;31merror:\u{1B}[0m"))
        #expect(DiagnosticRenderer(colour: false).render(Diagnostic("x", "no \u{1B}place", at: nil)) == "error: no \u{241B}place")
    }
}
