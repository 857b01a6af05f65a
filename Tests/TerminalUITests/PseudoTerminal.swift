import Glibc
import Testing

/// The built program on a terminal of its own, typed at as by a person.
///
/// `@unchecked Sendable`: used by one test, on one thread at a time.
final class PseudoTerminal: @unchecked Sendable {
    private let main: Int32
    let process: pid_t
    /// All that the program wrote.
    private(set) var raw: [UInt8] = []
    /// The same without escape sequences.
    private(set) var output: [UInt8] = []
    private var sequence: [UInt8] = []
    /// Up to where the output was looked at.
    private var seen = 0

    /// The program beside the test runner: both come from one build.
    static let program: String = {
        guard let resolved = realpath("/proc/self/exe", nil) else { return "mpo" }
        defer { free(resolved) }
        var path = String(cString: resolved)
        if let slash = path.lastIndex(of: "/") { path = String(path[...slash]) }
        return path + "mpo"
    }()

    struct Failed: Error { var what: String }

    init(_ arguments: [String] = [], environment: [String] = [], home: String) throws {
        var size = winsize(ws_row: 30, ws_col: 100, ws_xpixel: 0, ws_ypixel: 0)
        var name = [CChar](repeating: 0, count: 256)
        var main: Int32 = -1
        var other: Int32 = -1
        guard openpty(&main, &other, &name, nil, &size) == 0 else { throw Failed(what: "no pseudo terminal") }
        close(other)
        self.main = main
        _ = fcntl(main, F_SETFD, FD_CLOEXEC)
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        // The first terminal that a session's leader opens becomes its own: Ctrl-C reaches it.
        posix_spawn_file_actions_addopen(&actions, 0, name, O_RDWR, 0)
        posix_spawn_file_actions_adddup2(&actions, 0, 1)
        posix_spawn_file_actions_adddup2(&actions, 0, 2)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        let newSession: Int32 = 0x80  // POSIX_SPAWN_SETSID, which the header hides from Swift
        posix_spawnattr_setflags(&attributes, Int16(newSession | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
        var all = sigset_t()
        sigemptyset(&all)
        posix_spawnattr_setsigmask(&attributes, &all)
        sigaddset(&all, SIGINT)
        sigaddset(&all, SIGPIPE)
        posix_spawnattr_setsigdefault(&attributes, &all)
        var words: [UnsafeMutablePointer<CChar>?] = ([Self.program] + arguments).map { strdup($0) } + [nil]
        let settings = ["HOME=\(home)", "TERM=xterm", "LANG=C.UTF-8", "NO_COLOR=1", "PATH=/usr/bin:/bin"]
        let given = environment.map { $0.prefix { $0 != "=" } }
        let kept = settings.filter { setting in !given.contains(setting.prefix { $0 != "=" }) }
        var variables: [UnsafeMutablePointer<CChar>?] = (kept + environment).map { strdup($0) } + [nil]
        defer { for pointer in words + variables { free(pointer) } }
        var id: pid_t = 0
        let code = posix_spawn(&id, Self.program, &actions, &attributes, &words, &variables)
        guard code == 0 else { throw Failed(what: "\(Self.program): \(String(cString: strerror(code)))") }
        process = id
    }

    deinit {
        kill(process, SIGKILL)
        close(main)
    }

    /// Types. A key other than Ctrl-C is the editor's only once the prompt has the terminal, so that is waited for
    /// (up to 3 s: a program that reads no line takes it as it is).
    func type(_ text: String) {
        if text != "\u{3}" {
            for _ in 0..<300 where !isRaw { if !read(milliseconds: 10) { usleep(10_000) } }
        }
        let bytes = Array(text.utf8)
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes { write(main, $0.baseAddress, $0.count) }
            if count <= 0 { return }
            sent += count
        }
    }

    /// Whether the program reads key by key.
    private var isRaw: Bool {
        var settings = termios()
        return tcgetattr(main, &settings) == 0 && settings.c_lflag & tcflag_t(ICANON) == 0
    }

    /// Waits until the output holds `text` behind what was waited for before; the deadline only ends a hung test.
    func expect(_ text: String, _ location: SourceLocation = #_sourceLocation) throws {
        let wanted = Array(text.utf8)
        for _ in 0..<3000 {
            if let found = find(wanted) {
                seen = found + wanted.count
                return
            }
            if !read(milliseconds: 10) { break }
        }
        if let found = find(wanted) {
            seen = found + wanted.count
            return
        }
        Issue.record("`\(text)` was not shown; what was: \(rest)", sourceLocation: location)
        throw Failed(what: text)
    }

    /// What came behind the text that was waited for last.
    var rest: String { String(decoding: output[seen...], as: UTF8.self) }

    /// The exit status; waits for the end.
    func end() throws -> Int32 {
        for _ in 0..<3000 {
            var status: Int32 = 0
            if waitpid(process, &status, WNOHANG) == process { return status & 0x7F == 0 ? status >> 8 & 0xFF : -(status & 0x7F) }
            if !read(milliseconds: 10) { usleep(10_000) }
        }
        throw Failed(what: "the program did not end: \(rest)")
    }

    private func find(_ wanted: [UInt8]) -> Int? {
        guard output.count - seen >= wanted.count else { return nil }
        return (seen...(output.count - wanted.count)).first { output[$0] == wanted[0] && output[$0..<($0 + wanted.count)].elementsEqual(wanted) }
    }

    /// False where the program has closed its terminal.
    private func read(milliseconds: Int32) -> Bool {
        var poll = pollfd(fd: main, events: Int16(POLLIN), revents: 0)
        guard Glibc.poll(&poll, 1, milliseconds) > 0 else { return true }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = Glibc.read(main, &bytes, bytes.count)
        if count <= 0 { return false }
        raw += bytes[..<count]
        for byte in bytes[..<count] {
            // `ESC [ … letter`, the only kind that is used, may come in two pieces.
            if !sequence.isEmpty || byte == 0x1B {
                sequence.append(byte)
                if sequence.count > 2 && (0x40...0x7E).contains(byte) || sequence.count == 2 && byte != 0x5B { sequence = [] }
            } else {
                output.append(byte)
            }
        }
        return true
    }
}
