#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif
import Support
import Synchronization
import Testing

@Suite struct WorkersTests {
    @Test(arguments: [1, 2, 3, 8])
    func everyBlockRunsOnce(threads: Int) {
        let workers = Workers(count: threads)
        for blocks in [0, 1, 2, 3, 7, 64, 1000] {
            let calls = UnsafeMutableBufferPointer<Int>.allocate(capacity: max(1, blocks))
            calls.initialize(repeating: 0)
            defer { calls.deallocate() }
            workers.forEach(blocks) { block, worker in
                calls[block] += 1
                #expect(worker >= 0 && worker < threads)
            }
            #expect(calls.prefix(blocks).allSatisfy { $0 == 1 })
        }
    }

    @Test func manyShortJobsInARow() {
        let workers = Workers(count: 4)
        let total = Atomic<Int>(0)
        for job in 0..<20_000 {
            workers.forEach(1 + job % 5) { _, _ in total.add(1, ordering: .relaxed) }
        }
        #expect(total.load(ordering: .relaxed) == 20_000 / 5 * (1 + 2 + 3 + 4 + 5))
    }

    @Test func scratchOfAWorkerIsNeverShared() {
        let workers = Workers(count: 4)
        let inUse = (0..<4).map { _ in Counter() }
        let clashes = Atomic<Int>(0)
        for _ in 0..<200 {
            workers.forEach(16) { _, worker in
                if inUse[worker].value.add(1, ordering: .acquiringAndReleasing).newValue != 1 {
                    clashes.add(1, ordering: .relaxed)
                }
                inUse[worker].value.subtract(1, ordering: .acquiringAndReleasing)
            }
        }
        #expect(clashes.load(ordering: .relaxed) == 0)
    }

    @Test func nestedCallsRunOnTheirBlocksThread() {
        let workers = Workers(count: 3)
        let total = Atomic<Int>(0)
        workers.forEach(8) { _, outer in
            workers.forEach(8) { _, inner in
                #expect(inner == outer)
                total.add(1, ordering: .relaxed)
            }
        }
        #expect(total.load(ordering: .relaxed) == 64)
    }

    @Test func callsFromManyThreadsAtOnce() {
        let workers = Workers(count: 2)
        let total = Atomic<Int>(0)
        runThreads(6) {
            for _ in 0..<500 { workers.forEach(7) { _, _ in total.add(1, ordering: .relaxed) } }
        }
        #expect(total.load(ordering: .relaxed) == 6 * 500 * 7)
    }

    @Test func workWakesSleepingThreads() {
        let workers = Workers(count: 2)
        for _ in 0..<5 {
            usleep(3_000)  // longer than the threads look for work
            let total = Atomic<Int>(0)
            workers.forEach(10) { _, _ in total.add(1, ordering: .relaxed) }
            #expect(total.load(ordering: .relaxed) == 10)
        }
    }

    @Test func poolsComeAndGo() {
        for _ in 0..<50 {
            let workers = Workers(count: 3)
            workers.forEach(5) { _, _ in }
        }
    }

    @Test(arguments: [(-3, 1), (0, 1), (1, 1), (5, 5), (1_000_000, 256)])
    func countIsBounded(wanted: Int, count: Int) {
        #expect(Workers(count: wanted).count == count)
    }
}

private final class Counter: Sendable {
    let value = Atomic<Int>(0)
}

/// Runs `body` on `count` new threads at once and waits for them.
private func runThreads(_ count: Int, _ body: @Sendable @escaping () -> Void) {
    let threads = (0..<count).map { _ -> pthread_t in
        var thread = pthread_t()
        let work = Unmanaged.passRetained(ThreadWork(body))
        let failed = pthread_create(
            &thread, nil,
            { argument in
                if let argument { Unmanaged<ThreadWork>.fromOpaque(argument).takeRetainedValue().body() }
                return nil
            }, work.toOpaque())
        #expect(failed == 0)
        return thread
    }
    for thread in threads { pthread_join(thread, nil) }
}

private final class ThreadWork: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @Sendable @escaping () -> Void) { self.body = body }
}
