#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif
import Synchronization

/// The helper threads behind `Workers`, and the one job that they share at a time.
///
/// A job is published through `ticket`: its number in the upper half, the count of its unclaimed
/// blocks in the lower half. A thread claims a block by decrementing the count with a
/// compare-and-exchange, which only succeeds while that job is unfinished; so what it read of
/// the job before the exchange belongs to the job it claimed from.
final class ThreadPool: @unchecked Sendable {  // unchecked: mutable state is atomic, or guarded by `mutex`
    typealias Body = (_ block: Int, _ worker: Int) -> Void

    private let helpers: Int
    private let ticket = Atomic<UInt64>(0)
    private let jobBlocks = Atomic<Int>(0)
    private let jobBody = Atomic<UInt>(0)  // the address of the caller's closure
    private let finished = Atomic<Int>(0)
    private let busy = Atomic<Bool>(false)
    private let stopping = Atomic<Bool>(false)
    private let sleepers = Atomic<Int>(0)
    private let callerSleeps = Atomic<Bool>(false)

    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let work: UnsafeMutablePointer<pthread_cond_t>
    private let done: UnsafeMutablePointer<pthread_cond_t>
    private var workerKey = pthread_key_t()
    private var threads: [pthread_t] = []  // written by the claimant of the pool only
    private var started = false

    init(helpers: Int) {
        self.helpers = helpers
        mutex = .allocate(capacity: 1)
        work = .allocate(capacity: 1)
        done = .allocate(capacity: 1)
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(work, nil)
        pthread_cond_init(done, nil)
        pthread_key_create(&workerKey, nil)
    }

    deinit {
        pthread_key_delete(workerKey)
        pthread_cond_destroy(done)
        pthread_cond_destroy(work)
        pthread_mutex_destroy(mutex)
        done.deallocate()
        work.deallocate()
        mutex.deallocate()
    }

    /// The worker whose block this thread is computing, else 0.
    var currentWorker: Int {
        max(0, Int(bitPattern: pthread_getspecific(workerKey)) - 1)
    }

    /// Takes the pool for one job, unless this thread is inside a block or another job runs.
    func claim() -> Int? {
        if pthread_getspecific(workerKey) != nil { return nil }
        return busy.compareExchange(expected: false, desired: true, ordering: .acquiring).exchanged
            ? 0 : nil
    }

    func run(blocks: Int, worker: Int, _ body: Body) {
        startHelpers()
        let count = min(blocks, Int(UInt32.max))
        withoutActuallyEscaping(body) { escapable in
            withUnsafePointer(to: escapable) { pointer in
                finished.store(0, ordering: .relaxed)
                jobBlocks.store(count, ordering: .relaxed)
                jobBody.store(UInt(bitPattern: pointer), ordering: .relaxed)
                let number = (ticket.load(ordering: .relaxed) >> 32) &+ 1
                // Sequentially consistent with a helper's `sleepers` and second look at the ticket:
                // either it sees this job, or this thread sees it asleep.
                ticket.store(number << 32 | UInt64(count), ordering: .sequentiallyConsistent)
                if sleepers.load(ordering: .sequentiallyConsistent) > 0 {
                    pthread_mutex_lock(mutex)
                    pthread_cond_broadcast(work)
                    pthread_mutex_unlock(mutex)
                }
                pthread_setspecific(workerKey, UnsafeRawPointer(bitPattern: worker + 1))
                while computeOneBlock(worker: worker) {}
                waitUntilFinished(count)
                pthread_setspecific(workerKey, nil)
            }
        }
        busy.store(false, ordering: .releasing)
        // More blocks than the ticket can count run here; nobody asks for that many.
        for block in count..<max(count, blocks) { body(block, worker) }
    }

