import CEdit
import Glibc
import SessionKit
import Synchronization

/// The signals that the line editor answers while it waits for a key.
///
/// The handlers only raise flags and wake the editor, on whatever thread the signal came. The editor
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
                Interrupts.wakeUp()
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

    /// Whether a signal waits for its answer.
    static var isPending: Bool {
        stop.load(ordering: .relaxed) || resume.load(ordering: .relaxed) || resize.load(ordering: .relaxed)
            || end.load(ordering: .relaxed) != 0
    }

    /// Waits until `descriptor` can be read, true, or a signal came, false.
    ///
    /// The signal may have come on another thread, and before the wait began: its handler wrote to a pipe.
    static func wait(for descriptor: Int32) -> Bool {
        cedit_wait_readable(descriptor, Interrupts.wakeDescriptor) == 1
    }
}
