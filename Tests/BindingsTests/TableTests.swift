import Bindings
import Runtime
import Testing

@Suite struct TableTests {
    @Test func growingSharesNothingThatShows() {
        let empty = Table([])
        let one = empty.appending([("x", 1)])
        let two = one.appending([("x", 2)])
        let other = one.appending([("x", 3)])
        #expect(one.rowCount == 1 && two.rowCount == 2 && other.rowCount == 2)
        #expect(two.column("x")?.compactMap(\.asNumber) == [1, 2])
        #expect(other.column("x")?.compactMap(\.asNumber) == [1, 3])
        #expect(one.column("x")?.count == 1 && empty.names.isEmpty)
        let wider = two.appending([("y", "a"), ("x", 4)])
        #expect(wider.names == ["x", "y"] && wider.column("y")?.map(\.text) == ["nothing", "nothing", "a"])
        #expect(two.names == ["x"])
    }

    @Test func csvReadsBackAsItWas() {
        let shown = run(
            """
            t = table(x: [1, -2.5, 1e-10, nothing], s: ["a,b", "say \\"hi\\"", "two\\nlines", "plain"], b: [true, false, true, true])
            write_csv(t, "/tmp/mpo-table-test.csv")
            read_csv("/tmp/mpo-table-test.csv") == t
            """)
        #expect(shown == ["true"])
    }

    @Test(arguments: [
        ("table(x: [1, 2])[2]", "row 2 is outside of the table, which has 2 rows"),
        ("table(x: [1, 2])[0.5]", "a row's index is a whole number, got 0.5"),
        ("table(x: [1, 2])[\"y\"]", "the table has no column `y`"),
        ("table(x: [1, 2])[0, 1]", "the second index of a table is a column's name, as in t[0, \"x\"]"),
        ("table(x: [1, 2])[0..<3]", "rows 0..<3 are outside of the table, which has 2 rows"),
        ("table(x: 1)", "table: the column `x` must be a list, got number 1"),
        ("table(x: [1], y: [1, 2])", "table wants columns of one length: `x` has 1 element, `y` 2"),
        ("table([1])", "table wants records as rows, got number 1 at index 0"),
        ("select(table(x: [1]), \"z\")", "the table has no column `z`"),
        ("sort(table(x: [[1]]), by: \"x\")", "sort wants the column to be numbers or strings, got list [1]"),
        ("range(0, 1, step: 0)", "range wants finite numbers and a step that is not 0, got 0, 1, step 0"),
        ("spaced(0, 1, 3, log: true)", "spaced with log: true wants positive ends, got 0 and 1"),
        ("number(\"1x\")", "number wants a string that spells a number, got string \"1x\""),
        ("number(\"0x10\")", "number wants a string that spells a number, got string \"0x10\""),
        ("format(1, 1000)", "format wants at most 300 decimals, got 1000"),
        ("split(\"a\", \"\")", "split wants a separator that is not empty"),
        ("report()", "report wants values by name"),
        ("zip([1], [1, 2])", "zip wants lists of one length, got 1 element in the first and 2 in list 2"),
    ])
    func refuses(_ code: String, _ message: String) {
        #expect(run(code).last == "error: " + message)
    }

    @Test func hugeListsAreRefused() {
        for code in ["fill(0, 1e15)", "range(0, 1e15)", "spaced(0, 1, 1e14)", "concat(fill(0, 1e14))"] {
            #expect(run(code).last?.hasPrefix("error: ") == true, "\(code)")
        }
    }
}
