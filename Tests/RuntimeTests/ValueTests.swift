import Runtime
import Testing

@Suite struct ValueTests {
    @Test func aValueTakesNineBytes() {
        #expect(MemoryLayout<Value>.size == 9)
        #expect(MemoryLayout<Value>.stride == 16)
    }

    @Test(arguments: [
        (0.0, "0"), (-0.0, "0"), (1, "1"), (-1.5, "-1.5"), (0.1, "0.1"), (1e-10, "1e-10"), (1.5e-7, "1.5e-7"), (1e16, "1e16"), (1.25e100, "1.25e100"),
        (123456.789, "123456.789"), (.infinity, "infinity"), (-.infinity, "-infinity"), (.nan, "nan"), (9007199254740992, "9007199254740992"), (5e-324, "5e-324"),
    ]) func numbers(_ number: Double, _ text: String) {
        #expect(NumberText.plain(number) == text)
    }

    /// The text of a number reads back as the same number.
    @Test func numbersReadBack() {
        var wrong: [Double] = []
        var bits: UInt64 = 88_172_645_463_325_252
        for _ in 0..<20_000 {
            // xorshift64
            bits ^= bits << 13
            bits ^= bits >> 7
            bits ^= bits << 17
            let number = Double(bitPattern: bits)
            guard number.isFinite else { continue }
            if Double(NumberText.plain(number)) != number { wrong.append(number) }
        }
        #expect(wrong == [])
    }

    @Test(arguments: [(0, "0"), (999, "999"), (1000, "1 000"), (-10702, "-10 702"), (1_234_567, "1 234 567")])
    func grouped(_ count: Int, _ text: String) { #expect(NumberText.grouped(count) == text) }

    @Test func json() {
        let value = Value.record([
            ("a", 1), ("b", .list([.boolean(true), .nothing, "x\n\"y\""])), ("c", .number(.nan)), ("d", .number(-.infinity)),
            ("e", .range(RangeValue(1, 4, isClosed: true))),
        ])
        #expect(
            value.json.description
                == #"{"a":1,"b":[true,null,"x\n\"y\""],"c":"NaN","d":"-Infinity","e":{"from":1,"to":3,"closed":true}}"#)
    }

    @Test func longListsAreCut() {
        let list = Value.list((0..<100).map { Value.integer($0) })
        #expect(list.quoted.hasPrefix("[0, 1, 2,"))
        #expect(list.quoted.hasSuffix("19, … (100 in all), 95, 96, 97, 98, 99]"))
        #expect(list.json.elements?.count == 100)
        #expect(Value.list([1, 2, 3]).quoted == "[1, 2, 3]")
    }

    @Test func described() {
        let cases: [(Value, String)] = [
            (.nothing, "nothing"), (1, "number 1"), ("a\"b", #"string "a\"b""#), ([1, "x"], #"list [1, "x"]"#),
            (.record([("a", 1)]), "record {a: 1}"), (.range(RangeValue(0, 3)), "range 0..<3"), (true, "boolean true"),
        ]
        for (value, text) in cases { #expect(value.described == text) }
    }

    @Test func laterFieldsReplaceEarlierOnes() {
        #expect(Value.record([("a", 1), ("b", 2), ("a", 3)]).quoted == "{a: 3, b: 2}")
    }
}
