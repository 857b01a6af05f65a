import CEdit
import Glibc

/// The terminal on standard output, if it is one: its size and what it can show.
///
/// It is never asked anything: a query that no one answers would hold the start up.
public enum Terminal {
    public static var isOutput: Bool { isatty(1) == 1 }
    public static var isInput: Bool { isatty(0) == 1 }

    static var isDumb: Bool {
        guard let term = environment("TERM") else { return true }
        return term == "dumb"
    }

    /// Colours: on a terminal that is not dumb, unless NO_COLOR is set and not empty.
    public static func showsColour(descriptor: Int32) -> Bool {
        isatty(descriptor) == 1 && !isDumb && environment("NO_COLOR") == nil
    }

    public static var size: (columns: Int, rows: Int) {
        var columns: Int32 = 0
        var rows: Int32 = 0
        if cedit_terminal_size(1, &columns, &rows) != 0 || columns <= 0 {
            return (environment("COLUMNS").flatMap { Int($0) }.map { min(max($0, 20), 1000) } ?? 80, 24)
        }
        return (Int(columns), rows > 0 ? Int(rows) : 24)
    }

    /// The value of an environment variable that is set and not empty.
    static func environment(_ name: String) -> String? {
        guard let value = getenv(name), value.pointee != 0 else { return nil }
        return String(cString: value)
    }

    /// The kernel's own console shows few characters beyond Latin.
    static var isLinuxConsole: Bool { environment("TERM") == "linux" }

    static func seconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }

    /// Writes straight to a descriptor, past the C library's buffers, which are emptied first.
    ///
    /// A reader that went away (`mpo … | head`) ends the process as the signal would, without a message.
    public static func write(_ text: String, to descriptor: Int32 = 1) {
        if text.isEmpty { return }
        fflush(nil)
        var text = text
        text.withUTF8 { bytes in
            var sent = 0
            while sent < bytes.count, let base = bytes.baseAddress {
                let count = Glibc.write(descriptor, base + sent, bytes.count - sent)
                if count > 0 {
                    sent += count
                } else if errno == EPIPE {
                    signal(SIGPIPE, SIG_DFL)
                    raise(SIGPIPE)
                    return
                } else if errno == EAGAIN {
                    usleep(1000)  // somebody set the terminal to non-blocking
                } else if errno != EINTR {
                    return
                }
            }
        }
    }
}
