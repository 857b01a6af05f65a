import Bindings
import Glibc
import Runtime
import Support

/// `--out DIR`: what a run leaves behind. `run.json` tells how it was made, `reports.jsonl` holds every reported row.
public final class RunFolder {
    private let path: String
    private var descriptor: Int32 = -1

    /// Makes the folder, with those above it, and writes `run.json`.
    public init(_ path: String, commandLine: [String], script: String, seed: UInt64, parameters: [String: String]) throws {
        self.path = path
        var made = path.hasPrefix("/") ? "/" : ""
        for part in path.split(separator: "/") {
            made += part + "/"
            mkdir(made, 0o777)
        }
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            throw Fault("file.no-folder", "the folder '\(path)' cannot be made: \(String(cString: strerror(errno)))")
        }
        let settings = parameters.sorted { $0.key < $1.key }.map { JSON.Member($0.key, .string($0.value)) }
        let run: JSON = [
            "mpo": .string(Session.version), "script": .string(script), "seed": .bits(seed),
            "params": .object(settings), "command": .array(commandLine.map { .string($0) }),
        ]
        try WholeFile.write(run.printed(indented: true) + "\n", to: path + "/run.json")
        descriptor = open(path + "/reports.jsonl", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
        if descriptor < 0 { throw Fault("file.failed", "'\(path)/reports.jsonl' cannot be written") }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Lets `session` write its files here.
    public func attach(to session: Session) {
        session.interpreter.service(RunFiles.self).outputFolder = path
        session.sink.onReport = { [self] row in
            let line = JSON.object(row.map { JSON.Member($0.name, $0.value.json) }).printed() + "\n"
            let bytes = Array(line.utf8)
            _ = write(descriptor, bytes, bytes.count)
        }
    }
}
