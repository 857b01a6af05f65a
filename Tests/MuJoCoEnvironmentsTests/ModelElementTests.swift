import MuJoCoEnvironments
import Support
import Testing

/// The element tree that model files are edited in.
@Suite struct ModelElementTests {
    @Test func whatIsReadIsWrittenWithoutCommentsAndText() throws {
        let model = try ModelElement(
            parsing: "<?xml version='1.0'?>\n<!-- <no/> --><a x='say \"hi\"' y = \"&lt;\">t>ext<b/><c name='d'><b u='1'/></c ></a> <e/>",
            file: "a.xml")
        #expect(
            model.text == """
                <a x="say &quot;hi&quot;" y="&lt;">
                <b/>
                <c name="d">
                <b u="1"/>
                </c>
                </a>

                """)
        #expect(try ModelElement(parsing: model.text, file: "a.xml").text == model.text)
    }

    @Test func elementsAreFoundChangedAddedAndRemoved() throws {
        let model = try ModelElement(parsing: "<m><w><b name='x'/><b name='y'><g/></b></w><s/></m>", file: "m.xml")
        #expect(model.all("b").map { $0["name"] } == ["x", "y"])
        let body = try model.first("b", "y")
        body["name"] = nil
        body["pos"] = "0 0 1"
        body.add("g", ["name": "new"]).add("h")
        try model.first("w").remove("b", "x")
        try model.remove("s")
        #expect(model.text == "<m>\n<w>\n<b pos=\"0 0 1\">\n<g/>\n<g name=\"new\">\n<h/>\n</g>\n</b>\n</w>\n</m>\n")
        for change in [{ _ = try model.first("b", "x") }, { try model.remove("s") }, { try model.remove("g", "old") }] {
            #expect(throws: Fault.self) { try change() }
        }
    }

    @Test(arguments: [
        ("", "line 1: it holds no element"),
        ("text", "line 1: it holds no element"),
        ("<a>\n\n<b>", "line 3: <b> is not closed"),
        ("<a", "line 1: <a has no '>'"),
        ("<a b>", "line 1: '=' was wanted after b"),
        ("<a b=1/>", "line 1: b's value in quotes was wanted"),
        ("<a b='x", "line 1: b's value is not closed"),
        ("<a b='1'\n b='2'/>", "line 2: b stands twice in <a>"),
        ("<a></b>", "line 1: '</a>' was wanted, '</b>' was given"),
        ("</a>", "line 1: '</a>' closes nothing"),
        ("<a><b/></a", "line 1: '>' was wanted after '</a'"),
        ("<!-- x", "line 1: a comment is not closed"),
        ("<?x", "line 1: a declaration is not closed"),
        ("<", "line 1: a tag was wanted"),
        (String(repeating: "<a>", count: 100_000), "line 1: more than 500 elements stand in each other"),
    ])
    func brokenFilesAreFaultsThatNameTheLine(_ text: String, _ message: String) throws {
        let fault = #expect(throws: Fault.self) { try ModelElement(parsing: text, file: "f.xml") }
        #expect(fault?.message == "f.xml, \(message)")
    }
}
