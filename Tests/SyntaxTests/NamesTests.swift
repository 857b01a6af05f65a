import Support
import Syntax
import Testing

@Suite struct NamesTests {
    @Test(arguments: [
        ("η", "eta"), ("Σ", "Sigma"), ("ε_max", "epsilon_max"), ("Δt", "Deltat"), ("ϕ", "phi"), ("ϵ", "epsilon"), ("µ", "mu"),
        ("ς", "sigma"), ("plain", "plain"), ("e\u{301}a", "\u{E9}a"), ("日本", "日本"),
    ])
    func normalForm(_ name: String, _ expected: String) {
        #expect(Array(Names.normalise(name).unicodeScalars) == Array(expected.unicodeScalars))
    }

    @Test func everyGreekLetterHasItsName() {
        #expect(Names.greekLetters.count == 48)
        for (name, letter) in Names.greekLetters { #expect(Names.normalise(String(letter)) == name) }
    }

    @Test(arguments: [
        ("estpe", "estep"), ("Estep", "estep"), ("mstpe", "mstep"), ("colect", "collect"), ("evalute", "evaluate"),
        ("kl_maen", "kl_mean"), ("x", nil), ("zebra", nil), ("kk", nil), ("KL", "kl"),
    ])
    func suggestion(_ name: String, _ expected: String?) {
        let known = ["estep", "mstep", "collect", "evaluate", "kl_mean", "kl_cov", "y", "kl"]
        #expect(Names.suggestion(for: name, among: known) == expected)
    }

    @Test(arguments: [
        ("abc", 3), ("日本", 4), ("e\u{301}", 1), ("η", 1), ("👍🏽", 2), ("❤\u{FE0F}", 2), ("한글", 4), ("a\u{200B}b", 2), ("", 0), ("─│⣿", 3),
    ])
    func width(_ text: String, _ expected: Int) {
        #expect(displayWidth(text) == expected)
    }

    @Test func textIsCutToAWidth() {
        #expect(clipped("abcdef", to: 4) == "abc…")
        #expect(clipped("日本語", to: 4) == "日…")
        #expect(padded("日", to: 4) == "日  " && paddedLeft("η", to: 3) == "  η")
    }
}

@Suite struct SourceTests {
    @Test func positionsCountCharacters() {
        let source = Source(name: "s", "ab\nη\u{301}é = 1\r\n\nz")
        #expect(source.lineCount == 4)
        for (offset, line, column) in [(0, 1, 1), (2, 1, 3), (3, 2, 1), (7, 2, 2), (9, 2, 3), (99, 4, 2)] {
            let position = source.position(of: offset)
            #expect(position.line == line && position.column == column, "offset \(offset)")
        }
        #expect(String(decoding: source.text[source.range(ofLine: 2)], as: UTF8.self) == "η\u{301}é = 1")
    }

    @Test func cells() {
        let source = Source(name: "s", "\n#%% First\nx = 1\n# %% [markdown] Notes\n# Hello\n#\n# there\n#%%\ny")
        let cells = Cells.split(source)
        #expect(cells.map(\.title) == ["First", "Notes", ""])
        #expect(cells.map(\.isMarkdown) == [false, true, false])
        #expect(cells.map(\.text) == ["x = 1\n", "Hello\n\nthere\n", "y"])
        #expect(Cells.split(Source(name: "s", "a\n#%%\nb")).map(\.text) == ["a\n", "b"])
        #expect(Cells.split(Source(name: "s", "")).isEmpty)
    }

    @Test func highlights() {
        let lexed = LexedSource(Source(name: "s", "if η { \"a\\(1)\" } # c"))
        let parts = lexed.highlights.map { "\(String(decoding: lexed.source.text[$0.range], as: UTF8.self)):\($0.category)" }
        #expect(
            parts == [
                "if:keyword", "η:name", "{:punctuation", "\":string", "a:string", "\\(:punctuation", "1:number",
                "):punctuation", "\":string", "}:punctuation", "# c:comment",
            ])
        #expect(LexedSource(Source(name: "s", "x = 'a'")).highlights.count == 2)
    }
}
