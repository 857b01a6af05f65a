import Glibc
import Support
import Testing

/// A folder of its own for one test, removed with everything in it.
func withFolder(_ body: (String) throws -> Void) throws {
    var template = Array("/tmp/mpo-test-XXXXXX".utf8CString)
    let made = mkdtemp(&template)
    let path = String(cString: try #require(made)) + "/"
    defer { remove(folder: path) }
    try body(path)
}

private func remove(folder: String) {
    guard let handle = opendir(folder) else { return }
    while let entry = readdir(handle) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) {
            $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        if name != ".", name != ".." {
            if unlink(folder + name) != 0 { rmdir(folder + name) }
        }
    }
    closedir(handle)
    rmdir(folder)
}

@Suite struct WholeFileTests {
    @Test func writesAndReads() throws {
        try withFolder { folder in
            let path = folder + "a.bin"
            for count in [0, 1, 100, 70_000, 1 << 20] {
                let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7) }
                try WholeFile.write(bytes, to: path)
                #expect(try WholeFile.read(path) == bytes)
            }
            #expect(access(folder + ".a.bin.saving", F_OK) != 0)
        }
    }

    @Test func piecesOfAnySizeArriveInOrder() throws {
        try withFolder { folder in
            var all: [UInt8] = []
            try WholeFile.write(to: folder + "p") { writer in
                for n in [3, 70_000, 1, 300_000, 0, 65_535, 65_536, 12] {
                    let piece = (0..<n).map { UInt8(truncatingIfNeeded: $0 &+ n) }
                    try writer.append(piece)
                    all += piece
                }
                #expect(writer.count == all.count)
            }
            #expect(try WholeFile.read(folder + "p") == all)
        }
    }

    @Test func aFailedWriteLeavesTheOldFile() throws {
        try withFolder { folder in
            let path = folder + "keep"
            try WholeFile.write("old", to: path)
            #expect(throws: Interrupted.self) {
                try WholeFile.write(to: path) { writer in
                    try writer.append(Array("new".utf8))
                    throw Interrupted()
                }
            }
            #expect(try WholeFile.readText(path) == "old")
            #expect(!WholeFile.exists(folder + ".keep.saving"))
        }
    }

    @Test func aLeftOverTemporaryFileIsTakenOver() throws {
        try withFolder { folder in
            try WholeFile.write("half of something long that was killed", to: folder + ".f.saving")
            try WholeFile.write("whole", to: folder + "f")
            #expect(try WholeFile.readText(folder + "f") == "whole")
            #expect(!WholeFile.exists(folder + ".f.saving"))
        }
    }

    @Test func linksAreFollowedAndModesKept() throws {
        try withFolder { folder in
            try WholeFile.write("1", to: folder + "real")
            chmod(folder + "real", 0o640)
            symlink("real", folder + "link")
            try WholeFile.write("2", to: folder + "link")
            #expect(try WholeFile.readText(folder + "real") == "2")
            var status = stat()
            #expect(lstat(folder + "link", &status) == 0 && status.st_mode & S_IFMT == S_IFLNK)
            #expect(stat(folder + "real", &status) == 0 && status.st_mode & 0o777 == 0o640)
            unlink(folder + "link")
        }
    }

    @Test func devicesAreNotReplaced() throws {
        try WholeFile.write("gone", to: "/dev/null")
        var status = stat()
        #expect(stat("/dev/null", &status) == 0 && status.st_mode & S_IFMT == S_IFCHR)
    }

    @Test(arguments: [
        ("missing", "file.missing"), ("", "file.name"), ("sub/", "file.is-folder"), (".", "file.is-folder"),
        ("a\0b", "file.name"), ("missing/x", "file.missing"),
    ])
    func readingFaults(name: String, id: String) throws {
        try withFolder { folder in
            let path = name.isEmpty ? "" : folder + name
            let fault = #expect(throws: Fault.self) { try WholeFile.read(path) }
            #expect(fault?.id == id)
        }
    }

    @Test(arguments: [
        ("missing/x", "file.no-folder"), ("", "file.name"), ("a\0b", "file.name"), (".", "file.is-folder"),
        (String(repeating: "n", count: 400), "file.name"),
    ])
    func writingFaults(name: String, id: String) throws {
        try withFolder { folder in
            let path = name.isEmpty ? "" : folder + name
            let fault = #expect(throws: Fault.self) { try WholeFile.write("x", to: path) }
            #expect(fault?.id == id)
        }
    }

    @Test func tooLargeIsToldEvenWithoutASize() throws {
        try withFolder { folder in
            try WholeFile.write("12345", to: folder + "f")
            #expect(throws: Fault.self) { try WholeFile.read(folder + "f", limit: 4) }
            let endless = #expect(throws: Fault.self) { try WholeFile.read("/dev/zero", limit: 100_000) }
            #expect(endless?.id == "file.too-large")
        }
    }

    @Test func textSaysWhereItIsNotUTF8() throws {
        try withFolder { folder in
            try WholeFile.write(Array("aé".utf8) + [0xFF, 0x41], to: folder + "t")
            let fault = #expect(throws: Fault.self) { try WholeFile.readText(folder + "t") }
            #expect(fault?.message.hasSuffix("the first wrong byte is at 3") == true)
        }
    }
}
