import Glibc
import Support
import Synchronization

/// Ctrl-C, for every face of a session.
public enum Interrupts {
    /// What a running statement polls.
    public static let token = CancellationToken()
    private static let count = Atomic<Int>(0)

    /// A pipe that becomes readable when a signal came, on whatever thread: what waits for a key waits for it, too.
    private static let wake: (reading: Int32, writing: Int32) = {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return (-1, -1) }
        for end in ends {
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
        }
        return (ends[0], ends[1])
    }()
    public static var wakeDescriptor: Int32 { wake.reading }

    /// Called by handlers of signals: makes a wait for a key return.
    public static func wakeUp() {
        let saved = errno
        var byte: UInt8 = 0
        _ = write(wake.writing, &byte, 1)
        errno = saved
    }

    /// Takes SIGINT over; without SA_RESTART, so that a read that is under way returns.
    public static func install() {
        _ = (token, wake)  // made now: a handler must not be the first to touch them
        var action = sigaction()
        action.__sigaction_handler.sa_handler = { _ in
            Interrupts.count.add(1, ordering: .relaxed)
            Interrupts.token.cancel()
            Interrupts.wakeUp()
        }
        sigaction(SIGINT, &action, nil)
    }

    /// Whether Ctrl-C came since the last `clear()`.
    public static var isPending: Bool { count.load(ordering: .relaxed) > 0 }

    public static func clear() {
        count.store(0, ordering: .relaxed)
        token.reset()
    }
}
