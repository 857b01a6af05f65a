import Glibc
import Support
import Synchronization

/// Ctrl-C, for every face of a session.
public enum Interrupts {
    /// What a running statement polls.
    public static let token = CancellationToken()
    private static let count = Atomic<Int>(0)

    /// Takes SIGINT over; without SA_RESTART, so that a read that waits for a key returns.
    public static func install() {
        _ = token  // made now: a handler must not be the first to touch it
        var action = sigaction()
        action.__sigaction_handler.sa_handler = { _ in
            Interrupts.count.add(1, ordering: .relaxed)
            Interrupts.token.cancel()
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
