import Bindings
import Glibc
import SessionKit
import Support
import Syntax
import Testing

/// The specification by example: `Programs/**/name.mpo` and beside it `name.out`, what a batch run
/// shows: standard output, and the printed error where there is one.
@Suite struct ProgramTests {
    static let folder = String(#filePath.dropLast("ProgramTests.swift".count)) + "Programs"

    /// The programs' paths below the folder, without their ending, in reading order.
    static let programs: [String] = list(folder, below: "").filter { $0.hasSuffix(".mpo") }.map { String($0.dropLast(4)) }

    private static func list(_ folder: String, below prefix: String) -> [String] {
        guard let directory = opendir(folder) else { return [] }
        defer { closedir(directory) }
        var paths: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name.hasPrefix(".") { continue }
            if entry.pointee.d_type == UInt8(DT_DIR) {
                paths += list(folder + "/" + name, below: prefix + name + "/")
            } else {
                paths.append(prefix + name)
            }
        }
        return paths.sorted()
    }

    /// The library that the programs use, as the program itself finds it.
    static let standardLibrary = String(#filePath.dropLast("Tests/SpecificationTests/ProgramTests.swift".count)) + "stdlib"

    private static func temporaryFolder(_ name: String) -> String {
        let folder = "/tmp/mpo-specification-\(getpid())-" + String(name.map { $0 == "/" ? "-" : $0 })
        mkdir(folder, 0o700)
        return folder
    }

    private static func remove(_ folder: String) {
        for file in list(folder, below: "") { unlink(folder + "/" + file) }
        rmdir(folder)
    }

    @Test(arguments: programs)
    func program(_ name: String) throws {
        let path = ProgramTests.folder + "/" + name
        let expected = try WholeFile.readText(path + ".out")
        var shown = ""
        let face = TextFace(output: { shown += $0 }, errors: { shown += $0 })
        let session = Session(
            face: face, standardLibrary: ProgramTests.standardLibrary, cancellation: CancellationToken())
        // What a program saves goes to a folder of its own, and is gone after it.
        let output = ProgramTests.temporaryFolder(name)
        defer { ProgramTests.remove(output) }
        session.interpreter.service(RunFiles.self).outputFolder = output
        let file = name.split(separator: "/").last ?? ""
        session.run(Source(name: file + ".mpo", text: try WholeFile.read(path + ".mpo")))
        // Messages name files in full; where this machine keeps them is not part of what is shown.
        let folderless = shown.replacing(output + "/", with: "").replacing(ProgramTests.standardLibrary + "/", with: "stdlib/")
        #expect(folderless == expected)
    }

    @Test func theTourIsLongEnough() {
        #expect(ProgramTests.programs.count >= 150)
        #expect(ProgramTests.programs.filter { $0.contains("errors/") }.count >= 60)
    }
}
