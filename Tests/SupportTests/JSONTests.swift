import Support
import Testing

@Suite struct JSONTests {
    @Test(arguments: [
        "null", "true", "false", "0", "-0.0", "12", "-7", "1.5", "1e+300", "5e-324", "0.1", "9007199254740992",
        "\"\"", "\"a\\\"b\\\\c\\n\\u0001\"", "\"ηπ🙂\"", "[]", "{}", "[1,[2,[3]],{}]", "{\"a\":1,\"b\":{\"c\":[null]}}",
    ])
    func printsWhatItRead(text: String) throws {
        #expect(try JSON(parsing: text).description == text)
    }

    @Test func doublesKeepTheirBits() throws {
        var bits: UInt64 = 0x1234_5678_9ABC_DEF1
        for _ in 0..<2000 {
            bits = bits &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let value = Double(bitPattern: bits)
            let back = try JSON(parsing: JSON.number(value).description).double
            #expect(back?.bitPattern == value.bitPattern || (value.isNaN && back?.isNaN == true))
        }
        for value in [Double.infinity, -.infinity, 0, -0.0, .leastNonzeroMagnitude, .greatestFiniteMagnitude] {
            #expect(try JSON(parsing: JSON.number(value).description).double?.bitPattern == value.bitPattern)
        }
        #expect(JSON.number(.nan).description == "\"NaN\"")
    }

    @Test func escapesAreRead() throws {
        #expect(try JSON(parsing: #" "\u00e9\ud83d\ude42\/\b\f\n\r\t" "#).text == "é🙂/\u{8}\u{c}\n\r\t")
    }

    @Test func wholeNumbersAndBitPatterns() throws {
        for value in [0, 1, -1, .max, .min, 1 << 53, (1 << 53) + 1] {
            #expect(try JSON(parsing: JSON.integer(value).description).int == value)
        }
        for value in [0, UInt64.max, 1 << 63] {
            #expect(try JSON(parsing: JSON.bits(value).description).bits == value)
        }
        #expect(JSON.number(1e300).int == nil)
        #expect(JSON.number(0.5).int == nil)
    }

    @Test func membersKeepTheirOrder() throws {
        let value: JSON = ["z": 1, "a": [true, nil, 2.5], "m": "x"]
        #expect(value.description == #"{"z":1,"a":[true,null,2.5],"m":"x"}"#)
        #expect(value["m"]?.text == "x")
        #expect(value["a"]?[2]?.double == 2.5)
        #expect(value["a"]?[3] == nil)
        #expect(value["nothing"] == nil)
        #expect(
            value.printed(indented: true)
                == "{\n  \"z\": 1,\n  \"a\": [\n    true,\n    null,\n    2.5\n  ],\n  \"m\": \"x\"\n}")
    }

    @Test(arguments: [
        "", " ", "nul", "tru", "01", "1.", ".5", "1e", "+1", "-", "NaN", "inf", "0x10", "[1,]", "[1 2]", "{\"a\"}",
        "{\"a\":1,}", "{a:1}", "\"abc", "\"\\x\"", "\"\\ud800\"", "\"\\udc00\"", "\"\n\"", "1 2", "[", "{\"a\":1",
        "{\"a\":1,\"a\":2}", "'a'",
    ])
    func refuses(text: String) {
        #expect(throws: Fault.self) { try JSON(parsing: text) }
    }

    @Test func deepNestingIsAFaultNotAnOverflow() throws {
        let fault = #expect(throws: Fault.self) {
            try JSON(parsing: String(repeating: "[", count: 100_000))
        }
        #expect(fault?.id == "json.depth")
        _ = try JSON(parsing: String(repeating: "[", count: 150) + String(repeating: "]", count: 150))
    }

    @Test func randomBytesNeverCrash() {
        var state: UInt64 = 7
        let alphabet = Array("{}[]\",:0123456789.eE+-truefalsn\\u \n\u{1}é".utf8) + [0xFF, 0xC3]
        for _ in 0..<5000 {
            var bytes: [UInt8] = []
            for _ in 0..<24 {
                state = state &* 6_364_136_223_846_793_005 &+ 1
                bytes.append(alphabet[Int(state >> 33) % alphabet.count])
            }
            _ = try? JSON(parsing: bytes)
        }
    }
}
