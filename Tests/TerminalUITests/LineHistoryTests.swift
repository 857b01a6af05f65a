import Glibc
import Support
import Testing
import TerminalUI

struct LineHistoryTests {
    static func temporary() -> String {
        "/tmp/mpo-history-\(getpid())-\(UInt64.random(in: 0 ... .max))"
    }

    @Test("Entries of several lines, with backslashes and any characters, come back", arguments: [
        ["x = 1"], ["for i in 1...3 {\n    print(i)\n}", "y"], ["\"a\\n\\\\\"", "η = 日本"], ["a\\", "b\n\nc"],
    ])
    func roundTrip(_ entries: [String]) throws {
        let path = Self.temporary()
        defer { unlink(path) }
        let history = LineHistory(path: path)
        for entry in entries { history.add(entry) }
        #expect(history.problem == nil)
        #expect(LineHistory(path: path).entries == entries)
    }

    @Test func blankAndRepeatedEntriesAreNotKept() {
        let history = LineHistory(path: nil)
        for entry in ["a", "a", " ", "", "b", "a"] { history.add(entry) }
        #expect(history.entries == ["a", "b", "a"])
    }

    @Test func aForeignFileIsLeftAlone() throws {
        let path = Self.temporary()
        defer { unlink(path) }
        try WholeFile.write("precious\n", to: path)
        let history = LineHistory(path: path)
        history.add("x = 1")
        #expect(history.problem != nil)
        #expect(history.entries == ["x = 1"])
        #expect(try WholeFile.readText(path) == "precious\n")
    }

    @Test func aFileThatIsReplacedMeanwhileIsLeftAlone() throws {
        let path = Self.temporary()
        defer { unlink(path) }
        let history = LineHistory(path: path)
        history.add("x = 1")
        try WholeFile.write("precious text of somebody else\n", to: path)
        history.add("y = 2")
        #expect(history.problem != nil)
        #expect(try WholeFile.readText(path) == "precious text of somebody else\n")
    }

    @Test func twoSessionsShareAFile() throws {
        let path = Self.temporary()
        defer { unlink(path) }
        let one = LineHistory(path: path)
        let two = LineHistory(path: path)
        one.add("first")
        two.add("second")
        one.add("third")
        #expect(LineHistory(path: path).entries == ["first", "second", "third"])
    }
}
