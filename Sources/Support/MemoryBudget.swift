import Glibc

/// How much memory there is, and the refusal of what cannot fit, before it is allocated.
///
/// The machine's memory, the control groups' limits (v1 and v2) and the process's address-space limit all count:
/// the smallest holds.
public enum MemoryBudget {
    /// The bytes of memory that this process may ever use.
    public static let total: Int = {
        var least = Int.max
        let pages = sysconf(Int32(_SC_PHYS_PAGES))
        let page = sysconf(Int32(_SC_PAGESIZE))
        if pages > 0, page > 0 { least = pages.multipliedReportingOverflow(by: page).partialValue }
        if least <= 0 { least = Int.max }
        for group in groups { if let limit = group.limit, limit > 0 { least = min(least, limit) } }
        var limit = rlimit()
        if getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0 {
            least = min(least, Int(clamping: limit.rlim_cur))
        }
        return least == Int.max ? 1 << 33 : least
    }()

    /// The bytes that can be allocated now without pushing anything out of memory.
    public static var available: Int {
        var least = total
        if let text = small("/proc/meminfo"), let kilobytes = field("MemAvailable:", of: text) {
            least = min(least, kilobytes.multipliedReportingOverflow(by: 1024).partialValue)
        }
        for group in groups {
            guard let limit = group.limit, let used = group.used else { continue }
            least = min(least, max(0, limit - used + group.reclaimable))
        }
        return least
    }

    /// Refuses `bytes` that cannot fit into the memory there is.
    ///
    /// Under 32 MiB the check is one comparison, so that small tensors pay nothing for it.
    @inlinable public static func require(bytes: Int, for what: @autoclosure () -> String) throws {
        if bytes >= 0, bytes < 1 << 25 { return }
        try requireLarge(bytes: bytes, for: what())
    }

    @usableFromInline static func requireLarge(bytes: Int, for what: String) throws {
        guard bytes >= 0 else {
            throw Fault("memory.size", "\(what): a size of 0 or more was wanted, \(bytes) was given")
        }
        if bytes > total {
            throw Fault(
                "memory.too-large",
                "\(what) needs \(text(bytes)) of memory, more than the \(text(total)) that there is",
                hint: "make it smaller")
        }
        let free = available
        if bytes > free {
            throw Fault(
                "memory.too-large",
                "\(what) needs \(text(bytes)) of memory, but only \(text(free)) of \(text(total)) is free",
                hint: "make it smaller or drop something large")
        }
    }

    /// The product of sizes; a negative size or a product beyond `Int` is a fault, never a trap.
    public static func product(_ sizes: [Int], for what: @autoclosure () -> String) throws -> Int {
        var result = 1
        var overflow = false
        for size in sizes {
            guard size >= 0 else {
                throw Fault("memory.size", "\(what()): a size of 0 or more was wanted, \(size) was given")
            }
            let (product, over) = result.multipliedReportingOverflow(by: size)
            result = over ? 1 : product
            overflow = overflow || over
        }
        if overflow, !sizes.contains(0) {
            let shown = sizes.map(String.init).joined(separator: " × ")
            throw Fault(
                "memory.too-large", "\(what()) of \(shown) is more than any memory holds", hint: "make it smaller")
        }
        return sizes.contains(0) ? 0 : result
    }

    /// Checks `sizes` elements of `stride` bytes each against the memory there is, and returns the element count.
    @discardableResult
    public static func require(
        elements sizes: [Int], stride: Int, for what: @autoclosure () -> String
    ) throws -> Int {
        let count = try product(sizes, for: what())
        let bytes = try product([count, stride], for: what())
        try require(bytes: bytes, for: what())
        return count
    }

    /// A size for people: "512 bytes", "3.2 MiB", "10 TiB".
    public static func text(_ bytes: Int) -> String {
        if bytes < 1024 { return bytes == 1 ? "1 byte" : "\(bytes) bytes" }
        var value = Double(bytes)
        var unit = 0
        let units = ["bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]
        while value >= 1023.5, unit < units.count - 1 {
            value /= 1024
            unit += 1
        }
        if value >= 10 { return "\(Int(value.rounded())) \(units[unit])" }
        let tenths = Int((value * 10).rounded())
        return tenths % 10 == 0 ? "\(tenths / 10) \(units[unit])" : "\(tenths / 10).\(tenths % 10) \(units[unit])"
    }

    /// The control groups that this process is in, innermost first.
    private static let groups: [ControlGroup] = {
        var found: [ControlGroup] = []
        for line in (small("/proc/self/cgroup") ?? "").split(separator: "\n") {
            let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3 else { continue }
            let isV2 = parts[0] == "0" && parts[1].isEmpty
            guard isV2 || parts[1].split(separator: ",").contains("memory") else { continue }
            let root = isV2 ? "/sys/fs/cgroup" : "/sys/fs/cgroup/memory"
            // Inside a container the path may name what is mounted as the root: the root itself always counts.
            var path = String(parts[2])
            while true {
                let group = ControlGroup(folder: root + (path == "/" ? "" : path), isV2: isV2)
                if group.limit != nil { found.append(group) }
                guard let slash = path.lastIndex(of: "/"), path.count > 1 else { break }
                path = slash == path.startIndex ? "/" : String(path[..<slash])
            }
        }
        return found
    }()

    private struct ControlGroup {
        let folder: String
        let isV2: Bool

        var limit: Int? { number(isV2 ? "memory.max" : "memory.limit_in_bytes") }
        var used: Int? { number(isV2 ? "memory.current" : "memory.usage_in_bytes") }
        /// File pages that the kernel drops when memory is wanted.
        var reclaimable: Int {
            guard let text = MemoryBudget.small(folder + "/memory.stat") else { return 0 }
            return MemoryBudget.field(isV2 ? "inactive_file" : "total_inactive_file", of: text) ?? 0
        }

        private func number(_ name: String) -> Int? {
            guard let text = MemoryBudget.small(folder + "/" + name) else { return nil }
            let line = text.prefix { $0 != "\n" }
            if let value = Int(line) { return value }
            return UInt64(line).map { Int(clamping: $0) }  // v1 says "none" with a huge number, v2 with "max"
        }
    }

    /// The number after `name` at the start of a line.
    private static func field(_ name: String, of text: String) -> Int? {
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            if words.count >= 2, words[0] == name { return Int(words[1]) }
        }
        return nil
    }

    /// A small file of the kernel's, or nil.
    private static func small(_ path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        if descriptor < 0 { return nil }
        defer { close(descriptor) }
        let bytes = [UInt8](unsafeUninitializedCapacity: 1 << 14) { buffer, count in
            count = 0
            while count < buffer.count, let base = buffer.baseAddress {
                let n = Glibc.read(descriptor, base + count, buffer.count - count)
                if n <= 0 { break }
                count += n
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
