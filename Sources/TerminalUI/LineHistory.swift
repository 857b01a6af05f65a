import CEdit
import Glibc
import Support

/// The statements entered, oldest first, kept in a file from session to session.
///
/// The file's first line is a cookie; every other line is one entry, with `\n` for a line break and `\\` for a
/// backslash. Entries are appended as they are made, under a lock, so that sessions side by side and a kill lose
/// nothing. A file that does not start with the cookie is somebody else's: it is neither read nor written.
public final class LineHistory {
    public static let cookie = "# mpo history 1"
    static let limit = 5000

    public private(set) var entries: [String] = []
    /// Why the file is not used; nil where it is.
    public private(set) var problem: String?
    private let path: String?
    private let native: OpaquePointer?

    /// Reads the file at `path`; nil keeps the history in memory.
    public init(path: String?) {
        self.path = path
        native = history_init()
        if let native { _ = cedit_history_size(native, Int32(Self.limit)) }
        guard let path, WholeFile.exists(path) else { return }
        do {
            let text = String(decoding: try WholeFile.read(path, limit: 1 << 26), as: UTF8.self)
            var lines = text.split(separator: "\n", omittingEmptySubsequences: true)
            if lines.isEmpty { return }
            guard lines.removeFirst() == Self.cookie else {
                problem = "\(path) is no history of mpo: it is left alone, and this session's history is not saved"
                return
            }
            entries = lines.suffix(Self.limit).map { Self.decode($0) }
            if lines.count > Self.limit + Self.limit / 2 {
                let kept = entries.map { Self.encode($0) + "\n" }.joined()
                try WholeFile.write(Self.cookie + "\n" + kept, to: path)
            }
        } catch {
            problem = "the history cannot be read: \((error as? Fault)?.message ?? "\(error)")"
        }
    }

    deinit {
        if let native { history_end(native) }
    }

    /// Makes the entries known to libedit, whose Ctrl-R searches them.
    func attach(to editor: OpaquePointer) {
        guard let native else { return }
        for entry in entries { _ = cedit_history_enter(native, entry) }
        _ = cedit_use_history(editor, native)
    }

    /// Adds a statement; one that is blank, or the same as the newest, is not.
    public func add(_ entry: String) {
        guard entry.contains(where: { !$0.isWhitespace }), entry != entries.last else { return }
        entries.append(entry)
        if let native { _ = cedit_history_enter(native, entry) }
        save(entry)
    }

    private func save(_ entry: String) {
        guard let path, problem == nil else { return }
        let descriptor = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            problem = "the history cannot be written to \(path): \(String(cString: strerror(errno)))"
            return
        }
        defer { close(descriptor) }
        flock(descriptor, LOCK_EX)
        // Looked at again with every write: the file may have been replaced since it was read.
        let expected = Array((Self.cookie + "\n").utf8)
        var text = Self.encode(entry) + "\n"
        if lseek(descriptor, 0, SEEK_END) == 0 {
            text = Self.cookie + "\n" + text
        } else {
            var found = [UInt8](repeating: 0, count: expected.count)
            guard pread(descriptor, &found, found.count, 0) == found.count, found == expected else {
                problem = "\(path) is no history of mpo: it is left alone, and this session's history is not saved"
                return
            }
        }
        let bytes = Array(text.utf8)
        _ = write(descriptor, bytes, bytes.count)
    }

    static func encode(_ entry: String) -> String {
        var result = ""
        for scalar in entry.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    static func decode(_ line: some StringProtocol) -> String {
        var result = String.UnicodeScalarView()
        var isEscaped = false
        for scalar in line.unicodeScalars {
            if isEscaped {
                isEscaped = false
                result.append(scalar == "n" ? "\n" : scalar == "r" ? "\r" : scalar)
            } else if scalar == "\\" {
                isEscaped = true
            } else {
                result.append(scalar)
            }
        }
        return String(result)
    }
}
