import Synchronization

/// Frees deeply nested lists and closures without deep recursion.
///
/// A list that holds a list that holds a list … would otherwise be freed by as many nested calls as
/// it is deep, and a script can nest deeper than any stack.
enum Reaper {
    /// How many containers are being freed inside each other; shared by all threads, as a bound only.
    private static let depth = Atomic<Int>(0)
    private static let waiting = Mutex<Waiting>(Waiting())
    private static let limit = 200

    /// Values that only wait to be freed; nothing reads them any more.
    private struct Waiting: @unchecked Sendable { var values: [[Value]] = [] }

    /// Frees the values of a container that is going away.
    static func release(_ values: inout [Value]) {
        var nests = false
        for value in values {
            switch value {
            case .list, .record, .function, .object: nests = true
            default: continue
            }
            break
        }
        if !nests { return }
        let level = depth.add(1, ordering: .relaxed).newValue
        defer { depth.subtract(1, ordering: .relaxed) }
        if level > limit {
            let handed = values
            values = []
            waiting.withLock { $0.values.append(handed) }
            return
        }
        values = []
        if level == 1 {
            while let next = waiting.withLock({ $0.values.popLast() }) { _ = consume next }
        }
    }
}
