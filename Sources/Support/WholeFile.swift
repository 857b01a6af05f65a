import Glibc

/// Files that are written and read whole.
///
/// A write goes to a temporary file beside the target (`.NAME.saving`), which is synced and renamed over it, and the
/// folder is synced: a kill at any moment leaves the old file or the new one. A temporary file that a killed process
/// left is taken over by the next write. A symbolic link is followed; a device or pipe is written to as it is.
public enum WholeFile {
    /// Writes `bytes` as the whole content of the file at `path`.
    public static func write(_ bytes: [UInt8], to path: String) throws {
        try write(to: path) { writer in try bytes.withUnsafeBytes { try writer.append($0) } }
    }

    /// Writes `text` in UTF-8 as the whole content of the file at `path`.
    public static func write(_ text: String, to path: String) throws {
        try write(Array(text.utf8), to: path)
    }

    /// Writes a file from the pieces that `body` appends; nothing is changed at `path` if `body` throws.
    public static func write(to path: String, _ body: (inout Writer) throws -> Void) throws {
        try checkName(path)
        let target = resolved(path)
        var status = stat()
        var mode: mode_t?
        if stat(target, &status) == 0 {
            switch status.st_mode & S_IFMT {
            case S_IFREG: mode = status.st_mode & 0o777
            case S_IFDIR: throw Fault("file.is-folder", "'\(path)' is a folder, not a file")
            default: return try writeDirectly(target, path, body)
            }
        }
        let (folder, name) = split(target)
        let temporary = folder + "." + name + ".saving"
        let descriptor = try openLocked(temporary, for: path)
        defer { close(descriptor) }  // and with it the lock
        do {
            if ftruncate(descriptor, 0) != 0 { throw fault("write", path, errno) }
            if let mode { _ = fchmod(descriptor, mode) }
            var writer = Writer(descriptor: descriptor, path: path)
            try body(&writer)
            try writer.flush()
            if fsync(descriptor) != 0 { throw fault("write", path, errno) }
            if rename(temporary, target) != 0 { throw fault("write", path, errno) }
        } catch {
            unlink(temporary)
            throw error
        }
        let folderDescriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if folderDescriptor >= 0 {
            fsync(folderDescriptor)  // some file systems cannot sync a folder; the rename stands all the same
            close(folderDescriptor)
        }
    }

    /// Takes the pieces of a file that is being written.
    public struct Writer {
        let descriptor: Int32
        let path: String
        private var buffer: [UInt8] = []
        /// The bytes appended so far.
        public private(set) var count = 0

        init(descriptor: Int32, path: String) {
            self.descriptor = descriptor
            self.path = path
        }

        public mutating func append(_ bytes: UnsafeRawBufferPointer) throws {
            count += bytes.count
            if bytes.count < 1 << 16 {
                buffer.append(contentsOf: bytes)
                if buffer.count >= 1 << 18 { try flush() }
            } else {
                try flush()
                try send(bytes)
            }
        }

        public mutating func append(_ bytes: [UInt8]) throws {
            try bytes.withUnsafeBytes { try append($0) }
        }

        mutating func flush() throws {
            try buffer.withUnsafeBytes { try send($0) }
            buffer.removeAll(keepingCapacity: true)
        }

        private func send(_ bytes: UnsafeRawBufferPointer) throws {
            var sent = 0
            while sent < bytes.count, let base = bytes.baseAddress {
                let n = Glibc.write(descriptor, base + sent, min(bytes.count - sent, 1 << 26))
                if n > 0 { sent += n } else if errno != EINTR { throw WholeFile.fault("write", path, errno) }
            }
        }
    }

    /// A descriptor of the temporary file with its lock held, so that two writers never share it.
    private static func openLocked(_ temporary: String, for path: String) throws -> Int32 {
        for _ in 0..<100 {
            let descriptor = open(temporary, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o666)
            if descriptor < 0 { throw fault("write", path, errno) }
            if flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
                let code = errno
                close(descriptor)
                if code == EINTR { continue }
                if code == EWOULDBLOCK {
                    throw Fault("file.busy", "'\(path)' is being written by another process at this moment")
                }
                throw fault("write", path, code)
            }
            // Another writer may have renamed this very file away between open and lock: then try again.
            var mine = stat()
            var there = stat()
            if fstat(descriptor, &mine) == 0, stat(temporary, &there) == 0, mine.st_ino == there.st_ino,
                mine.st_dev == there.st_dev
            {
                return descriptor
            }
            close(descriptor)
        }
        throw Fault("file.busy", "'\(path)' is being written by another process at this moment")
    }

    private static func writeDirectly(
        _ target: String, _ path: String, _ body: (inout Writer) throws -> Void
    ) throws {
        let descriptor = open(target, O_WRONLY | O_CLOEXEC)
        if descriptor < 0 { throw fault("write", path, errno) }
        defer { close(descriptor) }
        var writer = Writer(descriptor: descriptor, path: path)
        try body(&writer)
        try writer.flush()
    }

    /// The path with symbolic links followed, so that a rename replaces the file and not the link.
    private static func resolved(_ path: String) -> String {
        guard let real = realpath(path, nil) else { return path }
        defer { free(real) }
        return String(cString: real)
    }

    private static func split(_ path: String) -> (folder: String, name: String) {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return ("./", path) }
        let next = path.utf8.index(after: slash)
        return (String(path[..<next]), String(path[next...]))
    }

    static func checkName(_ path: String) throws {
        if path.isEmpty { throw Fault("file.name", "a file's name was wanted, the given one is empty") }
        if path.utf8.contains(0) { throw Fault("file.name", "a file's name cannot hold a NUL byte") }
        if path.utf8.last == UInt8(ascii: "/") {
            throw Fault("file.is-folder", "'\(path)' names a folder, not a file")
        }
    }

    /// The fault for the system's error `code` while reading or writing `path`.
    static func fault(_ verb: String, _ path: String, _ code: Int32) -> Fault {
        switch code {
        case ENOENT, ENOTDIR:
            if verb == "read" { return Fault("file.missing", "there is no file '\(path)'") }
            return Fault("file.no-folder", "the folder of '\(path)' does not exist", hint: "make the folder first")
        case EISDIR: return Fault("file.is-folder", "'\(path)' is a folder, not a file")
        case EACCES, EPERM, EROFS:
            return Fault("file.no-permission", "no permission to \(verb) '\(path)'")
        case ENOSPC, EDQUOT: return Fault("file.no-space", "no space left on the disk for '\(path)'")
        case ENAMETOOLONG: return Fault("file.name", "the name '\(path.prefix(60))…' is too long for a file")
        default: return Fault("file.failed", "could not \(verb) '\(path)': \(String(cString: strerror(code)))")
        }
    }
}
