import CEdit
import Glibc
import Synchronization

/// The signals that the line editor answers while it waits for a key.
///
/// The handlers only raise flags, and are installed without SA_RESTART so that a waiting read returns. The editor
/// takes them down outside of a line, so that a running statement is stopped, resized or ended as any program is;
/// SIGINT belongs to the session and stays.
enum PromptSignals {
    static let stop = Atomic<Bool>(false)
    static let resume = Atomic<Bool>(false)
    static let resize = Atomic<Bool>(false)
    /// The number of a signal that ends the process, or 0.
    static let end = Atomic<Int32>(0)

    private static let watched = [SIGTSTP, SIGCONT, SIGWINCH, SIGTERM, SIGHUP]
    // One thread edits lines; it alone reads and writes this.
    nonisolated(unsafe) private static var before: [sigaction] = []

    static func install() {
        guard before.isEmpty else { return }
        for signal in watched {
            var action = sigaction()
            action.__sigaction_handler.sa_handler = { signal in
                switch signal {
                case SIGTSTP: PromptSignals.stop.store(true, ordering: .relaxed)
                case SIGCONT: PromptSignals.resume.store(true, ordering: .relaxed)
                case SIGWINCH: PromptSignals.resize.store(true, ordering: .relaxed)
                default: PromptSignals.end.store(signal, ordering: .relaxed)
                }
            }
            var old = sigaction()
            sigaction(signal, &action, &old)
            before.append(old)
        }
    }

    static func remove() {
        for (signal, action) in zip(watched, before) {
            var action = action
            sigaction(signal, &action, nil)
        }
        before = []
    }

    /// Waits until `descriptor` can be read, true, or a signal came, false; no signal is lost in between.
    ///
    /// `pending` tells whether a signal was already noticed; it is asked with the signals held back.
    static func wait(for descriptor: Int32, unless pending: () -> Bool) -> Bool {
        var held = sigset_t()
        var old = sigset_t()
        sigemptyset(&held)
        for signal in watched + [SIGINT] { sigaddset(&held, signal) }
        pthread_sigmask(SIG_BLOCK, &held, &old)
        defer { pthread_sigmask(SIG_SETMASK, &old, nil) }
        if pending() { return false }
        return cedit_wait_readable(descriptor, &old) > 0
    }
}
