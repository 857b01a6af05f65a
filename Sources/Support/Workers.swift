#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The threads that numeric work is spread over.
///
/// Work is cut into blocks whose borders do not depend on the number of threads; which thread
/// computes a block never changes its result.
///
/// Threads start at the first call that has work for them. They look for the next call for some
/// microseconds after each one and then sleep, so an idle pool costs nothing. A call made inside
/// a block, or while another thread's call runs, computes its blocks one after the other on the
/// calling thread.
public final class Workers: Sendable {
    /// As many threads as the cores that this process may use, or as `MPO_THREADS` says.
    public static let shared = Workers(count: defaultCount())
    /// The calling thread alone: for work on one row, which may itself be part of a block.
    public static let callingThread = Workers(count: 1)

    public let count: Int
    private let pool: ThreadPool

    public init(count: Int) {
        self.count = min(max(1, count), Workers.maximumCount)
        pool = ThreadPool(helpers: self.count - 1)
    }

    deinit { pool.stop() }

    static let maximumCount = 256

    /// `MPO_THREADS` where it is a count, else the cores of this process's affinity mask.
    static func defaultCount() -> Int {
        if let text = getenv("MPO_THREADS"), let wanted = Int(String(cString: text)), wanted > 0 {
            return min(wanted, maximumCount)
        }
        return availableCores()
    }

    /// The number of cores that this process may run on.
    public static func availableCores() -> Int {
        #if os(Linux)
            // Looked up by name: its declaration hides behind _GNU_SOURCE, which Swift cannot set.
            typealias GetAffinity = @convention(c) (pid_t, Int, UnsafeMutableRawPointer) -> CInt
            if let symbol = dlsym(nil, "sched_getaffinity") {
                var mask = cpu_set_t()
                let result = withUnsafeMutableBytes(of: &mask) { bytes in
                    bytes.baseAddress.map { unsafeBitCast(symbol, to: GetAffinity.self)(0, bytes.count, $0) }
                }
                let cores = withUnsafeBytes(of: &mask) { $0.reduce(0) { $0 + $1.nonzeroBitCount } }
                if result == 0, cores > 0 { return min(cores, maximumCount) }
            }
        #endif
        return min(max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))), maximumCount)
    }

    /// Calls `body` once for every index in `0..<blocks`, on all workers, and returns when all are done.
    ///
    /// `worker` is in `0..<count` and names the scratch memory that this call may use: no two blocks
    /// of one call run at the same time with the same `worker`.
    public func forEach(_ blocks: Int, _ body: (_ block: Int, _ worker: Int) -> Void) {
        if blocks > 1, count > 1, let worker = pool.claim() {
            pool.run(blocks: blocks, worker: worker, body)
            return
        }
        let worker = pool.currentWorker
        guard blocks > 0 else { return }
        for block in 0..<blocks { body(block, worker) }
    }
}
