import Glibc
import Runtime
import SessionKit
import Support
import Syntax

/// A session whose output is kept as text: errors and remarks stand where they came, after `! `.
struct Harness {
    final class Text { var lines = "" }

    let text = Text()
    let session: Session
    let token = CancellationToken()

    init(seed: UInt64 = 0, isQuiet: Bool = false) {
        let text = text
        let face = TextFace(
            output: { text.lines += $0 },
            errors: { error in
                let lines = error.split(separator: "\n").map { "! \($0)\n" }
                text.lines += lines.joined()
            })
        session = Session(face: face, seed: seed, isQuiet: isQuiet, cancellation: token)
    }

    /// What these cells show, one after the other.
    func cells(_ cells: String...) -> String {
        for cell in cells { session.run(cell: cell) }
        return take()
    }

    func batch(_ source: String, name: String = "test.mpo") -> (output: String, outcome: Session.Outcome) {
        let outcome = session.run(Source(name: name, source))
        return (take(), outcome)
    }

    func piped(_ source: String) -> (output: String, outcome: Session.Outcome) {
        let outcome = session.run(piped: Source(name: "standard input", source))
        return (take(), outcome)
    }

    private func take() -> String {
        defer { text.lines = "" }
        return text.lines
    }
}

extension Session.Outcome {
    /// `done`, `failed`, `interrupted`, `quit`.
    var name: String {
        switch self {
        case .done: "done"
        case .failed: "failed"
        case .interrupted: "interrupted"
        case .quit: "quit"
        }
    }
}

/// A folder that goes away with its owner.
final class TemporaryFolder {
    let path: String

    init() {
        var template = Array("/tmp/mpo-test-XXXXXX".utf8CString)
        path = mkdtemp(&template).map { String(cString: $0) } ?? "/tmp"
    }

    deinit { if path.hasPrefix("/tmp/mpo-test-") { system("rm -rf '\(path)'") } }
}
