import Runtime
import Support

/// Where a run's files go, and whether it may touch files at all: natives that read or write ask here first.
///
///     let path = try context.service(RunFiles.self).toWrite(name)
public final class RunFiles: InterpreterService {
    /// `--out DIR`: files that are written by a relative name go there.
    public var outputFolder: String?
    /// `--sandbox`: no file is read or written.
    public var isSandboxed = false

    public init() {}

    /// The path to read `name` from.
    public func toRead(_ name: String) throws -> String {
        try refuseInSandbox("read", name)
        // What the run itself wrote is found again; anything else is where the name says.
        let written = inOutputFolder(name)
        return written != name && WholeFile.exists(written) ? written : name
    }

    /// The path to write `name` to.
    public func toWrite(_ name: String) throws -> String {
        try refuseInSandbox("write", name)
        return inOutputFolder(name)
    }

    private func inOutputFolder(_ name: String) -> String {
        guard let outputFolder, !name.isEmpty, !name.hasPrefix("/") else { return name }
        return outputFolder + "/" + name
    }

    private func refuseInSandbox(_ verb: String, _ name: String) throws {
        if isSandboxed {
            throw Fault(
                "sandbox.files", "the sandbox does not let a script \(verb) '\(name)'", hint: "run it without --sandbox")
        }
    }
}
