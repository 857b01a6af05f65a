import SessionKit
import Support
import Syntax
import Testing

/// The example that walks through the EM view: its own checks hold, in the sense of the program's exit status.
@Suite struct EMExampleTests {
    @Test func everyClaimHolds() throws {
        var shown = ""
        var errors = ""
        let face = TextFace(output: { shown += $0 }, errors: { errors += $0 })
        let session = Session(face: face, standardLibrary: ProgramTests.standardLibrary, cancellation: CancellationToken())
        let path = ProgramTests.standardLibrary + "/examples/em.mpo"
        session.run(Source(name: "em.mpo", text: try WholeFile.read(path)))
        #expect(errors == "")
        for part in ["(a)", "(b)", "(c)", "the curves touch"] { #expect(shown.contains(part)) }
    }
}