    /// Claims and computes a block of the published job; false if none is left.
    private func computeOneBlock(worker: Int) -> Bool {
        var seen = ticket.load(ordering: .acquiring)
        while true {
            let remaining = Int(seen & 0xFFFF_FFFF)
            if remaining == 0 { return false }
            let blocks = jobBlocks.load(ordering: .relaxed)
            let address = jobBody.load(ordering: .relaxed)
            let (claimed, found) = ticket.weakCompareExchange(
                expected: seen, desired: seen - 1, ordering: .acquiringAndReleasing)
            if !claimed {
                seen = found
                continue
            }
            if let body = UnsafePointer<Body>(bitPattern: address) {
                body.pointee(blocks - remaining, worker)
            }
            let count = finished.add(1, ordering: .sequentiallyConsistent).newValue
            if count == blocks, callerSleeps.load(ordering: .sequentiallyConsistent) {
                pthread_mutex_lock(mutex)
                pthread_cond_signal(done)
                pthread_mutex_unlock(mutex)
            }
            return true
        }
    }

    private func waitUntilFinished(_ blocks: Int) {
        for spin in 0..<Self.spins {
            if finished.load(ordering: .acquiring) == blocks { return }
            if spin >= Self.quietSpins { sched_yield() }
        }
        pthread_mutex_lock(mutex)
        callerSleeps.store(true, ordering: .sequentiallyConsistent)
        while finished.load(ordering: .sequentiallyConsistent) != blocks {
            pthread_cond_wait(done, mutex)
        }
        callerSleeps.store(false, ordering: .relaxed)
        pthread_mutex_unlock(mutex)
    }

    /// Loads without a system call first, then with one that gives the core away: about half a millisecond in
    /// all, longer than a learner's step computes on one thread between two jobs.
    private static let quietSpins = 2_000
    private static let spins = 3_200

    private func helperLoop(worker: Int) {
        pthread_setspecific(workerKey, UnsafeRawPointer(bitPattern: worker + 1))
        while true {
            var spin = 0
            while ticket.load(ordering: .relaxed) & 0xFFFF_FFFF == 0 {
                if stopping.load(ordering: .relaxed) { return }
                spin += 1
                if spin > Self.spins {
                    sleepUntilWork()
                    spin = 0
                } else if spin > Self.quietSpins {
                    sched_yield()
                }
            }
            while computeOneBlock(worker: worker) {}
        }
    }

    private func sleepUntilWork() {
        pthread_mutex_lock(mutex)
        sleepers.add(1, ordering: .sequentiallyConsistent)
        while ticket.load(ordering: .sequentiallyConsistent) & 0xFFFF_FFFF == 0,
            !stopping.load(ordering: .sequentiallyConsistent)
        {
            pthread_cond_wait(work, mutex)
        }
        sleepers.subtract(1, ordering: .sequentiallyConsistent)
        pthread_mutex_unlock(mutex)
    }

    /// Starts the helpers at the first job; where the system refuses a thread the others do its work.
    private func startHelpers() {
        if started { return }
        started = true
        // Signals, Ctrl-C above all, belong to the threads that were there before.
        var all = sigset_t()
        var before = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_SETMASK, &all, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        for worker in 0..<helpers {
            let start = Unmanaged.passRetained(HelperStart(pool: self, worker: worker + 1))
            #if canImport(Darwin)
                var thread: pthread_t?
            #else
                var thread = pthread_t()
            #endif
            let failed = pthread_create(
                &thread, nil,
                { argument in
                    #if canImport(Darwin)
                        let start = Unmanaged<HelperStart>.fromOpaque(argument).takeRetainedValue()
                    #else
                        guard let argument else { return nil }
                        let start = Unmanaged<HelperStart>.fromOpaque(argument).takeRetainedValue()
                    #endif
                    start.pool.helperLoop(worker: start.worker)
                    return nil
                }, start.toOpaque())
            if failed != 0 {
                start.release()
                break
            }
            #if canImport(Darwin)
                if let thread { threads.append(thread) }
            #else
                threads.append(thread)
            #endif
        }
    }

    /// Ends and joins the helpers; the pool must be idle.
    func stop() {
        pthread_mutex_lock(mutex)
        stopping.store(true, ordering: .sequentiallyConsistent)
        pthread_cond_broadcast(work)
        pthread_mutex_unlock(mutex)
        for thread in threads { pthread_join(thread, nil) }
        threads = []
    }
}

/// What a new helper thread is told.
private final class HelperStart: Sendable {
    let pool: ThreadPool
    let worker: Int

    init(pool: ThreadPool, worker: Int) {
        self.pool = pool
        self.worker = worker
    }
}
