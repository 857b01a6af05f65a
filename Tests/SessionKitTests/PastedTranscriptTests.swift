import SessionKit
import Testing

struct PastedTranscriptTests {
    @Test(
        "Of a pasted session only the statements stay; other text stays as it is",
        arguments: [
            ("x = 1", "x = 1"),
            ("x = 1\ny = 2\n", "x = 1\ny = 2"),
            ("[1]> x = 1\n1\n[2]> x + 1\n2\n", "x = 1\nx + 1"),
            ("mpo 0.1 · a laboratory\n[1]> x = 1\n1\n", "x = 1"),
            ("[1]> for i in 1...2 {\n    print(i)\n}\n1\n2\n[2]> 3\n3", "for i in 1...2 {\n    print(i)\n}\n3"),
            ("[1]> :vars\nno variables yet\n[2]> 5\n5", "5"),
            ("[1]> \n[1]> x", "x"),
            ("t[0]> 3", "t[0]> 3"),
            ("[0] > 3", "[0] > 3"),
            ("", ""),
        ])
    func stripped(_ text: String, _ expected: String) {
        let result = PastedTranscript.stripped(text) { code in
            code.filter { $0 == "{" }.count > code.filter { $0 == "}" }.count
        }
        #expect(result == expected)
    }
}
