import Glibc

/// How much of the running thread's stack is left.
enum StackGuard {
    /// glibc's `pthread_getattr_np`, which its header shows to GNU sources only.
    private typealias GetAttributes = @convention(c) (pthread_t, UnsafeMutablePointer<pthread_attr_t>) -> Int32
    private static let getAttributes: GetAttributes? = dlsym(nil, "pthread_getattr_np").map {
        unsafeBitCast($0, to: GetAttributes.self)
    }

    /// The lowest address that deep recursion may reach on this thread: `margin` above the stack's end.
    static func limit(margin: Int) -> UInt {
        // Where the bounds cannot be found out: what every thread surely has.
        let careful = here() - (256 << 10)
        var attributes = pthread_attr_t()
        guard let getAttributes, getAttributes(pthread_self(), &attributes) == 0 else { return careful }
        defer { pthread_attr_destroy(&attributes) }
        var base: UnsafeMutableRawPointer?
        var size = 0
        guard pthread_attr_getstack(&attributes, &base, &size) == 0, let base else { return careful }
        return UInt(bitPattern: base) + UInt(min(margin, size / 4))
    }

    /// An address in the caller's stack frame; the stack grows downwards.
    @inline(__always)
    static func here() -> UInt {
        var probe: UInt8 = 0
        return withUnsafeMutablePointer(to: &probe) { UInt(bitPattern: $0) }
    }
}

/// A thread whose stack has room for deep recursion of scripts.
public enum BigStack {
    /// Reserved, not used: the system backs only what is touched.
    public static let bytes = 512 << 20

    private final class Work {
        let body: () -> Void
        init(_ body: @escaping () -> Void) { self.body = body }
    }

    /// Runs `body` on a thread with a big stack and returns when it is done.
    ///
    /// Where no such thread can be made (a tight limit on memory) a smaller stack is tried, and at
    /// last the caller's own thread.
    public static func run<T>(stack: Int = bytes, _ body: () throws -> T) throws -> T {
        try withoutActuallyEscaping(body) { body in
            var result: Result<T, any Error>?
            let work = Work { result = Result { try body() } }
            var size = stack
            while !start(work, stack: size) && size > 8 << 20 { size /= 4 }
            if result == nil { work.body() }
            guard let result else { throw CancelledThread() }
            return try result.get()
        }
    }

    private struct CancelledThread: Error {}

    private static func start(_ work: Work, stack: Int) -> Bool {
        var attributes = pthread_attr_t()
        guard pthread_attr_init(&attributes) == 0 else { return false }
        defer { pthread_attr_destroy(&attributes) }
        guard pthread_attr_setstacksize(&attributes, stack) == 0 else { return false }
        var thread = pthread_t()
        let context = Unmanaged.passRetained(work)
        let status = pthread_create(&thread, &attributes, { pointer in
            guard let pointer else { return nil }
            Unmanaged<Work>.fromOpaque(pointer).takeRetainedValue().body()
            return nil
        }, context.toOpaque())
        if status != 0 {
            context.release()
            return false
        }
        pthread_join(thread, nil)
        return true
    }
}
