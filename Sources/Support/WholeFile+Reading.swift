import Glibc

extension WholeFile {
    /// The whole content of the file at `path`.
    ///
    /// Faults: `file.missing`, `file.is-folder`, `file.no-permission`, `file.too-large` (more than `limit` bytes,
    /// or more than the memory holds).
    public static func read(_ path: String, limit: Int = .max) throws -> [UInt8] {
        try checkName(path)
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        if descriptor < 0 { throw fault("read", path, errno) }
        defer { close(descriptor) }
        var status = stat()
        if fstat(descriptor, &status) != 0 { throw fault("read", path, errno) }
        if status.st_mode & S_IFMT == S_IFDIR {
            throw Fault("file.is-folder", "'\(path)' is a folder, not a file")
        }
        let tooLarge = { (size: Int) in
            Fault(
                "file.too-large",
                "'\(path)' is too large: \(MemoryBudget.text(size)), at most \(MemoryBudget.text(limit)) can be read")
        }
        let size = Int(status.st_size)
        if size > limit { throw tooLarge(size) }
        try MemoryBudget.require(bytes: size, for: "reading '\(path)'")
        var result: [UInt8] = []
        // A pipe tells no size, and a file may grow while it is read: read until the end, whatever was told.
        var capacity = max(size + 1, 1 << 12)
        while true {
            let filled = result.count
            let want = min(capacity - filled, 1 << 26)
            var failure: Int32 = 0
            let chunk = [UInt8](unsafeUninitializedCapacity: want) { buffer, count in
                count = 0
                while true {
                    let n = Glibc.read(descriptor, buffer.baseAddress, want)
                    if n >= 0 { count = n } else if errno == EINTR { continue } else { failure = errno }
                    return
                }
            }
            if failure != 0 { throw fault("read", path, failure) }
            if chunk.isEmpty { return result }
            if filled == 0 {
                result = chunk
                if size > chunk.count { result.reserveCapacity(size) }
            } else {
                result.append(contentsOf: chunk)
            }
            if result.count > limit { throw tooLarge(result.count) }
            if result.count >= capacity {
                capacity *= 2
                try MemoryBudget.require(bytes: capacity, for: "reading '\(path)'")
            }
        }
    }

    /// The whole content of the file at `path` as text; bytes that are not UTF-8 are a fault that says where.
    public static func readText(_ path: String, limit: Int = 1 << 28) throws -> String {
        let bytes = try read(path, limit: limit)
        if let text = String(validating: bytes, as: UTF8.self) { return text }
        throw Fault(
            "file.not-utf8", "'\(path)' is not UTF-8 text: the first wrong byte is at \(firstInvalidByte(bytes))")
    }

    /// Whether something can be found at `path`, be it a file, a folder or a device.
    public static func exists(_ path: String) -> Bool {
        !path.isEmpty && !path.utf8.contains(0) && access(path, F_OK) == 0
    }

    /// The offset of the first byte that is no valid UTF-8, or the count.
    static func firstInvalidByte(_ bytes: [UInt8]) -> Int {
        var decoder = UTF8()
        var iterator = bytes.makeIterator()
        var offset = 0
        while true {
            switch decoder.decode(&iterator) {
            case .scalarValue(let scalar): offset += UTF8.width(scalar)
            case .emptyInput, .error: return offset
            }
        }
    }
}
